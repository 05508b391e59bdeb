"""How each event reads on the timeline. Rows in, words out; no database."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.timeline import entry

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def read(kind, text, why=None, *, actor="", client_text=""):
    event = {"seq": 1, "kind": kind, "at": NINE, "text": text, "client_text": client_text, "why": why or {}}
    return entry(event | {"actor": actor})


def lines(shown):
    return {fact["label"]: fact.get("at") or fact["text"] for fact in shown["record"]}


TERMS = {
    "rule": "TERMS", "because": "priority P1 → P2", "priority": "P2", "agreement": "Gold v3",
    "clocks": [
        {"metric": "RESOLVE",
         "before": {"target_seconds": 14400, "calendar": "24x7 v1", "due_at": NINE.isoformat(), "consumed_seconds": 1},
         "after": {"target_seconds": 28800, "calendar": "Office v2", "due_at": None, "consumed_seconds": 1}},
        {"metric": "UPDATE",
         "before": {"target_seconds": 3600, "calendar": "24x7 v1", "due_at": None, "consumed_seconds": 1},
         "after": None},
    ],
}  # fmt: skip


def test_terms_that_changed_are_told_clock_by_clock_before_and_after():
    text = "priority P1 → P2: Resolve is 8 hours (Office v2), paused; Next public update has no target any more."
    shown = read("TERMS_CHANGED", text, TERMS)
    assert (shown["what"], shown["icon"]) == ("Its clocks go on under other terms", "handshake")
    assert shown["why"] == "Priority P1 → P2"
    assert [(row["name"], row["due_at"]) for row in shown["moved"]] == [("Resolve", None), ("Next public update", None)]
    facts = lines(shown)
    assert facts["Resolve"] == "4 hours (24x7 v1) → 8 hours (Office v2)"
    assert facts["Next public update"] == "1 hour (24x7 v1) → no target"
    assert facts["Resolve was due"] == NINE and "Resolve is due" not in facts
    assert facts["Agreement"] == "Gold v3"


def test_a_title_with_a_colon_is_not_taken_for_a_why():
    why = {"by_hand": "She said: now", "changed": {"title": ["Mail: down", "Mail: slow"], "category": ["", "mail"]}}
    text = "Leo changed title Mail: down → Mail: slow, category none → mail: She said: now"
    shown = read("CHANGED", text, why, actor="Leo")
    assert shown["what"] == "Leo changed title Mail: down → Mail: slow, category none → mail"
    assert (shown["why"], shown["icon"]) == ("She said: now", "settings")
    facts = lines(shown)
    assert (facts["Title"], facts["Category"]) == ("Mail: down → Mail: slow", "None → mail")


@pytest.mark.parametrize("kind, text, icon, what", [
    ("MANAGER_CALLED", "Leo called a manager: The director calls", "phone", "Leo called a manager"),
    ("MERGED", "Leo merged it into ESC-7: The director calls", "link", "Leo merged it into ESC-7"),
])  # fmt: skip
def test_what_was_done_by_hand_stands_before_its_why(kind, text, icon, what):
    shown = read(kind, text, {"by_hand": "The director calls", "into": "ESC-7"}, actor="Leo")
    assert (shown["what"], shown["why"], shown["icon"]) == (what, "The director calls", icon)
    assert (lines(shown)["Given reason"], lines(shown)["Into"]) == ("The director calls", "ESC-7")


def test_a_threshold_is_quiet_and_nothing_else_is():
    clock = {"metric": "RESOLVE", "target_seconds": 14400, "calendar": "24x7", "due_at": NINE.isoformat()}
    shown = read("THRESHOLD", "Resolve: 50 %", {"rule": "THRESHOLD", "percent": 50, "clock": clock})
    assert shown["quiet"] and shown["icon"] == "hourglass"
    assert lines(shown) == {"Rule": "Threshold", "Percent": "50", "Clock": "Resolve: 4 hours, 24x7", "Due": NINE}
    assert not read("BREACHED", "Resolve target missed: 4 hours")["quiet"]


def test_moments_of_a_record_are_told_as_moments():
    opened, wake = NINE - timedelta(days=2), NINE + timedelta(days=1)
    shown = read("IMPORTED", "Brought in", {"rule": "IMPORTED", "opened_at": opened.isoformat()})
    assert (lines(shown)["Opened there"], shown["icon"]) == (opened, "download")
    reminded = read("CLIENT_REMINDED", "Reminded", {"rule": "CLIENT_REMINDER", "wake_at": wake.isoformat()})
    assert (lines(reminded)["Wait ends"], reminded["icon"]) == (wake, "bell")
    assert read("MANAGER_ANSWERED", "Bo has answered as a manager.", actor="Bo")["icon"] == "user"
