"""The frame of configuration as code: entries of files, references by name, and the plan of what they change.

Each app imports its own sections with it; the roof puts them in order. Problems are gathered, never raised one by one,
so that a run names all of them; whoever runs it throws the transaction away when there are any.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import DataError, IntegrityError, connection, models, transaction

from accounts.closest import did_you_mean
from accounts.schema import Row
from accounts.versions import Version
from accounts.yaml_source import Path, Problem, Source

R = TypeVar("R", bound=Row)
M = TypeVar("M", bound=models.Model)
CREATE, CHANGE, UNCHANGED = "create", "change", "unchanged"


def in_turn() -> None:
    """Wait for the end of another import or edit: two at once would each plan on what the other is about to change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('configuration', 0))")


class Abandoned(Exception):
    """This entry cannot be imported; why is among the problems already."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """One row of a file, and where it was written."""

    row: R
    source: Source
    path: Path

    @property
    def note(self) -> str:
        """Why a version was published."""
        return f"Imported from {self.source.name}"[-300:]

    def gives(self, key: str) -> bool:
        """Whether the row has this key; one that it has not is left untouched."""
        return key in self.row.model_fields_set

    def values(self, *keys: str) -> dict[str, Any]:
        """Those of `keys` that were written, with their values."""
        return {key: getattr(self.row, key) for key in keys if self.gives(key)}

    def inside(self, key: str) -> "list[Entry[Any]]":
        """The rows of the list under `key`."""
        rows = getattr(self.row, key) or ()
        return [Entry(row, self.source, (*self.path, key, index)) for index, row in enumerate(rows)]

    def problem(self, message: str, *keys: str | int) -> Problem:
        return self.source.problem((*self.path, *keys), message)


@dataclass
class Change:
    """What importing one row does to the database."""

    created: bool = False
    keys: list[str] = field(default_factory=list)
    version: int | None = None

    @property
    def what(self) -> str:
        if self.created:
            return CREATE
        return CHANGE if self.keys else UNCHANGED

    def note(self, key: str, before: Any, after: Any) -> bool:
        """Whether `after` differs from `before`, which makes `key` one of those that changed."""
        if before != after and key not in self.keys:
            self.keys.append(key)
        return bool(before != after)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan."""

    what: str
    kind: str
    name: str
    details: str = ""

    def __str__(self) -> str:
        details = f": {self.details}" if self.details else ""
        return f"{self.what:<10} {self.kind:<14} {self.name}{details}"


@dataclass
class Run:
    """One import: what it may know, what it found wrong, and what it does. `environ` is where secrets come from."""

    now: datetime
    environ: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    _declared: dict[type[models.Model], set[str]] = field(default_factory=lambda: defaultdict(set))
    _sound: bool = True

    def declare(self, model: type[models.Model], names: Iterable[str]) -> None:
        """These files describe such rows: referring to one is never an error, even if it is refused itself."""
        self._declared[model].update(names)

    def refuse(self, entry: Entry[Any], message: str, *keys: str | int) -> None:
        self.problems.append(entry.problem(message, *keys))
        self._sound = False

    def names(self, model: type[models.Model], key: str = "name") -> set[str]:
        """All names that a reference to `model` may use."""
        return self._declared[model] | set(model._default_manager.values_list(key, flat=True))

    def find(self, model: type[M], name: str, entry: Entry[Any], *keys: str | int, by: str = "name") -> M | None:
        """The row called `name`; None where there is none, which abandons the entry at `checked`."""
        found = model._default_manager.filter(**{by: name}).first()
        if found is None:
            self._sound = False
            self.known(model, name, entry, *keys, by=by)
        return found

    def known(
        self, model: type[models.Model], name: str, entry: Entry[Any], *keys: str | int, by: str = "name"
    ) -> None:
        """Refuse a name that neither the database nor these files know."""
        names = self.names(model, by)
        if name not in names:
            self.refuse(entry, f'there is no {kind_of(model)} "{name}"{did_you_mean(name, names)}', *keys)

    def needs(self, entry: Entry[Any], row: models.Model, *keys: str) -> None:
        """Refuse a new row that lacks one of `keys`; a known one keeps what it has."""
        for key in keys:
            if row.pk is None and not entry.gives(key):
                self.refuse(entry, f"is missing: {row} is new", key)

    @contextmanager
    def importing(self, entry: Entry[Any]) -> Iterator[None]:
        """Import one entry, under a savepoint, so that the others can still be looked at when it is refused."""
        around, self._sound = self._sound, True
        try:
            with transaction.atomic():
                yield
        except Abandoned:
            pass
        except (IntegrityError, DataError) as error:
            self.refuse(entry, f"the database refuses it: {_detail(error)}")
        finally:
            self._sound = around

    def checked(self) -> None:
        """Go on only with an entry in which nothing was refused."""
        if not self._sound:
            raise Abandoned

    def settle(self, row: models.Model, values: Mapping[str, Any]) -> Change:
        """Give `row` these values and save it when it is new or differs."""
        change = Change(created=row.pk is None)
        for key, value in values.items():
            if change.note(key, getattr(row, key, None), value):
                setattr(row, key, value)
        if change.what != UNCHANGED:
            row.save()
        return change

    def publish(
        self, versions: type[Version], of: Any, entry: Entry[Any], document: Mapping[str, Any], change: Change
    ) -> None:
        """Publish `document` as the next version of `of`, unless it is what the live one says."""
        live = versions.live(of)
        before = live.document if live else {}
        changed = [key for key in {**before, **document} if change.note(key, before.get(key), document.get(key))]
        if changed or live is None:
            published = versions.publish(of, document, author=None, note=entry.note, now=self.now)
            change.version = published.number

    def record(self, row: models.Model, change: Change, *, name: str = "") -> None:
        """Add a line to the plan."""
        details = "" if change.created else ", ".join(change.keys)
        if change.version and change.version > 1:
            details += f" (version {change.version})"
        self.lines.append(Line(change.what, kind_of(type(row)), name or str(row), details))

    def remark(self, text: str) -> None:
        """Something that the reader of the plan should know, such as a secret that was not given."""
        self.remarks.append(text)


def refuse_twins(run: Run, entries: Sequence[Entry[Any]], key: str = "name", *, apart: Sequence[str] = ()) -> None:
    """Refuse entries that describe the same thing as one before; those that differ in a key of `apart` are others."""
    first: dict[tuple[Any, ...], Entry[Any]] = {}
    for entry in entries:
        name = getattr(entry.row, key)
        other = first.setdefault((name, *(getattr(entry.row, other) for other in apart)), entry)
        if other is not entry:
            where = other.problem("", key)
            run.refuse(entry, f'"{name}" is described twice, first at {where.file}:{where.line}', key)


def kind_of(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name)


def _detail(error: Exception) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    detail = getattr(diagnosis, "message_detail", None) or getattr(diagnosis, "message_primary", None)
    return str(detail or error).strip()
