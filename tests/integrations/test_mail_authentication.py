"""Whose word on who sent a mail is taken: our own server's, and nobody else's."""

import pytest
from mails import OURS, vouched

from integrations.mail.authentication import is_authenticated

BOSS = "boss@msp.example"


def known(*results, sender=BOSS, senders=1, server=OURS):
    return is_authenticated(results, sender=sender, senders=senders, authserv_id=server)


@pytest.mark.parametrize(
    "result",
    [
        vouched("msp.example"),
        vouched("MSP.example").replace("dmarc=pass", "DMARC=Pass"),
        f"{OURS} 1; dmarc=pass (p=reject dis=none) header.from=msp.example",
        f"{OURS.upper()}; dmarc=pass header.from=msp.example",
        f"{OURS}; dkim=pass header.d=msp.example header.s=k1",
        f"{OURS}; dkim=pass header.i=@msp.example; dmarc=none header.from=msp.example",
    ],
)
def test_our_server_vouches_for_the_sender(result):
    assert known(result)


@pytest.mark.parametrize(
    "result",
    [
        "",
        ";;;",
        "none",
        vouched("msp.example", server="mx.evil.example"),
        vouched("evil.example"),
        f"{OURS}; none",
        f"{OURS}; spf=pass smtp.mailfrom=msp.example",
        f"{OURS}; dmarc=fail header.from=msp.example; dkim=pass header.d=msp.example",
        f"{OURS}; dmarc=pass header.from=evil.example; dkim=pass header.d=msp.example",
        f"{OURS}; dmarc=pass header.from=evil.example; dmarc=pass header.from=msp.example",
        f"{OURS}; dkim=pass header.d=evil.example",
        f"{OURS}; dkim=pass header.d=example",
        f"{OURS}; dkim=fail header.d=msp.example",
        f"{OURS}; spf=fail (dmarc=pass header.from=msp.example) smtp.mailfrom=x",
        f"{OURS}; spf=fail (a (b; dmarc=pass header.from=msp.example",
        f'{OURS}; spf=fail reason="x; dmarc=pass header.from=msp.example"',
        f'{OURS}; spf=fail reason="x; dmarc=pass header.from=msp.example',
        f"mx.evil.example; x=({OURS}; dmarc=pass header.from=msp.example)",
        "(" * 5000,
    ],
)
def test_nothing_else_vouches(result):
    assert not known(result)


def test_only_the_uppermost_of_our_server_counts():
    assert not known(f"{OURS}; dmarc=fail header.from=msp.example", vouched("msp.example"))
    assert known(vouched("msp.example", server="mx.other.example"), vouched("msp.example"))


def test_without_a_server_that_is_trusted_nobody_is_known():
    assert not known(vouched("msp.example"), server="")
    assert not known(vouched("msp.example", server=""), server="")


@pytest.mark.parametrize("senders", [0, 2])
def test_a_mail_of_several_or_of_nobody_is_nobody_s(senders):
    assert not known(vouched("msp.example"), senders=senders)
    assert not known(vouched("msp.example"), sender="")
