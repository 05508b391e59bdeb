"""The client's escalation page: what happens after a request, in plain words, from the live policy. No queries here.

Only what is copied here by name can reach the page: titles that were written for clients, times, services and vendors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from documents.guide.plain_words import MEANING, URGENCY, counted, how_soon, how_urgent, listed, sentence
from documents.guide.provision import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE, Provision
from documents.guide.scenarios import Scenario, scenarios
from sla.agreements import Terms
from sla.business_time import BusinessCalendar
from sla.durations import words as duration_words
from sla.priorities import PRIORITIES
from tiers.ladder import Ladder, Step
from vendors.models import Service

# What an agreement can promise, and what stands above it in the table.
PROMISES = {
    ACKNOWLEDGE: "Taken up within",
    RESPOND: "First reply within",
    UPDATE: "An update at least every",
    RESOLVE: "Solved within",
}
NOT_SET, DECLINED = "-", "not promised"


@dataclass(frozen=True, slots=True)
class Times:
    """How long a step may take for these urgencies; "-" where nothing is set."""

    urgency: str
    taken_up: str
    passed_on: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the ladder as the client reads it.

    `waits` are its times by priority, how soon it is taken up and when it is passed on; `times` are these in words.
    """

    title: str
    vendor: bool
    level: int
    only: str = ""
    times: tuple[Times, ...] = ()
    counted: str = ""
    waits: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Promised:
    """What the agreement promises for one urgency: each heading of the table with its time."""

    urgency: str
    meaning: str
    times: tuple[tuple[str, str], ...]
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """A vendor's service that the client uses: when and why we engage it, and what its engineers promise."""

    service: str
    vendor: str
    why: str
    promise: str
    counted: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole policy part of the page."""

    first: str
    stages: tuple[Stage, ...]
    promise_headings: tuple[str, ...]
    promised: tuple[Promised, ...]
    promises_counted: str
    updates_promised: bool
    vendor_time_counts: bool
    agreed: tuple[str, ...]
    outside: tuple[Outside, ...]
    scenarios: tuple[Scenario, ...]
    intro: str = ""


def page(known: Provision) -> Page:
    """Assemble the page of one client."""
    climbed = {priority: known.ladder(priority) for priority in known.priorities}
    measured = {p: terms for p in climbed if (terms := known.measured_by(climbed[p]))}
    metrics = [m for m in PROMISES if any(_time(p, terms, m) != NOT_SET for p, terms in measured.items())]
    return Page(
        first=_first(known, climbed),
        stages=tuple(_stages(known, climbed)),
        promise_headings=tuple(PROMISES[metric] for metric in metrics),
        promised=tuple(_promised(p, terms, metrics) for p, terms in measured.items()) if metrics else (),
        promises_counted=_counted({p: terms.calendar_for(p).calendar for p, terms in measured.items()}),
        updates_promised=UPDATE in metrics,
        vendor_time_counts=all(terms.vendor_time_counts for terms in measured.values()),
        agreed=tuple(_agreed(known)),
        outside=tuple(_outside(service, known) for service in known.services),
        scenarios=tuple(scenarios(known)),
        intro=known.words.get("intro") or "",
    )


def _first(known: Provision, climbed: Mapping[str, Ladder]) -> str:
    """Who looks at a request first: "our helpdesk", or "our senior engineers when critical, our helpdesk otherwise"."""
    titles: dict[str, list[str]] = {}
    for priority, ladder in climbed.items():
        titles.setdefault(known.title(ladder.tier_at_or_below(ladder.start)), []).append(priority)
    *special, (usual, _) = sorted(titles.items(), key=lambda row: len(row[1]))
    said = [f"{title} when it is {how_urgent(which)}" for title, which in special]
    return listed([*said, f"{usual} otherwise" if said else usual])


def _stages(known: Provision, climbed: Mapping[str, Ladder]) -> list[Stage]:
    """The steps of all ladders in order, the longest ladder's first; each with its times by urgency."""
    reached = {priority: _reached(ladder) for priority, ladder in climbed.items()}
    longest_first = sorted(reached.values(), key=len, reverse=True)
    names = dict.fromkeys(step.name for steps in longest_first for step in steps)
    return [_stage(known, name, reached, climbed) for name in names]


def _reached(climbed: Ladder) -> tuple[Step, ...]:
    """The steps from where a request begins; whoever holds it while a vendor is asked at once comes first."""
    above = climbed.steps[climbed.start :]
    return (climbed.tier_at_or_below(climbed.start), *above) if above[0].vendor else above


def _stage(
    known: Provision, name: str, reached: Mapping[str, tuple[Step, ...]], climbed: Mapping[str, Ladder]
) -> Stage:
    steps = {priority: step for priority, steps in reached.items() for step in steps if step.name == name}
    only = f"When {how_urgent(steps)}" if len(steps) < len(climbed) else ""
    step = next(iter(steps.values()))
    if step.vendor:
        waits = tuple((priority, "", "") for priority in steps)
        return Stage("The vendor of the service", vendor=True, level=0, only=only, waits=waits)
    tier = known.tiers.get(name)
    waits = tuple(_waits(known, steps))
    return Stage(
        title=sentence(known.title(step)),
        vendor=False,
        level=tier.level if tier else 1,
        only=only,
        times=tuple(_times(waits)),
        counted=_counted({p: known.calendar(s, p, climbed[p]) for p, s in steps.items()}),
        waits=waits,
    )


def _waits(known: Provision, steps: Mapping[str, Step]) -> list[tuple[str, str, str]]:
    return [
        (p, _length(known.wait(step, p, ACKNOWLEDGE)), _length(known.wait(step, p, RESOLVE)))
        for p, step in steps.items()
    ]


def _times(waits: Sequence[tuple[str, str, str]]) -> list[Times]:
    """The step's times; urgencies with the same times stand together."""
    return [
        Times(sentence(how_urgent([priority for priority, _, _ in alike])), *times)
        for times, alike in groupby(waits, key=lambda row: row[1:])
    ]


def _counted(calendars: Mapping[str, BusinessCalendar | None]) -> str:
    known = {priority: calendar for priority, calendar in calendars.items() if calendar}
    return counted(known) if known else ""


def _promised(priority: str, terms: Terms, metrics: Sequence[str]) -> Promised:
    times = tuple((PROMISES[metric], _time(priority, terms, metric)) for metric in metrics)
    return Promised(urgency=sentence(URGENCY[priority]), meaning=MEANING[priority], times=times, priority=priority)


def _time(priority: str, terms: Terms, metric: str) -> str:
    """How long a promise allows; told apart: that there is none, and that nothing was agreed about it."""
    if (priority, metric) in terms.declined:
        return DECLINED
    return _length(terms.targets.get(priority, {}).get(metric))


def _length(seconds: int | None) -> str:
    return NOT_SET if seconds is None else duration_words(seconds)


def _agreed(known: Provision) -> list[str]:
    """What was agreed with this client in particular: the words that were written for it, and nothing else."""
    used = {service.name for service in known.services}
    return [row["client_text"] for row in known.document.get("exceptions") or () if _told(row, known.client, used)]


def _told(exception: Mapping[str, Any], client: str, used: set[str]) -> bool:
    about = exception.get("service")
    mine = exception.get("client") in (None, client) and (about is None or about in used)
    return mine and bool(exception.get("client_text"))


def _outside(service: Service, known: Provision) -> Outside:
    answers = {p: target for p in PRIORITIES if (target := known.first_answer(service, p))}
    return Outside(
        service=service.name,
        vendor=service.vendor.name,
        why=service.client_text or f"When a fault lies inside {service.name} itself, only its engineers can clear it.",
        promise=how_soon({priority: target.seconds for priority, target in answers.items()}),
        counted=_counted({priority: target.calendar.calendar for priority, target in answers.items()}),
    )
