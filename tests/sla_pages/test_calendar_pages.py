"""The pages of calendars: what is open, what comes, who counts on it, earlier versions, sums."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from sla.business_time import BusinessCalendar
from sla.calendar_page import monday_of, state
from sla.models import Calendar, CalendarVersion

PATH = "/calendars/office/"
HOURS = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
EASTER = {"timezone": "Europe/London", "hours": HOURS, "holidays": {"country": "GB", "region": "ENG"}}
OFFICE = BusinessCalendar.of(timezone="America/New_York", hours=HOURS)


@pytest.fixture
def desk(client, world):
    client.force_login(world.l1)
    return client


def html(desk, path=PATH, **query) -> str:
    answer = desk.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def words(said: str) -> str:
    """The text of a page, without its marks, blanks as single ones."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", said))


def test_the_list_names_each_calendar_with_its_agreements(desk):
    said = words(html(desk, "/calendars/"))
    assert "Office" in said and "Europe/London" in said and "09:00–17:30" in said and "M365" in said
    assert "24x7" in said and "Always open" in said and "Gold" in said


def test_without_a_calendar_the_list_says_what_to_do(client, db):
    manager = User.objects.create_user("boss@msp.example", name="Boss")
    manager.groups.add(Group.objects.create(name=roles.MANAGER))
    client.force_login(manager)
    assert "There is no calendar yet" in html(client, "/calendars/")


@pytest.mark.parametrize("now, said", [
    ("2026-03-02T15:00", "Open until 17:30"),  # Monday 10:00 in New York
    ("2026-03-02T13:00", "Closed until 09:00"),
    ("2026-03-02T23:00", "Closed until Tue 09:00"),
    ("2026-03-06T23:00", "Closed until Mon 09:00"),
])  # fmt: skip
def test_the_state_is_told_by_the_calendar_s_own_clocks(now, said):
    assert state(OFFICE, datetime.fromisoformat(now).replace(tzinfo=UTC))["state"] == said


def test_a_state_far_ahead_carries_its_date():
    closed = [datetime(2026, 3, day).date() for day in range(3, 16)]
    shut = BusinessCalendar.of(timezone="UTC", hours=HOURS, closed_dates=closed)
    assert state(shut, datetime(2026, 3, 2, 20, tzinfo=UTC))["state"] == "Closed until Mon 16 Mar 2026 09:00"


def test_what_never_closes_and_what_never_opens_say_so():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    closed = [now.date() + timedelta(days=number) for number in range(-7, 8 * 366)]
    never = BusinessCalendar.of(timezone="UTC", hours=HOURS, closed_dates=closed)
    assert state(BusinessCalendar.always(), now)["state"] == "Always open"
    assert state(never, now)["state"] == "Never opens"


def test_the_page_shows_the_week_as_picture_and_table(desk, world):
    world.calendar("Office", EASTER)
    said = html(desk, week="2026-04-01")
    assert "Week from 30 March 2026" in said
    assert said.count('class="week-open"') == 4 and said.count('class="week-closed"') == 1
    assert 'x="37.50%"' in said and 'width="35.42%"' in said
    assert "Friday 3 Apr Closed Good Friday" in words(said)
    assert "week=2026-03-23" in said and "week=2026-04-06" in said


@pytest.mark.parametrize("asked", ["", "soon", "2026-02-30", "1000-01-01", "9999-12-31"])
def test_without_a_week_that_can_be_shown_it_is_this_one(desk, asked):
    monday = monday_of(database_now().astimezone(ZoneInfo("Europe/London")).date())
    assert f"Week from {monday.day} {monday:%B %Y}" in html(desk, week=asked)


def test_today_is_marked(desk):
    assert html(desk).count('class="week-now"') == 1
    assert html(desk, week="2026-03-02").count('class="week-now"') == 0


def test_holidays_and_closures_of_the_next_year_are_listed(desk, world):
    today = database_now().date()
    closure = today + timedelta(days=300)
    past = today - timedelta(days=1)
    world.calendar("Office", EASTER | {"closures": [closure.isoformat(), past.isoformat()]})
    said = words(html(desk))
    listed = said[said.index("Closed in the next 12 months") : said.index("Agreements that count on it")]
    assert f"{closure.day} {closure:%b %Y} Own closure" in listed and "Christmas Day" in listed
    assert f"{past.day} {past:%b %Y}" not in listed


def test_without_closures_it_says_so(desk):
    assert "it opens every week alike" in html(desk)


def test_the_agreements_that_count_on_it_are_named(desk, world):
    said = words(html(desk))
    assert "M365 UC" in said and "Gold" not in said
    world.agreement(
        "Gold", "SLA", {"calendar": "24x7", "calendars": {"P4": "Office"}, "targets": {"P4": {"RESOLVE": "8h"}}}
    )
    assert "Gold SLA" in words(html(desk))


def test_an_agreement_is_named_by_what_holds_and_by_what_follows(desk, world):
    later = (database_now().date() + timedelta(days=40)).isoformat()
    targets = {"P1": {"RESOLVE": "4h"}}
    world.agreement("Gold", "SLA", {"calendar": "Office", "targets": targets, "effective_from": later})
    assert "Gold SLA" in words(html(desk)) and "Gold SLA" in words(html(desk, "/calendars/24x7/"))


@pytest.fixture
def second(world):
    world.now = world.now + timedelta(days=1)
    document = {"timezone": "Europe/Berlin", "hours": {"mon": ["22:00-06:00"]}}
    row = Calendar.objects.get(name="Office")
    return CalendarVersion.publish(row, document, author=world.manager, note="Nights", now=world.now)


def test_the_live_version_is_shown_with_who_and_why(desk, second):
    said = words(html(desk))
    assert "Version 2" in said and "by Boss" in said and "Nights" in said and "Europe/Berlin" in said
    assert "From 22:00 overnight" in said and "Until 06:00" in said


def test_an_earlier_version_can_be_read_and_says_that_it_is_one(desk, second):
    said = words(html(desk, version="1"))
    assert "This version applied until" in said and "09:00–17:30" in said and "Europe/London" in said


@pytest.mark.parametrize("version", ["0", "3", "-1", "x", "9" * 20])
def test_an_unknown_version_is_nowhere(desk, second, version):
    assert desk.get(PATH, {"version": version}).status_code == 404


def test_a_calendar_without_a_version_is_told(desk):
    Calendar.objects.create(name="Drafted")
    assert "Nothing is published yet" in html(desk, "/calendars/drafted/")


def test_only_managers_are_led_to_the_form(desk, client, world):
    assert "/calendars/office/edit/" not in html(desk) and "/calendars/new/" not in html(desk, "/calendars/")
    client.force_login(world.manager)
    assert "/calendars/office/edit/" in html(client) and "/calendars/new/" in html(client, "/calendars/")


def test_an_account_manager_may_read(client, world):
    person = world.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(person, roles.ACCOUNT_MANAGER, world.acme)
    client.force_login(person)
    assert html(client)


def test_pages_are_only_read(desk):
    assert desk.post(PATH).status_code == 405 and desk.post("/calendars/").status_code == 405


def test_a_sum_is_answered_in_a_sentence_and_a_table(desk):
    said = words(html(desk, start="2026-03-06T16:50", add="4h"))
    assert (
        "4 h from Friday 16:50, open 09:00–17:30, is Monday 12:20, because: Friday 16:50–17:30 counts 40 min, "
        "Saturday and Sunday are closed, Monday 09:00–12:20 counts 3 h 20 min."
    ) in said
    assert "Fri 6 Mar 2026 16:50–17:30 40 min Sat 7 Mar 2026 Closed - " in said and "Together 4 h" in said


def test_the_time_between_is_answered_as_well(desk):
    said = words(html(desk, start="2026-03-06T16:50", until="2026-03-09T12:20"))
    assert "From Friday 16:50 to Monday 12:20 there is 4 h of open time" in said


def test_a_holiday_is_named_in_the_sum(desk, world):
    world.calendar("Office", EASTER)
    said = words(html(desk, start="2026-04-02T17:00", add="1h"))
    assert "Friday is closed (Good Friday)" in said and "Monday is closed (Easter Monday)" in said


def test_a_sum_on_an_earlier_version_counts_on_that_one(desk, second):
    said = words(html(desk, start="2026-03-06T16:50", add="4h", version="1"))
    assert "is Monday 12:20" in said and 'name="version" value="1"' in html(desk, version="1")
    assert "is Tuesday 02:00" in words(html(desk, start="2026-03-06T16:50", add="4h"))


@pytest.mark.parametrize("query, field, message", [
    ({"start": "2026-03-06T16:50", "add": ""}, "add_add", "Say how much to add"),
    ({"start": "2026-03-06T16:50", "add": "4d"}, "add_add", "a day is ambiguous"),
    ({"start": "2026-03-06T16:50", "add": "0s"}, "add_add", "no time at all"),
    ({"start": "2026-03-06T16:50", "add": "99999h"}, "add_add", "longer than a year"),
    ({"start": "", "add": "4h"}, "add_start", "Say from when"),
    ({"start": "later", "add": "4h"}, "add_start", "is not a moment"),
    ({"start": "1999-01-01T00:00", "add": "4h"}, "add_start", "Choose a year from 2000 to 2100"),
    ({"start": "2026-03-29T01:30", "add": "4h"}, "add_start", "the clocks skip it"),
    ({"start": "2026-03-06T16:50", "until": "2026-03-06T16:49"}, "until_until", "This is before the beginning"),
    ({"start": "2026-03-06T16:50", "until": ""}, "until_until", "Say until when"),
])  # fmt: skip
def test_a_sum_that_cannot_be_done_says_why_at_its_field(desk, query, field, message):
    answer = desk.get(PATH, query)
    said = answer.content.decode()
    assert answer.status_code == 422 and f'id="{field}_error"' in said
    error = said[said.index(f'id="{field}_error"') :]
    assert message in error[: error.index("</div></div>")]
    assert 'class="sum-sentence"' not in said


def test_what_was_written_stays(desk):
    said = desk.get(PATH, {"start": "2026-03-06T16:50", "add": "4 days"}).content.decode()
    assert 'value="4 days"' in said and said.count('value="2026-03-06T16:50"') == 2


def test_pages_cost_a_fixed_number_of_queries(desk, world, django_assert_max_num_queries):
    for number in range(5):
        world.calendar(f"More {number}", EASTER)
    with django_assert_max_num_queries(10):
        html(desk, "/calendars/")
    with django_assert_max_num_queries(12):
        html(desk)


def test_nothing_on_the_pages_has_a_style_of_its_own(desk):
    for path in (PATH, "/calendars/"):
        assert " style=" not in html(desk, path) and "<style" not in html(desk, path)
