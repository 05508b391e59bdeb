"""The moves that verbs and the sweep are made of: custody, clocks, timeline and mail of a ticket in hand.

Nothing here touches the database; `work.write` does, once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import User
from columnar import Json
from documents.guide.plain_words import zone_name
from sla.agreements import Target
from sla.clocks import pause, resume
from tickets.client_updates import AUTOMATIC, is_too_much, next_update_at
from tickets.facts import (
    ACKNOWLEDGE,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    OLAS,
    RESOLVE,
    RESPOND,
    UPDATE,
    VENDORS,
    counts,
    step_subject,
)
from tickets.status import NEW, ON_HOLD, TIER, VENDOR
from tickets.work import CaseInHand, RunningClock, Work
from tiers.ladder import Step

# What whoever reported it is told by mail, in the words of their page.
TOLD_BY_MAIL = AUTOMATIC | {"PUBLIC_REPLY", "RESOLVED"}


def event(
    work: Work,
    kind: str,
    text: str,
    *,
    now: datetime,
    by: User | None = None,
    client_text: str = "",
    why: dict[str, Any] | None = None,
    step: int | None = None,
    enclosed: Sequence[str] = (),
) -> None:
    """Add to the timeline. Time never runs backwards on one ticket. `enclosed` are lines that only a mail has."""
    work.event_count += 1
    work.last_event_at = max(now, work.last_event_at)
    record = dict(why or {})
    if client_text and kind in TOLD_BY_MAIL and work.contact_email:
        record |= _tell_reporter(work, kind, [client_text, *enclosed, *_zone_of(work, record)], by=by, now=now)
    work.events.append(
        {
            "ticket_id": work.id,
            "seq": work.event_count,
            "kind": kind,
            "at": work.last_event_at,
            "actor_id": by.pk if by else None,
            "text": text,
            "client_text": client_text,
            "why": Json(record),
            "step": step,
            "round": None if step is None else work.round,
        }
    )


def _tell_reporter(work: Work, kind: str, said: list[str], *, by: User | None, now: datetime) -> dict[str, bool]:
    """A mail to whoever reported it, unless too many went there within the hour by themselves; then it is recorded."""
    if is_too_much(kind, work.told, now=work.last_event_at):
        return {"not_mailed": True}
    if kind in AUTOMATIC:
        work.told = (*work.told, work.last_event_at)
    lines = [*said, "", work.say("Your reference is {key}.", key=work.key)]
    mail(work, f"client:{work.event_count}", to=(work.contact_email,), subject=work.title, lines=lines, now=now)
    if kind == "PUBLIC_REPLY" and by and by.is_person:
        work.messages[-1]["payload"]["by_person"] = True
    return {}


def _zone_of(work: Work, why: dict[str, Any]) -> list[str]:
    """Whose times those in a mail are, where it has some."""
    return [work.say("All times are {zone}.", zone=zone_name(why["timezone"], work.say))] if "timezone" in why else []


def told_when(work: Work, *, now: datetime, waits: bool | None = None) -> dict[str, Any]:
    """For the record of something that the client is told now: when that is, when it is written to next, its zone.

    In: `waits` whether it waits for a vendor from now on; left out: as it stands.
    """
    clocks = [clock.facts() for clock in work.open_clocks]
    waits = work.holder_kind == VENDOR if waits is None else waits
    again = next_update_at(clocks, work.told, now=now, waits=waits) if work.contact_email else None
    record = {"decided_at": now.isoformat(), "timezone": work.client_timezone}
    return record | ({"next_at": again.isoformat()} if again else {})


def mail(work: Work, suffix: str, *, to: tuple[str, ...], subject: str, lines: list[str], now: datetime) -> None:
    """Queue one mail; the same intent has the same key, so that it can be queued once only."""
    if not to:
        return
    payload = {"to": list(to), "subject": f"[{work.key}] {subject}", "text": "\n".join(lines), "ticket": work.key}
    row = {"key": f"{work.key}:{suffix}", "kind": "MAIL", "payload": payload, "not_before": now}
    work.messages.append(row)


def take_custody(
    work: Work, holder: str, *, now: datetime, because: str, tier_id: int | None = None, case_id: int | None = None,
    held: bool = False, origin: str = "OWN",
) -> None:  # fmt: skip
    """From now on the ticket is in these hands; its clocks follow."""
    work.custody_count += 1
    work.holder_kind = holder
    work.custody.append(
        {
            "ticket_id": work.id,
            "seq": work.custody_count,
            "origin": origin,
            "holder_kind": holder,
            "tier_id": tier_id,
            "vendor_case_id": case_id,
            "held": held,
            "began_at": now,
            "because": because[:300],
        }
    )
    follow_custody(work, now=now)


def follow_custody(work: Work, *, now: datetime) -> None:
    """Pause or resume each open clock as the ticket's hands say."""
    for clock in work.open_clocks:
        wanted = _counts(work, clock)
        if wanted and clock.running_since is None:
            start_running(clock, now=now)
        elif not wanted and clock.running_since is not None:
            stop_running(clock, now=now, for_good=False)


def _counts(work: Work, clock: RunningClock) -> bool:
    with_vendor = clock.metric in VENDORS and work.case(int(clock.subject.partition(":")[2])).with_vendor
    return counts(
        clock.metric,
        holder=work.holder_kind,
        held=work.status == ON_HOLD,
        vendor_time_counts=clock.vendor_time_counts,
        with_vendor=with_vendor,
    )


def pass_ball(work: Work, case: CaseInHand, ball: str, *, now: datetime, because: str) -> None:
    """From now on the case's ball is there; what the vendor promised follows it."""
    case.ball, case.ball_count, case.since, case.dirty = ball, case.ball_count + 1, now, True
    work.balls.append(
        {"case_id": case.id, "seq": case.ball_count, "ball": ball, "began_at": now, "because": because[:300]}
    )
    follow_custody(work, now=now)


def start_running(clock: RunningClock, *, now: datetime) -> None:
    clock.running_since, clock.dirty = now, True
    clock.due_at = clock.breached_at or resume(
        consumed_seconds=clock.consumed_seconds,
        target_seconds=clock.target_seconds,
        now=now,
        calendar=clock.calendar.calendar,
    )
    clock.state = "BREACHED" if clock.breached_at else "RUNNING"


def stop_running(clock: RunningClock, *, now: datetime, for_good: bool = True) -> None:
    """Pause: a target that was reached by now is a breach, seen or not.

    A clock between our teams that only pauses, and whose falling due nobody has seen, is due once it goes on: it has
    its climb before it.
    """
    assert clock.running_since is not None and clock.due_at is not None
    clock.consumed_seconds = pause(
        consumed_seconds=clock.consumed_seconds,
        running_since=clock.running_since,
        now=now,
        calendar=clock.calendar.calendar,
    )
    if clock.breached_at is None and clock.due_at <= now and (for_good or clock.metric not in OLAS):
        clock.breached_at = clock.due_at
    clock.running_since, clock.due_at, clock.dirty = None, None, True
    clock.state = "BREACHED" if clock.breached_at else "PAUSED"


def stop_clock(clock: RunningClock, *, now: datetime, met: bool = True) -> None:
    """End a clock with its verdict: MET or BREACHED, or ENDED when what it measured will not come any more."""
    if clock.running_since is not None:
        stop_running(clock, now=now)
    if clock.breached_at is None and clock.consumed_seconds >= clock.target_seconds:
        clock.breached_at = now
    clock.stopped_at, clock.dirty = now, True
    clock.state = "BREACHED" if clock.breached_at else ("MET" if met else "ENDED")


def stop_metric(work: Work, metric: str, *, now: datetime, subject: str | None = None, met: bool = True) -> None:
    for clock in work.open_clocks:
        if clock.metric == metric and subject in (None, clock.subject):
            stop_clock(clock, now=now, met=met)


def start_clock(
    work: Work,
    metric: str,
    target: Target | None,
    *,
    now: datetime,
    subject: str = "",
    consumed: float = 0,
    round: int | None = None,
    revision: int = 0,
    started_at: datetime | None = None,
) -> RunningClock | None:
    """Open a clock, running while what it measures counts; no target, no clock.

    In: `consumed` seconds that were used up before, and `started_at` where that began earlier than now.
    """
    if target is None:
        return None
    clock = RunningClock(
        id=None,
        metric=metric,
        subject=subject,
        round=work.round if round is None else round,
        revision=revision,
        tier_id=work.tier_id if metric in OLAS else None,
        agreement_version_id=target.agreement_version_id,
        calendar=target.calendar,
        target_seconds=target.seconds,
        inherited_seconds=consumed,
        consumed_seconds=consumed,
        started_at=started_at or now,
        counted_from=now,
        running_since=None,
        due_at=None,
        state="PAUSED",
        warned_percent=0,
        breached_at=None,
        vendor_time_counts=target.vendor_time_counts,
        thresholds=target.thresholds,
    )
    work.clocks.append(clock)
    if _counts(work, clock):
        start_running(clock, now=now)
    return clock


def pass_in_silence(clock: RunningClock, *, now: datetime, climbs: bool = False) -> None:
    """What lies behind a clock that goes on from an earlier one is not told again.

    One that `climbs` and has nothing left is due now instead, since its ticket must not stay where it is.
    """
    percent = 100 * clock.consumed_seconds / clock.target_seconds
    clock.warned_percent = max((p for p in clock.thresholds if p <= percent and p != 100), default=0)
    if clock.metric == OLA_ACKNOWLEDGE:  # its step's people are reminded at percentages of the policy's
        clock.warned_percent = min(int(percent), 99)
    if percent >= 100 and not climbs:
        clock.breached_at, clock.state = now, "BREACHED"
        clock.warned_percent = max(clock.warned_percent, 100)


def told_client(work: Work, *, now: datetime) -> None:
    """A person has told the client something: the first reply is given, and the update that was awaited."""
    stop_metric(work, RESPOND, now=now)
    stop_metric(work, UPDATE, now=now)
    work.responded_at, work.updated_at = work.responded_at or now, now


def start_update_clock(work: Work, *, now: datetime, consumed: float = 0) -> None:
    """The next public update is awaited from now on; `consumed` seconds of it may have passed before."""
    target, subject = work.terms.target(work.priority, UPDATE), f"update:{work.event_count + 1}"
    clock = start_clock(work, UPDATE, target, now=now, subject=subject, consumed=consumed)
    if clock:
        pass_in_silence(clock, now=now)


def leave_tier(work: Work, *, now: datetime) -> None:
    """Custody leaves the tier: what it promised has ended, OLA_RESOLVE is met by handing over in time."""
    stop_metric(work, OLA_ACKNOWLEDGE, now=now, met=False)
    stop_metric(work, OLA_RESOLVE, now=now)


def arrive(work: Work, index: int, *, now: datetime, because: str, used: float = 0) -> None:
    """The ticket arrives at a tier step: NEW there, that tier must acknowledge for itself.

    `used` = seconds of OLA_RESOLVE that an earlier stay at this tier has used up.
    """
    step = work.ladder.steps[index]
    tier = work.roster.tiers[step.tier]
    leave_tier(work, now=now)
    work.step, work.status = index, NEW
    work.tier_id, work.team_id = tier.id, tier.team.id
    work.assignee_id, work.assignee = None, ""
    work.acknowledged_at = work.acknowledged_by_id = work.wake_at = work.remind_at = None
    take_custody(work, TIER, now=now, because=because, tier_id=tier.id)
    start_step_clocks(work, step, now=now, used=used)


def start_step_clocks(work: Work, step: Step, *, now: datetime, used: float = 0) -> None:
    """The step's own waits, or else what the tier's OLA says, on the OLA's calendar."""
    subject = step_subject(work.step)
    start_clock(work, OLA_ACKNOWLEDGE, wait(work, step.acknowledge_within, ACKNOWLEDGE), now=now, subject=subject)
    start_clock(work, OLA_RESOLVE, wait(work, step.hand_over_after, RESOLVE), now=now, subject=subject, consumed=used)


def wait(work: Work, seconds: int | None, metric: str) -> Target | None:
    """What a step promises: its own wait or the tier's OLA, on the exception's calendar or else the OLA's."""
    ola = work.tier.ola
    target = ola.target(work.priority, metric) if seconds is None else ola.promise(work.priority, seconds)
    if target and work.ladder.calendar:
        return replace(target, calendar=work.roster.calendars[work.ladder.calendar])
    return target
