"""What a person chooses for the desk, on the page and in the database."""

import re
from datetime import time

import pytest
from django.test import Client as Browser

from accounts.models import User
from programs import program_of
from sla.agreements import live_calendars
from sla.models import Calendar
from tickets.desk_profile import choose, keys_on, listeners, profile_of
from tickets.digest_times import DAILY_AT, Choice
from tickets.models import DeskProfile, Notification
from tiers.models import Team

PAGE = "/account/desk/"
CHOSEN = {"single_keys": "on", "mail": "AT_ONCE", "digest_at": "08:00", "mail_hours": ""}


@pytest.fixture
def browser(world):
    found = Browser()
    found.force_login(world.l1)
    return found


def post(browser, **changed):
    return browser.post(PAGE, {**CHOSEN, **changed}, follow=True)


def test_who_chose_nothing_has_keys_and_mail_at_once(world, browser):
    html = browser.get(PAGE).content.decode()
    assert re.search(r'name="single_keys"[^>]* checked', html) and re.search(r'value="AT_ONCE"[^>]* checked', html)
    assert keys_on(world.l1) and profile_of(world.l1).pk is None
    assert listeners(live_calendars())["l1@msp.example"].choice == Choice()
    assert not DeskProfile.objects.exists()


def test_choices_are_kept_and_shown_again(world, browser):
    html = post(browser, mail="DAILY", digest_at="07:15", mail_hours="office").content.decode()
    assert "Saved." in html and 'value="07:15"' in html
    kept = DeskProfile.objects.get(user=world.l1)
    assert (kept.mail, kept.digest_at, kept.mail_hours.name) == ("DAILY", time(7, 15), "Office")
    chosen = listeners(live_calendars())["l1@msp.example"].choice
    assert (chosen.mail, chosen.daily_at) == ("DAILY", time(7, 15)) and chosen.hours.timezone == "Europe/London"


def test_the_hours_to_choose_from_are_told_in_words(browser):
    html = browser.get(PAGE).content.decode()
    assert "Office: Mon-Fri 09:00-17:30 (Europe/London)" in html and "24x7: always" in html
    assert "Now: Office: Mon-Fri 09:00-17:30" in post(browser, mail_hours="office").content.decode()


def test_keys_are_switched_off_and_on(world, browser):
    browser.post(PAGE, {name: value for name, value in CHOSEN.items() if name != "single_keys"})
    assert not keys_on(world.l1) and keys_on(world.l2)
    post(browser)
    assert keys_on(world.l1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mail": "DAILY", "digest_at": ""}, "Say at what time the daily mail is to come"),
        ({"mail": "DAILY", "digest_at": "25:00"}, "Write a time of day, such as 08:00."),
        ({"mail": "SOMETIMES"}, "Select a valid choice"),
        ({"mail_hours": "moon-base"}, "Select a valid choice"),
    ],
)
def test_a_choice_that_cannot_be_is_told_at_its_field(world, browser, changed, words):
    answer = post(browser, **changed)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not DeskProfile.objects.exists()


def test_who_never_wants_mail_any_more_gets_none_that_waits(world):
    choose(world.l1, single_keys=True, mail="HOURLY")
    for user in (world.l1, world.l2):
        Notification.objects.create(user=user, key="k", title="t", text="t", at=world.now, to_mail=True)
    choose(world.l1, single_keys=True, mail="NEVER")
    assert [row.user for row in Notification.objects.filter(to_mail=True)] == [world.l2]


def test_programs_and_people_of_clients_are_no_listeners_and_who_left_is_known_to_have_left(world):
    world.reader(world.acme)
    program_of()
    User.objects.filter(pk=world.l3.pk).update(is_active=False)
    known = listeners(live_calendars())
    assert {address: one.has_left for address, one in known.items()} == {
        "l1@msp.example": False, "l2@msp.example": False, "l3@msp.example": True, "boss@msp.example": False,
    }  # fmt: skip


def test_who_left_is_known_to_have_left_without_any_role(world):
    world.l3.groups.clear()
    User.objects.filter(pk=world.l3.pk).update(is_active=False)
    assert listeners(live_calendars())["l3@msp.example"].has_left


def test_a_mailbox_of_a_team_that_was_once_somebody_s_address_is_the_team_s(world):
    User.objects.filter(pk=world.l3.pk).update(is_active=False)
    Team.objects.filter(name="L3 team").update(email="L3@msp.example")
    assert "l3@msp.example" not in listeners(live_calendars())


def test_everybody_is_known_by_the_address_in_small_letters_in_one_query(world, django_assert_num_queries):
    User.objects.filter(pk=world.l1.pk).update(email="L1@MSP.example")
    calendars = live_calendars()
    with django_assert_num_queries(1):
        known = listeners(calendars)
    assert known["l1@msp.example"].email == "L1@MSP.example"


def test_a_time_zone_that_was_lost_is_utc_and_a_calendar_that_is_gone_is_never_quiet(world):
    choose(world.l1, single_keys=True, mail="DAILY", mail_hours=Calendar.objects.get(name="Office"))
    User.objects.filter(pk=world.l1.pk).update(timezone="Atlantis/Capital")
    assert listeners({})["l1@msp.example"].choice == Choice("DAILY", "UTC", DAILY_AT, None)


def test_the_account_page_leads_there_for_colleagues_alone(world, browser):
    assert f'href="{PAGE}"' in browser.get("/account/").content.decode()
    reader = Browser()
    reader.force_login(world.reader(world.acme))
    assert f'href="{PAGE}"' not in reader.get("/account/").content.decode()
