"""Teams to which a client is kept, and the last administrator, in configuration files."""

from datetime import UTC, datetime

import pytest
from small_provider import SMALL, bring_in

from accounts import roles
from accounts.models import AccessChange, User
from accounts.people import administrators
from clients.models import Client
from escalation_portal.configuration import BadConfiguration, export_configuration
from tiers.models import Team
from tiers.team_access import keep_to_teams, kept_to

pytestmark = pytest.mark.django_db
NIGHT = "teams: [{name: Night, members: [{email: nils@provider.example, role: technician}]}]\n"
KEPT = "clients: [{name: Acme Ltd, teams: [Night]}]"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def sees(email: str) -> bool:
    return Client.objects.visible_to(User.objects.get(email=email)).filter(name="Acme Ltd").exists()


def test_a_client_is_kept_to_the_teams_that_its_row_names(small):
    plan = small(NIGHT + KEPT)
    assert sees("nils@provider.example") and not sees("ann@provider.example") and sees("bob@provider.example")
    assert "change     client         Acme Ltd: teams" in str(plan)
    [change] = AccessChange.objects.filter(what="TEAMS")
    assert (change.before, change.after, change.by) == ("all technicians", "Night", None)


def test_an_absent_key_leaves_the_teams_alone_and_an_empty_list_opens_the_client_to_all(small):
    small(NIGHT + KEPT)
    small("clients: [{name: Acme Ltd, timezone: Europe/Berlin}]")
    assert not sees("ann@provider.example")
    small("clients: [{name: Acme Ltd, teams: []}]")
    assert sees("ann@provider.example") and kept_to(Client.objects.get(name="Acme Ltd")) == []


def test_a_kept_client_goes_out_and_in_unchanged(small):
    small(NIGHT + KEPT)
    written = export_configuration()
    assert "teams:\n      - Night" in written
    plan = bring_in(written)
    assert (plan.count("create"), plan.count("change")) == (0, 0)
    assert export_configuration() == written


def test_what_the_page_has_changed_is_exported_too(small):
    boss = User.objects.get(email="bob@provider.example")
    team = Team.objects.get(name="Helpdesk")
    keep_to_teams(client=Client.objects.get(name="Acme Ltd"), teams=[team], by=boss, now=NOW)
    assert "teams:\n      - Helpdesk" in export_configuration()


def test_a_team_that_nobody_knows_is_refused_at_its_place(small):
    with pytest.raises(BadConfiguration, match=r'clients\.0\.teams\.0: there is no team "Nigth"; did you mean "Night"'):
        small(NIGHT + "clients: [{name: Acme Ltd, teams: [Nigth]}]")
    assert sees("ann@provider.example") and not Team.objects.filter(name="Night").exists()


def test_who_leaves_the_team_by_a_file_loses_the_client_with_it(small):
    small(NIGHT + KEPT)
    small("teams: [{name: Night, members: [{email: olga@provider.example, role: technician}]}]")
    assert sees("olga@provider.example") and not sees("nils@provider.example")


def test_a_role_that_a_file_changes_is_on_record(small):
    small("teams: [{name: Helpdesk, members: [{email: ann@provider.example, role: manager}]}]")
    change = AccessChange.objects.filter(what="ROLE", person__email="ann@provider.example").first()
    assert (change.before, change.after, change.by) == ("technician", "manager", None)


def test_a_file_that_would_leave_no_administrator_is_refused():
    bring_in(SMALL)
    bring_in("teams: [{name: Admins, members: [{email: ada@provider.example, role: administrator}]}]")
    ada = User.objects.get(email="ada@provider.example")
    ada.set_password("a good password")
    ada.save()
    with pytest.raises(BadConfiguration, match="nobody who can sign in would be an administrator any more"):
        bring_in("teams: [{name: Admins, members: [{email: ada@provider.example, role: technician}]}]")
    assert list(administrators()) == [ada] and roles.ADMINISTRATOR in User.objects.get(pk=ada.pk).roles
