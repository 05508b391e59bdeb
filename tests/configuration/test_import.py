"""Importing brings the database to what the files say, says what that took, and does nothing the second time."""

import hashlib
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from small_provider import NOON, SMALL, bring_in

from accounts.encryption import decrypt
from accounts.models import User
from accounts.roles import TECHNICIAN
from clients.models import Asset, Client
from integrations.models import Integration
from sla.models import Agreement, AgreementVersion, CalendarVersion
from tickets.models import Mapping
from tiers.models import Member, Policy, PolicyVersion, Team, Tier
from vendors.models import ContactPoint, Service, ServiceAccount

pytestmark = pytest.mark.django_db
GOLD_BY_TEN = """\
agreements:
  - {name: Gold, targets: {P1: {ACKNOWLEDGE: 10m, RESOLVE: 4h}}}
"""


def test_everything_of_the_file_is_created():
    plan = bring_in(SMALL)
    assert (plan.count("create"), plan.count("change"), plan.count("unchanged")) == (17, 0, 0)
    assert Client.objects.get().agreement.name == "Gold"
    assert Tier.objects.get().ola.name == "Desk OLA"
    assert Service.objects.get().contact_points.get().owner.email == "ann@provider.example"
    assert Mapping.objects.get().client.name == "Acme Ltd"


def test_the_same_file_again_changes_nothing(small):
    plan = small(SMALL, environ={}, now=NOON + timedelta(days=1))
    assert (plan.count("create"), plan.count("change"), plan.count("unchanged")) == (0, 0, 17)
    assert PolicyVersion.objects.count() == CalendarVersion.objects.count() - 1 == 1
    assert AgreementVersion.objects.count() == 3


def test_sections_may_stand_in_several_files_in_any_order():
    calendars, rest = SMALL.split("agreements:\n", 1)
    assert bring_in("agreements:\n" + rest, calendars).count("create") == 17


def test_the_stored_documents_are_the_yaml_without_the_name(small):
    assert CalendarVersion.objects.get(of__name="London office").document == {
        "timezone": "Europe/London",
        "hours": {"mon": ["09:00-12:30", "13:00-17:30"]},
    }
    assert AgreementVersion.objects.get(of__name="Gold").document == {
        "calendar": "London office",
        "targets": {"P1": {"ACKNOWLEDGE": "15m", "RESOLVE": "4h"}},
    }
    policy = PolicyVersion.objects.get().document
    assert policy["ladders"]["P2"] == [{"tier": "L1"}]
    assert policy["routing"] == [{"name": "Mail", "when": {"keywords": ["mail"]}, "then": {"service": "Cloud mail"}}]


def test_device_types_are_stored_in_upper_case(small):
    assert Asset.objects.get().type == "SERVER"
    assert PolicyVersion.objects.get().document["exceptions"][0]["device_type"] == "SERVER"


def test_a_version_tells_where_it_came_from(small):
    version = PolicyVersion.objects.get()
    assert (version.number, version.note, version.published_at) == (1, "Imported from a.yaml", NOON)


def test_a_changed_target_makes_version_2_and_leaves_version_1(small):
    plan = small(GOLD_BY_TEN)
    assert [str(line) for line in plan.lines] == ["change     agreement      Gold: targets (version 2)"]
    first, second = AgreementVersion.objects.filter(of__name="Gold").order_by("number")
    assert first.document["targets"]["P1"]["ACKNOWLEDGE"] == "15m"
    assert second.document["targets"]["P1"]["ACKNOWLEDGE"] == "10m"
    assert second.document["calendar"] == "London office"


def test_absent_keys_are_left_untouched(small):
    small("clients: [{name: Acme Ltd, timezone: Europe/Berlin}]")
    client = Client.objects.get()
    assert (client.timezone, client.agreement.name, client.assets.count()) == ("Europe/Berlin", "Gold", 1)


def test_rows_with_a_name_of_their_own_are_added_and_never_deleted(small):
    plan = small("clients: [{name: Acme Ltd, assets: [{name: FS02, type: server}]}]")
    assert plan.count("create") == 1
    assert Client.objects.get().assets.count() == 2


def test_the_list_of_members_is_complete_when_it_is_given(small):
    small("teams: [{name: Helpdesk, members: [{email: bob@provider.example}, {email: dan@provider.example}]}]")
    emails = Member.objects.order_by("place").values_list("user__email", flat=True)
    assert list(emails) == ["bob@provider.example", "dan@provider.example"]


def test_a_new_person_has_a_role_and_cannot_sign_in_yet(small):
    ann = User.objects.get(email="ann@provider.example")
    assert (ann.name, ann.kind, ann.has_usable_password()) == ("Ann Lee", "PERSON", False)
    assert ann.roles == {TECHNICIAN}


def test_a_person_is_known_in_whatever_case_the_address_was_stored(small):
    User.objects.filter(email="ann@provider.example").update(email="Ann@Provider.example")
    assert small(SMALL).count("create") == 0


def test_a_new_role_replaces_the_old_one(small):
    small("teams: [{name: Helpdesk, members: [{email: ann@provider.example, role: manager}]}]")
    assert User.objects.get(email="ann@provider.example").roles == {"manager"}


def test_a_role_of_a_client_survives_a_role_of_the_provider(small):
    small("clients: [{name: Acme Ltd, account_managers: [bob@provider.example]}]")
    bob = User.objects.get(email="bob@provider.example")
    assert {"account manager", "account manager of acme-ltd"} <= bob.roles


def test_account_managers_are_exactly_those_given(small):
    small("clients: [{name: Acme Ltd, account_managers: [bob@provider.example]}]")
    small("clients: [{name: Acme Ltd, account_managers: [ann@provider.example]}]")
    assert not User.objects.get(email="bob@provider.example").groups.filter(name__endswith="acme-ltd")
    assert User.objects.get(email="ann@provider.example").groups.filter(name="account manager of acme-ltd")


def test_a_new_client_is_visible_to_technicians(small):
    ann = User.objects.get(email="ann@provider.example")
    assert Client.objects.visible_to(ann).count() == 1


def test_a_rotation_is_stored_as_written_and_taken_away_by_null(small):
    rotation = "{timezone: Europe/London, hand_over: mon 09:00, days: 7, from: 2026-01-05}"
    small(f"teams: [{{name: Helpdesk, rotation: {rotation}}}]")
    assert Team.objects.get().rotation == {
        "timezone": "Europe/London",
        "hand_over": "mon 09:00",
        "days": 7,
        "from": "2026-01-05",
    }
    small("teams: [{name: Helpdesk, rotation: null}]")
    assert Team.objects.get().rotation == {}


def test_a_calendar_that_opens_always_can_get_hours(small):
    small("calendars: [{name: Always, hours: {fri: ['09:00-10:00']}}]")
    live = CalendarVersion.objects.get(of__name="Always", number=2)
    assert live.document == {"timezone": "UTC", "hours": {"fri": ["09:00-10:00"]}}


def test_a_commitment_becomes_an_agreement_of_kind_uc(small):
    commitment = Agreement.objects.get(name="Cloud mail commitment")
    assert commitment.kind == "UC"
    assert commitment.versions.get().document == {"calendar": "Always", "targets": {"A": {"RESPOND": "1h"}}}
    assert Service.objects.get().commitment == commitment


def test_a_changed_commitment_makes_a_new_version(small):
    service = "{name: Cloud mail, commitment: {calendar: Always, targets: {A: {RESPOND: 30m}}}}"
    plan = small(f"vendors: [{{name: Cloudmaker, services: [{service}]}}]")
    assert str(plan.lines[1]) == "change     service        Cloud mail: commitment (version 2)"


def test_contact_points_keep_their_order_and_go_when_they_are_gone(small):
    contacts = "[{kind: hotline, value: '123'}, {kind: portal, value: 'https://help.example'}]"
    small(f"vendors: [{{name: Cloudmaker, services: [{{name: Cloud mail, contacts: {contacts}}}]}}]")
    assert [str(point) for point in ContactPoint.objects.all()] == ["Hotline: 123", "Portal: https://help.example"]
    small("vendors: [{name: Cloudmaker, services: [{name: Cloud mail, contacts: []}]}]")
    assert not ContactPoint.objects.exists()


def test_a_secret_is_taken_from_the_environment_and_encrypted(small):
    plan = small(SMALL, environ={"MAIL_PIN": "4711"})
    stored = ServiceAccount.objects.get().secrets["pin"]
    assert "4711" not in stored
    assert decrypt(stored) == "4711"
    assert plan.count("change") == 1
    assert small(SMALL, environ={"MAIL_PIN": "4711"}).count("change") == 0


def test_a_secret_that_the_environment_lacks_stays_as_it_is(small):
    small(SMALL, environ={"MAIL_PIN": "4711"})
    plan = small(SMALL, environ={})
    assert plan.remarks[0] == "Acme Ltd at Cloud mail: MAIL_PIN is not set, so pin stays as it is"
    assert decrypt(ServiceAccount.objects.get().secrets["pin"]) == "4711"


def test_a_secret_under_a_retired_key_is_sealed_again(small, settings):
    small(SMALL, environ={"MAIL_PIN": "4711"})
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert small(SMALL, environ={"MAIL_PIN": "4711"}).count("change") == 1
    assert decrypt(ServiceAccount.objects.get().secrets["pin"]) == "4711"


def test_only_the_digest_of_a_token_is_stored(small):
    small(SMALL, environ={"NINJA_HOOK": "long random text"})
    assert Integration.objects.get().token_digests == [hashlib.sha256(b"long random text").hexdigest()]
    plan = small(SMALL, environ={})
    assert "NinjaOne: NINJA_HOOK is not set, so its tokens stay as they are" in plan.remarks
    assert len(Integration.objects.get().token_digests) == 1


def test_organisations_are_exactly_those_given(small):
    small('integrations: [{name: NinjaOne, organisations: {"9": Acme Ltd}}]')
    assert [m.external_org for m in Mapping.objects.all()] == ["9"]


def test_a_dry_run_plans_the_same_and_changes_nothing():
    dry = bring_in(SMALL, dry_run=True)
    assert not (Client.objects.exists() or User.objects.exists() or Policy.objects.exists())
    assert dry == bring_in(SMALL)


def test_a_vendor_s_own_system_belongs_to_that_vendor_alone(small):
    small("vendors: [{name: Microsoft}]\nintegrations: [{system: vendor, name: Cases, vendor: Microsoft}]")
    assert Integration.objects.get(system="vendor").vendor.name == "Microsoft"
    small("integrations: [{name: Cases}]")
    assert Integration.objects.get(system="vendor").vendor.name == "Microsoft"
