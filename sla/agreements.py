"""Live agreements and calendars, parsed once per version: what was promised, on which calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.versions import Version
from sla.business_time import BusinessCalendar
from sla.durations import parse
from sla.holiday_dates import holiday_dates
from sla.models import AgreementVersion, CalendarVersion


@dataclass(frozen=True, slots=True)
class CalendarRef:
    """One version of a calendar, ready to compute with. 24x7 as a house rule is no version of anything: id None."""

    version_id: int | None
    name: str
    calendar: BusinessCalendar
    number: int = 0

    @property
    def title(self) -> str:
        """Name and version, as in "London office v4"."""
        return f"{self.name} v{self.number}" if self.number else self.name


DEFAULT_THRESHOLDS = (50, 75, 90, 100, 125)
ALWAYS = CalendarRef(None, "24x7", BusinessCalendar.always())


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: so many seconds of this calendar, under this version of an agreement."""

    seconds: int
    calendar: CalendarRef
    agreement_version_id: int | None
    vendor_time_counts: bool = True
    thresholds: tuple[int, ...] = ()


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
    number: int = 0
    thresholds: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """Name and version, as in "Gold v3"."""
        return f"{self.name} v{self.number}" if self.number else self.name

    def calendar_for(self, priority: str) -> CalendarRef:
        return self.calendars.get(priority, self.calendar)

    def target(self, priority: str, metric: str) -> Target | None:
        """What is promised for this priority and metric; None where the agreement sets no target."""
        seconds = self.targets.get(priority, {}).get(metric)
        return None if seconds is None else self.promise(priority, seconds)

    def promise(self, priority: str, seconds: int) -> Target:
        """A target of so many seconds on the calendar that this agreement uses for the priority."""
        calendar = self.calendar_for(priority)
        return Target(seconds, calendar, self.version_id, self.vendor_time_counts, self.thresholds)


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
        number=version.number or 0,
        name=version.of.name,
        vendor_time_counts=document.get("vendor_time_counts", True),
        thresholds=thresholds_of(version.of.kind, document),
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
    _rules.clear()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a version of an agreement says of every clock that runs under it."""

    vendor_time_counts: bool = True
    thresholds: tuple[int, ...] = ()


def rules_by_version(ids: set[int]) -> dict[int | None, Rules]:
    """The rules of agreements by version id; those seen before cost no query. None, a house rule, has the defaults."""
    unknown = ids - _rules.keys()
    if unknown:
        versions = AgreementVersion.objects.filter(pk__in=unknown).values_list("pk", "of__kind", "document")
        _rules.update({pk: _rules_of(kind, document) for pk, kind, document in versions})
    return {None: Rules(), **{pk: _rules[pk] for pk in ids}}


def _rules_of(kind: str, document: Mapping[str, Any]) -> Rules:
    return Rules(bool(document.get("vendor_time_counts", True)), thresholds_of(kind, document))


def thresholds_of(kind: str, document: Mapping[str, Any]) -> tuple[int, ...]:
    """At which percentages of its targets somebody is told; only promises to clients have such."""
    return tuple(document.get("thresholds") or DEFAULT_THRESHOLDS) if kind == "SLA" else ()


_rules: dict[int, Rules] = {}


def _calendar_ref(version: CalendarVersion) -> CalendarRef:
    ref = _known.get(version.pk)
    if ref is None:
        calendar = calendar_of(version.document, name=version.of.name, since=version.published_at)
        ref = _known[version.pk] = CalendarRef(version.pk, version.of.name, calendar, version.number or 0)
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
