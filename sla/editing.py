"""Publishing calendars and agreements: lock the row, see that nobody was quicker, check, write a version."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.text import slugify

from accounts.models import User
from accounts.roles import MANAGERS
from accounts.versions import NamedRow, Version
from sla.agreement_document import check_agreement
from sla.business_time import NeverOpens
from sla.calendar_document import calendar_of, check_calendar
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion

V = TypeVar("V", bound=Version)
Refusal = tuple[tuple[str | int, ...], str]
RESERVED = {"new"}  # the address of the form for a new one
KEYS_SHOWN = 10
LONGEST_NOTE = 300


class NotPublished(Exception):
    """No version was written."""


class BadDocument(NotPublished):
    """The document cannot be published; `problems` say where and why, each with a way out."""

    def __init__(self, problems: Sequence[Refusal]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, path))}: {message}" for path, message in problems))
        self.problems = list(problems)


class PublishedMeanwhile(NotPublished):
    """Somebody published `version` after the one that this edit began with."""

    def __init__(self, version: Version) -> None:
        super().__init__(f"{version} was published meanwhile")
        self.version = version


class NothingChanged(NotPublished):
    """The live `version` says the same."""

    def __init__(self, version: Version) -> None:
        super().__init__(f"{version} says the same")
        self.version = version


class Unattainable(NotPublished):
    """With this version promises could no longer be kept; `promises` name them. A written reason lets it pass."""

    def __init__(self, promises: Sequence[str]) -> None:
        super().__init__(" ".join(promises))
        self.promises = list(promises)


@transaction.atomic
def publish_calendar(
    *, row: Calendar, document: Mapping[str, Any], author: User, note: str, base_number: int, now: datetime,
    despite: str = "",
) -> CalendarVersion:  # fmt: skip
    """Publish `document` as the next version of `row`, which is saved first when it is new.

    `base_number` is the version that was edited, 0 for none; `despite` the reason to publish it although a promise can
    then not be kept any more. Raises PermissionDenied, PublishedMeanwhile, BadDocument, NothingChanged, Unattainable.
    """
    live = _live(CalendarVersion, row, author, base_number)
    problems = [*check_calendar(document, name=row.name, now=now), *stranded(row, document, now=now)]
    check_note_and_name(row, note, problems)
    with promises_kept(despite, now=now):
        return _publish(CalendarVersion, row, document, live, author=author, note=with_reason(note, despite), now=now)


@transaction.atomic
def publish_agreement(
    *, row: Agreement, document: Mapping[str, Any], author: User, note: str, base_number: int, now: datetime,
    despite: str = "",
) -> AgreementVersion:  # fmt: skip
    """Publish `document` as the next version of `row`; see `publish_calendar`."""
    live = _live(AgreementVersion, row, author, base_number)
    names = Calendar.objects.values_list("name", flat=True)
    problems = check_agreement(document, kind=row.kind, calendar_names=names)
    check_note_and_name(row, note, [*problems, *_severities_lost(row, document)])
    with promises_kept(despite, now=now):
        return _publish(AgreementVersion, row, document, live, author=author, note=with_reason(note, despite), now=now)


@contextmanager
def promises_kept(despite: str, *, now: datetime) -> Iterator[None]:
    """Raise Unattainable, which takes back what was written, where a promise breaks by it and no reason is given."""
    broken = import_string(settings.BROKEN_PROMISES)
    before = broken(now=now)
    yield
    if not despite.strip() and (new := [words for key, words in broken(now=now).items() if key not in before]):
        raise Unattainable(new)


def with_reason(note: str, despite: str) -> str:
    """What stands beside the version for good."""
    told = f"{note.strip()} Although a promise cannot be kept then: {despite.strip()}" if despite.strip() else note
    if len(told) > LONGEST_NOTE:
        raise BadDocument([(("despite",), f"note and reason together take {len(told)} of {LONGEST_NOTE} characters")])
    return told


def stranded(row: Calendar, document: Mapping[str, Any], *, now: datetime) -> list[Refusal]:
    """The tickets that would never fall due, if this document of a calendar on which they count never opens."""
    if row.pk is None or not _never_opens(document, now):
        return []
    keys, total = in_use(row)
    if not total:
        return []
    return [(("hours",), f"{_counted(keys, total)} on this calendar and would never fall due: let it open")]


def in_use(calendar: Calendar) -> tuple[list[str], int]:
    """Keys of tickets on which a clock runs, or waits, on any version of this calendar, and how many there are."""
    found: tuple[list[str], int] = import_string(settings.CALENDAR_IN_USE)(calendar.pk)
    return found


def meaning(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what says nothing, so that two that mean the same are equal."""
    kept = {key: meaning(value) if isinstance(value, Mapping) else value for key, value in document.items()}
    if kept.get("vendor_time_counts") is True:
        del kept["vendor_time_counts"]
    return {key: value for key, value in kept.items() if value not in (None, False, [], {}, "")}


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The keys in which two documents mean something else."""
    first, second = meaning(before), meaning(after)
    return [key for key in {**first, **second} if first.get(key) != second.get(key)]


def _live(versions: type[V], row: NamedRow, author: User, base_number: int) -> V | None:
    """The live version under the row's lock, which must be the one that was edited."""
    if not author.roles & MANAGERS:
        raise PermissionDenied
    if row.pk is None:
        return None
    type(row)._default_manager.select_for_update().get(pk=row.pk)
    live = versions.live(row)
    if live and live.number != base_number:
        raise PublishedMeanwhile(live)
    return live


def check_note_and_name(row: NamedRow, note: str, problems: Sequence[Refusal]) -> None:
    """Raise BadDocument with what is wrong with the name of a new row, the `problems`, and a missing note."""
    missing = [] if note.strip() else [(("note",), "Say why: it stands beside the version for good.")]
    if found := [*_name(row), *problems, *missing]:
        raise BadDocument(found)


def _name(row: NamedRow) -> list[Refusal]:
    """What is wrong with the name of a new row."""
    slug = slugify(row.name)
    if row.pk is not None:
        return []
    if not slug or slug in RESERVED:
        return [(("name",), f"“{row.name}” makes no address: choose a name with letters, other than “new”")]
    known = type(row)._default_manager.filter(Q(name=row.name) | Q(slug=slug)).first()
    return [(("name",), f"there is “{known}” already: edit that one, or choose another name")] if known else []


def _publish(
    versions: type[V], row: NamedRow, document: Mapping[str, Any], live: V | None, *, author: User, note: str,
    now: datetime,
) -> V:  # fmt: skip
    if live and not changed_keys(live.document, document):
        raise NothingChanged(live)
    if row.pk is None:
        _save(row)
    return versions.publish(row, dict(document), author=author, note=note.strip(), now=now)


def _save(row: NamedRow) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.pk = None
        raise BadDocument([(("name",), f"somebody made “{row.name}” just now: edit that one")]) from None


def _never_opens(document: Mapping[str, Any], now: datetime) -> bool:
    """Whether it is this that is wrong with a calendar, whatever else is."""
    if document.get("always"):
        return False
    if not any((document.get("hours") or {}).values()):
        return True
    try:
        calendar_of({"timezone": "UTC", **document}, name="", since=now).next_opening(now)
    except NeverOpens:
        return True
    except ValueError:
        return False  # something else is wrong, and `check_calendar` says what
    return False


def _counted(keys: Sequence[str], total: int) -> str:
    shown = ", ".join(keys[:KEYS_SHOWN])
    more = f" and {total - KEYS_SHOWN} more" if total > KEYS_SHOWN else ""
    return f"{total} ticket{'s count' if total != 1 else ' counts'} time ({shown}{more})"


def _severities_lost(row: Agreement, document: Mapping[str, Any]) -> list[Refusal]:
    """Severities of a vendor's commitment that a service still uses for its cases."""
    if row.kind != Agreement.Kind.UC or row.pk is None:
        return []
    kept = document.get("targets") or {}
    return [
        (("targets",), f"{service} sends cases as severity {severity}: keep a target for that severity")
        for service in row.committed_services.all()
        for severity in sorted(set(service.severity_of.values()))
        if severity and severity not in kept
    ]
