"""What the start of a shift tells, in which order and which words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.shift.told import (
    LONGEST_AWAY,
    WEIGHTS,
    WORDS,
    counted,
    fitting,
    greeting,
    grouped,
    left_out,
    note_line,
    shortened,
    since_of,
)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")


def happened(ticket, kind, minutes=0, text="What happened"):
    facts = {"priority": "P1", "client": "Acme", "title": f"Ticket {ticket}"}
    return {"ticket_id": ticket, "kind": kind, "at": NINE + timedelta(minutes=minutes), "text": text, **facts}


@pytest.mark.parametrize(
    "wanted, written, left_at, since",
    [
        ("last", None, NINE - 15 * HOUR, NINE - 15 * HOUR),
        ("last", None, None, NINE - 8 * HOUR),
        ("8h", None, NINE - HOUR, NINE - 8 * HOUR),
        ("24h", None, None, NINE - 24 * HOUR),
        ("moment", NINE - 3 * HOUR, NINE - HOUR, NINE - 3 * HOUR),
        ("moment", NINE + 3 * HOUR, None, NINE),
        ("moment", None, NINE - HOUR, NINE - HOUR),
        ("last", None, NINE - timedelta(days=90), NINE - LONGEST_AWAY),
    ],
)
def test_since_is_what_was_asked_for_and_never_ahead_or_too_long_ago(wanted, written, left_at, since):
    assert since_of(wanted, written, left_at=left_at, now=NINE) == since


@pytest.mark.parametrize(
    "hour, zone, words",
    [(9, "UTC", "Good morning."), (13, "UTC", "Good afternoon."), (19, "UTC", "Good evening."),
     (2, "UTC", "Good night."), (9, "Asia/Tokyo", "Good evening.")],
)  # fmt: skip
def test_it_greets_by_the_reader_s_hour(hour, zone, words):
    assert greeting(NINE.replace(hour=hour), ZoneInfo(zone)) == words


def test_the_most_important_ticket_stands_first_and_of_equals_the_latest():
    events = [
        happened(1, "RESOLVED", 9),
        happened(2, "BREACHED", 1),
        happened(3, "BREACHED", 5),
        happened(4, "RESUMED", 8),
        happened(5, "ESCALATED", 0),
        happened(5, "RESOLVED", 7),
    ]
    assert [told.key for told in grouped(events, most=9)] == ["ESC-5", "ESC-3", "ESC-2", "ESC-4", "ESC-1"]
    assert len(grouped(events, most=2)) == 2


def test_a_ticket_tells_its_most_important_event_and_counts_all():
    events = [happened(1, "RESOLVED", 9), happened(1, "ESCALATED", 1, "L1 → L2: too late"), happened(1, "ESCALATED", 0)]
    (told,) = grouped(events, most=9)
    assert (told.line, told.counts) == ("L1 → L2: too late", ("2 escalations", "1 resolved"))


def test_every_kind_that_is_weighed_has_words():
    assert set(WEIGHTS) == set(WORDS)
    assert counted({"BREACHED": 1, "ESCALATED": 3, "RESOLVED": 0}) == ("3 escalations", "1 breach")


def test_a_long_text_is_one_short_line():
    assert shortened("First\nSecond") == "First"
    assert len(shortened("word " * 100)) <= 200 and shortened("word " * 100).endswith("…")


def row(holder, clock):
    return {"key": "ESC-12", "priority": "1", "client": "Acme", "title": "Mail down", "holder": holder, "clock": clock}


MICROSOFT = {"kind": "VENDOR", "level": None, "name": "Microsoft"}
L2 = {"kind": "TIER", "level": 2, "name": "L2"}


@pytest.mark.parametrize(
    "holder, clock, line",
    [
        (MICROSOFT, {"due_at": NINE + HOUR, "name": "Microsoft answers", "still": "Microsoft answers by 10:00"},
         "with Microsoft since 08:00, Microsoft answers by 10:00"),
        (L2, {"due_at": NINE + HOUR, "name": "Resolve", "still": ""}, "with us since 08:00, Resolve by 10:00"),
        (L2, {"due_at": NINE - HOUR, "name": "Resolve", "still": ""}, "with us since 08:00, Resolve missed at 08:00"),
        ({"kind": "CLIENT", "level": None, "name": "Client"}, {"due_at": None, "still": "Client has until Tue 09:00"},
         "with the client since 08:00, client has until Tue 09:00"),
        (L2, {"due_at": None, "still": "No clock runs"}, "with us since 08:00"),
    ],
)  # fmt: skip
def test_a_hand_over_s_line_says_with_whom_since_when_and_until_when(holder, clock, line):
    told = note_line(row(holder, clock), since=NINE - HOUR, now=NINE, zone=LONDON)
    assert told == f"ESC-12 P1 Acme: Mail down, {line}"


@pytest.mark.parametrize(
    ("most", "kept"),
    [(100, ["one", "two", "three"]), (14, ["one", "two", "three"]), (13, ["one", "two", "and 1 more, ticked below"]),
     (3, ["and 3 more, ticked below"])],
)  # fmt: skip
def test_no_more_lines_are_written_than_there_is_room_for(most, kept):
    assert fitting(["one", "two", "three"], most=most) == kept


def test_no_line_is_no_line():
    assert fitting([], most=10) == []


@pytest.mark.parametrize(
    ("keys", "words"),
    [(["ESC-1"], "ESC-1 is left out: Lena may not see its client."),
     (["ESC-1", "ESC-2", "ESC-3"], "ESC-1, ESC-2 and ESC-3 are left out: Lena may not see their clients.")],
)  # fmt: skip
def test_what_is_left_out_is_told_with_why(keys, words):
    assert left_out("Lena", keys) == words
