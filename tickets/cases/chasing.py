"""Chasing late vendors: what a sweep has decided is told, written and asked for, for many tickets at once.

A vendor is reminded at the contact that has the case; then the next contact point that holds gets it, by mail, or as a
task to call there; then a manager is called. How often and when is decided in `vendor_decisions`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

import columnar
from tickets.cases import letters, tasks
from tickets.cases.drafting import secrets_in, way_of
from tickets.cases.letter_words import Late, Said, nudge, passed_on
from tickets.cases.letters import Letter
from tickets.facts import MANAGER_RESPOND
from tickets.models import CaseMessage, CaseTask, VendorCase
from tickets.moves import event, start_clock, told_when
from tickets.notices import tell_manager_on_call, tell_managers
from tickets.sentences import for_client, internal
from tickets.terms import MANAGER as MANAGER_PROMISE
from tickets.vendor_decisions import MANAGER, NEXT, NUDGE, STOP, Chase
from tickets.work import Work
from vendors.models import ContactPoint
from vendors.references import masked
from vendors.ways import EMAIL, following

SAID = (CaseMessage.Kind.REPLY, CaseMessage.Kind.ANSWER, CaseMessage.Kind.QUESTION, CaseMessage.Kind.CLOSING)


@dataclass(frozen=True, slots=True)
class Chased:
    """A chase in hand: the ticket, what was decided, and its case with all that is told of it."""

    work: Work
    action: Chase
    case: VendorCase
    said: Sequence[Said]


@dataclass(slots=True)
class Outcome:
    """What many chases bring about beside the timeline, written at once."""

    letters: list[Letter] = field(default_factory=list)
    tasks: list[tuple[VendorCase, str, str]] = field(default_factory=list)
    contacts: dict[int, int] = field(default_factory=dict)


def chase_all(wanted: Sequence[tuple[Work, Chase]], *, now: datetime) -> None:
    """Do what was decided about late vendors; the tickets are locked and written afterwards by the caller.

    A fixed number of statements, however many tickets there are.
    """
    if not wanted:
        return
    ids = [action.case.id for _, action in wanted]
    cases, said, outcome = _cases(ids), said_about(ids), Outcome()
    for work, action in wanted:
        chased = Chased(work, action, cases[action.case.id], said[action.case.id])
        _chase(chased, outcome, now=max(now, work.last_event_at))
    letters.post(outcome.letters, now=now)
    tasks.open_all(outcome.tasks, now=now)
    columnar.update(VendorCase, list(outcome.contacts), contact_point_id=list(outcome.contacts.values()))


# one chase -----------------------------------------------------------------------------------------------------------


def _chase(chased: Chased, outcome: Outcome, *, now: datetime) -> None:
    work, action, case = chased.work, chased.action, chased.case
    held = work.case(case.pk)
    held.chases, held.dirty = held.chases + 1, True
    done = _DONE[action.how](chased, outcome) if action.how in _DONE else {"done": action.how}
    told = {name: value for name, value in told_when(work, now=now).items() if name != "decided_at"}
    why = {**action.why, **done, **told}
    text = internal(why)
    event(work, "CASE_CHASED", text, now=now, client_text=for_client(why, work.say), why=why)
    if action.how == MANAGER:
        _call_manager(work, text, now=now)
    elif action.how == STOP:
        tell_managers(work, because=text, now=now, occasion=f"case:{case.pk}:chased")


def _remind(chased: Chased, outcome: Outcome, done: str = "REMINDED") -> dict[str, str]:
    """By the vendor's API where the case went that way; else at the contact that has it; else somebody calls."""
    if letters.goes_by_api(chased.case):
        words = nudge(_late(chased), by_mail=False)
        outcome.letters.append(_letter(chased, CaseMessage.Kind.NUDGE, None, words))
        return {"done": done, "to": "its API"}
    point = _contact(chased.case)
    if point is None or point.kind != EMAIL:
        return _call(chased, outcome, point)
    outcome.letters.append(_letter(chased, CaseMessage.Kind.NUDGE, point, nudge(_late(chased))))
    return {"done": done, "to": point.value}


def _try_next(chased: Chased, outcome: Outcome) -> dict[str, str]:
    """The case again, with what was said, to the next contact; where there is none, another reminder."""
    case, before = chased.case, _contact(chased.case)
    point = following(case.service.contact_points.all(), before.pk if before else None)
    if point is None:
        return _remind(chased, outcome, "AGAIN")
    if point.kind != EMAIL:
        return _call(chased, outcome, point)
    words = passed_on(_late(chased), instead_of=before.value if before else "you", body=case.body, said=chased.said)
    outcome.letters.append(_letter(chased, CaseMessage.Kind.LODGED, point, words))
    outcome.contacts[case.pk] = point.pk
    case.contact_point = point
    return {"done": "FORWARDED", "to": point.value}


def _call(chased: Chased, outcome: Outcome, point: ContactPoint | None) -> dict[str, str]:
    outcome.tasks.append((chased.case, *to_call(chased.case, point)))
    return {"done": "CALL", "to": point.value} if point else {"done": "NOBODY"}


def to_call(case: VendorCase, point: ContactPoint | None) -> tuple[str, str]:
    """The task to reach the vendor where it cannot be written to."""
    number = f" ({case.number})" if case.number else ""
    about = f"the case about {case.service.name}{number}"
    if point is None:
        return CaseTask.Kind.CONTACT, f"Find a contact of {case.vendor} that works, for {about}."
    if point.kind == ContactPoint.Kind.PORTAL:
        return CaseTask.Kind.CALL, f"Ask {case.vendor} on {point.value} about {about}."
    return CaseTask.Kind.CALL, f"Call {case.vendor} at {point.value} about {about}."


_DONE = {NUDGE: _remind, NEXT: _try_next}


def _call_manager(work: Work, text: str, *, now: datetime) -> None:
    """As a person would; one who was called and has not answered yet is only told."""
    if any(clock.metric == MANAGER_RESPOND for clock in work.open_clocks):
        tell_managers(work, because=text, now=now, occasion=f"chase:{work.event_count}", called=True)
        return
    work.manager_calls += 1
    tell_manager_on_call(work, because=text, now=now)
    start_clock(work, MANAGER_RESPOND, MANAGER_PROMISE, now=now, subject=f"escalation:{work.manager_calls}")


# letters -------------------------------------------------------------------------------------------------------------


def _late(chased: Chased) -> Late:
    work, clock, case = chased.work, chased.action.clock, chased.case
    assert clock.started_at and clock.due_at and clock.calendar, "a clock that has come to its target runs"
    zone = clock.calendar.timezone
    return Late(work.key, case.number, masked(case.subject), clock.started_at, clock.due_at, clock.target_seconds, zone)


def _letter(chased: Chased, kind: str, point: ContactPoint | None, words: tuple[str, str]) -> Letter:
    """A reminder names no secret; a case that another contact gets is whole. Without a contact it goes by API."""
    work, case = chased.work, chased.case
    key = f"{work.key}:case:{case.pk}:chase:{work.case(case.pk).chases}"
    whole = kind == CaseMessage.Kind.LODGED
    subject, body = (text if whole else masked(text) for text in words)
    return Letter(
        case, kind, key=key, to=point.value if point else "", subject=f"{subject} [{work.key}]", body=body,
        channel=letters.MAIL if point else letters.API, secrets=secrets_in(case) if whole else (),
    )  # fmt: skip


def _contact(case: VendorCase) -> ContactPoint | None:
    """Who has the case: whom it was sent to last, else whom it would be sent to now; None for what an API took."""
    if case.contact_point or letters.goes_by_api(case):
        return case.contact_point
    return way_of(case.service).point or following(case.service.contact_points.all(), None)


# what they are made from ----------------------------------------------------------------------------------------------


def _cases(ids: Iterable[int]) -> Mapping[int, VendorCase]:
    points = Prefetch("service__contact_points", queryset=ContactPoint.objects.order_by("order"))
    cases = VendorCase.objects.filter(pk__in=set(ids)).select_related("service__vendor", "vendor", "contact_point")
    lodged = CaseMessage.objects.filter(kind=CaseMessage.Kind.LODGED).select_related("message")
    return {case.pk: case for case in cases.prefetch_related(points, Prefetch("messages", queryset=lodged))}


def said_about(ids: Iterable[int]) -> Mapping[int, list[Said]]:
    """What was said about these cases beside the lodging and our reminders, without secrets."""
    found: dict[int, list[Said]] = defaultdict(list)
    rows: Any = CaseMessage.objects.filter(case__in=set(ids), kind__in=SAID).order_by("case", "seq")
    for row in rows:
        found[row.case_id].append(Said(row.kind in CaseMessage.FROM_US, row.at, masked(row.body)))
    return found
