"""The pages of policies for those who edit them: versions compared, an old one taken up again, a new policy."""

import re
from datetime import timedelta

import pytest

from tiers.drafts import open_draft, publish_draft, save_draft, start_draft
from tiers.models import Policy, PolicyVersion
from world import NINE

PATH = "/policies/standard/"


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


@pytest.fixture
def second(world):
    world.now = NINE + timedelta(days=1)
    return world.publish({**PolicyVersion.live(world.policy).document, "routing": []})


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_two_versions_are_compared_in_words(desk, second):
    said = words(desk.get(PATH, {"version": 2, "against": 1}))
    assert "What version 2 changed against version 1" in said and "Rule 3 “Ransom” is taken out" in said
    assert "is new" in words(desk.get(PATH, {"version": 1, "against": 2}))
    assert "Nothing: both say the same." in words(desk.get(PATH, {"against": 2}))


@pytest.mark.parametrize("against", ["9", "x", "0", "²"])
def test_a_version_that_there_is_not_is_compared_with_nothing(desk, second, against):
    assert desk.get(PATH, {"version": 2, "against": against}).status_code == 404


def test_an_old_version_is_taken_up_again_and_published_anew(desk, world, second):
    assert "Roll back to version 1" in words(desk.get(PATH)) and "Roll back to version 2" not in words(desk.get(PATH))
    answer = desk.post(f"{PATH}restoration/", {"version": "1"})
    assert (answer.status_code, answer.url) == (303, f"{PATH}draft/review/")
    assert "This draft says what version 1 said." in words(desk.get(answer.url))
    draft = open_draft(world.policy)
    assert draft.base_number == 2 and len(draft.document["routing"]) == 3
    desk.post(answer.url, {"note": "Back to before", "revision": draft.revision})
    live = PolicyVersion.live(world.policy)
    assert live.number == 3 and live.document["routing"] == world.policy.versions.get(number=1).document["routing"]


def test_nothing_is_rolled_back_over_an_open_draft(desk, world, second):
    draft = start_draft(policy=world.policy, by=world.manager, now=world.now)
    answer = desk.post(f"{PATH}restoration/", {"version": "1"})
    said = words(answer)
    assert answer.status_code == 409 and "Not rolled back: there is a draft, which would be lost." in said
    assert "Boss saved it" in said and open_draft(world.policy).document == draft.document


@pytest.mark.parametrize("version", ["", "9", "x", "0", "-1", "99999999999"])
def test_only_a_version_that_there_is_can_be_taken_up(desk, world, version):
    assert desk.post(f"{PATH}restoration/", {"version": version}).status_code == 404
    assert open_draft(world.policy) is None


def test_only_managers_roll_back_and_only_by_post(client, world, second):
    client.force_login(world.l1)
    assert client.post(f"{PATH}restoration/", {"version": "1"}).status_code == 403
    assert "Roll back" not in words(client.get(PATH)) and "Edit" not in words(client.get(PATH))
    client.force_login(world.manager)
    assert client.get(f"{PATH}restoration/").status_code == 405 and open_draft(world.policy) is None


def test_an_open_draft_is_told_with_who_and_when(desk, client, world):
    assert "There is a draft" not in words(desk.get(PATH))
    start_draft(policy=world.policy, by=world.manager, now=world.now)
    assert "There is a draft, saved" in words(desk.get(PATH)) and "by Boss" in words(desk.get("/policies/"))
    client.force_login(world.l1)
    assert "There is a draft" not in words(client.get(PATH))


def test_what_applied_before_an_edit_stays_readable(desk, world):
    world.now = NINE + timedelta(days=1)
    draft = start_draft(policy=world.policy, by=world.manager, now=world.now)
    steps = [{"tier": "L2", "acknowledge_within": "5m"}]
    document = {"ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), steps), "routing": []}
    saved = save_draft(
        policy=world.policy, document=document, revision=draft.revision, by=world.manager, now=world.now
    )  # fmt: skip
    publish_draft(policy=world.policy, revision=saved.revision, note="Shorter", by=world.manager, now=world.now,
                  despite="Tried out")  # fmt: skip
    assert "5 minutes to acknowledge" in words(desk.get(PATH))
    before = words(desk.get(PATH, {"as_of": "2026-03-02T10:00:00Z"}))
    assert "15 minutes to acknowledge" in before and "5 minutes to acknowledge, " not in before.replace("15 m", "")


def test_the_list_and_a_page_cost_as_many_queries_however_many_policies_there_are(
    desk, world, django_assert_max_num_queries
):  # fmt: skip
    def cost():
        with django_assert_max_num_queries(40) as seen:
            desk.get("/policies/")
        return len(seen)

    before = cost()
    for number in range(8):
        made = Policy.objects.create(name=f"Other {number}")
        PolicyVersion.publish(made, {"clients": ["X"], "ladders": {}}, author=None, note="", now=world.now)
        start_draft(policy=made, by=world.manager, now=world.now)
    assert cost() == before


# New policies


def test_a_new_policy_begins_with_a_plain_climb(desk, world):
    answer = desk.post("/policies/new/", {"name": "Night shift", "clients": "Acme"})
    assert (answer.status_code, answer.url) == (303, "/policies/night-shift/draft/")
    draft = open_draft(Policy.objects.get(name="Night shift"))
    assert draft.document["clients"] == ["Acme"]
    assert [step.get("tier") for step in draft.document["ladders"]["P3"]] == ["L1", "L2", "L3", None]
    assert "Nothing is published yet" in words(desk.get("/policies/night-shift/"))
    assert "Only a draft" in words(desk.get("/policies/"))
    assert desk.get("/policies/night-shift/draft/review/").status_code == 200


@pytest.mark.parametrize("sent, message", [
    ({"name": "Standard"}, "already"),
    ({"name": ""}, "Give it a name."),
    ({"name": "New"}, "makes no address"),
    ({"name": "Other", "clients": "Acme, Nobody Ltd"}, "There is no client “Nobody Ltd”."),
])  # fmt: skip
def test_a_new_policy_needs_a_name_of_its_own_and_clients_that_there_are(desk, sent, message):
    answer = desk.post("/policies/new/", sent)
    assert answer.status_code == 422 and message in words(answer) and Policy.objects.count() == 1


def test_a_discarded_new_policy_leaves_nothing(desk, world):
    desk.post("/policies/new/", {"name": "Night shift"})
    said = words(desk.get("/policies/night-shift/draft/discard/"))
    assert "The policy was never published: nothing of it remains." in said
    assert desk.post("/policies/night-shift/draft/discard/", {"revision": "1"}).url == "/policies/"
    assert not Policy.objects.filter(name="Night shift").exists()


def test_only_managers_begin_policies(client, world):
    client.force_login(world.l1)
    assert client.post("/policies/new/", {"name": "Mine"}).status_code == 403 and Policy.objects.count() == 1
