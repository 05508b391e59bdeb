"""Lint of the routing rules. Pure: the document and what is known of the provider in, faults out.

Errors: a rule that can match no request, or whose every request earlier rules catch and stop; one that only decides
what was decided before it, and lets others go on; an expression that is found in no text; a client that another policy
is for; a tier that is on no ladder; a team or an assignee that isn't there. Warnings: a word or a code of a rule that
can't count, a decision that was always made before, a tier that is missing on some ladders, duty that nobody has for a
time.

What isn't seen: which sources and device types send anything, expressions that `accounts.pattern_texts` gives up, and
what senders fill in themselves, which comes before any rule. Nothing is claimed of those.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.pattern_texts import Budget, Undecided, example
from tiers.lint_fault import ERROR, WARNING, Fault, Path, rule_title
from tiers.lint_known import Known
from tiers.lint_reach import Covered, caught_by, codes
from tiers.policy_words import listing

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """A rule among the others; `alive` are the indexes of earlier ones that can match at all.

    What there is to look through is held against `budget`, which all rules have together.
    """

    index: int
    rules: Sequence[Rule]
    alive: tuple[int, ...]
    clients: Covered
    known: Known
    budget: Budget

    @property
    def rule(self) -> Rule:
        return self.rules[self.index]

    @property
    def when(self) -> Mapping[str, Any]:
        return self.rule.get("when") or {}

    @property
    def then(self) -> Mapping[str, Any]:
        return self.rule.get("then") or {}

    @property
    def title(self) -> str:
        return rule_title(self.index, self.rule.get("name", ""))

    @property
    def stopping(self) -> list[int]:
        """Earlier rules after which no other is looked at."""
        return [i for i in self.alive if self.rules[i].get("stop", True)]

    def fault(self, code: str, level: str, path: Path, words: str, remedy: str) -> Fault:
        return Fault(code, level, ("routing", self.index, *path), f"{self.title} {words}", remedy)

    def caught(self, by: Sequence[int], when: Mapping[str, Any] | None = None) -> list[int] | None:
        """Which of the rules `by` always match when this one does; None when not, or when that can't be told."""
        try:
            found = caught_by(
                self.when if when is None else when, [self._when(i) for i in by], self.clients, self.budget
            )
        except Undecided:
            return None
        return None if found is None else [by[i] for i in found]

    def _when(self, index: int) -> Mapping[str, Any]:
        return self.rules[index].get("when") or {}

    def called(self, indexes: Sequence[int]) -> str:
        """Those rules by their titles, within a sentence."""
        titles = [rule_title(i, self.rules[i].get("name", "")) for i in indexes]
        return listing([title.replace("Rule", "rule", 1) for title in titles])


def rule_faults(document: Mapping[str, Any], known: Known, budget: Budget) -> Iterator[Fault]:
    """What is wrong with each routing rule, as far as the budget reaches."""
    rules = document.get("routing") or ()
    place = _Place(0, rules, (), Covered.by(document, known), known, budget)
    for index in range(len(rules)):
        place = replace(place, index=index)
        dead = next(_dead(place), None)
        if dead:
            yield dead
        else:
            yield from _alive(place)
            place = replace(place, alive=(*place.alive, index))


def _dead(place: _Place) -> Iterator[Fault]:
    """Why this rule never fires, the plainest reason first."""
    client = place.when.get("client")
    if client and not place.clients.holds(client):
        words = f"never fires: it is for {client}, {place.clients.why_not(client)}."
        yield place.fault("foreign-client", ERROR, ("when", "client"), words, "Take the client away, or the rule.")
    if place.when.get("regex") and _is_found_nowhere(place.when["regex"], place.budget):
        words = f"never fires: no text matches {place.when['regex']}."
        remedy = (
            "A ^ or $ may stand where more text follows; note that the text is the title, a line break and the body."
        )
        yield place.fault("impossible-expression", ERROR, ("when", "regex"), words, remedy)
    if place.caught([]) == []:
        words = "never fires: no request can meet all of its conditions at once."
        yield place.fault("unreachable-rule", ERROR, ("when",), words, "Take one of the conditions away.")
    if catching := place.caught(place.stopping):
        what = "catches all that it would and stops" if len(catching) == 1 else "catch all that it would and stop"
        words = f"never fires: {place.called(catching)} {what}."
        yield place.fault("shadowed-rule", ERROR, (), words, _move(catching))


def _move(catching: Sequence[int]) -> str:
    number = catching[0] + 1
    return f"Move it above rule {number}, let rule {number} go on to the next rules, or take it away."


def _is_found_nowhere(expression: str, budget: Budget) -> bool:
    try:
        return example((expression,), budget=budget) is None
    except Undecided:
        return False


def _alive(place: _Place) -> Iterator[Fault]:
    """What is wrong with a rule that can fire."""
    yield from _shadowed_parts(place)
    yield from _decisions(place)


def _shadowed_parts(place: _Place) -> Iterator[Fault]:
    """Words and codes, each taken alone, that earlier rules catch."""
    for key, values in (("keywords", place.when.get("keywords") or []), ("error_code", codes(place.when))):
        for index, value in enumerate(values if len(values) > 1 else ()):
            catching = place.caught(place.stopping, {**place.when, key: [value]})
            if catching:
                words = f"gets nothing by “{value}”: {place.called(catching)} always comes first and stops."
                yield place.fault("shadowed-part", WARNING, ("when", key, index), words, _move(catching))


def _decisions(place: _Place) -> Iterator[Fault]:
    """Decisions that earlier rules, which let others go on, have always made."""
    made = [(key, by) for key in _decided(place.then) if (by := place.caught(_deciding(place, key)))]
    made = [(key, _only_going_on(place, by)) for key, by in made]
    if made and len(made) == len(_decided(place.then)) and not place.when.get("error_code"):
        by = sorted({i for _, indexes in made for i in indexes})
        follows = place.rule.get("stop", True) and place.index < len(place.rules) - 1
        words = f"decides nothing: {place.called(by)} always decided the same things before it."
        yield place.fault(
            "decides-nothing", WARNING if follows else ERROR, ("then",), words, "Take it away, or move it up."
        )
        return
    for (key, value), by in made:
        words = f"decides nothing by its {key}: {place.called(by)} always decided that before."
        path: Path = ("then", key) if key != "tags" else ("then", key, place.then[key].index(value))
        yield place.fault("decided-before", WARNING, path, words, "Take that decision away, or move the rule up.")


def _decided(then: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Each decision by itself; tags add up, so every tag is one."""
    single = [(key, value) for key, value in then.items() if key != "tags"]
    return [*single, *(("tags", tag) for tag in then.get("tags") or ())]


def _deciding(place: _Place, decided: tuple[str, Any]) -> list[int]:
    """Earlier rules after which this decision of the rule counts no more: they stop, or have made it themselves."""
    key, value = decided
    earlier = [(i, place.rules[i].get("then") or {}) for i in place.alive]
    made = [i for i, then in earlier if (value in (then.get("tags") or ()) if key == "tags" else key in then)]
    return sorted({*place.stopping, *made})


def _only_going_on(place: _Place, by: Sequence[int]) -> list[int]:
    return [i for i in by if not place.rules[i].get("stop", True)] or list(by)
