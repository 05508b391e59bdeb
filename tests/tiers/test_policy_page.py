"""The pages of policies: what applies, what applied then, who is on call."""

from datetime import timedelta

import pytest

from tiers.models import Member, PolicyVersion
from world import LADDER, NINE, ROUTING

ONE_STEP = [{"tier": "L1", "acknowledge_within": "7m"}]
ALL = ("P1", "P2", "P3", "P4")


@pytest.fixture
def desk(client, world):
    client.force_login(world.l1)
    return client


@pytest.fixture
def second(world):
    """A second version, published a day after the first."""
    world.now = NINE + timedelta(days=1)
    exceptions = [{"client": "Acme", "start_tier": "L2", "reason": "Their contract", "client_text": "Straight on."}]
    document = {"ladders": {priority: ONE_STEP for priority in ALL}, "exceptions": exceptions, "routing": ROUTING}
    return PolicyVersion.publish(world.policy, document, author=world.manager, note="Shorter", now=world.now)


def html(desk, path="/policies/standard/") -> str:
    return desk.get(path).content.decode()


def test_the_list_names_the_live_version_and_who_is_on_call(desk, second):
    said = html(desk, "/policies/")
    assert "Shorter" in said and "Everyone else" in said and "mailto:l1@msp.example" in said


def test_the_live_version_is_shown(desk, second):
    said = html(desk)
    assert "Version 2" in said and "7 minutes to acknowledge" in said and "15 minutes" not in said
    assert "Their contract" in said and "Straight on." in said
    assert "When the device is a network device" in said and "start at L2" in said


@pytest.mark.parametrize("note", ["Ten, not twelve minutes", "Ten, not twelve minutes."])
def test_the_note_ends_with_one_stop(desk, world, note):
    live = PolicyVersion.live(world.policy)
    PolicyVersion.publish(world.policy, live.document, author=None, note=note, now=world.now)
    assert "Ten, not twelve minutes. For every client" in " ".join(html(desk, "/policies/standard/").split())


def test_equal_ladders_stand_together(desk, world):
    assert "P1 · P2 · P3 · P4" in html(desk)
    slow = [{"tier": "L1", "acknowledge_within": "9m"}]
    world.publish({"ladders": {"P1": LADDER, "P2": LADDER, "P3": slow, "P4": slow}})
    said = html(desk)
    assert "P1 · P2<" in said and "P3 · P4<" in said


@pytest.mark.parametrize("wanted", ["?version=1", "?as_of=2026-03-02T09:00:00Z", "?as_of=2026-03-03T09:59:59%2B01:00"])
def test_an_earlier_version_is_shown_and_says_that_it_is_one(desk, second, wanted):
    said = html(desk, f"/policies/standard/{wanted}")
    assert "Version 1" in said and "15 minutes to acknowledge" in said
    assert "This version applied until" in said and 'datetime="2026-03-03T09:00:00+00:00"' in said


def test_a_moment_counts_from_the_very_moment_of_publication(desk, second):
    assert "Version 2" in html(desk, "/policies/standard/?as_of=2026-03-03T09:00:00Z")


def test_a_plus_that_the_address_turned_into_a_space_is_understood(desk, second):
    assert "Version 2" in html(desk, "/policies/standard/?as_of=2026-03-03T10:00:00+01:00")


def test_a_moment_without_offset_is_the_reader_s_own(desk, second, world):
    world.l1.timezone = "America/New_York"
    world.l1.save()
    assert "Version 1" in html(desk, "/policies/standard/?as_of=2026-03-03T03:59")
    assert "Version 2" in html(desk, "/policies/standard/?as_of=2026-03-03T04:00")


def test_before_the_first_publication_nothing_applied(desk):
    assert "No version was live then" in html(desk, "/policies/standard/?as_of=2020-01-01T00:00Z")


@pytest.mark.parametrize("wanted", ["yesterday", "2026-13-01T00:00", "9999999999", "0001-01-01T00:00%2B14:00x"])
def test_what_is_no_moment_is_refused_in_words(desk, wanted):
    answer = desk.get(f"/policies/standard/?as_of={wanted}")
    assert answer.status_code == 400 and "is not a moment" in answer.content.decode()


@pytest.mark.parametrize("edge", ["0001-01-01T00:00%2B14:00", "0001-01-01T00:00", "9999-12-31T23:59:59-12:00"])
def test_the_edges_of_time_are_moments_too(desk, world, edge):
    world.l1.timezone = "Asia/Tokyo"
    world.l1.save()
    assert desk.get(f"/policies/standard/?as_of={edge}").status_code in (200, 400)


@pytest.mark.parametrize("wanted", ["3", "0", "x", "-1", "99999999999999999999"])
def test_an_unknown_version_is_nowhere(desk, second, wanted):
    assert desk.get(f"/policies/standard/?version={wanted}").status_code == 404


def test_a_draft_is_not_shown(desk, world):
    PolicyVersion.objects.create(of=world.policy, document={"ladders": {"P1": [{"tier": "DRAFTED"}]}})
    assert "DRAFTED" not in html(desk)


def test_a_step_whose_tier_is_gone_says_so(desk, world):
    world.publish({"ladders": {"P1": [{"tier": "L9", "acknowledge_within": "1m"}]}})
    assert "There is no such tier any more" in html(desk)


def test_a_team_without_people_stands_out(desk, world):
    Member.objects.filter(user=world.l2).delete()
    assert "Nobody is in this team" in html(desk)


def test_the_page_asks_a_fixed_number_of_queries(desk, world, django_assert_max_num_queries):
    for number in range(3):
        world.person(f"more{number}@msp.example", "technician", world.tiers["L1"].team)
    with django_assert_max_num_queries(16):
        desk.get("/policies/standard/")
