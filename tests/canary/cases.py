"""What passes between us and the vendors about each client's case, what somebody here must do about it, and what was
changed in the directory."""

from typing import Any

from canary.planting import ACME, OTHER
from integrations.mail.inbound import take_in
from integrations.models import Mailbox
from tickets.cases.writing import write
from tickets.models import CaseTask, VendorCase
from vendors.edits import record_edit, standing
from vendors.models import ContactPoint
from vendors.verification import mark_bad


def fill(world: Any) -> None:
    for whose in (ACME, OTHER):
        _correspond(world, whose)
    _fail_to_read(world)
    _keep_the_directory(world)
    world.tick()


def _correspond(world: Any, whose: str) -> None:
    """The vendor asks something about the client's case, is answered, and asks again."""
    named = world.named
    case = VendorCase.objects.get(ticket=world.tickets[whose][0])
    _ask(world, case)
    world.do(write, case.ticket, case_id=case.pk, text=named("tickets.CaseMessage.body"), keep_ball=False)
    _ask(world, case)
    assert CaseTask.objects.filter(case=case, done_at=None).exists()
    VendorCase.objects.filter(pk=case.pk).update(
        number=named("tickets.VendorCase.number"), token=named("tickets.VendorCase.token"),
        override_why=named("tickets.VendorCase.override_why"),
        missing=[dict.fromkeys(("key", "question", "problem"), named("tickets.VendorCase.missing"))],
    )  # fmt: skip
    CaseTask.objects.filter(case=case).update(text=named("tickets.CaseTask.text"))


def _ask(world: Any, case: VendorCase) -> None:
    named = world.named
    said = (
        f"From: {named('tickets.CaseMessage.sender')}@vendor.example\nTo: reply+{case.token}@portal.example\n"
        f"Subject: {named('tickets.CaseMessage.subject')}\nMessage-ID: <{named('tickets.CaseMessage.mail_id')}@x>\n\n"
        f"Which {named('tickets.CaseMessage.body')} users are affected?\n"
    )
    [row] = take_in(said.encode(), now=world.now)
    assert row.outcome == row.Outcome.CASE and "a question" in row.because, row.because


def _fail_to_read(world: Any) -> None:
    """A mailbox of the provider's could not be read."""
    error, now = world.named("integrations.Mailbox.last_error"), world.now
    Mailbox.objects.create(name=world.named("integrations.Mailbox.name"), last_error=error, last_error_at=now)


def _keep_the_directory(world: Any) -> None:
    """Mail to a contact came back, and somebody has written down how the vendor wants to be engaged."""
    because = world.named("vendors.Verification.note")
    assert mark_bad(ContactPoint.objects.filter(service=world.m365).first(), because=because, now=world.now)
    vendor = world.m365.vendor
    before, vendor.protocol = standing(vendor), world.named("vendors.Vendor.protocol")
    vendor.save()
    note = world.named("vendors.DirectoryEdit.note")
    assert record_edit(vendor, before, note=note, by=world.manager, now=world.now)
