"""Live agreements and calendars, parsed once per version: what was promised, on which calendar."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from accounts.versions import Version
from sla.agreement_document import DECLINED, DEFAULT_THRESHOLDS
from sla.business_time import BusinessCalendar
from sla.calendar_document import calendar_of
from sla.durations import parse
from sla.effective import DatedVersion, begun_everywhere, holding, local_day, main_calendar, replaced
from sla.models import Agreement, AgreementVersion, CalendarVersion


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
    """One agreement as it holds now. Targets by priority (or the vendor's severity) and metric, in seconds.

    `declined` are those about which it was agreed that there is no target. `lapsed` says in a sentence why nothing is
    promised at all: the agreement has ended, or has not begun. `calendar` counts for priorities without their own.
    """

    agreement_id: int
    version_id: int
    name: str
    vendor_time_counts: bool
    targets: Mapping[str, Mapping[str, int]]
    calendars: Mapping[str, CalendarRef]
    calendar: CalendarRef
    number: int = 0
    thresholds: tuple[int, ...] = ()
    declined: frozenset[tuple[str, str]] = frozenset()
    lapsed: str = ""

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
        """A target of so many seconds on the calendar that this agreement uses for the priority.

        Where the agreement has ended the target is a step's own wait, and stands under no version of it.
        """
        calendar, version_id = self.calendar_for(priority), None if self.lapsed else self.version_id
        return Target(seconds, calendar, version_id, self.vendor_time_counts, self.thresholds)


def live_calendars() -> dict[str, CalendarRef]:
    """Every calendar's live version by name, in one query."""
    return {v.of.name: _calendar_ref(v) for v in latest(CalendarVersion)}


def live_terms(calendars: Mapping[str, CalendarRef], *, now: datetime) -> dict[int, Terms]:
    """Every agreement's terms at `now` by agreement id, on these calendars by name, in one query."""
    found: dict[int, list[AgreementVersion]] = defaultdict(list)
    for version in in_question(now):
        found[version.of_id].append(version)
    return {pk: _terms_now(versions, calendars, now) for pk, versions in found.items()}


def in_question(now: datetime) -> QuerySet[AgreementVersion]:
    """The versions that may hold at `now`: the latest of each that has begun in every zone, and later ones."""
    published = AgreementVersion.objects.filter(number__isnull=False).annotate(begins=_key("effective_from"))
    begun = Q(begins__isnull=True) | Q(begins__lte=begun_everywhere(now))
    last = published.filter(begun, of=OuterRef("of")).order_by("-number").values("number")[:1]
    since = Coalesce(Subquery(last), Value(0))
    return published.filter(number__gte=since).select_related("of").order_by("of_id", "number")


def _terms_now(versions: Sequence[AgreementVersion], calendars: Mapping[str, CalendarRef], now: datetime) -> Terms:
    by_id = {version.pk: version for version in versions}
    holds = holding([_dated(version, calendars, now) for version in versions])
    return terms(by_id[holds.id], calendars, lapsed=holds.lapse(versions[0].of.name))


def _dated(version: AgreementVersion, calendars: Mapping[str, CalendarRef], now: datetime) -> DatedVersion:
    days = [version.document.get(key) or "" for key in ("effective_from", "effective_until")]
    zone = calendars[main_calendar(version.document)].calendar.timezone
    return DatedVersion(version.pk, version.number or 0, *days, today=local_day(now, zone))


@dataclass(frozen=True, slots=True)
class Standing:
    """How published versions stand at a moment, by id: calendars that have a later version, agreements that have one
    which holds, those that have ended, and those that stand for an agreement but promise nothing: ended, or not begun.
    """

    calendars: frozenset[int]
    replaced: frozenset[int]
    ended: frozenset[int]
    lapsed: frozenset[int]


def stale_versions(*, now: datetime) -> tuple[set[int], set[int]]:
    """The ids of published versions, of calendars and of agreements, that no longer hold at `now`."""
    found = standing(now=now)
    return set(found.calendars), set(found.replaced | found.ended)


def standing(*, now: datetime) -> Standing:
    """How all published versions stand. A version that begins later replaces nothing yet.

    Two queries, that read no whole document.
    """
    calendars, zones = _stale_calendars()
    today = {name: local_day(now, zone) for name, zone in zones.items()}
    found: dict[int, list[DatedVersion]] = defaultdict(list)
    keys = [_key(key) for key in ("effective_from", "effective_until", "calendar", "calendars")]
    rows = AgreementVersion.objects.filter(number__isnull=False).values_list("pk", "of_id", "number", *keys)
    for pk, of, number, begins, ends, main, own in rows:
        day = today[main or main_calendar({"calendars": json.loads(own)})]  # few need the latter: it is slow
        found[of].append(DatedVersion(pk, number, begins or "", ends or "", day))
    last = [holding(versions) for versions in found.values()]
    return Standing(
        calendars=frozenset(calendars),
        replaced=frozenset().union(*map(replaced, found.values())),
        ended=frozenset(version.id for version in last if version.has_ended),
        lapsed=frozenset(version.id for version in last if version.has_ended or not version.has_begun),
    )


def _stale_calendars() -> tuple[set[int], dict[str, str]]:
    """The ids of all versions of calendars but the latest, and the zones of these by name."""
    rows = CalendarVersion.objects.filter(number__isnull=False).order_by("number")
    last: dict[str, tuple[int, str]] = {}
    ids = set()
    for pk, name, zone in rows.values_list("pk", "of__name", _key("timezone")):
        ids.add(pk)
        last[name] = pk, zone
    return ids - {pk for pk, _ in last.values()}, {name: zone for name, (_, zone) in last.items()}


def _key(key: str) -> KeyTextTransform:
    """One key of a document, as text."""
    return KeyTextTransform(key, "document")


def latest(model: type[Version]) -> QuerySet[Any]:
    """The live version of every row."""
    published = model.objects.filter(number__isnull=False).select_related("of")
    return published.order_by("of_id", "-number").distinct("of_id")


def terms(version: AgreementVersion, calendars: Mapping[str, CalendarRef], *, lapsed: str = "") -> Terms:
    """The terms that a version sets, on these calendars by name; no target holds when it has `lapsed`."""
    document = version.document
    targets = {} if lapsed else document["targets"]
    return Terms(
        agreement_id=version.of_id,
        version_id=version.pk,
        number=version.number or 0,
        name=version.of.name,
        vendor_time_counts=document.get("vendor_time_counts", True),
        thresholds=thresholds_of(version.of.kind, document),
        targets={p: {m: parse(text) for m, text in row.items() if text != DECLINED} for p, row in targets.items()},
        declined=frozenset((p, m) for p, row in targets.items() for m, text in row.items() if text == DECLINED),
        calendars={p: calendars[name] for p, name in (document.get("calendars") or {}).items()},
        calendar=calendars[main_calendar(document)],
        lapsed=lapsed,
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
    written = document.get("thresholds")
    return () if kind != Agreement.Kind.SLA else tuple(DEFAULT_THRESHOLDS if written is None else written)


_rules: dict[int, Rules] = {}


def _calendar_ref(version: CalendarVersion) -> CalendarRef:
    ref = _known.get(version.pk)
    if ref is None:
        calendar = calendar_of(version.document, name=version.of.name, since=version.published_at)
        ref = _known[version.pk] = CalendarRef(version.pk, version.of.name, calendar, version.number or 0)
    return ref
