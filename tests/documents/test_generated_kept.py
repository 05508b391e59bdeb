"""Clients that are kept to some teams: documents that every technician reads say that there are some, and not who."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client as Browser
from generated_facts import ALWAYS, MICROSOFT_365, MINUTE, POLICY, level, part, policy_with

from documents.catch_up import catch_up
from documents.generated.facts import EXCEPTIONS, RULES, Cadence, Vendor
from documents.generated.kept import KEPT, NOT_SHOWN, RULES_NOT_SHOWN, all_of
from documents.generated.playbook import playbook
from documents.generated.policy import policy
from documents.generated.reading import ground, policy_facts
from documents.generated.vendor_sheet import vendor_sheet
from documents.models import Document, DocumentVersion
from tiers.models import PolicyVersion
from tiers.team_access import keep_to_teams
from vendors.models import ServiceAccount
from world import LADDER

NAMES = {"guide:secret-corp", "contract:secret-corp"}
EXCEPTION = {"client": "Secret Corp", "reason": "They sue us", "client_text": "You are called.", "start_tier": "L2"}
OPEN = {"client": "Acme", "reason": "Unlike Secret Corp they pay.", "start_tier": "L2"}
RULES_OF_BOTH = [
    {"name": "Theirs", "when": {"client": "Secret Corp"}, "then": {"tier": "L3"}},
    {"name": "Firewalls, as at Secret Corp", "when": {"device_type": "NETWORK"}, "then": {"tier": "L2"}},
]


# how it is said


@pytest.mark.parametrize(
    ("names", "kept", "said"),
    [
        ((), False, ""),
        (("Acme",), False, "Acme"),
        (("Acme", "Borealis"), False, "Acme, Borealis"),
        (("Acme", "Borealis"), True, f"Acme, Borealis, and {KEPT}"),
        ((), True, KEPT),
        (("A*c*me",), True, f"A\\*c\\*me, and {KEPT}"),
    ],
)
def test_all_that_use_something_are_told_in_one_line(names, kept, said):
    assert all_of(names, kept) == said


def test_a_vendor_s_sheet_and_the_playbook_say_that_there_are_others():
    service = replace(MICROSOFT_365, clients=("Acme",), kept=True)
    assert f"- **Clients:** Acme, and {KEPT}" in vendor_sheet(Vendor("Microsoft", "", "", (service,)))
    assert f"- **Clients:** Acme, and {KEPT}" in playbook(replace(POLICY, services=(service,)))


def test_what_was_promised_to_them_stands_in_a_row_without_their_names():
    promised = level("P1", ALWAYS, acknowledge=15 * MINUTE)
    known = replace(POLICY, cadences=(Cadence(("Acme",), promised, kept=True), Cadence((), None, kept=True)))
    told = part(playbook(known), "What was promised to whom")
    assert f"| Acme and {KEPT} | 15 minutes |" in told and f"| {KEPT} | - |" in told


def test_a_policy_of_theirs_alone_is_for_them_and_not_for_nobody():
    assert f"- **For:** {KEPT}\n" in policy(replace(POLICY, named=True, clients=(), kept=True))
    assert f"- **For:** Acme and {KEPT}\n" in policy(replace(POLICY, named=True, clients=("Acme",), kept=True))


def test_what_is_left_out_is_said_in_its_place_and_never_denied():
    document = policy(replace(POLICY, left_out=frozenset({EXCEPTIONS, RULES})))
    assert part(document, "What is different for single clients") == NOT_SHOWN
    assert part(document, "Where a ticket begins").startswith(RULES_NOT_SHOWN)
    assert "Nothing is" not in document and "no rules" not in document
    assert (
        part(playbook(replace(POLICY, left_out=frozenset({EXCEPTIONS}))), "For whom it goes another way") == NOT_SHOWN
    )


def test_what_is_left_of_exceptions_and_rules_stands_beside_it():
    rows = policy_with(exceptions=[OPEN], routing=RULES_OF_BOTH[1:])
    document = policy(replace(rows, left_out=frozenset({EXCEPTIONS, RULES})))
    assert "# Acme" in part(document, "What is different for single clients")
    told = part(document, "Where a ticket begins")
    assert told.index("1. ") < told.index(RULES_NOT_SHOWN) < told.index("What no rule")


# from the database


@pytest.fixture
def kept(world):
    """A client that only the first team sees, with an account, an exception and a rule of its own."""
    secret = world.client("Secret Corp")
    ServiceAccount.objects.create(client=secret, service=world.m365, facts={})
    keep_to_teams(client=secret, teams=[world.tiers["L1"].team], by=world.manager, now=world.now)
    said = {"ladders": dict.fromkeys(("P1", "P2"), LADDER), "exceptions": [EXCEPTION, OPEN], "routing": RULES_OF_BOTH}
    PolicyVersion.publish(world.policy, said, author=world.manager, note="As Secret Corp asked", now=world.now)
    return secret


def written():
    """All that anybody reads of each document, by key."""
    return {
        document.source_key: "\n".join([
            document.name, document.words,
            *(f"{version.note} {version.body}" for version in DocumentVersion.objects.filter(of=document)),
        ])
        for document in Document.objects.all()
    }  # fmt: skip


def test_no_document_for_every_technician_names_them(world, kept):
    catch_up(now=world.now)
    told = written()
    assert {key for key, text in told.items() if "secret" in text.lower()} == NAMES
    assert not any("They sue us" in text for text in told.values())
    for key in ("policy:standard", "playbook:standard", "vendor:microsoft"):
        assert KEPT in told[key] and "Acme" in told[key], key
    assert "Unlike another client they pay." in told["policy:standard"]
    assert "As another client asked" in told["policy:standard"]


def test_a_client_that_is_open_to_all_again_is_named_again_and_one_that_is_not_any_more_goes(world, kept):
    catch_up(now=world.now)
    keep_to_teams(client=kept, teams=[], by=world.manager, now=world.now)
    world.now += timedelta(minutes=1)
    assert catch_up(now=world.now) == 3
    assert "They sue us" in DocumentVersion.live(Document.objects.get(source_key="policy:standard")).body
    keep_to_teams(client=kept, teams=[world.tiers["L1"].team], by=world.manager, now=world.now)
    world.now += timedelta(minutes=1)
    assert catch_up(now=world.now) == 3
    for key in ("policy:standard", "playbook:standard", "vendor:microsoft"):
        live = DocumentVersion.live(Document.objects.get(source_key=key))
        assert "Secret" not in live.body + live.note, key


def test_an_earlier_version_that_names_them_is_for_those_alone_who_see_them(world, kept):
    keep_to_teams(client=kept, teams=[], by=world.manager, now=world.now)
    catch_up(now=world.now)
    keep_to_teams(client=kept, teams=[world.tiers["L1"].team], by=world.manager, now=world.now)
    world.now += timedelta(minutes=1)
    catch_up(now=world.now)
    at = f"/documents/{Document.objects.get(source_key='policy:standard').slug}/"

    def seen(user):
        browser = Browser()
        browser.force_login(user)
        return [browser.get(f"{at}{page}").content.decode() for page in ("", "versions/1/", "versions/2/")]

    for page in seen(world.l2):
        assert "Secret" not in page and "They sue us" not in page
    _, first, second = seen(world.l2)
    assert "names clients that are kept" in first and "The ladder of each priority" not in first
    assert "names clients that are kept" in second and "The ladder of each priority" in second
    assert "They sue us" in seen(world.l1)[1] and "They sue us" in seen(world.manager)[1]
    assert "removed" in seen(world.manager)[2]


def test_their_own_documents_are_as_whole_as_ever(world, kept):
    catch_up(now=world.now)
    assert "You are called." in written()["guide:secret-corp"]


def test_where_nobody_is_kept_from_anybody_the_policy_is_shown_whole(world):
    known = ground(now=world.now)
    facts = policy_facts(known.policies[0], known)
    assert (facts.kept, facts.left_out, facts.clients) == (False, frozenset(), ("Acme",))
    assert facts.document == known.policies[0].document
