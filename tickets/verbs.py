"""The verbs as pages offer them: their place in the address, their words, and when a ticket allows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tickets import answering, changing, forms, lifecycle, managing, merging, replying
from tickets.answering_form import AnswerForm
from tickets.cases import previewing
from tickets.cases.previewing import Preview
from tickets.escalation_form import EscalateForm
from tickets.models import VendorCase
from tickets.reply_form import ReplyForm
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
from tickets.working import BadAnswer

# What is said of a case that was opened or answered, by what has become of it.
_TAKEN = {
    "INCOMPLETE": "The case waits for what is still missing.",
    "PREPARED": "The case is complete. Lodge it with {vendor} now.",
    "QUEUED": "The case is being sent to {vendor}.",
    "FAILED": "The case could not be sent.",
    "LODGED": "{vendor} has the case from now on.",
}
# A valid form, and the key, person and moment that every verb takes.
Do = Callable[[Any, Mapping[str, Any]], object]
WAITING = (WAITING_ON_CLIENT, WAITING_ON_VENDOR, ON_HOLD)
NOT_MERGED = tuple(status for status in STATUSES if status != MERGED)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: noun of its address, button, icon, the statuses that allow it, form, act, and what is said after.

    `for_readers`: also staff who may only read the ticket may do it. `preview`: shows what would be sent.
    """

    noun: str
    label: str
    icon: str
    statuses: tuple[str, ...]
    form: type[forms.VerbForm]
    do: Do
    said: str
    note: str = ""
    heading: str = "{button} {key}"
    for_readers: bool = False
    preview: Callable[[Any, Mapping[str, Any]], Preview] | None = None

    @property
    def button(self) -> str:
        """The words of the button that does it."""
        return self.label.rstrip("…")

    def title(self, key: str) -> str:
        """What stands above its form."""
        return self.heading.format(button=self.button, key=key)

    @property
    def is_previewed(self) -> bool:
        """Whether what it sends can be seen before; for templates, which would call `preview` itself."""
        return self.preview is not None

    @property
    def asks(self) -> bool:
        """Whether it needs words before it can be done."""
        return self.form is not forms.NothingToSay


def _reply(form: Any, at: Mapping[str, Any]) -> object:
    given = form.cleaned_data
    public = given["audience"] == "public"
    return replying.send(text=given["body"], public=public, files=given["files"], then=given["then"], **at)


def _lodge(form: Any, at: Mapping[str, Any]) -> object:
    case = _lodged(form, at)
    if form.shown:
        previewing.check_unchanged(case, digest=form.shown)
    form.said = _TAKEN.get(case.status, "").format(vendor=case.vendor)


def preview_case(form: Any, at: Mapping[str, Any]) -> Preview:
    """What the form would send, as `previewing.preview` makes it. Raises BadAnswer and what lodging raises."""
    return previewing.preview(lambda: _lodged(form, at))


def _lodged(form: Any, at: Mapping[str, Any]) -> VendorCase:
    given = form.cleaned_data
    service = given.get("service") or form.case.service.name
    case = lifecycle.lodge_case(service=service, answers=form.answers, why=given.get("why", ""), **at)
    wrong = next((m for m in case.missing if form.answers.get(m["key"])), None)
    if wrong:  # with all that was typed the form comes back, and nothing was kept
        raise BadAnswer(forms.ANSWER + wrong["key"], wrong["problem"])
    return case


def _change(form: Any, at: Mapping[str, Any]) -> object:
    return changing.change(changes=form.changes, why=form.cleaned_data["why"], **at)


_ALL = (
    Verb(
        "acknowledgement", "Acknowledge", "check", (NEW,), forms.NothingToSay,
        lambda _, at: lifecycle.acknowledge(**at), "{key} is yours.",
    ),
    Verb(
        "resumption", "Resume…", "history", WAITING, forms.ResumeForm,
        lambda form, at: lifecycle.resume(**form.cleaned_data, **at), "{key} goes on.",
    ),
    Verb(
        "escalation", "Escalate…", "chevrons-up", OPEN_STATUSES, EscalateForm,
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
        "vendor-cases", "Vendor case…", "truck", OPEN_STATUSES, forms.CaseForm, _lodge, "The case is open.",
        "The case goes out as soon as nothing is missing; what is missing is asked for.",
        heading="Vendor case for {key}", preview=preview_case,
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
        "manager-calls", "Call a manager…", "phone", OPEN_STATUSES, forms.CallForm,
        lambda form, at: managing.call_manager(**form.cleaned_data, **at), "A manager was called to {key}.",
        "The manager on call is told at once and has an hour, day and night; then all managers are told. "
        "The ticket stays where it is.",
        heading="Call a manager to {key}", for_readers=True,
    ),
    Verb(
        "change", "Change…", "settings", OPEN_STATUSES, forms.ChangeForm, _change, "{key} was changed.",
        "Its clocks go on under what is promised then, with the time that they have used.",
    ),
    Verb(
        "merge", "Merge…", "link", (*OPEN_STATUSES, RESOLVED), forms.MergeForm,
        lambda form, at: merging.merge(**form.cleaned_data, **at), "{key} goes on as another ticket.",
        "This ticket ends. The other one goes on with its alerts and vendor cases, and the client reads so.",
    ),
    Verb(
        "case-answers", "Vendor data…", "circle-help", OPEN_STATUSES, AnswerForm,
        lambda form, at: answering.answer_ahead(answers=form.answers, **at),
        "Kept: the vendor's case goes out with it.",
        heading="What a vendor case for {key} will need",
    ),
    Verb(
        "replies", "Reply…", "message-square", NOT_MERGED, ReplyForm, _reply,
        "Added to the timeline.",
        heading="Write on {key}",
    ),
)  # fmt: skip
VERBS = {verb.noun: verb for verb in _ALL}


def offered(status: str, *, may_work: bool) -> list[Verb]:
    """The verbs that a ticket in this status allows now to staff who may work or only read it."""
    return [v for v in VERBS.values() if (may_work or v.for_readers) and status in v.statuses]


def open_case(ticket_id: int, wanted: str = "") -> VendorCase | None:
    """The case that is open with a vendor: the one that is `wanted` by its id, else the latest of several."""
    cases = VendorCase.objects.filter(ticket_id=ticket_id).exclude(status="CLOSED").select_related("vendor", "service")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 18:
        return cases.filter(pk=int(wanted)).first()
    return cases.order_by("-pk").first()
