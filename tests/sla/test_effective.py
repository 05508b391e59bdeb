"""Which version of an agreement holds on which day, by its dates and numbers alone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sla.effective import DatedVersion, begun_everywhere, holding, local_day, main_calendar, stale

TODAY = "2026-06-30"
BEFORE, AFTER = "2026-06-29", "2026-07-01"


def dated(*days: tuple[str, str]) -> list[DatedVersion]:
    """Versions 1, 2, … with the ids 11, 12, …, each with its first and last day."""
    return [DatedVersion(10 + n, n, begins, ends, TODAY) for n, (begins, ends) in enumerate(days, start=1)]


ALONE = [
    # (first day, last day, what is said about it)
    ("", "", ""),
    (BEFORE, "", ""),
    (TODAY, "", ""),
    (AFTER, "", "Gold begins on 2026-07-01."),
    ("", AFTER, ""),
    ("", TODAY, ""),
    ("", BEFORE, "Gold ended on 2026-06-29."),
    (TODAY, TODAY, ""),
    (BEFORE, BEFORE, "Gold ended on 2026-06-29."),
    (AFTER, AFTER, "Gold begins on 2026-07-01."),
]


@pytest.mark.parametrize("begins, ends, said", ALONE)
def test_both_days_belong_to_the_time_in_which_a_version_holds(begins, ends, said):
    [version] = dated((begins, ends))
    assert version.lapse("Gold") == said


@pytest.mark.parametrize("begins, ends, said", ALONE)
def test_the_only_version_stands_for_its_agreement_and_is_stale_once_it_has_ended(begins, ends, said):
    [version] = dated((begins, ends))
    assert holding([version]) == version
    assert stale([version]) == ({11} if "ended" in said else set())


@pytest.mark.parametrize(
    "versions, holds, gone",
    [
        # A later version replaces the one before it, as soon as it has begun and no sooner.
        ([("", ""), ("", "")], 12, {11}),
        ([("", ""), (TODAY, "")], 12, {11}),
        ([("", ""), (AFTER, "")], 11, set()),
        ([("", ""), (BEFORE, ""), (AFTER, "")], 12, {11}),
        # One that was published later but begins earlier goes before.
        ([("", ""), (AFTER, ""), ("", "")], 13, {11, 12}),
        ([("", ""), (AFTER, ""), (TODAY, "")], 13, {11, 12}),
        # What has ended is not taken over by what it had replaced.
        ([("", ""), ("", BEFORE)], 12, {11, 12}),
        ([("", ""), (BEFORE, BEFORE), (AFTER, "")], 12, {11, 12}),
        # What goes on is not touched by what is to come, even if it has ended by then.
        ([("", AFTER), ("2026-09-01", "")], 11, set()),
        # Where none has begun, the first to begin is waited for; of two on one day, the later version.
        ([("2026-08-01", ""), (AFTER, "")], 12, set()),
        ([(AFTER, ""), ("2026-08-01", "")], 11, set()),
        ([(AFTER, ""), (AFTER, "")], 12, set()),
    ],
)
def test_the_latest_version_that_has_begun_holds(versions, holds, gone):
    found = dated(*versions)
    for order in (found, found[::-1]):
        assert holding(order).id == holds
        assert stale(order) == gone


@pytest.mark.parametrize(
    "document, name",
    [
        ({"calendar": "Office"}, "Office"),
        ({"calendar": "Office", "calendars": {"P1": "24x7"}}, "Office"),
        ({"calendars": {"P2": "Office", "P1": "24x7"}}, "24x7"),
        ({"calendar": None, "calendars": {"Normal": "Office"}}, "Office"),
        ({"calendar": "Office", "calendars": None}, "Office"),
    ],
)
def test_days_are_counted_on_the_agreement_s_calendar_or_else_its_first_priority_s(document, name):
    assert main_calendar(document) == name


@pytest.mark.parametrize("document", [{}, {"calendars": {}}, {"calendar": "", "calendars": None}])
def test_an_agreement_without_any_calendar_has_no_days(document):
    with pytest.raises(ValueError):
        main_calendar(document)


MIDNIGHT = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone, minutes, day",
    [
        ("UTC", -1, "2026-06-30"),
        ("UTC", 0, "2026-07-01"),
        ("Europe/London", -61, "2026-06-30"),
        ("Europe/London", -60, "2026-07-01"),
        ("America/New_York", 239, "2026-06-30"),
        ("America/New_York", 240, "2026-07-01"),
        ("Pacific/Kiritimati", -14 * 60 - 1, "2026-06-30"),
        ("Pacific/Kiritimati", -14 * 60, "2026-07-01"),
    ],
)
def test_a_day_begins_at_midnight_in_the_calendar_s_zone(zone, minutes, day):
    assert local_day(MIDNIGHT + timedelta(minutes=minutes), zone) == day


@pytest.mark.parametrize(
    "hours, day", [(-1, "2026-06-30"), (0, "2026-06-30"), (11.99, "2026-06-30"), (12, "2026-07-01")]
)
def test_a_day_has_begun_everywhere_when_it_has_in_the_westmost_zone(hours, day):
    now = MIDNIGHT + timedelta(hours=hours)
    assert begun_everywhere(now) == begun_everywhere(now.astimezone(timezone(timedelta(hours=9)))) == day
    assert begun_everywhere(now) == local_day(now, "Etc/GMT+12")
