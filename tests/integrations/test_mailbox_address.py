"""Where a mailbox is, read from its URL."""

import pytest

from integrations.mail.mailbox_address import place_of


def test_a_url_says_host_port_user_password_and_folder():
    place = place_of("imaps://support%40msp.example:p%40ss@mail.msp.example:1993/Vendors/New")
    assert (place.scheme, place.host, place.port) == ("imaps", "mail.msp.example", 1993)
    assert (place.user, place.password, place.folder) == ("support@msp.example", "p@ss", "Vendors/New")


@pytest.mark.parametrize("scheme, port", [("imaps", 993), ("imap+tls", 143)])
def test_without_a_port_it_is_the_scheme_s_and_without_a_folder_the_inbox(scheme, port):
    place = place_of(f"{scheme}://kim:secret@mail.msp.example")
    assert (place.port, place.folder) == (port, "INBOX")


@pytest.mark.parametrize("url", ["", "  "])
def test_no_url_is_no_mailbox(url):
    assert place_of(url) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_in_clear_a_password_goes_no_further_than_this_machine(host):
    assert place_of(f"imap://kim:secret@{host}").scheme == "imap"


@pytest.mark.parametrize(
    "url",
    [
        "imap://kim:hunter2@mail.msp.example", "imap://kim:hunter2@10.0.0.1", "pop3://kim:hunter2@mail.msp.example",
        "imaps://hunter2@mail.msp.example", "imaps://kim:hunter2@", "imaps://kim:hunter2@mail:port/", "hunter2",
        "imaps://kim:hunter2@[mail/",
    ],
)  # fmt: skip
def test_a_url_that_does_not_do_is_refused_in_words_that_do_not_hold_its_password(url):
    with pytest.raises(ValueError, match="IMAP_URL") as refused:
        place_of(url)
    assert "hunter2" not in str(refused.value)


def test_what_is_shown_of_a_place_holds_no_password():
    place = place_of("imaps://kim:hunter2@mail.msp.example")
    assert "hunter2" not in f"{place!r} {place.name}"
    assert place.silent("NO [AUTH] wrong: hunter2") == "NO [AUTH] wrong: …"
