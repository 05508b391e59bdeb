"""A policy document in words, for people who decide by it. Pure: parts of the document in, sentences out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sla.durations import words as duration_words
from tiers.ladder import Step

Row = Mapping[str, Any]

DEVICES = {
    "SERVER": "a server",
    "WORKSTATION": "a workstation",
    "NETWORK": "a network device",
    "MOBILE": "a mobile device",
    "CLOUD": "a cloud service",
    "SERVICE": "a service",
    "OTHER": "of another kind",
}
# What a rule's decision is called.
DECIDED = {
    "priority": "the priority",
    "tier": "the tier",
    "team": "the team",
    "assignee": "the assignee",
    "service": "the service",
    "vendor": "the vendor",
    "category": "the category",
    "tags": "the tags",
}
PEOPLE = {"on_call": "who is on call", "team": "the team", "assignee": "the assignee", "managers": "the managers"}


def rule_when(when: Row) -> str:
    """When a routing rule holds: "When the text has “vpn” and the device is a network device"."""
    said = [words(when[key]) for key, words in _CONDITIONS.items() if when.get(key)]
    return f"When {listing(said)}" if said else "Always"


def rule_then(then: Row) -> str:
    """What a routing rule decides: "start at L2, tag it “network”"."""
    return ", ".join(words(then[key]) for key, words in _DECISIONS.items() if then.get(key))


def exception_when(exception: Row) -> str:
    """For whom a client exception holds: "Acme, when it is about Microsoft 365 and the priority is P1"."""
    said = [words(exception[key]) for key, words in _SITUATIONS.items() if exception.get(key)]
    who = exception.get("client") or "Every client"
    return f"{who}, when {listing(said)}" if said else str(who)


def exception_then(exception: Row) -> str:
    """What a client exception changes: "starts at L3; measured by Platinum"."""
    said = [words(exception[key]) for key, words in _CHANGES.items() if exception.get(key)]
    return "; ".join(said) or "changes nothing"


def step_tells(step: Step) -> str:
    """Whom a step tells: "Tells who is on call and the managers"."""
    return f"Tells {listing([PEOPLE.get(token, token) for token in step.notify])}"


def step_waits(step: Step) -> str:
    """How long a step has: "15 minutes to acknowledge, 45 minutes to hand over"; else the tier's OLA says."""
    waits = [(step.acknowledge_within, "to acknowledge"), (step.hand_over_after, "to hand over")]
    said = [f"{duration_words(seconds)} {what}" for seconds, what in waits if seconds is not None]
    if step.repeat:
        said.append("reminded once" if step.repeat == 1 else f"reminded {step.repeat} times")
    return ", ".join(said) or ("" if step.vendor else "As long as its OLA says")


def listing(said: Sequence[str], word: str = "and") -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {word} {said[-1]}"


def _quoted(values: str | Sequence[str]) -> str:
    listed = [values] if isinstance(values, str) else list(values)
    return listing([f"“{value}”" for value in listed], "or")


def _listed(values: str | Sequence[str]) -> str:
    return values if isinstance(values, str) else listing(list(values), "or")


def _device(kind: str) -> str:
    return f"the device is {DEVICES.get(kind.upper(), kind)}"


def _assignee(who: str) -> str:
    turns = {"on_call": "assign it to who is on call", "round_robin": "assign it in turn"}
    return turns.get(who, f"assign it to {who}")


_CONDITIONS: Mapping[str, Callable[[Any], str]] = {
    "keywords": lambda words: f"the text has {_quoted(words)}",
    "regex": lambda expression: f"the text matches {expression}",
    "device_type": _device,
    "os": lambda name: f"the operating system is {name}",
    "error_code": lambda codes: f"it carries the error code {_listed(codes)}",
    "source": lambda name: f"it comes from {name}",
    "category": lambda name: f"its category is {name}",
    "client": lambda name: f"the client is {name}",
}
_DECISIONS: Mapping[str, Callable[[Any], str]] = {
    "priority": lambda priority: f"make it {priority}",
    "tier": lambda tier: f"start at {tier}",
    "team": lambda team: f"give it to {team}",
    "assignee": _assignee,
    "service": lambda service: f"set its service to {service}",
    "vendor": lambda vendor: f"set its vendor to {vendor}",
    "category": lambda category: f"set its category to {category}",
    "tags": lambda tags: f"tag it {listing([f'“{tag}”' for tag in tags])}",
}
_SITUATIONS: Mapping[str, Callable[[Any], str]] = {
    "service": lambda name: f"it is about {name}",
    "category": lambda name: f"its category is {name}",
    "device_type": _device,
    "priority": lambda name: f"the priority is {name}",
}
_CHANGES: Mapping[str, Callable[[Any], str]] = {
    "start_tier": lambda tier: f"starts at {tier}",
    "straight_to_vendor": lambda _: "goes straight to the vendor",
    "steps": lambda _: "climbs a ladder of its own",
    "people": lambda people: f"{listing(list(people))} told first",
    "agreement": lambda name: f"measured by {name}",
    "calendar": lambda name: f"waits counted on {name}",
}
