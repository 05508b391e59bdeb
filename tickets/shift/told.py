"""What the start of a shift tells: which events matter most, in which words, and lines of a hand-over note. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate
from typing import Any

from tickets.rows import clock_time
from tickets.status import TIER

# The most important first: what needs somebody, what came to the reader, what others have answered, what has ended.
WEIGHTS = {
    "MANAGER_CALLED": 0,
    "LADDER_ENDED": 0,
    "ESCALATED": 1,
    "BREACHED": 2,
    "ASSIGNED": 3,
    "VENDOR_ANSWERED": 4,
    "SIDE_ANSWERED": 4,
    "CASE_FAILED": 4,
    "REOPENED": 5,
    "RESUMED": 5,
    "RESOLVED": 6,
}
WORDS = {
    "MANAGER_CALLED": ("manager called", "managers called"),
    "LADDER_ENDED": ("end of the ladder", "ends of the ladder"),
    "ESCALATED": ("escalation", "escalations"),
    "BREACHED": ("breach", "breaches"),
    "ASSIGNED": ("assigned to you", "assigned to you"),
    "VENDOR_ANSWERED": ("vendor answer", "vendor answers"),
    "SIDE_ANSWERED": ("answer beside", "answers beside"),
    "CASE_FAILED": ("case not sent", "cases not sent"),
    "REOPENED": ("reopened", "reopened"),
    "RESUMED": ("goes on after a wait", "go on after a wait"),
    "RESOLVED": ("resolved", "resolved"),
}
LAST, MOMENT = "last", "moment"
SPANS = {"8h": timedelta(hours=8), "24h": timedelta(hours=24)}
FIRST_SHIFT = timedelta(hours=8)
LONGEST_AWAY = timedelta(days=31)
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """A ticket that something happened on: its latest most important line, and how often what happened in words."""

    key: str
    priority: str
    client: str
    title: str
    kind: str
    line: str
    at: datetime
    counts: Sequence[str] = field(default_factory=tuple)


def since_of(wanted: str, written: datetime | None, *, left_at: datetime | None, now: datetime) -> datetime:
    """From when on the reader wants to know: since the last shift, for so many hours, or from the moment `written`.

    Never ahead, and never more than 31 days ago. Whoever was never here before hears of the last eight hours.
    """
    found = written if wanted == MOMENT else None
    if wanted in SPANS:
        found = now - SPANS[wanted]
    found = found or left_at or now - FIRST_SHIFT
    return min(max(found, now - LONGEST_AWAY), now)


def greeting(now: datetime, zone: tzinfo) -> str:
    """What one says at this hour of the reader's day."""
    hour = now.astimezone(zone).hour
    if hour < 4:
        return "Good night."
    return "Good morning." if hour < 12 else "Good afternoon." if hour < 18 else "Good evening."


def grouped(events: Iterable[Mapping[str, Any]], *, most: int) -> list[Changed]:
    """The events by ticket, the ticket with the most important first; of equals, the latest. At most `most` tickets.

    In: events with `ticket_id`, `kind`, `at`, `text` and the ticket's priority, client and title.
    """
    by_ticket: dict[int, list[Mapping[str, Any]]] = {}
    for event in events:
        by_ticket.setdefault(event["ticket_id"], []).append(event)
    told = [min(found, key=_order) for found in by_ticket.values()]
    chosen = sorted(told, key=_order)[:most]
    return [_changed(event, by_ticket[event["ticket_id"]]) for event in chosen]


def _order(event: Mapping[str, Any]) -> tuple[int, float]:
    return WEIGHTS[event["kind"]], -event["at"].timestamp()


def _changed(event: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Changed:
    counts = Counter(other["kind"] for other in beside)
    return Changed(
        key=f"ESC-{event['ticket_id']}",
        priority=event["priority"],
        client=event["client"],
        title=event["title"],
        kind=event["kind"],
        line=shortened(event["text"]),
        at=event["at"],
        counts=counted(counts),
    )


def counted(counts: Mapping[str, int]) -> tuple[str, ...]:
    """How often what happened: "2 escalations", "1 breach", the most important first."""
    kinds = sorted((kind for kind in counts if counts[kind]), key=lambda kind: WEIGHTS[kind])
    return tuple(f"{counts[kind]} {WORDS[kind][counts[kind] != 1]}" for kind in kinds)


def shortened(text: str) -> str:
    """The first line of a text, no longer than a line may be."""
    first = text.strip().partition("\n")[0].strip()
    return first if len(first) <= LONGEST_LINE else f"{first[: LONGEST_LINE - 1].rstrip()}…"


def note_line(row: Mapping[str, Any], *, since: datetime | None, now: datetime, zone: tzinfo) -> str:
    """One ticket of a hand-over: "ESC-12 P1 Acme: Mail down, with Microsoft since 14:10, Microsoft answers by 16:00".

    In: a row as `rows.row_of` makes it, with its metric, and since when its hands have it.
    """
    whose = "with us" if row["holder"]["kind"] == TIER else f"with {_whom(row['holder'])}"
    held = f"{whose} since {clock_time(since, now=now, zone=zone)}" if since else whose
    parts = [f"{row['key']} P{row['priority']} {row['client']}: {row['title']}", held, *_until(row, now=now, zone=zone)]
    return ", ".join(parts)


def fitting(lines: Sequence[str], *, most: int) -> list[str]:
    """The first lines, of no more than `most` characters together, and how many there are besides."""
    ends = accumulate(len(line) + 1 for line in lines)
    kept = [line for line, end in zip(lines, ends, strict=True) if end <= most]
    more = len(lines) - len(kept)
    return [*kept, f"and {more} more, ticked below"] if more else kept


def left_out(who: str, keys: Sequence[str]) -> str:
    """Why tickets do not stand in a note: "ESC-12 and ESC-13 are left out: Lena may not see their clients."."""
    if len(keys) == 1:
        return f"{keys[0]} is left out: {who} may not see its client."
    return f"{', '.join(keys[:-1])} and {keys[-1]} are left out: {who} may not see their clients."


def _whom(holder: Mapping[str, Any]) -> str:
    return {"CLIENT": "the client", "NOBODY": "nobody"}.get(holder["kind"]) or str(holder["name"])


def _until(row: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> list[str]:
    clock = row["clock"]
    if clock["due_at"] is None:
        return [] if clock["still"] == "No clock runs" else [clock["still"][:1].lower() + clock["still"][1:]]
    at = clock_time(clock["due_at"], now=now, zone=zone)
    if clock["due_at"] <= now:
        return [f"{clock['name']} missed at {at}"]
    return [clock["still"] or f"{clock['name']} by {at}"]
