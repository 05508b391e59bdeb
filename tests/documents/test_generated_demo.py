"""The demo's documents: all of them, soon after the import, and nothing internal in what clients read."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients.models import Client
from documents.catch_up import catch_up
from documents.markdown import rendered
from documents.models import Document, DocumentVersion
from documents.writing import LONGEST
from escalation_portal.configuration import import_configuration
from outbox.models import Alarm
from tiers.models import Tier
from vendors.models import Service, ServiceAccount, Vendor

DEMO = Path(__file__).parents[2] / "demo"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def harbour(db):
    import_configuration([(p.name, p.read_bytes()) for p in sorted(DEMO.glob("*.yaml"))], now=NOON, environ={})
    while catch_up(now=NOON):
        pass


def bodies(**wanted):
    found = Document.objects.exclude(source_key="").filter(**wanted)
    return {document.source_key: DocumentVersion.live(document).body for document in found}


def test_one_look_after_the_import_writes_them_all_without_an_alarm(harbour):
    wanted = {"policy:standard", "playbook:standard"}
    wanted |= {f"vendor:{slug}" for slug in Vendor.objects.values_list("slug", flat=True)}
    wanted |= {
        f"{kind}:{slug}" for slug in Client.objects.values_list("slug", flat=True) for kind in ("guide", "contract")
    }
    assert set(bodies()) == wanted and len(wanted) == 19
    assert not Alarm.objects.filter(key__startswith="document:").exists()
    assert all(len(body) < LONGEST / 4 for body in bodies().values())


def test_the_policy_tells_of_every_tier_and_every_service(harbour):
    policy, playbook = bodies()["policy:standard"], bodies()["playbook:standard"]
    for tier in Tier.objects.all():
        assert f"## {tier.name}: {tier.title}" in policy and tier.responsibilities.splitlines()[0] in policy
    for service in Service.objects.all():
        assert f"| {service.name} |" in policy and f"## {service.name} (" in playbook


def test_no_word_of_ours_is_in_what_a_client_reads(harbour):
    tenants = {v for account in ServiceAccount.objects.all() for k, v in account.facts.items() if "id" in k}
    assert tenants
    for key, body in bodies(audience="CLIENT").items():
        assert not re.search(r"\bL[1-9]\b|\bP[1-4]\b|\bOLA\b|harbour\.example|24x7|\b(Gold|Silver)\b", body), key
        assert not [tenant for tenant in tenants if tenant in body], key


def test_a_contract_names_no_other_client(harbour):
    for client in Client.objects.all():
        own = bodies(client=client)
        assert len(own) == 2 and all(client.name in body for body in own.values())
        others = Client.objects.exclude(pk=client.pk).values_list("name", flat=True)
        assert not [(key, other) for key, body in own.items() for other in others if other in body]


def test_northline_s_time_is_ours_where_that_was_agreed(harbour):
    contract = bodies()["contract:northgate-dental-group"]
    assert "# When it is about Northline fibre and critical" in contract
    assert (
        "our time to solve goes on when it is critical, and stands still when it is urgent, normal or minor."
        in contract
    )


def test_they_are_pages_with_headings_tables_and_boxes_to_tick(harbour):
    page = rendered(bodies()["playbook:standard"])
    assert "☐ L1, Helpdesk: acknowledge the ticket within 10 minutes." in page.html and "<table>" in page.html
    assert [heading.words for heading in page.contents if heading.level == 2] == [
        "Checklist", "The escalation path", "Who does what", "For whom it goes another way",
        "What was promised to whom", "Vendors, and what they need to know", "Afterwards",
    ]  # fmt: skip
    assert "\\" not in re.sub(r"<code>.*?</code>", "", page.html, flags=re.DOTALL)
