"""Whoever must read a version is asked, reminded twice at most, and left alone once it is read or replaced."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from guardian.shortcuts import remove_perm

from accounts import roles
from accounts.models import User
from documents.models import Document, Receipt
from documents.receipts import NotAsked, ask, read, readers, remind, unread_by
from documents.sharing import revoke
from documents.writing import generate, put_out_of_force
from outbox.models import Message
from papers import again, group, opened, paper
from tiers.models import Member, Team


def asked(world, name="House rules", **said):
    return paper(world, name, **{"asks_receipt": True, **said})


def told(occasion=""):
    """To whom the mails of this occasion go."""
    rows = Message.objects.filter(key__startswith="receipt:", key__contains=occasion).order_by("key")
    return sorted(row.payload["to"][0].split("@")[0] for row in rows)


def later(world, **by):
    world.now += timedelta(**by)
    return remind(now=world.now)


def test_the_members_of_teams_are_asked_by_mail_and_the_author_is_not(world):
    document = asked(world)
    assert told() == ["l1", "l2", "l3"]
    mail = Message.objects.filter(key__endswith=":asked").first().payload
    assert mail["subject"] == "Please read: House rules"
    assert "“House rules”, version 1" in mail["text"] and "/documents/house-rules/" in mail["text"]
    assert Receipt.objects.get(user=world.manager).read_at == world.now
    assert [receipt.version.of for receipt in unread_by(world.l1)] == [document]


def test_a_policy_always_asks(world):
    document = asked(world, kind="POLICY", asks_receipt=False)
    again(world, document, "A comma.", base=1, asks_receipt=False)
    assert len(told()) == 6 and len(unread_by(world.l1)) == 1


def test_nobody_is_asked_where_the_author_did_not_ask(world):
    paper(world)
    assert remind(now=world.now) == 0 and not Receipt.objects.exists()


def test_a_generated_policy_asks_without_being_told_to(world):
    generate(
        source_key="policy:standard", name="Standard policy", kind="POLICY", audience="INTERNAL", client=None,
        body="The ladder.", note="Version 1", now=world.now,
    )  # fmt: skip
    assert told() == ["boss", "l1", "l2", "l3"]


def generated(world, body, follows):
    return generate(
        source_key="policy:standard", name="Standard policy", kind="POLICY", audience="INTERNAL", client=None,
        body=body, note="Changed", now=world.now, follows=follows,
    )  # fmt: skip


def test_a_policy_that_is_written_anew_for_a_vendor_s_new_address_asks_nobody_again(world):
    document = generated(world, "Call 1.", 7)
    read(document=document, by=world.l1, now=world.now)
    world.now += timedelta(days=2)
    generated(world, "Call 2.", 7)
    assert len(told()) == 4, "those who were asked at first"
    assert [receipt.version.number for receipt in unread_by(world.l2)] == [2]
    assert list(unread_by(world.l1)) == []
    assert later(world, days=1) == 3, "who has not read it is reminded as if nothing had happened"


@pytest.mark.django_db(transaction=True)
def test_who_says_to_have_read_it_while_it_is_written_anew_has_read_the_new_one(world):
    document, began = generated(world, "Call 1.", 7), threading.Event()

    def say():
        began.wait()
        try:
            read(document=document, by=world.l1, now=world.now)
        finally:
            connection.close()

    reader = threading.Thread(target=say)
    reader.start()
    with transaction.atomic():
        generated(world, "Call 2.", 7)
        began.set()
        reader.join(timeout=0.5)
        assert reader.is_alive(), "it waits for the version that is being written"
    reader.join()
    assert list(unread_by(world.l1)) == []


def test_the_next_version_of_the_policy_asks_everybody(world):
    document = generated(world, "Call 1.", 7)
    read(document=document, by=world.l1, now=world.now)
    generated(world, "Call 2.", 8)
    assert len(told()) == 8 and [receipt.version.number for receipt in unread_by(world.l1)] == [2]


def test_who_came_since_is_asked_when_it_is_written_anew(world):
    generated(world, "Call 1.", 7)
    new = world.person("new@msp.example", roles.TECHNICIAN)
    Member.objects.create(team=Team.objects.get(name="L1 team"), user=new)
    generated(world, "Call 2.", 7)
    assert told().count("new") == 1 and len(told()) == 5


def test_reminders_come_after_three_and_seven_days_and_no_more(world):
    asked(world)
    assert [later(world, days=2, hours=23), later(world, hours=1), later(world, hours=1)] == [0, 3, 0]
    assert [later(world, days=3), later(world, days=1), later(world, days=30)] == [0, 3, 0]
    assert (told(":asked"), told(":reminder:1"), told(":reminder:2")) == (["l1", "l2", "l3"],) * 3
    assert (
        Message.objects.get(key__endswith=f"{Receipt.objects.get(user=world.l1).pk}:reminder:1")
        .payload["subject"]
        .startswith("Reminder: ")
    )


def test_after_a_long_silence_one_reminder_is_sent_and_not_two(world):
    asked(world)
    assert [later(world, days=8), later(world, days=8)] == [3, 0]
    assert (told(":reminder:1"), told(":reminder:2")) == ([], ["l1", "l2", "l3"])


def test_who_has_read_it_is_not_reminded(world):
    document = asked(world)
    read(document=document, by=world.l1, now=world.now)
    later(world, days=3)
    assert told(":reminder:1") == ["l2", "l3"] and list(unread_by(world.l1)) == []


def test_reading_twice_keeps_the_first_moment(world):
    document = asked(world)
    first = read(document=document, by=world.l1, now=world.now).read_at
    assert read(document=document, by=world.l1, now=world.now + timedelta(days=1)).read_at == first


def test_who_was_not_asked_cannot_say_to_have_read(world):
    with pytest.raises(NotAsked):
        read(document=paper(world), by=world.l1, now=world.now)
    with pytest.raises(NotAsked):
        read(document=asked(world), by=world.reader(world.acme), now=world.now)


def test_a_newer_version_asks_anew_and_stops_the_reminders_of_the_older(world):
    document = asked(world)
    read(document=document, by=world.l1, now=world.now)
    world.now += timedelta(days=2)
    again(world, document, "Other rules.", base=1, asks_receipt=True)
    assert told(":asked") == ["l1", "l1", "l2", "l2", "l3", "l3"]
    assert [receipt.version.number for receipt in unread_by(world.l1)] == [2]
    assert later(world, days=1) == 0, "the first version is three days old"
    assert later(world, days=2) == 3 and told(":reminder:1") == ["l1", "l2", "l3"]


def test_a_version_that_asks_nobody_ends_the_asking(world):
    document = asked(world)
    again(world, document, "A comma.", base=1, asks_receipt=False)
    assert later(world, days=9) == 0 and list(unread_by(world.l1)) == []


def test_who_joins_a_team_later_is_asked_then(world):
    asked(world)
    new = world.person("new@msp.example", roles.TECHNICIAN)
    assert remind(now=world.now) == 0
    Member.objects.create(team=Team.objects.get(name="L1 team"), user=new)
    assert later(world, days=1) == 1 and told() == ["l1", "l2", "l3", "new"]
    assert later(world, days=2) == 3 and "new" not in told(":reminder")


def test_who_leaves_or_may_not_read_it_any_more_is_left_alone(world):
    document = asked(world)
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    revoke(document=document, group=group(roles.TECHNICIAN), by=world.manager, why="For managers", now=world.now)
    assert later(world, days=3) == 0 and list(unread_by(world.l2)) == []


def test_no_client_is_ever_asked_and_of_a_client_s_document_only_those_who_see_the_client(world):
    reader = world.reader(world.acme)
    Member.objects.create(team=Team.objects.get(name="L1 team"), user=reader)
    document = opened(world, world.acme)
    assert list(readers(document)) == [world.manager, world.l1, world.l2, world.l3]
    remove_perm("view_client", group(roles.TECHNICIAN), world.acme)
    assert list(readers(document)) == [world.manager]


def test_what_is_out_of_force_asks_nobody(world):
    document = asked(world)
    put_out_of_force(document=document, why="Gone", now=world.now)
    assert later(world, days=3) == 0 and list(unread_by(world.l1)) == []


def test_asking_twice_asks_once(world):
    document = asked(world)
    assert ask(document, now=world.now) == 0 and len(told()) == 3


@pytest.mark.parametrize("broken", [{"reminders": 3}, {"reminders": 1}, {"reminded_at": timezone.now()}])
def test_the_database_holds_the_cap_and_the_pairs(world, broken):
    asked(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.update(**broken)


def test_looking_costs_one_query_while_nobody_is_due_however_many_documents_ask(world, django_assert_num_queries):
    for number in range(5):
        asked(world, f"Rules {number}", kind="POLICY")
    about = asked(world, "About Acme")
    Document.objects.filter(pk=about.pk).update(client=world.acme)
    opened(world, world.acme, "For Acme", asks_receipt=True)
    paper(world, "Nobody's")
    read(document=about, by=world.l2, now=world.now)
    world.now += timedelta(days=4)
    assert remind(now=world.now) == 7 * 3 - 1
    User.objects.filter(pk=world.l1.pk).update(is_active=False)
    world.l3.groups.clear()
    for after in (timedelta(), timedelta(days=2, hours=23)):
        with django_assert_num_queries(1):
            assert remind(now=world.now + after) == 0
    assert remind(now=world.now + timedelta(days=3)) == 6, "of the second, who alone is left"
    with django_assert_num_queries(1):
        assert remind(now=world.now + timedelta(days=90)) == 0


@pytest.mark.parametrize("kind", ["internal", "about a client", "for a client"])
def test_who_comes_to_see_it_is_found_by_the_one_look_at_all(world, kind):
    """What finds documents at a glance agrees with what finds the people of each."""
    document = opened(world, world.acme, asks_receipt=True) if kind == "for a client" else asked(world)
    if kind == "about a client":
        Document.objects.filter(pk=document.pk).update(client=world.acme)
    new = world.person("new@msp.example", roles.ACCOUNT_MANAGER, Team.objects.get(name="L1 team"))
    assert (remind(now=world.now), new in readers(document)) == (0, False)
    new.groups.add(group(roles.TECHNICIAN))
    assert (new in readers(document), remind(now=world.now), remind(now=world.now)) == (True, 1, 0)


def test_looking_at_a_hundred_documents_that_ask_nobody_costs_one_query(world, django_assert_num_queries):
    for number in range(5):
        paper(world, f"Runbook {number}")
    with django_assert_num_queries(1):
        remind(now=world.now)
    assert Document.objects.count() == 5
