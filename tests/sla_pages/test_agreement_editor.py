"""The form of an agreement: round trips of every kind, refusals at their fields, and who was quicker."""

import re

import pytest

from sla.agreement_form import AgreementForm, filled_in
from sla.editing import publish_agreement
from sla.models import Agreement, AgreementVersion

PATH = "/agreements/gold/edit/"
SLOW = {"ACKNOWLEDGE": "1h", "RESOLVE": "8h"}
GOLD = {
    "calendar": "24x7",
    "targets": {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}, "P2": SLOW, "P3": SLOW, "P4": SLOW},
}
FULL = {
    "calendar": "Office",
    "calendars": {"P1": "24x7"},
    "vendor_time_counts": False,
    "targets": {
        "P1": {"ACKNOWLEDGE": "15m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"},
        "P3": {"ACKNOWLEDGE": "none", "RESOLVE": "none"},
    },
    "effective_from": "2027-01-01",
    "effective_until": "2027-12-31",
    "thresholds": [80, 100],
}
OLA = {"calendar": "24x7", "targets": {"P1": {"ACKNOWLEDGE": "5m", "RESOLVE": "1h30m"}}}
UC = {"calendar": "Office", "calendars": {"A": "24x7"}, "targets": {"A": {"RESPOND": "1h"}, "B": {"RESPOND": "none"}}}


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def filled(document=GOLD, number=1, kind="SLA", **changes):
    """What a browser sends that changes nothing but `changes`."""
    return {**filled_in(document, number, kind), "note": "Renewed", **changes}


def form_of(document, kind="SLA", **changes):
    form = AgreementForm(
        filled(document, kind=kind, **changes), kind=kind, is_new=False, calendars=["24x7", "Office"], before=document
    )
    assert form.is_valid(), form.errors
    return form


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def live(name="Gold"):
    return AgreementVersion.live(Agreement.objects.get(name=name))


def error_at(answer, field) -> str:
    said = answer.content.decode()
    at = f'id="id_{field}_error"'
    assert at in said, words(answer)
    rest = said[said.index(at) :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", rest[: rest.index("</div></div>")]))


@pytest.mark.parametrize("document, kind", [(GOLD, "SLA"), (FULL, "SLA"), (OLA, "OLA"), (UC, "UC")])
def test_what_the_form_shows_is_what_it_would_publish(document, kind):
    assert form_of(document, kind).document == document


def test_keys_that_the_form_does_not_know_stay():
    assert form_of(GOLD | {"source": "https://vendor.example/sla"}).document["source"] == "https://vendor.example/sla"


def test_publishing_makes_the_next_version_and_leads_to_the_agreement(desk, world):
    answer = desk.post(PATH, filled(FULL))
    assert (answer.status_code, answer.url) == (303, "/agreements/gold/")
    version = live()
    assert (version.number, version.document, version.author, version.note) == (2, FULL, world.manager, "Renewed")


def test_publishing_what_is_there_makes_no_version(desk):
    answer = desk.post(PATH, filled())
    assert answer.status_code == 422 and "version 1 says the same already" in words(answer)
    assert live().number == 1


@pytest.mark.parametrize("written, stored", [("4h", "4h"), (" 1h 30m ", "1h30m"), ("4H", "4h"), ("None", "none")])
def test_a_target_is_read_as_people_write_it(written, stored):
    assert form_of(GOLD, RESOLVE_1=written).document["targets"]["P2"]["RESOLVE"] == stored


def test_a_blank_target_is_said_by_nobody_and_none_is_declined():
    targets = form_of(GOLD, ACKNOWLEDGE_1="", RESOLVE_1="none", ACKNOWLEDGE_2="", RESOLVE_2="").document["targets"]
    assert targets["P2"] == {"RESOLVE": "none"} and "P3" not in targets


def test_thresholds_are_read_with_or_without_their_sign():
    assert form_of(GOLD, thresholds="50 %, 90%,100").document["thresholds"] == [50, 90, 100]


REFUSALS = [
    ({"calendar": "Nowhere"}, "calendar", "not one of the available choices"),
    ({"calendar": ""}, "calendar", "Choose a calendar here, or one for each row that has a target."),
    ({"calendar": "", "calendar_0": "24x7"}, "calendar_1", "no calendar counts the time of P2"),
    ({"RESOLVE_0": "soon"}, "RESOLVE_0", "is not a duration"),
    ({"RESOLVE_0": "2d"}, "RESOLVE_0", "a day is ambiguous"),
    ({"RESOLVE_0": "0m"}, "RESOLVE_0", "no time at all"),
    ({"ACKNOWLEDGE_0": "5h"}, "ACKNOWLEDGE_0", "is longer than 4h, in which P1 is resolved"),
    ({"RESPOND_1": "9h"}, "RESPOND_1", "is longer than 8h"),
    ({"UPDATE_2": "9h"}, "UPDATE_2", "is longer than 8h"),
    ({"effective_from": "2027-01-01", "effective_until": "2026-12-31"}, "effective_until", "end before it begins"),
    ({"effective_from": "1.1.2027"}, "effective_from", "This is not a date. Write it like 2026-12-31."),
    ({"thresholds": "90, 50"}, "thresholds", "50 stands after 90"),
    ({"thresholds": "50, half"}, "thresholds", "“half” is not a whole number"),
    ({"thresholds": "0, 50"}, "thresholds", "not a percentage from 1 to 1000"),
    ({"vendor_time": "maybe"}, "vendor_time", "not one of the available choices"),
    ({"note": ""}, "note", "Say why"),
]


@pytest.mark.parametrize("change, field, message", REFUSALS)
def test_each_refusal_stands_at_its_field_and_nothing_is_lost(desk, change, field, message):
    answer = desk.post(PATH, filled(**change))
    assert answer.status_code == 422 and message.lower() in error_at(answer, field).lower()
    for name in ("ACKNOWLEDGE_0", "RESOLVE_1", "thresholds"):
        if value := filled(**change)[name]:
            assert f'value="{value}"' in answer.content.decode()
    assert live().number == 1


def test_everything_that_is_wrong_is_told_at_once(desk):
    changes = {"effective_from": "soon", "thresholds": "half", "RESOLVE_0": "2d", "ACKNOWLEDGE_1": "9h", "note": ""}
    answer = desk.post(PATH, filled(**changes))
    for field in changes:
        assert error_at(answer, field)


def test_an_agreement_without_any_target_is_refused(desk):
    blank = {f"{metric}_{index}": "" for metric in ("ACKNOWLEDGE", "RESOLVE") for index in range(4)}
    answer = desk.post(PATH, filled(**blank))
    assert answer.status_code == 422 and "There is no target at all" in words(answer)


def test_whoever_was_quicker_is_named_and_what_was_written_stays(desk, world):
    other = GOLD | {"calendar": "Office", "thresholds": [90]}
    publish_agreement(
        row=world.sla, document=other, author=world.manager, note="Office hours", base_number=1, now=world.now
    )
    answer = desk.post(PATH, filled(RESOLVE_0="3h50m"))
    said = words(answer)
    assert answer.status_code == 409 and "Boss published version 2 while you were writing: “Office hours”" in said
    assert "It changed: calendar, thresholds" in said
    assert 'value="3h50m"' in answer.content.decode() and 'name="base" value="2"' in answer.content.decode()
    again = filled(number=2, RESOLVE_0="3h50m", despite="At night the vendor does not answer; they know")
    assert desk.post(PATH, again).status_code == 303
    assert live().document["targets"]["P1"]["RESOLVE"] == "3h50m" and live().document["calendar"] == "24x7"


@pytest.mark.parametrize("kind, columns", [("SLA", 4), ("OLA", 2)])
def test_a_new_agreement_has_the_metrics_of_its_kind(desk, kind, columns):
    said = desk.get("/agreements/new/", {"kind": kind}).content.decode()
    assert f"New {kind}" in said and len(re.findall(r'name="[A-Z]+_0"', said)) == columns
    assert ('name="vendor_time"' in said) == (kind == "SLA") == ('name="thresholds"' in said)


def test_a_new_agreement_is_made_with_its_first_version(desk):
    answer = desk.post("/agreements/new/?kind=OLA", filled(OLA, 0, "OLA", name="Night OLA"))
    assert (answer.status_code, answer.url) == (303, "/agreements/night-ola/")
    assert (live("Night OLA").document, live("Night OLA").of.kind) == (OLA, "OLA")


@pytest.mark.parametrize("name, message", [("Gold", "already: edit that one"), ("", "required"), ("New", "no address")])
def test_a_new_agreement_needs_a_name_of_its_own(desk, name, message):
    answer = desk.post("/agreements/new/", filled(FULL, 0, name=name))
    assert answer.status_code == 422 and message in error_at(answer, "name")
    assert Agreement.objects.count() == 3


@pytest.mark.parametrize("kind", ["UC", "sla", "X", ""])
def test_other_kinds_are_not_made_here(desk, kind):
    assert desk.get("/agreements/new/", {"kind": kind}).status_code == 404


def test_a_commitment_is_edited_by_the_vendor_s_severities(desk, world):
    said = desk.get("/agreements/m365/edit/").content.decode()
    assert 'name="severity_0" value="A"' in said and 'name="severity_1"' in said and 'name="severity_2"' not in said
    sent = filled({"calendar": "Office", "targets": {"A": {"RESPOND": "30m"}, "B": {"RESPOND": "4h"}}}, 1, "UC")
    assert desk.post("/agreements/m365/edit/", sent).status_code == 303
    assert live("M365").document["targets"] == {"A": {"RESPOND": "30m"}, "B": {"RESPOND": "4h"}}


@pytest.mark.parametrize("change, field, message", [
    ({"severity_1": "", "RESPOND_1": "4h"}, "severity_1", "Name the severity"),
    ({"severity_1": "A", "RESPOND_1": "4h"}, "severity_1", "“A” stands here twice"),
    ({"severity_1": "x" * 21}, "severity_1", "at most 20"),
])  # fmt: skip
def test_a_severity_needs_a_name_of_its_own(desk, change, field, message):
    sent = filled({"calendar": "Office", "targets": {"A": {"RESPOND": "30m"}}}, 1, "UC", **change)
    answer = desk.post("/agreements/m365/edit/", sent)
    assert answer.status_code == 422 and message in error_at(answer, field)


def test_severities_that_are_wrong_in_several_ways_are_each_told(desk):
    two = {"A": {"RESPOND": "5h", "RESOLVE": "4h"}, "B": {"RESPOND": "x"}}
    sent = filled({"calendar": "Office", "targets": two}, 1, "UC", calendar_1="24x7")
    answer = desk.post("/agreements/m365/edit/", sent)
    assert "longer than 4h" in error_at(answer, "RESPOND_0") and "not a duration" in error_at(answer, "RESPOND_1")


def test_a_severity_that_a_service_sends_cannot_be_taken_away(desk):
    sent = filled({"calendar": "Office", "targets": {"B": {"RESPOND": "30m"}}}, 1, "UC")
    answer = desk.post("/agreements/m365/edit/", sent)
    assert answer.status_code == 422 and "Microsoft 365 sends cases as severity A" in words(answer)


def test_of_very_many_severities_only_some_are_read(desk):
    sent = filled(UC, 1, "UC") | {f"severity_{index}": f"S{index}" for index in range(2, 60)}
    answer = desk.post("/agreements/m365/edit/", sent)
    assert answer.content.decode().count('name="severity_') <= 20


def test_a_commitment_with_more_severities_than_that_loses_none():
    many = {"calendar": "Office", "targets": {f"S{number}": {"RESPOND": "1h"} for number in range(30)}}
    assert form_of(many, "UC").document == many


def test_who_may_not_edit_publishes_nothing(client, world):
    client.force_login(world.l1)
    assert client.post(PATH, filled(FULL)).status_code == 403
    assert client.post("/agreements/new/", filled(FULL, 0, name="Mine")).status_code == 403
    assert live().number == 1 and Agreement.objects.count() == 3


def test_an_unknown_agreement_is_nowhere(desk):
    assert desk.get("/agreements/nowhere/edit/").status_code == 404
