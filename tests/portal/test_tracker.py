"""How far a request is, and how that is said. Rows in, words out; no database."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.tracker import marks, tracked
from tickets.status import STATUSES

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def row(**changes):
    plain = {
        "pk": 7, "title": "Mail", "priority": "P1", "status": "NEW", "holder_kind": "TIER", "step": 0,
        "opened_at": NINE, "acknowledged_at": None, "resolved_at": None, "wake_at": None,
        "merged_into_id": None, "title_of_tier": "our helpdesk", "since": NINE, "vendor": None, "vendor_case": None,
        "went_to_vendor": False,
        "events": [], "clocks": {}, "ledger": [], "cases": [],
    }  # fmt: skip
    return plain | changes


def clock(minutes, target=3600):
    return {"started_at": NINE, "due_at": NINE + timedelta(minutes=minutes), "target_seconds": target}


def case(
    pk=4,
    vendor="Microsoft",
    *,
    ball="VENDOR",
    status="LODGED",
    since=NINE,
    reminded=False,
    asks=False,
    done=False,
    **clocks,
):
    return {
        "pk": pk, "vendor": vendor, "ball": ball, "status": status, "since": since, "reminded": reminded,
        "asks": asks, "holds_done": done, "clocks": clocks,
    }  # fmt: skip


def asked(*cases):
    """It waits for the vendor of the first case."""
    return VENDOR | {"vendor": cases[0]["vendor"], "vendor_case": cases[0]["pk"], "cases": list(cases)}


VENDOR = {"status": "WAITING_ON_VENDOR", "holder_kind": "VENDOR", "vendor": "Microsoft", "step": 3}
TAKEN = {"status": "IN_PROGRESS", "acknowledged_at": NINE + timedelta(minutes=4)}
CLIENT = {"status": "WAITING_ON_CLIENT", "holder_kind": "CLIENT", "wake_at": NINE + timedelta(days=2)}
DONE = {"status": "RESOLVED", "holder_kind": "NOBODY", "resolved_at": NINE, "wake_at": NINE + timedelta(days=5)}


def said(now_after=10, **changes) -> str:
    story = tracked(row(**changes), now=NINE + timedelta(minutes=now_after), zone=LONDON)
    return words(story.sentences)


def words(sentences) -> str:
    return re.sub(r"<.*?>", "", " ".join(sentences))


@pytest.mark.parametrize(
    "changes, states",
    [
        ({}, ["current", "ahead", "ahead", "ahead"]),
        ({"acknowledged_at": NINE}, ["done", "current", "ahead", "ahead"]),
        ({"status": "IN_PROGRESS", "acknowledged_at": NINE}, ["done", "current", "ahead", "ahead"]),
        ({"step": 1}, ["done", "done", "current", "ahead"]),
        ({"step": 1, "acknowledged_at": NINE}, ["done", "done", "current", "ahead"]),
        (VENDOR, ["done", "done", "current", "ahead"]),
        (VENDOR | {"acknowledged_at": NINE}, ["done", "done", "current", "ahead"]),
        (CLIENT, ["done", "current", "ahead", "ahead"]),
        (DONE, ["done", "done", "not-needed", "done"]),
        (DONE | {"went_to_vendor": True}, ["done", "done", "done", "done"]),
        (DONE | {"step": 2}, ["done", "done", "done", "done"]),
    ],
)
def test_the_tracker_has_four_steps(changes, states):
    assert [mark.state for mark in marks(row(**changes))] == states


@pytest.mark.parametrize(
    "changes, third",
    [
        ({}, "With a vendor or specialist"),
        ({"step": 1, "title_of_tier": "our technical specialists"}, "With our technical specialists"),
        ({"step": 1, "title_of_tier": ""}, "With our team"),
        (VENDOR, "With Microsoft"),
        (DONE | {"step": 2}, "With a vendor or specialist"),
    ],
)
def test_the_third_step_names_who_has_it(changes, third):
    assert marks(row(**changes))[2].words == third


@pytest.mark.parametrize(
    "changes, expected",
    [
        (
            {"clocks": {"ACKNOWLEDGE": clock(20)}},
            "Your request has been with our helpdesk since 09:00. Somebody takes it up by 09:20.",
        ),
        (
            {"clocks": {"ACKNOWLEDGE": clock(5)}},
            "Your request has been with our helpdesk since 09:00. It should have been taken up by 09:05. "
            "We are sorry; it has been passed on to those in charge.",
        ),
        (
            {"clocks": {"ACKNOWLEDGE": clock(0.5)}},
            "Your request has been with our helpdesk since 09:00. It should have been taken up at once. "
            "We are sorry; it has been passed on to those in charge.",
        ),
        (
            {
                "status": "IN_PROGRESS",
                "acknowledged_at": NINE + timedelta(minutes=4),
                "clocks": {"RESOLVE": clock(240)},
            },
            "It has been worked on by our helpdesk since 09:04. We promised to solve it by 13:00.",
        ),
        (
            asked(case(VENDOR_RESPOND=clock(240, target=14400))) | {"clocks": {"RESOLVE": clock(300)}},
            "We have been waiting for Microsoft since 09:00. They promise a first answer within 4 hours, so by 13:00.",
        ),
        (
            asked(case(VENDOR_RESPOND=clock(24 * 60, target=14400))),
            "We have been waiting for Microsoft since 09:00. "
            "They promise a first answer within 4 hours of their working hours, so by Tue 09:00.",
        ),
        (
            asked(case(VENDOR_RESPOND=clock(5))),
            "We have been waiting for Microsoft since 09:00. "
            "Their first answer was due by 09:05. We are pressing them for it.",
        ),
        (
            asked(case(VENDOR_RESPOND=clock(5), reminded=True)),
            "We have been waiting for Microsoft since 09:00. "
            "Their first answer was due by 09:05. We have reminded them.",
        ),
        (
            asked(case(status="ANSWERED", VENDOR_UPDATE=clock(90))),
            "We have been waiting for Microsoft since 09:00. They promise their next answer by 10:30.",
        ),
        (
            asked(case(status="ANSWERED", VENDOR_UPDATE=clock(5), reminded=True)),
            "We have been waiting for Microsoft since 09:00. "
            "Their next answer was due by 09:05. We have reminded them.",
        ),
        (
            asked(case(since=NINE - timedelta(hours=2))) | {"clocks": {"RESOLVE": clock(300)}},
            "We have been waiting for Microsoft since 07:00. "
            "They have named no time for their answer; we tell you as soon "
            "as it is there. We promised to solve it by 14:00.",
        ),
        (
            VENDOR,
            "We have been waiting for Microsoft since 09:00. "
            "They have named no time for their answer; we tell you as soon "
            "as it is there.",
        ),
        (
            CLIENT,
            "We have been waiting for your answer since 09:00. Without it we go on with what we know on Wed 09:00.",
        ),
        (
            {"status": "ON_HOLD", "wake_at": NINE + timedelta(hours=2)},
            "Work on it pauses and goes on by itself at 11:00.",
        ),
        (DONE, "Resolved at 09:00. If it is not, tell us by Sat 09:00 and we take it up again."),
        (DONE | {"status": "CLOSED"}, "Resolved at 09:00, and closed since."),
        ({"status": "MERGED"}, "Joined with another of your requests, where it goes on."),
    ],
)
def test_it_says_whose_hands_since_when_and_what_comes_next(changes, expected):
    assert said(**changes) == expected


@pytest.mark.parametrize(
    "changes, expected",
    [
        (asked(case()), []),
        (
            asked(case(), case(5, "Dell", VENDOR_RESPOND=clock(60))),
            ["We have also been waiting for Dell since 09:00. They promise a first answer within 1 hour, so by 10:00."],
        ),
        (
            CLIENT | {"cases": [case(VENDOR_RESPOND=clock(5), reminded=True)]},
            [
                "We have also been waiting for Microsoft since 09:00. Their first answer was due by 09:05. "
                "We have reminded them."
            ],
        ),
        (
            CLIENT | {"cases": [case(ball="US", status="ANSWERED", asks=True)]},
            ["Microsoft asked us a question at 09:00. We need your answer for it; then we wait for Microsoft again."],
        ),
        (
            CLIENT | {"cases": [case(ball="US", status="ANSWERED")]},
            ["Microsoft answered at 09:00. We need your answer before we go on with them."],
        ),
        (
            CLIENT | {"cases": [case(ball="US")]},
            ["We need your answer before we go on with Microsoft."],
        ),
        (
            CLIENT | {"cases": [case(ball="US", status="INCOMPLETE", since=None)]},
            ["We need your answer before we can ask Microsoft; then we wait for them."],
        ),
        (
            TAKEN | {"cases": [case(ball="US", status="ANSWERED")]},
            ["Microsoft answered at 09:00; we go on from there."],
        ),
        (
            TAKEN | {"cases": [case(ball="US", status="ANSWERED", asks=True, done=True)]},
            ["Microsoft asked us a question at 09:00; we see to it."],
        ),
        (
            TAKEN | {"cases": [case(ball="US", status="ANSWERED", done=True)]},
            ["Microsoft reported at 09:00 that it is solved; we make sure of that."],
        ),
        (
            TAKEN | {"cases": [case(ball="US")]},
            ["We have asked Microsoft as well, and go on ourselves for now."],
        ),
        (DONE | {"cases": [case()]}, []),
    ],
)
def test_every_vendor_that_was_asked_is_told_of_whoever_has_it(changes, expected):
    story = tracked(row(**changes), now=NINE + timedelta(minutes=10), zone=LONDON)
    assert [words(said) for said in story.vendors] == expected


def told(next_at):
    return [{"at": NINE, "kind": "CLIENT_UPDATED", "client_text": "We wait.", "why": {"next_at": next_at.isoformat()}}]


@pytest.mark.parametrize(
    "changes, update",
    [
        (VENDOR | {"events": told(NINE + timedelta(minutes=65))}, "By 10:05."),
        (
            VENDOR | {"events": told(NINE + timedelta(minutes=8))},
            "The update that we owe you was due by 09:05. We are sorry.",
        ),
        (
            TAKEN | {"events": told(NINE + timedelta(minutes=65))},
            "The update that we owe you was due by 09:05. We are sorry.",
        ),
    ],
)
def test_the_page_names_the_time_that_the_last_mail_about_the_wait_named(changes, update):
    late = row(**changes, clocks={"UPDATE": clock(5)})
    assert words([tracked(late, now=NINE + timedelta(minutes=10), zone=LONDON).next_update]) == update


FIRST, NEXT = {"RESPOND": clock(30)}, {"UPDATE": clock(60)}
NO_PROMISE = "We have not promised a time. What happens is shown here at once."


@pytest.mark.parametrize(
    "changes, update",
    [
        ({"clocks": FIRST}, "By 09:30, with our first reply."),
        ({"clocks": FIRST | NEXT}, "By 09:30, with our first reply."),
        (
            {"clocks": {"RESPOND": clock(5)}},
            "Our first reply was due by 09:05. We are sorry that you still wait for it.",
        ),
        (TAKEN | {"clocks": NEXT}, "By 10:00."),
        (TAKEN | {"clocks": {"UPDATE": clock(5)}}, "The update that we owe you was due by 09:05. We are sorry."),
        (VENDOR | {"clocks": NEXT}, "By 10:00."),
        (asked(case(VENDOR_RESPOND=clock(59))) | {"clocks": NEXT}, "By 10:00."),
        (
            asked(case(VENDOR_RESPOND=clock(240))) | {"clocks": FIRST},
            "By 09:30 we write to you how it stands; Microsoft promised to answer by 13:00.",
        ),
        (asked(case(VENDOR_RESPOND=clock(20))) | {"clocks": FIRST}, "By 09:30, with our first reply."),
        (asked(case(VENDOR_RESPOND=clock(240))), "Once Microsoft has answered, which they promised by 13:00."),
        (asked(case(VENDOR_RESPOND=clock(5))), NO_PROMISE),
        ({"status": "ON_HOLD", "wake_at": NINE + timedelta(hours=2), "clocks": NEXT}, "By 10:00."),
        (CLIENT | {"clocks": FIRST}, "After your answer; until then it is your turn."),
        (TAKEN | {"clocks": {"UPDATE": clock(60) | {"due_at": None}}}, NO_PROMISE),
        (TAKEN | {"clocks": {"RESOLVE": clock(240)}}, NO_PROMISE),
        (DONE, ""),
        (DONE | {"status": "CLOSED"}, ""),
        ({"status": "MERGED"}, ""),
    ],
)
def test_it_says_by_when_the_client_hears_from_us_or_that_nothing_is_promised(changes, update):
    story = tracked(row(**changes), now=NINE + timedelta(minutes=10), zone=LONDON)
    assert words([story.next_update]) == update


@pytest.mark.parametrize(
    "changes, hands",
    [
        ({}, "our helpdesk"),
        ({"title_of_tier": ""}, "our team"),
        (VENDOR, "Microsoft"),
        (VENDOR | {"vendor": None}, "the vendor"),
        (CLIENT, "you"),
        (DONE, ""),
    ],
)
def test_whose_hands_it_is_in_is_said_without_a_tier_s_name(changes, hands):
    assert tracked(row(**changes), now=NINE, zone=LONDON).hands == hands


def test_one_that_goes_on_as_another_has_no_tracker_of_its_own():
    assert marks(row(status="MERGED", holder_kind="NOBODY", merged_into_id=8)) == []


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_words_even_when_nothing_else_is_known(status):
    assert said(status=status, resolved_at=NINE)


def test_times_are_the_client_s_and_the_whole_moment_is_at_hand():
    summer = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    story = tracked(row(since=summer), now=summer, zone=LONDON)
    assert 'title="Wed 1 Jul 2026 09:00 BST">09:00</time>' in story.sentences[0]


def test_names_from_outside_are_harmless():
    story = tracked(row(**VENDOR | {"vendor": "<b>Evil</b>"}), now=NINE, zone=LONDON)
    assert "<b>" not in " ".join(story.sentences)


def test_the_latest_three_events_come_first():
    events = [{"at": NINE, "kind": "X", "client_text": str(i)} for i in range(5)]
    story = tracked(row(events=events), now=NINE, zone=LONDON)
    assert [event.text for event in story.latest] == ["4", "3", "2"]
