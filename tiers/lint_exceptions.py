"""Lint of the client exceptions. Pure: the document and what is known of the provider in, faults out.

Errors: an exception for a client whom another policy is for, or for a service at which its client has no account; one
that another always beats; a tier to begin at that is on no ladder it could mean; straight to a vendor where no ladder
has a vendor step; a person who left. Warnings: a category that no rule sets, so that only senders can; the same gaps on
only some of the ladders; something that can't count, or changes nothing; an agreement that promises nothing now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla.priorities import PRIORITIES
from tiers.ladder import CONDITIONS, Step, steps_of
from tiers.lint_fault import ERROR, WARNING, Fault, Path
from tiers.lint_known import Known
from tiers.lint_ladders import chosen, person_fault
from tiers.lint_reach import Covered
from tiers.policy_words import exception_when, listing

Row = Mapping[str, Any]
CHANGES = ("start_tier", "steps", "straight_to_vendor", "agreement", "people", "calendar")


@dataclass(frozen=True, slots=True)
class _Placed:
    """An exception with its place in the document."""

    index: int
    row: Row
    document: Row
    known: Known

    @property
    def title(self) -> str:
        return f"Exception {self.index + 1} ({exception_when(self.row)})"

    @property
    def ladders(self) -> dict[str, Sequence[Step]]:
        """The steps that its tickets climb, by priority; its own stand under no name."""
        if self.row.get("steps"):
            return {"": steps_of(self.row["steps"])}
        priorities = [self.row["priority"]] if self.row.get("priority") else PRIORITIES
        ladders = self.document.get("ladders") or {}
        return {priority: steps_of(ladders[priority]) for priority in priorities if priority in ladders}

    def fault(self, code: str, level: str, path: Path, words: str, remedy: str) -> Fault:
        return Fault(code, level, ("exceptions", self.index, *path), f"{self.title} {words}", remedy)

    def lacking(self, code: str, key: str, priorities: list[str], what: str) -> Fault:
        """Its ladders of these priorities, perhaps all of them, lack a step that it means."""
        level = ERROR if len(priorities) == len(self.ladders) else WARNING
        whose = f"the ladder of {listing(priorities)} has" if priorities != [""] else "its own steps have"
        does = "goes straight to the vendor" if key == "straight_to_vendor" else f"begins at {self.row[key]}"
        words = f"{does}, but {whose} no step of {what}: tickets begin at the first one."
        return self.fault(code, level, (key,), words, f"Add a step of {what} there, or let it begin elsewhere.")


def exception_faults(document: Row, known: Known) -> Iterator[Fault]:
    """What is wrong with each client exception."""
    winners = chosen(document, known)
    for index, row in enumerate(document.get("exceptions") or ()):
        placed = _Placed(index, row, document, known)
        if dead := next(_dead(placed, winners), None):
            yield dead
        else:
            for look in (_account, _category, _begins, _changes, _people):
                yield from look(placed)


def _dead(placed: _Placed, winners: set[int | None]) -> Iterator[Fault]:
    """Why this exception never comes to hold."""
    clients, client = Covered.by(placed.document, placed.known), placed.row.get("client")
    if client and not clients.holds(client):
        words = f"never holds: {client} is a client {clients.why_not(client)}."
        remedy = "Take it away, or move it to that policy."
        yield placed.fault("foreign-client", ERROR, ("client",), words, remedy)
    elif placed.index not in winners:
        words = f"never holds: {_beaten_by(placed)} whenever this one would."
        remedy = "Take one of them away, or name a further condition in this one."
        yield placed.fault("shadowed-exception", ERROR, (), words, remedy)


def _beaten_by(placed: _Placed) -> str:
    """The exceptions that hold instead: of as many conditions the first, or more conditions."""
    mine = _conditions(placed.row)
    before = placed.document["exceptions"][: placed.index]
    equal = next((i for i, other in enumerate(before) if _conditions(other) == mine), None)
    if equal is None:
        return "others, which name more conditions, hold"
    return f"exception {equal + 1}, which stands before it, holds"


def _conditions(row: Row) -> dict[str, str]:
    return {key: str(row[key]).lower() for key in CONDITIONS if row.get(key)}


def _account(placed: _Placed) -> Iterator[Fault]:
    client, service = placed.row.get("client"), placed.known.services.get(placed.row.get("service") or "")
    if service and client and client not in service.accounts:
        words = f"is about {service.name}, at which {client} has no account."
        remedy = f"Add the account at the vendor of {service.name}, or take the exception away."
        yield placed.fault("no-account", ERROR, ("service",), words, remedy)


def _category(placed: _Placed) -> Iterator[Fault]:
    rules = placed.document.get("routing") or ()
    set_by_rules = {str((rule.get("then") or {}).get("category", "")).lower() for rule in rules}
    category = placed.row.get("category")
    if category and category.lower() not in set_by_rules:
        words = f"waits for the category {category}, which no routing rule sets: only who opens a ticket can."
        yield placed.fault("unset-category", WARNING, ("category",), words, "Add a rule that sets it.")


def _begins(placed: _Placed) -> Iterator[Fault]:
    """Where it lets tickets begin is on the ladders that it could mean."""
    tier, straight = placed.row.get("start_tier"), placed.row.get("straight_to_vendor")
    if straight:
        lacking = [name for name, steps in placed.ladders.items() if not any(step.vendor for step in steps)]
        if lacking:
            yield placed.lacking("no-vendor-step", "straight_to_vendor", lacking, "the vendor")
        if tier:
            words = f"goes straight to the vendor, so that it never begins at {tier}."
            yield placed.fault("start-ignored", WARNING, ("start_tier",), words, "Choose one of both.")
    elif tier:
        lacking = [name for name, steps in placed.ladders.items() if tier not in [step.tier for step in steps]]
        if lacking:
            yield placed.lacking("start-off-ladder", "start_tier", lacking, tier)


def _changes(placed: _Placed) -> Iterator[Fault]:
    if not any(placed.row.get(key) for key in CHANGES):
        remedy = "Say what is different, or take it away."
        yield placed.fault("changes-nothing", WARNING, (), "changes nothing.", remedy)
    lapse = placed.known.lapsed.get(placed.row.get("agreement") or "")
    if lapse:
        words = f"is measured by an agreement that promises nothing now: {lapse}"
        yield placed.fault("lapsed-agreement", WARNING, ("agreement",), words, "Name another agreement.")


def _people(placed: _Placed) -> Iterator[Fault]:
    for index, address in enumerate(placed.row.get("people") or ()):
        if address not in placed.known.people:
            path = ("exceptions", placed.index, "people", index)
            yield person_fault(placed.title, f"tells {address} first", address, path, placed.known)
