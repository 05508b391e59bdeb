"""What a client's guide is made from, as it stands and as it stood."""

from datetime import timedelta

import pytest

from clients.models import PageWords
from documents.guide.page import page
from documents.guide.reading import history, page_at, provision
from documents.guide.shelf import shelf
from tiers.policies import NoPolicy
from world import NINE, march

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


def test_it_is_read_in_four_queries_once_the_versions_are_known(world, django_assert_num_queries):
    with django_assert_num_queries(4 + 3):  # what policies, calendars and agreements say
        provision(world.acme, now=world.now)
    for as_of in (None, world.now):
        with django_assert_num_queries(4):
            provision(world.acme, now=world.now, as_of=as_of)


def test_an_agreement_that_an_exception_names_is_known_then_and_now(edited):
    edited.agreement("Platinum", "SLA", {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "30m"}}})
    edited.now += timedelta(hours=1)
    edited.ladder(STEP, exceptions=[{"client": "Acme", "agreement": "Platinum", "reason": "r"}])
    now = page(provision(edited.acme, now=edited.now))
    before = page(provision(edited.acme, now=edited.now, as_of=edited.now - timedelta(seconds=1)))
    assert [dict(found.promised[0].times)["Solved within"] for found in (before, now)] == ["2 hours", "30 minutes"]


def test_words_that_were_written_for_the_client_stand_first_from_their_publication_on(edited):
    words = {
        "intro": "Call us first.",
        "scenarios": [{"title": "The till stops", "text": "We come."}],
        "hidden": ["server"],
    }
    PageWords.publish(edited.acme, words, author=None, note="", now=edited.now)
    now, before = page(provision(edited.acme, now=edited.now)), page(provision(edited.acme, now=edited.now, as_of=NINE))
    assert ([row.title for row in now.scenarios], now.intro) == (
        ["The till stops", "Microsoft 365 fails", "You have a question that can wait"],
        "Call us first.",
    )
    assert [row.key for row in before.scenarios] == ["server", "vendor", "question"] and before.intro == ""


def test_the_moments_are_those_of_publications_and_of_an_agreement_s_days(edited):
    days = {"effective_from": "2026-03-05", "effective_until": "2026-03-06"}
    edited.agreement("Gold", "SLA", {"calendar": "Office", "targets": {}, **days})
    edited.agreement("Nobody's", "SLA", {"calendar": "Office", "targets": {}, "effective_from": "2026-03-04"})
    found = shelf(edited.acme).moments(now=march(6, 12))
    assert found == [march(5, 0), edited.now, NINE]
    assert shelf(edited.acme).moments(now=march(7, 0))[0] == march(7, 0)


def test_equal_versions_make_one_page_and_it_is_made_once(edited):
    known = shelf(edited.acme)
    assert page_at(known, now=edited.now) is page_at(shelf(edited.acme), now=edited.now + timedelta(days=1))
    edited.m365.client_text = "Changed."
    edited.m365.save()
    assert page_at(shelf(edited.acme), now=edited.now).outside[0].why == "Changed."


def test_history_tells_what_publications_changed_for_this_client(edited):
    found = history(shelf(edited.acme), now=edited.now)
    assert [row.at for row in found] == [edited.now, NINE]
    assert "Requests are now read first by our technical specialists (before: our helpdesk)." in found[0].sentences
    assert (
        "What Microsoft promises for Microsoft 365 now counts Monday 10:00 to 12:00, London time "
        "(before: Monday to Friday 09:00 to 17:30, London time)."
    ) in found[0].sentences
    assert found[1].sentences == ("How your requests are handled was written down for the first time.",)


def test_what_touches_another_client_alone_is_no_history_of_this_one(edited):
    edited.now += timedelta(hours=1)
    edited.client("Other")
    edited.ladder(STEP, exceptions=[{"client": "Other", "start_tier": "L2", "reason": "r", "client_text": "Theirs."}])
    edited.calendar("Another", {"timezone": "UTC", "always": True})
    assert [row.at for row in history(shelf(edited.acme), now=edited.now)] == [NINE + timedelta(hours=1), NINE]


def test_the_day_on_which_an_agreement_ends_is_told(world):
    world.agreement(
        "Gold", "SLA", {"calendar": "24x7", "targets": {"P1": {"RESOLVE": "4h"}}, "effective_until": "2026-03-05"}
    )
    found = history(shelf(world.acme), now=march(9, 0))
    assert (found[0].at, found[0].sentences) == (
        march(6, 0), ("We no longer promise to solve a critical request within 4 hours.",)
    )  # fmt: skip


def test_a_second_look_at_the_history_reads_no_document_again(edited, django_assert_num_queries):
    known = shelf(edited.acme)
    history(known, now=edited.now)
    with django_assert_num_queries(0):
        history(known, now=edited.now)
