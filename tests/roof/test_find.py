"""Finding anything: who finds what, in which order, escaped, in how many queries, as a page and for the palette."""

import re
from html.parser import HTMLParser

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Client
from documents.models import Document
from papers import paper
from tickets import lifecycle
from tickets.models import SavedView

HTMX = {"HX-Request": "true", "HX-Target": "results"}


class Reading(HTMLParser):
    """The results as (group, title, address), in order."""

    def __init__(self, page):
        super().__init__()
        self.hits, self.group, self._inside = [], "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        if "found-heading" in classes:
            self.group, self._inside = "", "heading"
        elif "found-hit" in classes:
            self.hits.append([self.group, "", given["href"]])
        elif "found-title" in classes:
            self._inside = "title"
        elif "found-about" in classes:
            self._inside = ""

    def handle_endtag(self, tag):
        if tag in ("a", "h2", "div") or (tag == "span" and self._inside == "title"):
            self._inside = ""

    def handle_data(self, data):
        if self._inside == "heading":
            self.group += data
        elif self._inside == "title":
            self.hits[-1][1] += data


@pytest.fixture
def desk(world):
    world.now = database_now()
    return world


@pytest.fixture
def ask(client):
    """The page for a reader's words."""

    def asked(user, q="", headers=None, **more):
        client.force_login(user)
        answer = client.get("/find/", {"q": q, **more}, headers=headers or {})
        assert answer.status_code == 200
        return answer.content.decode()

    return asked


@pytest.fixture
def found(ask):
    """What a reader finds, as (group, title, address)."""
    return lambda user, q="", **more: [tuple(hit) for hit in Reading(ask(user, q, **more)).hits]


def titles(hits, group):
    return [title for name, title, _ in hits if name == group]


def test_a_ticket_is_found_and_leads_to_its_page(desk, found):
    ticket = desk.open("Printer is out of paper")
    [(group, title, url), *_] = found(desk.l1, "paper printer")
    assert (group, title, url) == ("Tickets", f"{ticket.key} Printer is out of paper", f"/tickets/{ticket.key}/")


def test_the_one_whose_key_it_is_comes_first_even_when_it_is_closed(desk, found):
    first = desk.open("Old")
    later = [desk.open(f"Like {first.key}") for _ in range(3)]
    lifecycle.resolve(key=first.key, summary="done", by=desk.l1, now=desk.now)
    for typed in (first.key, str(first.pk), f"#{first.pk}", first.key.lower()):
        assert titles(found(desk.l1, typed), "Tickets")[0] == f"{first.key} Old", typed
    assert titles(found(desk.l1, first.key), "Tickets")[1] == f"{later[-1].key} Like {first.key}"


def test_open_tickets_come_before_ended_ones_and_late_before_early(desk, found):
    early, ended, late = (desk.open("Mail") for _ in range(3))
    lifecycle.resolve(key=ended.key, summary="done", by=desk.l1, now=desk.now)
    assert titles(found(desk.l1, "mail"), "Tickets") == [f"{t.key} Mail" for t in (late, early, ended)]


def test_five_are_shown_and_the_rest_is_one_step_away(desk, found):
    for _ in range(6):
        desk.open("Mail & more")
    hits = [hit for hit in found(desk.l1, "mail &") if hit[0] == "Tickets"]
    assert len(hits) == 6
    assert hits[5][1:] == ("Search all tickets for “mail &”", "/tickets/?status=any&q=mail+%26")


def test_the_step_to_the_rest_shows_what_was_found_though_it_ended(desk, found, client):
    tickets = [desk.open("Mail") for _ in range(6)]
    for ticket in tickets:
        lifecycle.resolve(key=ticket.key, summary="done", by=desk.l1, now=desk.now)
    more = [hit for hit in found(desk.l1, "mail") if hit[0] == "Tickets"][5]
    page = client.get(more[2])
    assert {row["key"] for row in page.context["rows"]} == {ticket.key for ticket in tickets}


def test_what_has_a_name_is_found_by_it_each_in_its_group(desk, found):
    paper(desk, name="Acme mail guide")
    hits = found(desk.l1, "acm")
    assert ("Clients", "Acme", "/clients/acme/") in hits
    assert ("Documents", "Acme mail guide", "/documents/acme-mail-guide/") in hits
    assert ("Vendors and services", "Microsoft 365", "/vendors/microsoft/") in found(desk.l1, "365 microsoft")
    assert ("Vendors and services", "Microsoft", "/vendors/microsoft/") in found(desk.l1, "soft")


def test_saved_views_are_found_by_those_who_may_use_them(desk, found):
    SavedView.objects.create(name="Night alerts", query="priority=P1", owner=desk.l1, made_at=desk.now)
    assert ("Saved views", "Night alerts", "/tickets/?priority=P1") in found(desk.l1, "night")
    assert titles(found(desk.l2, "night"), "Saved views") == []


def test_nobody_finds_what_is_not_theirs(desk, found):
    desk.open("Secret printer")
    paper(desk, name="Secret paper")
    stranger = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(stranger, roles.ACCOUNT_MANAGER, desk.client("Other"))
    hits = found(stranger, "secret")
    assert titles(hits, "Tickets") == [] and titles(hits, "Documents") == []
    assert titles(found(stranger, "acme"), "Clients") == [] and titles(found(stranger, "other"), "Clients") == ["Other"]


def test_people_are_found_by_those_who_may_open_their_pages(desk, found):
    assert ("People", "L2", f"/people/{desk.l2.pk}/") in found(desk.manager, "l2@msp")
    assert titles(found(desk.l1, "l2@msp"), "People") == []


def test_pages_are_found_by_those_who_may_open_them(desk, found):
    assert ("Go to", "Calendars", "/calendars/") in found(desk.l1, "calend")
    assert ("Go to", "Queue: Unacknowledged", "/tickets/?status=NEW") in found(desk.l1, "unack")
    assert titles(found(desk.l1, "operations"), "Go to") == []
    assert titles(found(desk.manager, "operations"), "Go to") == ["Operations"]


def test_without_words_there_is_what_to_do_and_where_to_go(desk, found):
    hits = found(desk.l1)
    assert "New ticket" in titles(hits, "Go to") and {group for group, _, _ in hits} == {"Go to"}
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    assert "New ticket" not in titles(found(reader), "Go to")


# what can be done to the ticket that is looked at ---------------------------------------------------------------------


def test_the_verbs_of_the_ticket_come_first(desk, found):
    ticket = desk.open()
    assert found(desk.l1, "esc", about=ticket.key)[0] == (
        "Do", f"Acknowledge {ticket.key}", f"/tickets/{ticket.key}/acknowledgement/"
    )  # fmt: skip
    assert titles(found(desk.l1, "resol", about=ticket.key), "Do") == [f"Resolve… {ticket.key}"]
    assert titles(found(desk.l1, about=""), "Do") == []


def test_only_verbs_that_the_ticket_and_the_reader_allow_are_offered(desk, found):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l1, now=desk.now)
    assert titles(found(desk.l1, "acknow", about=ticket.key), "Do") == []
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, Client.objects.get(name="Acme"))
    assert titles(found(reader, "escal", about=ticket.key), "Do") == []
    assert titles(found(reader, "manager", about=ticket.key), "Do") == [f"Call a manager… {ticket.key}"]
    stranger = desk.person("other@msp.example", roles.ACCOUNT_MANAGER)
    for about in (ticket.key, "ESC-999999", "nonsense", "\x00", "ESC-" + "9" * 40):
        assert titles(found(stranger, about=about), "Do") == [], about


# what cannot be found -------------------------------------------------------------------------------------------------


def test_nothing_found_says_so_and_offers_what_was_meant(desk, ask):
    desk.open("Printer is out of paper")
    page = ask(desk.l1, "pritner")
    assert "Nothing for “pritner”" in page and 'Did you mean <a href="/find/?q=printer">printer</a>?' in page
    page = ask(desk.l1, "zzzzzz")
    assert "Nothing for “zzzzzz”" in page and "Did you mean" not in page


@pytest.mark.parametrize("typed, told", [
    ("x" * 10_000, "Only the first 200 characters were searched."),
    ("%&#x27;&quot;; DROP", ""),
    ("🔥", "“🔥” was left out: there is no letter or digit in it."),
    ("\x00", ""),
    ("a b c d e f g h i j", "Only the first 8 words were searched."),
    ("<script>alert(1)</script>", ""),
])  # fmt: skip
@pytest.mark.parametrize("headers", [None, HTMX])
def test_nothing_that_is_typed_breaks_it(desk, ask, typed, told, headers):
    desk.open("<script>alert(1)</script> & co")
    page = ask(desk.l1, typed, headers)
    assert told in page and "<script>alert" not in page


def test_what_was_looked_for_is_marked_and_all_of_it_escaped(desk, ask):
    desk.open("<b>Mail</b> & more")
    page = ask(desk.l1, "mail <b>")
    assert "&lt;<mark>b</mark>&gt;<mark>Mail</mark>&lt;/<mark>b</mark>&gt; &amp; more" in page


# as a page and for the palette ----------------------------------------------------------------------------------------


def test_the_page_is_a_form_and_lists_of_links(desk, ask):
    desk.open("Mail")
    page = ask(desk.l1, 'mail "', about="ESC-1")
    assert '<html lang="en"' in page and 'value="mail &quot;"' in page and 'name="about" value="ESC-1"' in page
    assert 'role="option"' not in page and re.search(r'<ul class="found-hits">\s*<li><a class="found-hit" href=', page)


def test_the_palette_gets_a_listbox_whose_options_are_the_links(desk, ask):
    for _ in range(6):
        desk.open("Mail")
    part = ask(desk.l1, "mail", HTMX)
    assert "<html" not in part and part.strip().startswith('<div id="results"')
    ids = re.findall(r'role="option"[^>]* id="([^"]+)"', part)
    assert len(ids) == len(set(ids)) == part.count("found-hit") - part.count("found-hits") > 5
    assert part.count('role="listbox"') == 1 and part.count('role="group"') >= 1
    assert 'role="listbox"' not in ask(desk.l1, "zzzzzz", HTMX)


@pytest.mark.parametrize("q", ["mail", "", "zzzzzz"])
@pytest.mark.parametrize("as_palette", [False, True])
def test_it_costs_six_queries_at_most(desk, client, django_assert_max_num_queries, q, as_palette):
    opened = [desk.open(f"Mail {number}") for number in range(9)]
    Document.objects.bulk_create(Document(name=f"Mail {n}", slug=f"mail-{n}", kind="RUNBOOK") for n in range(9))
    about = {"about": opened[0].key} if as_palette else {}
    for user in (desk.l1, desk.manager):
        client.force_login(user)
        with django_assert_max_num_queries(6):
            client.get("/find/", {"q": q, **about}, headers=HTMX if as_palette else {})
