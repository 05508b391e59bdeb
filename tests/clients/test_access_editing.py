"""Grants on a client: who gives them to whom, what is refused, which teams see it, and what is on record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.models import AccessChange, User
from clients.access import give_role, roles_by_client
from clients.access_editing import NotGranted, give_access, take_access
from clients.models import Client, Contact
from outbox.models import Alarm
from tickets import lifecycle
from tickets.models import Ticket
from tickets.permissions import NotYours
from tiers.models import Member, Team
from tiers.team_access import follow_teams, keep_to_teams, kept_to, note_unseeing, unseeing


def fresh(user) -> User:
    return User.objects.get(pk=user.pk)


def give(world, person, role, **changes):
    given = {"client": world.acme, "person": person, "role": role, "by": world.manager, "now": world.now}
    give_access(**(given | changes))


def take(world, person, role, **changes):
    given = {"client": world.acme, "person": person, "role": role, "by": world.manager, "now": world.now}
    take_access(**(given | changes))


def keep(world, *teams, **changes):
    given = {"client": world.acme, "teams": teams, "by": world.manager, "now": world.now}
    keep_to_teams(**(given | changes))


def sees(user, client) -> bool:
    return Client.objects.visible_to(user).filter(pk=client.pk).exists()


@pytest.fixture
def dana(world):
    """A contact of Acme's who has a sign-in and no access yet."""
    user = User.objects.create_user("dana@acme.example", "a good password", name="Dana")
    Contact.objects.filter(name="Dana").update(user=user)
    return user


@pytest.fixture
def amy(world):
    return world.person("amy@msp.example", roles.ACCOUNT_MANAGER)


@pytest.fixture
def l1_team(world):
    return Team.objects.get(name="L1 team")


# people ----------------------------------------------------------------------------------------------------------


def test_a_contact_has_one_role_for_its_client(world, dana):
    give(world, dana, roles.CLIENT_USER)
    give(world, dana, roles.DECISION_MAKER)
    assert roles_by_client(fresh(dana).roles) == [("acme", roles.DECISION_MAKER)]
    assert fresh(dana).roles & roles.OF_A_CLIENT == {roles.DECISION_MAKER}


def test_a_contact_who_loses_its_last_client_has_no_role_left(world, dana):
    give(world, dana, roles.CLIENT_USER)
    take(world, dana, roles.CLIENT_USER)
    assert fresh(dana).roles == frozenset()
    assert not Client.objects.visible_to(dana, "read_client_page").exists()


def test_a_contact_who_loses_one_of_two_clients_keeps_the_other(world, dana):
    other = world.client("Other")
    give_role(dana, roles.CLIENT_USER, other)
    give(world, dana, roles.CLIENT_USER)
    take(world, dana, roles.CLIENT_USER)
    assert fresh(dana).roles == {roles.CLIENT_USER, "client user of other"}


@pytest.mark.parametrize("role", [roles.DECISION_MAKER, roles.CLIENT_USER])
def test_a_person_of_another_client_s_is_refused(world, role):
    stranger = world.reader(world.client("Other"))
    Contact.objects.create(client=Client.objects.get(slug="other"), name="S", email="s@other.example", user=stranger)
    with pytest.raises(NotGranted, match="is no contact of Acme"):
        give(world, stranger, role)
    assert not Client.objects.visible_to(stranger, "read_client_page").filter(slug="acme").exists()


@pytest.mark.parametrize("role", [roles.TECHNICIAN, roles.ADMINISTRATOR, roles.PROGRAM, "decision maker of other"])
def test_only_roles_of_one_client_are_given_here(world, dana, role):
    with pytest.raises(NotGranted, match="not given for a single client"):
        give(world, dana, role)
    assert fresh(dana).roles == frozenset()


def test_the_provider_s_people_are_no_client_s_and_a_client_s_are_no_account_managers(world, dana):
    give(world, dana, roles.CLIENT_USER)
    with pytest.raises(NotGranted, match="does not work for the provider"):
        give(world, dana, roles.ACCOUNT_MANAGER)
    with pytest.raises(NotGranted, match="works for the provider"):
        give(world, world.l1, roles.DECISION_MAKER)


def test_programs_and_people_who_left_are_refused(world, dana):
    program = User.objects.create_user("p@api.invalid", name="P", kind=User.Kind.API)
    with pytest.raises(NotGranted, match="bind a key"):
        give(world, program, roles.CLIENT_USER)
    User.objects.filter(pk=dana.pk).update(is_active=False)
    with pytest.raises(NotGranted, match="is deactivated"):
        give(world, dana, roles.CLIENT_USER)


def test_an_account_manager_sees_the_client_until_it_is_taken_away(world, amy):
    other = world.client("Other")
    give(world, amy, roles.ACCOUNT_MANAGER)
    assert sees(amy, world.acme) and not sees(amy, other)
    take(world, amy, roles.ACCOUNT_MANAGER)
    assert not sees(amy, world.acme) and roles.ACCOUNT_MANAGER in fresh(amy).roles


def test_a_manager_who_looks_after_a_client_stays_a_manager(world):
    give(world, world.manager, roles.ACCOUNT_MANAGER)
    assert fresh(world.manager).roles & roles.STAFF == {roles.MANAGER, roles.ACCOUNT_MANAGER}
    take(world, world.manager, roles.ACCOUNT_MANAGER)
    assert fresh(world.manager).roles & roles.STAFF == {roles.MANAGER}


@pytest.mark.parametrize("twice", ["account manager", "client user"])
def test_who_has_the_role_already_is_told_so(world, amy, dana, twice):
    person = amy if twice == roles.ACCOUNT_MANAGER else dana
    give(world, person, twice)
    with pytest.raises(NotGranted, match="already"):
        give(world, person, twice)


@pytest.mark.parametrize("role", [roles.CLIENT_USER, roles.TECHNICIAN, "nonsense"])
def test_what_nobody_has_is_not_taken_away(world, role):
    with pytest.raises(NotGranted, match="look at the page again"):
        take(world, world.l1, role)
    assert roles.TECHNICIAN in fresh(world.l1).roles


def test_only_managers_grant(world, amy, dana):
    give(world, amy, roles.ACCOUNT_MANAGER)
    for by in (world.l1, amy, dana):
        with pytest.raises(PermissionDenied):
            give(world, dana, roles.CLIENT_USER, by=fresh(by))
        with pytest.raises(PermissionDenied):
            take(world, amy, roles.ACCOUNT_MANAGER, by=fresh(by))
        with pytest.raises(PermissionDenied):
            keep(world, by=fresh(by))


def test_grants_are_on_record_with_before_and_after(world, dana):
    for role in (roles.CLIENT_USER, roles.DECISION_MAKER):
        give(world, dana, role)
    take(world, dana, roles.DECISION_MAKER)
    told = [(c.what, c.about, c.before, c.after) for c in AccessChange.objects.filter(person=dana).order_by("pk")]
    assert told == [
        ("ACCESS", "acme", "", "client user"),
        ("ACCESS", "acme", "client user", "decision maker"),
        ("ACCESS", "acme", "decision maker", ""),
    ]


# teams -----------------------------------------------------------------------------------------------------------


def test_all_technicians_see_a_client_until_it_is_kept_to_a_team(world, l1_team):
    other = world.client("Other")
    assert sees(world.l1, world.acme) and sees(world.l2, world.acme)
    keep(world, l1_team)
    assert sees(world.l1, world.acme) and not sees(world.l2, world.acme)
    assert sees(world.manager, world.acme) and sees(world.l2, other)
    assert kept_to(world.acme) == [l1_team]


def test_who_may_not_see_the_client_can_neither_read_nor_work_its_tickets(world, l1_team):
    ticket = world.open()
    keep(world, l1_team)
    assert not Ticket.objects.visible_to(world.l2).exists()
    with pytest.raises((Ticket.DoesNotExist, NotYours)):
        world.do(lifecycle.acknowledge, ticket, by=world.l2)
    world.do(lifecycle.acknowledge, ticket, by=world.l1)


def test_other_teams_take_the_place_of_the_first_and_none_opens_it_to_all(world, l1_team):
    keep(world, l1_team)
    keep(world, Team.objects.get(name="L2 team"))
    assert not sees(world.l1, world.acme) and sees(world.l2, world.acme)
    keep(world)
    assert sees(world.l1, world.acme) and sees(world.l3, world.acme) and kept_to(world.acme) == []


def test_teams_are_on_record(world, l1_team):
    keep(world, l1_team)
    [change] = AccessChange.objects.all()
    assert (change.what, change.about, change.before, change.after, change.by) == (
        "TEAMS", "acme", "all technicians", "L1 team", world.manager,
    )  # fmt: skip


def test_teams_that_are_so_already_are_told(world):
    with pytest.raises(NotGranted, match="so already"):
        keep(world)


def test_who_joins_or_leaves_the_team_gains_or_loses_the_client(world, l1_team):
    keep(world, l1_team)
    Member.objects.filter(user=world.l1).delete()
    Member.objects.create(team=l1_team, user=world.l2)
    assert follow_teams() == 2 and follow_teams() == 0
    assert not sees(world.l1, world.acme) and sees(world.l2, world.acme)


def test_a_team_s_members_who_are_no_technicians_gain_nothing(world, amy, l1_team):
    Member.objects.create(team=l1_team, user=amy)
    keep(world, l1_team)
    assert not sees(amy, world.acme)


def test_tiers_that_may_not_see_the_client_are_named_and_raise_one_alarm(world, l1_team):
    keep(world, l1_team)
    assert [tier.name for tier in unseeing(world.acme)] == ["L2", "L3"]
    for _ in range(2):
        note_unseeing(now=world.now)
    [alarm] = Alarm.objects.filter(key="access:acme")
    assert alarm.text.startswith("Tickets of Acme climb to L2 (L2 team), L3 (L3 team), where nobody may see them.")


def test_a_manager_in_the_team_can_see_for_it(world, l1_team):
    keep(world, l1_team)
    for name in ("L2 team", "L3 team"):
        Member.objects.create(team=Team.objects.get(name=name), user=world.manager)
    assert unseeing(world.acme) == []


def test_the_alarm_goes_with_its_trouble_and_comes_with_the_next(world, l1_team):
    keep(world, l1_team)
    keep(world)
    assert not Alarm.objects.filter(cleared_at=None).exists()
    keep(world, l1_team)
    assert Alarm.objects.filter(key="access:acme", cleared_at=None).count() == 1


def test_an_alarm_that_somebody_cleared_stays_away_while_nothing_changes(world, l1_team):
    keep(world, l1_team)
    Alarm.objects.update(cleared_at=world.now)
    note_unseeing(now=world.now)
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_a_client_that_no_policy_covers_raises_no_alarm_of_this_kind(world, l1_team):
    world.publish({"clients": ["Nobody"], "ladders": {}, "exceptions": [], "routing": []})
    keep(world, l1_team)
    assert unseeing(world.acme) == [] and not Alarm.objects.exists()


def test_looking_for_them_costs_as_many_queries_however_many_clients_are_kept(world, l1_team):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            note_unseeing(now=world.now)
        return len(seen)

    keep(world, l1_team)
    before = cost()
    for number in range(6):
        other = world.client(f"Kept {number}")
        keep_to_teams(client=other, teams=[l1_team], by=world.manager, now=world.now)
    assert cost() == before <= 6
    assert Alarm.objects.filter(key__startswith="access:kept-", cleared_at=None).count() == 6


def test_each_client_is_held_against_its_own_teams_and_its_own_policy(world, l1_team):
    other = world.client("Other")
    keep(world, l1_team)
    keep_to_teams(client=other, teams=[Team.objects.get(name="L2 team")], by=world.manager, now=world.now)
    note_unseeing(now=world.now)
    assert [tier.name for tier in unseeing(other)] == ["L1", "L3"]
    assert "L1 (L1 team), L3" in Alarm.objects.get(key="access:other").text
    assert "L2 (L2 team), L3" in Alarm.objects.get(key="access:acme").text
