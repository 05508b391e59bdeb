"""The client page as it stood on another day."""

import re
from datetime import timedelta

import pytest

from accounts.clock import database_now

STEP = {"tier": "L2", "acknowledge_within": "7m", "hand_over_after": "1h"}


@pytest.fixture
def read(client, world):
    client.force_login(world.reader(world.acme))

    def words(asked="", status=200) -> str:
        answer = client.get(f"/portal/acme/{asked}")
        html = answer.content.decode()
        assert answer.status_code == status
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html[html.index("<main") :])).replace(" .", ".")

    return words


@pytest.fixture
def edited(world):
    """Published at nine on 2 March 2026, and anew two days later."""
    world.now += timedelta(days=2)
    world.ladder(STEP)
    return world


def test_before_an_edit_the_page_says_what_was_before(read, edited):
    assert "Taken up within 7 minutes" in read()
    for asked in ("?as_of=2026-03-02", "?as_of=2026-03-04T08:59", "?as_of=2026-03-04T08:59:59Z"):
        said = read(asked)
        assert "Our helpdesk Taken up within 15 minutes" in said and "7 minutes" not in said, asked
    assert "Taken up within 7 minutes" in read("?as_of=2026-03-04T09:00")


def test_it_says_which_day_it_shows_and_how_to_come_back(read, edited):
    said = read("?as_of=2026-03-02")
    assert "As it stood on Mon 2 Mar 2026 23:59 GMT." in said and "Back to today" in said


def test_the_past_shows_no_requests_and_no_history(read, edited):
    edited.now = database_now()
    edited.open("Still private")
    assert "Still private" in read() and "What changed" in read()
    said = read("?as_of=2026-03-02")
    assert "Still private" not in said and "Where your requests stand" not in said and "What changed" not in said


def test_before_the_first_policy_nothing_was_written_down(read):
    said = read("?as_of=2026-03-01")
    assert "Nothing was written down yet" in said and "This page is being written" not in said


def test_what_is_no_day_is_said_at_the_field_above_the_page_of_today(read, edited, client):
    said = read("?as_of=then", status=400)
    assert "“then” is not a date. Write it like 2026-05-03" in said and "Taken up within 7 minutes" in said
    html = client.get("/portal/acme/?as_of=then").content.decode()
    assert html.count('id="as-of"') == 1 and 'aria-invalid="true"' in html and 'value="then"' in html


def test_what_was_typed_is_harmless(client, world):
    client.force_login(world.reader(world.acme))
    assert b"<script>alert" not in client.get("/portal/acme/?as_of=<script>alert(1)</script>").content


def test_a_stranger_reads_no_past_either(client, world):
    client.force_login(world.reader(world.client("Other")))
    assert client.get("/portal/acme/?as_of=2026-03-02").status_code == 404


# what changed --------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_with_its_day_the_latest_first(read, edited):
    said = read()
    first, then = said.index("4 March"), said.index("2 March")
    assert first < then
    assert "Requests are now read first by our technical specialists (before: our helpdesk)." in said[first:then]
    assert "How your requests are handled was written down for the first time." in said[then:]


def test_what_changes_for_others_alone_is_not_told(read, edited):
    edited.now += timedelta(days=1)
    edited.client("Other")
    edited.ladder(STEP, exceptions=[{"client": "Other", "start_tier": "L2", "reason": "r", "client_text": "Theirs."}])
    said = read()
    assert "5 March" not in said and "Theirs" not in said


def test_more_than_five_changes_are_folded_and_never_more_than_twenty_told(client, read, edited):
    for minutes in range(1, 26):
        edited.now += timedelta(days=1)
        edited.ladder({**STEP, "acknowledge_within": f"{minutes}m"})
    read()
    html = client.get("/portal/acme/").content.decode()
    changed = html[html.index('id="changes"') :]
    assert changed.count("is now taken up by") == 20
    assert changed[: changed.index("<details>")].count("is now taken up by") == 5
    assert "for the first time" not in changed
