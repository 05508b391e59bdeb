"""Two or three examples in plain words, written for the client or generated from its policy. No queries here."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.language import message
from clients.page_words import MOST_SCENARIOS, QUESTION, SERVER, VENDOR
from documents.guide.plain_words import duration, hours
from documents.guide.provision import ACKNOWLEDGE, RESOLVE, Provision
from sla.priorities import P1, P4
from tiers.ladder import Ladder, Step
from tiers.routing import Request, route
from vendors.models import Service


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation, and what happens then; `key` names a generated one, "" is one that was written."""

    title: str
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where an imagined request begins: its ladder from that step on, at a priority."""

    priority: str
    ladder: Ladder
    start: int

    @property
    def step(self) -> Step:
        return self.ladder.tier_at_or_below(self.start)

    @property
    def next_tier(self) -> Step | None:
        above = self.ladder.steps[self.ladder.steps.index(self.step) + 1 :]
        return next((step for step in above if not step.vendor), None)


def scenarios(known: Provision) -> list[Scenario]:
    """Those that were written for the client, then generated ones that are not hidden; three at most."""
    written = [Scenario(row["title"], row["text"]) for row in known.words.get("scenarios") or ()]
    hidden = known.words.get("hidden") or ()
    return [*written, *(row for row in generated(known) if row.key not in hidden)][:MOST_SCENARIOS]


def generated(known: Provision) -> Iterator[Scenario]:
    """A server fault, a fault of a service that a vendor runs, and a question that can wait."""
    if P1 in known.priorities:
        yield _server(known)
        if service := _telling(known.services):
            yield _vendor(known, service)
    if P4 in known.priorities:
        yield _question(known)


def _server(known: Provision) -> Scenario:
    begun = _begin(known, Request(title="File server", device_type="SERVER", client=known.client), P1)
    say = known.say
    text = [
        say(
            "Nobody else is needed to begin: it is taken up by {who}{within}.",
            who=known.title(begun.step),
            within=_within(known, begun),
        )
    ]
    stays = known.wait(begun.step, P1, RESOLVE)
    if begun.next_tier and stays is not None:
        text.append(say(_GOES_ON, time=duration(stays, say), who=known.title(begun.next_tier)))
    return Scenario(say("Your file server stops answering"), " ".join(text), SERVER)


_GOES_ON = message("If it is not solved within {time}, it goes on to {who} without your asking.")


def _vendor(known: Provision, service: Service) -> Scenario:
    begun = _begin(known, Request(title=service.name, client=known.client), P1, service=service.name)
    say, mail = known.say, _carries_mail(service)
    runs = say("Your mail runs on {service}.", service=service.name)
    rely = say("You rely on {service}.", service=service.name)
    ours = say(
        "It is taken up by {who}{within}, and what lies in our hands we solve.",
        who=known.title(begun.step),
        within=_within(known, begun),
    )
    theirs = say(
        "A serious fault there may need {vendor}'s engineers{promise}.",
        vendor=service.vendor.name,
        promise=_promise(known, service),
    )
    longer = say("It may then take longer than a fault of our own. We stay in charge of it.")
    title = say("Your mail fails") if mail else say("{service} fails", service=service.name)
    return Scenario(title, " ".join([runs if mail else rely, ours, theirs, longer]), VENDOR)


def _question(known: Provision) -> Scenario:
    begun = _begin(known, Request(title="Question", client=known.client), P4)
    say, terms = known.say, known.measured_by(begun.ladder)
    solved = terms.targets.get(P4, {}).get(RESOLVE) if terms else None
    until = say(", and answered within {time}", time=duration(solved, say)) if solved is not None else ""
    text = say(
        "It is taken up by {who}{within}{until}. Faults come first.",
        who=known.title(begun.step),
        within=_within(known, begun),
        until=until,
    )
    return Scenario(say("You have a question that can wait"), text, QUESTION)


def _begin(known: Provision, request: Request, priority: str, *, service: str = "") -> _Begun:
    """Where the live routing rules would put this request."""
    then = route(known.document.get("routing") or (), request).then
    category = then.get("category", "")
    ladder = known.ladder(priority, service=service, category=category, device_type=request.device_type)
    tiers = [i for i, step in enumerate(ladder.steps) if step.tier and step.tier == then.get("tier")]
    return _Begun(priority, ladder, tiers[0] if tiers else ladder.start)


def _within(known: Provision, begun: _Begun) -> str:
    """The first wait with a space before it: " within 10 minutes, day and night"."""
    seconds = known.wait(begun.step, begun.priority, ACKNOWLEDGE)
    calendar = known.calendar(begun.step, begun.priority, begun.ladder)
    say = known.say
    if seconds is None or calendar is None:
        return say(" first")
    when = say("day and night") if calendar.always_open else say("during working hours")
    return say(" within {time}, {hours}", time=duration(seconds, say), hours=when)


def _promise(known: Provision, service: Service) -> str:
    target = known.first_answer(service, P1)
    if target is None:
        return ""
    say, calendar = known.say, target.calendar.calendar
    when = "" if calendar.always_open else f" ({hours(calendar, say)})"
    return say(", who promise a first answer within {time}{hours}", time=duration(target.seconds, say), hours=when)


def _telling(services: tuple[Service, ...]) -> Service | None:
    """The service that makes the best example: mail, else the first."""
    return next(iter(sorted(services, key=lambda service: not _carries_mail(service))), None)


def _carries_mail(service: Service) -> bool:
    return "mail" in f"{service.category} {service.client_text}".lower()
