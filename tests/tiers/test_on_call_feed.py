"""Calendars at secret addresses: what they hold, read back, and that nothing leads to them but the secret."""

import logging
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core.exceptions import PermissionDenied

from accounts.clock import database_now
from tiers.models import Feed, Member, Override, Team
from tiers.on_call_feed import AHEAD, BACK, content_of, live_feed, make_feed
from world import NINE, march

WEEKLY = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-03-02"}
DAY = timedelta(days=1)


@pytest.fixture
def desk(world):
    """L1's two people take turns by the week; one of them is in L2's team as well."""
    world.team = world.tiers["L1"].team
    world.ann = world.person("ann@msp.example", "technician", world.team)
    Member.objects.filter(user=world.ann).update(place=1)
    Member.objects.create(team=world.tiers["L2"].team, user=world.ann, place=1)
    Team.objects.filter(pk=world.team.pk).update(rotation=WEEKLY)
    return world


def events(content: bytes) -> list[tuple[datetime, datetime, str]]:
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return [(e.decoded("dtstart"), e.decoded("dtend"), str(e["summary"])) for e in found]


def feed_of(user, team=None, now=NINE) -> Feed:
    return live_feed(make_feed(user=user, team=team, now=now))


def address(secret: str) -> str:
    return f"/feeds/on-call/{secret}.ics"


# what it holds -------------------------------------------------------------------------------------------------------


def test_a_person_s_calendar_has_own_shifts_of_the_last_week_and_the_coming_60_days(desk):
    found = events(content_of(feed_of(desk.ann), now=NINE))
    assert found.pop(0)[:2] == (march(2, 9) - 7 * DAY, march(2, 9))
    assert found[0] == (march(9, 9), march(16, 9), "On call for L1 team")
    assert [(begins, ends) for begins, ends, _ in found][1:3] == [(march(23, 9), march(30, 8)), (
        datetime(2026, 4, 6, 8, tzinfo=UTC), datetime(2026, 4, 13, 8, tzinfo=UTC))]  # fmt: skip
    assert found[-1][0] < NINE + AHEAD + DAY and found[-1][1] > NINE + AHEAD - 14 * DAY


def test_a_turn_that_has_begun_before_is_whole(desk):
    now = march(11, 12)
    found = events(content_of(feed_of(desk.l1), now=now))
    assert found[0][:2] == (march(2, 9), march(9, 9)) and march(9, 9) > now - BACK


def test_a_team_s_calendar_has_everybody_by_name(desk):
    found = events(content_of(feed_of(desk.l2, desk.team), now=NINE))
    ahead = [summary for _, ends, summary in found if ends > NINE]
    assert ahead[:3] == ["L1 is on call for L1 team", "Ann is on call for L1 team", "L1 is on call for L1 team"]


def test_gaps_and_overrides_are_in_it(desk):
    layer = {"name": "Mondays", "hand_over": "mon 09:00", "from": "2026-03-02", "hours": {"mon": ["09:00-17:00"]}}
    Team.objects.filter(pk=desk.team.pk).update(rotation={"timezone": "UTC", "layers": [layer]})
    Override.objects.create(
        team=desk.team, user=desk.ann, begins_at=march(2, 17), ends_at=march(3, 9), made_by=desk.ann, made_at=NINE
    )  # fmt: skip
    found = [event for event in events(content_of(feed_of(desk.l1, desk.team), now=NINE)) if event[1] > NINE]
    assert found[:3] == [
        (march(2, 9), march(2, 17), "L1 is on call for L1 team"),
        (march(2, 17), march(3, 9), "Ann is on call for L1 team"),
        (march(3, 9), march(9, 9), "Nobody is on call for L1 team"),
    ]


def test_what_was_taken_and_given_back_last_week_stays_as_it_was(desk):
    Override.objects.create(
        team=desk.team, user=desk.ann, begins_at=march(2, 12), ends_at=march(5, 9), made_by=desk.ann, made_at=NINE,
        removed_by=desk.ann, removed_at=march(3, 12),
    )  # fmt: skip
    found = [event for event in events(content_of(feed_of(desk.ann), now=march(6, 9))) if event[1] > march(2, 9)]
    assert found[0][:2] == (march(2, 12), march(3, 12)) and found[1][0] == march(9, 9)


def test_each_event_has_its_own_lasting_name(desk):
    feed = feed_of(desk.ann)
    first, second = (icalendar.Calendar.from_ical(content_of(feed, now=NINE + n * DAY)) for n in (0, 3))
    names = [[str(event["uid"]) for event in calendar.walk("VEVENT")] for calendar in (first, second)]
    assert len(set(names[0])) == len(names[0]) and set(names[0]) & set(names[1])
    assert str(first["x-wr-calname"]) == "On call: Ann" and str(first["version"]) == "2.0"


# the address ---------------------------------------------------------------------------------------------------------


def test_only_its_digest_is_kept_and_a_new_one_replaces_it(desk):
    old = make_feed(user=desk.ann, team=None, now=NINE)
    assert not Feed.objects.filter(digest=old).exists() and len(old) > 40
    new = make_feed(user=desk.ann, team=None, now=NINE)
    assert live_feed(old) is None and live_feed(new).user == desk.ann


def test_one_of_a_team_and_one_of_own_shifts_live_side_by_side(desk):
    own, team = (make_feed(user=desk.ann, team=team, now=NINE) for team in (None, desk.team))
    assert live_feed(own).team is None and live_feed(team).team == desk.team


def test_only_those_who_work_here_make_one(desk):
    with pytest.raises(PermissionDenied):
        make_feed(user=desk.reader(desk.acme), team=desk.team, now=NINE)


def test_it_is_shown_once_and_serves_a_calendar_without_a_session(desk, client):
    client.force_login(desk.ann)
    page = client.post("/feeds/", {"team": "l1-team"})
    said = page.content.decode()
    secret = said.partition("/feeds/on-call/")[2].partition(".ics")[0]
    assert "no-store" in page.headers["Cache-Control"]
    assert secret not in client.get("/teams/l1-team/").content.decode()
    client.logout()
    answer = client.get(address(secret))
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private" and events(answer.content)


def test_a_revoked_address_one_of_somebody_who_left_and_a_guess_are_answered_alike(desk, client):
    revoked, left, stripped = (
        make_feed(user=user, team=None, now=NINE) for user in (desk.l1, desk.ann, desk.l2)
    )  # fmt: skip
    client.force_login(desk.l1)
    assert client.post(f"/feeds/{Feed.objects.get(user=desk.l1).pk}/revocation/").status_code == 303
    client.logout()
    desk.ann.is_active = False
    desk.ann.save()
    desk.l2.groups.clear()
    guess = client.get("/feeds/on-call/guessed.ics")
    assert guess.status_code == 404
    for secret in (revoked, left, stripped):
        answer = client.get(address(secret))
        assert (answer.status_code, answer.content) == (404, guess.content)
        assert set(answer.headers) == set(guess.headers)


def test_nobody_revokes_another_s(desk, client):
    make_feed(user=desk.ann, team=None, now=NINE)
    client.force_login(desk.l1)
    assert client.post(f"/feeds/{Feed.objects.get().pk}/revocation/").status_code == 404
    assert Feed.objects.get().revoked_at is None


@pytest.mark.parametrize(
    "url", ["/feeds/on-call/my-secret.ics", "/feeds/on-call/my-secret", "/feeds/on-call/a/my-secret.ics"]
)
def test_no_log_has_the_address(desk, client, caplog, url):
    with caplog.at_level(logging.DEBUG):
        assert client.get(url).status_code == 404
        client.post(url)
    assert "my-secret" not in caplog.text


def test_a_reader_who_has_it_already_gets_nothing_again(desk, client):
    secret = make_feed(user=desk.ann, team=None, now=database_now())
    first = client.get(address(secret))
    same = client.get(address(secret), headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"") and same.headers["ETag"] == first.headers["ETag"]
    since = client.get(address(secret), headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 304 and since.headers["Cache-Control"] == "private"


def test_what_has_changed_is_told_again(desk, client):
    secret = make_feed(user=desk.ann, team=None, now=database_now())
    first = client.get(address(secret))
    Feed.objects.update(changed_at=database_now() - DAY)
    now = database_now()
    Override.objects.create(
        team=desk.team, user=desk.ann, begins_at=now, ends_at=now + DAY / 24, made_by=desk.ann, made_at=now
    )  # fmt: skip
    again = client.get(address(secret), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200 and again.headers["ETag"] != first.headers["ETag"]
    assert Feed.objects.get().changed_at >= now.replace(microsecond=0)


def test_reading_it_again_writes_nothing(desk, client, django_assert_max_num_queries):
    secret = make_feed(user=desk.ann, team=None, now=database_now())
    client.get(address(secret))
    with django_assert_max_num_queries(7) as seen:
        client.get(address(secret))
    assert not [query for query in seen.captured_queries if query["sql"].startswith("UPDATE")]
