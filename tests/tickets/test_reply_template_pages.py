"""The pages of reply templates: who reads, who writes, a preview on a ticket, and what is wrong in words."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Contact
from tickets.models import ReplyTemplate
from tiers.models import Team

NEW = "/reply-templates/new/"


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


def made(name="We are on it", use="REPLY", text="Hello {contact_first_name}", team=None):
    return ReplyTemplate.objects.create(name=name, use=use, text=text, team=team)


@pytest.fixture
def l1_team(world):
    return Team.objects.get(name="L1 team")


def given(**changes):
    return {"name": "Ask <b>", "use": "NOTE", "text": "Words for {key}", "team": "", **changes}


def test_the_list_stands_by_use_and_costs_as_many_queries_for_thirty_as_for_two(world, l1_team):
    made("Waits", use="WAIT", team=l1_team)
    made("Replies")
    browser = browser_of(world.l1)
    browser.get("/reply-templates/")
    with CaptureQueriesContext(connection) as two:
        html = browser.get("/reply-templates/").content.decode()
    assert html.index("Public reply") < html.index("Why it waits")
    for number in range(28):
        made(f"R{number}", team=l1_team if number % 2 else None)
    with CaptureQueriesContext(connection) as thirty:
        html = browser.get("/reply-templates/").content.decode()
    assert len(thirty) == len(two) and html.count("L1 team") >= 14
    assert sum("tickets_replytemplate" in query["sql"] for query in thirty.captured_queries) == 1


def test_an_empty_list_leads_to_the_first_one(world):
    html = browser_of(world.manager).get("/reply-templates/").content.decode()
    assert "There is no reply template yet" in html and NEW in html


def test_one_reads_all_and_is_led_to_those_that_one_may_edit(world, l1_team):
    own, theirs = made("Own", team=l1_team), made("Everybody's words")
    html = browser_of(world.l1).get("/reply-templates/").content.decode()
    assert f'href="/reply-templates/{own.pk}/"' in html and f'href="/reply-templates/{theirs.pk}/"' not in html
    assert browser_of(world.l1).get(f"/reply-templates/{theirs.pk}/").status_code == 403
    assert browser_of(world.l2).get(f"/reply-templates/{own.pk}/").status_code == 403
    assert browser_of(world.manager).get(f"/reply-templates/{theirs.pk}/").status_code == 200


def test_a_template_is_written_edited_and_taken_away(world, l1_team):
    browser = browser_of(world.l1)
    answer = browser.post(NEW, given(team=l1_team.pk, order="3"), follow=True)
    row = ReplyTemplate.objects.get()
    assert "“Ask &lt;b&gt;” is kept." in answer.content.decode() and (row.team, row.order) == (l1_team, 3)
    browser.post(f"/reply-templates/{row.pk}/", given(team=l1_team.pk, name="Ask again"))
    assert ReplyTemplate.objects.get().name == "Ask again"
    answer = browser.post(f"/reply-templates/{row.pk}/removal/", follow=True)
    assert "is taken away" in answer.content.decode() and not ReplyTemplate.objects.exists()
    assert browser.get(f"/reply-templates/{row.pk}/").status_code == 404


def test_nobody_takes_away_what_belongs_to_others(world):
    row = made()
    assert browser_of(world.l1).post(f"/reply-templates/{row.pk}/removal/").status_code == 403
    assert ReplyTemplate.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give it a short name"),
        ({"text": "Dear {surname}"}, "Nothing is known by the name {surname}. There are: {client}, {contact}"),
        ({"use": "SONG"}, "Select a valid choice"),
        ({"preview_on": "ESC-999999"}, "There is no ticket ESC-999999."),
        ({"name": "x" * 61}, "at most 60"),
        ({"text": "x" * 5001}, "at most 5000"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_is_kept(world, changes, words):
    answer = browser_of(world.manager).post(NEW, given(**changes))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ReplyTemplate.objects.exists()


def test_a_name_that_is_taken_is_told(world):
    made("Ask <b>", use="NOTE")
    answer = browser_of(world.manager).post(NEW, given())
    assert answer.status_code == 422 and "choose another name" in answer.content.decode()


def test_a_technician_is_asked_which_team_and_cannot_take_another(world):
    other = Team.objects.get(name="L2 team")
    for team, words in (("", "Choose one of your teams"), (other.pk, "Select a valid choice")):
        answer = browser_of(world.l1).post(NEW, given(team=team))
        assert answer.status_code == 422 and words in answer.content.decode()


def test_a_preview_fills_it_for_a_ticket_and_keeps_nothing(world):
    ticket = world.open("Mail is slow", contact=Contact.objects.get(name="Dana"))
    said = given(text="Hello {contact}, {service}\n\n{key}", preview="yes", preview_on=str(ticket.pk))
    html = browser_of(world.manager).post(NEW, said).content.decode()
    assert f"Hello Dana, [service]</p>\n\n<p>{ticket.key}</p>" in html and f"On {ticket.key} Mail is slow" in html
    assert not ReplyTemplate.objects.exists()
    html = browser_of(world.manager).post(NEW, {**said, "preview_on": ""}).content.decode()
    assert "Hello [contact]" in html


def test_a_new_one_begins_with_the_use_that_was_asked_for(world, l1_team):
    html = browser_of(world.l1).get(f"{NEW}?use=wait").content.decode()
    assert '<option value="WAIT" selected>' in html and f'<option value="{l1_team.pk}" selected>' in html
    assert '<option value="REPLY" selected>' in browser_of(world.l1).get(f"{NEW}?use=song").content.decode()
