"""What the rows of a table say of vendors: forms of the configuration, where each value stood, and what is wrong. Pure.

An empty cell changes nothing. Two rows may speak of one vendor, service or account, but not say two things of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vendors.csv_import_columns import CONTACTS, FACT, OF_CONTACT, OF_SERVICE, OF_VENDOR, key_of
from vendors.csv_import_table import Line, Table

Path = tuple[str | int, ...]
Form = dict[str, Any]
# So that nobody waits for an answer longer than a server lets them.
MOST_VENDORS = 500
CREATE, CHANGE, UNCHANGED = "create", "change", "unchanged"
KINDS = {
    "mail": "email", "e-mail": "email", "email": "email", "e-mail address": "email",
    "phone": "hotline", "telephone": "hotline", "tel": "hotline", "telefon": "hotline", "hotline": "hotline",
    "web": "portal", "url": "portal", "website": "portal", "portal": "portal",
}  # fmt: skip
CHANNELS = {"email": "MAIL", "e-mail": "MAIL", "mail": "MAIL", "portal": "PORTAL", "web": "PORTAL", "api": "API"}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: the line of the file, the column's heading, and words."""

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}{f', {self.column}' if self.column else ''}: {self.words}"


@dataclass(slots=True)
class Act:
    """What one row does."""

    line: int
    vendor: str
    service: str
    creates: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    @property
    def what(self) -> str:
        return CREATE if self.creates else CHANGE if self.changes else UNCHANGED


@dataclass(slots=True)
class Draft:
    """One vendor as the rows leave it: its form, and at which line and column each path of it was written."""

    form: Form
    known: Mapping[str, Any]
    origins: dict[Path, tuple[int, str]] = field(default_factory=dict)
    changed: bool = False

    def origin(self, path: Path) -> tuple[int, str]:
        """Where the value at `path` was written, or the nearest one around it."""
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path, (0, ""))


@dataclass(slots=True)
class Reading:
    """All that a table says."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def reading(table: Table, chosen: Sequence[str], known: Mapping[str, Mapping[str, Any]]) -> Reading:
    """What the rows say; `chosen` is the field of each column, `known` every vendor's form by its name."""
    found = Reading()
    spelt = {name.casefold(): name for name in known}
    for line in table.rows:
        row = _Row(line, table.headings, chosen)
        name = row.text("vendor")
        if not name:
            found.faults.append(row.fault("vendor", "is empty: name the vendor in every row"))
            continue
        name = spelt.setdefault(name.casefold(), name)
        draft = found.drafts.get(name) or Draft({"name": name}, known.get(name, {}))
        _Speaker(row, draft, found, is_new=name not in known and name not in found.drafts).speak()
        found.drafts[name] = draft
    found.faults += _too_many(found, chosen, table)
    return found


def _too_many(found: Reading, chosen: Sequence[str], table: Table) -> Iterator[Fault]:
    """The first row of a vendor that is one too many for one import."""
    changed = [name for name, draft in found.drafts.items() if draft.changed][MOST_VENDORS:]
    if changed:
        line = next(act.line for act in found.acts if act.vendor == changed[0])
        words = f"is one more than the {MOST_VENDORS} vendors that can be changed at a time: split the table here"
        yield Fault(line, table.headings[list(chosen).index("vendor")], words)


@dataclass(slots=True)
class _Row:
    line: Line
    headings: Sequence[str]
    chosen: Sequence[str]

    def text(self, field_name: str) -> str:
        return next((cell for cell, chosen in self._pairs() if chosen == field_name), "")

    def column(self, field_name: str) -> str:
        pairs = zip(self.headings, self.chosen, strict=True)
        return next((heading for heading, chosen in pairs if chosen == field_name), "")

    def facts(self) -> Iterator[tuple[str, str, str]]:
        """Key, value and heading of each fact of an account."""
        for heading, cell, chosen in zip(self.headings, self.line.cells, self.chosen, strict=True):
            if chosen == FACT and cell:
                yield key_of(heading), cell, heading
        if self.text("account_value"):
            yield key_of(self.text("account_key")), self.text("account_value"), self.column("account_value")

    def fault(self, field_name: str, words: str) -> Fault:
        return Fault(self.line.number, self.column(field_name), words)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        return zip(self.line.cells, self.chosen, strict=True)


class _Speaker:
    """One row speaks of its vendor."""

    def __init__(self, row: _Row, draft: Draft, found: Reading, *, is_new: bool) -> None:
        self.row, self.draft, self.found = row, draft, found
        self.act = Act(row.line.number, draft.form["name"], row.text("service"))
        found.acts.append(self.act)
        if is_new:
            self._create(f"vendor {draft.form['name']}")
            self._at((), "vendor")

    def speak(self) -> None:
        for key in OF_VENDOR:
            self._set(self.draft.form, self.draft.known, key, (key,))
        if not self.row.text("service"):
            self._refuse_without_service()
            return
        index, service, known = self._service()
        for key in OF_SERVICE:
            self._set(service, known, key, ("services", index, key))
        for contact in self._contacts():
            self._contact(("services", index, "contacts"), service, known, contact)
        self._account(service["name"], known)

    def _refuse_without_service(self) -> None:
        needs = [f for f in (*OF_SERVICE, "value", *CONTACTS, "account_client") if self.row.text(f)]
        if needs:
            words = f"says something of a service, and the row names none: fill in {self.row.column('service')}"
            if not self.row.column("service"):
                words = "says something of a service: choose the column that names it"
            self.found.faults.append(self.row.fault(needs[0], words))

    def _service(self) -> tuple[int, Form, Mapping[str, Any]]:
        """The row's service, in the vendor's form, and as the directory knows it."""
        name = self.row.text("service")
        there = {s["name"].casefold(): s for s in self.draft.known.get("services") or ()}
        known = there.get(name.casefold(), {})
        services = self.draft.form.setdefault("services", [])
        for index, service in enumerate(services):
            if service["name"].casefold() == name.casefold():
                return index, service, known
        services.append({"name": known.get("name", name)})
        self._at(("services", len(services) - 1), "service")
        if not known:
            self._create(f"service {name}")
        return len(services) - 1, services[-1], known

    def _set(self, form: Form, known: Mapping[str, Any], key: str, path: Path) -> None:
        """Say one thing of the vendor or service."""
        text = self.row.text(key)
        if not text:
            return
        value = _value(key, text)
        if key in form:
            self._refuse_two(form[key], value, key, path)
            return
        form[key] = value
        self._at(path, key)
        self._tell(key, known.get(key, "MAIL" if key == "lodge_by" and known else None), value)

    def _refuse_two(self, said: Any, value: Any, key: str, path: Path) -> None:
        if said != value:
            first = self.draft.origins[path][0]
            self.found.faults.append(self.row.fault(key, f"says otherwise than line {first}: {_words(said)}"))

    def _contacts(self) -> Iterator[tuple[str, str, str]]:
        """Kind, value and column of each contact in the row."""
        if self.row.text("value"):
            kind = self.row.text("kind")
            yield KINDS.get(kind.casefold(), kind), self.row.text("value"), "value"
        for kind in CONTACTS:
            if self.row.text(kind):
                yield kind, self.row.text(kind), kind

    def _contact(self, path: Path, service: Form, known: Mapping[str, Any], contact: tuple[str, str, str]) -> None:
        kind, value, column = contact
        points = service.setdefault("contacts", [dict(point) for point in known.get("contacts") or ()])
        index, is_new = _place(points, kind, value)
        place = (*path, index)
        for at in (place, (*place, "value")):
            self._at(at, column)
        self._at((*place, "kind"), "kind" if column == "value" else column)
        if is_new:
            points.append({"kind": kind, "value": value})
            self._create(f"{kind} {value}")
        for key in OF_CONTACT:
            self._set_of_contact(points[index], key, place, is_new=is_new)

    def _set_of_contact(self, point: Form, key: str, place: Path, *, is_new: bool) -> None:
        text, path = self.row.text(key), (*place, key)
        if not text:
            return
        value = _value(key, text)
        if path in self.draft.origins:
            self._refuse_two(point[key], value, key, path)
            return
        if not is_new:
            self._tell(f"{key} of {point['value']}", point.get(key), value)
        point[key] = value
        self._at(path, key)

    def _account(self, service: str, known: Mapping[str, Any]) -> None:
        client, facts = self.row.text("account_client"), list(self.row.facts())
        if not client:
            if facts:
                words = "belongs to an account: name the client in this row"
                self.found.faults.append(Fault(self.row.line.number, facts[0][2], words))
            return
        index, account, before = self._account_of(client, service)
        secret = {d["source"].removeprefix("account.") for d in known.get("required") or () if d.get("secret")}
        for key, value, heading in facts:
            self._fact(account, before, ("accounts", index, "facts", key), value, heading, is_secret=key in secret)

    def _account_of(self, client: str, service: str) -> tuple[int, Form, Mapping[str, Any]]:
        """The client's account in the vendor's form, and its facts as the directory knows them."""
        there = {(a["client"].casefold(), a["service"]): a for a in self.draft.known.get("accounts") or ()}
        known = there.get((client.casefold(), service), {})
        accounts = self.draft.form.setdefault("accounts", [])
        for index, account in enumerate(accounts):
            if (account["client"].casefold(), account["service"]) == (client.casefold(), service):
                return index, account, known.get("facts") or {}
        facts = dict(known.get("facts") or {})
        accounts.append({"client": known.get("client", client), "service": service, "facts": facts})
        self._at(("accounts", len(accounts) - 1), "account_client")
        if not known:
            self._create(f"account of {client}")
        return len(accounts) - 1, accounts[-1], known.get("facts") or {}

    def _fact(
        self, account: Form, known: Mapping[str, Any], path: Path, value: str, heading: str, *, is_secret: bool
    ) -> None:  # fmt: skip
        key = str(path[-1])
        if not key or is_secret:
            words = (
                "is a secret, which does not belong in a file: enter it on the client's account"
                if is_secret
                else "has no name: fill in the name of the fact"
            )
            self.found.faults.append(Fault(self.row.line.number, heading, words))
            return
        if path in self.draft.origins and account["facts"][key] != value:
            words = f"says otherwise than line {self.draft.origins[path][0]}: {account['facts'][key]}"
            self.found.faults.append(Fault(self.row.line.number, heading, words))
            return
        account["facts"][key] = value
        self.draft.origins.setdefault(path, (self.row.line.number, heading))
        self._tell(f"{key} of {account['client']}", known.get(key), value)

    def _at(self, path: Path, field_name: str) -> None:
        self.draft.origins.setdefault(path, (self.row.line.number, self.row.column(field_name)))

    def _create(self, what: str) -> None:
        self.act.creates.append(what)
        self.draft.changed = True

    def _tell(self, name: str, before: Any, after: Any) -> None:
        """Note what becomes of one value."""
        if before == after:
            return
        name = name.replace("_", " ")
        said = f"{name}: {_words(before)} → {_words(after)}" if before else f"{name}: {_words(after)}"
        self.act.changes.append(said)
        self.draft.changed = True


def _place(points: Sequence[Mapping[str, Any]], kind: str, value: str) -> tuple[int, bool]:
    """Where a contact stands among those of its service, and whether it is new."""
    for index, point in enumerate(points):
        if (point["kind"], point["value"].casefold()) == (kind, value.casefold()):
            return index, False
    return len(points), True


def _value(key: str, text: str) -> Any:
    """A cell as the configuration writes it; whether it may be so is for the schema to say."""
    if key == "mail_domains":
        return [part.lower() for part in text.replace(",", " ").replace(";", " ").split()]
    if key == "lodge_by":
        return CHANNELS.get(text.casefold(), text)
    if key == "verified_on":
        return _day(text)
    return int(text) if key == "interval_days" and text.isascii() and text.isdigit() and len(text) < 6 else text


def _day(text: str) -> str:
    """A date as 2026-03-02; one such as 2.3.2026, which can be read in one way only, is written so."""
    parts = text.split(".")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) and len(parts[2]) == 4:
        day, month, year = parts
        return f"{year}-{month:0>2}-{day:0>2}"
    return text


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
