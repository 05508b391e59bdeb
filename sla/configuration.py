"""Calendars and agreements as configuration: their form in YAML, how they are imported and written out.

The stored documents are that form without the name (and, for agreements, the kind), which the named row holds.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from accounts.configuration import Change, Entry, Run
from accounts.schema import Day, Name, Row, Upper, Zone, in_order, text
from accounts.versions import NamedRow, Version
from sla.agreements import calendar_of, latest
from sla.business_time import WEEKDAYS
from sla.durations import parse
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion

METRICS = {
    Agreement.Kind.SLA: ("ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"),
    Agreement.Kind.OLA: ("ACKNOWLEDGE", "RESOLVE"),
    Agreement.Kind.UC: ("RESPOND", "UPDATE", "RESOLVE"),
}


def _duration(written: str) -> str:
    if not parse(written):
        raise ValueError(f'"{written}" is no time at all')
    return written


Duration = Annotated[
    text(20, shortest=1),
    AfterValidator(_duration),
    Field(json_schema_extra={"examples": ["20s", "15m", "4h", "1h30m"]}),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Priority = Literal["P1", "P2", "P3", "P4"]
Metric = Literal["ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"]
Targets = Annotated[dict[Metric, Duration], in_order(METRICS[Agreement.Kind.SLA])]


class HolidaysRow(Row):
    """Public holidays, as the holidays library knows them."""

    country: text(2, shortest=2)
    region: text(10, shortest=1) = None


class CalendarRow(Row):
    """When somebody works: opening hours in a zone, less holidays and closures; or always."""

    name: Name
    timezone: Zone = None
    always: bool = None
    hours: Annotated[dict[Weekday, list[str]], in_order(WEEKDAYS)] = None
    holidays: HolidaysRow | None = None
    closures: list[Day] = None


class AgreementRow(Row):
    """A promise about time to a client (SLA) or between our teams (OLA); a vendor's stands with its service."""

    name: Name
    kind: Annotated[Literal["SLA", "OLA"], Upper] = None
    calendar: Name = None
    calendars: Annotated[dict[Priority, Name], Field(description="Calendars of single priorities")] = None
    vendor_time_counts: bool = None
    targets: Annotated[dict[Priority, Targets], Field(min_length=1)] = None


def import_calendars(entries: Sequence[Entry[CalendarRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_calendar(entry, run)


def _import_calendar(entry: Entry[CalendarRow], run: Run) -> None:
    row = Calendar.objects.filter(name=entry.row.name).first() or Calendar(name=entry.row.name)
    run.needs(entry, row, "timezone")
    run.checked()
    document = _calendar_document(entry, live_document(CalendarVersion, row))
    _check_calendar(entry, document, run)
    run.checked()
    change = run.settle(row, {})
    run.publish(CalendarVersion, row, entry, document, change)
    run.record(row, change)


def _calendar_document(entry: Entry[CalendarRow], before: Mapping[str, Any]) -> dict[str, Any]:
    """What was written over what was there; hours and always replace each other."""
    document = {**before, **entry.row.given("name")}
    if entry.gives("hours") and not entry.gives("always"):
        document.pop("always", None)
    if entry.row.always and not entry.gives("hours"):
        document.pop("hours", None)
    return {key: value for key, value in document.items() if value not in (None, False)}


def _check_calendar(entry: Entry[CalendarRow], document: Mapping[str, Any], run: Run) -> None:
    if ("hours" in document) == ("always" in document):
        run.refuse(entry, "write either hours or always: true", "hours")
        return
    try:
        calendar_of(document, name=entry.row.name, since=run.now).next_opening(run.now)
    except ValueError as error:
        path, _, message = str(error).partition(": ")
        run.refuse(entry, message, *path.replace("closed_dates", "closures").split("."))


def import_agreements(entries: Sequence[Entry[AgreementRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_agreement(entry, run)


def _import_agreement(entry: Entry[AgreementRow], run: Run) -> None:
    row = Agreement.objects.filter(name=entry.row.name).first() or Agreement(name=entry.row.name)
    run.needs(entry, row, "kind", "calendar", "targets")
    kind = entry.row.kind or row.kind
    if row.pk and kind != row.kind:
        run.refuse(entry, f"{row} is of kind {row.kind}, and that never changes: choose another name", "kind")
    check_calendars(entry, run)
    if kind == Agreement.Kind.OLA and entry.gives("vendor_time_counts"):
        run.refuse(entry, "only an SLA says whether a vendor's time counts", "vendor_time_counts")
    check_metrics(entry, kind, run)
    run.checked()
    change = run.settle(row, {"kind": kind})
    document = {**live_document(AgreementVersion, row), **entry.row.given("name", "kind")}
    run.publish(AgreementVersion, row, entry, document, change)
    run.record(row, change)


def check_calendars(entry: Entry[Any], run: Run, *under: str) -> None:
    """Refuse calendars that nobody describes, in the agreement at `under` of this entry."""
    agreement = getattr(entry.row, under[0]) if under else entry.row
    if agreement.calendar is not None:
        run.known(Calendar, agreement.calendar, entry, *under, "calendar")
    for priority, name in (getattr(agreement, "calendars", None) or {}).items():
        run.known(Calendar, name, entry, *under, "calendars", priority)


def check_metrics(entry: Entry[AgreementRow], kind: str, run: Run) -> None:
    for level, targets in (entry.row.targets or {}).items():
        for metric in targets:
            if kind and metric not in METRICS[Agreement.Kind(kind)]:
                known = ", ".join(METRICS[Agreement.Kind(kind)])
                run.refuse(entry, f"an agreement of kind {kind} has only {known}", "targets", level, metric)


def find_agreement(run: Run, kind: str, name: str, entry: Entry[Any], *keys: str | int) -> Agreement | None:
    """The agreement called `name`, which must be of this kind."""
    found = run.find(Agreement, name, entry, *keys)
    if found and found.kind != kind:
        run.refuse(entry, f'"{name}" is of kind {found.kind}; an agreement of kind {kind} belongs here', *keys)
    return found


def import_commitment(
    entry: Entry[Any], service: str, document: dict[str, Any] | None, run: Run
) -> tuple[Agreement | None, Change]:
    """The vendor's promise for a service, kept as an agreement of kind UC; None where it promises nothing."""
    if document is None:
        return None, Change()
    name = commitment_name(service)
    row = Agreement.objects.filter(name=name).first() or Agreement(name=name, kind=Agreement.Kind.UC)
    change = run.settle(row, {})
    run.publish(AgreementVersion, row, entry, document, change)
    return row, change


def commitment_name(service: str) -> str:
    return f"{service} commitment"


def live_document(versions: type[Version], row: NamedRow) -> dict[str, Any]:
    """What the live version of `row` says; nothing when there is none."""
    live = versions.live(row) if row.pk else None
    return dict(live.document) if live else {}


def export_calendars() -> list[dict[str, Any]]:
    return [{"name": v.of.name, **v.document} for v in _by_name(CalendarVersion)]


def export_agreements() -> list[dict[str, Any]]:
    """All but the vendors' commitments, which are written with their services."""
    versions = [v for v in _by_name(AgreementVersion) if v.of.kind != Agreement.Kind.UC]
    return [{"name": v.of.name, "kind": v.of.kind, **v.document} for v in versions]


def _by_name(versions: type[Version]) -> list[Any]:
    return sorted(latest(versions), key=lambda version: version.of.name)
