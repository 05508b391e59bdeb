"""What is written for one client's page: checked, versioned, and published only on what was last read."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.models import PageWords
from clients.page_words import check_words, kept_by, publish_words
from sla.editing import BadDocument, NothingChanged, PublishedMeanwhile

TILL = {"title": "The till stops", "text": "We come within the hour."}
WORDS = {"scenarios": [TILL], "hidden": ["server"]}


def publish(world, document=WORDS, *, by=None, base=0, note="They asked", client=None):
    return publish_words(
        client=client or world.acme, document=document, author=by or world.manager, note=note, base_number=base,
        now=world.now,
    )  # fmt: skip


def keeper(world, *clients):
    user = User.objects.create_user("amy@msp.example", "a good password", name="Amy")
    for client in clients:
        give_role(user, roles.ACCOUNT_MANAGER, client)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    "document, problems",
    [
        ({}, []),
        (WORDS | {"intro": "Hello."}, []),
        ({"scenarios": [{"title": " ", "text": "x"}]}, [("scenarios", 0, "title")]),
        ({"scenarios": [{"title": "x", "text": ""}]}, [("scenarios", 0, "text")]),
        ({"scenarios": [TILL, TILL | {"title": "the TILL stops "}]}, [("scenarios", 1, "title")]),
        ({"scenarios": [TILL | {"title": str(i)} for i in range(4)]}, [("scenarios",)]),
        ({"hidden": ["server", "weather"]}, [("hidden", 1)]),
    ],
)
def test_words_are_checked_where_they_stand(document, problems):
    assert [path for path, _ in check_words(document)] == problems


def test_a_manager_and_the_client_s_account_manager_write_it(world):
    amy = keeper(world, world.acme)
    assert publish(world).number == 1
    assert (publish(world, {"intro": "Hi."}, by=amy, base=1).number, PageWords.live(world.acme).author) == (2, amy)


@pytest.mark.parametrize("who", ["technician", "decision maker", "another client's account manager"])
def test_others_do_not(world, who):
    other = world.client("Other")
    people = {"technician": lambda: world.l1, "decision maker": lambda: world.reader(world.acme)}
    with pytest.raises(PermissionDenied):
        publish(world, by=people.get(who, lambda: keeper(world, other))())
    assert not PageWords.objects.exists()


def test_who_keeps_which_pages(world):
    other = world.client("Other")
    assert set(kept_by(world.manager)) == {world.acme, other}
    assert set(kept_by(keeper(world, other))) == {other}
    assert not kept_by(world.l1).exists() and not kept_by(world.reader(world.acme)).exists()


def test_the_second_of_two_is_told_and_nothing_is_overwritten(world):
    publish(world)
    with pytest.raises(PublishedMeanwhile) as caught:
        publish(world, {"intro": "Mine."}, base=0)
    assert caught.value.version.number == 1 and PageWords.live(world.acme).document == WORDS


def test_saying_the_same_again_is_no_version(world):
    publish(world)
    with pytest.raises(NothingChanged):
        publish(world, WORDS | {"intro": ""}, base=1)
    with pytest.raises(NothingChanged):
        publish(world, {}, client=world.client("Other"))
    assert PageWords.objects.count() == 1


def test_a_version_needs_its_why_and_sound_words(world):
    with pytest.raises(BadDocument) as caught:
        publish(world, {"scenarios": [{"title": "x", "text": ""}]}, note=" ")
    assert [path for path, _ in caught.value.problems] == [("scenarios", 0, "text"), ("note",)]


def test_a_published_version_never_changes(world):
    version = publish(world)
    for change in (lambda: PageWords.objects.update(note="x"), version.delete):
        with pytest.raises(Error), transaction.atomic():
            change()
