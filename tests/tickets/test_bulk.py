"""One verb on many tickets: each for itself, told for itself, and never twice for one form."""

import re
import threading
from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection, connections, transaction

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from outbox.models import Message
from tickets import lifecycle, merging
from tickets.bulk import MOST, CannotChoose, bulk_of, carry_out, chosen
from tickets.models import Snooze, Ticket, UndoableAct
from tickets.undoing import SECONDS, undo
from world import World

BULK = "/tickets/bulk/"
HTMX = {"HX-Request": "true", "HX-Target": "dialog"}
ESCALATION = {"do": "escalation", "asked": "yes", "why": "We know no more", "tried": "Nothing yet"}


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def value(ticket):
    """The value of a row's box."""
    return f"{ticket.key}:{Ticket.objects.get(pk=ticket.pk).event_count}"


def post(client, do, tickets, **more):
    htmx = more.pop("htmx", False)
    said = {"do": do, "key": [one if isinstance(one, str) else value(one) for one in tickets], **more}
    return client.post(BULK, said, headers=HTMX if htmx else {})


def words(answer):
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["ESC-1"], [("ESC-1", None)]),
        (["esc-1:5", "ESC-2:0"], [("ESC-1", 5), ("ESC-2", 0)]),
        (["ESC-1:5", "ESC-1:9"], [("ESC-1", 5)]),
        (["ESC-1:x", "nonsense"], [("ESC-1", None), ("NONSENSE", None)]),
        (["ESC-1:99999999999999999999"], [("ESC-1", None)]),
    ],
)
def test_a_box_tells_the_key_and_what_was_seen_of_it(values, expected):
    assert [(one.key, one.seen) for one in chosen(values)] == expected


@pytest.mark.parametrize(
    ("values", "words"), [([], "No ticket was selected"), ([f"ESC-{n}" for n in range(MOST + 1)], "201 tickets")]
)
def test_none_and_too_many_are_refused_in_words(values, words):
    with pytest.raises(CannotChoose, match=words):
        chosen(values)


def test_each_is_acknowledged_and_all_can_be_undone(desk, signed_in):
    tickets = [desk.open() for _ in range(3)]
    answer = post(signed_in, "acknowledgement", tickets)
    assert answer.status_code == 200 and "3 acknowledged." in words(answer)
    assert {desk.fresh(one).assignee for one in tickets} == {desk.l1}
    acts = re.findall(r'name="act" value="(\d+)"', answer.content.decode())
    assert [int(act) for act in acts] == list(UndoableAct.objects.order_by("pk").values_list("pk", flat=True))
    signed_in.post("/tickets/undo/", {"act": acts})
    assert {desk.fresh(one).status for one in tickets} == {"NEW"}


def test_what_is_refused_on_one_is_done_on_the_others_and_told(desk, signed_in):
    mine, taken, merged = desk.open("Mine"), desk.open("Taken"), desk.open("Merged")
    lifecycle.acknowledge(key=taken.key, by=desk.l2, now=desk.now)
    merging.merge(key=merged.key, into=mine.key, why="x", by=desk.l2, now=desk.now)
    answer = post(signed_in, "acknowledgement", [mine.key, taken.key, merged.key, "ESC-999999", "nonsense"])
    said = words(answer)
    assert "1 acknowledged. 4 failed:" in said
    assert re.search(rf"{taken.key} Taken: L2 took it at \d\d:\d\d", said)
    assert f"{merged.key} Merged: A ticket that is merged cannot be acknowledged." in said
    assert "ESC-999999: There is no such ticket." in said and "NONSENSE: There is no such ticket." in said
    assert f'href="/tickets/{taken.key}/"' in answer.content.decode()


def test_a_foreign_ticket_is_told_like_one_that_never_was(desk, client):
    mine = desk.open()
    desk.acme = desk.client("Other")
    foreign, reader = desk.open("Their secret"), desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, mine.client)
    client.force_login(reader)
    answer = post(client, "snooze", [mine, foreign.key], choice="1h", asked="yes")
    assert f"{foreign.key}: There is no such ticket." in words(answer) and "secret" not in answer.content.decode()
    assert "1 snoozed. 1 failed:" in words(answer) and Snooze.objects.count() == 1


def test_who_may_only_read_works_on_none(desk, client):
    ticket, reader = desk.open(), desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    client.force_login(reader)
    assert post(client, "acknowledgement", [ticket]).status_code == 403
    assert desk.fresh(ticket).status == "NEW"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"do": "acknowledgement"}, "No ticket was selected"),
        ({"do": "nonsense", "key": "ESC-1"}, "Choose what is to be done"),
        ({"key": "ESC-1"}, "Choose what is to be done"),
        ({"do": "merge", "key": "ESC-1"}, "Choose what is to be done"),
        ({"do": "acknowledgement", "key": [f"ESC-{n}" for n in range(201)]}, "201 tickets were selected"),
    ],
)
def test_a_request_that_cannot_begin_does_nothing_and_says_why(desk, signed_in, said, expected):
    answer = signed_in.post(BULK, said)
    assert answer.status_code == 422 and expected in words(answer)


def test_a_verb_s_words_are_asked_once_and_the_selection_is_kept(desk, signed_in):
    tickets = [desk.open(), desk.open()]
    page = post(signed_in, "resolution", [one.key for one in tickets])
    assert page.status_code == 200 and "Resolve 2 tickets" in words(page)
    assert {value(one) for one in tickets} <= set(re.findall(r'name="key" value="([^"]+)"', page.content.decode()))
    assert {desk.fresh(one).status for one in tickets} == {"NEW"}
    empty = post(signed_in, "resolution", tickets, asked="yes", summary=" ")
    assert empty.status_code == 422 and "Say in a sentence what was done" in words(empty)
    assert "2 resolved." in words(post(signed_in, "resolution", tickets, asked="yes", summary="Cable replaced"))
    assert {desk.fresh(one).resolution for one in tickets} == {"Cable replaced"}


def test_escalating_many_takes_each_to_its_own_next_step(desk, signed_in):
    low, high = desk.open(), desk.open("ransom note")
    page = post(signed_in, "escalation", [low, high])
    assert 'name="to"' not in page.content.decode() and 'name="why"' in page.content.decode()
    post(signed_in, ESCALATION.pop("do"), [low], **ESCALATION)
    ESCALATION["do"] = "escalation"
    assert desk.fresh(low).tier.name == "L2" and desk.fresh(high).tier.name == "L3"


def test_a_form_that_is_sent_twice_acts_once(desk, signed_in):
    ticket = desk.open()
    said = {**ESCALATION, "key": value(ticket)}
    assert "1 escalated." in words(signed_in.post(BULK, said))
    again = words(signed_in.post(BULK, said))
    assert "Nothing was done. 1 failed:" in again and "You have acted on it already" in again
    assert desk.fresh(ticket).tier.name == "L2"


def test_what_others_did_since_the_list_was_shown_is_told(desk, signed_in):
    ticket = desk.open()
    seen = value(ticket)
    lifecycle.escalate(key=ticket.key, why="x", by=desk.l2, now=database_now())
    answer = signed_in.post(BULK, {**ESCALATION, "key": seen})
    assert "1 failed:" in words(answer) and "Meanwhile:" in words(answer)
    assert desk.fresh(ticket).tier.name == "L2"


def test_over_htmx_the_answer_is_the_summary_with_the_rows(desk, signed_in):
    first, second = desk.open(), desk.open()
    lifecycle.acknowledge(key=second.key, by=desk.l2, now=desk.now)
    answer = post(signed_in, "acknowledgement", [first, second.key], htmx=True)
    page = answer.content.decode()
    assert answer["HX-Retarget"] == "#bulk-summary" and "<html" not in page
    assert page.count("hx-swap-oob") == 2 and f"{first.key} acknowledged" in page
    assert re.search(rf'data-refused="{second.key}: L2 took it at', page)
    assert f'data-acts="{UndoableAct.objects.get().pk}"' in page


def test_over_htmx_words_are_asked_in_the_dialog(desk, signed_in):
    answer = post(signed_in, "wait", [desk.open()], htmx=True)
    assert answer["HX-Retarget"] == "#dialog" and "<html" not in answer.content.decode()
    wrong = post(signed_in, "wait", [desk.open()], htmx=True, asked="yes")
    assert wrong.status_code == 422 and wrong["HX-Retarget"] == "#dialog"


def test_many_are_snoozed_and_woken(desk, signed_in):
    tickets = [desk.open(), desk.open()]
    assert "Its clocks go on" in words(post(signed_in, "snooze", tickets))
    assert post(signed_in, "snooze", tickets, asked="yes").status_code == 422
    assert "2 snoozed." in words(post(signed_in, "snooze", tickets, asked="yes", choice="4h"))
    assert Snooze.objects.count() == 2
    assert "2 back in your queue. 1 failed:" in words(post(signed_in, "wake", [*tickets, "ESC-999999"]))
    assert not Snooze.objects.exists()


def test_of_many_those_with_news_are_told_and_not_snoozed(desk, signed_in):
    quiet, loud = desk.open("Quiet"), desk.open("Loud")
    ticked = [value(quiet), value(loud)]
    lifecycle.reply(key=loud.key, text="It burns", public=False, by=desk.l2, now=database_now())
    said = words(signed_in.post(BULK, {"do": "snooze", "asked": "yes", "choice": "1h", "key": ticked}))
    assert "1 snoozed. 1 failed:" in said and f"{loud.key} Loud: Meanwhile, at" in said and "L2: It burns" in said
    assert [one.ticket for one in Snooze.objects.all()] == [quiet]


def test_one_comes_back_to_the_list_and_nowhere_else(desk, signed_in):
    ticket = desk.open()
    ours = post(signed_in, "wake", [ticket], next="/tickets/?status=NEW").content.decode()
    theirs = post(signed_in, "wake", [ticket], next="https://evil.example/").content.decode()
    assert 'href="/tickets/?status=NEW"' in ours and "evil.example" not in theirs


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_tickets_at_once_each_ticket_has_one():
    world = World()
    now = database_now()
    world.now = now
    tickets = [world.open(f"T{n}") for n in range(5)]
    told = {}

    def take(user: User) -> None:
        together = bulk_of("acknowledgement", chosen([one.key for one in tickets]), {}, by=user, now=now)
        told[user.pk] = carry_out(together, clock=database_now)
        connections.close_all()

    people = [threading.Thread(target=take, args=(user,)) for user in (world.l1, world.l2)]
    [one.start() for one in people]
    [one.join() for one in people]
    refused = [one.refused for outcomes in told.values() for one in outcomes]
    assert sum(not words for words in refused) == 5
    assert all("took it at" in words for words in refused if words)
    won = {user: [one.key for one in told[user] if not one.refused] for user in told}
    assert all(
        world.fresh(t).acknowledged_by_id in won and t.key in won[world.fresh(t).acknowledged_by_id] for t in tickets
    )


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_somebody_holds_locked_is_told_and_the_others_go_on():
    world = World()
    world.now = database_now()
    held, free = world.open("Held"), world.open("Free")
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Ticket.objects.select_for_update().get(pk=held.pk)
            ready.set()
            done.wait(20)
        connections.close_all()

    holding = threading.Thread(target=hold)
    holding.start()
    ready.wait(20)
    together = bulk_of("acknowledgement", chosen([held.key, free.key]), {}, by=world.l1, now=world.now)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    first, second = carry_out(together, clock=database_now)
    done.set()
    holding.join()
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    assert "Somebody else is at it" in first.refused and not second.refused
    assert world.fresh(free).acknowledged_by == world.l1


class Slow:
    """A clock on which each look takes two seconds, as if each ticket did."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        self.now += timedelta(seconds=2)
        return self.now


def escalation_of(desk, tickets):
    """All of them in hand, to be escalated: that tells the next team."""
    ticked = chosen([ticket.key for ticket in tickets])
    return bulk_of("escalation", ticked, ESCALATION, by=desk.l1, now=database_now())


def test_the_seconds_for_undoing_count_from_the_last_of_them(desk):
    clock = Slow(database_now())
    outcomes = carry_out(escalation_of(desk, [desk.open() for _ in range(5)]), clock=clock)
    acts = UndoableAct.objects.filter(pk__in=[one.act for one in outcomes]).order_by("pk")
    until = clock.now + timedelta(seconds=SECONDS)
    assert [act.until for act in acts] == [until] * 5
    held = Message.objects.filter(pk__in=chain(*(act.messages for act in acts)))
    assert held.count() >= 5 and {message.not_before for message in held} == {until}
    for act in acts:
        undo(act.pk, by=desk.l1, now=until)
    assert set(Ticket.objects.values_list("status", flat=True)) == {"NEW"}


@pytest.mark.parametrize(
    "left",
    [
        {"leased_until": database_now},
        {"attempts": lambda: 1},
        {"state": lambda: "SENT", "sent_at": database_now},
    ],
)
def test_one_of_which_something_has_left_keeps_its_own_seconds(desk, left):
    """Its message is taken up while the others are still being done."""
    tickets = [desk.open() for _ in range(3)]
    clock = Slow(database_now())
    taken = []

    def look():
        if UndoableAct.objects.count() == 1 and not taken:
            act = UndoableAct.objects.get()
            taken.append((act.pk, act.until))
            Message.objects.filter(pk=act.messages[0]).update(**{name: value() for name, value in left.items()})
        return clock()

    outcomes = carry_out(escalation_of(desk, tickets), clock=look)
    until = clock.now + timedelta(seconds=SECONDS)
    ends = dict(UndoableAct.objects.values_list("pk", "until"))
    assert ends == {outcomes[0].act: taken[0][1], outcomes[1].act: until, outcomes[2].act: until}
    assert taken[0][0] == outcomes[0].act and taken[0][1] < until
    first = UndoableAct.objects.get(pk=outcomes[0].act)
    assert until not in Message.objects.filter(pk__in=first.messages).values_list("not_before", flat=True)
