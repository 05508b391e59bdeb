"""What is different between two documents of a policy, in words. Pure: two documents in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from sla.durations import parse
from sla.durations import words as duration_words
from sla.priorities import PRIORITIES
from tiers.ladder import CONDITIONS
from tiers.policy_words import PEOPLE, exception_then, exception_when, listing, rule_then, rule_when

Row = Mapping[str, Any]
Document = Mapping[str, Any]
CLIENTS, LADDERS, EXCEPTIONS, ROUTING = "clients", "ladders", "exceptions", "routing"
EVERYONE = "everyone whom no other policy names"


@dataclass(frozen=True, slots=True)
class Said:
    """One difference: the section of the document, the place in it as people call it, and what changed there."""

    section: str
    place: str
    words: str


def changes(before: Document, after: Document) -> list[Said]:
    """Every difference in meaning from `before` to `after`, in the documents' order; none when they mean the same."""
    return [
        *_clients(before.get(CLIENTS) or (), after.get(CLIENTS) or ()),
        *_ladders(before.get(LADDERS) or {}, after.get(LADDERS) or {}),
        *_exceptions(before.get(EXCEPTIONS) or (), after.get(EXCEPTIONS) or ()),
        *_rules(before.get(ROUTING) or (), after.get(ROUTING) or ()),
    ]


# For whom


def _clients(before: Sequence[str], after: Sequence[str]) -> Iterator[Said]:
    if set(before) == set(after):
        return
    if not before or not after:
        is_for, was_for = (listing(list(names)) if names else EVERYONE for names in (after, before))
        yield Said(CLIENTS, "For whom", f"It is for {is_for} now (was for {was_for})")
        return
    for name in after:
        if name not in before:
            yield Said(CLIENTS, "For whom", f"It is for {name} as well")
    for name in before:
        if name not in after:
            yield Said(CLIENTS, "For whom", f"It is no longer for {name}")


# Ladders


def _ladders(before: Mapping[str, Sequence[Row]], after: Mapping[str, Sequence[Row]]) -> Iterator[Said]:
    """Neighbouring priorities that change alike are told together."""
    found = [(p, _ladder(before.get(p), after.get(p))) for p in PRIORITIES if before.get(p) or after.get(p)]
    for differences, alike in groupby(found, key=lambda row: row[1]):
        priorities = listing([priority for priority, _ in alike])
        for place, words in differences:
            yield Said(LADDERS, ", ".join(filter(None, [priorities, place])), words)


def _ladder(before: Sequence[Row] | None, after: Sequence[Row] | None) -> tuple[tuple[str, str], ...]:
    if not before or not after:
        return (("", "has a ladder now" if after else "has no ladder any more"),)
    return tuple(steps_changed(before, after))


def steps_changed(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Each difference between two ladders as the step's place ("step 2") and words."""
    names = [step_name(step) for step in before], [step_name(step) for step in after]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if kind == "equal":
            for offset in range(i2 - i1):
                place = f"step {j1 + offset + 1}"
                for words in _step(before[i1 + offset], after[j1 + offset]):
                    yield place, words
            continue
        for index in range(i1, i2):
            yield f"step {index + 1} of before", f"{step_name(before[index])} is taken out"
        for index in range(j1, j2):
            yield f"step {index + 1}", f"{step_name(after[index])} is put in{_given(after[index])}"


def step_name(step: Row) -> str:
    """What a step is called: its tier, or the vendor."""
    return "The vendor" if step.get("vendor") else str(step.get("tier") or "A step without a tier")


def _given(step: Row) -> str:
    waits = [f"{_wait(step[key])} {words}" for key, words in _WAITS.items() if step.get(key)]
    return f": {', '.join(waits)}" if waits else ""


def _step(before: Row, after: Row) -> Iterator[str]:
    name = step_name(after)
    for key, words in _WAITS.items():
        if _seconds(before.get(key)) != _seconds(after.get(key)):
            yield f"{name} has {_wait(after.get(key))} {words} (was {_wait(before.get(key))})"
    if _notified(before) != _notified(after):
        yield f"{name}: told are {_people(after)} (was {_people(before)})"
    if (before.get("repeat") or 0) != (after.get("repeat") or 0):
        yield f"{name} is reminded {_times(after.get('repeat'))} (was {_times(before.get('repeat'))})"


_WAITS = {"acknowledge_within": "to acknowledge", "hand_over_after": "to hand over"}


def _seconds(written: str | None) -> int | str | None:
    """In seconds where it can be read, so that 60m and 1h are the same."""
    try:
        return None if not written else parse(written)
    except ValueError:
        return written


def _wait(written: str | None) -> str:
    seconds = _seconds(written)
    if seconds is None:
        return "as long as its OLA says"
    return duration_words(seconds) if isinstance(seconds, int) else f"“{written}”"


def _notified(step: Row) -> list[str]:
    return list(step.get("notify") or ("on_call",))


def _people(step: Row) -> str:
    return listing([PEOPLE.get(token, token) for token in _notified(step)])


def _times(repeat: int | None) -> str:
    return {0: "never", 1: "once"}.get(repeat or 0, f"{repeat} times")


# Client exceptions


def _exceptions(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Said]:
    """Exceptions for the same situation are the same one; among several, the first of before is the first of after."""
    pairs = _paired([_situation(row) for row in before], [_situation(row) for row in after])
    for old, new in pairs:
        if old is None and new is not None:
            yield Said(EXCEPTIONS, exception_when(after[new]), f"is new: {exception_then(after[new])}")
        elif new is None and old is not None:
            yield Said(EXCEPTIONS, exception_when(before[old]), f"is taken out (it was: {exception_then(before[old])})")
        elif old is not None and new is not None:
            for words in _exception(before[old], after[new]):
                yield Said(EXCEPTIONS, exception_when(after[new]), words)
    yield from _order_among_equals(after, pairs)


def _situation(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(condition) or "").lower() for condition in CONDITIONS)


def _exception(before: Row, after: Row) -> Iterator[str]:
    for key, words in _EFFECTS.items():
        if (before.get(key) or None) != (after.get(key) or None):
            yield f"{words} {_effect(after.get(key))} (was {_effect(before.get(key))})"
    old, new = before.get("steps") or (), after.get("steps") or ()
    if bool(old) != bool(new):
        yield "climbs a ladder of its own now" if new else "climbs the ladder of everybody again"
    elif old:
        yield from (f"its own ladder, {place}: {words}" for place, words in steps_changed(old, new))


_EFFECTS = {
    "start_tier": "starts at",
    "straight_to_vendor": "straight to the vendor:",
    "agreement": "is measured by",
    "people": "told first:",
    "calendar": "waits are counted on",
    "reason": "the reason:",
    "client_text": "the client reads:",
}
_DEFAULTS = {True: "yes", False: "no"}


def _effect(value: Any) -> str:
    if isinstance(value, bool):
        return _DEFAULTS[value]
    if isinstance(value, str):
        return f"“{value}”" if " " in value else value
    return listing(list(value)) if value else "nothing of its own"


def _order_among_equals(after: Sequence[Row], pairs: Sequence[tuple[int | None, int | None]]) -> Iterator[Said]:
    """Of exceptions that name as many conditions the first wins, so their order means something."""
    kept = [(old, new) for old, new in pairs if old is not None and new is not None]
    for place in sorted({_named(after[new]) for _, new in kept}):
        same = [(old, new) for old, new in kept if _named(after[new]) == place]
        for new in _moved(same):
            yield Said(EXCEPTIONS, exception_when(after[new]), "has another place among those that are as specific")


def _named(row: Row) -> int:
    return sum(bool(row.get(condition)) for condition in CONDITIONS)


# Routing rules


def _rules(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Said]:
    pairs = _renamed(before, after, _paired([_label(row) for row in before], [_label(row) for row in after]))
    for old, new in pairs:
        if old is None and new is not None:
            yield Said(ROUTING, _rule_place(after, new), f"is new: {_rule_words(after[new])}")
        elif new is None and old is not None:
            yield Said(ROUTING, _rule_place(before, old), f"is taken out (it was: {_rule_words(before[old])})")
        elif old is not None and new is not None:
            for words in _rule(before[old], after[new]):
                yield Said(ROUTING, _rule_place(after, new), words)
    was = {new: old for old, new in pairs if old is not None and new is not None}
    for new in sorted(_moved([(old, new) for new, old in was.items()])):
        yield Said(ROUTING, _rule_place(after, new), f"is tried at place {new + 1} (was {was[new] + 1})")


def _label(row: Row) -> tuple[str, ...]:
    return (str(row.get("name") or "").lower(),)


def _rule_place(rules: Sequence[Row], index: int) -> str:
    return f"Rule {index + 1} “{rules[index].get('name') or 'without a name'}”"


def _rule_words(rule: Row) -> str:
    when, then = rule_when(rule.get("when") or {}), rule_then(rule.get("then") or {})
    return f"{when}: {then or 'nothing yet'}{'' if rule.get('stop', True) else ', and the rules below are tried too'}"


def _rule(before: Row, after: Row) -> Iterator[str]:
    if before.get("name") != after.get("name"):
        yield f"was called “{before.get('name')}”"
    when = rule_when(before.get("when") or {}), rule_when(after.get("when") or {})
    then = rule_then(before.get("then") or {}), rule_then(after.get("then") or {})
    if when[0] != when[1]:
        yield f"holds: {when[1]} (was: {when[0]})"
    if then[0] != then[1]:
        yield f"decides: {then[1] or 'nothing yet'} (was: {then[0] or 'nothing'})"
    if before.get("stop", True) != after.get("stop", True):
        yield "ends the search now" if after.get("stop", True) else "lets the rules below be tried too"


def _renamed(
    before: Sequence[Row], after: Sequence[Row], pairs: Sequence[tuple[int | None, int | None]]
) -> list[tuple[int | None, int | None]]:
    """A rule that went and one that came, saying the same, are one that was renamed."""
    gone = {old: _rule_words(before[old]) for old, new in pairs if new is None and old is not None}
    found: list[tuple[int | None, int | None]] = []
    for old, new in pairs:
        if old is None and new is not None:
            twin = next((index for index, words in gone.items() if words == _rule_words(after[new])), None)
            if twin is not None:
                del gone[twin]
            found.append((twin, new))
        elif new is not None:
            found.append((old, new))
    return [*found, *((old, None) for old in gone)]


# What belongs together, and what moved


def _paired(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> list[tuple[int | None, int | None]]:
    """Indexes of the same key in both, in the order of `after`, then those that are only in `before`."""
    free: dict[tuple[str, ...], list[int]] = {}
    for index, key in enumerate(before):
        free.setdefault(key, []).append(index)
    found: list[tuple[int | None, int | None]] = []
    for new, key in enumerate(after):
        found.append((free[key].pop(0) if free.get(key) else None, new))
    left = sorted(index for indexes in free.values() for index in indexes)
    return [*found, *((old, None) for old in left)]


def _moved(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The fewest of the kept rows, by their new index, whose moving makes the old order the new one."""
    ordered = sorted(pairs, key=lambda pair: pair[1])
    stay = _longest_rising([old for old, _ in ordered])
    return [new for place, (_, new) in enumerate(ordered) if place not in stay]


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising run among `numbers`, which are few."""
    best: list[list[int]] = []
    for place, number in enumerate(numbers):
        before = max((run for run in best if numbers[run[-1]] < number), key=len, default=[])
        best.append([*before, place])
    return set(max(best, key=len, default=[]))
