"""The verbs as pages offer them: their place in the address, their words, and when a ticket allows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tickets import forms, lifecycle
from tickets.models import VendorCase
from tickets.status import (
    MERGED,
    NEW,
    ON_HOLD,
    OPEN_STATUSES,
    RESOLVED,
    STATUSES,
    WAITING_ON_CLIENT,
    WAITING_ON_VENDOR,
)

# A valid form, and the key, person and moment that every verb takes.
Do = Callable[[Any, Mapping[str, Any]], object]
WAITING = (WAITING_ON_CLIENT, WAITING_ON_VENDOR, ON_HOLD)
NOT_MERGED = tuple(status for status in STATUSES if status != MERGED)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: noun of its address, button, icon, the statuses that allow it, form, act, and what is said after."""

    noun: str
    label: str
    icon: str
    statuses: tuple[str, ...]
    form: type[forms.VerbForm]
    do: Do
    said: str
    note: str = ""
    heading: str = "{button} {key}"

    @property
    def button(self) -> str:
        """The words of the button that does it."""
        return self.label.rstrip("…")

    def title(self, key: str) -> str:
        """What stands above its form."""
        return self.heading.format(button=self.button, key=key)

    @property
    def asks(self) -> bool:
        """Whether it needs words before it can be done."""
        return self.form is not forms.NothingToSay


def _reply(form: Any, at: Mapping[str, Any]) -> object:
    return lifecycle.reply(text=form.cleaned_data["body"], public=form.cleaned_data["audience"] == "public", **at)


def _lodge(form: Any, at: Mapping[str, Any]) -> object:
    given = form.cleaned_data
    service = given.get("service") or form.case.service.name
    return lifecycle.lodge_case(service=service, answers=form.answers, why=given.get("why", ""), **at)


_ALL = (
    Verb(
        "acknowledgement", "Acknowledge", "check", (NEW,), forms.NothingToSay,
        lambda _, at: lifecycle.acknowledge(**at), "{key} is yours.",
    ),
    Verb(
        "resumption", "Resume…", "history", WAITING, forms.ResumeForm,
        lambda form, at: lifecycle.resume(**form.cleaned_data, **at), "{key} goes on.",
        "The wait ends. The ticket goes on with the tier that held it last.",
    ),
    Verb(
        "escalation", "Escalate…", "chevrons-up", OPEN_STATUSES, forms.EscalateForm,
        lambda form, at: lifecycle.escalate(**form.cleaned_data, **at), "{key} was escalated.",
    ),
    Verb(
        "wait", "Wait…", "pause", OPEN_STATUSES, forms.WaitForm,
        lambda form, at: lifecycle.wait(**form.cleaned_data, **at), "{key} waits.",
        heading="Let {key} wait",
    ),
    Verb(
        "assignment", "Assign…", "user", OPEN_STATUSES, forms.AssignForm,
        lambda form, at: lifecycle.assign(**form.cleaned_data, **at), "{key} was assigned.",
    ),
    Verb(
        "vendor-cases", "Vendor case…", "truck", OPEN_STATUSES, forms.CaseForm, _lodge, "The case was taken in.",
        "The case goes out as soon as nothing is missing; what is missing is asked for.",
        heading="Vendor case for {key}",
    ),
    Verb(
        "resolution", "Resolve…", "circle-check", OPEN_STATUSES, forms.ResolveForm,
        lambda form, at: lifecycle.resolve(**form.cleaned_data, **at), "{key} is resolved.",
    ),
    Verb(
        "reopening", "Reopen…", "undo-2", (RESOLVED,), forms.ReopenForm,
        lambda form, at: lifecycle.reopen(**form.cleaned_data, **at), "{key} is open again.",
    ),
    Verb(
        "replies", "Reply…", "message-square", NOT_MERGED, forms.ReplyForm, _reply,
        "Your text stands on the timeline.",
        heading="Write on {key}",
    ),
)  # fmt: skip
VERBS = {verb.noun: verb for verb in _ALL}


def offered(status: str, case: VendorCase | None, *, may_work: bool) -> list[Verb]:
    """The verbs that a ticket in this status, with this open case, allows now to somebody who may work it."""
    busy = case is not None and case.status not in forms.TO_ANSWER
    allowed = [verb for verb in VERBS.values() if may_work and status in verb.statuses]
    return [verb for verb in allowed if not (busy and verb.noun == "vendor-cases")]


def open_case(ticket_id: int) -> VendorCase | None:
    """The case that is open with a vendor, the latest where there are several."""
    cases = VendorCase.objects.filter(ticket_id=ticket_id).exclude(status="CLOSED")
    return cases.select_related("vendor", "service").order_by("-pk").first()
