"""Calendars and agreements as they stood at a moment of the past."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sla.agreements import CalendarRef, Terms, calendars_by_version, terms
from sla.effective import DatedVersion, holding, local_day, main_calendar
from sla.models import AgreementVersion, CalendarVersion


def calendars_as_of(as_of: datetime) -> dict[str, CalendarRef]:
    """Every calendar's version that was the latest published at `as_of`, by name."""
    published = CalendarVersion.objects.filter(number__isnull=False, published_at__lte=as_of)
    last = published.order_by("of_id", "-number").distinct("of_id").values_list("pk", "of__name")
    names = dict(last)
    return {names[pk]: ref for pk, ref in calendars_by_version(set(names)).items()}


def terms_as_of(calendars: Mapping[str, CalendarRef], *, as_of: datetime) -> dict[int, Terms]:
    """Every agreement's terms at `as_of` by agreement id, on these calendars by name, in one query.

    One whose calendar was not there yet is left out.
    """
    published = AgreementVersion.objects.filter(number__isnull=False, published_at__lte=as_of)
    found: dict[int, list[AgreementVersion]] = defaultdict(list)
    for version in published.select_related("of").order_by("of_id", "number"):
        found[version.of_id].append(version)
    held = {pk: terms_among(versions, calendars, as_of) for pk, versions in found.items()}
    return {pk: known for pk, known in held.items() if known}


def terms_among(
    versions: Sequence[AgreementVersion], calendars: Mapping[str, CalendarRef], as_of: datetime
) -> Terms | None:
    """The terms that one agreement's versions, all published by then, set at `as_of`; None without its calendar."""
    known = [version for version in versions if main_calendar(version.document) in calendars]
    if not known:
        return None
    by_id = {version.pk: version for version in known}
    holds = holding([_dated(version, calendars, as_of) for version in known])
    version = by_id[holds.id]
    if not set((version.document.get("calendars") or {}).values()) <= calendars.keys():
        return None
    return terms(version, calendars, lapsed=holds.lapse(version.of.name))


def _dated(version: AgreementVersion, calendars: Mapping[str, CalendarRef], as_of: datetime) -> DatedVersion:
    days = [version.document.get(key) or "" for key in ("effective_from", "effective_until")]
    zone = calendars[main_calendar(version.document)].calendar.timezone
    return DatedVersion(version.pk, version.number or 0, *days, today=local_day(as_of, zone))
