"""When somebody who waits for a vendor is written to, and how many automatic mails that may be. Pure.

The agreement says how often the client hears of its request. While a vendor has the ball and no person writes, a mail
tells how it stands, at each whole multiple of that time. No clock takes such a mail for an answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tickets import explain
from tickets.facts import RESPOND, UPDATE, VENDOR_RESPOND, VENDOR_UPDATE, ClockFacts, Facts, VendorWait
from tickets.status import VENDOR

# Of these the mails are automatic; those about a vendor give way where there are too many.
ABOUT_VENDORS = frozenset(
    {"CASE_LODGED", "CASE_CHASED", "CLIENT_UPDATED", "VENDOR_ANSWERED", "VENDOR_ASKED", "VENDOR_CLOSING"}
)
AUTOMATIC = ABOUT_VENDORS | {"OPENED", "CLIENT_REMINDED"}
ANSWERS = frozenset({VENDOR_RESPOND, VENDOR_UPDATE})
MOST_AN_HOUR, HOUR = 3, timedelta(hours=1)
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TellClient:
    """The client is told that we wait for a vendor, since its update is due."""

    why: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """An automatic mail ahead: for which clock, at how many percent of it, and when."""

    clock: ClockFacts
    percent: int
    at: datetime


def tell_client_of_wait(facts: Facts, now: datetime) -> Iterator[TellClient]:
    """An update falls due while a vendor has the ball: once for each time that it does.

    Where a vendor comes to be late at the same look, that is told first, and is an update.
    """
    telling = next_telling(facts)
    if telling and telling.at <= now and not any(_falls_due(clock, now) for clock in facts.clocks):
        yield TellClient(_why(facts, telling, now=now))


def next_telling(facts: Facts) -> Telling | None:
    """The next automatic mail about a wait; None where no vendor has the ticket or no update is promised."""
    if facts.holder != VENDOR or not facts.waits:
        return None
    last = max([facts.waits[0].since, *facts.told[-1:]])
    return _following(facts.clocks, last, not_before=free_from(facts.told))


def next_update_at(
    clocks: Iterable[ClockFacts], told: Sequence[datetime], *, now: datetime, waits: bool
) -> datetime | None:  # fmt: skip
    """When a client that is told something now, and was by mail at `told`, hears from us next; None: by no promise.

    While it `waits` for a vendor a mail goes each time that its update falls due; else what has passed is no promise.
    """
    telling = _following(clocks, now, not_before=free_from((*told, now)) if waits else now)
    return telling.at if telling and (waits or telling.percent == 100) else None


def is_too_much(kind: str, told: Sequence[datetime], *, now: datetime) -> bool:
    """Whether an event of this kind gets no mail, since too many were sent within the hour."""
    return kind in ABOUT_VENDORS and free_from(told) > now


def free_from(told: Sequence[datetime]) -> datetime:
    """From when on one more mail is not too much. In: when the last were sent, the latest last."""
    return told[-MOST_AN_HOUR] + HOUR if len(told) >= MOST_AN_HOUR else datetime.min.replace(tzinfo=UTC)


def _following(clocks: Iterable[ClockFacts], after: datetime, *, not_before: datetime) -> Telling | None:
    """The first reply where none was given yet, else the next update."""
    promised = {clock.metric: clock for clock in clocks if clock.running_since}
    clock = promised.get(RESPOND) or promised.get(UPDATE)
    if clock is None:
        return None
    percent, at = _multiple_after(clock, after)
    return Telling(clock, percent, max(at, not_before))


def _multiple_after(clock: ClockFacts, after: datetime) -> tuple[int, datetime]:
    """The first whole multiple of its target that a running clock comes to later than `after`."""
    if clock.calendar is None or clock.running_since is None:
        return min((percent, at) for percent, at in (clock.moments or {}).items() if at > after)
    used = clock.consumed_seconds + clock.calendar.elapsed(clock.running_since, max(after, clock.running_since))
    percent = 100 * (int(used // clock.target_seconds) + 1)
    at = clock.moment(percent)
    assert at, "a clock that runs comes to each multiple"
    return (percent, at) if at > after else _multiple_after(clock, at + timedelta(microseconds=1))


def _falls_due(clock: ClockFacts, now: datetime) -> bool:
    """Whether a vendor's answer falls due now and nobody was told yet."""
    return clock.metric in ANSWERS and not clock.breached and clock.due_at is not None and clock.due_at <= now


def _why(facts: Facts, telling: Telling, *, now: datetime) -> dict[str, Any]:
    record = explain.why(facts, rule="CLIENT_UPDATE", now=now, clock=telling.clock, percent=telling.percent)
    following = _following(facts.clocks, now, not_before=free_from((*facts.told, now)))
    assert following, "the clock that leads to this goes on"
    return record | {
        "waits": [_written(wait) for wait in facts.waits],
        "told": [at.isoformat() for at in facts.told],
        "next_percent": following.percent,
        "next_at": following.at.isoformat(),
        "timezone": facts.zone,
    }


def _written(wait: VendorWait) -> dict[str, Any]:
    due = wait.due_at.isoformat() if wait.due_at else None
    return {
        "vendor": wait.vendor, "since": wait.since.isoformat(), "due_at": due, "first": wait.first,
        "reminded": wait.reminded,
    }  # fmt: skip


def facts_of(record: Record) -> Facts:
    """The facts that a record of this rule holds."""
    facts = explain.facts_of(record)
    [clock] = facts.clocks
    ahead = {record["next_percent"]: datetime.fromisoformat(record["next_at"])}
    return replace(
        facts,
        clocks=(replace(clock, moments={**(clock.moments or {}), **ahead}),),
        waits=tuple(_read(wait) for wait in record["waits"]),
        told=tuple(datetime.fromisoformat(at) for at in record["told"]),
        zone=record["timezone"],
    )


def _read(wait: Record) -> VendorWait:
    due = datetime.fromisoformat(wait["due_at"]) if wait["due_at"] else None
    since = datetime.fromisoformat(wait["since"])
    return VendorWait(wait["vendor"], since, due, wait["first"], wait["reminded"])
