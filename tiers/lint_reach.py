"""Which requests a routing rule gets to see. Pure: rules in, the proof that others catch all of a rule's out.

A rule's conditions fall in two: what it looks for in the text (keywords, expression, error code), which is held against
the other rules' by `accounts.pattern_texts`, and plain values. A request may leave every plain value empty but its
client, so a rule that asks for one is escaped by whoever doesn't ask for the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from accounts.pattern_texts import Budget, covering
from tiers.lint_known import Known
from tiers.routing import code_expression, keyword_expression

When = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Covered:
    """Whom a policy is for: the clients that it names (then no other), or all but those that others name."""

    named: frozenset[str]
    elsewhere: Mapping[str, str]

    @classmethod
    def by(cls, document: Mapping[str, Any], known: Known) -> "Covered":
        return cls(frozenset(document.get("clients") or ()), known.elsewhere)

    def holds(self, client: str) -> bool:
        """Whether a ticket of this client can come under the policy; written in any case, as conditions are."""
        wanted = client.lower()
        if self.named:
            return wanted in {name.lower() for name in self.named}
        return wanted not in {name.lower() for name in self.elsewhere}

    def why_not(self, client: str) -> str:
        """In a clause, why a client for whom `holds` says no doesn't come under the policy."""
        policy = next((self.elsewhere[name] for name in self.elsewhere if name.lower() == client.lower()), "")
        return f"which has the policy “{policy}”" if policy else "which is none of this policy's clients"

    def worth_trying(self, mentioned: Iterable[str]) -> list[str]:
        """Clients that differ to these conditions: those mentioned, and one of the others, "" for any other."""
        asked = {name.lower(): name for name in mentioned if self.holds(name)}
        if not self.named:
            return [*asked.values(), ""]
        others = sorted(name for name in self.named if name.lower() not in asked)
        return [*asked.values(), *others[:1]]


def caught_by(when: When, catching: Sequence[When], clients: Covered, budget: Budget) -> list[int] | None:
    """Which of `catching` together match every request that `when` matches; [] when it matches none at all.

    None when some request escapes them all. None of those named can be left out. Raises Undecided, also once the budget
    is spent.
    """
    budget.check()
    used = _caught(when, catching, clients, range(len(catching)), budget)
    for index in used or ():
        fewer = [i for i in used or () if i != index]
        if _caught(when, catching, clients, fewer, budget) is not None:
            used = fewer
    return used


def _caught(
    when: When, catching: Sequence[When], clients: Covered, among: Iterable[int], budget: Budget
) -> list[int] | None:  # fmt: skip
    used: set[int] = set()
    for client, code in product(_clients(when, catching, clients), ["", *codes(when)]):
        near = [i for i in among if _agrees(catching[i], when, client)]
        found = covering(texts(when, code), [texts(catching[i], code) for i in near], budget)
        if found is None:
            return None
        used |= {near[i] for i in found}
    return sorted(used)


def _clients(when: When, catching: Sequence[When], clients: Covered) -> list[str]:
    if when.get("client"):
        return [when["client"]] if clients.holds(when["client"]) else []
    return clients.worth_trying(other["client"] for other in catching if other.get("client"))


def _agrees(other: When, when: When, client: str) -> bool:
    """Whether the plain values that `other` asks for are had by every request of the client that `when` matches."""
    return all(_has(key, wanted, when, client) for key, wanted in other.items() if key not in TEXT)


TEXT = ("keywords", "regex", "error_code")


def _has(key: str, wanted: str, when: When, client: str) -> bool:
    have = client if key == "client" else str(when.get(key) or "")
    return wanted.lower() in have.lower() if key == "os" else wanted.lower() == have.lower()


def texts(when: When, code: str) -> tuple[str, ...]:
    """What must be found in the text for a rule to match, all of it, where the error code's own field says `code`."""
    return tuple(_expressions(when, code))


def _expressions(when: When, code: str) -> Iterator[str]:
    if when.get("keywords"):
        yield keyword_expression(*when["keywords"])
    if when.get("regex"):
        yield when["regex"]
    if when.get("error_code") and code.lower() not in [c.lower() for c in codes(when)]:
        yield "|".join(f"(?:{code_expression(code)})" for code in codes(when))


def codes(when: When) -> list[str]:
    """A rule's error codes; one may be written without a list."""
    written = when.get("error_code") or []
    return [written] if isinstance(written, str) else list(written)
