"""What is exported imports as unchanged, here and into an empty database; the demo does."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction
from small_provider import NOON, SMALL, bring_in

from clients.models import Asset, Client
from escalation_portal.configuration import export_configuration, import_configuration
from integrations.models import Integration
from sla.models import AgreementVersion
from tiers.models import PolicyVersion
from vendors.models import Service, Vendor

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo"


def demo() -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(DEMO.glob("*.yaml"))]


def test_the_small_provider_goes_out_and_in_unchanged(small):
    plan = bring_in(export_configuration())
    assert (plan.count("create"), plan.count("change"), plan.count("unchanged")) == (0, 0, 17)


def test_the_demo_goes_out_and_in_unchanged():
    import_configuration(demo(), now=NOON, environ={})
    written = export_configuration()
    plan = bring_in(written)
    assert plan.count("create") == plan.count("change") == 0
    assert plan.count("unchanged") > 100
    assert export_configuration() == written


def test_the_demo_imports_twice_without_a_change():
    import_configuration(demo(), now=NOON, environ={})
    versions = AgreementVersion.objects.count(), PolicyVersion.objects.count()
    plan = import_configuration(demo(), now=NOON, environ={})
    assert plan.count("create") == plan.count("change") == 0
    assert versions == (AgreementVersion.objects.count(), PolicyVersion.objects.count())


def test_an_export_makes_the_same_provider_in_an_empty_database():
    with transaction.atomic():
        import_configuration(demo(), now=NOON, environ={})
        written = export_configuration()
        transaction.set_rollback(True)
    assert not Client.objects.exists()
    bring_in(written)
    assert export_configuration() == written


def test_no_secret_is_ever_exported():
    bring_in(SMALL, environ={"MAIL_PIN": "4711-secret", "NINJA_HOOK": "hook-secret"})
    written = export_configuration()
    stored = [*Integration.objects.get().token_digests, *Service.objects.get().accounts.get().secrets.values()]
    assert not [secret for secret in ("4711-secret", "hook-secret", *stored) if secret in written]


def test_a_text_of_several_lines_is_written_as_a_block():
    import_configuration(demo(), now=NOON, environ={})
    assert "body: |-\n" in export_configuration()


def test_the_demo_is_a_whole_provider():
    import_configuration(demo(), now=NOON, environ={})
    assert (Client.objects.count(), Asset.objects.count(), Vendor.objects.count()) == (5, 30, 7)
    assert len(set(Client.objects.values_list("timezone", flat=True))) == 3
    policy = PolicyVersion.objects.get().document
    assert len(policy["routing"]) >= 12
    assert all(exception["client_text"] for exception in policy["exceptions"])


def test_every_address_of_the_demo_leads_nowhere():
    import_configuration(demo(), now=NOON, environ={})
    addresses = [
        address
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.get_internal_type() == "CharField" and field.name in ("email", "value")
        for address in model._default_manager.values_list(field.name, flat=True)
        if "@" in address
    ]
    assert len(addresses) > 30
    assert [address for address in addresses if not address.endswith(".example")] == []
