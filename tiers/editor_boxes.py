"""The fields of the policy editor as its templates take them: name, label, what is written in them, what is wrong."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sla.fields import sentence
from sla.priorities import PRIORITIES
from tiers.editor_fields import LISTS, VENDOR, listing
from tiers.policy_words import DEVICES, PEOPLE

Row = Mapping[str, Any]
Problem = tuple[Sequence[str | int], str]
DEVICE_CHOICES = [(kind, words.removeprefix("a ").capitalize()) for kind, words in DEVICES.items()]
PRIORITY_CHOICES = [(priority, priority) for priority in PRIORITIES]
ASSIGNEES = [("", "Nobody yet"), ("on_call", "Who is on call"), ("round_robin", "The team's people in turn")]
STEP_PEOPLE = {"on_call": "Who is on call", "team": "The team", "assignee": "The assignee", "managers": "The managers"}
SUGGESTED_CLIENTS = "known-clients"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One field. `kind` is text, number, select, area, check or people; `suggest` the id of a list of suggestions.

    With `tries` a button beside it leads to the trial.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    choices: tuple[Choice, ...] = ()
    errors: tuple[str, ...] = ()
    hint: str = ""
    help: str = ""
    suggest: str = ""
    required: bool = False
    tries: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from: names by kind, the levels of tiers, and the members of teams, address to name."""

    names: Mapping[str, Collection[str]]
    levels: Mapping[str, int] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)

    def sorted(self, kind: str) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(self.names.get(kind, ()))]

    @property
    def tiers(self) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(self.levels, key=self.levels.__getitem__)]

    def assignees(self, chosen: str) -> list[tuple[str, str]]:
        """To whom a rule may give a ticket; somebody known who is in no team stays where he was `chosen`."""
        called = Counter(self.members.values())
        people = [(at, name if called[name] == 1 else f"{name} ({at})") for at, name in self.members.items()]
        others = [(chosen, f"{chosen} (in no team)")] if chosen in self._outside else []
        return [*ASSIGNEES, *sorted(people, key=itemgetter(1)), *others]

    @property
    def _outside(self) -> set[str]:
        return set(self.names.get("person", ())) - set(self.members)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the boxes of one row of the document, whose path is `path`."""

    path: str
    row: Row
    told: Mapping[str, Sequence[str]]

    def text(self, key: str, label: str, **more: Any) -> Box:
        value = self.row.get(key)
        written = listing(value) if key in LISTS and value else str("" if value is None else value)
        return self._box(key, label, value=written, **more)

    def select(self, key: str, label: str, offered: Iterable[tuple[str, str]], **more: Any) -> Box:
        """`offered` are values with their labels, the first for none; a value that is not known any more stays."""
        return self._select(key, label, offered, str(self.row.get(key) or ""), **more)

    def check(self, key: str, label: str, **more: Any) -> Box:
        return self._box(key, label, kind="check", value="true" if self.row.get(key) else "", **more)

    def who(self, tiers: Sequence[tuple[str, str]]) -> Box:
        """A step's tier, or the vendor."""
        chosen = VENDOR if self.row.get("vendor") else str(self.row.get("tier") or "")
        return self._select("tier", "Who", [("", "Choose"), *tiers, (VENDOR, "The vendor")], chosen)

    def stop(self) -> Box:
        """Whether the rules below are tried as well; how a document says that they are not is kept as it is."""
        stays = "true" if self.row.get("stop") is True else ""
        chosen = "false" if self.row.get("stop") is False else stays
        offered = [(stays, "No rule below is tried"), ("false", "The rules below are tried too")]
        return self._select("stop", "After it", offered, chosen)

    def notify(self) -> Box:
        """Whom a step tells: those whom it names by their part, and addresses."""
        written = self.row.get("notify") or []
        parts = tuple(Choice(token, words, token in written) for token, words in STEP_PEOPLE.items())
        others = listing([token for token in written if token not in PEOPLE])
        return self._box("notify", "Tells", kind="people", value=others, choices=parts, suggest="")

    def _select(self, key: str, label: str, offered: Iterable[tuple[str, str]], chosen: str, **more: Any) -> Box:
        known = list(offered)
        if chosen not in [value for value, _ in known]:
            known.append((chosen, f"{chosen} (not known)"))
        choices = tuple(Choice(value, words, value == chosen) for value, words in known)
        return self._box(key, label, kind="select", value=chosen, choices=choices, **more)

    def _box(self, key: str, label: str, **more: Any) -> Box:
        name = f"{self.path}.{key}" if self.path else key
        return Box(name, label, errors=tuple(self.told.get(name, ())), **more)


def told_at(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """What is wrong, by the name of the field, or of the row, at which it is said."""
    found: dict[str, list[str]] = {}
    for path, message in problems:
        name = place_of(path, message)
        leaf = path[-1] if path else ""
        said = sentence(_SAID_AT.get((leaf, message)) or _SAID.get(message) or message)
        if said not in found.setdefault(name, []):
            found[name].append(said)
    return found


def place_of(path: Sequence[str | int], message: str = "") -> str:
    """The name of the field that shows a path of the document: one of a list stands in the list's field."""
    parts = list(path)
    while len(parts) > 1 and parts[-2] in LISTS:
        parts.pop()
    if message == NOBODY:
        parts.append("tier")
    return ".".join(map(str, parts))


def count_in(told: Mapping[str, Sequence[str]], path: str) -> int:
    """How many things are wrong in a row."""
    return sum(len(said) for name, said in told.items() if name == path or name.startswith(f"{path}."))


NOBODY = "a step has either a tier or vendor: true"
REMINDERS = "Write a number from 0 to 10"
_SAID = {
    NOBODY: "Choose a tier, or the vendor",
    "a rule must decide something": "Say what it decides: fill in at least one field",
    "the first step needs a tier; straight_to_vendor goes to a vendor step at once": (
        "The first step needs a tier. To begin at the vendor, tick “Straight to the vendor” in a client exception"
    ),
    "at least one step needs a tier": "At least one step needs a tier: somebody of ours holds the ticket",
    "must not be empty": "Write something here, or take it out",
    "must be a whole number": REMINDERS,
}
_SAID_AT = {
    ("reason", "is missing"): "Say why it is different. Only staff read it",
    ("reason", "must not be empty"): "Say why it is different. Only staff read it",
    ("name", "is missing"): "Give the rule a name: the timeline of tickets calls it so",
    ("repeat", "should be greater than or equal to 0"): REMINDERS,
    ("repeat", "should be less than or equal to 10"): REMINDERS,
    ("steps", "must not be empty"): "Add a step, or let it climb the ladder of everybody",
    **{(priority, "must not be empty"): "Add a step: every priority needs a ladder" for priority in PRIORITIES},
    **{(priority, "is missing: every priority needs a ladder"): "Add a step: every priority needs a ladder"
       for priority in PRIORITIES},
}  # fmt: skip
