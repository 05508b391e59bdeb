"""Lint of the ladders: those of the priorities, and those that client exceptions set. Pure.

Errors: a step that no ticket comes to by itself; one whose tier has nobody, or that reaches nobody while nobody is on
call, during its hours; a person who left; the same tier again after another one, so that a ticket comes back to
those who gave it up. That is the nearest thing to a cycle: a ladder is a list, exceptions and rules only choose where
it is entered, agreements name calendars and calendars name nothing, so nothing in a policy can lead in a circle.

Warnings: nobody on call outside the step's hours, or while others are told as well; waits and reminders that never
count; a wait that is longer than the tier's OLA allows; a step that is never left by itself once somebody has taken
the ticket.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from sla.durations import words as duration_words
from sla.priorities import PRIORITIES
from tiers.ladder import CONDITIONS, Ladder, Situation, Step, exception_for, ladder_for, steps_of
from tiers.lint_fault import ERROR, WARNING, Fault, Path
from tiers.lint_known import Known, KnownTeam, KnownTier, Span
from tiers.lint_reach import Covered
from tiers.policy_words import listing

ACKNOWLEDGE, RESOLVE = "ACKNOWLEDGE", "RESOLVE"


@dataclass(frozen=True, slots=True)
class Rung:
    """A step in its ladder, which stands at `path` and is for these priorities; on this calendar where one is named."""

    path: Path
    index: int
    steps: tuple[Step, ...]
    priorities: tuple[str, ...]
    calendar: str

    @property
    def step(self) -> Step:
        return self.steps[self.index]

    @property
    def title(self) -> str:
        """How it is called: "Step 2 (L2) of P1's ladder"."""
        whose = f"{self.path[1]}'s ladder" if self.path[0] == "ladders" else f"exception {int(self.path[1]) + 1}"
        return f"Step {self.index + 1} ({self.step.name}) of {whose}"

    def fault(self, code: str, level: str, path: Path, words: str, remedy: str) -> Fault:
        return Fault(code, level, (*self.path, self.index, *path), f"{self.title} {words}", remedy)


def ladder_faults(document: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """What is wrong with each step."""
    reached = entered(document, known)
    for rungs in all_rungs(document):
        if rungs[0].path not in reached and rungs[0].path[0] == "ladders":
            yield _never_climbed(rungs[0])
            continue
        yield from _unreached(rungs, reached.get(rungs[0].path, frozenset([0])), known)
        for rung in rungs:
            yield from _of_rung(rung, known)


def all_rungs(document: Mapping[str, Any]) -> Iterator[list[Rung]]:
    """Every ladder with its steps, the priorities' first."""
    for priority, rows in (document.get("ladders") or {}).items():
        yield _rungs(("ladders", priority), rows, (priority,), "")
    for index, row in enumerate(document.get("exceptions") or ()):
        if row.get("steps"):
            priorities = (row["priority"],) if row.get("priority") else PRIORITIES
            yield _rungs(("exceptions", index, "steps"), row["steps"], priorities, row.get("calendar") or "")


def _rungs(path: Path, rows: Sequence[Mapping[str, Any]], priorities: tuple[str, ...], calendar: str) -> list[Rung]:
    steps = steps_of(rows)
    return [Rung(path, index, steps, priorities, calendar) for index in range(len(steps))]


# Where tickets enter -------------------------------------------------------------------------------------------------


def entered(document: Mapping[str, Any], known: Known) -> dict[Path, frozenset[int]]:
    """The steps at which tickets enter each ladder, by its path; one that no ticket climbs is absent.

    A routing rule's tier comes before an exception's, whatever the request is about.
    """
    tiers = {tier for rule in document.get("routing") or () if (tier := (rule.get("then") or {}).get("tier"))}
    found: dict[Path, set[int]] = {}
    for (index, priority), situation in _met(document, known).items():
        ladder = ladder_for(document, situation)
        path: Path = ("ladders", priority)
        if index is not None and document["exceptions"][index].get("steps"):
            path = ("exceptions", index, "steps")
        found.setdefault(path, set()).update(_entries(ladder, tiers))
    return {path: frozenset(entries) for path, entries in found.items()}


def chosen(document: Mapping[str, Any], known: Known) -> set[int | None]:
    """The indexes of the exceptions that win in some situation; None where none does."""
    return {index for index, _ in _met(document, known)}


def _met(document: Mapping[str, Any], known: Known) -> dict[tuple[int | None, str], Situation]:
    """A situation by the exception that wins in it (None for none) and its priority, which alone make a ladder."""
    exceptions = document.get("exceptions") or ()
    places = {id(row): index for index, row in enumerate(exceptions)}
    return {
        (places.get(id(exception_for(exceptions, situation))), situation.priority): situation
        for situation in situations(document, known)
    }


def _entries(ladder: Ladder, tiers: Iterable[str]) -> Iterator[int]:
    yield ladder.start
    yield ladder.home(ladder.start)
    names = [step.tier for step in ladder.steps]
    yield from (names.index(tier) for tier in tiers if tier in names)


def situations(document: Mapping[str, Any], known: Known) -> Iterator[Situation]:
    """One situation of each sort that the exceptions tell apart.

    For each exception, and for none: what it asks for and nothing else, at every priority, for every client that makes
    a difference. Whatever else a situation said could only bring other exceptions in, so where one of these does not
    fall to the exception, no situation does.
    """
    exceptions = document.get("exceptions") or ()
    clients = Covered.by(document, known)
    others = clients.worth_trying(row["client"] for row in exceptions if row.get("client"))
    ladders = document.get("ladders") or {}
    for row in ({}, *exceptions):
        own = [row["client"]] if row.get("client") else others
        priorities = [row["priority"]] if row.get("priority") else PRIORITIES
        about = {key: row.get(key) or "" for key in CONDITIONS if key not in ("client", "priority")}
        for client, priority in product(own, priorities):
            if priority in ladders and clients.holds(client):
                yield Situation(client=client, priority=priority, **about)


def _never_climbed(rung: Rung) -> Fault:
    words = f"The ladder of {rung.path[1]} is never climbed: client exceptions set other steps for every ticket."
    return Fault("unreachable-step", ERROR, rung.path, words, "Narrow the exceptions down.")


def _unreached(rungs: Sequence[Rung], entries: frozenset[int], known: Known) -> Iterator[Fault]:
    """Steps below every entry, and steps above one that is never left."""
    for rung in rungs:
        if rung.index < min(entries):
            words = f"is not reached by itself: tickets begin at step {min(entries) + 1} or above."
            yield rung.fault("unreachable-step", ERROR, (), words, "Take the step away, or let tickets begin there.")
        elif rung.index and rung.index not in entries and _stays(rungs[rung.index - 1], known):
            yield _behind_a_stop(rung, rungs[rung.index - 1], known)


def _stays(rung: Rung, known: Known) -> bool:
    """Whether neither the step nor its tier's OLA names any time after which a ticket goes on from it.

    A step that may be skipped, since at times nobody is there, is no such end.
    """
    tier = known.tiers.get(rung.step.tier)
    team = known.teams.get(tier.team) if tier else None
    if tier is None or team is None or not team.members or team.gaps:
        return False
    return not any(_waits(rung, tier, metric) for metric in (ACKNOWLEDGE, RESOLVE))


def _waits(rung: Rung, tier: KnownTier, metric: str) -> bool:
    """Whether the step has a wait of this metric at any of its priorities."""
    own = {ACKNOWLEDGE: rung.step.acknowledge_within, RESOLVE: rung.step.hand_over_after}[metric]
    return own is not None or any(metric in tier.promises.get(p, ()) for p in rung.priorities)


def _behind_a_stop(rung: Rung, below: Rung, known: Known) -> Fault:
    none = (
        f"names no time to acknowledge or to hand over, and neither does its OLA for {listing(list(rung.priorities))}"
    )
    remedy = f"Give step {below.index + 1} a time to acknowledge or to hand over."
    if known.acknowledged & set(rung.priorities):
        words = f"is reached only where a client's own time to acknowledge is missed: step {below.index + 1} {none}."
        return rung.fault("rarely-reached", WARNING, (), words, remedy)
    return rung.fault(
        "unreachable-step", ERROR, (), f"is not reached by itself: step {below.index + 1} {none}.", remedy
    )


# What a step is ------------------------------------------------------------------------------------------------------


def _of_rung(rung: Rung, known: Known) -> Iterator[Fault]:
    yield from _people(rung, known)
    if rung.step.vendor:
        return
    yield from _returns(rung)
    tier = known.tiers.get(rung.step.tier)
    if tier is None:
        words = f"names the tier {rung.step.tier}, which doesn't exist."
        yield rung.fault("unknown-tier", ERROR, ("tier",), words, "Name another tier.")
        return
    yield from _times(rung, tier)
    yield from _beyond_ola(rung, tier)
    team = known.teams[tier.team]
    if not team.members:
        words = f"is skipped: nobody who works here is in its team, {team.name}."
        yield rung.fault("empty-team", ERROR, ("tier",), words, f"Add somebody to {team.name}, or name another tier.")
    else:
        yield from _told(rung, tier, team, known)


def _people(rung: Rung, known: Known) -> Iterator[Fault]:
    for index, token in enumerate(rung.step.notify):
        if "@" in token and token not in known.people:
            yield person_fault(rung.title, f"tells {token}", token, (*rung.path, rung.index, "notify", index), known)


def person_fault(title: str, does: str, address: str, path: Path, known: Known) -> Fault:
    """Somebody who is named and doesn't work here."""
    name = known.left.get(address)
    who = f"{name}, who doesn't work here any more" if name else "whom nobody here knows"
    return Fault("person-left", ERROR, path, f"{title} {does}, {who}.", "Name somebody else, or take the address away.")


def _returns(rung: Rung) -> Iterator[Fault]:
    """A tier that had the ticket before, and gave it up."""
    before = [step.name for step in rung.steps[: rung.index]]
    if rung.step.name in before[:-1] and before[-1] != rung.step.name:
        words = f"sends the ticket back to {rung.step.name}, which had it at step {before.index(rung.step.name) + 1}."
        yield rung.fault("cycle", ERROR, ("tier",), words, "Name a tier that has not had the ticket yet.")


def _times(rung: Rung, tier: KnownTier) -> Iterator[Fault]:
    step = rung.step
    if (
        step.acknowledge_within is not None
        and (step.hand_over_after or step.acknowledge_within) < step.acknowledge_within
    ):
        handed = duration_words(step.hand_over_after or 0)
        words = f"never comes to the end of its time to acknowledge: it hands over after {handed} already."
        yield rung.fault("wait-never-ends", WARNING, ("acknowledge_within",), words, "Make that time shorter.")
    if step.repeat and not _waits(rung, tier, ACKNOWLEDGE):
        words = "never reminds anybody: there is no time to acknowledge within which it could."
        yield rung.fault("never-reminds", WARNING, ("repeat",), words, "Give it a time to acknowledge.")
    if rung.index < len(rung.steps) - 1 and _waits(rung, tier, ACKNOWLEDGE) and not _waits(rung, tier, RESOLVE):
        words = "keeps a ticket for ever once somebody has acknowledged it: there is no time to hand over."
        yield rung.fault("never-hands-over", WARNING, (), words, "Give it a time to hand over.")


def _beyond_ola(rung: Rung, tier: KnownTier) -> Iterator[Fault]:
    """A wait of the step's own that is longer than the tier's OLA allows; on another calendar none is compared."""
    if rung.calendar:
        return
    waits = (("acknowledge_within", ACKNOWLEDGE, "to acknowledge"), ("hand_over_after", RESOLVE, "to resolve"))
    for key, metric, what in waits:
        allowed = {p: tier.limits[p][metric] for p in rung.priorities if metric in tier.limits.get(p, {})}
        own = getattr(rung.step, key) or 0
        shorter = [p for p in allowed if allowed[p] < own]
        if shorter:
            limit = duration_words(allowed[shorter[0]])
            priority = f" for {shorter[0]}" if len(rung.priorities) > 1 else ""
            words = f"may take {duration_words(own)} {what}; {tier.ola} allows {rung.step.tier} {limit}{priority}."
            remedy = "Shorten it, or change the OLA: as it is, the time that stands here holds."
            yield rung.fault("beyond-ola", WARNING, (key,), words, remedy)


# Whom it tells -------------------------------------------------------------------------------------------------------


def _told(rung: Rung, tier: KnownTier, team: KnownTeam, known: Known) -> Iterator[Fault]:
    tokens = set(rung.step.notify)
    if tokens <= {"managers"} and not known.managers:
        words = "tells nobody: there are no managers."
        yield rung.fault("tells-nobody", ERROR, ("notify",), words, "Tell who is on call, or the team.")
    elif tokens == {"assignee"}:
        words = "tells nobody while a ticket has no assignee, as most have when they come."
        yield rung.fault("tells-nobody", WARNING, ("notify",), words, "Tell who is on call, or the team, as well.")
    elif team.gaps and (_reaches_nobody(rung, known) or "on_call" in tokens):
        yield _gap(rung, tier, team, known)


def _reaches_nobody(rung: Rung, known: Known) -> bool:
    """Whether nobody would hear of a ticket there while nobody is on call; managers hear of it, but do not take it."""
    return "team" not in rung.step.notify and not known.in_a_team & set(rung.step.notify)


def _gap(rung: Rung, tier: KnownTier, team: KnownTeam, known: Known) -> Fault:
    """Blocks where nobody else is told, and somebody is needed: in the hours on which the step's time counts."""
    needed = [span for span in team.gaps if _counts(span, rung, tier, known)]
    nobody = _reaches_nobody(rung, known)
    began, ended = (needed or team.gaps)[0]
    if began <= known.begins and ended >= known.ends:
        when = f"within {(known.ends - known.begins).days} days"
    else:
        when = f"from {_clock(began, team.zone)} to {_clock(ended, team.zone)} ({team.zone})"
    alone = "reaches nobody while nobody is on call" if nobody else "tells who is on call besides others"
    hours = "" if needed else " That is outside the hours of this step."
    words = f"{alone}, and nobody of {team.name} is {when}.{hours}"
    remedy = f"Fill the gap in {team.name}'s rotation, or tell the team as well."
    return rung.fault("no-on-call", ERROR if needed and nobody else WARNING, ("notify",), words, remedy)


def _counts(span: Span, rung: Rung, tier: KnownTier, known: Known) -> bool:
    """Whether the step's time runs in any part of this span."""
    named = known.calendars.get(rung.calendar)
    calendars = [named] if named else [tier.calendars[p] for p in rung.priorities if p in tier.calendars]
    return not calendars or any(calendar.elapsed(*span) > 0 for calendar in calendars)


def _clock(at: datetime, zone: str) -> str:
    """A moment as the team reads it: "Tue 3 Mar 09:00"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %H:%M}"
