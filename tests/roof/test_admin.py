"""The admin pages: administrators look at people and keys there, and change nothing that the portal's pages guard."""

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.models import ApiKey, User


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


@pytest.fixture
def admin_browser(client, admin):
    client.force_login(admin)
    return client


def test_people_are_listed_found_and_looked_at(admin_browser, world):
    assert "l1@msp.example" in admin_browser.get("/admin/accounts/user/?q=l1@").content.decode()
    html = admin_browser.get(f"/admin/accounts/user/{world.l1.pk}/change/").content.decode()
    assert "l1@msp.example" in html and "technician" in html
    assert "is_superuser" not in html and "user_permissions" not in html and world.l1.password not in html


@pytest.mark.parametrize("page", ["user/add/", "user/{}/change/", "user/{}/password/", "user/{}/delete/"])
def test_nobody_is_added_changed_or_deleted_past_the_portal_s_own_pages(admin_browser, admin, page):
    """Not a role, not a password, not the last administrator."""
    given = {
        "email": "new@msp.example", "name": "Nora", "kind": "PERSON", "timezone": "UTC", "post": "yes", "groups": [],
        "password1": "quite a good one", "password2": "quite a good one",
    }  # fmt: skip
    assert admin_browser.post(f"/admin/accounts/{page.format(admin.pk)}", given).status_code == 403
    kept = User.objects.get(pk=admin.pk)
    assert (kept.is_active, kept.roles, kept.password) == (True, {roles.ADMINISTRATOR}, admin.password)
    assert not User.objects.filter(email="new@msp.example").exists()


def test_no_action_of_the_list_changes_anybody(admin_browser, world):
    given = {"action": "delete_selected", "_selected_action": [world.l1.pk], "post": "yes"}
    admin_browser.post("/admin/accounts/user/", given)
    assert User.objects.filter(pk=world.l1.pk, is_active=True).exists()


def test_keys_are_shown_without_their_hash(admin_browser, world):
    digest, now = "f" * 64, database_now()
    key = ApiKey.objects.create(
        user=world.l1, name="Monitoring", prefix="ep_abc", digest=digest, scopes=["tickets:read"], created_at=now
    )  # fmt: skip
    html = admin_browser.get(f"/admin/accounts/apikey/{key.pk}/change/").content.decode()
    assert "ep_abc" in html and digest not in html
    assert admin_browser.post(f"/admin/accounts/apikey/{key.pk}/change/", {"prefix": "x"}).status_code == 403
