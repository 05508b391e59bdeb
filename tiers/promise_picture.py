"""The worst way of a promise, hour by hour: cut into what was worked and what was waited, and drawn.

Facts in, shapes out; no queries here. Places are percentages of the time from the start of the way, as text: up to its
end, or to the moment at which the promise falls due when that is later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sla.alignment import Stay
from sla.business_time import BusinessCalendar

Shown = dict[str, Any]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TOP = 44  # heights in pixels: of the words above the lanes, of a lane, and how deep its bar lies under its name
LANE, BAR = 40, 18
MOST_DAYS = 6  # so many names of days stand beside each other on a small screen
# Marks on the axis lie this far apart on ways that are no longer than this.
MARKS = ((HOUR, 4 * DAY), (6 * HOUR, 21 * DAY))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a stay in which those who hold the ticket work, or in which they are closed."""

    who: str
    works: bool
    began_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.began_at).total_seconds()


def pieces(stay: Stay) -> Iterator[Piece]:
    """A stay cut at the openings and closings of its own calendar."""
    return cut(stay.leg.who, stay.leg.calendar, stay.began_at, stay.ended_at)


def cut(who: str, calendar: BusinessCalendar, began_at: datetime, ended_at: datetime) -> Iterator[Piece]:
    """The time between two moments, cut at the openings and closings of a calendar."""
    for opens, closes in calendar.windows(began_at):
        if began_at < min(opens, ended_at):
            yield Piece(who, False, began_at, min(opens, ended_at))
        if opens >= ended_at:
            return
        yield Piece(who, True, opens, min(closes, ended_at))
        began_at = closes


def table(stays: Sequence[Stay], calendar: BusinessCalendar) -> list[Shown]:
    """Each piece of the way, with how much of the promise, on its calendar, has been used when it ends."""
    start = stays[0].began_at
    return [
        {"piece": piece, "used": calendar.elapsed(start, piece.ended_at)} for stay in stays for piece in pieces(stay)
    ]


def totals(stays: Sequence[Stay]) -> Shown:
    """Of the whole way: its time by the clock on the wall, its open time, and what the promise counted, in seconds."""
    return {
        "wall": (stays[-1].ended_at - stays[0].began_at).total_seconds(),
        "open": sum(stay.leg.seconds for stay in stays),
        "used": sum(stay.counted_seconds for stay in stays),
    }


def picture(
    stays: Sequence[Stay], calendar: BusinessCalendar, due_at: datetime, holders: Mapping[str, Shown], zone: tzinfo
) -> Shown:
    """Lanes under one another, one for each who holds the ticket and one for the promise, above a common axis."""
    ended_at = stays[-1].ended_at
    axis = Axis.over(stays[0].began_at, ended_at, due_at)
    lanes = [_stay_lane(stay, axis, holders) for stay in stays]
    lanes.append({"name": "The promise", "bars": _counted(calendar, due_at, ended_at, axis)})
    for number, lane in enumerate(lanes):
        lane |= {"name_y": TOP + number * LANE + 12, "bar_y": TOP + number * LANE + BAR}
    foot = TOP + len(lanes) * LANE
    return {
        "lanes": lanes,
        "slack": calendar.elapsed(ended_at, due_at),
        "due": _flag(due_at, axis),
        "end": _flag(ended_at, axis),
        "days": _days(axis, zone),
        "marks": [axis.place(at) for at in _marks(axis)],
        "foot": foot,
        "words_y": foot + 20,
        "height": foot + 28,
    }


@dataclass(frozen=True, slots=True)
class Axis:
    """From the start of the way to the end of what is drawn."""

    begins: datetime
    ends: datetime

    @classmethod
    def over(cls, begins: datetime, *moments: datetime) -> "Axis":
        """From a moment to the last of those after it; a way that takes no time is drawn over a minute."""
        return cls(begins, max(begins + MINUTE, *moments))

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    def place(self, at: datetime) -> str:
        return f"{(at - self.begins) / self.length * 100:.2f}"

    def width(self, began_at: datetime, ended_at: datetime) -> str:
        return f"{(ended_at - began_at) / self.length * 100:.2f}"


def _stay_lane(stay: Stay, axis: Axis, holders: Mapping[str, Shown]) -> Shown:
    return {
        "name": stay.leg.who,
        "bars": [_bar(piece, axis, holders) for piece in pieces(stay)],
        "open": stay.leg.seconds,
        "wall": (stay.ended_at - stay.began_at).total_seconds(),
    }


def _flag(at: datetime, axis: Axis) -> Shown:
    """A moment that has words of its own; in the right half they stand to its left, so that there is room for them."""
    return {"at": at, "x": axis.place(at), "to_left": at - axis.begins > axis.length / 2}


def _bar(piece: Piece, axis: Axis, holders: Mapping[str, Shown]) -> Shown:
    return {**_place(piece, axis), "holder": holders[piece.who] if piece.works else None, "kind": "holder"}


def _counted(calendar: BusinessCalendar, due_at: datetime, ended_at: datetime, axis: Axis) -> list[Shown]:
    """When the promise counts: up to the end of the way or until it falls due, then what is late, or what is spared."""
    first, last = sorted((due_at, ended_at))
    after = "late" if due_at < ended_at else "spare"
    spans = [("in-time", piece) for piece in cut("", calendar, axis.begins, first)]
    spans += [(after, piece) for piece in cut("", calendar, first, last)]
    return [{**_place(piece, axis), "kind": kind} for kind, piece in spans if piece.works]


def _place(piece: Piece, axis: Axis) -> Shown:
    return {"piece": piece, "x": axis.place(piece.began_at), "width": axis.width(piece.began_at, piece.ended_at)}


def _days(axis: Axis, zone: tzinfo) -> list[Shown]:
    """The midnights of the reader's zone, named as long as there is room."""
    first, last = axis.begins.astimezone(zone).date(), axis.ends.astimezone(zone).date()
    step = (last - first).days // MOST_DAYS + 1
    midnights = [
        datetime.combine(first + number * DAY, datetime.min.time(), tzinfo=zone)
        for number in range(1, (last - first).days + 1, step)
    ]
    return [{"at": at, "x": axis.place(at)} for at in midnights]


def _marks(axis: Axis) -> Iterator[datetime]:
    """Moments between the days: each hour of a short way, every sixth of a longer one."""
    step = next((step for step, longest in MARKS if axis.length <= longest), None)
    at = axis.begins.replace(minute=0, second=0, microsecond=0) + HOUR
    while step and at < axis.ends:
        yield at
        at += step
