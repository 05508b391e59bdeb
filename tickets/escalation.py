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
from tickets.decisions import Action, Breach, Climb, Remind, TellManagers, Wake, decide
from tickets.explain import for_client, internal
from tickets.facts import OLA_ACKNOWLEDGE, RESOLVE, VENDOR_RESPOND, ClockFacts
from tickets.loading import claim_due, in_hand
from tickets.models import Ticket
from tickets.moves import arrive, event, follow_custody, stop_metric, take_custody
from tickets.notices import tell_managers, tell_step
from tickets.status import CLOSED, IN_PROGRESS, NEW, ON_HOLD, RESOLVED, TIER
from tickets.work import RunningClock, Work, write

log = logging.getLogger(__name__)
BATCH = 500


@dataclass(slots=True)
class Swept:
    """What one sweep did: tickets handled, functional escalations among them, tickets put aside."""

    handled: int = 0
    escalated: int = 0
    postponed: int = 0
    wanted_cases: list[vendor_cases.Request] = field(default_factory=list)


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
    while True:
        swept = sweep(now=now)
        settled = vendor_cases.note_settled(now=now)
        total.handled += swept.handled
        total.escalated += swept.escalated
        total.postponed += swept.postponed
        if not swept.handled and not settled:
            return total


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
        swept.handled += 1
    vendor_cases.prepare(swept.wanted_cases, now=now)
    write(works, now=now)
    return swept


def _apply(work: Work, action: Action, swept: Swept, *, now: datetime) -> None:
    match action:
        case Breach():
            _breach(work, action, now=now)
        case Remind():
            _remind(work, action, now=now)
        case Climb():
            swept.escalated += 1
            _climb(work, action, swept, now=now)
        case TellManagers():
            text = internal(action.why)
            event(work, "LADDER_ENDED", text, now=now, why=action.why)
            tell_managers(work, because=text, now=now, occasion=f"end:{action.clock.metric}:{action.clock.subject}")
        case Wake():
            _wake(work, action, now=now)


def _clock(work: Work, facts: ClockFacts) -> RunningClock:
    return next(c for c in work.clocks if (c.metric, c.subject, c.round) == (facts.metric, facts.subject, facts.round))


def _breach(work: Work, action: Breach, *, now: datetime) -> None:
    clock = _clock(work, action.clock)
    clock.breached_at, clock.state, clock.dirty = clock.due_at, "BREACHED", True
    if not action.why:
        return
    text = internal(action.why)
    event(work, "BREACHED", text, now=now, why=action.why)
    if clock.metric in (RESOLVE, VENDOR_RESPOND):
        tell_managers(work, because=text, now=now, occasion=f"breach:{clock.metric}:{clock.subject}:{clock.round}")


def _remind(work: Work, action: Remind, *, now: datetime) -> None:
    clock = _clock(work, action.clock)
    clock.warned_percent, clock.dirty = action.percent, True
    text = internal(action.why)
    event(work, "REMINDED", text, now=now, why=action.why)
    step = work.ladder.steps[work.step]
    tell_step(work, step, because=text, now=now, occasion=f":remind:{action.percent}")


def _climb(work: Work, action: Climb, swept: Swept, *, now: datetime) -> None:
    """Up to the next reachable step; what was skipped raises an alarm, for somebody must mend it."""
    text = internal(action.why)
    for index, reason in action.skipped:
        name = work.ladder.steps[index].name
        raise_alarm(f"skipped:{name}:{reason}", f"Step {name} was skipped on {work.key}: {reason}", now=now)
    climb_to(work, action.to, text=text, because=text, now=now, why=action.why)
    if work.ladder.steps[action.to].vendor:
        swept.wanted_cases.append(vendor_cases.Request(work, work.service_id or 0, text))


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
    told = for_client(why, title=work.tier.title) if "rule" in why else ""
    event(work, "ESCALATED", text, now=now, client_text=told, why=why, step=index, **of_event)
    tell_step(work, step, because=text, now=now)


def _wake(work: Work, action: Wake, *, now: datetime) -> None:
    text, told = internal(action.why), for_client(action.why)
    if work.status == RESOLVED:
        work.status, work.wake_at = CLOSED, None
    elif work.status == ON_HOLD:
        end_hold(work, now=now, because=text)
    else:
        back_to_tier(work, now=now, because=text)
    event(work, "WOKE" if work.status != CLOSED else "CLOSED", text, now=now, client_text=told, why=action.why)


def end_hold(work: Work, *, now: datetime, because: str) -> None:
    """The hold ends: the same holder goes on where it stood."""
    work.status, work.wake_at = (IN_PROGRESS if work.acknowledged_at else NEW), None
    if work.holder_kind == TIER:
        take_custody(work, TIER, now=now, because=because, tier_id=work.tier_id)
    follow_custody(work, now=now)


def back_to_tier(work: Work, *, now: datetime, because: str) -> None:
    """Back to the tier that held it last, in a new round, with what was left of its time to resolve."""
    home = work.ladder.tier_at_or_below(work.step)
    work.round += 1
    arrive(work, work.ladder.steps.index(home), now=now, because=because, left=work.used_seconds)
    tell_step(work, home, because=because, now=now)
