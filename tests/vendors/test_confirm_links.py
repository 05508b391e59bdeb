"""A contact point is confirmed from a mail: by one person, once, for a fortnight, and for the address of that mail."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.clock import database_now
from accounts.models import User
from vendors.confirm_links import Gone, asked_by, token_of
from vendors.models import ContactPoint, Verification
from vendors.verification import confirm, correct, mark_bad, wrong
from world import NINE

SECOND = timedelta(seconds=1)


@pytest.fixture
def point(world) -> ContactPoint:
    world.m365.contact_points.update(owner=world.l1)
    return world.m365.contact_points.get()


def over(token, now=NINE + timedelta(days=1)) -> str:
    return asked_by(token, now=now).over


def test_a_link_asks_its_person_about_its_contact_point(world, point):
    asked = asked_by(token_of(point, world.l1, now=NINE), now=NINE + timedelta(days=13))
    assert (asked.point, asked.person, asked.over) == (point, world.l1, "")


def test_the_same_question_has_the_same_link(world, point):
    assert token_of(point, world.l1, now=NINE) == token_of(point, world.l1, now=NINE)
    assert token_of(point, world.l1, now=NINE) != token_of(point, world.l2, now=NINE)


def test_it_is_good_for_a_fortnight(world, point):
    token = token_of(point, world.l1, now=NINE)
    assert over(token, NINE + timedelta(days=14) - SECOND) == ""
    assert "good for 14 days" in over(token, NINE + timedelta(days=14))


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda p, w, at: confirm(p, by=w.manager, now=at), "Boss has verified it since this mail was sent."),
        (lambda p, w, at: wrong(p, why="x", by=w.manager, now=at), "Boss found that it does not hold since this mail"),
        (lambda p, w, at: mark_bad(p, because="550", now=at), "Mail to this address has come back since."),
        (
            lambda p, w, at: correct(p, changes={"value": "new@vendor.example"}, by=w.manager, now=at),
            "The address was changed since this mail was sent.",
        ),
        (lambda p, w, at: ContactPoint.objects.update(owner=w.l2), "Somebody else looks after this contact point now."),
    ],
)
def test_what_has_happened_since_is_told_and_ends_it(world, point, happens, words):
    token = token_of(point, world.l1, now=NINE)
    happens(point, world, NINE + timedelta(hours=1))
    assert over(token).startswith(words)


def test_what_had_happened_before_does_not(world, point):
    mark_bad(point, because="550", now=NINE - timedelta(days=1))
    confirm(point, by=world.manager, now=NINE - timedelta(hours=1))
    assert over(token_of(point, world.l1, now=NINE)) == ""


@pytest.mark.parametrize("forged", ["", "a-guess", "a.b", "....", "e30.x" * 60, "ø.ø", "{}"])
def test_a_guess_opens_nothing(db, forged):
    with pytest.raises(Gone):
        asked_by(forged, now=NINE)


def test_a_link_with_a_letter_changed_opens_nothing(world, point):
    token = token_of(point, world.l1, now=NINE)
    for place in (0, 10, len(token) // 2, len(token) - 2):
        letter = "A" if token[place] != "A" else "B"
        with pytest.raises(Gone):
            asked_by(token[:place] + letter + token[place + 1 :], now=NINE)


def test_who_has_left_and_what_is_gone_open_nothing(world, point):
    token = token_of(point, world.l1, now=NINE)
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    with pytest.raises(Gone):
        asked_by(token, now=NINE)
    User.objects.filter(pk=world.l1.pk).update(is_active=True)
    point.delete()
    with pytest.raises(Gone):
        asked_by(token, now=NINE)


# The page


def path(world, point, now=None) -> str:
    return f"/confirmations/{token_of(point, world.l1, now=now or database_now())}/"


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_looking_confirms_nothing_and_the_button_does_signed_out(client, world, point):
    link = path(world, point)
    for _ in range(2):
        answer = client.get(link)
        assert answer.status_code == 200 and "support@vendor.example" in text(answer)
        assert client.head(link).status_code == 200
    assert not Verification.objects.exists()
    answer = client.post(link)
    assert answer.status_code == 200 and "It is confirmed, in the name of L1." in text(answer)
    made = Verification.objects.get()
    assert (made.by, made.outcome, made.note) == (world.l1, "CONFIRMED", "By the link of a mail")


def test_a_second_click_is_told_and_changes_nothing(client, world, point):
    link = path(world, point)
    client.post(link)
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410 and "L1 has verified it since this mail was sent." in text(answer)
    assert Verification.objects.count() == 1


def test_an_expired_link_says_so_and_leads_to_the_door(client, world, point):
    answer = client.post(path(world, point, now=database_now() - timedelta(days=15)))
    assert answer.status_code == 410 and "good for 14 days" in text(answer)
    assert f"/vendors/verification/{point.pk}/" in text(answer)
    assert not Verification.objects.exists()


def test_a_forged_link_and_one_of_somebody_gone_look_alike(client, world, point):
    link = path(world, point)
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    gone, forged = client.get(link), client.get("/confirmations/a-guess/")
    assert (gone.status_code, forged.status_code) == (404, 404) and gone.content == forged.content


def test_the_button_needs_the_page(world, point):
    assert Client(enforce_csrf_checks=True).post(path(world, point)).status_code == 403


def test_who_asks_too_often_waits(client, settings, world, point):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "confirm_contact": "3/m/ip"}
    assert [client.post("/confirmations/a-guess/").status_code for _ in range(4)] == [404, 404, 404, 429]
    assert client.post(path(world, point)).status_code == 429 and not Verification.objects.exists()


def test_nobody_keeps_the_page(client, world, point):
    answer = client.get(path(world, point))
    assert "no-store" in answer["Cache-Control"] and 'name="robots" content="noindex"' in text(answer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda p, w, at: wrong(p, why="It rings", by=w.manager, now=at), "Boss found that it does not hold since"),
        (lambda p, w, at: mark_bad(p, because="550", now=at), "Mail to this address has come back since."),
    ],
)
def test_what_is_said_while_the_button_is_pressed_stays(client, world, happens, words):
    world.m365.contact_points.update(owner=world.l1)
    point = world.m365.contact_points.get()
    link, said, pressed = path(world, point), threading.Event(), threading.Event()

    def meanwhile():
        with transaction.atomic():
            happens(point, world, database_now())
            said.set()
            pressed.wait(1)  # the click waits for us, and would be past its own question by now
        connection.close()

    thread = threading.Thread(target=meanwhile)
    thread.start()
    said.wait(10)
    answer = client.post(link)
    pressed.set()
    thread.join()
    assert answer.status_code == 410 and words in text(answer)
    assert ContactPoint.objects.get(pk=point.pk).bad_since is not None
    assert not Verification.objects.filter(outcome="CONFIRMED").exists()
