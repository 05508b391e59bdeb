"""Who uses which calendar and agreement: by what holds now, by what follows, and by reverse relations."""

from datetime import timedelta

import pytest

from accounts import roles
from accounts.models import User
from clients.access import give_role
from sla.models import Agreement
from sla.usage import agreements_by_calendar, calendars_in, standing_agreements, users_of, with_users

TARGETS = {"P1": {"RESOLVE": "4h"}}


def begins(world, days):
    return (world.now.date() + timedelta(days=days)).isoformat()


def names(world, calendar):
    return [agreement.name for agreement in agreements_by_calendar(now=world.now)[calendar]]


@pytest.mark.parametrize("document, calendars", [
    ({"calendar": "Office"}, ["Office"]),
    ({"calendar": "Office", "calendars": {"P1": "24x7", "P2": "Office"}}, ["Office", "24x7"]),
    ({"calendars": {"P1": "24x7"}}, ["24x7"]),
    ({"calendar": None, "calendars": None}, []),
])  # fmt: skip
def test_a_document_names_its_calendars_once_the_main_one_first(document, calendars):
    assert calendars_in(document) == calendars


def test_the_version_that_holds_stands_for_its_agreement(world):
    world.agreement("Gold", "SLA", {"calendar": "Office", "targets": TARGETS, "effective_from": begins(world, 30)})
    stands = standing_agreements(now=world.now)[world.sla.pk]
    assert (stands.holds.number, stands.last.number, stands.lapsed) == (1, 2, "")
    later = standing_agreements(now=world.now + timedelta(days=31))[world.sla.pk]
    assert (later.holds.number, later.last.number) == (2, 2)


def test_an_agreement_that_ended_still_stands_with_what_it_says(world):
    world.agreement("Gold", "SLA", {"calendar": "24x7", "targets": TARGETS, "effective_until": begins(world, -1)})
    stands = standing_agreements(now=world.now)[world.sla.pk]
    assert stands.holds.number == 2 and stands.lapsed == f"Gold ended on {begins(world, -1)}."


def test_what_was_never_published_does_not_stand(world):
    drafted = Agreement.objects.create(name="Drafted", kind="SLA")
    assert drafted.pk not in standing_agreements(now=world.now)


def test_agreements_stand_in_a_fixed_number_of_queries(world, django_assert_num_queries):
    for number in range(6):
        world.agreement(f"More {number}", "SLA", {"calendar": "Office", "targets": TARGETS})
    with django_assert_num_queries(4):
        standing_agreements(now=world.now)


def test_a_calendar_is_used_by_what_holds_and_by_what_follows(world):
    assert (names(world, "Office"), names(world, "24x7"), names(world, "Nowhere")) == (["M365"], ["Gold", "OLA"], [])
    world.agreement("Gold", "SLA", {"calendar": "Office", "targets": TARGETS, "effective_from": begins(world, 30)})
    assert (names(world, "Office"), names(world, "24x7")) == (["Gold", "M365"], ["Gold", "OLA"])
    world.agreement("Gold", "SLA", {"calendar": "Office", "targets": TARGETS})
    assert names(world, "24x7") == ["OLA"]


def test_clients_tiers_and_services_use_agreements(world):
    world.client("Beta")
    found = {a.name: users_of(a) for a in with_users(Agreement.objects.all(), world.l1)}
    assert found == {"Gold": ["Acme", "Beta"], "OLA": ["L1", "L2", "L3"], "M365": ["Microsoft 365"]}


def test_a_reader_who_sees_one_client_learns_of_no_other(world):
    world.client("Beta")
    reader = User.objects.create_user("am@msp.example", name="Amy")
    give_role(reader, roles.ACCOUNT_MANAGER, world.acme)
    found = {a.name: users_of(a) for a in with_users(Agreement.objects.all(), reader)}
    assert found["Gold"] == ["Acme"]
