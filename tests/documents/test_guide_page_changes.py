"""What changed for a client, in plain words. Two pages in, sentences out; no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from documents.guide.page import Outside, Page, Promised, Stage
from documents.guide.page_changes import changes, told
from documents.guide.scenarios import Scenario

NINE = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def desk(**waits):
    """Our helpdesk with (taken up, passed on) by priority."""
    return Stage(
        "Our helpdesk", vendor=False, level=1, counted="day and night", waits=tuple((p, *w) for p, w in waits.items())
    )


def promises(**times):
    """The time to solve by priority."""
    return tuple(Promised(p, "", (("Solved within", time),), p) for p, time in times.items())


ALIKE = {p: ("15 minutes", "45 minutes") for p in ("P1", "P2", "P3", "P4")}
VENDOR = Stage("The vendor of the service", vendor=True, level=0, waits=(("P1", "", ""),))
MAIL = Outside("Mail", "Google", "Your mail runs there.", "within 1 hour", "day and night")
PAGE = Page(
    first="our helpdesk", stages=(desk(**ALIKE), VENDOR), promise_headings=("Solved within",),
    promised=promises(P1="4 hours", P2="8 hours"), promises_counted="day and night", updates_promised=False,
    vendor_time_counts=True, agreed=("You have a named specialist.",), outside=(MAIL,),
    scenarios=(Scenario("Your till stops", "We come."), Scenario("A server fails", "Generated.", "server")),
)  # fmt: skip


@pytest.mark.parametrize(
    "changed, said",
    [
        ({}, []),
        ({"first": "our specialists"}, ["Requests are now read first by our specialists (before: our helpdesk)."]),
        (
            {"stages": (desk(**ALIKE | {"P1": ("15 minutes", "30 minutes")}), VENDOR)},
            ["A critical request now goes on from our helpdesk after 30 minutes (before: 45 minutes)."],
        ),
        (
            {"stages": (desk(**ALIKE | {p: ("5 minutes", "45 minutes") for p in ("P2", "P3")}), VENDOR)},
            ["An urgent or normal request is now taken up by our helpdesk within 5 minutes (before: 15 minutes)."],
        ),
        (
            {"stages": (desk(**dict.fromkeys(ALIKE, ("15 minutes", "-"))), VENDOR)},
            ["Any request no longer goes on from our helpdesk by itself (before: 45 minutes)."],
        ),
        (
            {"stages": (desk(**ALIKE | {"P4": ("-", "45 minutes")}), VENDOR)},
            ["A minor request no longer has a set time with our helpdesk (before: 15 minutes)."],
        ),
        ({"stages": (desk(**ALIKE),)}, ["A vendor is no longer one of the steps."]),
        (
            {"stages": (*PAGE.stages, Stage("Our engineers", vendor=False, level=3))},
            ["Our engineers is now one of the steps."],
        ),
        (
            {"stages": (desk(**ALIKE), replace(VENDOR, waits=(("P2", "", ""),)))},
            [
                "An urgent request can now go to the vendor of the service.",
                "A critical request no longer goes to the vendor of the service.",
            ],
        ),
        (
            {"stages": (replace(desk(**ALIKE), counted="every day"), VENDOR)},
            ["The times of our helpdesk now count every day (before: day and night)."],
        ),
        (
            {"promised": promises(P1="2 hours", P2="2 hours")},
            [
                "We now promise to solve a critical request within 2 hours (before: 4 hours).",
                "We now promise to solve an urgent request within 2 hours (before: 8 hours).",
            ],
        ),
        (
            {"promised": promises(P1="4 hours", P2="8 hours", P3="9 hours", P4="9 hours")},
            ["We now promise to solve a normal or minor request within 9 hours."],
        ),
        ({"promised": promises(P1="4 hours")}, ["We no longer promise to solve an urgent request within 8 hours."]),
        (
            {"promised": promises(P1="not promised", P2="8 hours")},
            ["It was agreed that we do not promise to solve a critical request by a set time (before: 4 hours)."],
        ),
        (
            {"promises_counted": "on Mondays", "vendor_time_counts": False},
            [
                "What we promise now counts on Mondays (before: day and night).",
                "The time to solve now stands still while a vendor works on it.",
            ],
        ),
        (
            {"agreed": ("We call you.",)},
            [
                "Agreed with you in particular: “We call you.”",
                "No longer agreed in particular: “You have a named specialist.”",
            ],
        ),
        (
            {"outside": (replace(MAIL, promise="within 2 hours", counted="on Mondays"),)},
            [
                "Google now promises a first answer for Mail within 2 hours (before: within 1 hour).",
                "What Google promises for Mail now counts on Mondays (before: day and night).",
            ],
        ),
        (
            {"outside": (replace(MAIL, promise="", counted=""),)},
            ["Google no longer promises a first answer for Mail (before: within 1 hour)."],
        ),
        ({"outside": (replace(MAIL, why="New."),)}, ["When we turn to Google about Mail is put differently: New."]),
        (
            {"outside": (replace(MAIL, service="Drive"),)},
            [
                "Drive is now one of the services that a vendor runs for you.",
                "Mail is no longer one of the services that a vendor runs for you.",
            ],
        ),
        ({"scenarios": (PAGE.scenarios[0],)}, []),
        ({"scenarios": (Scenario("Your till stops", "We phone."),)}, ["An example was rewritten: Your till stops."]),
        (
            {"scenarios": (Scenario("Rain", "We come."),)},
            ["There is a new example: Rain.", "An example was taken away: Your till stops."],
        ),
        ({"intro": "Welcome."}, ["The opening words of this page were changed."]),
    ],
)  # fmt: skip
def test_what_differs_is_told_and_nothing_else(changed, said):
    assert changes(PAGE, replace(PAGE, **changed)) == said


@pytest.mark.parametrize(
    "heading, now, said",
    [
        ("Taken up within", "5 minutes", "We now promise to take a critical request up within 5 minutes."),
        ("First reply within", "1 hour", "We now promise a first reply to a critical request within 1 hour."),
        ("An update at least every", "2h", "We now promise an update on a critical request at least every 2h."),
        ("Solved within", "-", ""),
        (
            "An update at least every",
            "not promised",
            "It was agreed that we do not promise an update on a critical request by a set time.",
        ),
    ],
)  # fmt: skip
def test_each_promise_has_its_words(heading, now, said):
    before = replace(PAGE, promised=())
    after = replace(PAGE, promised=(Promised("Critical", "", ((heading, now),), "P1"),))
    assert changes(before, after) == ([said] if said else [])


def test_to_be_covered_by_a_policy_or_not_any_more_is_told_alone():
    assert changes(None, PAGE) == ["How your requests are handled was written down for the first time."]
    assert changes(PAGE, None) == ["How your requests are handled is being written anew."]
    assert changes(None, None) == []


def pages(*states):
    """The states from the latest back to the first, a day apart."""
    return iter([(NINE - DAY * back, state) for back, state in enumerate(states)])


SPECIALISTS = replace(PAGE, first="our specialists")


def test_the_latest_comes_first_and_what_says_the_same_is_left_out():
    found = told(pages(SPECIALISTS, SPECIALISTS, PAGE, PAGE, None))
    assert [row.at for row in found] == [NINE - DAY, NINE - 3 * DAY]
    assert found[0].sentences == ("Requests are now read first by our specialists (before: our helpdesk).",)
    assert found[1].sentences == ("How your requests are handled was written down for the first time.",)


def test_the_first_page_of_all_is_told_unless_older_ones_were_not_looked_at():
    assert [row.at for row in told(pages(PAGE))] == [NINE]
    assert told(pages(PAGE), from_the_beginning=False) == []
    assert told(pages()) == [] and told(pages(None)) == []


def test_no_more_are_told_than_asked_for_and_no_more_pages_are_made():
    states = pages(*[PAGE, SPECIALISTS] * 20)
    assert len(told(states, most=3)) == 3
    assert next(states)[0] == NINE - 4 * DAY
