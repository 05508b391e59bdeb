"""What the routing rules would do with a text, and why each did or did not. Pure: rules and a request in, words out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from tiers.ladder import Ladder, Situation, ladder_for
from tiers.policy_words import DECIDED, listing, rule_then
from tiers.routing import Request, Route, matches, route

Rule = Mapping[str, Any]
FIRED, NOT, NOT_REACHED, BROKEN = "FIRED", "NOT", "NOT_REACHED", "BROKEN"


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule: whether it fired, and why or why not, in words. `index` counts from 0."""

    index: int
    name: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a ticket with this text would begin. `step` is the ladder's, before anybody is found to be unreachable."""

    tried: tuple[Tried, ...]
    route: Route
    priority: str
    service: str
    category: str
    ladder: Ladder
    step: int

    @property
    def begins_at(self) -> str:
        """The name of the step: a tier, or the vendor."""
        return self.ladder.steps[self.step].name


def outcome(
    document: Mapping[str, Any], request: Request, *, priority: str = "", service: str = "", fallback: str = "P3"
) -> Outcome:
    """What this policy's document makes of a request; what was asked for outweighs what a rule decides.

    Raises KeyError where the document has no ladder for the priority; a rule that cannot be read is passed over.
    """
    tried = try_rules(document.get("routing") or (), request)
    sound = [rule for rule, found in zip(document.get("routing") or (), tried, strict=True) if found.state != BROKEN]
    routed = route(sound, request)
    priority = priority or routed.then.get("priority") or fallback
    service = service or routed.then.get("service", "")
    category = request.category or routed.then.get("category", "")
    ladder = ladder_for(document, Situation(request.client, priority, service, category, request.device_type))
    tier = routed.then.get("tier")
    step = next((i for i, step in enumerate(ladder.steps) if tier and step.tier == tier), ladder.start)
    return Outcome(tuple(tried), routed, priority, service, category, ladder, step)


def try_rules(rules: Sequence[Rule], request: Request) -> list[Tried]:
    """Every rule in its order, as `routing.route` would go through them."""
    found: list[Tried] = []
    decided: dict[str, str] = {}
    stopped_by = ""
    for index, rule in enumerate(rules):
        tried = _try(index, rule, request, decided, stopped_by)
        found.append(tried)
        if tried.state == FIRED:
            decided |= {key: tried.name for key in rule.get("then") or {} if key not in decided}
            stopped_by = tried.name if rule.get("stop", True) else ""
    return found


def _try(index: int, rule: Rule, request: Request, decided: Mapping[str, str], stopped_by: str) -> Tried:
    name = str(rule.get("name") or f"Rule {index + 1}")
    if stopped_by:
        return Tried(index, name, NOT_REACHED, f"“{stopped_by}” fired and ended the search.")
    when = rule.get("when") or {}
    try:
        held = matches(when, request)
    except re2.error as error:
        return Tried(index, name, BROKEN, f"Its expression cannot be read: {_complaint(error)}.")
    if held is None:
        return Tried(index, name, NOT, f"{_capital(listing(missed(when, request)))}.")
    reason = f"It found {listing(held)}" if held else "It has no condition"
    return Tried(index, name, FIRED, f"{reason}. {_effect(rule, decided)}")


def _effect(rule: Rule, decided: Mapping[str, str]) -> str:
    """What the rule added, and what an earlier one had decided before it."""
    then = rule.get("then") or {}
    own = {key: value for key, value in then.items() if key not in decided or key == "tags"}
    late = [f"{DECIDED.get(key, key)} had been decided by “{decided[key]}”" for key in then if key not in own]
    said = [_capital(rule_then(own))] if own else []
    return ". ".join([*said, *([_capital(listing(late))] if late else [])]) + "."


def missed(when: Mapping[str, Any], request: Request) -> list[str]:
    """Each condition that the request does not meet, with what it has instead: "the device is …, not …"."""
    return [_missed(key, wanted, request) for key, wanted in when.items() if matches({key: wanted}, request) is None]


def _missed(key: str, wanted: Any, request: Request) -> str:
    if key == "keywords":
        return f"the text has no {_any(wanted)}"
    if key == "regex":
        return f"the text does not match {wanted}"
    if key == "error_code":
        return f"there is no error code {_any(wanted)}, in the field or in the text"
    have = getattr(request, key)
    return f"{_SUBJECTS[key]} is {have}, not {wanted}" if have else f"{_SUBJECTS[key]} is not known, it wants {wanted}"


_SUBJECTS = {
    "device_type": "the device type",
    "os": "the operating system",
    "source": "the source",
    "category": "the category",
    "client": "the client",
}


def _any(wanted: str | Sequence[str]) -> str:
    words = [wanted] if isinstance(wanted, str) else list(wanted)
    return listing([f"“{word}”" for word in words], "or")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _complaint(error: re2.error) -> str:
    said = error.args[0] if error.args else "it is not a regular expression"
    return said.decode() if isinstance(said, bytes) else str(said)
