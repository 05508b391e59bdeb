"""The coming days of a team's duty as a picture: a lane for each person, and one for the time that nobody has. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from tiers.on_call import OVERRIDE, Shift

NARROWEST = 0.6  # percent, so that an hour can still be seen
ROOM = 70  # percent, behind which a label ends at its line


@dataclass(frozen=True, slots=True)
class Bar:
    """One shift: where it lies in percent of the width, what kind of shift it is, and when, in words."""

    x: float
    width: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's shifts; "" is nobody's."""

    who: str
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A midnight in the reader's zone, in percent of the width; Mondays have a `label`, which ends at the last ones."""

    x: float
    on: date
    label: str

    @property
    def is_late(self) -> bool:
        """Whether there is no room for the label to its right."""
        return self.x > ROOM


def lanes(shifts: Sequence[Shift], names: Mapping[str, str], zone: tzinfo) -> list[Lane]:
    """The people in the order of their first shift, nobody first: that is what wants attention."""
    if not shifts:
        return []
    begins, ends = shifts[0].begins_at, shifts[-1].ends_at
    order = sorted(dict.fromkeys(shift.who for shift in shifts), key=bool)
    return [
        Lane(who, names.get(who, who) if who else "Nobody", tuple(_bars(shifts, who, begins, ends, zone)))
        for who in order
    ]


def _bars(shifts: Sequence[Shift], who: str, begins: datetime, ends: datetime, zone: tzinfo) -> Iterator[Bar]:
    for shift in shifts:
        if shift.who == who:
            x = _percent(shift.begins_at, begins, ends)
            width = max(_percent(shift.ends_at, begins, ends) - x, NARROWEST)
            yield Bar(x, round(width, 3), kind(shift), span_words(shift, zone))


def kind(shift: Shift) -> str:
    """How a shift is drawn: NOBODY, OVERRIDE or TURN."""
    if not shift.who:
        return "NOBODY"
    return "OVERRIDE" if shift.because.startswith(OVERRIDE) else "TURN"


def ticks(begins: datetime, ends: datetime, zone: tzinfo) -> list[Tick]:
    """The midnights from `begins` up to `ends` in the reader's zone; Mondays have a label."""
    day, found = begins.astimezone(zone).date() + timedelta(days=1), []
    while (midnight := datetime.combine(day, time(), tzinfo=zone)) < ends:
        label = f"{day:%a} {day.day} {day:%b}" if day.weekday() == 0 else ""
        found.append(Tick(_percent(midnight, begins, ends), day, label))
        day += timedelta(days=1)
    return found


def span_words(shift: Shift, zone: tzinfo) -> str:
    """From when to when, in the reader's zone."""
    return f"{moment_words(shift.begins_at, zone)} to {moment_words(shift.ends_at, zone)}"


def moment_words(at: datetime, zone: tzinfo) -> str:
    """A moment with its weekday and date: "Mon 2 Mar 09:00"."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def _percent(at: datetime, begins: datetime, ends: datetime) -> float:
    return round(100 * ((at - begins) / (ends - begins)), 3)
