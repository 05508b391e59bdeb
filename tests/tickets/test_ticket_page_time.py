"""What a ticket's page tells of its clocks and hands when terms change, tickets merge, managers are called."""

import re
from datetime import timedelta

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from tickets import changing, handing, lifecycle, managing, merging
from tickets.changing import Changes
from tickets.models import Ticket, VendorCase

EVERY = {"ACKNOWLEDGE": "20m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"}


@pytest.fixture
def desk(world):
    """The world at this very moment, with every promise that can be made."""
    world.agreement("Gold", "SLA", {"calendar": "24x7", "targets": {"P1": EVERY, "P2": EVERY | {"RESOLVE": "8h"}}})
    every = {"RESPOND": "1h", "UPDATE": "2h", "RESOLVE": "8h"}
    world.agreement("M365", "UC", {"calendar": "24x7", "targets": {"A": every}})
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def page(client, ticket):
    answer = client.get(f"/tickets/{ticket.key}/")
    assert answer.status_code == 200
    return answer.content.decode()


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def do(browser, ticket, noun, /, **said):
    return browser.post(f"/tickets/{ticket.key}/{noun}/", said)


def done(answer, ticket):
    return (answer.status_code, answer["Location"]) == (303, f"/tickets/{ticket.key}/")


def with_vendor(desk):
    ticket = desk.open(error_code="0x8004de40")
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=desk.l1, now=desk.now)
    desk.tick()
    assert desk.fresh(ticket).status == "WAITING_ON_VENDOR"
    return ticket


# clocks --------------------------------------------------------------------------------------------------------------


def test_every_clock_of_the_page_has_its_name(desk, signed_in):
    ticket = with_vendor(desk)
    lifecycle.reply(key=ticket.key, text="We asked Microsoft", public=True, by=desk.l1, now=desk.now)
    managing.call_manager(key=ticket.key, why="Director calls", by=desk.l1, now=desk.now)
    html = page(signed_in, ticket)
    for name in ("Next public update", "Microsoft answers", "Microsoft&#x27;s next answer", "Microsoft resolves",
                 "Manager answers", "First reply"):  # fmt: skip
        assert f'<span class="fact-name">{name}</span>' in html, name


def test_a_replaced_clock_stands_under_the_ended_ones_with_its_reason_and_verdict(desk, signed_in):
    ticket = desk.open()
    desk.forward(hours=5)
    changing.change(key=ticket.key, changes=Changes(priority="P2"), why="Calmer", by=desk.l1, now=desk.now)
    ended = words(page(signed_in, ticket).partition("ended</summary>")[2].partition("</details>")[0])
    assert "priority P1 → P2 Resolve 4 hours, 24x7 Missed, replaced" in ended


def test_an_ended_clock_says_why_there_is_no_target(desk, signed_in):
    ticket = desk.open()
    changing.change(key=ticket.key, changes=Changes(priority="P3"), why="Calmer", by=desk.l1, now=desk.now)
    ended = words(page(signed_in, ticket).partition("ended</summary>")[2].partition("</details>")[0])
    assert "No target: priority P1 → P3 Acknowledge 20 minutes, 24x7 Ended" in ended
    assert ended.count("No target") == 1 and ended.count("Ended") == 3


def coming(client, ticket):
    return words(page(client, ticket).partition('class="coming"')[2].partition("</ol>")[0])


def test_what_comes_next_is_told_for_a_call(desk, signed_in):
    ticket = desk.open()
    lifecycle.acknowledge(key=ticket.key, by=desk.l1, now=desk.now)
    lifecycle.reply(key=ticket.key, text="We are at it", public=True, by=desk.l1, now=desk.now)
    later = desk.now + timedelta(hours=2)
    lifecycle.wait(key=ticket.key, on="HOLD", why="A part comes", until=later, by=desk.l1, now=desk.now)
    managing.call_manager(key=ticket.key, why="Director calls", by=desk.l1, now=desk.now)
    told = coming(signed_in, ticket)
    assert "All managers are told : no manager has answered within 1 hour" in told
    assert "The client&#x27;s next update is late; L1 is told : 1 hour agreed" in told


def test_what_comes_next_is_told_for_a_wait(desk, signed_in):
    ticket = with_vendor(desk)
    lifecycle.reply(key=ticket.key, text="Which line?", public=True, by=desk.l1, now=desk.now)
    lifecycle.wait(key=ticket.key, on="CLIENT", why="Which line?", by=desk.l1, now=desk.now)
    desk.forward(hours=9)
    told = coming(signed_in, ticket)
    assert "Acme is reminded : its answer is awaited" in told and "It comes back to Microsoft : the wait ends" in told


def test_the_queue_names_the_clock_of_the_vendor_that_it_is_about(desk, signed_in):
    ticket = with_vendor(desk)
    Ticket.objects.filter(pk=ticket.pk).update(next_metric="VENDOR_UPDATE")
    clock = desk.clock(ticket, "VENDOR_UPDATE", handing.case_subject(desk.open_case(ticket).pk))
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=clock.due_at)
    assert "Microsoft&#x27;s next answer by" in signed_in.get("/tickets/").content.decode()


# verbs ---------------------------------------------------------------------------------------------------------------


def read_form(client, ticket, noun="change"):
    """What a browser would send back of a form that was read now."""
    html = client.get(f"/tickets/{ticket.key}/{noun}/").content.decode()
    given = dict(re.findall(r'<input type="(?:hidden|text)" name="([\w-]+)" value="([^"]*)"', html))
    chosen = re.findall(r'<select name="(\w+)".*?</select>', html, re.S)
    for name in chosen:
        select = html[html.index(f'<select name="{name}"') :].partition("</select>")[0]
        given[name] = re.search(r'<option value="([^"]*)" selected', select)[1]
    given.pop("csrfmiddlewaretoken", None)
    return given


def test_changing_what_it_is_about(desk, signed_in):
    ticket = desk.open()
    said = read_form(signed_in, ticket) | {"priority": "P2", "title": "Mail is slow", "why": "She says so"}
    assert done(do(signed_in, ticket, "change", **said), ticket)
    fresh = desk.fresh(ticket)
    assert (fresh.priority, fresh.title, fresh.client, fresh.service) == ("P2", "Mail is slow", desk.acme, None)
    assert "L1 changed priority P1 → P2, title Mail does not arrive → Mail is slow" in words(page(signed_in, ticket))


def test_changing_service_category_and_client(desk, signed_in):
    ticket, beta = desk.open(), desk.client("Beta")
    said = read_form(signed_in, ticket)
    said |= {"service": "Microsoft 365", "category": "mail", "client": "Beta", "why": "Theirs"}
    assert done(do(signed_in, ticket, "change", **said), ticket)
    fresh = desk.fresh(ticket)
    assert (fresh.service, fresh.category, fresh.client) == (desk.m365, "mail", beta)


def test_what_was_not_touched_is_not_overwritten(desk, signed_in):
    ticket = desk.open()
    said = read_form(signed_in, ticket) | {"title": "Mail is slow", "why": "w"}
    changing.change(key=ticket.key, changes=Changes(priority="P2"), why="Calmer", by=desk.l2, now=desk.now)
    assert done(do(signed_in, ticket, "change", **said), ticket)
    assert (desk.fresh(ticket).priority, desk.fresh(ticket).title) == ("P2", "Mail is slow")


def test_what_somebody_else_changed_meanwhile_is_told_and_can_be_sent_again(desk, signed_in):
    ticket = desk.open()
    said = read_form(signed_in, ticket) | {"priority": "P3", "why": "kept"}
    changing.change(key=ticket.key, changes=Changes(priority="P2"), why="Calmer", by=desk.l2, now=desk.now)
    refused = do(signed_in, ticket, "change", **said)
    html = refused.content.decode()
    assert refused.status_code == 422 and "Somebody has made it “P2” meanwhile." in html and "kept</textarea>" in html
    assert 'name="initial-priority" value="P2"' in html
    assert done(do(signed_in, ticket, "change", **said | {"initial-priority": "P2"}), ticket)
    assert desk.fresh(ticket).priority == "P3"


@pytest.mark.parametrize("said, told", [
    ({"why": ""}, "Say why: its promises may change with it."),
    ({}, "Nothing differs from what it is now."),
    ({"priority": "P5"}, "Select a valid choice"),
    ({"client": "Nobody"}, "Select a valid choice"),
    ({"title": ""}, "This field is required."),
])  # fmt: skip
def test_a_change_that_cannot_be_is_told_at_its_field(desk, signed_in, said, told):
    ticket = desk.open()
    answer = do(signed_in, ticket, "change", **read_form(signed_in, ticket) | {"why": "w"} | said)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert desk.kinds(ticket) == ["OPENED"]


def test_merging_offers_the_clients_open_tickets_and_links_both(desk, signed_in):
    ticket, survivor, ended = desk.open("Mail down"), desk.open("Mail is down"), desk.open("Ended")
    lifecycle.resolve(key=ended.key, summary="done", by=desk.l1, now=desk.now)
    desk.acme = desk.client("Beta")
    foreign = desk.open("Foreign")
    form = signed_in.get(f"/tickets/{ticket.key}/merge/").content.decode()
    assert f'<option value="{survivor.key}">Mail is down</option>' in form
    assert ended.key not in form and foreign.key not in form
    assert done(do(signed_in, ticket, "merge", into=str(survivor.pk), why="One trouble"), ticket)
    assert f'<a href="/tickets/{survivor.key}/">{survivor.key} Mail is down</a>' in page(signed_in, ticket)
    assert f'<a href="/tickets/{ticket.key}/">{ticket.key} Mail down</a>' in page(signed_in, survivor)


@pytest.mark.parametrize("into, told", [
    ("ESC-999999", "There is no ticket ESC-999999."), ("nonsense", "There is no ticket nonsense."),
    ("", "Say which ticket goes on."), ("foreign", "belongs to another client"),
])  # fmt: skip
def test_what_it_cannot_be_merged_into_is_told_at_the_field(desk, signed_in, into, told):
    ticket = desk.open()
    desk.acme = desk.client("Beta")
    foreign = desk.open()
    answer = do(signed_in, ticket, "merge", into=foreign.key if into == "foreign" else into, why="w")
    assert answer.status_code == 422 and told in answer.content.decode()
    assert desk.fresh(ticket).status == "NEW"


def test_a_merged_ticket_refuses_each_verb_in_words(desk, signed_in):
    ticket, survivor = desk.open(), desk.open()
    said = read_form(signed_in, ticket) | {"priority": "P2", "why": "kept"}
    merging.merge(key=ticket.key, into=survivor.key, why="One", by=desk.l1, now=desk.now)
    bodies = {
        "change": said, "merge": {"into": survivor.key, "why": "kept"}, "manager-calls": {"why": "kept"},
        "replies": {"audience": "note", "body": "kept"},
    }  # fmt: skip
    for noun, body in bodies.items():
        answer = do(signed_in, ticket, noun, **body)
        assert answer.status_code == 409 and "kept</textarea>" in answer.content.decode(), noun


def test_an_account_manager_calls_a_manager_and_does_nothing_else(desk, client):
    ticket = desk.open()
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    client.force_login(reader)
    assert done(do(client, ticket, "manager-calls", why="My client calls"), ticket)
    assert desk.fresh(ticket).holder_kind == "TIER"
    html = page(client, ticket)
    assert "Am called a manager" in html and "Whatever a manager does here answers the call." in html
    assert do(client, ticket, "change", why="w").status_code == do(client, ticket, "merge", why="w").status_code == 403


def test_a_call_is_shown_until_a_manager_has_acted(desk, signed_in):
    ticket = desk.open()
    managing.call_manager(key=ticket.key, why="Director calls", by=desk.l1, now=desk.now)
    assert "answers the call" in page(signed_in, ticket)
    lifecycle.reply(key=ticket.key, text="On it", public=False, by=desk.manager, now=desk.now)
    assert "answers the call" not in page(signed_in, ticket)


def test_resuming_says_where_it_goes(desk, signed_in):
    ticket = with_vendor(desk)

    def note():
        return words(signed_in.get(f"/tickets/{ticket.key}/resumption/").content.decode())

    assert "Microsoft has answered. It goes back to whoever lodged the case." in note()
    lifecycle.wait(key=ticket.key, on="CLIENT", why="w", by=desk.l1, now=desk.now)
    assert "Microsoft still has the ball, so it goes back to Microsoft." in note()
    assert done(do(signed_in, ticket, "resumption"), ticket)
    assert desk.fresh(ticket).status == "WAITING_ON_VENDOR"
    lifecycle.resume(key=ticket.key, by=desk.l1, now=desk.now)
    lifecycle.wait(key=ticket.key, on="CLIENT", why="w", by=desk.l1, now=desk.now)
    assert "It goes back to L1, which must acknowledge it anew." in note()


def test_the_end_of_a_wait_on_a_vendor_is_a_reminder(desk, signed_in):
    ticket = with_vendor(desk)
    lifecycle.resume(key=ticket.key, by=desk.l1, now=desk.now)
    form = signed_in.get(f"/tickets/{ticket.key}/wait/").content.decode()
    assert "For a vendor it is a reminder: the ticket stays there." in form and "has 3 open days" in form
    until = (desk.now + timedelta(days=1)).replace(second=0, microsecond=0)
    said = {"on": "VENDOR", "why": "w", "until": f"{until:%Y-%m-%dT%H:%M}"}
    assert do(signed_in, ticket, "wait", **said).status_code == 303
    assert desk.fresh(ticket).status == "WAITING_ON_VENDOR" and desk.fresh(ticket).wake_at
    assert VendorCase.objects.get().ball == "VENDOR"


# custody -------------------------------------------------------------------------------------------------------------


def bar(html):
    return html.partition("custody-picture")[2].partition("</svg>")[0]


def test_hands_before_it_was_brought_in_are_nobodys_share(desk, signed_in):
    ticket = desk.open(opened_at=desk.now - timedelta(hours=2))
    desk.forward(minutes=15)
    html = page(signed_in, ticket)
    assert "2 hours before it was brought in: nobody here knows in whose hands." in html
    assert "L1" in bar(html) and "L2" in bar(html)
    gone = desk.open(opened_at=desk.now - timedelta(hours=2), resolved_at=desk.now - timedelta(hours=1))
    html = page(signed_in, gone)
    assert "1 hour before it was brought in" in html and "custody-picture" not in html


def test_hands_that_were_inherited_count_until_the_own_ledger_begins(desk, signed_in):
    first = desk.open()
    desk.forward(minutes=15)
    second = desk.open()
    lifecycle.acknowledge(key=second.key, by=desk.l1, now=desk.now)
    merging.merge(key=first.key, into=second.key, why="One", by=desk.l1, now=desk.now)
    desk.forward(minutes=30)
    now, desk.now = desk.now, desk.now
    lifecycle.resolve(key=second.key, summary="done", by=desk.l1, now=now)
    table = words(page(signed_in, second).partition("<tbody>")[2].partition("</tbody>")[0])
    assert re.search(r"L1 45 minutes 100.0 %", table), table
    assert re.search(r"L1 15 minutes 100.0 %", words(page(signed_in, first).partition("<tbody>")[2])), "it ended then"
