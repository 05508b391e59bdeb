"""Calendars and agreements as configuration: their form in YAML, how they are imported and written out.

The stored documents are that form without the name (and, for agreements, the kind), which the named row holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from accounts.configuration import Change, Entry, Run
from accounts.schema import Day, Name, Row, Upper, Zone, in_order, text
from accounts.versions import NamedRow, Version
from sla.agreement_document import DECLINED, HIGHEST_THRESHOLD, METRICS, Refusal, check_agreement
from sla.agreements import latest
from sla.business_time import WEEKDAYS
from sla.calendar_document import check_calendar
from sla.durations import parse
from sla.editing import stranded
from sla.effective import local_day, main_calendar
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion


def _duration(written: str) -> str:
    if not parse(written):
        raise ValueError(f'"{written}" is no time at all')
    return written


def _target(written: str) -> str:
    return DECLINED if written.lower() == DECLINED else _duration(written)


Duration = Annotated[
    text(20, shortest=1),
    AfterValidator(_duration),
    Field(json_schema_extra={"examples": ["20s", "15m", "4h", "1h30m"]}),
]
Target = Annotated[
    text(20, shortest=1),
    AfterValidator(_target),
    Field(description="A time, or none where it was agreed that there is no target", examples=["20s", "4h", "none"]),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Priority = Literal["P1", "P2", "P3", "P4"]
Metric = Literal["ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE"]
Targets = Annotated[dict[Metric, Target], in_order(METRICS[Agreement.Kind.SLA])]
Percent = Annotated[int, Field(ge=1, le=HIGHEST_THRESHOLD)]
FirstDay = Annotated[
    text(20, shortest=1),
    Field(description="The day from which it holds, in its calendar's zone", json_schema_extra={"format": "date"}),
]
LastDay = Annotated[
    text(20, shortest=1),
    Field(description="The last day on which it holds, in its calendar's zone", json_schema_extra={"format": "date"}),
]


class HolidaysRow(Row):
    """Public holidays, as the holidays library knows them."""

    country: Annotated[text(60, shortest=1), Field(description="An ISO 3166 code", examples=["GB", "DE"])]
    region: Annotated[text(60, shortest=1), Field(examples=["ENG", "BY"])] = None


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
    effective_from: FirstDay | None = None
    effective_until: LastDay | None = None
    calendar: Name | None = None
    calendars: Annotated[dict[Priority, Name], Field(description="Calendars of single priorities")] = None
    vendor_time_counts: bool = None
    thresholds: (
        Annotated[list[Percent], Field(description="Percentages of a target at which somebody is told")] | None
    ) = None
    targets: Annotated[dict[Priority, Targets], Field(min_length=1)] = None


def import_calendars(entries: Sequence[Entry[CalendarRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_calendar(entry, run)


def _import_calendar(entry: Entry[CalendarRow], run: Run) -> None:
    row = Calendar.objects.filter(name=entry.row.name).first() or Calendar(name=entry.row.name)
    document = _calendar_document(entry, live_document(CalendarVersion, row))
    problems = [*check_calendar(document, name=row.name, now=run.now), *stranded(row, document, now=run.now)]
    _refuse_all(problems, entry, run)
    run.checked()
    change = run.settle(row, {})
    run.publish(CalendarVersion, row, entry, document, change)
    run.record(row, change)


def _calendar_document(entry: Entry[CalendarRow], before: Mapping[str, Any]) -> dict[str, Any]:
    """What was written over what was there; hours and always replace each other."""
    document = {**before, **entry.row.given("name")}
    if entry.gives("hours") and not entry.gives("always"):
        document.pop("always", None)
    if entry.row.always:
        for key in ("hours", "holidays", "closures"):
            if not entry.gives(key):
                document.pop(key, None)
    return written({key: value or None for key, value in document.items()})


def import_agreements(entries: Sequence[Entry[AgreementRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_agreement(entry, run)


def _import_agreement(entry: Entry[AgreementRow], run: Run) -> None:
    row = Agreement.objects.filter(name=entry.row.name).first() or Agreement(name=entry.row.name)
    run.needs(entry, row, "kind")
    kind = entry.row.kind or row.kind
    if row.pk and kind != row.kind:
        run.refuse(entry, f"{row} is of kind {row.kind}, and that never changes: choose another name", "kind")
    document = written({**live_document(AgreementVersion, row), **entry.row.given("name", "kind")})
    if kind:
        refuse_agreement(entry, document, kind, run)
    run.checked()
    change = run.settle(row, {"kind": kind})
    _publish(row, entry, document, change, run)
    run.record(row, change)


def refuse_agreement(entry: Entry[Any], document: Mapping[str, Any], kind: str, run: Run, *under: str) -> None:
    """Refuse whatever is wrong with an agreement of this kind, which is written at `under` in the entry."""
    _refuse_all(check_agreement(document, kind=kind, calendar_names=run.names(Calendar)), entry, run, *under)


def _refuse_all(refusals: Iterable[Refusal], entry: Entry[Any], run: Run, *under: str) -> None:
    for path, message in refusals:
        run.refuse(entry, message, *under, *path)


def _publish(row: Agreement, entry: Entry[Any], document: Mapping[str, Any], change: Change, run: Run) -> None:
    run.publish(AgreementVersion, row, entry, document, change)
    until = document.get("effective_until")
    if change.version and until and until < local_day(run.now, _zone(main_calendar(document))):
        run.remark(f"{row} ended on {until}: it promises nothing")


def _zone(calendar: str) -> str:
    return str(live_document(CalendarVersion, Calendar.objects.get(name=calendar))["timezone"])


def written(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that were taken away."""
    return {key: value for key, value in document.items() if value is not None}


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
    _publish(row, entry, document, change, run)
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
