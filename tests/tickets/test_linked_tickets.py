"""Tickets are linked by who may work both; both timelines say it, and no client learns of it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Browser
from guardian.shortcuts import remove_perm

from accounts import roles
from clients.access import give_role
from tickets import lifecycle, linked, merging
from tickets.linked import cause_note, link, unlink
from tickets.models import TicketLink
from tickets.permissions import NotYours
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def pair(world):
    return world.open("Mail is slow"), world.open("Disk is full")


def linking(world, ticket, other, kind="RELATED", by=None, **more):
    return world.do(link, ticket, by or world.l1, other=other.key, kind=kind, **more)


def rows(world, ticket, user=None, may_work=True):
    return linked.panel(ticket, user=user or world.l1, may_work=may_work)["links"]


@pytest.mark.parametrize(
    ("kind", "here", "there"),
    [
        ("RELATED", "Related to", "Related to"),
        ("CAUSED_BY", "Caused by", "Cause of"),
        ("CAUSES", "Cause of", "Caused by"),
    ],
)
def test_a_link_reads_right_from_both_ends(world, pair, kind, here, there):
    linking(world, *pair, kind)
    assert [(row["words"], row["other"]) for row in rows(world, pair[0])] == [(here, pair[1])]
    assert [(row["words"], row["other"]) for row in rows(world, pair[1])] == [(there, pair[0])]


def test_both_timelines_say_it_to_our_people_alone(world, pair):
    linking(world, *pair, "CAUSED_BY", why="The disk holds the queue")
    texts = [f"L1 linked it: caused by {pair[1].key}: The disk", f"L1 linked it: cause of {pair[0].key}: The disk"]
    for ticket, text in zip(pair, texts, strict=True):
        event = ticket.timeline.get(kind="LINKED")
        assert event.text.startswith(text) and event.client_text == "" and event.actor == world.l1


def test_the_timeline_never_names_the_other_ticket_s_title_or_client(world, pair):
    beta = world.client("Beta")
    theirs = _of(world, beta)
    linking(world, pair[0], theirs)
    said = pair[0].timeline.get(kind="LINKED")
    assert "Beta" not in f"{said.text} {said.why}" and "secret" not in f"{said.text} {said.why}"


def _of(world, client, title="A secret of Beta"):
    from_acme, world.acme = world.acme, client
    try:
        return world.open(title)
    finally:
        world.acme = from_acme


def test_tickets_of_two_clients_are_shown_to_those_who_see_both(world, pair):
    beta = world.client("Beta")
    theirs = _of(world, beta)
    linking(world, pair[0], theirs)
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    keeper.groups.clear()
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    assert [row["other"].client for row in rows(world, pair[0])] == [beta]
    assert rows(world, pair[0], user=keeper, may_work=False) == []
    html = browser_of(world.l1).get(f"/tickets/{pair[0].key}/").content.decode()
    assert "A secret of Beta" in html and "new, with L1, Beta" in html


def test_the_panel_costs_one_query_and_says_how_the_other_one_stands(world, pair, django_assert_num_queries):
    third = world.open("Third")
    linking(world, *pair)
    linking(world, pair[0], third)
    world.do(lifecycle.resolve, third, summary="Done")
    with django_assert_num_queries(1):
        shown = [(row["status"], row["holder"], row["open"], row["removable"]) for row in rows(world, pair[0])]
    assert shown == [("new", "L1", True, True), ("resolved", "nobody", False, True)]


@pytest.mark.parametrize(
    ("other", "kind", "words"),
    [
        ("ESC-999999", "RELATED", "There is no ticket ESC-999999"),
        ("", "RELATED", "Say which ticket"),
        ("nonsense", "RELATED", "There is no ticket nonsense"),
        ("%'\"; DROP", "RELATED", "There is no ticket"),
    ],
)
def test_a_ticket_that_is_none_is_told(world, pair, other, kind, words):
    with pytest.raises(BadAnswer, match=words):
        world.do(link, pair[0], world.l1, other=other, kind=kind)


def test_a_ticket_is_linked_neither_with_itself_nor_twice_nor_as_anything(world, pair):
    with pytest.raises(BadAnswer, match="with itself"):
        linking(world, pair[0], pair[0])
    with pytest.raises(BadAnswer, match="Must be one of RELATED"):
        linking(world, *pair, "SPLIT_FROM")
    linking(world, *pair)
    for one, other in (pair, pair[::-1]):
        with pytest.raises(NotAllowedNow, match="linked already"):
            linking(world, one, other, "CAUSED_BY")
    assert TicketLink.objects.count() == 1 and world.kinds(pair[1]).count("LINKED") == 1


def test_what_goes_on_as_another_ticket_is_linked_there(world, pair):
    third = world.open("Third")
    world.do(merging.merge, third, into=pair[0].key, why="One")
    with pytest.raises(NotAllowedNow, match=f"goes on as {pair[0].key}"):
        linking(world, pair[1], third)


def test_who_may_not_work_both_links_neither(world, pair):
    beta = world.client("Beta")
    theirs = _of(world, beta)
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    keeper.groups.clear()
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    with pytest.raises(NotYours):
        linking(world, *pair, by=keeper)
    with pytest.raises(BadAnswer, match="There is no ticket"):
        linking(world, pair[0], theirs, by=keeper)
    assert not TicketLink.objects.exists()


@pytest.fixture
def theirs(world):
    """A ticket of a client whose tickets technicians only read."""
    beta = world.client("Beta")
    remove_perm("work_client", Group.objects.get(name=roles.TECHNICIAN), beta)
    return _of(world, beta)


def test_who_only_reads_the_other_ticket_is_told_and_links_nothing(world, pair, theirs):
    answer = browser_of(world.l1).post(f"/tickets/{pair[0].key}/links/", {"kind": "RELATED", "other": theirs.key})
    assert answer.status_code == 409 and f"You may read {theirs.key} but not work on it." in answer.content.decode()
    assert not TicketLink.objects.exists()


def test_a_link_is_offered_for_removal_to_those_who_may_work_both(world, pair, theirs):
    linking(world, *pair)
    made = linking(world, pair[0], theirs, by=world.manager)
    shown = rows(world, pair[0])
    assert [(row["other"], row["removable"]) for row in shown] == [(pair[1], True), (theirs, False)]
    url = f"/tickets/{pair[0].key}/links/{made.pk}/removal/"
    answer = browser_of(world.l1).post(url, follow=True)
    assert f"You may read {theirs.key} but not work on it." in answer.content.decode()
    assert TicketLink.objects.filter(pk=made.pk).exists()
    assert [row["removable"] for row in rows(world, pair[0], user=world.manager)] == [True, True]


def test_a_link_is_taken_away_from_either_end_and_both_say_so(world, pair):
    for at, asked in enumerate(pair):
        made = linking(world, *pair)
        world.do(unlink, asked, world.l1, pk=made.pk)
        assert not TicketLink.objects.exists()
        assert all(world.kinds(ticket).count("UNLINKED") == at + 1 for ticket in pair)
    with pytest.raises(TicketLink.DoesNotExist):
        world.do(unlink, pair[0], world.l1, pk=made.pk)


def test_a_link_of_other_tickets_is_not_found(world, pair):
    made, third = linking(world, *pair), world.open("Third")
    with pytest.raises(TicketLink.DoesNotExist):
        world.do(unlink, third, world.l1, pk=made.pk)


def test_resolving_a_cause_says_how_many_open_tickets_name_it(world, pair):
    cause, first = pair
    assert cause_note(cause.pk) == ""
    second = world.open("Another")
    linking(world, first, cause, "CAUSED_BY")
    assert cause_note(cause.pk).startswith("1 open ticket names this one as its cause.")
    linking(world, cause, second, "CAUSES")
    page = browser_of(world.l1).get(f"/tickets/{cause.key}/resolution/").content.decode()
    assert "2 open tickets name this one as their cause." in page
    world.do(lifecycle.resolve, first, summary="Done")
    assert cause_note(cause.pk).startswith("1 open ticket")


def test_the_page_links_by_number_and_leads_back(world, pair):
    browser = browser_of(world.l1)
    answer = browser.post(f"/tickets/{pair[0].key}/links/", {"kind": "RELATED", "other": str(pair[1].pk)})
    assert (answer.status_code, answer["Location"]) == (303, f"/tickets/{pair[0].key}/")
    [row] = rows(world, pair[0])
    answer = browser.post(f"/tickets/{pair[0].key}/links/{row['pk']}/removal/", follow=True)
    assert "The link is taken away." in answer.content.decode() and rows(world, pair[0]) == []
    assert browser.post(f"/tickets/{pair[0].key}/links/{row['pk']}/removal/").status_code == 404


@pytest.mark.parametrize(
    ("other", "status", "words"),
    [("", 422, "Say which ticket"), ("ESC-999", 422, "There is no ticket ESC-999"), ("x" * 31, 422, "at most 30")],
)
def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(world, pair, other, status, words):
    given = {"kind": "CAUSED_BY", "other": other, "why": "kept"}
    answer = browser_of(world.l1).post(f"/tickets/{pair[0].key}/links/", given)
    html = answer.content.decode()
    assert answer.status_code == status and words in html and "kept</textarea>" in html


def test_a_link_that_is_there_already_is_a_409_in_words(world, pair):
    linking(world, *pair)
    answer = browser_of(world.l1).post(f"/tickets/{pair[0].key}/links/", {"kind": "RELATED", "other": pair[1].key})
    assert answer.status_code == 409 and "linked already" in answer.content.decode()


def test_the_page_offers_the_client_s_open_tickets(world, pair):
    html = browser_of(world.l1).get(f"/tickets/{pair[0].key}/links/").content.decode()
    assert f'<option value="{pair[1].key}">Disk is full</option>' in html and f'value="{pair[0].key}"' not in html
