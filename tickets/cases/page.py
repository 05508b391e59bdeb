"""A case's page: everything of one case, and what a person may do about it now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.forms import Form

from accounts.models import User
from accounts.roles import MANAGERS
from tickets.case_facts import ANSWERED_AHEAD, Sources, is_about
from tickets.cases import forms, writing
from tickets.cases.answers import ANSWERED
from tickets.cases.drafting import way_of
from tickets.cases.engaging import engagement_of
from tickets.cases.forms import CasePageForm
from tickets.cases.sending_on import is_stuck
from tickets.cases.shown import messages_of, pieces, standing_of, tasks_of
from tickets.forms import TO_ANSWER
from tickets.loading import in_hand
from tickets.models import TO_LODGE, Ticket, TicketEvent, VendorCase
from tickets.permissions import can_work
from tickets.status import OPEN_STATUSES
from tickets.vendor_panel import form_of, reached
from tickets.work import Work
from vendors.models import ContactPoint, Service
from vendors.references import REFERENCE, masked
from vendors.vendor_page import required as datum_shown

Shown = dict[str, Any]
FORMS: Mapping[str, type[CasePageForm]] = {
    "lodged": forms.LodgedForm, "number": forms.NumberForm, "reply": forms.ReplyForm, "by-hand": forms.ByHandForm,
    "confirmation": forms.ConfirmForm, "refusal": forms.NotDoneForm, "override": forms.OverrideForm,
    "next-contact": forms.NextContactForm, "hand-over": forms.HandOverForm,
}  # fmt: skip


def offered(case: VendorCase, *, is_open: bool, by_manager: bool) -> list[str]:
    """The nouns of the forms that the case takes now; `is_open` says whether its ticket is."""
    lodged = is_open and case.lodged_at is not None and case.status != VendorCase.Status.CLOSED
    may = {
        "number": case.lodged_at is not None,
        "lodged": is_open and case.status in TO_LODGE,
        "by-hand": is_open and case.status not in ("CLOSED", "INCOMPLETE"),
        "override": is_open and by_manager and case.status == VendorCase.Status.INCOMPLETE,
        "reply": lodged,
        "confirmation": lodged,
        "refusal": lodged,
        "next-contact": lodged and is_stuck(case),
        "hand-over": lodged and is_stuck(case),
    }
    return [noun for noun, allowed in may.items() if allowed]


def context(
    ticket: Ticket, case: VendorCase, *, user: User, now: datetime, tried: Mapping[str, Form] | None = None,
    seen: Mapping[str, str] | None = None,
) -> Shown:  # fmt: skip
    """The template's whole context. `tried` are forms that were refused, by their noun, that for what is missing by
    "missing"; `seen` secrets by datum."""
    [work] = in_hand([ticket.pk], now=now)
    sources = Sources([work], [case.service_id], [ticket])
    service = sources.services[case.service_id]
    tasks, said = _tasks(case, (tried or {}).get("task")), messages_of([case])[case.pk]
    may_work, seen, kinds = can_work(user, ticket.client_id), seen or {}, {task["row"].kind for task in tasks}
    is_open = ticket.status in OPEN_STATUSES
    by_manager = not MANAGERS.isdisjoint(user.roles)
    nouns = offered(case, is_open=is_open, by_manager=by_manager) if may_work else []
    asks = may_work and is_open and case.status in TO_ANSWER
    return {
        "ticket": ticket, "case": case, "service": service, "now": now, "may_work": may_work,
        "standing": standing_of(case, work, tasks, now=now),
        "tasks": tasks,
        "said": said,
        "data": _data(case, work, service, sources, seen=seen),
        "letter": _letter(case, service, said),
        "reached": reached(service, work, now=now),
        "conditions": engagement_of(work, service, sources, now=now).because if is_open else "",
        "retired": service.vendor.retired_at or service.retired_at,
        "way": way_of(service) if "next-contact" in nouns else None,
        "reply_to": writing.address(case) if "reply" in nouns else "",
        "held_for_done": "CONFIRM" in kinds, "to_answer": "ANSWER" in kinds,
        "revealed": bool(seen),
        "to_lodge": _to_lodge(case, work, service, seen) if is_open and case.status in TO_LODGE else None,
        **_forms(case, work, tried or {}, nouns, asks=asks, now=now),
    }  # fmt: skip


def _tasks(case: VendorCase, tried: Form | None) -> list[Shown]:
    """What is to be done; a note that was refused stands at its task as it was typed."""
    tasks = tasks_of([case])[case.pk]
    for task in tasks:
        if tried and tried["kind"].value() == task["row"].kind:
            task["form"] = tried
    return tasks


def _forms(
    case: VendorCase, work: Work, tried: Mapping[str, Form], nouns: Sequence[str], *, asks: bool, now: datetime
) -> Shown:  # fmt: skip
    """The forms by what they do, and that for what is missing if it `asks`; one that was refused comes back as it was
    filled in."""
    initial = {"number": {"number": case.number}}
    made = {noun: FORMS[noun](noun=noun, initial=initial.get(noun)) for noun in nouns}
    return {
        "missing_form": tried.get("missing") or (form_of(case, work, now=now) if asks else None),
        "forms": {noun.replace("-", "_"): form for noun, form in (made | dict(tried)).items()},
    }


def _data(
    case: VendorCase, work: Work, service: Service, sources: Sources, *, seen: Mapping[str, str]
) -> list[Shown]:  # fmt: skip
    """What the vendor wants to know: the value, where it came from, or why it is missing."""
    known, given = sources.of(work, service), _given(case)
    problems = {row["key"]: row["problem"] for row in case.missing}
    rows = []
    for datum in service.required:
        value = str(case.answers.get(datum["key"], ""))
        row = {"key": datum["key"], "label": datum["label"], "value": masked(value), "given": given.get(datum["key"])}
        row |= {"origin": _origin(datum, value, known), "problem": problems.get(datum["key"], "")}
        row |= {"secret": bool(REFERENCE.fullmatch(value)), "seen": seen.get(datum["key"], "")}
        rows.append(row)
    return rows


def _origin(datum: Mapping[str, Any], value: str, known: Mapping[str, str]) -> str:
    """Where a value comes from, in words; what has changed there since is told to be of then."""
    origin = str(datum_shown(datum)["origin"])
    if not value or datum["source"] == "question":
        return origin
    return origin if known.get(datum["source"], "").strip() == value else f"{origin}, as it was then"


def _given(case: VendorCase) -> dict[str, TicketEvent]:
    """Who answered what, by the datum's key: of the case itself, or ahead of it. One query."""
    found: dict[str, TicketEvent] = {}
    events = TicketEvent.objects.filter(ticket_id=case.ticket_id, kind__in=[ANSWERED, ANSWERED_AHEAD])
    for event in events.select_related("actor").order_by("seq"):
        if event.why.get("case") == case.pk or is_about(event.why, case.service):
            found |= {
                key: event for key, value in event.why["answers"].items() if case.answers.get(key) == value.strip()
            }
    return found


def _letter(case: VendorCase, service: Service, said: list[Shown]) -> Shown:
    """The case as it was sent, or as it will be; `said` where it stands in the correspondence."""
    labels = {datum["key"]: datum["label"] for datum in service.required}
    sent = next((one for one in reversed(said) if one["row"].kind == "LODGED"), None)
    row = sent["row"] if sent else None
    to = row.to if row else (case.contact_point.value if case.contact_point else "")
    return {
        "to": to,
        "subject": pieces(row.subject if row else f"{case.subject} [ESC-{case.ticket_id}]", labels),
        "body": pieces(row.body if row else case.body, labels),
        "said": sent is not None,
    }


def _to_lodge(case: VendorCase, work: Work, service: Service, seen: Mapping[str, str]) -> Shown:
    """Where it is lodged by hand, and the fields to copy there one by one; a secret is there once it was revealed."""
    portals = [p for p in service.contact_points.all() if p.kind == ContactPoint.Kind.PORTAL]
    chosen = case.contact_point if case.contact_point in portals else (portals[0] if portals else None)
    fields = [
        {"key": "subject", "label": "Subject", "value": f"{masked(case.subject)} [{work.key}]"},
        {"key": "severity", "label": "Severity", "value": case.severity},
    ]
    for datum in service.required:
        value = str(case.answers.get(datum["key"], ""))
        secret = bool(REFERENCE.fullmatch(value))
        shown = seen.get(datum["key"], "") if secret else value
        fields.append({"key": datum["key"], "label": datum["label"], "value": shown, "secret": secret})
    body = {"key": "body", "label": "Description", "value": masked(case.body), "long": True}
    return {"portal": chosen, "fields": [*[f for f in fields if f["value"] or f.get("secret")], body]}
