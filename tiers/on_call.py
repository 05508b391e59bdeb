"""Who of a team is on call. Pure: a rotation, the team's people, overrides and a moment in, an address or shifts out.

A rotation is one layer, `{timezone, hand_over: "mon 09:00", days: 7, from: "2026-01-05", order: [addresses]}`, or
several, `{timezone, layers: [{name, timezone, hand_over, days, from, order, hours}]}`. The rules:

- the people of a layer hand over every `days` days at the local time of its hand-over, also across changes of clocks:
  at a time that the clocks skip it is the next minute that exists, at one that comes twice its first occurrence;
- `from` says whose turn it is on that day; before it the turns go back in the same order;
- without an `order` all members take turns, in the team's order; who is no active member is passed over;
- with `hours` (as in a calendar) a layer holds within them only, in its own zone or else the rotation's;
- a later layer lies above the earlier ones where it has somebody;
- an override lies above all layers while it lasts, for an active member; of two, the later in the list;
- a team without a rotation has its first member on call.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from sla.business_time import WEEKDAYS as DAYS
from sla.business_time import BusinessCalendar

ROTATION, FIRST, OVERRIDE = "rotation", "first of the team", "override"
_LOOK_AHEAD = tuple(timedelta(days=days) for days in (1, 8, 32))


@dataclass(frozen=True, slots=True)
class Override:
    """`who` takes the duty from `begins_at` up to `ends_at`, whatever the layers say."""

    who: str
    begins_at: datetime
    ends_at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """`who` is on call from `begins_at` up to `ends_at`, "" for nobody; `because` is a layer or an override."""

    who: str
    begins_at: datetime
    ends_at: datetime
    because: str = ""


def on_call_at(
    rotation: Mapping[str, Any], members: Sequence[str], now: datetime, overrides: Sequence[Override] = ()
) -> str:  # fmt: skip
    """The address of who is on call at `now`; "" when nobody is. `members` are the active ones, in the team's order."""
    return _Duty.of(rotation, members, overrides).at(now)[0]


def shifts(
    rotation: Mapping[str, Any], members: Sequence[str], overrides: Sequence[Override] = (), *, begins: datetime,
    ends: datetime,
) -> list[Shift]:  # fmt: skip
    """Who is on call from `begins` up to `ends`, in order and without holes, in UTC: "" where nobody is."""
    duty = _Duty.of(rotation, members, overrides)
    inner = {cut for cut in duty.cuts(begins, ends) if begins < cut < ends}
    moments = [begins.astimezone(UTC), *sorted(inner), ends.astimezone(UTC)]
    return list(_joined((*duty.at(start), start, end) for start, end in pairwise(moments)))


def gaps(
    rotation: Mapping[str, Any], members: Sequence[str], overrides: Sequence[Override] = (), *, begins: datetime,
    ends: datetime,
) -> list[tuple[datetime, datetime]]:  # fmt: skip
    """When nobody is on call between `begins` and `ends`, in order."""
    found = shifts(rotation, members, overrides, begins=begins, ends=ends)
    return [(shift.begins_at, shift.ends_at) for shift in found if not shift.who]


def next_change(
    rotation: Mapping[str, Any], members: Sequence[str], overrides: Sequence[Override] = (), *, now: datetime
) -> datetime | None:  # fmt: skip
    """When somebody else than now, or nobody any more, is on call; None when that does not change within 32 days."""
    here = on_call_at(rotation, members, now, overrides)
    for ahead in _LOOK_AHEAD:
        for shift in shifts(rotation, members, overrides, begins=now, ends=now + ahead):
            if shift.who != here:
                return shift.begins_at
    return None


def zone_of(rotation: Mapping[str, Any]) -> str:
    """The zone in which a rotation is told: its own, else its first layer's, else UTC."""
    layers = rotation.get("layers") or [rotation]
    return str(rotation.get("timezone") or layers[0].get("timezone") or "UTC")


def first_hand_over(rotation: Mapping[str, Any]) -> datetime:
    """The local moment at which the first of the order begins: the hand-over's weekday on or after `from`."""
    weekday, _, clock = rotation["hand_over"].partition(" ")
    start = date.fromisoformat(str(rotation["from"]))
    day = start + timedelta(days=(DAYS.index(weekday) - start.weekday()) % 7)
    return datetime.combine(day, time.fromisoformat(clock))


@dataclass(frozen=True, slots=True)
class _Layer:
    """People who hand over to each other; `first` is local and naive, `turn` how long each of them has it."""

    name: str
    zone: ZoneInfo
    first: datetime
    turn: timedelta
    order: tuple[str, ...]
    hours: BusinessCalendar | None

    def who(self, at: datetime) -> str:
        if not self.order or (self.hours and not self.hours.is_open(at)):
            return ""
        return self.order[self._number(at) % len(self.order)]

    def cuts(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """The moments at which something may change, some of them outside."""
        if not self.order:
            return
        numbers = range(self._number(begins), self._number(ends) + 1) if len(self.order) > 1 else ()
        yield from (self._begins(number) for number in numbers)
        if self.hours:
            for opens, closes in takewhile(lambda window: window[0] < ends, self.hours.windows(begins)):
                yield from (opens, closes)

    def _number(self, at: datetime) -> int:
        """The number of the turn that holds at `at`, 0 for the first."""
        number = (at.astimezone(self.zone).replace(tzinfo=None) - self.first) // self.turn
        while self._begins(number + 1) <= at:  # the clocks went back, so the wall shows a time before it once more
            number += 1
        return number

    def _begins(self, number: int) -> datetime:
        """The moment of a hand-over: a time that is skipped means the next minute, one that comes twice its first."""
        local = self.first + number * self.turn
        while (at := local.replace(tzinfo=self.zone).astimezone(UTC)).astimezone(self.zone).replace(
            tzinfo=None
        ) != local:
            local += timedelta(minutes=1)
        return at


@dataclass(frozen=True, slots=True)
class _Duty:
    """The layers of a team, the lowest first, and what lies above them, the latest made last."""

    layers: tuple[_Layer, ...]
    overrides: tuple[Override, ...]

    @classmethod
    def of(cls, rotation: Mapping[str, Any], members: Sequence[str], overrides: Sequence[Override]) -> "_Duty":
        return cls(_layers(rotation, members), tuple(o for o in overrides if o.who in members))

    def at(self, moment: datetime) -> tuple[str, str]:
        """Who is on call at this moment, and because of what; both "" when nobody is."""
        for override in reversed(self.overrides):
            if override.begins_at <= moment < override.ends_at:
                return override.who, f"{OVERRIDE}: {override.why}" if override.why else OVERRIDE
        return next(((who, layer.name) for layer in reversed(self.layers) if (who := layer.who(moment))), ("", ""))

    def cuts(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        for override in self.overrides:
            yield from (override.begins_at.astimezone(UTC), override.ends_at.astimezone(UTC))
        for layer in self.layers:
            yield from layer.cuts(begins, ends)


def _layers(rotation: Mapping[str, Any], members: Sequence[str]) -> tuple[_Layer, ...]:
    if not rotation:
        return (_Layer(FIRST, ZoneInfo("UTC"), datetime(2000, 1, 1), timedelta(days=1), tuple(members[:1]), None),)
    rows = rotation.get("layers") or [{"name": ROTATION, **rotation}]
    return tuple(_layer(row, rotation, members) for row in rows)


def _layer(row: Mapping[str, Any], rotation: Mapping[str, Any], members: Sequence[str]) -> _Layer:
    zone = row.get("timezone") or zone_of(rotation)
    hours = tuple((day, tuple(openings)) for day, openings in (row.get("hours") or {}).items() if openings)
    return _Layer(
        name=row["name"],
        zone=ZoneInfo(zone),
        first=first_hand_over(row),
        turn=timedelta(days=row.get("days", 7)),
        order=tuple(m for m in row.get("order") or members if m in members),
        hours=_hours(zone, hours) if hours else None,
    )


@lru_cache(maxsize=512)
def _hours(zone: str, hours: tuple[tuple[str, tuple[str, ...]], ...]) -> BusinessCalendar:
    """Kept, because a calendar works its windows out once."""
    return BusinessCalendar.of(timezone=zone, hours=dict(hours))


def _joined(pieces: Iterable[tuple[str, str, datetime, datetime]]) -> Iterator[Shift]:
    """Neighbours that say the same are one shift."""
    for (who, because), same in groupby(pieces, key=lambda piece: piece[:2]):
        stretch = list(same)
        yield Shift(who, stretch[0][2], stretch[-1][3], because)
