"""A ticket's timeline in pages: filters, order, links to one event, and the policy by which something was decided."""

import re

import pytest

from accounts.clock import database_now
from tickets import lifecycle
from tickets.models import TicketEvent
from tickets.story import PAGE, asked, story

HTMX = {"HX-Request": "true", "HX-Target": "timeline"}


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def shown(browser, ticket, query="", **headers):
    answer = browser.get(f"/tickets/{ticket.key}/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def long_story(desk, *, events, kind="WORK_NOTE", by="l1", **of_seq):
    """A ticket with so many events, notes but for the first; or of another kind, and those `at_…` of their own."""
    ticket, actor = desk.open(), getattr(desk, by, None)
    rows = [
        TicketEvent(
            ticket=ticket, seq=seq, kind=of_seq.get(f"at_{seq}", kind), at=desk.now, actor=actor, text=f"Note {seq}."
        )
        for seq in range(2, events + 1)
    ]  # fmt: skip
    TicketEvent.objects.bulk_create(rows)
    type(ticket).objects.filter(pk=ticket.pk).update(event_count=events)
    return desk.fresh(ticket)


def spoken(desk):
    """Opened, told to the client, noted for the team."""
    ticket = desk.open()
    lifecycle.reply(key=ticket.key, text="For the client", public=True, by=desk.l1, now=desk.now)
    lifecycle.reply(key=ticket.key, text="For the team", public=False, by=desk.l1, now=desk.now)
    return ticket


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["note", "reply", "opened"]),
        ("?show=messages", ["note", "reply"]),
        ("?show=public", ["reply", "opened"]),
        ("?show=automatic", ["opened"]),
        ("?show=nonsense&order=nonsense", ["note", "reply", "opened"]),
        ("?order=oldest", ["opened", "reply", "note"]),
        ("?show=messages&order=oldest", ["reply", "note"]),
    ],
)
def test_the_timeline_shows_what_is_asked_for_in_the_order_asked_for(desk, signed_in, query, expected):
    ticket = spoken(desk)
    html = shown(signed_in, ticket, query)
    names = {"event-1": "opened", "event-2": "reply", "event-3": "note"}
    assert [names[found] for found in re.findall(r'<li class="entry [^"]*" id="(event-\d)"', html)] == expected


def test_each_filter_says_how_many_it_shows(desk, signed_in):
    html = shown(signed_in, spoken(desk))
    counts = re.findall(r'>([A-Z][a-z ]+) <span class="timeline-count">(\d+)<', html)
    assert dict(counts) == {"All": "3", "Messages": "2", "Client reads": "2", "Automatic": "1"}


def test_a_filter_that_fits_nothing_says_so_and_where_the_rest_is(desk, signed_in):
    html = shown(signed_in, desk.open(), "?show=messages")
    assert "The filter “All” shows the rest." in html


def test_htmx_gets_the_timeline_alone(desk, signed_in):
    html = shown(signed_in, spoken(desk), "?show=messages", **HTMX)
    assert "For the team" in html and "<html" not in html and "What happens next" not in html


def test_a_long_timeline_comes_in_pages_that_leave_nothing_out(desk, signed_in):
    ticket = long_story(desk, events=2 * PAGE + 5)
    seen, query = [], ""
    for _ in range(3):
        html = shown(signed_in, ticket, query, **HTMX)
        seen += [int(seq) for seq in re.findall(r' id="event-(\d+)"', html)]
        link = re.search(r'id="timeline-on" href="[^"]*/(\?[^"#]*)#', html)
        query = link[1] if link else None
    assert seen == list(range(2 * PAGE + 5, 0, -1)) and query is None


def test_oldest_first_comes_in_pages_too(desk):
    ticket = long_story(desk, events=PAGE + 3)
    first = story(ticket, asked({"order": "oldest"}), {})
    assert [entry["seq"] for entry in first["entries"]] == list(range(1, PAGE + 1))
    assert (first["on_words"], first["on_url"]) == ("Show newer", f"?order=oldest&start={PAGE + 1}")
    rest = story(ticket, asked({"order": "oldest", "start": str(PAGE + 1)}), {})
    assert [entry["seq"] for entry in rest["entries"]] == [PAGE + 1, PAGE + 2, PAGE + 3] and not rest["on_url"]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_link_to_an_event_shows_it_wherever_it_stands(desk, order):
    ticket = long_story(desk, events=2 * PAGE + 5)
    for seq in (1, 3, PAGE, 2 * PAGE + 5):
        found = story(ticket, asked({"event": str(seq), "order": order}), {})
        assert seq in [entry["seq"] for entry in found["entries"]], seq


def test_a_page_that_begins_further_down_leads_back_to_the_beginning(desk):
    ticket = long_story(desk, events=PAGE + 60)
    assert story(ticket, asked({"event": "3"}), {})["first_url"] == "?"
    assert story(ticket, asked({}), {})["first_url"] == ""


@pytest.mark.parametrize(("order", "at"), [("newest", PAGE + 40), ("oldest", 30)])
def test_under_a_filter_only_what_it_shows_counts_as_left_out(desk, order, at):
    ticket = long_story(desk, events=PAGE + 60, kind="CHANGED", **{f"at_{at}": "WORK_NOTE"})
    asked_for = {"show": "messages", "order": order, "event": str(at)}
    found = story(ticket, asked(asked_for), {})
    assert [entry["seq"] for entry in found["entries"]] == [at] and found["first_url"] == ""
    hidden = story(ticket, asked(asked_for | {"start": str(at - 1 if order == "newest" else at + 1), "event": ""}), {})
    assert hidden["entries"] == [] and hidden["first_url"]


def test_the_page_says_where_its_list_begins_with_filter_and_way_back(desk, signed_in):
    html = shown(signed_in, spoken(desk), "?show=public&from=status%3DNEW%26at%3Dx&event=1")
    assert 'data-query="?show=public&amp;from=status%3DNEW%26at%3Dx"' in html


def test_what_an_outsider_answered_is_no_automatic_act(desk):
    ticket = long_story(desk, events=3, kind="BREACHED", by="nobody", at_2="SIDE_ANSWERED")
    found = story(ticket, asked({"show": "automatic"}), {})
    assert [entry["seq"] for entry in found["entries"]] == [3, 1]
    assert next(sort["count"] for sort in found["sorts"] if sort["label"] == "Automatic") == 2


@pytest.mark.parametrize("said", ["-1", "x", "١", "9" * 30, ""])
def test_what_is_no_number_begins_at_the_beginning(desk, said):
    assert asked({"start": said, "event": said}) == asked({})


def test_the_list_that_one_came_from_stays_in_every_link(desk, signed_in):
    html = shown(signed_in, spoken(desk), "?from=status%3DNEW%26at%3Dx")
    links = re.findall(r"data-part", html)
    assert links and html.count("from=status%3DNEW%26at%3Dx") >= len(links)
    assert 'href="/tickets/?status=NEW"' in html and 'data-key="n"' in html


def test_an_automatic_act_leads_to_the_policy_version_that_decided_then(desk, signed_in):
    ticket = desk.open()
    desk.forward(minutes=15)
    desk.ladder({"tier": "L1", "acknowledge_within": "15m"}, {"vendor": True})
    type(ticket).objects.filter(pk=ticket.pk).update(policy_version=desk.policy.versions.get(number=2))
    html = shown(signed_in, ticket)
    climbed = html[html.index("L1 → L2") :].partition("</li>")[0]
    assert '<a href="/policies/standard/?version=1">Read Standard v1</a>' in climbed and "version=2" not in climbed


def test_a_policy_that_has_another_name_now_is_named_without_a_link(desk, signed_in):
    ticket = desk.open()
    type(desk.policy).objects.update(name="Renamed")
    html = shown(signed_in, ticket)
    assert "Standard v1" in html and "Read Standard v1" not in html


def test_an_address_in_a_note_is_a_link_and_markup_is_not(desk, signed_in):
    ticket = desk.open()
    text = "See https://kb.example/1 <b>now</b>"
    lifecycle.reply(key=ticket.key, text=text, public=False, by=desk.l1, now=desk.now)
    html = shown(signed_in, ticket)
    assert 'href="https://kb.example/1" rel="nofollow"' in html and "&lt;b&gt;now&lt;/b&gt;" in html
