"""One request about two matters goes on as two tickets; the client reads so on both, in its language."""

import pytest
from django.test import Client as Browser

from accounts import roles
from clients.access import give_role
from clients.models import Client, Contact
from tickets import lifecycle, linked, merging
from tickets.linked import unlink
from tickets.models import Ticket, TicketLink
from tickets.permissions import NotYours
from tickets.splitting import Part, split
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def ticket(world):
    dana = Contact.objects.get(name="Dana")
    return world.open("Mail and printer", contact=dana, category="mail", service=world.m365)


def part(**changes):
    return Part(**{"title": "The printer", "priority": "P3", **changes})


def splitting(world, ticket, by=None, **changes):
    return world.do(split, ticket, by or world.l1, part=part(**changes))


def test_a_part_becomes_a_ticket_of_the_same_client_with_clocks_of_its_own(world, ticket):
    opened = splitting(world, ticket, description="It jams", priority="P1", category="print")
    assert (opened.client, opened.title, opened.description) == (world.acme, "The printer", "It jams")
    assert (opened.priority, opened.category, opened.status) == ("P1", "print", "NEW")
    assert world.clock(opened, "RESOLVE").due_at and world.fresh(ticket).status == "NEW"


def test_both_tickets_say_where_the_part_is_and_the_client_reads_so(world, ticket):
    opened = splitting(world, ticket)
    here, there = ticket.timeline.get(kind="SPLIT"), opened.timeline.get(kind="SPLIT")
    assert here.text == f"L1 split {opened.key} off: The printer"
    assert here.client_text == f"We follow a part of this up as {opened.key}."
    assert there.text == f"L1 split it off {ticket.key}"
    assert there.client_text == f"This was a part of {ticket.key}."
    assert TicketLink.objects.get().kind == "SPLIT_FROM"


def test_a_german_client_reads_it_in_german(world, ticket):
    Client.objects.filter(pk=world.acme.pk).update(language="de")
    opened = splitting(world, ticket)
    assert ticket.timeline.get(kind="SPLIT").client_text == f"Einen Teil davon bearbeiten wir als {opened.key} weiter."
    assert opened.timeline.get(kind="SPLIT").client_text == f"Das war ein Teil von {ticket.key}."


def test_the_two_are_linked_for_good(world, ticket):
    opened = splitting(world, ticket)
    [here], [there] = (linked.panel(t, user=world.l1, may_work=True)["links"] for t in (ticket, opened))
    assert (here["words"], here["other"]) == ("Split off as", opened)
    assert (there["words"], there["other"]) == ("Split from", ticket)
    assert not here["removable"]
    with pytest.raises(NotAllowedNow, match="that stays"):
        world.do(unlink, ticket, world.l1, pk=here["pk"])


def test_the_contact_of_the_part_is_told_that_it_was_received(world, ticket):
    splitting(world, ticket, contact=Contact.objects.get(name="Dana"))
    world.tick()
    assert any("The printer" in mail.subject for mail in world.mails_to("dana@acme.example"))


@pytest.mark.parametrize(
    ("changes", "words"), [({"title": " "}, "in one line"), ({"priority": "P9"}, "Must be one of P1")]
)
def test_what_the_part_cannot_be_is_told_and_nothing_is_opened(world, ticket, changes, words):
    with pytest.raises(BadAnswer, match=words):
        splitting(world, ticket, **changes)
    assert Ticket.objects.count() == 1 and "SPLIT" not in world.kinds(ticket)


def test_a_contact_of_another_client_is_refused(world, ticket):
    theirs = Contact.objects.create(client=world.client("Beta"), name="Bo", email="bo@beta.example")
    with pytest.raises(BadAnswer, match="Bo is nobody of Acme"):
        splitting(world, ticket, contact=theirs)


def test_what_has_ended_for_good_is_not_split(world, ticket):
    other = world.open()
    world.do(merging.merge, ticket, into=other.key, why="One")
    with pytest.raises(NotAllowedNow, match="merged"):
        splitting(world, ticket)


def test_a_resolved_ticket_can_still_be_split(world, ticket):
    world.do(lifecycle.resolve, ticket, summary="The mail goes")
    assert splitting(world, ticket).status == "NEW" and world.fresh(ticket).status == "RESOLVED"


def test_who_may_only_read_does_not_split(world, ticket):
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    keeper.groups.clear()
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    with pytest.raises(NotYours):
        splitting(world, ticket, by=keeper)
    assert browser_of(keeper).get(f"/tickets/{ticket.key}/split/").status_code == 403


def test_the_page_begins_with_what_both_have_in_common_and_the_message(world, ticket):
    world.do(lifecycle.reply, ticket, text="And the printer jams <b>", public=False)
    seq = ticket.timeline.get(kind="WORK_NOTE").seq
    html = browser_of(world.l1).get(f"/tickets/{ticket.key}/split/?event={seq}").content.decode()
    assert "And the printer jams &lt;b&gt;</textarea>" in html and 'value="mail"' in html
    assert '<option value="microsoft-365" selected>' in html and "selected>Dana" in html
    for odd in ("0", "1", "999", "x", "٣", "9" * 30):
        assert browser_of(world.l1).get(f"/tickets/{ticket.key}/split/?event={odd}").status_code == 200


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true", "HX-Target": "timeline"}])
def test_each_message_leads_there_for_who_may_split(world, ticket, htmx):
    world.do(lifecycle.reply, ticket, text="The printer, too", public=False)
    seq = ticket.timeline.get(kind="WORK_NOTE").seq
    url, link = f"/tickets/{ticket.key}/", f'href="/tickets/{ticket.key}/split/?event={seq}"'
    html = browser_of(world.l1).get(url, headers=htmx).content.decode()
    assert link in html and html.count("Split from this message") == 1
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    html = browser_of(keeper).get(url, headers=htmx).content.decode()
    assert "The printer, too" in html and link not in html


def test_a_closed_ticket_s_messages_are_not_split(world, ticket):
    world.do(lifecycle.reply, ticket, text="The printer, too", public=False)
    world.do(lifecycle.resolve, ticket, summary="Done")
    world.forward(days=8)
    assert world.fresh(ticket).status == "CLOSED"
    assert "Split from this message" not in browser_of(world.l1).get(f"/tickets/{ticket.key}/").content.decode()


def test_the_page_opens_it_and_leads_there(world, ticket):
    answer = browser_of(world.l1).post(
        f"/tickets/{ticket.key}/split/", {"title": "The printer", "priority": "P2", "description": "It jams"}
    )
    opened = Ticket.objects.exclude(pk=ticket.pk).get()
    assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{opened.key}/")
    assert (opened.priority, opened.contact, opened.service) == ("P2", None, None)


def test_the_page_says_what_is_missing_and_keeps_the_rest(world, ticket):
    answer = browser_of(world.l1).post(f"/tickets/{ticket.key}/split/", {"title": "", "description": "kept"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "in one line what" in html and "kept</textarea>" in html
    assert Ticket.objects.count() == 1
