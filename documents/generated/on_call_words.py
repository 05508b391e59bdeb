"""Who of a team is on call, as its rotation says, in words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from documents.generated.facts import Person, Team
from documents.generated.marks import blocks, items, plain

DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip


def on_call_words(team: Team, *, names: bool = True) -> str:
    """How a team takes turns; by what it agreed, not by what today's date makes of it. People only with `names`."""
    if not team.members:
        return "Nobody: the team has no active people."
    layers = team.rotation.get("layers") or ([team.rotation] if team.rotation else [])
    if not layers:
        return f"Always the first of the team{f': {_named(team.members[:1])}' if names else ''}."
    if len(layers) == 1:
        return _layer(layers[0], team, names)
    return blocks("A later line goes before an earlier one:", items(_above(row, team, names) for row in layers))


def _above(layer: Mapping[str, Any], team: Team, names: bool) -> str:
    return f"{plain(layer.get('name') or 'Unnamed')}: {_layer(layer, team, names)}"


def _layer(layer: Mapping[str, Any], team: Team, names: bool) -> str:
    order = _order(layer, team.members) if names else ""
    return f"{_turns(layer, team)}{order}{_only(layer)}."


def _turns(layer: Mapping[str, Any], team: Team) -> str:
    weekday, _, clock = str(layer.get("hand_over", "")).partition(" ")
    days = layer.get("days", 7)
    every = {1: "every day", 7: "every week"}.get(days, f"every {days} days")
    on = "" if days == 1 else f" on {DAYS.get(weekday, weekday)}"
    zone = layer.get("timezone") or team.rotation.get("timezone") or "UTC"
    return f"Handed over {every}{on} at {clock} ({plain(zone)})"


def _order(layer: Mapping[str, Any], members: Sequence[Person]) -> str:
    by_address = {person.email: person for person in members}
    order = [by_address[email] for email in layer.get("order") or by_address if email in by_address]
    return f", in this order: {_named(order)}" if order else ", to nobody who is still active"


def _only(layer: Mapping[str, Any]) -> str:
    hours = layer.get("hours") or {}
    said = [f"{DAYS.get(day, day)} {' and '.join(spans)}" for day, spans in hours.items() if spans]
    return f"; only {', '.join(said)}" if said else ""


def _named(people: Sequence[Person]) -> str:
    return ", ".join(plain(person.name or person.email) for person in people)
