"""What a client's guide is made from, as it stands and as it stood."""

from datetime import timedelta

import pytest

from documents.guide.page import page
from documents.guide.reading import provision
from tiers.policies import NoPolicy
from world import NINE

STEP = {"tier": "L2", "acknowledge_within": "7m", "hand_over_after": "1h"}


def taken_up(known):
    return [times.taken_up for stage in page(known).stages for times in stage.times]


@pytest.fixture
def edited(world):
    """An hour after the beginning everything is published anew."""
    world.now = NINE + timedelta(hours=1)
    world.ladder(STEP)
    world.gold("24x7", ACKNOWLEDGE="5m", RESOLVE="2h")
    world.calendar("Office", {"timezone": "Europe/London", "hours": {"mon": ["10:00-12:00"]}})
    return world


def test_what_holds_now_is_read_by_default(edited):
    known = provision(edited.acme, now=edited.now)
    assert taken_up(known) == ["7 minutes"]
    assert page(known).promised[0].times == (("Taken up within", "5 minutes"), ("Solved within", "2 hours"))
    assert page(known).outside[0].counted == "Monday 10:00 to 12:00, London time"


def test_what_held_before_is_read_as_it_was(edited):
    known = provision(edited.acme, now=edited.now, as_of=NINE + timedelta(minutes=59))
    assert taken_up(known) == ["15 minutes", "15 minutes", "30 minutes"]
    assert page(known).promised[0].times == (("Taken up within", "20 minutes"), ("Solved within", "4 hours"))
    assert page(known).outside[0].counted == "Monday to Friday 09:00 to 17:30, London time"


def test_at_the_very_moment_of_a_publication_it_holds(edited):
    assert taken_up(provision(edited.acme, now=edited.now, as_of=edited.now)) == ["7 minutes"]


def test_before_the_first_policy_there_is_none(edited):
    with pytest.raises(NoPolicy):
        provision(edited.acme, now=edited.now, as_of=NINE - timedelta(seconds=1))


def test_a_version_that_begins_later_holds_from_its_day(world):
    later = {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "1h"}}, "effective_from": "2026-03-04"}
    world.agreement("Gold", "SLA", later)
    for days, solved in ((0, "4 hours"), (3, "1 hour")):
        known = provision(world.acme, now=NINE, as_of=NINE + timedelta(days=days))
        assert dict(page(known).promised[0].times)["Solved within"] == solved


def test_a_draft_can_be_read_as_if_it_were_live(world):
    document = {"ladders": {"P1": [STEP]}, "exceptions": [], "routing": []}
    assert taken_up(provision(world.acme, now=world.now, policy=document)) == ["7 minutes"]


def test_a_tier_whose_agreement_did_not_exist_yet_keeps_its_title_and_has_no_times(world):
    world.ladder({"tier": "L1"})
    assert taken_up(provision(world.acme, now=NINE, as_of=NINE)) == ["30 minutes"]
    world.now = NINE + timedelta(hours=1)
    world.tiers["L1"].ola = world.agreement("New OLA", "OLA", {"calendar": "24x7", "targets": {}})
    world.tiers["L1"].save()
    known = provision(world.acme, now=world.now, as_of=NINE)
    assert (page(known).first, taken_up(known), page(known).stages[0].counted) == ("our helpdesk", ["-"], "")


def test_it_is_read_in_five_queries_then_and_now(world, django_assert_num_queries):
    provision(world.acme, now=world.now)
    for as_of in (None, world.now):
        with django_assert_num_queries(5):
            provision(world.acme, now=world.now, as_of=as_of)
