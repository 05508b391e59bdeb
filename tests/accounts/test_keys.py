"""API keys as they are kept: who makes, replaces and ends them, and what each opens from then on."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts import roles
from accounts.keys import KeyEnded, UnknownScope, live_key
from accounts.models import AccessChange, ApiKey
from clients.keys import bindings, issue_key, replace_key, revoke_key
from clients.models import Client


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


def issue(world, by, **changes) -> str:
    given = {"name": "Monitoring", "scopes": ["tickets:read"], "client": None, "by": by, "now": world.now}
    return issue_key(**(given | changes))


def test_a_key_is_kept_as_a_digest_and_opens_until_its_end(world, admin):
    key = issue(world, admin, expires_at=world.now + timedelta(days=1))
    row = ApiKey.objects.get()
    assert key.startswith("ep_") and key not in str(ApiKey.objects.values().get()) and key.startswith(row.prefix)
    assert live_key(key, now=world.now) == row
    assert live_key(key, now=world.now + timedelta(days=1)) is None


def test_a_bound_key_sees_its_client_alone(world, admin):
    world.client("Other")
    issue(world, admin, client=world.acme)
    user = ApiKey.objects.get().user
    assert list(Client.objects.visible_to(user)) == [world.acme]
    assert bindings([user.pk]) == {user.pk: "Acme"}


def test_a_replaced_key_goes_on_for_a_day(world, admin):
    old = issue(world, admin)
    new = replace_key(key=ApiKey.objects.get(), by=admin, now=world.now)
    later = world.now + timedelta(hours=24)
    assert live_key(new, now=later).scopes == ["tickets:read"] and new != old
    assert live_key(old, now=later - timedelta(seconds=1)) and live_key(old, now=later) is None


def test_the_new_key_lives_as_long_as_the_old_one_did(world, admin):
    issue(world, admin, expires_at=world.now + timedelta(days=30))
    at = world.now + timedelta(days=29, hours=12)
    replace_key(key=ApiKey.objects.get(), by=admin, now=at)
    old, new = ApiKey.objects.order_by("pk")
    assert (old.expires_at, new.expires_at) == (world.now + timedelta(days=30), at + timedelta(days=30))


@pytest.mark.parametrize("expires_in", [None, timedelta(days=30)])
def test_a_key_is_replaced_once_also_while_it_goes_on(world, admin, expires_in):
    old = issue(world, admin, expires_at=expires_in and world.now + expires_in)
    row = ApiKey.objects.get()
    replace_key(key=row, by=admin, now=world.now)
    later = world.now + timedelta(hours=23)
    with pytest.raises(KeyEnded, match="was replaced already"):
        replace_key(key=row, by=admin, now=later)
    assert live_key(old, now=later) and ApiKey.objects.count() == 2
    revoke_key(key=row, by=admin, now=later)
    assert live_key(old, now=later) is None


def test_the_new_one_is_replaced_in_its_turn_for_as_long(world, admin):
    issue(world, admin, expires_at=world.now + timedelta(days=30))
    for days in (1, 2):
        at = world.now + timedelta(days=days)
        replace_key(key=ApiKey.objects.latest("pk"), by=admin, now=at)
        assert ApiKey.objects.latest("pk").expires_at == at + timedelta(days=30)


def test_the_new_key_keeps_the_binding(world, admin):
    issue(world, admin, client=world.acme)
    new = replace_key(key=ApiKey.objects.get(), by=admin, now=world.now)
    found = live_key(new, now=world.now)
    assert not found.provider_wide and list(Client.objects.visible_to(found.user)) == [world.acme]


def test_a_revoked_key_opens_nothing_at_once(world, admin):
    key = issue(world, admin)
    revoke_key(key=ApiKey.objects.get(), by=admin, now=world.now)
    assert live_key(key, now=world.now) is None


@pytest.mark.parametrize("act", [replace_key, revoke_key])
def test_a_key_that_has_ended_is_neither_replaced_nor_revoked(world, admin, act):
    issue(world, admin)
    revoke_key(key=ApiKey.objects.get(), by=admin, now=world.now)
    with pytest.raises(KeyEnded, match="Make a new key instead"):
        act(key=ApiKey.objects.get(), by=admin, now=world.now)
    assert ApiKey.objects.count() == 1


def test_only_administrators_make_and_end_keys(world, admin):
    issue(world, admin)
    for by in (world.manager, world.l1, world.reader(world.acme)):
        with pytest.raises(PermissionDenied):
            issue(world, by)
        for act in (replace_key, revoke_key):
            with pytest.raises(PermissionDenied):
                act(key=ApiKey.objects.get(), by=by, now=world.now)
    assert ApiKey.objects.filter(revoked_at=None, expires_at=None).count() == 1


def test_an_unknown_scope_makes_nothing(world, admin):
    with pytest.raises(UnknownScope, match="there are tickets:read"):
        issue(world, admin, scopes=["tickets:eat"])
    assert not ApiKey.objects.exists()


def test_keys_are_on_record_without_the_key(world, admin):
    key = issue(world, admin, client=world.acme)
    new = replace_key(key=ApiKey.objects.get(), by=admin, now=world.now)
    revoke_key(key=ApiKey.objects.order_by("pk").last(), by=admin, now=world.now)
    rows = list(AccessChange.objects.order_by("pk"))
    assert [(r.what, r.about, r.by) for r in rows] == [
        ("KEY_MADE", "acme", admin), ("KEY_ROTATED", "acme", admin), ("KEY_REVOKED", "acme", admin),
    ]  # fmt: skip
    said = " ".join(f"{row.before} {row.after}" for row in rows)
    assert key not in said and new not in said and f"Monitoring ({new[:10]}…)" in said
