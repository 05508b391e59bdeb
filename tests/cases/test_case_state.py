"""How a case stands, in words: a table of what is known and what is said."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.cases.state import Seen, standing

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(minutes=20), NOW + timedelta(minutes=40)
LODGED = {"status": "LODGED", "ball": "VENDOR", "lodged_at": EARLIER, "ball_since": EARLIER}


def said(**known):
    """The sentence, its moments as hours and minutes, with the attention it asks for."""
    shown = standing(Seen(vendor="Microsoft", **known), now=NOW)
    words = "".join(part if isinstance(part, str) else f"{part:%H:%M}" for part in shown.parts)
    return words, shown.level


@pytest.mark.parametrize(
    "known, words, level",
    [
        ({"status": "INCOMPLETE", "missing": 1}, "Waits for 1 answer before it can go out.", "amber"),
        ({"status": "INCOMPLETE", "missing": 2}, "Waits for 2 answers before it can go out.", "amber"),
        (
            {"status": "PREPARED", "channel": "PORTAL"},
            "Complete. Somebody here must lodge it on Microsoft's portal and note its number.",
            "amber",
        ),
        (
            {"status": "PREPARED"},
            "Complete. Somebody here must lodge it with Microsoft and note its number.",
            "amber",
        ),
        ({"status": "QUEUED", "goes_out_at": LATER}, "Complete. It leaves by mail from 11:40 on.", "none"),
        ({"status": "QUEUED", "goes_out_at": NOW + timedelta(minutes=1)}, "Complete. It is being sent.", "none"),
        ({"status": "QUEUED", "goes_out_at": EARLIER}, "Complete. It is being sent.", "none"),
        (
            {"status": "QUEUED", "goes_out_at": LATER, "error": "451 try later"},
            "Not sent yet: 451 try later. It is tried again from 11:40 on.",
            "amber",
        ),
        ({"status": "FAILED", "error": "550 no such mailbox"}, "Could not be sent: 550 no such mailbox.", "red"),
        ({"status": "FAILED"}, "Could not be sent: no reason was given.", "red"),
        (
            LODGED | {"due_at": LATER, "calendar": "Office"},
            "With Microsoft since 10:40; an answer is promised by 11:40 (Office).",
            "none",
        ),
        (LODGED, "With Microsoft since 10:40; no answer is promised by a moment.", "none"),
        (
            LODGED | {"due_at": EARLIER, "calendar": "Office", "chases": 2, "next_at": LATER, "next_percent": 200},
            "With Microsoft since 10:40; the answer was promised by 10:40 (Office) and is late. "
            "We chased it twice so far. If they stay silent until 11:40, a manager is called.",
            "red",
        ),
        (
            LODGED | {"due_at": EARLIER, "chases": 6},
            "With Microsoft since 10:40; the answer was promised by 10:40 and is late. We chased it 6 times so far.",
            "red",
        ),
        (
            {"status": "ANSWERED", "ball_since": EARLIER, "lodged_at": EARLIER},
            "Our move since 10:40: Microsoft has answered.",
            "amber",
        ),
        (
            {"status": "ANSWERED", "ball_since": EARLIER, "lodged_at": EARLIER, "held_for_done": True},
            "Our move since 10:40: Microsoft holds it for done. Confirm it, or say what is still wrong.",
            "amber",
        ),
        (
            {"status": "ANSWERED", "ball_since": EARLIER, "lodged_at": EARLIER, "asks": True},
            "Our move since 10:40: Microsoft has asked us a question.",
            "amber",
        ),
        (
            {"status": "LODGED", "ball_since": EARLIER, "lodged_at": EARLIER},
            "Our move since 10:40: it was taken back from Microsoft.",
            "none",
        ),
        (
            {"status": "LODGED", "ball_since": EARLIER, "lodged_at": EARLIER, "unreached": True},
            "Our move since 10:40: it did not reach Microsoft. Send it on, or call them.",
            "red",
        ),
        ({"status": "CLOSED", "lodged_at": EARLIER, "closed_at": EARLIER}, "Closed since 10:40.", "none"),
        ({"status": "CLOSED", "closed_at": EARLIER}, "Closed, and never lodged.", "none"),
    ],
)
def test_how_a_case_stands_is_said_in_words(known, words, level):
    assert said(**known) == (words, level)


def test_at_the_very_moment_of_its_promise_an_answer_is_late():
    assert said(**LODGED, due_at=NOW)[1] == "red"
    assert said(**LODGED, due_at=NOW + timedelta(seconds=1))[1] == "none"


def test_a_chase_that_is_due_this_moment_is_not_announced_any_more():
    late = LODGED | {"due_at": EARLIER, "next_percent": 150}
    assert "next contact" not in said(**late, next_at=NOW)[0]
    assert "If they stay silent until 11:40, the next contact point is tried." in said(**late, next_at=LATER)[0]
