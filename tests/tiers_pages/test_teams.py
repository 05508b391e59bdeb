"""The pages of teams: who is on call, what is coming, taking it, editing people and rotation."""

import re
from datetime import timedelta

import pytest

from accounts.clock import database_now
from accounts.models import User
from tiers.models import Feed, Member, Override, Team
from tiers.on_call_editing import mark, staffing_of

DAY = timedelta(days=1)
WEEKLY = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-03-02"}
MONDAYS = {
    "timezone": "Europe/London",
    "layers": [{"name": "Mondays", "hand_over": "mon 09:00", "from": "2026-03-02", "hours": {"mon": ["09:00-17:00"]}}],
}


@pytest.fixture
def desk(client, world):
    """L1's technician reads; in the team is Ann as well."""
    world.team = world.tiers["L1"].team
    world.ann = world.person("ann@msp.example", "technician", world.team)
    Member.objects.filter(user=world.ann).update(place=1)
    client.force_login(world.l1)
    return client


@pytest.fixture
def manager(client, desk, world):
    client.force_login(world.manager)
    return client


def rotate(world, rotation):
    Team.objects.filter(pk=world.team.pk).update(rotation=rotation)


def html(browser, path="/teams/l1-team/") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def text(browser, path="/teams/l1-team/") -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(browser, path)))


# reading -------------------------------------------------------------------------------------------------------------


def test_the_list_names_who_is_on_call_and_that_nothing_changes(desk):
    said = text(desk, "/teams/")
    assert "L1 team" in said and "No change" in said and "Always somebody" in said and "L1, Ann" in said


def test_the_list_says_who_is_next_and_when(desk, world):
    rotate(world, WEEKLY)
    assert re.search(r"L1 team (L1 Ann|Ann L1) Mon \d+ \w{3} \d\d:00", text(desk, "/teams/"))


def test_the_list_shows_gaps(desk, world):
    rotate(world, MONDAYS)
    said = text(desk, "/teams/")
    assert re.search(r"Nobody [23] times (first|now)", said)
    Member.objects.filter(team=world.team).delete()
    assert "Nobody at all" in text(desk, "/teams/") and "Nobody is in this team" in text(desk, "/teams/")


def test_the_rail_and_the_policies_lead_there(desk):
    assert 'href="/teams/"' in html(desk, "/policies/") and 'href="/teams/l1-team/"' in html(desk, "/policies/")


def test_a_team_s_page_has_its_fortnight_as_a_picture_and_a_table(desk, world):
    rotate(world, WEEKLY)
    said = html(desk)
    assert said.count('class="duty-bar" data-kind="TURN"') == said.count(">Rotation</td>") == 3
    assert "In turn" in said and "Mon 09:00, every 7 days" in said


def test_times_are_the_reader_s_own_and_the_rotation_s_zone_is_named(desk, world):
    rotate(world, WEEKLY | {"timezone": "Asia/Tokyo"})
    User.objects.filter(pk=world.l1.pk).update(timezone="America/New_York")
    said = text(desk)
    assert "In your zone, America/New_York. People hand over at Asia/Tokyo time." in said
    assert re.search(r"until Sun \d+ \w{3} (19|20):00", said)


def test_layers_stand_the_uppermost_first_and_name_who_has_left(desk, world):
    low = {"name": "Around the clock", "hand_over": "mon 09:00", "from": "2026-03-02", "order": ["gone@msp.example"]}
    rotate(world, MONDAYS | {"layers": [low, *MONDAYS["layers"]]})
    said = text(desk)
    assert said.index("Mondays Mon 09:00") < said.index("Around the clock Mon 09:00")
    assert "gone@msp.example (not in the team)" in said and "Mon 09:00-17:00" in said


def test_gaps_are_told_with_what_they_mean(desk, world):
    rotate(world, MONDAYS)
    said = text(desk)
    assert re.search(r"Nobody is on call [23] times in the coming 14 days\.", said) and "are skipped then" in said
    assert 'data-kind="NOBODY"' in html(desk)


def test_a_team_without_people_says_so(desk, world):
    Member.objects.filter(team=world.team).delete()
    said = text(desk)
    assert "Nobody is in this team" in said and "Tickets pass over its tier until somebody is." in said


def test_an_unknown_team_is_nowhere(desk):
    assert desk.get("/teams/nobody/").status_code == 404


def test_without_teams_the_list_says_what_to_do(desk, world):
    from tiers.models import Tier

    Tier.objects.all().delete()
    Team.objects.all().delete()
    assert "There is no team yet" in text(desk, "/teams/")


def test_the_pages_ask_a_fixed_number_of_queries(desk, world, django_assert_max_num_queries):
    for number in range(3):
        world.person(f"more{number}@msp.example", "technician", world.team)
    now = database_now()
    for hour in range(4):
        Override.objects.create(
            team=world.team, user=world.ann, begins_at=now, ends_at=now + hour * DAY + DAY, made_by=world.ann,
            made_at=now,
        )  # fmt: skip
    with django_assert_max_num_queries(12) as lists:
        desk.get("/teams/")
    with django_assert_max_num_queries(15):
        desk.get("/teams/l1-team/")
    asked = [query["sql"] for query in lists.captured_queries]
    # The rail's counts name tables of tiers too.
    assert len([sql for sql in asked if "tiers_" in sql and ' AS "pinned"' not in sql]) == 4


# taking it -----------------------------------------------------------------------------------------------------------


def test_i_take_tonight(desk, world):
    rotate(world, WEEKLY)
    assert "I take it" in text(desk) and "take_who" not in html(desk)
    answer = desk.post("/teams/l1-team/overrides/", {"why": "Swapped"}, follow=True)
    assert answer.redirect_chain == [("/teams/l1-team/", 303)]
    said = re.sub(r"\s+", " ", answer.content.decode())
    assert "L1 is on call for L1 team until Mon" in said and "Swapped" in said and "End it now" in said
    assert Override.objects.get().user == world.l1


def test_times_are_read_in_the_reader_s_zone(desk, world):
    User.objects.filter(pk=world.l1.pk).update(timezone="Asia/Tokyo")
    day = (database_now() + 3 * DAY).date()
    desk.post("/teams/l1-team/overrides/", {"begins_at": f"{day}T18:00", "ends_at": f"{day}T20:00"})
    made = Override.objects.get()
    assert (made.begins_at.hour, made.ends_at.hour) == (9, 11)


def test_what_is_refused_stands_at_its_field_and_nothing_typed_is_lost(desk, world):
    answer = desk.post("/teams/l1-team/overrides/", {"ends_at": "2020-01-01T00:00", "why": "My words"})
    said = answer.content.decode()
    assert answer.status_code == 422 and "It ends before it begins" in said and "My words" in said
    assert 'aria-invalid="true"' in said and not Override.objects.exists()
    assert "2020-01-01T00:00" in said


def test_a_moment_that_is_none_is_refused(desk):
    answer = desk.post("/teams/l1-team/overrides/", {"ends_at": "tonight"})
    assert answer.status_code == 422 and not Override.objects.exists()


def test_a_stranger_sees_no_form_and_may_not_send_it(desk, world):
    assert "I take it" not in text(desk, "/teams/l2-team/")
    assert desk.post("/teams/l2-team/overrides/", {}).status_code == 403


def test_a_manager_puts_somebody_of_the_team_on_call(manager, world):
    until = (database_now() + DAY).strftime("%Y-%m-%dT%H:%M")
    manager.post("/teams/l1-team/overrides/", {"who": world.ann.pk, "ends_at": until})
    assert Override.objects.get().user == world.ann
    answer = manager.post("/teams/l1-team/overrides/", {"who": world.l2.pk, "ends_at": until})
    assert answer.status_code == 422 and Override.objects.count() == 1


def test_of_two_that_overlap_the_page_says_which_holds(desk, world):
    now = database_now()
    for user in (world.l1, world.ann):
        Override.objects.create(
            team=world.team, user=user, begins_at=now, ends_at=now + DAY, made_by=user, made_at=now
        )  # fmt: skip
    said = text(desk)
    assert "Ann has it from" in said and "that was made later" in said and "Ann is on call" in said


def test_an_override_is_given_back_by_its_person_only(desk, world):
    now = database_now()
    own, other = (
        Override.objects.create(team=world.team, user=user, begins_at=now, ends_at=now + DAY, made_by=user, made_at=now)
        for user in (world.l1, world.ann)
    )
    assert desk.post(f"/teams/l1-team/overrides/{other.pk}/end/").status_code == 403
    assert desk.post(f"/teams/l2-team/overrides/{own.pk}/end/").status_code == 404
    answer = desk.post(f"/teams/l1-team/overrides/{own.pk}/end/", follow=True)
    assert "The override of L1 is over." in answer.content.decode()
    again = desk.post(f"/teams/l1-team/overrides/{own.pk}/end/", follow=True)
    assert "That is over already." in again.content.decode()
    own.refresh_from_db()
    assert own.removed_by == world.l1


# editing -------------------------------------------------------------------------------------------------------------


def fields(world, **changes):
    team = Team.objects.get(pk=world.team.pk)
    known = {"email": "", "members": "l1@msp.example\nann@msp.example", "zone": "Europe/London", "count": "0",
             "base": mark(staffing_of(team))}  # fmt: skip
    return known | changes


def layer(number=0, **changes):
    known = {"name": "Nights", "day": "mon", "clock": "18:00", "days": "7", "start": "2026-03-02", "order": "",
             "hours": "", "timezone": ""}  # fmt: skip
    return {f"layer-{number}-{key}": value for key, value in (known | changes).items()}


def save(manager, posted, status=303):
    answer = manager.post("/teams/l1-team/edit/", posted)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def stored(world):
    return Team.objects.get(pk=world.team.pk)


def test_technicians_see_no_way_to_edit(desk):
    assert "Edit people" not in text(desk)


def test_a_manager_changes_people_and_their_order(manager, world):
    assert "Edit people and rotation" in text(manager)
    save(manager, fields(world, members="ann@msp.example\n\n l2@msp.example "))
    assert staffing_of(stored(world)).members == ("ann@msp.example", "l2@msp.example")
    assert "Last edited" in text(manager) and "by Boss" in text(manager)


def test_a_rotation_with_two_layers_is_saved(manager, world):
    posted = fields(world, count="2") | layer(0) | layer(1, name="Day", hours="Mon-Tue 09:00-17:00", days="1",
                                                         timezone="Asia/Tokyo", order="ann@msp.example")  # fmt: skip
    save(manager, posted)
    assert stored(world).rotation == {
        "timezone": "Europe/London",
        "layers": [
            {"name": "Nights", "hand_over": "mon 18:00", "from": "2026-03-02", "days": 7},
            {
                "name": "Day", "timezone": "Asia/Tokyo", "hand_over": "mon 18:00", "from": "2026-03-02", "days": 1,
                "order": ["ann@msp.example"], "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]},
            },
        ],
    }  # fmt: skip


@pytest.mark.parametrize("rotation", [{}, WEEKLY, MONDAYS, WEEKLY | {"order": ["ann@msp.example"]}])
def test_what_the_form_shows_is_what_is_stored(manager, world, rotation):
    rotate(world, rotation)
    page = manager.get("/teams/l1-team/edit/")
    form = page.context["form"]
    posted = {form.add_prefix(name): form[name].value() for name in form.fields}
    for one in form.layers:
        posted |= {one.add_prefix(name): one[name].value() or "" for name in one.fields if name != "remove"}
    answer = manager.post("/teams/l1-team/edit/", posted, follow=True)
    assert "Nothing was saved: L1 team is so already." in answer.content.decode()
    assert {"days": 7, **stored(world).rotation} == {"days": 7, **rotation}


def test_a_layer_is_added_without_saving_and_keeps_what_was_typed(manager, world):
    said = save(manager, fields(world, members="somebody new", add="1"), status=200)
    assert "somebody new" in said and 'name="layer-0-clock"' in said and 'name="count" value="1"' in said
    assert "field-error" not in said and stored(world).rotation == {}


def test_a_layer_is_removed(manager, world):
    rotate(world, MONDAYS)
    save(manager, fields(world, count="1") | layer(0) | {"layer-0-remove": "on"})
    assert stored(world).rotation == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"members": "eve@msp.example"}, "Nobody with the address eve@msp.example has an account here"),
        ({"email": "nowhere"}, "is not a mail address"),
        ({"zone": "Europe/Londn"} | {"count": "1"} | layer(0), "is not an IANA zone"),
        ({"zone": ""} | {"count": "1"} | layer(0), "Write a zone"),
        ({"count": "1"} | layer(0, name=""), "Name it, such as Nights."),
        ({"count": "1"} | layer(0, clock="25:00"), "Write it like 09:00."),
        ({"count": "1"} | layer(0, days="0"), "greater than or equal to 1"),
        ({"count": "1"} | layer(0, start="soon"), "Write it like 2026-12-31."),
        ({"count": "1"} | layer(0, hours="always"), "Line 1: “always” is not understood."),
        ({"count": "1"} | layer(0, hours="Mon 09:00-25:00"), "is not an opening"),
        ({"count": "1"} | layer(0, order="l2@msp.example"), "Not a member of the team: l2@msp.example."),
        ({"count": "2"} | layer(0) | layer(1), "Two layers are called"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(manager, world, changes, words):
    said = save(manager, fields(world, **changes), status=422)
    assert words in said.replace("&quot;", '"').replace("&#x27;", "'"), said
    assert "Nothing was saved yet" in said and stored(world).edited_at is None


def test_the_second_of_two_managers_is_told_and_saves_by_a_decision(manager, world):
    mine = fields(world, email="mine@msp.example")
    save(manager, fields(world, email="theirs@msp.example"))
    said = save(manager, mine, status=409)
    assert "Boss changed this team while you were writing" in said and "mine@msp.example" in said
    assert stored(world).email == "theirs@msp.example"
    base = re.search(r'name="base" value="(\w+)"', said)[1]
    save(manager, mine | {"base": base})
    assert stored(world).email == "mine@msp.example"


def test_numbers_that_are_none_break_nothing(manager, world):
    for count in ("-1", "x", "", "9" * 30, "²"):
        assert manager.post("/teams/l1-team/edit/", fields(world, count=count)).status_code in (200, 422, 303)


# the address ---------------------------------------------------------------------------------------------------------


def test_the_page_tells_of_an_address_that_was_made_and_offers_to_replace_it(desk, world):
    assert "Make an address" in text(desk)
    said = desk.post("/feeds/", {"team": "l1-team"}).content.decode()
    assert "This address is shown this once" in said and "http://127.0.0.1:8000/feeds/on-call/" in said
    assert "Replace the address" in text(desk) and "Make an address" in text(desk, "/teams/")
    assert Feed.objects.get().team == world.team


def test_an_address_of_a_team_that_is_none_is_refused(desk):
    assert desk.post("/feeds/", {"team": "nobody"}).status_code == 404
