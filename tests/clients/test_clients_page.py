"""The list of clients: those that one may see, with their agreement and their page."""

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.models import Contact


def test_each_client_has_its_agreement_who_decides_and_its_page(client, world):
    Contact.objects.update(decision_maker=True)
    client.force_login(world.l1)
    html = client.get("/clients/").content.decode()
    assert all(words in html for words in ("Acme", "Gold", "Europe/London", "Dana", "/portal/acme/", "?client=acme"))


def test_an_account_manager_sees_own_accounts_only(client, world):
    world.client("Other")
    manager = User.objects.create_user("am@msp.example", name="Amy")
    give_role(manager, roles.ACCOUNT_MANAGER, world.acme)
    client.force_login(manager)
    html = client.get("/clients/").content.decode()
    assert "Acme" in html and "Other" not in html


def test_who_looks_after_nobody_is_told_how_that_changes(client, world):
    manager = world.person("am@msp.example", roles.ACCOUNT_MANAGER)
    client.force_login(manager)
    assert "No client is yours" in client.get("/clients/").content.decode()
