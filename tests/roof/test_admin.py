"""The admin pages: administrators invite people and give roles; keys are only looked at."""

import pytest
from django.contrib.auth.models import Group

from accounts import roles
from accounts.clock import database_now
from accounts.models import ApiKey, User


@pytest.fixture
def admin_browser(client, world):
    client.force_login(world.person("admin@msp.example", roles.ADMINISTRATOR))
    return client


def test_an_administrator_invites_somebody(admin_browser):
    given = {
        "email": "new@msp.example",
        "name": "Nora",
        "password1": "quite a good one",
        "password2": "quite a good one",
    }
    assert admin_browser.post("/admin/accounts/user/add/", given).status_code == 302
    assert User.objects.get(email="new@msp.example").check_password("quite a good one")


def test_an_administrator_gives_a_role(admin_browser, world):
    group = Group.objects.get(name=roles.MANAGER)
    given = {
        "email": world.l1.email,
        "name": "Lea",
        "kind": "PERSON",
        "timezone": "UTC",
        "is_active": "on",
        "groups": group.pk,
    }
    answer = admin_browser.post(f"/admin/accounts/user/{world.l1.pk}/change/", given)
    assert answer.status_code == 302
    assert list(world.l1.groups.values_list("name", flat=True)) == [roles.MANAGER]


def test_nobody_becomes_a_superuser_here(admin_browser, world):
    html = admin_browser.get(f"/admin/accounts/user/{world.l1.pk}/change/").content.decode()
    assert "is_superuser" not in html and "user_permissions" not in html


def test_people_are_never_deleted(admin_browser, world):
    assert admin_browser.post(f"/admin/accounts/user/{world.l1.pk}/delete/", {"post": "yes"}).status_code == 403


def test_keys_are_shown_without_their_hash(admin_browser, world):
    digest, now = "f" * 64, database_now()
    key = ApiKey.objects.create(
        user=world.l1, name="Monitoring", prefix="ep_abc", digest=digest, scopes=["tickets:read"], created_at=now
    )  # fmt: skip
    html = admin_browser.get(f"/admin/accounts/apikey/{key.pk}/change/").content.decode()
    assert "ep_abc" in html and digest not in html
    assert admin_browser.post(f"/admin/accounts/apikey/{key.pk}/change/", {"prefix": "x"}).status_code == 403
