"""Passing a ticket from hand to hand: to the client, to a vendor and back, held, done, open again. Pure moves.

The ticket's holder follows: the CLIENT if it waits on the client, else the vendor of the latest lodged case whose ball
is with the vendor, else the tier (docs/time.md, "Custody").
"""

from dataclasses import replace
from datetime import datetime

from sla.agreements import Target
from tickets.facts import (
    ACKNOWLEDGE,
    CHASE_ROUNDS,
    CHASED,
    MANAGER_RESPOND,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    RESOLVE,
    RESPOND,
    UPDATE,
    VENDOR_RESOLVE,
    VENDOR_RESPOND,
    VENDOR_UPDATE,
    case_subject,
)
from tickets.moves import (
    arrive,
    leave_tier,
    pass_ball,
    pass_in_silence,
    start_clock,
    start_update_clock,
    stop_metric,
    take_custody,
    told_client,
)
from tickets.status import (
    CLIENT,
    IN_PROGRESS,
    NEW,
    NOBODY,
    ON_HOLD,
    RESOLVED,
    TIER,
    VENDOR,
    WAITING_ON_CLIENT,
    WAITING_ON_VENDOR,
)
from tickets.work import CaseInHand, Work

DAYS_TO_REMIND, DAYS_FOR_CLIENT, DAYS_TO_CLOSE = 1, 3, 5


def take(work: Work, *, by_id: int, by_email: str, now: datetime) -> None:
    """Somebody takes it here; who takes an unassigned ticket gets it. `by_email` is empty for a program."""
    work.status, work.touched = IN_PROGRESS, True
    work.acknowledged_at, work.acknowledged_by_id = now, by_id
    if work.assignee_id is None and by_email:
        work.assignee_id, work.assignee = by_id, by_email
    stop_metric(work, ACKNOWLEDGE, now=now)
    stop_metric(work, OLA_ACKNOWLEDGE, now=now)


# the client ----------------------------------------------------------------------------------------------------------


def wait_on_client(work: Work, *, now: datetime, because: str, until: datetime | None = None) -> None:
    """The client must act: it is reminded after 1 and 2 open days, and after 3 the ticket comes back by itself."""
    leave_tier(work, now=now)
    work.status = WAITING_ON_CLIENT
    work.wake_at = until or after_open_days(work, DAYS_FOR_CLIENT, now=now)
    work.reminders = 0
    next_reminder(work, now=now)
    take_custody(work, CLIENT, now=now, because=because)


def next_reminder(work: Work, *, now: datetime) -> None:
    """When the client is reminded next: an open day from now, twice at most, and not once the wait is over."""
    at = after_open_days(work, DAYS_TO_REMIND, now=now)
    ends = work.wake_at or at
    work.remind_at = at if work.reminders < DAYS_FOR_CLIENT - 1 and at < ends else None


def end_client_wait(work: Work, *, now: datetime, because: str) -> None:
    """The client has acted, or had its time: back to the vendor that has the ball, else to the tier."""
    work.wake_at = work.remind_at = None
    case = work.case_with_vendor
    if case is None:
        back_to_tier(work, now=now, because=because)
    else:
        give_to_vendor(work, case, now=now, because=because)


# the vendor ----------------------------------------------------------------------------------------------------------


def lodge(work: Work, case: CaseInHand, *, now: datetime) -> None:
    """The case was really sent: its ball is with the vendor, and what it promised runs."""
    case.status, case.lodged_at, case.dirty = "LODGED", now, True
    because = f"Case lodged with {case.vendor}"
    pass_ball(work, case, "VENDOR", now=now, because=because)
    for metric in (VENDOR_RESPOND, VENDOR_RESOLVE):
        start_clock(work, metric, vendor_target(work, case, metric), now=now, subject=case_subject(case.id))
    _await_update(work, case, now=now)
    if work.status != WAITING_ON_CLIENT:
        give_to_vendor(work, case, now=now, because=because)


def vendor_target(work: Work, case: CaseInHand, metric: str) -> Target | None:
    """What the vendor promises for this case's severity."""
    terms = work.roster.terms.get(case.commitment_id or 0)
    target = terms.target(case.severity, metric.removeprefix("VENDOR_")) if terms else None
    return replace(target, thresholds=CHASE_ROUNDS) if target and metric in CHASED else target


def _await_update(work: Work, case: CaseInHand, *, now: datetime) -> None:
    """The vendor's next answer is awaited; each time after an answer is a round of its own."""
    subject = case_subject(case.id)
    if work.clock(VENDOR_UPDATE, subject) is None:
        target = vendor_target(work, case, VENDOR_UPDATE)
        start_clock(work, VENDOR_UPDATE, target, now=now, subject=subject, round=case.ball_count)


def give_to_vendor(work: Work, case: CaseInHand, *, now: datetime, because: str) -> None:
    """The vendor whose case has the ball holds the ticket."""
    leave_tier(work, now=now)
    work.status, work.wake_at, work.remind_at = WAITING_ON_VENDOR, None, None
    take_custody(work, VENDOR, now=now, because=because, case_id=case.id)


def hand_back(work: Work, case: CaseInHand, *, now: datetime, because: str) -> None:
    """Still with the vendor: from this moment it has the ball again, and the ticket."""
    return_ball(work, case, now=now, because=because)
    give_to_vendor(work, work.case_with_vendor or case, now=now, because=because)


def return_ball(work: Work, case: CaseInHand, *, now: datetime, because: str) -> None:
    """The vendor has the ball again; who has the ticket is for others to say."""
    case.status, case.dirty = "LODGED", True
    if not case.with_vendor:
        pass_ball(work, case, "VENDOR", now=now, because=because)
        _await_update(work, case, now=now)


def answered(work: Work, case: CaseInHand, *, now: datetime, because: str) -> None:
    """A human answer or question of the vendor: the ball is ours, back at the step that lodged the case.

    While the ticket waits on the client it stays there; another vendor that has the ball keeps or gets it.
    """
    subject = case_subject(case.id)
    for metric in (VENDOR_RESPOND, VENDOR_UPDATE):
        stop_metric(work, metric, now=now, subject=subject)
    case.status, case.answered_at = "ANSWERED", case.answered_at or now
    take_ball(work, case, now=now, because=because)


def take_ball(work: Work, case: CaseInHand, *, now: datetime, because: str) -> None:
    """The ball is ours, and the ticket goes where it then belongs."""
    pass_ball_to_us(work, case, now=now, because=because)
    if work.status != WAITING_ON_VENDOR:
        return
    other = work.case_with_vendor
    if other is None:
        back_to_tier(work, now=now, because=because, step=case.step)
    else:
        give_to_vendor(work, other, now=now, because=because)


def pass_ball_to_us(work: Work, case: CaseInHand, *, now: datetime, because: str) -> None:
    """The vendor has the ball no more; who has the ticket is for others to say."""
    pass_ball(work, case, "US", now=now, because=because)


def close_case(work: Work, case: CaseInHand, *, now: datetime) -> None:
    """The case is over: what the vendor promised ends, resolving it is met."""
    subject = case_subject(case.id)
    stop_metric(work, VENDOR_RESOLVE, now=now, subject=subject)
    for metric in (VENDOR_RESPOND, VENDOR_UPDATE):
        stop_metric(work, metric, now=now, subject=subject, met=False)
    if case.with_vendor:
        pass_ball(work, case, "US", now=now, because="The case was closed")
    case.status, case.closed_at, case.dirty = "CLOSED", now, True


# the tiers -----------------------------------------------------------------------------------------------------------


def back_to_tier(work: Work, *, now: datetime, because: str, step: int | None = None) -> None:
    """Back to the tier of `step` or of its own, in a new round, with what was left of its time to resolve."""
    index = work.ladder.home(work.step if step is None else step)
    work.round += 1
    tier = work.roster.tiers[work.ladder.steps[index].tier]
    arrive(work, index, now=now, because=because, used=work.used.get(tier.id, 0))


def hold(work: Work, *, now: datetime, because: str, until: datetime) -> None:
    """The same hands keep it, what runs between our teams pauses; it ends by itself."""
    work.status, work.wake_at = ON_HOLD, until
    take_custody(work, TIER, now=now, because=because, tier_id=work.tier_id, held=True)


def end_hold(work: Work, *, now: datetime, because: str) -> None:
    """The hold ends: the same holder goes on where it stood."""
    work.status, work.wake_at = (IN_PROGRESS if work.acknowledged_at else NEW), None
    take_custody(work, TIER, now=now, because=because, tier_id=work.tier_id)


# the end, and after it -----------------------------------------------------------------------------------------------


def finish(work: Work, summary: str, *, now: datetime, by_person: bool) -> None:
    """It is done: clocks stop with their verdicts, cases close, nobody holds it. A person's summary is a reply."""
    if by_person:
        told_client(work, now=now)
    for metric in (ACKNOWLEDGE, RESOLVE, OLA_ACKNOWLEDGE, OLA_RESOLVE):
        stop_metric(work, metric, now=now)
    for metric in (RESPOND, UPDATE, MANAGER_RESPOND):
        stop_metric(work, metric, now=now, met=False)
    for case in work.cases:
        if case.status not in ("CLOSED", "QUEUED"):  # what is on its way is closed when it has left
            close_case(work, case, now=now)
    work.status, work.resolved_at, work.resolution = RESOLVED, now, summary
    work.wake_at, work.remind_at = after_open_days(work, DAYS_TO_CLOSE, now=now), None
    take_custody(work, NOBODY, now=now, because="Resolved")


def open_again(work: Work, *, now: datetime, because: str, spent: dict[str, float]) -> None:
    """Back to the last tier in a new round; old verdicts stand, what was left is left.

    `spent` = seconds that RESOLVE, and what else goes on, had consumed when the ticket was resolved.
    """
    work.resolved_at, work.resolution = None, ""
    back_to_tier(work, now=now, because=because)
    for metric in (RESOLVE, RESPOND):
        if metric in spent:
            target = work.terms.target(work.priority, metric)
            consumed = spent[metric]
            clock = start_clock(work, metric, target, now=now, consumed=consumed, started_at=work.opened_at)
            if clock:
                pass_in_silence(clock, now=now)
    if work.updated_at:
        start_update_clock(work, now=now, consumed=spent.get(UPDATE, 0))


def after_open_days(work: Work, days: int, *, now: datetime) -> datetime:
    """So many open days on, on the calendar of what is promised to the client."""
    return work.terms.calendar_for(work.priority).calendar.after_open_days(now, days)
