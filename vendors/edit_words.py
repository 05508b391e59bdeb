"""What an edit of the directory changed, in words: two forms in, old and new per field out. Pure.

Rows of lists are told apart by what people know them by, so that a moved row is no change of what it says. What a
service calls a secret is masked, whatever the form says.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from vendors.form_words import CHANNELS, origin, promised

MASK = "••••••"
# What a row of each list is called, and the keys that tell it from the others.
ROWS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "services": ("", ("name",)),
    "accounts": ("Account of", ("client", "service")),
    "contacts": ("Contact point", ("value",)),
    "required": ("Needed", ("key",)),
    "engage_when": ("Condition", ("words",)),
}
# The lists of a service in which the order says something.
ORDERED: Mapping[str, str] = {
    "contacts": "Order of contact points",
    "required": "Order of what a case needs",
    "engage_when": "Order of conditions",
}
WORDS = {
    "name": "Name", "website": "Website", "protocol": "How they want to be engaged", "mail_domains": "Domains of mail",
    "retired": "State", "category": "Category", "plan": "Support plan", "client_text": "What clients read",
    "client_text_in": "What clients read", "lodge_by": "How a case is lodged", "number_pattern": "Number pattern",
    "sources": "Sources", "verify_first": "Confirmed", "commitment": "Promise", "targets": "Target",
    "severity_of": "Severity of", "template": "Case", "subject": "Subject", "body": "Text", "kind": "Kind",
    "value": "Address", "hours": "Hours", "calendar": "Calendar", "calendars": "Calendar of", "language": "Language",
    "verified_on": "Verified on", "owner": "Owner", "interval_days": "Days between verifications", "label": "Name",
    "key": "Key", "source": "Taken from", "question": "Question", "pattern": "Pattern", "secret": "Secret",
    "error_codes": "Error codes", "categories": "Categories", "tier_level": "Level", "minutes": "Minutes",
    "impact": "Impact", "automatic": "Engaged", "words": "In words", "facts": "Fact",
    "effective_from": "Holds from", "effective_until": "Holds until",
}  # fmt: skip
# What is said of a yes, and of what the form has not because it goes without saying.
YES = {"retired": "retired", "verify_first": "not yet", "automatic": "by itself"}
UNSAID = {
    "retired": "offered", "verify_first": "yes", "automatic": "when the ladder gets there", "secret": "no",
    "lodge_by": CHANNELS["MAIL"],
}  # fmt: skip
_UNSAID = {WORDS[key]: words for key, words in UNSAID.items()}
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One field, or a whole row: where it stands, what it is called, what it said and says; "" where nothing stood."""

    place: str
    field: str
    old: str
    new: str
    is_row: bool = False

    @property
    def is_long(self) -> bool:
        """Whether old and new are texts to be read rather than values."""
        return max(len(self.old), len(self.new)) > 80 or "\n" in self.old + self.new


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], secret: Set[str] = frozenset()
) -> list[Changed]:  # fmt: skip
    """Every field that says something else, in the order of the form; a whole row that came or went is one change.

    `secret` are facts to be masked beside those that one of the two forms calls secret.
    """
    secret = secret | secret_facts(before) | secret_facts(after)
    old, new = (dict(_said(form, (), secret)) for form in (before, after))
    found = [*_came_or_went(old, new), *_moved(before, after)]
    whole = {place for place, _ in found}
    for place in {**old, **new}:
        if old.get(place) != new.get(place) and not any(place[: len(row)] == row for row in whole):
            *at, name = place
            unsaid = _UNSAID.get(name, "")
            found.append((place, Changed(", ".join(at), name, old.get(place, unsaid), new.get(place, unsaid))))
    return [changed for _, changed in found]


def _came_or_went(old: Mapping[Place, str], new: Mapping[Place, str]) -> Iterator[tuple[Place, Changed]]:
    """Rows that only one of the forms has, the outermost alone."""
    for here, there, is_new in ((old, new, False), (new, old, True)):
        rows = {place[:depth] for place in here for depth in range(1, len(place))}
        alone = {row for row in rows if not any(place[: len(row)] == row for place in there)}
        for row in [row for row in dict.fromkeys(_rows(here)) if row in alone and row[:-1] not in alone]:
            said = "; ".join(f"{place[-1]}: {text}" for place, text in here.items() if place[: len(row)] == row)
            old_words, new_words = ("", said) if is_new else (said, "")
            yield row, Changed(", ".join(row[:-1]), _called(row), old_words, new_words, is_row=True)


def _called(row: Place) -> str:
    """A row by its name; of a service, which stands under its name alone, also what it is."""
    is_service = len(row) == 1 and not row[0].startswith(tuple(word for word, _ in ROWS.values() if word))
    return f"Service {row[0]}" if is_service else row[-1]


def _rows(form: Mapping[Place, str]) -> Iterator[Place]:
    return (place[:depth] for place in form for depth in range(1, len(place)))


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[Place, Changed]]:
    """Rows of a service that stay and stand in another order."""
    known = {service["name"]: service for service in before.get("services") or ()}
    for service in after.get("services") or ():
        for key, words in ORDERED.items():
            rows, [name] = (known.get(service["name"], {}), service), ROWS[key][1]
            old, new = ([row[name] for row in form.get(key) or ()] for form in rows)
            if old != new and sorted(old) == sorted(new):
                yield (service["name"], words), Changed(service["name"], words, ", ".join(old), ", ".join(new))


def _said(form: Mapping[str, Any], place: Place, secret: Set[str]) -> Iterator[tuple[Place, str]]:
    """Each field of a form by its place, in words."""
    for key, value in form.items():
        if key in ROWS and _is_rows(value):
            for name, row in _named(key, value):
                yield from _said(row, (*place, name), secret)
        elif isinstance(value, Mapping):
            hidden = secret if key == "facts" else frozenset[str]()
            yield from _said_of_mapping(key, value, place, hidden)
        else:
            yield (*place, WORDS.get(key, key)), _text(key, value)


def _said_of_mapping(key: str, value: Mapping[str, Any], place: Place, hidden: Set[str]) -> Iterator[tuple[Place, str]]:
    name = WORDS.get(key, key)
    for inner, given in value.items():
        if isinstance(given, Mapping) and key == "commitment":
            yield from _said_of_mapping(inner, given, place, hidden)
        elif isinstance(given, Mapping):
            yield (*place, f"{name} {inner}"), promised(given)
        else:
            plain = key in ("commitment", "template")
            label = f"{name}: {WORDS.get(inner, inner).lower()}" if plain else f"{name} {inner}"
            yield (*place, label), MASK if inner in hidden else _text("", given)


def _is_rows(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(row, Mapping) for row in value)


def _named(key: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row under what it is called; one that is called like another before it, with its number."""
    word, keys = ROWS[key]
    times: Counter[str] = Counter()
    for row in rows:
        name = f"{word} {' at '.join(str(row.get(one, '')) for one in keys)}".strip()
        times[name] += 1
        yield f"{name} ({times[name]})" if times[name] > 1 else name, row


def secret_facts(form: Mapping[str, Any]) -> set[str]:
    """The facts of accounts that a service calls secret."""
    required = [datum for service in form.get("services") or () for datum in service.get("required") or ()]
    return {d["source"].removeprefix("account.") for d in required if d.get("secret")}


def owners(form: Mapping[str, Any]) -> set[str]:
    """The mail addresses of those who own the contact points."""
    services = form.get("services") or ()
    return {point["owner"] for row in services for point in row.get("contacts") or () if point.get("owner")}


def with_names(form: Mapping[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    """The form with the owners of its contact points by name; `people` are names by mail address."""
    services = [
        {**service, "contacts": [_owned(point, people) for point in service["contacts"]]}
        if service.get("contacts")
        else service
        for service in form.get("services") or ()
    ]
    return {**form, "services": services} if services else dict(form)


def _owned(point: Mapping[str, Any], people: Mapping[str, str]) -> Mapping[str, Any]:
    owner = point.get("owner")
    return {**point, "owner": people.get(owner) or owner} if owner else point


def _text(key: str, value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return YES.get(key, "yes") if value else UNSAID.get(key, "no")
    if key == "source":
        return origin(value)
    if key == "lodge_by":
        return CHANNELS.get(value, str(value))
    if key == "impact":
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
