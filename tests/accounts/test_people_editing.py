"""Roles, leaving and coming back: by administrators alone, never the last of them, all of it on record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client as Browser

from accounts import roles
from accounts.models import AccessChange, User
from accounts.people import administrators, staff_role
from accounts.people_editing import LastAdministrator, NotChanged, change_role, deactivate, reactivate
from clients.access import give_role
from programs import at_once


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


def fresh(user) -> User:
    return User.objects.get(pk=user.pk)


def test_a_person_has_one_role_of_the_provider_s_at_a_time(world, admin):
    change_role(person=world.l1, role=roles.MANAGER, by=admin, now=world.now)
    assert fresh(world.l1).roles == {roles.MANAGER}


def test_the_record_tells_who_what_before_and_after(world, admin):
    change_role(person=world.l1, role=roles.MANAGER, by=admin, now=world.now)
    [change] = AccessChange.objects.all()
    assert (change.what, change.person, change.before, change.after, change.by, change.at) == (
        "ROLE", world.l1, "technician", "manager", admin, world.now,
    )  # fmt: skip


def test_the_record_cannot_be_rewritten(world, admin):
    change_role(person=world.l1, role=roles.MANAGER, by=admin, now=world.now)
    rows = AccessChange.objects.all()
    for rewrite in (rows.delete, lambda: rows.update(after="administrator")):
        with pytest.raises(DatabaseError), transaction.atomic():
            rewrite()
    assert rows.get().after == "manager"


@pytest.mark.parametrize("role", [roles.MANAGER, roles.TECHNICIAN, roles.ACCOUNT_MANAGER, roles.DECISION_MAKER])
def test_nobody_but_an_administrator_changes_people(world, role):
    by = world.person("x@msp.example", role)
    for act in (
        lambda: change_role(person=world.l2, role=roles.MANAGER, by=by, now=world.now),
        lambda: deactivate(person=world.l2, by=by, now=world.now),
        lambda: reactivate(person=world.l2, by=by, now=world.now),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert fresh(world.l2).is_active and staff_role(fresh(world.l2)) == roles.TECHNICIAN


def test_the_last_administrator_stays_one(world, admin):
    with pytest.raises(LastAdministrator, match="Make somebody else administrator first"):
        change_role(person=admin, role=roles.TECHNICIAN, by=admin, now=world.now)
    with pytest.raises(LastAdministrator):
        deactivate(person=admin, by=admin, now=world.now)
    assert list(administrators()) == [admin]


def test_an_administrator_who_cannot_sign_in_does_not_count(world, admin):
    gone = world.person("gone@msp.example", roles.ADMINISTRATOR)
    waiting = world.person("waiting@msp.example", roles.ADMINISTRATOR)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    waiting.set_unusable_password()
    waiting.save()
    with pytest.raises(LastAdministrator):
        change_role(person=admin, role=roles.MANAGER, by=admin, now=world.now)


def test_one_of_two_administrators_may_go(world, admin):
    other = world.person("other@msp.example", roles.ADMINISTRATOR)
    change_role(person=admin, role=roles.MANAGER, by=admin, now=world.now)
    assert list(administrators()) == [other]


@pytest.mark.parametrize(("role", "words"), [("king", "no role of the provider's"), (roles.TECHNICIAN, "already")])
def test_a_role_that_makes_no_change_is_refused_in_words(world, admin, role, words):
    with pytest.raises(NotChanged, match=words):
        change_role(person=world.l1, role=role, by=admin, now=world.now)


def test_a_client_s_person_gets_no_role_of_the_provider_s(world, admin):
    reader = world.reader(world.acme)
    with pytest.raises(NotChanged, match="on that client's page"):
        change_role(person=reader, role=roles.TECHNICIAN, by=admin, now=world.now)
    assert staff_role(fresh(reader)) == ""


def test_a_program_is_no_person(world, admin):
    program = User.objects.create_user("p@api.invalid", name="P", kind=User.Kind.API)
    with pytest.raises(NotChanged, match="is a program"):
        deactivate(person=program, by=admin, now=world.now)


def test_who_is_deactivated_is_out_at_once(world, admin):
    browser = Browser()
    browser.force_login(world.l1)
    assert browser.get("/tickets/").status_code == 200
    deactivate(person=world.l1, by=admin, now=world.now)
    assert browser.get("/tickets/").status_code == 302


def test_who_comes_back_has_what_they_had(world, admin):
    deactivate(person=world.l1, by=admin, now=world.now)
    reactivate(person=world.l1, by=admin, now=world.now)
    assert fresh(world.l1).is_active and fresh(world.l1).roles == {roles.TECHNICIAN}
    assert [c.what for c in AccessChange.objects.filter(person=world.l1)] == ["REACTIVATED", "DEACTIVATED"]


def test_nobody_leaves_or_comes_back_twice(world, admin):
    with pytest.raises(NotChanged, match="active already"):
        reactivate(person=world.l1, by=admin, now=world.now)
    deactivate(person=world.l1, by=admin, now=world.now)
    with pytest.raises(NotChanged, match="deactivated already"):
        deactivate(person=world.l1, by=admin, now=world.now)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_demote_each_other_at_once_leave_one(transactional_db):
    from django.contrib.auth.models import Group

    from world import NINE

    group = Group.objects.create(name=roles.ADMINISTRATOR)
    pair = [User.objects.create_user(f"{n}@msp.example", "a good password", name=n) for n in ("a", "b")]
    for user in pair:
        user.groups.add(group)

    def demote(by, person):
        try:
            change_role(person=person, role=roles.TECHNICIAN, by=by, now=NINE)
        except (PermissionDenied, LastAdministrator) as error:
            return type(error)
        return None

    outcomes = at_once(lambda: demote(pair[0], pair[1]), lambda: demote(pair[1], pair[0]))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, PermissionDenied]))
    assert administrators().count() == 1


def test_who_looks_after_a_client_goes_on_doing_so_in_another_role(world, admin):
    give_role(world.l1, roles.ACCOUNT_MANAGER, world.acme)
    change_role(person=world.l1, role=roles.MANAGER, by=admin, now=world.now)
    assert fresh(world.l1).roles == {roles.MANAGER, roles.ACCOUNT_MANAGER, "account manager of acme"}
    assert staff_role(fresh(world.l1)) == roles.MANAGER
