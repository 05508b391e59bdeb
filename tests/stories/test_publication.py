"""A step is edited and published: what follows it, what does not, and what stands as it stood before."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.test import Client as Browser

from accounts.clock import database_now
from clients.models import Client
from documents.catch_up import catch_up
from documents.models import Document, DocumentVersion
from tickets.intake import NewTicket, open_ticket
from tiers.drafts import publish_draft, save_draft, start_draft
from tiers.ladder import Situation, ladder_for
from tiers.promises import check

ALL_DAY = "7 hours"


@pytest.fixture
def published(world):
    """The page, the documents, the alignment and a ticket before; then L1 gets seven hours for P1 instead of 45 min."""
    world.now = database_now() - timedelta(minutes=10)
    moment = world.now + timedelta(seconds=1)
    world.publish(deepcopy(world.policy.versions.get().document))
    catch_up(now=world.now)
    before = {"ticket": world.open(), "slack": slack(world), "moment": moment, "document": policy_document(world)}
    world.now = database_now() - timedelta(minutes=5)
    draft = start_draft(policy=world.policy, by=world.manager, now=world.now)
    document = deepcopy(draft.document)
    document["ladders"]["P1"][0] = {**document["ladders"]["P1"][0], "hand_over_after": "7h"}
    draft = save_draft(policy=world.policy, document=document, revision=1, by=world.manager, now=world.now)
    publish_draft(
        policy=world.policy, revision=draft.revision, note="Longer at night", by=world.manager, now=world.now,
        despite="The story wants it",
    )  # fmt: skip
    catch_up(now=world.now)
    return before


def slack(world):
    findings = check(Client.objects.all(), now=world.now)
    return {f.promise.key: f.alignment.slack_seconds for f in findings if f.promise.priority == "P1"}


def policy_document(world):
    document = Document.objects.get(source_key=f"policy:{world.policy.slug}")
    return DocumentVersion.live(document)


def page(world, **asked):
    browser = Browser()
    browser.force_login(world.reader(world.acme))
    return browser.get("/portal/acme/", asked).content.decode()


def test_the_client_s_page_tells_the_new_time(world, published):
    assert ALL_DAY in page(world)


def test_as_of_a_moment_before_the_page_tells_the_old_time(world, published):
    text = page(world, as_of=published["moment"].isoformat())
    assert "45 minutes" in text and ALL_DAY not in text


def test_the_internal_document_has_a_new_version_that_tells_it(world, published):
    after = policy_document(world)
    assert after.number == published["document"].number + 1
    assert ALL_DAY in after.body and ALL_DAY not in published["document"].body


def test_the_alignment_changes(world, published):
    assert slack(world)["P1::RESOLVE"] < published["slack"]["P1::RESOLVE"]


def test_the_next_ticket_climbs_the_new_ladder_and_the_open_one_its_own(world, published):
    after = open_ticket(client=world.acme, wanted=NewTicket(title="New", priority="P1"), by=None, now=world.now)

    def first_wait(ticket):
        return ladder_for(ticket.policy_version.document, Situation("Acme", "P1")).steps[0].hand_over_after

    assert (first_wait(world.fresh(published["ticket"])), first_wait(after)) == (45 * 60, 7 * 3600)
    assert world.clock(published["ticket"], "OLA_RESOLVE", "step:0").target_seconds == 45 * 60
    assert world.clock(after, "OLA_RESOLVE", "step:0").target_seconds == 7 * 3600
