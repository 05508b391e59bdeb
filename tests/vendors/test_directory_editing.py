"""Editing the directory: what is saved, what is refused and where, who was quicker, and what is kept of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts import roles
from accounts.encryption import decrypt
from vendors.editing import EditedMeanwhile, Refused, save
from vendors.edits import last_edit
from vendors.models import ContactPoint, DirectoryEdit, Service, ServiceAccount, Vendor
from world import TENANT

MAIL = {"kind": "email", "value": "help@isp.example"}


@pytest.fixture
def microsoft(world):
    return Vendor.objects.get(name="Microsoft")


def saved(world, vendor, form, **more):
    given = {"note": "Agreed by phone", "by": world.manager, "now": world.now, **more}
    return save(vendor, form, **given)


def refused(world, vendor, form, **more):
    with pytest.raises(Refused) as caught:
        saved(world, vendor, form, **more)
    return dict(caught.value.problems)


def service(**keys):
    return {"name": "Microsoft", "services": [{"name": "Microsoft 365", **keys}]}


def test_a_vendor_is_added_with_its_service_and_who_did_it_and_why(world):
    row = saved(world, None, {"name": "Acme Telecom", "services": [{"name": "Line", "contacts": [MAIL]}]})
    edit = last_edit(row)
    assert row.slug == "acme-telecom" and ContactPoint.objects.get(service__name="Line").value == "help@isp.example"
    assert (edit.by, edit.note, edit.at) == (world.manager, "Agreed by phone", world.now)
    assert edit.before == {} and edit.after["services"][0]["contacts"][0]["value"] == "help@isp.example"


def test_only_managers_edit(world, microsoft):
    with pytest.raises(PermissionDenied):
        saved(world, microsoft, {"name": "Microsoft", "website": "https://x.example"}, by=world.l1)


def test_what_a_form_does_not_name_stays(world, microsoft):
    saved(world, microsoft, service(plan="Premier"))
    world.m365.refresh_from_db()
    assert world.m365.plan == "Premier" and world.m365.template["subject"] == "{{client}}: {{problem}}"
    assert world.m365.contact_points.count() == 1


def test_what_changes_nothing_leaves_no_trace(world, microsoft):
    saved(world, microsoft, service(plan="Premier"))
    saved(world, microsoft, service(plan="Premier"))
    assert DirectoryEdit.objects.count() == 1


def test_an_unknown_placeholder_is_refused_with_its_place(world, microsoft):
    words = refused(world, microsoft, service(template={"subject": "Case", "body": "Hello\nTenant {{tenat_id}}"}))
    said = words["services", 0, "template", "body"]
    assert "{{tenat_id}}" in said and "{{tenant_id}}" in said and "line 2, column 8" in said


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_half_written(world, microsoft):
    contacts = [{"kind": "email", "value": "nobody"}, {"kind": "portal", "value": "there"}]
    words = refused(world, microsoft, service(plan="Premier", contacts=contacts))
    assert {"services.0.contacts.0.value", "services.0.contacts.1.value"} == {".".join(map(str, p)) for p in words}
    world.m365.refresh_from_db()
    assert world.m365.plan == "" and not DirectoryEdit.objects.exists()


@pytest.mark.parametrize("name", ["", "new", "???", "Microsoft", "microsoft", "MICROSOFT!"])
def test_a_name_that_makes_no_address_of_its_own_is_refused(world, name):
    assert ("name",) in refused(world, None, {"name": name})


def test_a_service_of_another_vendor_is_refused(world):
    words = refused(world, None, {"name": "Google", "services": [{"name": "Microsoft 365"}]})
    assert words["services", 0, "name"] == "Microsoft 365 belongs to Microsoft"


def test_what_is_said_to_be_new_is_not_there_yet(world, microsoft):
    account = {"client": "Acme", "service": "Microsoft 365", "facts": {}}
    words = refused(world, microsoft, service(plan="Premier") | {"accounts": [account]}, fresh=True, seen=0)
    assert "“Microsoft 365” already" in words["services", 0, "name"]
    assert words["accounts", 0, "client"] == "Acme has an account with Microsoft 365 already: edit that one"
    assert ServiceAccount.objects.get().facts == {"tenant_id": TENANT}


def test_the_same_service_twice_is_refused(world):
    words = refused(world, None, {"name": "ISP", "services": [{"name": "Line"}, {"name": "Line"}]})
    assert "described twice" in words["services", 1, "name"]


def test_a_vendor_is_renamed_and_keeps_its_address(world, microsoft):
    row = saved(world, microsoft, {"name": "Microsoft Ireland"})
    assert (row.name, row.slug) == ("Microsoft Ireland", "microsoft")
    assert last_edit(row).before["name"] == "Microsoft"


def test_who_was_quicker_is_told(world, microsoft):
    other = world.person("other@msp.example", roles.MANAGER)
    saved(world, microsoft, service(plan="Basic"))
    seen = last_edit(microsoft).pk
    saved(world, microsoft, service(plan="Premier"), by=other, now=world.now + timedelta(minutes=1))
    with pytest.raises(EditedMeanwhile) as caught:
        saved(world, microsoft, service(plan="Gold"), seen=seen)
    assert caught.value.edit.by == other and Service.objects.get(name="Microsoft 365").plan == "Premier"


def test_who_changed_something_else_is_in_nobody_s_way(world, microsoft):
    saved(world, microsoft, service(plan="Premier"))
    saved(world, microsoft, service(category="cloud"), seen=0)
    assert Service.objects.get(name="Microsoft 365").category == "cloud"


def test_a_template_is_taken_away_and_a_commitment_too(world, microsoft):
    saved(world, microsoft, service(template=None, commitment=None, severity_of={}))
    world.m365.refresh_from_db()
    assert world.m365.template == {} and world.m365.commitment is None


def test_a_secret_is_sealed_and_stands_in_no_history(world, microsoft):
    required = [{"key": "pin", "label": "PIN", "source": "account.pin", "secret": True, "pattern": "[0-9]{4}"}]
    saved(world, microsoft, service(required=required, template=None))
    account = {"client": "Acme", "service": "Microsoft 365", "secrets_env": {"pin": "pin"}}
    form = {"name": "Microsoft", "accounts": [account]}
    assert (
        "expected form" in refused(world, microsoft, form, secrets={"pin": "none"})["accounts", 0, "secrets_env", "pin"]
    )
    saved(world, microsoft, form, secrets={"pin": "4711"})
    row = ServiceAccount.objects.get()
    assert decrypt(row.secrets["pin"]) == "4711" and row.facts == {"tenant_id": TENANT}
    assert "4711" not in str(list(DirectoryEdit.objects.values("before", "after", "note")))


def test_a_service_in_a_policy_or_with_an_open_ticket_is_not_retired(world, microsoft):
    ticket = world.open(service=world.m365)
    words = refused(world, microsoft, service(retired=True))
    assert ("services", 0, "retired") in words
    with pytest.raises(Refused) as caught:
        saved(world, microsoft, {"name": "Microsoft", "retired": True})
    said = str(caught.value)
    assert "Standard, rule “Sign-in code”" in said and ticket.key in said


def test_a_service_that_nothing_leans_on_is_retired_and_comes_back(world, microsoft):
    world.publish({"ladders": {}, "exceptions": [], "routing": []})
    saved(world, microsoft, service(retired=True))
    assert not Service.objects.offered().exists() and last_edit(microsoft).after["services"][0]["retired"] is True
    saved(world, microsoft, service(retired=False))
    assert Service.objects.offered().exists()


def test_no_service_of_a_retired_vendor_is_offered(world, microsoft):
    world.publish({"ladders": {}, "exceptions": [], "routing": []})
    saved(world, microsoft, {"name": "Microsoft", "retired": True})
    assert not Service.objects.offered().exists() and not Vendor.objects.offered().exists()
