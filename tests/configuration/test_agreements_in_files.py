"""Days, thresholds and declined targets of agreements, as files bring them in and as they are written out again."""

import json
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from small_provider import NOON, bring_in, refused

from escalation_portal.configuration import export_configuration
from sla.agreements import Terms, live_calendars, live_terms
from sla.models import Agreement, AgreementVersion, CalendarVersion

pytestmark = pytest.mark.django_db
GOLD = "agreements: [{{name: Gold, {}}}]"
CLOUD = "vendors: [{{name: Cloudmaker, services: [{{name: Cloud mail, commitment: {}}}]}}]"


def stored(name: str) -> dict[str, Any]:
    return AgreementVersion.objects.filter(of__name=name).latest("number").document


def exported(section: str, name: str) -> dict[str, Any]:
    rows = yaml.safe_load(export_configuration())[section]
    return next(row for row in rows if row["name"] == name)


def terms(name: str) -> Terms:
    return live_terms(live_calendars(), now=NOON)[Agreement.objects.get(name=name).pk]


@pytest.mark.parametrize(
    "written, key, value",
    [
        ("effective_from: 2026-01-01", "effective_from", "2026-01-01"),
        ("effective_until: 2026-12-31", "effective_until", "2026-12-31"),
        ("thresholds: [60, 100]", "thresholds", [60, 100]),
        ("thresholds: []", "thresholds", []),
        ("calendars: {P1: Always}", "calendars", {"P1": "Always"}),
        ("targets: {P1: {RESOLVE: 4h, UPDATE: none}}", "targets", {"P1": {"UPDATE": "none", "RESOLVE": "4h"}}),
        ("targets: {P1: {RESOLVE: NONE}}", "targets", {"P1": {"RESOLVE": "none"}}),
    ],
)
def test_what_is_written_is_stored_and_goes_out_and_in_unchanged(small, written, key, value):
    [line] = small(GOLD.format(written)).lines
    assert str(line) == f"change     agreement      Gold: {key} (version 2)"
    assert stored("Gold")[key] == value
    assert json.dumps(exported("agreements", "Gold"), default=str).count(key) == 1
    again = bring_in(export_configuration())
    assert (again.count("create"), again.count("change")) == (0, 0)


@pytest.mark.parametrize("key", ["effective_from", "effective_until", "thresholds"])
def test_null_takes_away_what_was_written_before(small, key):
    small(GOLD.format("effective_from: 2026-01-01, effective_until: 2026-12-31, thresholds: [80]"))
    small(GOLD.format(f"{key}: null"))
    assert key not in stored("Gold")
    assert small(GOLD.format(f"{key}: null")).count("change") == 0


def test_a_calendar_for_all_may_go_once_each_priority_has_its_own(small):
    assert refused(GOLD.format("calendar: null"))
    small(GOLD.format("calendar: null, calendars: {P1: Always}"))
    assert stored("Gold") == {"calendars": {"P1": "Always"}, "targets": {"P1": {"ACKNOWLEDGE": "15m", "RESOLVE": "4h"}}}
    assert terms("Gold").target("P1", "RESOLVE").calendar.name == "Always"
    assert bring_in(export_configuration()).count("change") == 0


def test_a_file_that_says_only_one_thing_is_held_against_what_is_stored(small):
    small(GOLD.format("effective_from: 2026-03-01"))
    assert refused(GOLD.format("effective_until: 2026-02-28")) == [
        "a.yaml:1: agreements.0.effective_until: "
        "it would end before it begins: write 2026-03-01 or a later day, or leave it out"
    ]


def test_a_version_for_next_month_is_stored_now_and_holds_then(small):
    small(GOLD.format("effective_from: 2026-04-01, targets: {P1: {RESOLVE: 2h}}"))
    assert terms("Gold").targets == {"P1": {"ACKNOWLEDGE": 900, "RESOLVE": 14400}}
    assert exported("agreements", "Gold")["effective_from"] == "2026-04-01"


@pytest.mark.parametrize("until, remarks", [("2026-03-01", ["Gold ended on 2026-03-01: it promises nothing"]),
                                            ("2026-03-02", [])])  # fmt: skip
def test_an_agreement_that_is_over_already_comes_in_with_a_remark(small, until, remarks):
    file = GOLD.format(f"effective_until: {until}")
    assert list(small(file).remarks) == remarks
    assert terms("Gold").lapsed == ("Gold ended on 2026-03-01." if remarks else "")
    assert small(file).remarks == ()


def test_the_remark_goes_by_the_day_in_the_calendar_s_zone(small):
    small("calendars: [{name: Samoa, timezone: Pacific/Apia, always: true}]")  # a day ahead of UTC at noon
    plan = small(GOLD.format("calendar: Samoa, effective_until: 2026-03-02"))
    assert list(plan.remarks) == ["Gold ended on 2026-03-02: it promises nothing"]


# A vendor's commitment


def test_a_commitment_has_days_calendars_of_severities_and_declined_targets(small):
    written = (
        "{effective_from: 2026-01-01, effective_until: 2026-12-31, calendar: Always, calendars: {B: London office}, "
        "targets: {A: {RESOLVE: none, RESPOND: 1h}, B: {RESPOND: 4h}}}"
    )
    small(CLOUD.format(written))
    assert stored("Cloud mail commitment") == {
        "effective_from": "2026-01-01",
        "effective_until": "2026-12-31",
        "calendar": "Always",
        "calendars": {"B": "London office"},
        "targets": {"A": {"RESPOND": "1h", "RESOLVE": "none"}, "B": {"RESPOND": "4h"}},
    }
    held = terms("Cloud mail commitment")
    assert held.declined == {("A", "RESOLVE")}
    assert [held.calendar_for(severity).name for severity in "AB"] == ["Always", "London office"]
    again = bring_in(export_configuration())
    assert (again.count("create"), again.count("change")) == (0, 0)


def test_a_commitment_is_given_as_a_whole_so_what_is_left_out_is_gone(small):
    small(CLOUD.format("{effective_until: 2026-12-31, calendar: Always, targets: {A: {RESPOND: 1h}}}"))
    small(CLOUD.format("{effective_until: null, calendar: Always, targets: {A: {RESPOND: 1h}}}"))
    assert stored("Cloud mail commitment") == {"calendar": "Always", "targets": {"A": {"RESPOND": "1h"}}}


def test_a_commitment_that_is_over_comes_in_with_a_remark(small):
    plan = small(CLOUD.format("{effective_until: 2026-01-31, calendar: Always, targets: {A: {RESPOND: 1h}}}"))
    assert "Cloud mail commitment ended on 2026-01-31: it promises nothing" in plan.remarks


# Calendars


def test_a_calendar_that_becomes_always_open_loses_its_days_off(small):
    small("calendars: [{name: London office, holidays: {country: GB}, closures: [2026-12-24]}]")
    small("calendars: [{name: London office, always: true}]")
    document = CalendarVersion.objects.filter(of__name="London office").latest("number").document
    assert document == {"timezone": "Europe/London", "always": True}


def test_all_that_is_wrong_with_a_row_is_named_at_its_own_line():
    text = """\
calendars:
  - name: Desk
    timezone: Europe/London
    hours:
      mon: ["9-17"]
      tue: ["09:00-17:00"]
    closures:
      - 2026-12-24
    holidays:
      country: Ruritania
agreements:
  - name: Gold
    kind: SLA
    calendar: Desk
    thresholds:
      - 75
      - 50
    targets:
      P1:
        ACKNOWLEDGE: 5h
        RESOLVE: 4h
"""
    assert [problem.split(": ")[:2] for problem in refused(text)] == [
        ["a.yaml:5", "calendars.0.hours.mon"],
        ["a.yaml:10", "calendars.0.holidays.country"],
        ["a.yaml:17", "agreements.0.thresholds.1"],
        ["a.yaml:20", "agreements.0.targets.P1.ACKNOWLEDGE"],
    ]


def test_the_schema_tells_editors_of_the_new_keys():
    out = StringIO()
    call_command("import_config", "--schema", stdout=out)
    known = json.loads(out.getvalue())["$defs"]
    assert {"effective_from", "effective_until", "thresholds"} <= set(known["AgreementRow"]["properties"])
    assert {"effective_from", "effective_until", "calendars"} <= set(known["CommitmentRow"]["properties"])
    assert "thresholds" not in known["CommitmentRow"]["properties"]
    assert '"format": "date"' in json.dumps(known["AgreementRow"]["properties"]["effective_from"])
