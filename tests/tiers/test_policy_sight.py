"""What of a policy somebody reads who does not see every client: their own part, and how much more there is."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from clients.access import give_role
from papers import account_manager
from tiers.models import Policy, PolicyVersion
from tiers.policy_sight import OTHERS, Sight, part
from tiers.team_access import keep_to_teams

ACME = Sight(seen=frozenset({"Acme"}), unseen=frozenset({"Other", "Other & Sons"}))
WHOLE = Sight(seen=frozenset({"Acme", "Other"}))
OWN = {"client": "acme", "start_tier": "L2", "reason": "As was agreed with OTHER & Sons", "client_text": "Straight on."}
THEIRS = {"client": "Other", "start_tier": "L3", "reason": "They sue us"}
EVERYBODY = {"category": "Security", "start_tier": "L3", "reason": "Time counts"}


def rule(name, when=None, **then):
    return {"name": name, "when": when or {}, "then": then or {"tier": "L1"}}


@pytest.mark.parametrize(
    "row, is_shown",
    [
        (OWN, True),
        (EVERYBODY, True),
        (THEIRS, False),
        ({**THEIRS, "client": "OTHER"}, False),
        ({**THEIRS, "client": "Long gone"}, False),
        ({**EVERYBODY, "service": "Line of Other"}, False),
        ({**EVERYBODY, "service": "Otherwise"}, True),
    ],
)
def test_an_exception_is_shown_to_who_sees_its_client(row, is_shown):
    found = part({"ladders": {}, "exceptions": [row]}, ACME)
    assert (len(found.document["exceptions"]), found.exceptions) == ((1, 0) if is_shown else (0, 1))


@pytest.mark.parametrize(
    "row, is_shown",
    [
        (rule("Acme", {"client": "Acme"}), True),
        (rule("For all", {"device_type": "SERVER"}), True),
        (rule("No condition"), True),
        (rule("Theirs", {"client": "other"}), False),
        (rule("Words", {"keywords": ["vpn", "other & sons"]}), False),
        (rule("Words", {"keywords": ["otherwise"]}), True),
        (rule("Expression", {"regex": "(?i)other.*down"}), False),
        (rule("Service", {}, service="Line of Other"), False),
    ],
)
def test_a_rule_is_shown_where_it_names_no_client_that_the_reader_does_not_see(row, is_shown):
    found = part({"ladders": {}, "routing": [row]}, ACME)
    assert (found.document["routing"], found.rules) == (([row], 0) if is_shown else ([], 1))


def test_who_is_named_in_passing_is_not_named():
    tagged = rule("Not Other’s", tags=["other", "network"])
    found = part({"exceptions": [OWN], "routing": [tagged]}, ACME).document
    assert found["exceptions"][0]["reason"] == "As was agreed with another client"
    assert found["routing"][0]["name"] == "Not another client’s"
    assert found["routing"][0]["then"]["tags"] == ["another client", "network"]


def test_a_policy_for_some_never_reads_as_one_for_everybody():
    assert part({"clients": ["Acme", "Other"]}, ACME).document["clients"] == ["Acme", OTHERS]
    assert part({"clients": ["Other"]}, ACME).document["clients"] == [OTHERS]
    assert part({"clients": []}, ACME).document["clients"] == []
    assert [ACME.concerns({"clients": names}) for names in (["Other"], ["Acme", "Other"], [])] == [False, True, True]


def test_who_sees_every_client_reads_the_whole():
    document = {"clients": ["Other"], "exceptions": [OWN, THEIRS, {**THEIRS, "client": "Long gone"}]}
    found = part(document, WHOLE)
    assert found.document == document and (found.exceptions, found.rules) == (0, 0) and WHOLE.told("Other") == "Other"


# On the pages


@pytest.fixture
def amy(world):
    """An account manager of Acme; Other has an exception with a reason, and a rule."""
    world.client("Other")
    rules = [rule("Others’ lines", {"client": "Other"}, tier="L3"), rule("Servers", {"device_type": "SERVER"})]
    document = {**PolicyVersion.live(world.policy).document, "exceptions": [OWN, THEIRS], "routing": rules}
    PolicyVersion.publish(world.policy, document, author=world.manager, note="Other sues us", now=world.now)
    return account_manager(world, world.acme)


def words(client, user, path="/policies/standard/"):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    "path",
    ["/policies/", "/policies/standard/", "/policies/standard/?version=2&against=1",
     "/policies/standard/?version=1&against=2", "/policies/standard/?as_of=2030-01-01T00:00Z"],
)  # fmt: skip
def test_an_account_manager_reads_nothing_about_a_client_of_others(client, world, amy, path):
    said = words(client, amy, path)
    assert "Other" not in said.replace("Others that you", "") and "sue" not in said.replace(
        "another client sues us", ""
    )


def test_it_says_how_much_more_there_is(client, world, amy):
    said = words(client, amy)
    assert "As was agreed with" in said and "1 more is about clients that you do not see." in said
    assert "1 more is about clients that you do not see, and stands among these." in said
    compared = words(client, amy, "/policies/standard/?version=2&against=1")
    assert "Acme is new" in compared.replace("acme", "Acme") and "2 more are about clients" in compared


def test_where_all_of_it_is_about_others_it_does_not_say_that_there_is_none(client, world, amy):
    document = PolicyVersion.live(world.policy).document
    theirs = {**document, "exceptions": [THEIRS], "routing": document["routing"][:1]}
    world.publish(theirs)
    world.publish({**theirs, "exceptions": [{**THEIRS, "start_tier": "L2"}]})
    said = words(client, amy, "/policies/standard/?version=4&against=3")
    assert said.count("1 is about clients that you do not see.") == 2
    assert "None: every client" not in said and "No rules:" not in said
    assert "both say the same" not in said and "1 more is about clients that you do not see." in said


def test_managers_read_all_of_it(client, world, amy):
    said = words(client, world.manager)
    assert "They sue us" in said and "Others’ lines" in said and "that you do not see" not in said


def test_a_technician_of_another_team_reads_nothing_of_a_client_that_is_kept_to_one(client, world, amy):
    other = type(world.acme).objects.get(name="Other")
    assert "They sue us" in words(client, world.l2)
    keep_to_teams(client=other, teams=[world.tiers["L1"].team], by=world.manager, now=world.now)
    assert "They sue us" not in words(client, world.l2) and "They sue us" in words(client, world.l1)


def test_a_policy_for_others_alone_is_as_good_as_none(client, world, amy):
    document = {**PolicyVersion.live(world.policy).document, "clients": ["Other"]}
    PolicyVersion.publish(Policy.objects.create(name="Other first"), document, author=None, note="", now=world.now)
    said = words(client, amy, "/policies/")
    assert "first" not in said and "1 more is for clients that you do not see." in said
    assert client.get("/policies/other-first/").status_code == 404
    assert "Other first" in words(client, world.manager, "/policies/")
    give_role(amy, roles.ACCOUNT_MANAGER, type(world.acme).objects.get(name="Other"))
    assert "They sue us" in words(client, amy) and "Other first" in words(client, amy, "/policies/")


def test_a_draft_for_others_alone_is_not_named_either(client, world, amy):
    draft = Policy.objects.create(name="Other soon")
    PolicyVersion.objects.create(of=draft, document={"clients": ["Other"], "ladders": {}})
    assert "soon" not in words(client, amy, "/policies/") and client.get("/policies/other-soon/").status_code == 404


def test_it_costs_as_many_queries_however_many_clients_there_are(client, world, amy):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            client.get("/policies/standard/")
        return len(seen)

    client.force_login(amy)
    before = cost()
    for number in range(5):
        world.client(f"More {number}")
    assert cost() == before
