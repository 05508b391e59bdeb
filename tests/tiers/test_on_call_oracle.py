"""Shifts held against a plain reading: for each minute one looks at the clock on the wall and at the list of turns."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tiers.on_call import Override, gaps, on_call_at, shifts

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PEOPLE = tuple(f"{name}@msp.example" for name in ("ann", "bob", "cleo", "dan"))
# Each with a day on which its clocks change.
PLACES = (
    ("Europe/London", date(2026, 3, 29)), ("Europe/London", date(2026, 10, 25)), ("Europe/Berlin", date(2026, 3, 29)),
    ("America/New_York", date(2026, 11, 1)), ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Asia/Kolkata", date(2026, 5, 5)),
)  # fmt: skip
LENGTH = 4 * DAY
AROUND = 8 * DAY


@cache
def wall(zone: str, begins: datetime) -> list[tuple[datetime, datetime]]:
    """Each minute around the four days from `begins` on, with what the wall clock shows then."""
    tz, count = ZoneInfo(zone), (LENGTH + 2 * AROUND) // MINUTE
    minutes = [begins - AROUND + n * MINUTE for n in range(count)]
    return [(at, at.astimezone(tz).replace(tzinfo=None)) for at in minutes]


def first_shown(shown: list[tuple[datetime, datetime]], local: datetime) -> datetime | None:
    """The first minute at which the wall clock has come to a local time."""
    guess = max(0, (local - shown[0][1]) // MINUTE - 180)  # clocks are never changed by more than that
    return next((at for at, seen in shown[guess:] if seen >= local), None)


def last_shown(shown: list[tuple[datetime, datetime]], local: datetime) -> datetime | None:
    """The last minute at which it shows a local time, or has come past one that it never shows."""
    guess = max(0, (local - shown[0][1]) // MINUTE - 180)
    near = shown[guess : guess + 360]
    return max((at for at, seen in near if seen == local), default=None) or first_shown(shown, local)


def hand_overs(layer: dict, shown: list[tuple[datetime, datetime]]) -> list[tuple[datetime, int]]:
    """The moments of hand-overs that can be seen, each with the number of the turn that begins."""
    weekday, clock = layer["hand_over"].split(" ")
    day = date.fromisoformat(layer["from"])
    while DAYS[day.weekday()] != weekday:
        day += DAY
    first, turn = datetime.combine(day, time.fromisoformat(clock)), timedelta(days=layer["days"])
    last = (shown[-1][1] - first) // turn
    numbers = range((shown[0][1] - first) // turn + 1, last + 1)
    return [(at, number) for number in numbers if (at := first_shown(shown, first + number * turn))]


def openings(layer: dict, shown: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The windows that can be seen in whole."""
    found, day = [], shown[0][1].date() + DAY
    while day < shown[-1][1].date() - DAY:
        for text in layer["hours"].get(DAYS[day.weekday()], ()):
            begins, ends = (time.fromisoformat(part) for part in text.split("-"))
            until = datetime.combine(day if ends > begins else day + DAY, ends)
            found.append((first_shown(shown, datetime.combine(day, begins)), last_shown(shown, until)))
        day += DAY
    return found


class Plain:
    """What one reads off the wall and the list of turns of a duty."""

    def __init__(self, rotation: dict, overrides: list[Override], begins: datetime) -> None:
        self.overrides, self.layers = overrides, []
        for layer in rotation["layers"]:
            shown = wall(layer.get("timezone", rotation["timezone"]), begins)
            windows = openings(layer, shown) if "hours" in layer else [(shown[0][0], shown[-1][0])]
            order = [person for person in layer["order"] if person in PEOPLE[:3]]  # the last one has left
            self.layers.append((windows, hand_overs(layer, shown), order))

    def who(self, at: datetime) -> str:
        above = [o.who for o in self.overrides if o.begins_at <= at < o.ends_at and o.who in PEOPLE[:3]]
        found = [self._of_layer(*layer, at) for layer in self.layers] + above
        return next((who for who in reversed(found) if who), "")

    def _of_layer(self, windows: list, turns: list, order: list[str], at: datetime) -> str:
        if not order or not any(opens <= at < closes for opens, closes in windows):
            return ""
        past = [number for moment, number in turns if moment <= at]
        return order[(past[-1] if past else turns[0][1] - 1) % len(order)]


HOURS = [[text] for text in ("09:00-17:00", "22:00-06:00", "01:30-02:30", "00:00-01:30", "02:15-23:45")]
hand_over = st.builds("{} {}".format, st.sampled_from(DAYS), st.sampled_from(("01:30", "02:00", "02:15", "09:00")))
layer = st.fixed_dictionaries(
    {
        "name": st.just("Layer"), "hand_over": hand_over, "days": st.integers(1, 5),
        "from": st.dates(date(2025, 12, 1), date(2026, 12, 1)).map(date.isoformat),
        "order": st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True),
    },
    optional={
        "hours": st.builds(dict.fromkeys, st.sets(st.sampled_from(DAYS), min_size=1), st.sampled_from(HOURS)),
        "timezone": st.sampled_from([place for place, _ in PLACES]),
    },
)  # fmt: skip


@st.composite
def duties(draw):
    """A rotation of up to three layers, overrides, and four days around a change of clocks."""
    zone, day = draw(st.sampled_from(PLACES))
    begins = datetime.combine(day - 2 * DAY, time(), tzinfo=UTC)
    span = st.integers(-600, LENGTH // MINUTE + 600)
    rows = draw(st.lists(st.tuples(st.sampled_from(PEOPLE), span, st.integers(1, 2000)), max_size=3))
    overrides = [Override(who, begins + at * MINUTE, begins + (at + length) * MINUTE) for who, at, length in rows]
    return {"timezone": zone, "layers": draw(st.lists(layer, min_size=1, max_size=3))}, overrides, begins


@settings(max_examples=60, deadline=None)
@given(duties(), st.lists(st.integers(0, LENGTH // MINUTE - 1), min_size=6, max_size=6))
def test_shifts_are_what_a_look_at_the_wall_in_any_minute_says(duty, minutes):
    rotation, overrides, begins = duty
    plain = Plain(rotation, overrides, begins)
    found = shifts(rotation, PEOPLE[:3], overrides, begins=begins, ends=begins + LENGTH)
    assert found[0].begins_at == begins and found[-1].ends_at == begins + LENGTH
    assert all(one.ends_at == two.begins_at for one, two in pairwise(found))
    assert all((one.who, one.because) != (two.who, two.because) for one, two in pairwise(found))
    edges = [shift.begins_at for shift in found[1:]]
    near = [edge + minutes * MINUTE for edge in edges for minutes in (-1, 0, 10, 40) if edge < begins + LENGTH - DAY]
    looked_at = {begins + minute * MINUTE for minute in minutes} | set(near)
    for at in sorted(looked_at):
        shown = next(shift.who for shift in found if shift.begins_at <= at < shift.ends_at)
        assert shown == plain.who(at), at
        assert shown == on_call_at(rotation, PEOPLE[:3], at, overrides), at


@settings(max_examples=25, deadline=None)
@given(duties())
def test_gaps_are_the_stretches_that_have_nobody(duty):
    rotation, overrides, begins = duty
    empty = gaps(rotation, PEOPLE[:3], overrides, begins=begins, ends=begins + LENGTH)
    for at in (begins + hour * timedelta(hours=1) for hour in range(96)):
        within = any(start <= at < end for start, end in empty)
        assert within is (on_call_at(rotation, PEOPLE[:3], at, overrides) == "")
