"""Histories of tickets by chance: what may happen next, when, and under which terms.

All chance comes from the `random` that is handed in, so that the same one tells the same history, and one made by
Hypothesis lets a failing history shrink.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from naive_facts import (
    ACKNOWLEDGE,
    CLIENT,
    NOBODY,
    OF_CASE,
    OLA_ACKNOWLEDGE,
    OLA_RESOLVE,
    RESOLVE,
    RESPOND,
    TIER,
    UPDATE,
    VENDOR,
    Fact,
    Promise,
    Terms,
)
from naive_ledger import RULES, History
from random_calendars import DrawnCalendar

STEPS = 3
MINUTE, HOUR, DAY = 60, 3600, 86400
# How long a promise is, in open seconds. Some are so short that they fall due between any two facts.
LENGTHS = (20, 15 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR + 60, 16 * HOUR, 40 * HOUR)
LONGEST_GAP = 3 * DAY
MOST_CASES = 9
# Twice as likely as the others, so that a history does not stay in the first tier's hands.
OFTEN = ("PRIORITY_CHANGED", "CLIENT_ANSWERED", "LODGED", "VENDOR_ANSWERED", "HANDED_BACK", "REPLIED")


def some_terms(random: Random, calendars: Sequence[DrawnCalendar]) -> Terms:
    """Promises of all kinds, now and then one left out; those of one agreement share a calendar."""
    counts = random.random() < 0.7
    to_client = _some_promises(random, random.choice(calendars), (ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE), counts)
    by_step = tuple(
        _some_promises(random, random.choice(calendars), (OLA_ACKNOWLEDGE, OLA_RESOLVE)) for _ in range(STEPS)
    )
    return Terms(to_client, by_step, _some_promises(random, random.choice(calendars), OF_CASE))


def some_gap(random: Random, history: History, at: int) -> int:
    """Seconds until the next fact: nothing, moments, minutes, days, or just what some clock still has."""
    kind = random.randrange(10)
    if kind < 3:
        left = [
            seen.due_at - at for seen in history.seen_at(at) if seen.due_at and at <= seen.due_at <= at + LONGEST_GAP
        ]
        if left:
            return max(0, random.choice(left) + random.choice((-1, 0, 0, 1)))
    if kind < 5:
        return random.choice((0, 0, 1, 59, 60))
    if kind < 8:
        return random.randrange(1, 8 * 60) * MINUTE
    return random.randrange(1, LONGEST_GAP)


def possible(history: History) -> list[str]:
    """The kinds of facts that can come next."""
    now = history.now
    if now.holder == NOBODY:
        return ["REOPENED", "REOPENED", "TERMS_CHANGED"]
    return [kind for kind, may in MAY if may(history)]


def some_fact(
    random: Random,
    history: History,
    at: int,
    calendars: Sequence[DrawnCalendar],
    kinds: Sequence[str] = tuple(RULES),
) -> Fact:
    """The next fact at this moment, of one of these kinds. Resolving ends much, so it comes more seldom."""
    may = [kind for kind in possible(history) if kind in kinds and (kind != "RESOLVED" or random.random() < 0.4)]
    kind = random.choice(may + [kind for kind in may if kind in OFTEN])
    return Fact(at, kind, **dict(_details(random, history, kind, at, calendars)))


def _details(
    random: Random, history: History, kind: str, at: int, calendars: Sequence[DrawnCalendar]
) -> Iterator[tuple[str, object]]:
    now = history.now
    if kind == "ESCALATED":
        yield "step", random.choice([step for step in range(STEPS) if step != now.step])
    if kind == "HELD":
        yield "until", at + random.choice((1, HOUR, random.randrange(1, 2 * DAY)))
    if kind == "LODGED":
        yield "case", len(now.lodged_by)
    if kind in ("VENDOR_ANSWERED", "HANDED_BACK", "CASE_CLOSED"):
        yield "case", random.choice(_cases_for(kind, history))
    if kind == "TERMS_CHANGED":
        terms = some_terms(random, calendars)
        yield "terms", _without_news(terms, now.terms) if now.holder == NOBODY else terms
    if kind == "PRIORITY_CHANGED":  # a case keeps the severity with which it was lodged
        yield "terms", replace(some_terms(random, calendars), by_vendor=now.terms.by_vendor)
    if kind == "RESOLVED":
        yield "by_person", random.random() < 0.7


def _without_news(terms: Terms, before: Terms) -> Terms:
    """Nothing is promised to the client that was not before: what a promise made after the end measures is open."""
    kept = {metric: promise for metric, promise in terms.to_client.items() if metric in before.to_client}
    return replace(terms, to_client=kept)


def _cases_for(kind: str, history: History) -> list[int]:
    wanted = {"VENDOR_ANSWERED": (VENDOR,), "HANDED_BACK": ("US",), "CASE_CLOSED": (VENDOR, "US")}[kind]
    return [case for case, ball in history.now.balls.items() if ball in wanted]


def _some_promises(
    random: Random, calendar: DrawnCalendar, metrics: Sequence[str], counts: bool = True
) -> dict[str, Promise]:
    return {m: Promise(random.choice(LENGTHS), calendar, counts) for m in metrics if random.random() < 0.9}


MAY = (
    ("ACKNOWLEDGED", lambda history: history.now.holder == TIER and not (history.now.held or history.acknowledged)),
    ("REPLIED", lambda history: True),
    ("WAITED_ON_CLIENT", lambda history: history.now.holder != CLIENT),
    ("CLIENT_ANSWERED", lambda history: history.now.holder == CLIENT),
    ("HELD", lambda history: history.now.holder == TIER),
    ("LET_GO", lambda history: history.now.held),
    ("ESCALATED", lambda history: True),
    ("LODGED", lambda history: len(history.now.balls) < 2 and len(history.now.lodged_by) < MOST_CASES),
    ("VENDOR_ANSWERED", lambda history: bool(_cases_for("VENDOR_ANSWERED", history))),
    ("HANDED_BACK", lambda history: bool(_cases_for("HANDED_BACK", history))),
    ("CASE_CLOSED", lambda history: bool(_cases_for("CASE_CLOSED", history))),
    ("PRIORITY_CHANGED", lambda history: True),
    ("TERMS_CHANGED", lambda history: True),
    ("RESOLVED", lambda history: True),
)
