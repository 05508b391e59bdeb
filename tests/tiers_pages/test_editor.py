"""The policy editor by forms alone: every button saves and comes back, what is wrong is told at its field."""

import re
from urllib.parse import unquote

import pytest
from forms import form_on

from accounts import roles
from tiers.drafts import discard_draft, open_draft, publish_draft, save_draft, start_draft
from tiers.models import PolicyVersion
from world import LADDER

PATH = "/policies/standard/draft/"


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


@pytest.fixture
def draft(world):
    return start_draft(policy=world.policy, by=world.manager, now=world.now)


@pytest.fixture
def dana(world):
    return world.person("dana@msp.example", roles.MANAGER)


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def send(desk, page=None, *, at=PATH, **changes):
    """Press a button of the form as a browser would, with these fields changed; `do` names the button."""
    reader = form_on(page or desk.get(PATH))
    sent = reader.fields | {name.replace("__", "."): value for name, value in changes.items()}
    for name in ("do", "over"):
        if changes.get(name):
            assert (name, changes[name]) in reader.buttons, f"no button {changes[name]}"
    return desk.post(at, sent)


def stored(world):
    return open_draft(world.policy).document


def error_at(answer, field) -> str:
    said = answer.content.decode()
    at = f'id="{field}:said"'
    assert at in said, words(answer)
    return re.sub(r"<[^>]*>", " ", said[said.index(at) :].split("</span></div></div>")[0])


def test_reading_makes_no_draft_and_a_button_begins_one(desk, world):
    assert "There is no draft" in words(desk.get(PATH)) and open_draft(world.policy) is None
    answer = desk.post(PATH, {"do": ":start"})
    assert (answer.status_code, answer.url) == (303, PATH)
    draft = open_draft(world.policy)
    assert (draft.base_number, draft.edited_by, draft.document["ladders"]["P1"]) == (1, world.manager, LADDER)


def test_starting_twice_goes_on_with_the_open_draft(desk, world, draft):
    desk.post(PATH, {"do": ":start"})
    assert PolicyVersion.objects.filter(of=world.policy, number=None).get() == draft


def test_saving_what_was_not_touched_changes_nothing(desk, world, draft):
    before = draft.document
    assert send(desk, do="").status_code == 303
    after = open_draft(world.policy)
    rule = before["routing"][0]
    assert after.document["routing"][0] == rule and after.document["ladders"]["P2"][1:] == before["ladders"]["P2"][1:]


def test_a_wait_is_edited_in_its_picture(desk, world, draft):
    answer = send(desk, ladders__P1__0__acknowledge_within=["5m"], do="")
    assert answer.status_code == 303 and answer.url == PATH
    saved = open_draft(world.policy)
    assert saved.document["ladders"]["P1"][0]["acknowledge_within"] == "5m" and saved.revision == draft.revision + 1
    assert PolicyVersion.live(world.policy).document["ladders"]["P1"][0]["acknowledge_within"] == "15m"
    assert "1 change to version 1" in words(desk.get(PATH))


def test_a_bad_wait_is_told_at_its_field_and_the_rest_is_kept(desk, world, draft):
    send(desk, ladders__P2__1__acknowledge_within=["2d"], ladders__P2__1__hand_over_after=["3h"], do="")
    page = desk.get(PATH)
    assert "a day is ambiguous" in error_at(page, "ladders.P2.1.acknowledge_within")
    assert 'value="2d"' in page.content.decode() and 'value="3h"' in page.content.decode()
    assert 'data-fold="ladders.P2" open' in page.content.decode()
    assert "1 to put right" in words(page)


FAULTS = [
    ("ladders.P1.0.tier", "", "Choose a tier, or the vendor."),
    ("ladders.P1.0.tier", "*vendor*", ""),
    ("ladders.P1.0.repeat", "often", "Write a number from 0 to 10."),
    ("ladders.P1.0.repeat", "-1", "Write a number from 0 to 10."),
    ("ladders.P1.0.repeat", "11", "Write a number from 0 to 10."),
    ("routing.1.then.assignee", "eve@elsewhere.example", "there is no person with the address"),
    ("ladders.P1.0.notify", "everybody", "neither on_call"),
    ("routing.1.then.service", "Nowhere", "there is no service “Nowhere”"),
    ("routing.1.when.regex", "(?i)(vpn", "missing ) to the ( at position 5"),
    ("routing.1.name", "", "Give the rule a name"),
    ("clients", "Acme, Nobody Ltd", "there is no client “Nobody Ltd”"),
]


@pytest.mark.parametrize("field, written, said", FAULTS)
def test_each_fault_stands_at_its_field(desk, draft, field, written, said):
    desk.post(PATH, form_on(desk.get(PATH)).fields | {field: [written]})
    page = desk.get(PATH)
    if said:
        assert said.lower() in error_at(page, field).lower().replace("&quot;", '"')
    else:
        assert "The first step needs a tier. To begin at the vendor" in words(page)


def test_buttons_move_rules_and_come_back_to_them(desk, world, draft):
    answer = send(desk, do="routing.2:up")
    assert unquote(answer.url).endswith("?at=routing.1&did=up#routing.1:up")
    assert [rule["name"] for rule in stored(world)["routing"]] == ["Sign-in code", "Ransom", "Firewalls"]
    page = desk.get(answer.url)
    assert "“Ransom” is now at place 2 of 3." in words(page) and 'data-fold="routing.1" open' in page.content.decode()
    assert 'id="routing.1:up"' in page.content.decode()


def test_what_was_typed_is_saved_with_the_button_that_was_pressed(desk, world, draft):
    send(desk, routing__0__name=["Codes"], do="routing.0:down")
    assert [rule["name"] for rule in stored(world)["routing"]] == ["Firewalls", "Codes", "Ransom"]


def test_a_new_rule_says_at_once_what_it_still_needs(desk, world, draft):
    answer = send(desk, do="routing:add")
    assert answer.url.endswith("#routing.3.name")
    fresh = desk.get(answer.url)
    assert 'data-fold="routing.3" open' in fresh.content.decode()
    assert "Give the rule a name" in error_at(fresh, "routing.3.name")


def test_the_draft_counts_what_its_review_lists(desk, world, draft):
    send(desk, do="exceptions:add")
    fresh = words(desk.get(send(desk, do="routing:add").url))
    review = desk.get("/policies/standard/draft/review/").content.decode()
    listed = review.partition('id="wrong"')[2].partition("</ul>")[0].count("<li")
    assert (listed, words(desk.get(PATH)).count("3 to put right")) == (3, 1)
    assert [fresh.count(f"{count} to put right") for count in (1, 2, 3)] == [1, 1, 1]


def test_an_exception_needs_its_reason(desk, world, draft):
    send(desk, do="exceptions:add")
    send(desk, exceptions__0__client=["Acme"], exceptions__0__start_tier=["L2"], do="")
    assert "Say why it is different. Only staff read it." in error_at(desk.get(PATH), "exceptions.0.reason")
    send(desk, exceptions__0__reason=["Their contract"], do="")
    assert stored(world)["exceptions"] == [{"client": "Acme", "start_tier": "L2", "reason": "Their contract"}]
    assert "to put right" not in words(desk.get(PATH))


def test_an_exception_gets_a_ladder_of_its_own_and_gives_it_up(desk, world, draft):
    send(desk, do="exceptions:add")
    answer = send(desk, do="exceptions.0.steps:own")
    assert answer.url.endswith("#exceptions.0.steps.0.tier")
    assert len(stored(world)["exceptions"][0]["steps"]) == 4
    send(desk, do="exceptions.0.steps.1:remove")
    assert [step.get("tier") for step in stored(world)["exceptions"][0]["steps"]] == ["L1", "L3", None]
    send(desk, do="exceptions.0.steps:none")
    assert "steps" not in stored(world)["exceptions"][0]


def test_a_ladder_is_copied_from_another(desk, world, draft):
    send(desk, ladders__P1__0__hand_over_after=["20m"], do="")
    send(desk, do="ladders.P3:copy=P1")
    assert stored(world)["ladders"]["P3"] == stored(world)["ladders"]["P1"] != stored(world)["ladders"]["P2"]
    assert "the same as P3" in words(desk.get(PATH))


def test_what_was_taken_out_can_be_put_back_once(desk, world, draft):
    answer = send(desk, do="routing.1:remove")
    assert len(stored(world)["routing"]) == 2
    page = desk.get(answer.url)
    assert "“Firewalls” is taken out." in words(page)
    send(desk, page, do=":undo")
    assert [rule["name"] for rule in stored(world)["routing"]] == ["Sign-in code", "Firewalls", "Ransom"]
    again = desk.post(PATH, form_on(desk.get(PATH)).fields | {"do": ":undo"})
    assert again.status_code == 409 and "not there any more" in words(again) and len(stored(world)["routing"]) == 3


def test_a_button_about_what_is_gone_loses_nothing(desk, world, draft):
    sent = form_on(desk.get(PATH)).fields | {"do": "routing.9:up", "routing.0.name": ["Half written"]}
    answer = desk.post(PATH, sent)
    assert answer.status_code == 409 and 'value="Half written"' in answer.content.decode()
    assert stored(world)["routing"][0]["name"] == "Sign-in code"


@pytest.mark.parametrize("do, where", [(":review", "review/"), (":trial", "trial/"), (":discard", "discard/")])
def test_a_button_that_leads_away_saves_first(desk, world, draft, do, where):
    answer = send(desk, routing__0__name=["Codes"], do=do)
    assert (answer.status_code, answer.url) == (303, PATH + where)
    assert stored(world)["routing"][0]["name"] == "Codes"


def test_a_script_gets_the_form_alone_with_the_rows_as_they_were(desk, world, draft):
    sent = form_on(desk.get(PATH)).fields | {
        "do": "routing.2:up",
        "scripted": "yes",
        "open": ["routing.2", "routing.0"],
    }
    answer = desk.post(PATH, sent, headers={"HX-Request": "true"})
    said = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in said and 'data-focus="routing.1:up"' in said
    assert re.findall(r'data-fold="([^"]*)" open', said) == ["routing.0", "routing.1"]
    assert 'data-said="“Ransom” is now at place 2 of 3."' in said


# Two managers


@pytest.fixture
def told(desk, world, draft, dana):
    """What the second one reads: Dana saved after the page was opened."""
    page = desk.get(PATH)
    theirs = draft.document | {"routing": draft.document["routing"][:2]}
    save_draft(policy=world.policy, document=theirs, revision=draft.revision, by=dana, now=world.now)
    return send(desk, page, routing__0__name=["Mine"], do="")


def test_the_second_is_told_and_nothing_is_overwritten(world, draft, told):
    said = words(told)
    assert told.status_code == 409 and "Dana saved this draft" in said and "after you had opened it" in said
    assert "Rule 3 “Ransom”: is new" in said and 'value="Mine"' in told.content.decode()
    assert stored(world)["routing"] == draft.document["routing"][:2]


def test_the_second_may_take_his_own_over_it(desk, world, told):
    again = send(desk, told, do="")
    assert again.status_code == 409
    over = str(open_draft(world.policy).revision)
    assert send(desk, told, over=over).status_code == 303
    assert [rule["name"] for rule in stored(world)["routing"]] == ["Mine", "Firewalls", "Ransom"]


def test_whoever_is_third_is_told_as_well(desk, world, dana, told):
    now = open_draft(world.policy)
    save_draft(policy=world.policy, document={**now.document, "exceptions": [{}]}, revision=now.revision, by=dana,
               now=world.now)  # fmt: skip
    assert send(desk, told, over=str(now.revision)).status_code == 409
    assert stored(world)["exceptions"] == [{}]


def test_the_same_saved_twice_is_no_conflict(desk, world, draft):
    page = desk.get(PATH)
    assert send(desk, page, routing__0__name=["Mine"], do="").status_code == 303
    assert send(desk, page, routing__0__name=["Mine"], do="").status_code == 303
    other = send(desk, page, routing__0__name=["Mine too"], do="")
    assert other.status_code == 409 and "you saved this draft in another window" in words(other)


def test_whose_draft_was_discarded_begins_a_new_one_with_his_own(desk, world, draft, dana):
    page = desk.get(PATH)
    discard_draft(policy=world.policy, revision=draft.revision, by=dana)
    told = send(desk, page, routing__0__name=["Mine"], do="")
    assert told.status_code == 409 and "this draft is gone" in words(told) and 'value="Mine"' in told.content.decode()
    assert open_draft(world.policy) is None
    assert send(desk, told, over="new").status_code == 303
    assert stored(world)["routing"][0]["name"] == "Mine"


def test_a_new_draft_of_somebody_else_is_not_overwritten_by_mine(desk, world, draft, dana):
    page = desk.get(PATH)
    discard_draft(policy=world.policy, revision=draft.revision, by=dana)
    told = send(desk, page, routing__0__name=["Mine"], do="")
    theirs = start_draft(policy=world.policy, by=dana, now=world.now)
    assert send(desk, told, over="new").status_code == 409
    assert stored(world) == theirs.document


def test_whose_draft_was_published_is_told_by_whom(desk, world, draft, dana):
    page = desk.get(PATH)
    changed = {**draft.document, "routing": draft.document["routing"][:1]}
    saved = save_draft(policy=world.policy, document=changed, revision=draft.revision, by=dana, now=world.now)
    publish_draft(policy=world.policy, revision=saved.revision, note="Fewer rules", by=dana, now=world.now)
    told = send(desk, page, do="")
    assert told.status_code == 409 and "Version 2 is live" in words(told) and "by Dana: “Fewer rules”" in words(told)


def test_a_draft_that_stands_on_an_older_version_says_so(desk, world, draft):
    world.publish({**draft.document, "routing": []})
    assert "Version 2 was published" in words(desk.get(PATH))


# Who may


@pytest.mark.parametrize("path", ["", "trial/", "review/", "discard/"])
def test_others_than_managers_neither_see_nor_change_a_draft(client, world, draft, path):
    client.force_login(world.l1)
    assert client.get(PATH + path).status_code == 403
    assert client.post(PATH + path, {"do": ":start", "revision": draft.revision, "title": "x"}).status_code == 403
    assert open_draft(world.policy).revision == draft.revision


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(desk, draft, method):
    assert getattr(desk, method)(PATH).status_code == 405


def test_an_unknown_policy_is_nowhere(desk):
    assert desk.get("/policies/nowhere/draft/").status_code == 404


def test_too_much_is_refused_and_kept_on_the_screen(desk, world, draft):
    answer = desk.post(PATH, form_on(desk.get(PATH)).fields | {"routing.0.name": ["x" * 500_001]})
    assert answer.status_code == 422 and "Nothing was saved" in words(answer)
    assert stored(world) == draft.document


def test_a_rule_s_assignee_is_chosen_by_name_and_its_pattern_has_a_trial_beside_it(desk, world, draft, dana):
    page = desk.get(PATH).content.decode()
    chosen = page.partition('id="routing.0.then.assignee"')[2].partition("</select>")[0]
    assert '<option value="round_robin">The team&#x27;s people in turn</option>' in chosen
    assert f'<option value="{world.l1.email}">{world.l1}</option>' in chosen and dana.email not in chosen
    send(desk, routing__0__then__assignee=[world.l1.email], do="")
    assert stored(world)["routing"][0]["then"]["assignee"] == world.l1.email
    beside = desk.get(PATH).content.decode().partition('id="routing.0.when.regex"')[2].partition("</fieldset>")[0]
    assert 'value=":trial"' in beside and "finds “Backup of SRV1 failed”" in beside


def test_a_large_policy_costs_as_many_queries_as_a_small_one(desk, world, draft, django_assert_max_num_queries):
    rules = [{"name": f"Rule {n}", "when": {"keywords": [f"word{n}"]}, "then": {"tier": "L2"}} for n in range(120)]
    save_draft(policy=world.policy, document={**draft.document, "routing": rules}, revision=draft.revision,
               by=world.manager, now=world.now)  # fmt: skip
    with django_assert_max_num_queries(26) as seen:
        page = desk.get(PATH)
    assert len(seen) > 5 and len(form_on(page).fields) > 1000
    assert send(desk, page, routing__119__name=["Last"], do="").status_code == 303
    assert stored(world)["routing"][119]["name"] == "Last"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ settings }}"])
def test_what_is_written_is_text(desk, world, draft, text):
    send(desk, routing__0__name=[text], clients=[text], ladders__P1__0__tier=[text], do="")
    said = desk.get(PATH).content.decode()
    assert "<script>alert" not in said and "<img src=x" not in said
    assert form_on(desk.get(PATH)).fields["routing.0.name"] == [text]
