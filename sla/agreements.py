"""Live agreements and calendars, parsed once per version: what was promised, on which calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from accounts.versions import Version
from sla.business_time import BusinessCalendar
from sla.durations import parse
from sla.holiday_dates import holiday_dates
from sla.models import AgreementVersion, CalendarVersion


@dataclass(frozen=True, slots=True)
class CalendarRef:
    """One version of a calendar, ready to compute with."""

    version_id: int
    name: str
    calendar: BusinessCalendar


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: so many seconds of this calendar, under this version of an agreement."""

    seconds: int
    calendar: CalendarRef
    agreement_version_id: int


@dataclass(frozen=True, slots=True)
class Terms:
    """One live agreement. Targets by priority (or the vendor's severity) and metric, in seconds."""

    agreement_id: int
    version_id: int
    name: str
    vendor_time_counts: bool
    targets: Mapping[str, Mapping[str, int]]
    calendars: Mapping[str, CalendarRef]
    calendar: CalendarRef

    def calendar_for(self, priority: str) -> CalendarRef:
        return self.calendars.get(priority, self.calendar)

    def target(self, priority: str, metric: str) -> Target | None:
        """What is promised for this priority and metric; None where the agreement sets no target."""
        seconds = self.targets.get(priority, {}).get(metric)
        return None if seconds is None else self.promise(priority, seconds)

    def promise(self, priority: str, seconds: int) -> Target:
        """A target of so many seconds on the calendar that this agreement uses for the priority."""
        return Target(seconds, self.calendar_for(priority), self.version_id)


def live_calendars() -> dict[str, CalendarRef]:
    """Every calendar's live version by name, in one query."""
    return {v.of.name: _calendar_ref(v) for v in latest(CalendarVersion)}


def live_terms(calendars: Mapping[str, CalendarRef], *, now: datetime) -> dict[int, Terms]:
    """Every agreement's terms at `now` by agreement id, on these calendars by name, in one query."""
    return {v.of_id: terms(v, calendars) for v in latest(AgreementVersion)}


def latest(model: type[Version]) -> QuerySet[Any]:
    """The live version of every row."""
    published = model.objects.filter(number__isnull=False).select_related("of")
    return published.order_by("of_id", "-number").distinct("of_id")


def terms(version: AgreementVersion, calendars: Mapping[str, CalendarRef]) -> Terms:
    """The terms that a version sets, on these calendars by name."""
    document = version.document
    return Terms(
        agreement_id=version.of_id,
        version_id=version.pk,
        name=version.of.name,
        vendor_time_counts=document.get("vendor_time_counts", True),
        targets={p: {m: parse(text) for m, text in row.items()} for p, row in document["targets"].items()},
        calendars={p: calendars[name] for p, name in (document.get("calendars") or {}).items()},
        calendar=calendars[document["calendar"]],
    )


def calendars_by_version(ids: set[int]) -> dict[int, CalendarRef]:
    """Calendars by version id; those seen before cost no query."""
    unknown = ids - _known.keys()
    if unknown:
        for version in CalendarVersion.objects.filter(pk__in=unknown).select_related("of"):
            _calendar_ref(version)
    return {pk: _known[pk] for pk in ids}


# Versions never change, so what was parsed from one can be kept. Names are looked up by their version's id.
_known: dict[int, CalendarRef] = {}


def forget_parsed() -> None:
    """Drop what was parsed: for a database that was emptied, whose ids may come again."""
    _known.clear()
    counts_vendor_time.cache_clear()


@lru_cache(maxsize=1024)
def counts_vendor_time(agreement_version_id: int | None) -> bool:
    """Whether this version of an SLA counts the time that a vendor holds the ticket."""
    if agreement_version_id is None:
        return True
    document = AgreementVersion.objects.values_list("document", flat=True).get(pk=agreement_version_id)
    return bool(document.get("vendor_time_counts", True))


def _calendar_ref(version: CalendarVersion) -> CalendarRef:
    ref = _known.get(version.pk)
    if ref is None:
        calendar = calendar_of(version.document, name=version.of.name, since=version.published_at)
        ref = _known[version.pk] = CalendarRef(version.pk, version.of.name, calendar)
    return ref


def calendar_of(document: Mapping[str, Any], *, name: str, since: datetime | None) -> BusinessCalendar:
    """A calendar from its document; holidays are taken from three years before `since` to ten after."""
    if document.get("always"):
        return BusinessCalendar.always(name=name, timezone=document["timezone"])
    closed = {date.fromisoformat(str(day)) for day in document.get("closures") or ()}
    if holidays := document.get("holidays"):
        year = since.year if since else 2026
        closed |= holiday_dates(
            country=holidays["country"], region=holidays.get("region"), years=range(year - 3, year + 11)
        )
    return BusinessCalendar.of(
        timezone=document["timezone"], hours=document["hours"], closed_dates=frozenset(closed), name=name
    )
