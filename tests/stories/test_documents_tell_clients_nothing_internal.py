"""What is internal stands in no document that a client may read: unique words are planted wherever staff can write."""

import pytest

from accounts.encryption import encrypt
from clients.models import Asset, Contact, Site
from documents.catch_up import catch_up
from documents.models import Document, DocumentChange, DocumentVersion
from sla.models import Agreement
from tiers.models import Policy, PolicyVersion, Team, Tier
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from world import LADDER

TITLES = ("our helpdesk", "our technical specialists", "our senior engineers")


class Canaries:
    """Hands out words that can come from nowhere else."""

    def __init__(self):
        self.planted = {}

    def __call__(self, where):
        word = f"canary{len(self.planted):03}x"
        self.planted[word] = where
        return word

    def sung_in(self, text):
        return {where for word, where in self.planted.items() if word in text.lower()}


@pytest.fixture
def planted(world):
    """Every internal field holds a canary; then all that follows is published twice, with notes."""
    canary = Canaries()
    world.client("Other")
    names = _people(world, canary)
    _agreements(world, canary)
    _vendor(canary)
    _client(world, canary)
    _policy(world, canary, names, wait="15m")
    catch_up(now=world.now)
    _policy(world, canary, names, wait="10m")
    _vendor(canary)
    catch_up(now=world.now)
    return canary


def _people(world, canary):
    names = {}
    for tier in Tier.objects.all():
        tier.name = names[tier.level] = canary("tier name")
        tier.title, tier.responsibilities = TITLES[tier.level - 1], canary("responsibilities")
        tier.save()
    for team in Team.objects.all():
        team.name, team.email = canary("team name"), f"{canary('team address')}@msp.example"
        team.rotation = {"timezone": "UTC", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05"}
        team.save()
    for user in (world.l1, world.l2, world.l3, world.manager):
        user.name, user.email = canary("member name"), f"{canary('member address')}@msp.example"
        user.save()
    return names


def _agreements(world, canary):
    for agreement in (world.sla, world.ola, world.uc):
        Agreement.objects.filter(pk=agreement.pk).update(name=canary(f"{agreement.kind} name"))
    for severity in ("A", "B"):
        Service.objects.update(severity_of={"P1": severity})


def _vendor(canary):
    Vendor.objects.update(protocol=canary("vendor protocol"), website=f"https://{canary('website')}.example")
    ContactPoint.objects.update(value=f"{canary('vendor contact')}@vendor.example", hours=canary("vendor hours"))
    Service.objects.update(
        required=[{"key": "k", "label": canary("datum"), "source": "question", "question": canary("question")}],
        template={"subject": canary("case subject"), "body": canary("case template")},
        engage_when=[{"words": canary("engagement condition"), "tier_level": 1}],
        plan=canary("support plan"), category=canary("service category"),
    )  # fmt: skip
    secrets = {"pin": encrypt(canary("secret"))}
    ServiceAccount.objects.update(facts={"tenant_id": canary("service account fact")}, secrets=secrets)


def _client(world, canary):
    """Its own facts, which have no place in a contract, and another client's words."""
    Contact.objects.update(name=canary("contact"), phone=canary("phone"))
    Asset.objects.update(name=canary("asset"), serial=canary("serial"))
    Site.objects.create(client=world.acme, name=canary("site"), address=canary("address"))


def _policy(world, canary, names, wait):
    def named(step):
        people = [f"{canary('notified person')}@msp.example"]
        return {**step, "tier": names[int(step["tier"][1])], "notify": people} if "tier" in step else step

    steps = [named({**step, "acknowledge_within": wait}) for step in LADDER]
    exceptions = [
        {"client": "Acme", "category": canary("exception category"), "reason": canary("exception reason"),
         "people": [f"{canary('exception person')}@msp.example"], "agreement": world.agreement_name},
        {"client": "Acme", "priority": "P2", "steps": steps, "reason": canary("exception reason"),
         "client_text": "You have a named specialist."},
        {"client": "Other", "reason": canary("another's reason"), "client_text": canary("another's text")},
    ]  # fmt: skip
    routing = [
        {"name": canary("rule name"), "when": {"keywords": [canary("keyword")]},
         "then": {"tier": names[2], "tags": [canary("tag")]}},
    ]  # fmt: skip
    Policy.objects.update(name=canary("policy name"))
    document = {"ladders": dict.fromkeys(("P1", "P2", "P3"), steps), "exceptions": exceptions, "routing": routing}
    PolicyVersion.publish(world.policy, document, author=world.manager, note=canary("version note"), now=world.now)


def _whole(document):
    """Everything that is kept of a document: names, all versions with their notes, what was done to it."""
    versions = DocumentVersion.objects.filter(of=document)
    changes = DocumentChange.objects.filter(document=document)
    own = (document.name, document.slug, document.words)
    return "\n".join([
        *own, *(f"{v.document['body']}\n{v.document['added']}\n{v.note}" for v in versions),
        *(f"{change.text}\n{change.why}" for change in changes),
    ])  # fmt: skip


@pytest.fixture(autouse=True)
def platinum(world):
    """An agreement that only an exception names."""
    world.agreement_name = "canary-platinum"
    targets = {"P1": {"RESOLVE": "1h"}}
    world.agreement(world.agreement_name, "SLA", {"calendar": "24x7", "targets": targets})


def test_no_internal_word_is_in_any_document_that_acme_may_read(world, planted):
    reader = world.reader(world.acme)
    found = Document.objects.visible_to(reader)
    assert {d.source_key for d in found} == {"contract:acme", "guide:acme"}
    assert found.get(source_key="guide:acme").versions.count() == 2
    for document in found:
        text = _whole(document)
        assert "Your business stands still." in text  # it says something
        assert planted.sung_in(text) == set() and "canary" not in text, document.source_key


def test_no_code_of_ours_is_in_them_either(world, planted):
    for document in Document.objects.filter(audience="CLIENT"):
        words = DocumentVersion.live(document).body.replace("|", " ").split()
        assert not {"P1", "P2", "L1", "L2", "OLA", "24x7", "Office"} & set(words), document.source_key
        assert not any("msp.example" in word or "vendor.example" in word for word in words)


def test_the_canaries_do_sing_in_the_internal_ones(world, planted):
    """The words are there to be found: otherwise finding none would prove nothing."""
    sung = planted.sung_in("\n".join(_whole(d) for d in Document.objects.filter(audience="INTERNAL")))
    assert sung >= {
        "tier name", "responsibilities", "team name", "team address", "member name", "OLA name", "notified person",
        "exception category", "exception reason", "another's reason", "rule name", "keyword", "tag", "policy name",
        "version note", "vendor protocol", "website", "vendor contact", "vendor hours", "datum", "question",
        "case subject", "case template", "engagement condition", "support plan",
    }  # fmt: skip
    assert not sung & {"secret", "service account fact"}


def test_what_is_written_for_another_client_is_in_that_client_s_guide_alone(world, planted):
    other = Document.objects.get(source_key="guide:other")
    assert planted.sung_in(_whole(other)) == {"another's text"}
