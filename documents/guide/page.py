"""The client's escalation page: what happens after a request, in plain words, from the live policy. No queries here.

Only what is copied here by name can reach the page: titles that were written for clients, times, services and vendors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from accounts.language import Say, message
from documents.guide.plain_words import AND, MEANING, URGENCY, counted, duration, how_soon, how_urgent, listed, sentence
from documents.guide.provision import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE, Provision
from documents.guide.scenarios import Scenario, scenarios
from sla.agreements import Terms
from sla.business_time import BusinessCalendar
from sla.priorities import PRIORITIES
from tiers.ladder import Ladder, Step
from vendors.models import Service

# What an agreement can promise, and what stands above it in the table.
PROMISES = {
    ACKNOWLEDGE: message("Taken up within"),
    RESPOND: message("First reply within"),
    UPDATE: message("An update at least every"),
    RESOLVE: message("Solved within"),
}
NOT_SET, DECLINED = "-", message("not promised")


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
    `called` is its title in the middle of a sentence.
    """

    title: str
    vendor: bool
    level: int
    only: str = ""
    times: tuple[Times, ...] = ()
    counted: str = ""
    waits: tuple[tuple[str, str, str], ...] = ()
    called: str = ""


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
    some_go_further: bool = False


def page(known: Provision) -> Page:
    """Assemble the page of one client, in the language in which it is said to it."""
    say = known.say
    climbed = {priority: known.ladder(priority) for priority in known.priorities}
    measured = {p: terms for p in climbed if (terms := known.measured_by(climbed[p]))}
    metrics = [m for m in PROMISES if any(_time(p, terms, m, say) != NOT_SET for p, terms in measured.items())]
    return Page(
        first=_first(known, climbed),
        stages=tuple(_stages(known, climbed)),
        promise_headings=tuple(say(PROMISES[metric]) for metric in metrics),
        promised=tuple(_promised(p, terms, metrics, say) for p, terms in measured.items()) if metrics else (),
        promises_counted=_counted({p: terms.calendar_for(p).calendar for p, terms in measured.items()}, say),
        updates_promised=any(UPDATE in terms.targets.get(p, {}) for p, terms in measured.items()),
        some_go_further=_some_go_further(known),
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
    say = known.say
    said = [say("{title} when it is {urgent}", title=title, urgent=how_urgent(which, say)) for title, which in special]
    return listed([*said, say("{title} otherwise", title=usual) if said else usual], AND, say)


def _some_go_further(known: Provision) -> bool:
    """Whether a routing rule or an exception sends some of this client's requests past the first step."""
    rules = [rule for rule in known.document.get("routing") or () if _for_client(rule["when"], known.client)]
    exceptions = [row for row in known.document.get("exceptions") or () if _for_client(row, known.client)]
    firsts = {known.ladder(p).tier_at_or_below(known.ladder(p).start).tier for p in known.priorities}
    tiers = {rule["then"].get("tier") for rule in rules} | {row.get("start_tier") for row in exceptions}
    return bool(tiers - firsts - {None})


def _for_client(conditions: Mapping[str, Any], client: str) -> bool:
    return conditions.get("client") in (None, client)


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
    say = known.say
    only = say("When {urgent}", urgent=how_urgent(steps, say)) if len(steps) < len(climbed) else ""
    step = next(iter(steps.values()))
    if step.vendor:
        waits = tuple((priority, "", "") for priority in steps)
        return Stage(say("The vendor of the service"), vendor=True, level=0, only=only, waits=waits)
    tier = known.tiers.get(name)
    waits = tuple(_waits(known, steps))
    return Stage(
        title=sentence(known.title(step)),
        vendor=False,
        level=tier.level if tier else 1,
        only=only,
        times=tuple(_times(waits, say)),
        counted=_counted({p: known.calendar(s, p, climbed[p]) for p, s in steps.items()}, say),
        waits=waits,
        called=known.title(step),
    )


def _waits(known: Provision, steps: Mapping[str, Step]) -> list[tuple[str, str, str]]:
    return [
        (p, *(_length(known.wait(step, p, metric), known.say) for metric in (ACKNOWLEDGE, RESOLVE)))
        for p, step in steps.items()
    ]


def _times(waits: Sequence[tuple[str, str, str]], say: Say) -> list[Times]:
    """The step's times; urgencies with the same times stand together."""
    return [
        Times(sentence(how_urgent([priority for priority, _, _ in alike], say)), *times)
        for times, alike in groupby(waits, key=lambda row: row[1:])
    ]


def _counted(calendars: Mapping[str, BusinessCalendar | None], say: Say) -> str:
    known = {priority: calendar for priority, calendar in calendars.items() if calendar}
    return counted(known, say) if known else ""


def _promised(priority: str, terms: Terms, metrics: Sequence[str], say: Say) -> Promised:
    times = tuple((say(PROMISES[metric]), _time(priority, terms, metric, say)) for metric in metrics)
    return Promised(sentence(say(URGENCY[priority])), say(MEANING[priority]), times, priority)


def _time(priority: str, terms: Terms, metric: str, say: Say) -> str:
    """How long a promise allows; told apart: that there is none, and that nothing was agreed about it."""
    if (priority, metric) in terms.declined:
        return say(DECLINED)
    return _length(terms.targets.get(priority, {}).get(metric), say)


def _length(seconds: int | None, say: Say) -> str:
    return NOT_SET if seconds is None else duration(seconds, say)


def _agreed(known: Provision) -> list[str]:
    """What was agreed with this client in particular: the words that were written for it, and nothing else."""
    used = {service.name for service in known.services}
    return [row["client_text"] for row in known.document.get("exceptions") or () if _told(row, known.client, used)]


def _told(exception: Mapping[str, Any], client: str, used: set[str]) -> bool:
    about = exception.get("service")
    mine = exception.get("client") in (None, client) and (about is None or about in used)
    return mine and bool(exception.get("client_text"))


def _outside(service: Service, known: Provision) -> Outside:
    say = known.say
    answers = {p: target for p in PRIORITIES if (target := known.first_answer(service, p))}
    return Outside(
        service=service.name,
        vendor=service.vendor.name,
        why=service.client_text_in.get(say.code) or service.client_text or say(_INSIDE, service=service.name),
        promise=how_soon({priority: target.seconds for priority, target in answers.items()}, say),
        counted=_counted({priority: target.calendar.calendar for priority, target in answers.items()}, say),
    )


_INSIDE = message("When a fault lies inside {service} itself, only its engineers can clear it.")
