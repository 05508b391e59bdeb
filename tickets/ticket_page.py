"""Everything that one ticket's page shows, read in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from sla.durations import words as duration_words
from tickets import attached, linked
from tickets.arrivals import promise
from tickets.attribution import Change, shares, unknown_seconds
from tickets.clock_names import clock_name
from tickets.facts import MANAGER_RESPOND, case_subject
from tickets.forms import TO_ANSWER, CaseForm
from tickets.loading import in_hand
from tickets.models import Clock, CustodyChange, Ticket, TicketEvent, VendorCase
from tickets.outlook import Coming, outlook
from tickets.permissions import can_work
from tickets.queue import with_facts
from tickets.radar import panel as radar
from tickets.rows import level, row_of, warn_at
from tickets.side import panel as side
from tickets.status import NOBODY, TIER, VENDOR
from tickets.timeline import entry
from tickets.verbs import offered
from tickets.work import Work
from vendors.references import masked

Shown = dict[str, Any]

RELATED = (
    "client", "contact", "asset__site", "service__vendor", "source", "assignee", "acknowledged_by", "team", "tier",
    "policy_version__of",
)  # fmt: skip
VERDICTS = {"MET": "Met", "BREACHED": "Missed", "ENDED": "Ended", "SUPERSEDED": "Replaced"}
HOUSE_CALENDAR = "24x7"


def context(pk: int, *, user: User, now: datetime) -> Shown:
    """The template's whole context for a ticket that `user` may see."""
    ticket = Ticket.objects.select_related(*RELATED).get(pk=pk)
    [work] = in_hand([pk], now=now)
    cases = list(ticket.vendor_cases.select_related("vendor", "service").order_by("-pk"))
    case = next((c for c in cases if c.status != "CLOSED"), None)
    may_work = can_work(user, ticket.client_id)
    verbs = offered(ticket.status, case, may_work=may_work)
    values = with_facts(Ticket.objects.filter(pk=pk), user=user).get()
    vendors = {case_subject(c.pk): c.vendor.name for c in cases}
    entries = _entries(ticket)
    return {
        "ticket": ticket,
        "row": row_of(values, now=now, zone=timezone.get_current_timezone()),
        "now": now,
        "may_work": may_work,
        "can": {verb.noun for verb in verbs},
        "actions": [_action(ticket, verb) for verb in verbs if verb.noun != "replies"],
        "entries": entries,
        "called": _called(work, entries),
        **_merged(ticket, user=user),
        "coming": _coming(work, case, vendors, now=now),
        "clocks": _clocks(ticket, vendors, now=now),
        **_custody(ticket, now=now),
        "cases": [_case(c, work, now=now) for c in cases],
        "asking": case if case and case.status in TO_ANSWER else None,
        "on_call": work.tier.team.on_call(now),
        **_panels(ticket, user=user, may_work=may_work),
    }


def _panels(ticket: Ticket, *, user: User, may_work: bool) -> Shown:
    """What the page's own rooms add to it, each to be printed by its template in `tickets/parts/`."""
    rooms = (attached, linked, side, radar)
    return {name: value for room in rooms for name, value in room.panel(ticket, user=user, may_work=may_work).items()}


def _action(ticket: Ticket, verb: Any) -> Shown:
    primary = verb.noun in ("acknowledgement", "resumption", "reopening")
    return {"url": f"/tickets/{ticket.key}/{verb.noun}/", "verb": verb, "primary": primary}


def _entries(ticket: Ticket) -> list[Shown]:
    """The timeline, newest first."""
    events = TicketEvent.objects.filter(ticket=ticket).order_by("-seq")
    names = {"actor_name": F("actor__name"), "actor_email": F("actor__email")}
    rows = events.values("seq", "kind", "at", "text", "client_text", "why", **names)
    return [entry({**row, "actor": row["actor_name"] or row["actor_email"] or ""}) for row in rows]


def _called(work: Work, entries: Sequence[Shown]) -> Shown | None:
    """The call of a manager that nobody has answered yet."""
    waits = any(clock.metric == MANAGER_RESPOND for clock in work.open_clocks)
    return next((entry for entry in entries if entry["kind"] == "MANAGER_CALLED"), None) if waits else None


def _merged(ticket: Ticket, *, user: User) -> Shown:
    """The ticket that goes on for this one, and those that go on here, as far as `user` may see them."""
    linked = Q(pk__in=[ticket.merged_into_id, ticket.follows_id]) | Q(merged_into=ticket.pk) | Q(follows=ticket.pk)
    related = Ticket.objects.visible_to(user).filter(linked)
    found = list(related.only("pk", "title", "merged_into", "follows").order_by("pk"))
    return {
        "goes_on_as": next((t for t in found if t.pk == ticket.merged_into_id), None),
        "takes_up": next((t for t in found if t.pk == ticket.follows_id), None),
        "taken_up_by": [t for t in found if t.follows_id == ticket.pk],
        "merged_from": [t for t in found if t.merged_into_id == ticket.pk],
    }


def _coming(work: Work, case: VendorCase | None, vendors: Mapping[str, str], *, now: datetime) -> list[Shown]:
    """What happens next if nobody acts, with who is on call where it leads."""
    vendor = case.vendor.name if case else work.service
    holding = work.case_with_vendor.vendor if work.case_with_vendor else ""

    def promised(index: int, metric: str, at: datetime) -> tuple[int, datetime] | None:
        return promise(work, index, metric, at)

    def gaps(at: datetime) -> tuple[str, ...]:
        return work.roster.gaps(work.ladder, work.roster.absences(at))

    coming = outlook(
        work.facts(), promise=promised, gaps=gaps, vendor=vendor, vendors=vendors, holding=holding
    )  # fmt: skip
    return [_told(work, c, now=now) for c in coming]


def _told(work: Work, coming: Coming, *, now: datetime) -> Shown:
    step = work.ladder.steps[coming.to] if coming.to is not None else None
    on_call = work.roster.tiers[step.tier].team.on_call(max(now, coming.at)) if step and not step.vendor else ""
    return {"at": coming.at, "what": coming.what, "why": coming.why, "on_call": on_call, "climbs": step is not None}


def _clocks(ticket: Ticket, vendors: Mapping[str, str], *, now: datetime) -> dict[str, list[Shown]]:
    """Open clocks, next deadline first, and those that have ended or went on as others."""
    rows = list(Clock.objects.filter(ticket=ticket).select_related("calendar_version__of").order_by("pk"))
    going = [c for c in rows if c.stopped_at is None]
    going.sort(key=lambda c: (c.due_at is None, c.due_at or now, c.pk))
    return {
        "open": [_clock(c, vendors) | _open_clock(c, now=now) for c in going],
        "ended": [_clock(c, vendors) | _ended(c) for c in sorted(rows, key=_end) if c.stopped_at],
    }


def _end(clock: Clock) -> tuple[Any, ...]:
    """Those that ended together for one reason stand together."""
    return clock.stopped_at or clock.started_at, clock.because, clock.pk


def _clock(clock: Clock, vendors: Mapping[str, str]) -> Shown:
    """What each clock shows, whether it runs or has ended."""
    calendar = clock.calendar_version.of.name if clock.calendar_version else HOUSE_CALENDAR
    name = clock_name(clock.metric, vendor=vendors.get(clock.subject, ""))
    return {"metric": name, "target": duration_words(clock.target_seconds), "calendar": calendar}


def _open_clock(clock: Clock, *, now: datetime) -> Shown:
    shown: Shown = {"due_at": clock.due_at, "still": ""}
    if clock.due_at is None:
        left = max(round(clock.target_seconds - clock.consumed_seconds), 0)
        late = clock.breached_at is not None
        return {**shown, "level": "red" if late else "none", "still": "Missed" if late else _paused(left)}
    warn = warn_at(clock.due_at, clock.target_seconds)
    return {**shown, "warn_at": warn, "level": level(clock.due_at, warn, now=now)}


def _paused(left: int) -> str:
    """How much is left, in whole minutes once it is more than one."""
    return f"Paused, {duration_words(left - left % 60 if left > 60 else left)} left"


def _ended(clock: Clock) -> Shown:
    missed = clock.breached_at is not None
    verdict = VERDICTS.get(clock.state, clock.state.title())
    return {
        "round": clock.round,
        "verdict": "Missed, replaced" if missed and clock.state == Clock.State.SUPERSEDED else verdict,
        "missed": missed,
        "met": clock.state == Clock.State.MET,
        "because": clock.because,
        "stopped_at": clock.stopped_at,
    }


def _custody(ticket: Ticket, *, now: datetime) -> Shown:
    """The custody bar's parts: wall time until now, or until nobody had to act any more; and what no one here knows."""
    rows = CustodyChange.objects.filter(ticket=ticket).select_related("tier", "vendor_case__vendor").order_by("seq")
    changes = [_change(row, ticket) for row in rows]
    until = changes[-1].began_at if changes and changes[-1].kind == NOBODY else now
    parts = [part for part in shares(changes, until) if part.seconds or part.kind != NOBODY]
    unknown = unknown_seconds(changes, until)
    return {
        "shares": [
            {"kind": p.kind, "name": p.name, "level": p.level, "percent": p.percent, "words": _wall(p.seconds)}
            for p in parts
        ],
        "brought_in_after": _wall(unknown) if unknown else "",
    }


def _change(row: CustodyChange, ticket: Ticket) -> Change:
    known = row.origin != CustodyChange.Origin.IMPORTED
    if row.holder_kind == TIER:
        return Change(TIER, row.tier.name, row.tier.level, row.began_at, known)
    if row.holder_kind == VENDOR:
        return Change(VENDOR, row.vendor_case.vendor.name, None, row.began_at, known)
    return Change(row.holder_kind, ticket.client.name if row.holder_kind != NOBODY else "", None, row.began_at, known)


def _wall(seconds: float) -> str:
    return duration_words(_coarse(seconds))


def _coarse(seconds: float) -> int:
    whole = int(seconds)
    return whole if whole < 60 else whole - whole % 60


def _case(case: VendorCase, work: Work, *, now: datetime) -> Shown:
    """A case with its secrets hidden, and the form for what is still missing."""
    asks = case.status in TO_ANSWER
    labels = {row["key"]: row["label"] for row in case.service.required}
    return {
        "row": case,
        "status": case.get_status_display().lower(),
        "ball": "us" if case.ball == VendorCase.Ball.US else case.vendor.name,
        "subject": masked(case.subject),
        "body": masked(case.body),
        "sent": case.lodged_at is not None,
        "answers": _answers(case.answers, labels),
        "form": CaseForm(work=work, case=case, now=now) if asks else None,
    }


def _answers(answers: Mapping[str, str], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(labels.get(key, key), masked(str(value))) for key, value in answers.items()]
