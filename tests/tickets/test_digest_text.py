"""What a digest says: each ticket as it stands, what was told of it, and how to get less of that."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.digest_text import (
    LONGEST,
    MOST_LINES,
    MOST_SUBJECTS,
    Reader,
    State,
    Subject,
    Told,
    first_paragraph,
    headline,
    text,
)
from tickets.digest_times import AT_ONCE, DAILY, HOURLY

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def told(words="Not acknowledged within 15 min.\n\nAcknowledge by 09:15", minutes=0, title="P2 Acme: Mail is slow"):
    return Told(AT + timedelta(minutes=minutes), title, words)


def state(number=7, **changed):
    known = {
        "key": f"ESC-{number}", "title": "Mail is slow", "client": "Acme", "priority": "P2", "status": "IN_PROGRESS",
        "holder": "TIER", "tier": "L1", "assignee": "Ann", "due_at": AT + timedelta(hours=1), "metric": "RESOLVE",
    }  # fmt: skip
    return State(**known | changed)


def subject(*of_it, number=7, **changed):
    return Subject(state(number, **changed), of_it or (told(),), f"https://portal.example/tickets/ESC-{number}/")


def reader(mail=HOURLY, zone=LONDON):
    return Reader(
        AT + timedelta(minutes=50),
        zone,
        mail,
        "https://portal.example/notifications/",
        "https://portal.example/account/desk/",
    )


APART = Subject(None, (told("Nothing burns.", title="Hand-over of L1"),), "https://portal.example/notifications/")


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        ([subject()], "[ESC-7] P2 Acme: Mail is slow"),
        ([subject(told(), told())], "[ESC-7] 2 notifications: Mail is slow"),
        ([subject(), subject(number=8)], "2 notifications about 2 tickets"),
        ([APART], "Hand-over of L1"),
        ([APART, subject()], "2 notifications about 1 ticket"),
    ],
)
def test_the_mail_is_called_by_what_it_tells(subjects, expected):
    assert headline(subjects) == expected


def test_a_ticket_is_told_as_it_stands_now_then_what_was_told_of_it_on_the_reader_s_clock():
    lines = text([subject(told(), told("It climbed.", minutes=45))], reader()).split("\n")
    assert lines[:5] == [
        "ESC-7 Acme: Mail is slow",
        "Now: P2, in progress at L1, Ann. Resolve by Sun 29 Mar 2026 02:30 BST.",
        "https://portal.example/tickets/ESC-7/",
        "- Sun 29 Mar 00:30 Not acknowledged within 15 min.",
        "- Sun 29 Mar 02:15 It climbed.",
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"assignee": "", "due_at": None}, "Now: P2, in progress at L1."),
        ({"due_at": AT}, "Now: P2, in progress at L1, Ann. Resolve was due Sun 29 Mar 2026 00:30 GMT."),
        ({"holder": "VENDOR", "status": "WAITING_ON_VENDOR", "due_at": None}, "Now: P2, waiting on vendor, Ann."),
        ({"holder": "NOBODY", "status": "RESOLVED", "assignee": "", "due_at": None}, "Now: P2, resolved."),
    ],
)
def test_a_state_says_no_more_than_there_is(changed, expected):
    assert text([subject(**changed)], reader()).split("\n")[1] == expected


@pytest.mark.parametrize(
    ("mail", "words"), [(HOURLY, "once an hour"), (DAILY, "once a day"), (AT_ONCE, "your quiet hours to end")]
)
def test_it_says_why_it_comes_now_and_where_to_change_that(mail, words):
    last = text([subject()], reader(mail)).split("\n")[-1]
    assert words in last and last.endswith("https://portal.example/account/desk/")


def test_what_belongs_to_no_ticket_stands_under_its_own_title():
    assert "- Sun 29 Mar 00:30 Hand-over of L1: Nothing burns." in text([APART], reader())


def test_a_long_digest_is_cut_and_says_how_much_is_left_out():
    long = text([subject(*[told()] * (MOST_LINES + 3))], reader())
    assert long.count("Not acknowledged") == MOST_LINES and "- and 3 more" in long
    many = text([subject(number=n) for n in range(MOST_SUBJECTS + 2)], reader())
    assert "And 2 more tickets" in many and f"ESC-{MOST_SUBJECTS}/" not in many


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("One sentence.\n\nAcknowledge by 10:00\n\nhttps://…", "One sentence."),
        ("Ann noted: a\nb  c\n\nmore", "Ann noted: a b c"),
        ("\n\nafter blank lines", "after blank lines"),
        ("", ""),
    ],
)
def test_what_is_shown_of_a_notification_is_its_first_paragraph(written, shown):
    assert first_paragraph(written) == shown


def test_a_very_long_first_paragraph_is_cut():
    shown = first_paragraph("word " * 200)
    assert len(shown) <= LONGEST and shown.endswith("word…")
