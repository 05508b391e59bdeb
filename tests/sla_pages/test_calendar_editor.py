"""The form of a calendar: round trips, previews, refusals at their fields, and who was quicker."""

import re
from zoneinfo import ZoneInfo

import pytest

from accounts.clock import database_now
from sla.business_time import WEEKDAYS
from sla.calendar_form import CalendarForm, filled_in
from sla.editing import publish_calendar
from sla.models import Calendar, CalendarVersion

PATH = "/calendars/office/edit/"
OFFICE = {"timezone": "Europe/London", "hours": {day: ["09:00-17:30"] for day in WEEKDAYS[:5]}}
FULL = {
    "timezone": "Europe/Berlin",
    "hours": {"mon": ["08:00-12:30", "13:15-17:00"], "fri": ["22:00-06:00"], "sun": ["00:00-24:00"]},
    "holidays": {"country": "DE", "region": "BE"},
    "closures": ["2026-12-24", "2026-12-31"],
}


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def filled(document=OFFICE, number=1, **changes):
    """What a browser sends that changes nothing but `changes`."""
    return {**filled_in(document, number), "note": "Winter hours", **changes}


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def live(name="Office"):
    return CalendarVersion.live(Calendar.objects.get(name=name))


def error_at(answer, field) -> str:
    """What stands beneath a field."""
    said = answer.content.decode()
    at = f'id="id_{field}_error"'
    assert at in said, words(answer)
    rest = said[said.index(at) :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", rest[: rest.index("</div></div>")]))


def test_the_form_shows_the_live_version(desk):
    said = desk.get(PATH).content.decode()
    assert 'value="Europe/London"' in said and said.count('value="09:00-17:30"') == 5
    assert re.search(r'name="base" value="1"', said) and 'name="name"' not in said


@pytest.mark.parametrize("document", [
    OFFICE, FULL, {"timezone": "UTC", "always": True},
    {"timezone": "UTC", "hours": {"mon": ["09:00-10:00"]}, "holidays": {"country": "GB"}},
])  # fmt: skip
def test_what_the_form_shows_is_what_it_would_publish(document):
    form = CalendarForm(filled(document), is_new=False)
    assert form.is_valid(), form.errors
    assert form.document == document


def test_publishing_makes_the_next_version_and_leads_to_the_calendar(desk, world):
    answer = desk.post(PATH, filled(FULL, 1))
    assert (answer.status_code, answer.url) == (303, "/calendars/office/")
    version = live()
    assert (version.number, version.document, version.author, version.note) == (2, FULL, world.manager, "Winter hours")
    assert "Office v2 is published." in desk.get(answer.url).content.decode()


def test_a_change_that_came_by_the_form_is_no_change_by_it_again(desk):
    desk.post(PATH, filled(FULL, 1))
    answer = desk.post(PATH, filled(FULL, 2))
    assert answer.status_code == 422 and "version 2 says the same already" in words(answer)
    assert live().number == 2


def test_publishing_what_is_there_makes_no_version(desk):
    answer = desk.post(PATH, filled())
    assert answer.status_code == 422 and "Nothing was published: version 1 says the same already." in words(answer)
    assert live().number == 1


def test_around_the_clock_leaves_the_hours_out(desk):
    desk.post(PATH, filled(opens="always"))
    assert live().document == {"timezone": "Europe/London", "always": True}


@pytest.mark.parametrize("written, expected", [
    ("09:00-17:30", ["09:00-17:30"]),
    (" 09:00 - 12:30 ,13:00–17:30, ", ["09:00-12:30", "13:00-17:30"]),
    ("09:00-12:30; 22:00-06:00", ["09:00-12:30", "22:00-06:00"]),
])  # fmt: skip
def test_openings_are_read_as_people_write_them(written, expected):
    form = CalendarForm(filled(OFFICE, sat=written), is_new=False)
    assert form.is_valid() and form.document["hours"]["sat"] == expected


def test_closures_are_sorted_and_stand_once(desk):
    desk.post(PATH, filled(closures="2026-12-31\r\n\r\n 2026-12-24 \n2026-12-31"))
    assert live().document["closures"] == ["2026-12-24", "2026-12-31"]


REFUSALS = [
    ({"timezone": ""}, "timezone", "Write a zone, such as Europe/London."),
    ({"timezone": "Europe/Lundon"}, "timezone", "is not an IANA zone; did you mean"),
    ({"timezone": "Europe"}, "timezone", "is not an IANA zone"),
    ({"mon": "9-5"}, "mon", "is not an opening, such as 09:00-17:30"),
    ({"tue": "09:00-09:00"}, "tue", "lasts no time"),
    ({"wed": "09:00-12:00, 11:00-13:00"}, "wed", "before one of wed has ended"),
    ({"thu": "22:00-10:00"}, "fri", "before one of thu has ended"),
    (dict.fromkeys(WEEKDAYS, ""), "opens", "Write at least one opening, or choose around the clock."),
    ({"opens": "sometimes"}, "opens", "not one of the available choices"),
    ({"country": "Germany"}, "country", "did you mean DE"),
    ({"country": "GB", "region": "MARS"}, "region", "is not a region of GB"),
    ({"region": "ENG"}, "country", "is not known"),
    ({"closures": "2026-12-24\n24.12.2026"}, "closures", "Line 2: “24.12.2026” is not a date. Write it"),
    ({"closures": "20261224"}, "closures", "Line 1"),
    ({"opens": "always", "closures": "2026-12-24"}, "closures", "leave them out"),
    ({"opens": "always", "country": "GB"}, "country", "leave them out"),
    ({"note": "  "}, "note", "Say why"),
]  # fmt: skip


@pytest.mark.parametrize("change, field, message", REFUSALS)
def test_each_refusal_stands_at_its_field_and_nothing_is_lost(desk, change, field, message):
    answer = desk.post(PATH, filled(**change))
    assert answer.status_code == 422 and message in error_at(answer, field)
    assert "Nothing was published yet" in words(answer)
    kept = {name: value for name, value in filled(**change).items() if name not in ("opens", "closures", "note")}
    for value in filter(None, kept.values()):
        assert f'value="{value}"' in answer.content.decode()
    assert live().number == 1


@pytest.mark.parametrize("change, field, message", REFUSALS[:-1])
def test_a_preview_says_the_same(desk, change, field, message):
    answer = desk.post(PATH, filled(**change, preview="1"))
    assert answer.status_code == 422 and message in error_at(answer, field)
    assert "This week would be" not in words(answer)


def test_everything_that_is_wrong_is_told_at_once(desk):
    answer = desk.post(PATH, filled(timezone="Europe/Lundon", mon="9-5", region="MARS", country="GB", closures="soon"))
    for field in ("timezone", "mon", "region", "closures"):
        assert error_at(answer, field)
    assert "is missing" not in words(answer) and error_at(answer, "closures").count("“soon”") == 1


def test_a_preview_shows_the_week_and_publishes_nothing(desk):
    answer = desk.post(PATH, filled(FULL, 1, preview="1", note=""))
    said = answer.content.decode()
    assert answer.status_code == 200 and "This week would be" in said
    assert said.count('class="week-open"') == 5  # Monday twice, Friday, Saturday's rest of it, Sunday
    assert "From 22:00 overnight" in said and "Nothing is published yet" in said
    assert "Say why" not in said and 'value="08:00-12:30, 13:15-17:00"' in said
    assert live().number == 1


def test_a_preview_marks_the_holidays_of_the_week(desk, world):
    today = database_now().astimezone(ZoneInfo("Europe/London")).date().isoformat()
    answer = desk.post(PATH, filled(preview="1", sat="09:00-10:00", sun="09:00-10:00", closures=today))
    assert answer.content.decode().count('class="week-closed"') == 1


def test_a_calendar_with_running_clocks_may_not_stop_opening(desk, world):
    targets = {"P1": {"ACKNOWLEDGE": "30m", "RESOLVE": "2h"}}
    world.agreement("Gold", "SLA", {"calendar": "Office", "targets": targets})
    ticket = world.open()
    answer = desk.post(PATH, filled(**dict.fromkeys(WEEKDAYS, "")))
    assert f"1 ticket counts time ({ticket.key}) on this calendar" in error_at(answer, "opens")
    assert live().number == 1


def test_whoever_was_quicker_is_named_and_what_was_written_stays(desk, world):
    publish_calendar(
        row=Calendar.objects.get(name="Office"), document=OFFICE | {"closures": ["2026-12-24"]},
        author=world.manager, note="Christmas", base_number=1,
        now=world.now,
    )  # fmt: skip
    answer = desk.post(PATH, filled(sat="10:00-12:00"))
    said = words(answer)
    assert answer.status_code == 409 and "Boss published version 2 while you were writing" in said
    assert "“Christmas”" in said and "It changed: closures" in said
    assert 'value="10:00-12:00"' in answer.content.decode() and 'name="base" value="2"' in answer.content.decode()
    assert live().number == 2
    again = desk.post(PATH, filled(number=2, sat="10:00-12:00"))
    assert again.status_code == 303 and live().document["hours"]["sat"] == ["10:00-12:00"]


def test_a_new_calendar_is_made_with_its_first_version(desk):
    said = desk.get("/calendars/new/").content.decode()
    assert "New calendar" in said and 'name="name"' in said
    answer = desk.post("/calendars/new/", filled(FULL, 0, name="Night shift"))
    assert (answer.status_code, answer.url) == (303, "/calendars/night-shift/")
    assert live("Night shift").number == 1 and live("Night shift").document == FULL


@pytest.mark.parametrize("name, message", [
    ("", "required"), ("Office", "already: edit that one"), ("office", "already: edit that one"),
    ("new", "makes no address"), ("x" * 121, "at most 120"),
])  # fmt: skip
def test_a_new_calendar_needs_a_name_of_its_own(desk, name, message):
    answer = desk.post("/calendars/new/", filled(FULL, 0, name=name))
    assert answer.status_code == 422 and message in error_at(answer, "name")
    assert Calendar.objects.count() == 2


def test_a_new_calendar_can_be_previewed_before_it_has_a_name_that_is_free(desk):
    answer = desk.post("/calendars/new/", filled(FULL, 0, name="Night shift", preview="1"))
    assert "This week would be" in words(answer) and Calendar.objects.count() == 2


def test_a_calendar_without_a_version_can_be_given_its_first(desk):
    Calendar.objects.create(name="Drafted")
    assert desk.get("/calendars/drafted/edit/").status_code == 200
    assert desk.post("/calendars/drafted/edit/", filled(FULL, 0)).status_code == 303
    assert live("Drafted").number == 1


def test_who_may_not_edit_publishes_nothing(client, world):
    client.force_login(world.l1)
    assert client.post(PATH, filled(FULL, 1)).status_code == 403
    assert client.post("/calendars/new/", filled(FULL, 0, name="Mine")).status_code == 403
    assert live().number == 1 and Calendar.objects.count() == 2


def test_an_unknown_calendar_is_nowhere(desk):
    assert desk.get("/calendars/nowhere/edit/").status_code == 404


def test_a_form_without_its_base_is_refused(desk):
    given = filled(FULL, 1)
    del given["base"]
    assert desk.post(PATH, given).status_code == 422 and live().number == 1


def test_zones_and_countries_are_offered(desk):
    said = desk.get(PATH).content.decode()
    assert '<option value="Europe/Berlin">' in said and '<option value="DE">' in said
