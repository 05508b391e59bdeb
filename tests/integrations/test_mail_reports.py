"""What mail servers report of mails that did not arrive."""

import pytest
from mails import mail, report

from integrations.mail.source import parse

OURS = "<0123456789abcdef0123456789abcdef.esc-1@portal.example>"


def read(**said):
    return parse(report(ours=OURS, **said)).report


def test_a_failure_says_whom_it_did_not_reach_why_and_of_which_mail_it_tells():
    found = read(to="support@vendor.example", status="5.1.1", words="550 5.1.1 No such user")
    assert (found.failed, found.for_good, found.recipient, found.status) == (
        True, True, "support@vendor.example", "5.1.1",
    )  # fmt: skip
    assert OURS in found.ids
    assert found.because == "support@vendor.example could not be reached (5.1.1): 550 5.1.1 No such user"


@pytest.mark.parametrize(
    "action, status, failed, for_good",
    [
        ("failed", "5.7.1", True, True), ("failed", "4.4.7", True, False), ("failed", "", True, True),
        ("delayed", "4.4.1", False, False), ("delivered", "2.0.0", False, False), ("relayed", "2.0.0", False, False),
        ("FAILED (permanently)", "5.0.0", False, False), ("Failed", "5.0.0", True, True),
    ],
)  # fmt: skip
def test_only_what_was_given_up_failed_and_only_a_wrong_address_is_wrong_for_good(action, status, failed, for_good):
    found = read(action=action, status=status)
    assert (found.failed, found.for_good) == (failed, for_good)


@pytest.mark.parametrize("form", ["field", "message", "head", "thread"])
def test_our_mail_is_named_in_a_field_in_what_is_enclosed_or_in_the_thread(form):
    assert read(named=form).ids == (OURS,)


def test_a_report_that_names_no_mail_names_none():
    assert read(named="").ids == ()


def test_the_address_that_we_wrote_to_counts_before_the_one_it_was_rewritten_to():
    found = read(to="inner@relay.example", original="support@vendor.example")
    assert found.recipient == "support@vendor.example"


def test_of_several_recipients_the_one_that_failed_counts():
    raw = report(ours=OURS, action="delivered", status="2.0.0", to="a@vendor.example")
    block = b"\n\nFinal-Recipient: rfc822; b@vendor.example\nAction: failed\nStatus: 5.1.1\n"
    raw = raw.replace(b"\n\n--R--", b"\n\n--R--", 1).replace(b"Status: 2.0.0\n", b"Status: 2.0.0\n" + block[1:], 1)
    found = parse(raw).report
    assert (found.failed, found.recipient) == (True, "b@vendor.example")


@pytest.mark.parametrize(
    "raw",
    [
        mail("hello"),
        report(ours=OURS).replace(b"report-type=delivery-status", b"report-type=disposition-notification"),
        report(ours=OURS).replace(b"message/delivery-status", b"text/plain"),
        report(ours=OURS).replace(b"Final-Recipient", b"X-Nobody").replace(b"Action", b"X-Nothing"),
        b"Content-Type: multipart/report; report-type=delivery-status\n\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=R\n\n--R\nContent-Type: message/"
        b"delivery-status\n\n\n--R--\n",
    ],
)
def test_what_is_no_such_report_or_a_broken_one_is_none(raw):
    assert parse(raw).report is None


@pytest.mark.parametrize("junk", [b"\0", b"\xff\xfe", b"<" * 5000, b"Status: " * 5000])
def test_whatever_stands_in_a_report_it_can_be_read(junk):
    raw = report(ours=OURS).replace(b"Diagnostic-Code: smtp; ", b"Diagnostic-Code: smtp; " + junk)
    assert parse(raw).report.failed
