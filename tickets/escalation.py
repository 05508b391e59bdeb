"""The sweep: claim what is due, decide purely, apply in bulk. A poisoned ticket is put aside, the others go on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from outbox.alarms import raise_alarm
from outbox.backoff import delay_seconds
from tickets import vendor_cases
from tickets.cases.chasing import chase_all
from tickets.cases.engaging import engage
from tickets.cases.undelivered import note_undelivered
from tickets.client_updates import TellClient
from tickets.decisions import Action, Breach, Climb, Remind, RemindClient, TellManagers, Wake, Warn, decide
from tickets.edits import edits, notice_edits, tell_terms
from tickets.facts import ACKNOWLEDGE, OLA_ACKNOWLEDGE, ClockFacts
from tickets.handing import end_client_wait, end_hold, next_reminder
from tickets.loading import claim_due, in_hand
from tickets.missing import begin_missing, has_new_terms, note_terms
from tickets.models import Ticket
from tickets.moves import arrive, event, stop_metric
from tickets.notices import tell_breach, tell_late, tell_managers, tell_step, tell_taken_away
from tickets.sentences import for_client, internal
from tickets.status import CLOSED, NEW, WAITING_ON_VENDOR
from tickets.terms import follow, is_outdated
from tickets.unstaffed import end_alarms, tell_skipped, tell_unheard
from tickets.vendor_decisions import Chase, Engage, PassOver
from tickets.work import RunningClock, Work, write

log = logging.getLogger(__name__)
BATCH = 500
TOLD_FROM_PERCENT = 75


@dataclass(slots=True)
class Swept:
    """What one sweep did: tickets handled, functional escalations among them, tickets put aside."""

    handled: int = 0
    escalated: int = 0
    postponed: int = 0
    wanted_cases: list[vendor_cases.Request] = field(default_factory=list)
    chases: list[tuple[Work, Chase]] = field(default_factory=list)


def sweep(*, now: datetime, limit: int = BATCH) -> Swept:
    """Do what is due on up to `limit` tickets; `handled` is 0 when nothing is left."""
    with transaction.atomic():
        ids = claim_due(now=now, limit=limit)
        if not ids:
            return Swept()
        try:
            with transaction.atomic():
                return _apply_all(ids, now=now)
        except Exception:
            log.exception("a batch of %s tickets failed, they are taken one by one", len(ids))
        return _one_by_one(ids, now=now)


def sweep_until_done(*, now: datetime) -> Swept:
    """Sweep batch after batch until nothing is due at `now`, cases settled by then included."""
    total = Swept()
    _notice_edits(now=now)
    end_alarms(now=now)
    note_undelivered(now=now)
    while True:
        swept = sweep(now=now)
        settled = vendor_cases.note_settled(now=now)
        total.handled += swept.handled
        total.escalated += swept.escalated
        total.postponed += swept.postponed
        if not swept.handled and not settled:
            return total


def _notice_edits(*, now: datetime) -> None:
    """An edit that cannot be read must not keep anything from being escalated."""
    try:
        with transaction.atomic():
            notice_edits(now=now)
    except Exception:
        log.exception("edits of agreements and calendars could not be noticed")
        raise_alarm("edits", "Edits of agreements or calendars do not reach open tickets; see the log.", now=now)


def _one_by_one(ids: Sequence[int], *, now: datetime) -> Swept:
    total = Swept()
    for pk in ids:
        try:
            with transaction.atomic():
                total.escalated += _apply_all([pk], now=now).escalated
        except Exception:
            log.exception("ticket %s failed and is put aside", pk)
            _postpone(pk, now=now)
            total.postponed += 1
        total.handled += 1
    return total


def _postpone(pk: int, *, now: datetime) -> None:
    """Put a poisoned ticket aside, longer each time; its clocks stay overdue, so that the watchdog sees them."""
    attempts = Ticket.objects.values_list("postponed", flat=True).get(pk=pk) + 1
    later = now + timedelta(seconds=delay_seconds(attempt=attempts, jitter=0))
    Ticket.objects.filter(pk=pk).update(check_at=later, postponed=F("postponed") + 1)
    raise_alarm(f"poisoned:{pk}", f"ESC-{pk} could not be swept {attempts} times; see the log", now=now)


def _apply_all(ids: Sequence[int], *, now: datetime) -> Swept:
    swept = Swept()
    works = in_hand(ids, now=now)
    for work in works:
        at = max(now, work.last_event_at)
        for action in decide(work.facts(), now=at):
            _apply(work, action, swept, now=at)
        follow_terms(work, now=at)
        swept.handled += 1
    vendor_cases.prepare(swept.wanted_cases, now=now)
    chase_all(swept.chases, now=now)
    write(works, now=now)
    return swept


def _apply(work: Work, action: Action, swept: Swept, *, now: datetime) -> None:
    match action:
        case Warn():
            _warn(work, action, now=now)
        case Breach():
            _breach(work, action, now=now)
        case Remind():
            _remind(work, action, now=now)
        case RemindClient() | TellClient():
            _tell_client(work, action, now=now)
        case Climb():
            _climb(work, action, swept, now=now)
        case Wake():
            _wake(work, action, now=now)
        case TellManagers():
            _ladder_ended(work, action, now=now)
        case _:
            _towards_vendor(work, action, swept, now=now)


def _towards_vendor(work: Work, action: Chase | PassOver | Engage, swept: Swept, *, now: datetime) -> None:
    """What is done towards vendors is done for all tickets at once, after each was decided about."""
    if isinstance(action, Engage):
        swept.wanted_cases.append(engage(work, action, now=now))
        return
    clock = _clock(work, action.clock)
    clock.warned_percent, clock.dirty = max(clock.warned_percent, action.percent), True
    if isinstance(action, Chase):
        swept.chases.append((work, action))


def follow_terms(work: Work, *, now: datetime) -> None:
    """Clocks whose agreement or calendar was edited go on under what holds now, and the timeline names the edit."""
    renewed = has_new_terms(work)
    if not renewed and not any(is_outdated(work, clock) for clock in work.open_clocks):
        return
    moved = follow(work, now=now)
    if renewed:
        moved += begin_missing(work, now=now)
    note_terms(work)
    if moved:
        tell_terms(work, moved, because=edits(work, moved), now=now)


def _clock(work: Work, facts: ClockFacts) -> RunningClock:
    wanted = (facts.metric, facts.subject, facts.round)
    return next(c for c in work.open_clocks if (c.metric, c.subject, c.round) == wanted)


def _warn(work: Work, action: Warn, *, now: datetime) -> None:
    clock = _clock(work, action.clock)
    clock.warned_percent, clock.dirty = action.percent, True
    text = internal(action.why)
    event(work, "THRESHOLD", text, now=now, why=action.why)
    occasion = f"{clock.metric}:{clock.subject}:{clock.round}:{clock.revision}:{action.percent}"
    if action.percent > 100:
        tell_late(work, clock, because=text, now=now, occasion=f"late:{occasion}")
    elif action.percent >= TOLD_FROM_PERCENT and clock.metric != ACKNOWLEDGE:  # the step's own reminders tell of that
        tell_step(work, work.ladder.steps[work.ladder.home(work.step)], because=text, now=now, occasion=f":{occasion}")


def _breach(work: Work, action: Breach, *, now: datetime) -> None:
    clock = _clock(work, action.clock)
    clock.breached_at, clock.state, clock.dirty = clock.due_at, "BREACHED", True
    clock.warned_percent = max(clock.warned_percent, 100)
    if not action.silent:
        tell_breach(work, clock, action.why, now=now)


def _remind(work: Work, action: Remind, *, now: datetime) -> None:
    clock = _clock(work, action.clock)
    clock.warned_percent, clock.dirty = action.percent, True
    text = internal(action.why)
    event(work, "REMINDED", text, now=now, why=action.why)
    step = work.ladder.steps[work.step]
    tell_step(work, step, because=text, now=now, occasion=f":remind:{action.percent}:{clock.revision}")


def _climb(work: Work, action: Climb, swept: Swept, *, now: datetime) -> None:
    """Up to the next reachable step; what was skipped raises an alarm, for somebody must mend it."""
    swept.escalated += 1
    text, had = internal(action.why), work.assignee
    tell_skipped(work, action.skipped, now=now)
    climb_to(work, action.to, text=text, because=text, now=now, why=action.why)
    tell_taken_away(work, had, because=text, by=None, now=now)
    if gap := action.why.get("gap"):
        tell_unheard(work, gap, because=text, now=now)
    if work.ladder.steps[action.to].vendor:
        swept.wanted_cases.append(vendor_cases.Request(work, work.service_id or 0, text))


def _ladder_ended(work: Work, action: TellManagers, *, now: datetime) -> None:
    text = internal(action.why)
    event(work, "LADDER_ENDED", text, now=now, why=action.why)
    tell_managers(work, because=text, now=now, occasion=f"end:{work.event_count}")


def climb_to(work: Work, index: int, *, text: str, because: str, now: datetime, why: dict, **of_event: object) -> None:
    """Put the ticket on step `index`: a tier takes it over, the vendor's step waits for its case."""
    step = work.ladder.steps[index]
    if step.vendor:
        # The tier holds it until the case is sent, but what it was asked to acknowledge has moved on.
        stop_metric(work, OLA_ACKNOWLEDGE, now=now, met=False)
        work.step = index
        event(work, "ESCALATED", text, now=now, why=why, step=index, **of_event)
        return
    arrive(work, index, now=now, because=because)
    why = {**why, **work.tier.public}
    told = for_client(why, work.say) if "rule" in why else ""
    event(work, "ESCALATED", text, now=now, client_text=told, why=why, step=index, **of_event)
    tell_step(work, step, because=text, now=now)


def _tell_client(work: Work, action: RemindClient | TellClient, *, now: datetime) -> None:
    kind = "CLIENT_UPDATED"
    if isinstance(action, RemindClient):
        kind, work.reminders = "CLIENT_REMINDED", work.reminders + 1
        next_reminder(work, now=now)
    text, told = internal(action.why), for_client(action.why, work.say)
    event(work, kind, text, now=now, client_text=told, why=action.why)


def _wake(work: Work, action: Wake, *, now: datetime) -> None:
    text, told, kind = internal(action.why), for_client(action.why, work.say), "WOKE"
    match work.status:
        case "RESOLVED":
            work.status, work.wake_at, kind = CLOSED, None, "CLOSED"
        case "ON_HOLD":
            end_hold(work, now=now, because=text)
        case "WAITING_ON_CLIENT":
            end_client_wait(work, now=now, because=text)
        case _:
            work.wake_at = None
    event(work, kind, text, now=now, client_text=told, why=action.why)
    if work.status in (NEW, WAITING_ON_VENDOR):
        tell_step(
            work,
            work.ladder.steps[work.ladder.home(work.step)],
            because=text,
            now=now,
            occasion=f":woke:{work.event_count}",
        )
