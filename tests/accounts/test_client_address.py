"""Which address is believed: what trusted proxies handed on, and not a hop more."""

import pytest

from accounts.client_address import UNKNOWN, believable, is_address

PROXIES = ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7", "10.9.9.9"], "203.0.113.7"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7", "<script>", "10.9.9.9"], "10.9.9.9"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:203.0.113.7", [], "203.0.113.7"),
        ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("fe80::1%eth0", [], "fe80::1"),
        ("", ["203.0.113.7"], UNKNOWN),
    ],
)
def test_the_last_address_that_no_proxy_wrote_of_itself_is_believed(peer, forwarded, expected):
    assert believable(peer, forwarded, PROXIES) == expected


def test_without_trusted_proxies_only_the_peer_counts():
    assert believable("10.0.0.1", ["203.0.113.7"], ()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("[::1]", True), ("localhost", False), ("a.b", False)]
)
def test_an_address_is_told_from_a_name(host, expected):
    assert is_address(host) is expected
