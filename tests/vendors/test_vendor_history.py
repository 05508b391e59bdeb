"""The history of a vendor: every reader is told of its own clients alone, and a secret stays one, also in the past."""

import pytest

from accounts import roles
from clients.access import give_role
from vendors.account_editing import remove_account
from vendors.edit_sight import Sight
from vendors.editing import save
from vendors.models import ServiceAccount
from world import TENANT

URL = "/vendors/microsoft/history/"
FOREIGN = "22222222-2222-4333-8444-555555555555"
ACME, BETA = ({"client": name, "service": "Line", "facts": {"id": name}} for name in ("Acme", "Beta Ltd"))


@pytest.fixture
def amy(world):
    """An account manager of Acme alone."""
    user = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(user, roles.ACCOUNT_MANAGER, world.acme)
    return user


@pytest.fixture
def edit(world):
    """The manager notes an account of Beta Ltd, and corrects that of Acme."""
    world.client("Beta Ltd")
    accounts = [
        {"client": "Beta Ltd", "service": "Microsoft 365", "facts": {"tenant_id": FOREIGN}},
        {"client": "Acme", "service": "Microsoft 365", "facts": {"tenant_id": TENANT, "room": "R7"}},
    ]
    return saved(world, accounts=accounts, note="As Beta Ltd says")


def saved(world, note="", **form):
    vendor = save(world.m365.vendor, {"name": "Microsoft", **form}, note=note, by=world.manager, now=world.now)
    return vendor.edits.first()


def said(client, reader, url):
    client.force_login(reader)
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("where", [URL, URL + "{}/"])
def test_an_account_manager_reads_of_its_own_clients_alone(client, world, amy, edit, where):
    words = said(client, amy, where.format(edit.pk))
    assert "R7" in words and "something of clients that you do not see" in words
    assert "Beta" not in words and FOREIGN not in words
    words = said(client, world.manager, where.format(edit.pk))
    assert FOREIGN in words and "As Beta Ltd says" in words and "do not see" not in words


def test_what_was_removed_names_its_client_only_to_who_may_see_it(client, world, amy, edit):
    remove_account(ServiceAccount.objects.get(client__name="Beta Ltd"), by=world.manager, now=world.now)
    assert "Beta" not in said(client, amy, URL)
    assert "Beta Ltd at Microsoft 365 was removed" in said(client, world.manager, URL)


def test_a_client_that_is_called_otherwise_by_now_stays_unnamed(client, world, amy, edit):
    beta = ServiceAccount.objects.get(client__name="Beta Ltd").client
    beta.name = "Gamma Ltd"
    beta.save()
    words = said(client, amy, URL)
    assert "Beta" not in words and "Gamma" not in words and FOREIGN not in words
    assert "Beta Ltd" in said(client, world.manager, URL)


def test_a_fact_that_became_a_secret_later_is_masked_in_older_edits(client, world):
    account = {"client": "Acme", "service": "Microsoft 365", "facts": {"pin": "SECRET4711"}}
    old = saved(world, accounts=[account])
    required = [*world.m365.required, {"key": "pin", "label": "Pin", "source": "account.pin", "secret": True}]
    saved(world, services=[{"name": "Microsoft 365", "required": required}])
    for url in (URL, f"{URL}{old.pk}/"):
        words = said(client, world.l1, url)
        assert "SECRET4711" not in words and "Fact pin" in words


def test_people_are_named_and_what_came_or_went_is_said_in_words(client, world):
    contacts = [{"kind": "hotline", "value": "+44 1", "owner": world.l1.email}]
    one = saved(world, services=[{"name": "Peartree ERP", "contacts": contacts, "client_text": "Long. " * 20}])
    two = saved(world, services=[{"name": "Peartree ERP", "retired": True}])
    listed = said(client, world.manager, URL)
    assert "Service Peartree ERP" in listed and "<summary>Added</summary>" in listed
    assert "<del>offered</del>" in listed and "<ins>retired</ins>" in listed
    for edit in (one, two):
        stood = said(client, world.manager, f"{URL}{edit.pk}/")
        assert f"Owner: {world.l1.name}" in stood and world.l1.email not in stood


def test_the_list_asks_the_same_number_of_queries_however_long(client, world, django_assert_max_num_queries):
    for number in range(12):
        saved(world, website=f"https://{number}.example")
    client.force_login(world.manager)
    client.get(URL)
    with django_assert_max_num_queries(9):
        assert len(client.get(URL).context["edits"]) == 12


@pytest.mark.parametrize(("clients", "others", "edit", "expected"), [
    ({"Acme", "Beta Ltd"}, set(), ([ACME], [ACME, BETA], "To Beta Ltd"), ([ACME], [ACME, BETA], "To Beta Ltd", False)),
    ({"Acme"}, {"Beta Ltd"}, ([ACME], [ACME, BETA], "Moved"), ([ACME], [ACME], "Moved", True)),
    ({"Acme"}, {"Beta Ltd"}, ([ACME, BETA], [BETA], ""), ([ACME], [], "", False)),
    ({"Acme"}, {"Beta Ltd"}, ([ACME], [ACME], "as beta ltd. wrote"), ([ACME], [ACME], "", True)),
    ({"Acme"}, {"IT"}, ([ACME], [ACME], "With a new title"), ([ACME], [ACME], "With a new title", False)),
    ({"Acme"}, {"Gamma"}, ([BETA], [BETA], "Beta Ltd's pin"), ([], [], "", True)),
    ({"Acme"}, set(), ([BETA], [], "Beta Ltd left"), ([BETA], [], "Beta Ltd left", False)),
])  # fmt: skip
def test_what_is_left_of_an_edit(clients, others, edit, expected):
    before, after, note = edit
    seen = Sight(clients, others).of({"name": "ISP", "accounts": before}, {"name": "ISP", "accounts": after}, note)
    assert (seen.before["accounts"], seen.after["accounts"], seen.note, seen.is_partial) == expected
