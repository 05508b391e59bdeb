"""The terms that hold at a moment, and the versions that no longer do, as the database knows them."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sla.agreements import (
    DEFAULT_THRESHOLDS,
    Terms,
    in_question,
    latest,
    live_calendars,
    live_terms,
    rules_by_version,
    stale_versions,
)
from sla.effective import DatedVersion, holding, local_day, stale
from sla.models import Agreement, AgreementVersion, Calendar, CalendarVersion

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
TARGETS = {"P1": {"ACKNOWLEDGE": "15m", "RESOLVE": "4h"}}
ZONES = {"London": "Europe/London", "New York": "America/New_York", "East": "Pacific/Kiritimati", "West": "Etc/GMT+12"}


@pytest.fixture(autouse=True)
def calendars(db: None) -> None:
    for name, zone in ZONES.items():
        calendar(name, zone)


def calendar(name: str, zone: str) -> CalendarVersion:
    row, _ = Calendar.objects.get_or_create(name=name)
    return CalendarVersion.publish(row, {"timezone": zone, "always": True}, author=None, note="", now=NOON)


def publish(name: str = "Gold", kind: str = "SLA", **document: Any) -> AgreementVersion:
    row, _ = Agreement.objects.get_or_create(name=name, defaults={"kind": kind})
    document = {"calendar": "London", "targets": TARGETS, **document}
    return AgreementVersion.publish(row, document, author=None, note="", now=NOON)


def gold(now: datetime = NOON) -> Terms:
    row = Agreement.objects.get(name="Gold")
    return live_terms(live_calendars(), now=now)[row.pk]


# What holds now


def test_a_version_for_next_month_does_not_hold_before_and_the_one_before_it_goes_on():
    first, second = publish(), publish(effective_from="2026-07-01", targets={"P1": {"RESOLVE": "2h"}})
    midnight_in_london = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert (gold(midnight_in_london - timedelta(seconds=1)).version_id, gold().lapsed) == (first.pk, "")
    held = gold(midnight_in_london)
    assert (held.version_id, held.number, held.lapsed) == (second.pk, 2, "")
    assert held.targets == {"P1": {"RESOLVE": 7200}}


@pytest.mark.parametrize(
    "calendar, midnight",
    [
        ("London", datetime(2026, 6, 30, 23, 0, tzinfo=UTC)),
        ("New York", datetime(2026, 7, 1, 4, 0, tzinfo=UTC)),
        ("East", datetime(2026, 6, 30, 10, 0, tzinfo=UTC)),
        ("West", datetime(2026, 7, 1, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_day_begins_and_ends_where_the_agreement_s_calendar_is(calendar, midnight):
    publish(calendar=calendar, effective_until="2026-06-30")
    publish(calendar=calendar, effective_from="2026-07-01")
    for moment, number in ((midnight - timedelta(seconds=1), 1), (midnight, 2)):
        assert (gold(moment).number, gold(moment).lapsed) == (number, "")


def test_what_has_ended_promises_nothing_and_says_so():
    publish(effective_until="2026-06-29", thresholds=[80])
    terms = gold()
    assert (terms.targets, terms.declined, terms.lapsed) == ({}, frozenset(), "Gold ended on 2026-06-29.")
    assert terms.target("P1", "RESOLVE") is None
    assert terms.calendar_for("P1").name == "London"


def test_a_wait_of_the_house_on_the_hours_of_what_has_ended_runs_under_no_version():
    publish(kind="OLA", effective_until="2026-06-29", calendar="New York")
    target = gold().promise("P1", 60)
    assert (target.seconds, target.calendar.name, target.agreement_version_id) == (60, "New York", None)
    assert gold(NOON - timedelta(days=1)).promise("P1", 60).agreement_version_id in stale_versions(now=NOON)[1]


def test_what_has_ended_is_not_replaced_by_what_it_had_replaced():
    publish()
    publish(effective_from="2026-01-01", effective_until="2026-03-31")
    assert (gold().number, gold().lapsed) == (2, "Gold ended on 2026-03-31.")


def test_what_has_not_begun_promises_nothing_and_says_when_it_will():
    publish(effective_from="2027-03-01")
    publish(effective_from="2027-01-01")
    publish(effective_from="2027-02-01")
    assert (gold().number, gold().targets, gold().lapsed) == (2, {}, "Gold begins on 2027-01-01.")


def test_a_draft_holds_never():
    live = publish()
    AgreementVersion.objects.create(of=live.of, document={"calendar": "London", "targets": {}})
    assert gold().version_id == live.pk


def test_the_latest_version_is_still_the_one_with_the_highest_number():
    publish()
    future = publish(effective_from="2030-01-01")
    assert [version.pk for version in latest(AgreementVersion)] == [future.pk]


# What the terms say


def test_a_target_that_was_declined_is_told_from_one_that_nobody_wrote():
    publish(targets={"P1": {"UPDATE": "none", "RESOLVE": "4h"}, "P4": {"RESPOND": "none"}})
    terms = gold()
    assert terms.targets == {"P1": {"RESOLVE": 14400}, "P4": {}}
    assert terms.declined == {("P1", "UPDATE"), ("P4", "RESPOND")}
    assert [terms.target("P1", metric) for metric in ("UPDATE", "RESPOND")] == [None, None]


@pytest.mark.parametrize(
    "kind, document, thresholds",
    [
        ("SLA", {}, DEFAULT_THRESHOLDS),
        ("SLA", {"thresholds": [60, 100]}, (60, 100)),
        ("SLA", {"thresholds": []}, ()),
        ("OLA", {}, ()),
        ("UC", {}, ()),
    ],
)
def test_promises_to_clients_have_thresholds(kind, document, thresholds):
    version = publish(kind=kind, **document)
    assert gold().thresholds == thresholds
    assert gold().promise("P1", 60).thresholds == thresholds
    assert rules_by_version({version.pk})[version.pk].thresholds == thresholds


def test_without_a_calendar_for_all_each_priority_has_its_own():
    publish(calendar=None, calendars={"P2": "New York", "P1": "East"})
    terms = gold()
    assert [terms.calendar_for(p).name for p in ("P1", "P2")] == ["East", "New York"]
    assert terms.calendar.name == "East"


def test_all_terms_are_one_query_and_no_more_for_a_hundred_versions(django_assert_num_queries):
    for number in range(10):
        for month in range(1, 11):
            publish(f"Agreement {number}", effective_from=f"2026-{month:02}-01")
    known = live_calendars()
    with django_assert_num_queries(1):
        found = live_terms(known, now=NOON)
    assert {terms.number for terms in found.values()} == {6}


@pytest.mark.parametrize(
    "days, read",
    [
        (["", "", ""], [3]),
        (["2025-01-01", "", "2026-01-01"], [3]),
        (["", "2026-06-28", "2026-06-30", "2026-08-01"], [2, 3, 4]),  # the 30th has not begun everywhere
        (["2027-01-01", "2027-02-01"], [1, 2]),
    ],
)
def test_versions_that_were_replaced_long_ago_are_not_read(days, read):
    for day in days:
        publish(**({"effective_from": day} if day else {}))
    assert [version.number for version in in_question(NOON - timedelta(hours=1))] == read


# What no longer holds


def test_of_a_calendar_all_versions_but_the_latest_are_stale():
    first, second = calendar("Desk", "UTC"), calendar("Desk", "UTC")
    assert stale_versions(now=NOON) == ({first.pk}, set())
    third = calendar("Desk", "Europe/Berlin")
    assert stale_versions(now=NOON)[0] == {first.pk, second.pk}
    assert third.pk not in stale_versions(now=NOON)[0]


def test_a_version_becomes_stale_when_the_next_begins():
    first, second = publish(), publish(effective_from="2026-07-01", effective_until="2026-07-31")
    assert stale_versions(now=NOON) == (set(), set())
    assert stale_versions(now=NOON + timedelta(days=1)) == (set(), {first.pk})
    assert stale_versions(now=NOON + timedelta(days=32)) == (set(), {first.pk, second.pk})


def test_a_draft_is_not_stale():
    live = publish()
    AgreementVersion.objects.create(of=live.of, document={})
    CalendarVersion.objects.create(of=Calendar.objects.get(name="London"), document={})
    assert stale_versions(now=NOON) == (set(), set())


def test_a_provider_without_agreements_has_no_stale_versions():
    assert stale_versions(now=NOON) == (set(), set())
    assert live_terms(live_calendars(), now=NOON) == {}


def test_stale_versions_are_two_queries_that_read_no_whole_document(django_assert_num_queries):
    publish()
    publish(calendar=None, calendars={"P1": "West"})
    with django_assert_num_queries(2) as asked:
        stale_versions(now=NOON)
    assert not [query for query in asked.captured_queries if re.search(r'"document"(?! ->)', query["sql"])]


# Both against each other and against the pure rule, for histories of any kind


def history(chance: random.Random) -> list[dict[str, Any]]:
    """A few versions whose days lie around the 30th of June, in one zone."""
    calendar = chance.choice(list(ZONES))
    versions = []
    for _ in range(chance.randint(1, 5)):
        days = sorted(date(2026, 6, 30) + timedelta(days=chance.randint(-3, 3)) for _ in range(2))
        keys = zip(("effective_from", "effective_until"), days, strict=True)
        versions.append({"calendar": calendar} | {key: day.isoformat() for key, day in keys if chance.random() < 0.5})
    return versions


@pytest.mark.parametrize("seed", range(40))
def test_the_terms_are_those_of_the_version_that_holds_and_what_is_stale_never_holds(seed):
    chance = random.Random(seed)
    documents = history(chance)
    rows = [publish(**document) for document in documents]
    for hours in range(-72, 73, 6):
        now = NOON + timedelta(hours=hours, minutes=chance.randint(0, 359))
        today = local_day(now, ZONES[documents[0]["calendar"]])
        dated = [
            DatedVersion(row.pk, row.number, d.get("effective_from", ""), d.get("effective_until", ""), today)
            for row, d in zip(rows, documents, strict=True)
        ]
        terms, gone = gold(now), stale_versions(now=now)[1]
        assert (terms.version_id, terms.lapsed) == (holding(dated).id, holding(dated).lapse("Gold")), (seed, now)
        assert gone == stale(dated)
        assert (terms.version_id in gone) == terms.lapsed.startswith("Gold ended")
