"""Drafts: kept per person and ticket, restored anywhere, gone when sent or discarded; the later window holds."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from tickets import drafts, lifecycle
from tickets.models import Draft

SCRIPT = {"X-Asked-By": "script"}


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def keep(desk, ticket, body, *, by=None, known=None, audience="note"):
    return drafts.keep(ticket=ticket, by=by or desk.l1, audience=audience, body=body, known=known, now=desk.now)


def test_what_is_typed_is_kept_and_found_again_on_another_machine(desk, signed_in, client):
    ticket = desk.open()
    said = {"body": "I have <b>found</b>", "audience": "public"}
    answer = signed_in.post(f"/tickets/{ticket.key}/draft/", said, headers=SCRIPT)
    assert answer.status_code == 200 and "Draft of" in answer.content.decode()
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert "I have &lt;b&gt;found&lt;/b&gt;</textarea>" in html
    assert 'value="public" checked' in html and "Discard</button>" in html


def test_a_draft_is_its_writer_s_alone(desk, signed_in, client):
    ticket = desk.open()
    keep(desk, ticket, "Half a thought", by=desk.l2)
    assert "Half a thought" not in signed_in.get(f"/tickets/{ticket.key}/").content.decode()


def test_the_later_of_two_windows_holds_and_is_told(desk):
    ticket = desk.open()
    first = keep(desk, ticket, "One")
    desk.now += timedelta(minutes=1)
    other = keep(desk, ticket, "Two", known=None)
    assert other.replaced == first.saved_at and Draft.objects.get().body == "Two"
    again = keep(desk, ticket, "Two and more", known=other.saved_at)
    assert again.replaced is None and Draft.objects.count() == 1


def test_a_window_that_replaces_another_s_words_says_so(desk, signed_in):
    ticket = desk.open()
    keep(desk, ticket, "One")
    answer = signed_in.post(f"/tickets/{ticket.key}/draft/", {"body": "Two"}, headers=SCRIPT)
    assert "It has replaced what you wrote in another window at" in answer.content.decode()


@pytest.mark.parametrize("body", ["", "  \n "])
def test_nothing_written_is_no_draft(desk, body):
    ticket = desk.open()
    keep(desk, ticket, "Something")
    assert keep(desk, ticket, body).saved_at is None and not Draft.objects.exists()


def test_a_draft_is_gone_when_it_is_sent_whichever_way(desk, signed_in):
    ticket = desk.open()
    for then in ("", "wait", "resolve"):
        keep(desk, ticket, f"Words {then}")
        said = {"body": f"Words {then}", "audience": "public", "then": then}
        assert signed_in.post(f"/tickets/{ticket.key}/replies/", said).status_code == 303
        assert not Draft.objects.exists()


def test_a_draft_that_comes_after_it_was_sent_is_not_kept(desk):
    ticket = desk.open()
    lifecycle.reply(key=ticket.key, text="Sent words", public=True, by=desk.l1, now=desk.now)
    assert keep(desk, ticket, " Sent words ").saved_at is None
    assert keep(desk, ticket, "Sent words", by=desk.l2).saved_at
    lifecycle.resolve(key=ticket.key, summary="All good", by=desk.l1, now=desk.now)
    assert keep(desk, ticket, "All good").saved_at is None
    assert keep(desk, ticket, "Quite other words").saved_at


def test_a_refused_reply_keeps_the_draft(desk, signed_in):
    ticket = desk.open()
    lifecycle.resolve(key=ticket.key, summary="done", by=desk.l2, now=desk.now)
    keep(desk, ticket, "Thanks")
    said = {"body": "Thanks", "audience": "public", "then": "resolve"}
    assert signed_in.post(f"/tickets/{ticket.key}/replies/", said).status_code == 409
    assert Draft.objects.get().body == "Thanks"


def test_discarding_without_scripts_leads_back_to_the_ticket(desk, signed_in):
    ticket = desk.open()
    keep(desk, ticket, "Never mind")
    answer = signed_in.post(f"/tickets/{ticket.key}/draft/", {"discard": "yes"})
    assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{ticket.key}/")
    assert not Draft.objects.exists()


def test_a_page_that_is_left_hands_over_its_words_and_is_answered_with_nothing(desk, signed_in):
    ticket = desk.open()
    answer = signed_in.post(f"/tickets/{ticket.key}/draft/", {"body": "On my way out", "leaving": "yes"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert Draft.objects.get().body == "On my way out"


def test_a_draft_of_another_day_says_which(desk, signed_in):
    ticket, written_at = desk.open(), desk.now - timedelta(days=3)
    Draft.objects.create(ticket=ticket, user=desk.l1, audience="note", body="Old", saved_at=written_at)
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    at = written_at.astimezone(ZoneInfo(desk.l1.timezone))
    assert f">{at:%a %H:%M}</time>" in html
    said = signed_in.post(f"/tickets/{ticket.key}/draft/", {"body": "New"}, headers=SCRIPT).content.decode()
    assert f"in another window at {at:%a %H:%M}" in said


def test_what_a_browser_keeps_of_a_draft_is_kept_under_its_writer_s_name(desk, signed_in):
    ticket = desk.open()
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert f'data-draft="{desk.l1.pk} {ticket.key}"' in html


@pytest.mark.parametrize("known", ["nonsense", "2026-01-01", "2026-13-45T10:00:00+00:00"])
def test_a_moment_that_is_none_counts_as_not_said(desk, signed_in, known):
    ticket = desk.open()
    said = {"body": "Words", "known": known}
    assert signed_in.post(f"/tickets/{ticket.key}/draft/", said, headers=SCRIPT).status_code == 200


def test_a_reader_keeps_no_draft_and_a_foreign_ticket_is_none(desk, signed_in):
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    ticket = desk.open()
    assert signed_in.post("/tickets/ESC-999999/draft/", {"body": "x"}).status_code == 404
    signed_in.force_login(reader)
    assert signed_in.post(f"/tickets/{ticket.key}/draft/", {"body": "x"}).status_code == 403
