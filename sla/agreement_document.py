"""An agreement's document: whether it holds on a day, and every reason why it cannot be published. Pure.

`{calendar, calendars: {P1: name}, vendor_time_counts, targets: {P1: {ACKNOWLEDGE: "15m", UPDATE: "none"}},
effective_from, effective_until, thresholds: [50, 75, 90]}`; a vendor's commitment has severities for priorities.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from accounts.closest import did_you_mean
from sla.durations import parse
from sla.priorities import PRIORITIES

Refusal = tuple[tuple[str | int, ...], str]
"""Where in a document something is wrong, as keys and indexes, and what, in words that name a way out."""

METRICS = {
    "SLA": ("ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"),
    "OLA": ("ACKNOWLEDGE", "RESOLVE"),
    "UC": ("RESPOND", "UPDATE", "RESOLVE"),
}
DECLINED = "none"
"""How a target is written about which it was agreed that there is none."""

DEFAULT_THRESHOLDS = (50, 75, 90, 100, 125)
"""At which percentages of a target somebody is told, where an SLA does not say."""

HIGHEST_THRESHOLD = 1000


def check_agreement(document: Mapping[str, Any], *, kind: str, calendar_names: Iterable[str]) -> list[Refusal]:
    """Everything that keeps this document from being published, by key; nothing when it can be.

    In: the document, "SLA", "OLA" or "UC", and the names of all calendars. Durations and dates may be any text.
    """
    return [
        *_calendars(document, kind, set(calendar_names)),
        *_targets(document, kind),
        *_dates(document),
        *_thresholds(document, kind),
        *_vendor_time(document, kind),
    ]


def _calendars(document: Mapping[str, Any], kind: str, names: set[str]) -> Iterator[Refusal]:
    main, own = document.get("calendar"), document.get("calendars") or {}
    if main:
        yield from _known(main, names, "calendar")
    for level, name in own.items():
        yield from _level(level, document, kind, "calendars") or _known(name, names, "calendars", level)
    if not main:
        yield from _uncounted(document, own)


def _uncounted(document: Mapping[str, Any], own: Mapping[str, str]) -> Iterator[Refusal]:
    """Targets whose time no calendar counts."""
    if not own:
        yield ("calendar",), "is missing: write one, or one for each of the targets under calendars"
        return
    for level in _promising(document):
        if level not in own:
            yield ("calendars", level), f"no calendar counts the time of {level}: write one here, or calendar for all"


def _known(name: str, names: set[str], *path: str | int) -> Iterator[Refusal]:
    if name not in names:
        yield path, f'there is no calendar "{name}"{did_you_mean(name, names)}'


def _level(level: str, document: Mapping[str, Any], kind: str, key: str) -> list[Refusal]:
    """A priority or, in a commitment, a severity that does not exist."""
    levels = list(document.get("targets") or ()) if kind == "UC" and key == "calendars" else PRIORITIES
    if level in levels or (kind == "UC" and key == "targets"):
        return []
    return [((key, level), f'"{level}" is not one of {", ".join(levels)}{did_you_mean(level, levels)}')]


def _promising(document: Mapping[str, Any]) -> list[str]:
    """The priorities or severities with a target that is a time."""
    rows = document.get("targets") or {}
    return [level for level, row in rows.items() if any(written != DECLINED for written in row.values())]


def _targets(document: Mapping[str, Any], kind: str) -> Iterator[Refusal]:
    rows = document.get("targets") or {}
    if not any(rows.values()):
        yield ("targets",), "there is no target at all: write at least one, or none for what is not promised"
    for level, row in rows.items():
        yield from _level(level, document, kind, "targets")
        seconds: dict[str, int] = {}
        for metric, written in row.items():
            yield from _target(level, metric, written, kind, seconds)
        yield from _order(level, row, seconds)


def _target(level: str, metric: str, written: str, kind: str, seconds: dict[str, int]) -> Iterator[Refusal]:
    """What is wrong with one target; one that is a time is added to `seconds`."""
    path = ("targets", level, metric)
    known = METRICS.get(kind, METRICS["SLA"])
    if metric not in known:
        yield path, f"an agreement of kind {kind} has only {', '.join(known)}"
    elif written != DECLINED:
        try:
            seconds[metric] = parse(written)
        except ValueError as error:
            yield path, f"{error}, or none where nothing is promised"
        else:
            if not seconds[metric]:
                yield path, f'"{written}" is no time at all: write at least 1s, or none where nothing is promised'


def _order(level: str, row: Mapping[str, str], seconds: Mapping[str, int]) -> Iterator[Refusal]:
    """What is resolved was acknowledged, answered and told about before."""
    longest = seconds.get("RESOLVE")
    for metric in ("ACKNOWLEDGE", "RESPOND", "UPDATE"):
        if longest and seconds.get(metric, 0) > longest:
            message = f"{row[metric]} is longer than {row['RESOLVE']}, in which {level} is resolved"
            yield ("targets", level, metric), f"{message}: shorten it, or give RESOLVE more time"


def _dates(document: Mapping[str, Any]) -> Iterator[Refusal]:
    days: dict[str, date] = {}
    for key in ("effective_from", "effective_until"):
        if written := document.get(key):
            try:
                days[key] = _day(written)
            except ValueError:
                yield (key,), f'"{written}" is not a date, such as 2026-12-31'
    if len(days) == 2 and days["effective_until"] < days["effective_from"]:
        begins = document["effective_from"]
        yield ("effective_until",), f"it would end before it begins: write {begins} or a later day, or leave it out"


def _day(written: str) -> date:
    """A day as it is stored: dates are compared as texts, so there is one way to write one."""
    day = date.fromisoformat(written)
    if day.isoformat() != written:
        raise ValueError(written)
    return day


def _thresholds(document: Mapping[str, Any], kind: str) -> Iterator[Refusal]:
    written: Sequence[int] | None = document.get("thresholds")
    if written is None:
        return
    if kind != "SLA":
        yield ("thresholds",), "only an SLA has thresholds: leave them out"
    for index, percent in enumerate(written):
        if not 1 <= percent <= HIGHEST_THRESHOLD:
            yield ("thresholds", index), f"{percent} is not a percentage from 1 to {HIGHEST_THRESHOLD}"
    for index, (before, percent) in enumerate(pairwise(written), start=1):
        if percent <= before:
            yield ("thresholds", index), f"{percent} stands after {before}: write them in ascending order, each once"


def _vendor_time(document: Mapping[str, Any], kind: str) -> Iterator[Refusal]:
    if kind != "SLA" and document.get("vendor_time_counts") is not None:
        yield ("vendor_time_counts",), "only an SLA says whether a vendor's time counts"
