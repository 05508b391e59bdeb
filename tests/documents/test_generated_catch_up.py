"""Catching up: cheap when nothing has changed, whole after a crash, done once by two, and open about what failed."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import remove_perm

from accounts import roles
from accounts.models import User
from documents.catch_up import RETRY_AFTER, catch_up, write_each
from documents.generated.fingerprint import fingerprint
from documents.generated.reading import ground
from documents.generated.sources import sources
from documents.models import CatchUp, Document, DocumentVersion
from documents.tasks import catch_up as task
from documents.writing import generate
from escalation_portal.celery import app
from outbox.models import Alarm
from sla.models import Agreement
from tiers.models import PolicyVersion, Team, Tier
from tiers.team_access import keep_to_teams
from world import LADDER, NINE, World

KEYS = ["contract:acme", "guide:acme", "playbook:standard", "policy:standard", "vendor:microsoft"]
BROKEN = {"client": "Borealis", "reason": "R", "steps": [{"tier": "L1", "acknowledge_within": "soon"}]}


def written():
    """How many versions each document has, in the order of their keys."""
    return [(d.source_key, d.versions.count()) for d in Document.objects.order_by("source_key")]


def open_alarms():
    return {alarm.key: alarm.text for alarm in Alarm.objects.filter(cleared_at=None, key__startswith="document:")}


def test_a_second_look_finds_nothing_and_asks_two_queries(world, django_assert_num_queries):
    assert catch_up(now=world.now) == len(KEYS)
    with django_assert_num_queries(2):
        assert catch_up(now=world.now + timedelta(seconds=10)) == 0
    assert written() == [(key, 1) for key in KEYS]


def test_before_anything_is_published_there_is_nothing_to_write(db):
    assert catch_up(now=NINE) == 0
    assert not Document.objects.exists() and CatchUp.objects.get().retry_at is None


def test_what_was_broken_off_goes_on_where_it_was(world):
    """A run that ends early leaves no trace but what it has written, as a crash would."""
    assert catch_up(now=world.now, limit=2) == 2
    assert not CatchUp.objects.exists() and Document.objects.count() == 2
    assert [catch_up(now=world.now, limit=2) for _ in range(3)] == [2, 1, 0]
    assert written() == [(key, 1) for key in KEYS]


def test_what_was_written_by_somebody_else_meanwhile_is_not_written_again(world):
    """As after a crash between a document and the note that all is done."""
    catch_up(now=world.now)
    CatchUp.objects.all().delete()
    assert catch_up(now=world.now) == 0
    assert written() == [(key, 1) for key in KEYS]


def test_who_comes_second_leaves_it_to_the_first(world):
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('documents catch up', 0))")
        assert catch_up(now=world.now) == 0
    finally:
        other.close()  # as the end of a worker that was killed
    assert not CatchUp.objects.exists()
    assert catch_up(now=world.now) == len(KEYS)


def test_the_lock_is_given_back(world):
    catch_up(now=world.now)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('documents catch up', 0))")
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_each_document_once(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    world, counts, start = World(), [], Barrier(2)

    def look():
        start.wait()
        try:
            counts.append(catch_up(now=world.now))
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(counts) == len(KEYS)
    assert written() == [(key, 1) for key in KEYS]


def test_one_that_cannot_be_written_is_told_of_and_keeps_no_other_from_it(world):
    world.client("Borealis")
    world.ladder(*LADDER, exceptions=[BROKEN])
    assert catch_up(now=world.now) == 4
    assert [key for key, _ in written()] == ["contract:acme", "contract:borealis", "guide:acme", "vendor:microsoft"]
    alarms = open_alarms()
    assert set(alarms) == {"document:guide:borealis", "document:policy:standard", "document:playbook:standard"}
    assert alarms["document:guide:borealis"].startswith(
        "The document “How we handle requests of Borealis” cannot be brought up to date and stays as it was: "
        "'soon' is not a duration"
    )


@pytest.mark.parametrize("error", [RecursionError(), NotImplementedError("later"), OSError("disk"), StopIteration()])
def test_no_error_of_whatever_sort_keeps_the_others_from_being_written(world, error):
    def broken():
        raise error

    first, *others = sources(ground(now=world.now))
    written_now, failed = write_each([replace(first, render=broken), *others], {}, len(KEYS), now=world.now)
    assert (written_now, failed) == (len(KEYS) - 1, {first.key})
    assert [key for key, _ in written()] == sorted(source.key for source in others)
    assert type(error).__name__ in open_alarms()[f"document:{first.key}"]


def test_one_that_cannot_be_put_out_of_force_keeps_no_other_from_it(world):
    """Somebody else holds one of two documents whose client is gone."""
    catch_up(now=world.now)
    Document.objects.filter(source_key="vendor:microsoft").update(source_key="vendor:gone")
    generate(
        source_key="vendor:long-gone", name="Gone", kind="VENDOR_SHEET", audience="INTERNAL", client=None,
        body="It was.", note="", now=world.now,
    )  # fmt: skip
    gone = Document.objects.get(source_key="vendor:gone")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;"
            f" CREATE TRIGGER refuse_one BEFORE UPDATE ON documents_document FOR EACH ROW WHEN (OLD.id = {gone.pk})"
            " EXECUTE FUNCTION refuse_one()"
        )
    CatchUp.objects.all().delete()
    catch_up(now=world.now)
    assert "not this one" in open_alarms()["document:vendor:gone"]
    assert Document.objects.get(source_key="vendor:long-gone").out_of_force_at == world.now
    assert CatchUp.objects.get().retry_at == world.now + RETRY_AFTER


def test_it_is_tried_again_after_a_minute_and_the_alarm_clears_itself(world):
    world.client("Borealis")
    world.ladder(*LADDER, exceptions=[BROKEN])
    catch_up(now=world.now)
    retry_at = CatchUp.objects.get().retry_at
    assert retry_at == world.now + RETRY_AFTER
    with CaptureQueriesContext(connection) as idle:
        catch_up(now=retry_at - timedelta(seconds=1))
    assert len(idle) == 2
    world.ladder(*LADDER)
    assert catch_up(now=world.now) == 3
    assert not open_alarms() and CatchUp.objects.get().retry_at is None
    assert Alarm.objects.filter(key__startswith="document:", cleared_at=world.now).count() == 3


def test_what_the_database_refuses_is_told_of_too(world):
    other = connections.create_connection("default")
    try:
        with connection.cursor() as ours, other.cursor() as theirs:
            ours.execute("SET LOCAL lock_timeout = '200ms'")
            theirs.execute("SELECT pg_advisory_lock(hashtextextended('document guide:acme', 1))")
        assert catch_up(now=world.now) == len(KEYS) - 1
    finally:
        other.close()
    assert "lock timeout" in open_alarms()["document:guide:acme"]
    assert catch_up(now=world.now + RETRY_AFTER) == 1 and not open_alarms()


def test_a_document_that_is_meant_for_others_by_now_is_never_overwritten(world):
    catch_up(now=world.now)
    guide = Document.objects.get(source_key="guide:acme")
    guide.grants.all().delete()
    Document.objects.filter(pk=guide.pk).update(audience="INTERNAL", client=None)
    world.ladder(*LADDER[:1])
    assert catch_up(now=world.now) == 2
    assert "is for INTERNAL" in open_alarms()["document:guide:acme"]


def test_a_document_that_was_generated_by_something_else_is_left_alone(world):
    generate(
        source_key="review:esc-1", name="Review of ESC-1", kind="REVIEW", audience="INTERNAL", client=None,
        body="It was.", note="", now=world.now,
    )  # fmt: skip
    catch_up(now=world.now)
    assert Document.objects.get(source_key="review:esc-1").out_of_force_at is None


def test_a_hand_written_document_of_the_same_name_does_not_stop_it(world):
    Document.objects.create(name="Escalation policy Standard", kind="RUNBOOK")
    assert catch_up(now=world.now) == len(KEYS)
    assert Document.objects.get(source_key="policy:standard").name == "Escalation policy Standard (policy:standard)"
    assert catch_up(now=world.now + RETRY_AFTER) == 0


@pytest.mark.parametrize("length", [1, 120])
def test_names_of_any_length_make_documents(world, length):
    world.client("Ü" * length)
    catch_up(now=world.now)
    assert not open_alarms()
    world.ladder(*LADDER[:2])
    catch_up(now=world.now)
    assert DocumentVersion.objects.filter(of__source_key__startswith="guide:").count() == 4
    CatchUp.objects.all().delete()
    assert catch_up(now=world.now) == 0


def test_a_tier_whose_agreement_was_never_published_keeps_nothing_from_being_written(world):
    unwritten = Agreement.objects.create(name="Unwritten", kind="OLA")
    Tier.objects.filter(name="L1").update(ola=unwritten)
    assert catch_up(now=world.now) == len(KEYS) and not open_alarms()


def test_reading_for_many_clients_asks_no_more_than_for_one(world):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert all(source.render() for source in sources(ground(now=world.now)))
        return len(asked)

    queries()
    before = queries()
    for number in range(10):
        world.client(f"Client {number}")
    assert queries() == before <= 24


@pytest.mark.parametrize(
    "change, differs",
    [
        (lambda world: None, False),
        (lambda world: Team.objects.filter(name="L1 team").update(edited_at=world.now), False),
        (lambda world: setattr(world.l1, "last_login", world.now) or world.l1.save(), False),
        (lambda world: world.reader(world.acme), False),
        (lambda world: setattr(world.l1, "name", "Another") or world.l1.save(), True),
        (lambda world: setattr(world.l1, "is_active", False) or world.l1.save(), True),
        (lambda world: Team.objects.filter(name="L1 team").update(email="desk@msp.example"), True),
        (lambda world: world.ladder(*LADDER), True),
        (lambda world: world.client("Borealis"), True),
        (lambda world: world.account.delete(), True),
        (lambda world: remove_perm("view_client", Group.objects.get(name="technician"), world.acme), True),
        (
            lambda world: keep_to_teams(
                client=world.acme, teams=[world.tiers["L1"].team], by=world.manager, now=world.now
            ),
            True,
        ),
        (lambda world: setattr(world, "now", world.now + timedelta(hours=14)), False),
        (lambda world: setattr(world, "now", world.now + timedelta(hours=15)), True),  # a day has begun
    ],
)
def test_only_what_documents_follow_from_makes_it_look(world, change, differs):
    before = fingerprint(now=world.now)
    change(world)
    assert (fingerprint(now=world.now) != before) is differs


def test_who_published_a_policy_is_named_as_the_person_is_called_now(world):
    """Nobody of a team, so that only the policy tells the name."""
    author = world.person("author@msp.example", roles.MANAGER)
    PolicyVersion.publish(
        world.policy, PolicyVersion.live(world.policy).document, author=author, note="Mine", now=world.now
    )
    catch_up(now=world.now)
    User.objects.filter(pk=author.pk).update(name="Ann Another")
    assert catch_up(now=world.now + timedelta(minutes=1)) == 2
    policy = Document.objects.get(source_key="policy:standard")
    assert "- **Published by:** Ann Another\n" in DocumentVersion.live(policy).body


def test_a_draft_is_nobody_s_document_yet(world):
    before = fingerprint(now=world.now)
    world.policy.versions.create(document={"ladders": {}})
    assert fingerprint(now=world.now) == before


def test_beat_s_task_does_it_by_the_clock_of_the_database(world):
    task()
    assert written() == [(key, 1) for key in KEYS]
    assert CatchUp.objects.get().done_at.year >= 2026


def test_beat_wakes_it_as_often_as_the_environment_says(settings):
    entry = app.conf.beat_schedule["catch_up_documents"]
    assert (entry["task"], entry["schedule"]) == (task.name, settings.DOCUMENTS_INTERVAL_SECONDS)
    assert task.name in app.tasks and app.conf.beat_schedule["remind_readers"]["task"] in app.tasks
