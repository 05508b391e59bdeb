"""Calendars and agreements as they stood at a moment: which version held, and what it said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sla.agreements import CalendarRef, Terms, terms
from sla.effective import DatedVersion, holding, local_day, main_calendar
from sla.models import AgreementVersion

# Versions never change, so what was read of one can be kept by its id.
_kept: dict[int, AgreementVersion] = {}


def agreement_versions(ids: Iterable[int]) -> dict[int, AgreementVersion]:
    """Versions of agreements by id; those seen before cost no query."""
    wanted = set(ids)
    if unknown := wanted - _kept.keys():
        _kept.update(AgreementVersion.objects.select_related("of").in_bulk(unknown))
    return {pk: _kept[pk] for pk in wanted}


def forget_versions() -> None:
    """Drop what is kept: for a database that was emptied, whose ids may come again."""
    _kept.clear()


def holding_at(
    versions: Sequence[AgreementVersion], calendars: Mapping[str, CalendarRef], at: datetime
) -> tuple[int, str] | None:
    """Of one agreement's versions, all published by `at`: the id of the one that holds then, and why it has lapsed.

    None where none of them has its calendars.
    """
    known = [version for version in versions if set(_named(version.document)) <= calendars.keys()]
    if not known:
        return None
    holds = holding([_dated(version, calendars, at) for version in known])
    return holds.id, holds.lapse(known[0].of.name)


def terms_of(holds: Iterable[tuple[int, str]], calendars: Mapping[str, CalendarRef]) -> dict[int, Terms]:
    """The terms of those that `holding_at` found, by agreement id."""
    found = dict(holds)
    versions = agreement_versions(found)
    return {versions[pk].of_id: terms(versions[pk], calendars, lapsed=lapsed) for pk, lapsed in found.items()}


def _named(document: Mapping[str, object]) -> list[str]:
    own = document.get("calendars")
    return [main_calendar(document), *(own.values() if isinstance(own, Mapping) else ())]


def _dated(version: AgreementVersion, calendars: Mapping[str, CalendarRef], at: datetime) -> DatedVersion:
    begins, ends = (version.document.get(key) or "" for key in ("effective_from", "effective_until"))
    zone = calendars[main_calendar(version.document)].calendar.timezone
    return DatedVersion(version.pk, version.number or 0, begins, ends, today=local_day(at, zone))
