"""The review of a draft, and publishing it: differences in words, what stands in the way, and who was quicker."""

import re

import pytest
from forms import form_on

from accounts import roles
from tiers.drafts import discard_draft, open_draft, publish_draft, save_draft, start_draft
from tiers.models import PolicyVersion

PATH = "/policies/standard/draft/review/"
NOTE = {"note": "Faster at the start"}


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


@pytest.fixture
def dana(world):
    return world.person("dana@msp.example", roles.MANAGER)


@pytest.fixture
def edit(world):
    """Change the draft, which is begun when there is none: `edit(routing=[])`, or a wait of P1's first step."""

    def change(wait=None, by=None, **sections):
        by = by or world.manager
        draft = start_draft(policy=world.policy, by=by, now=world.now)
        document = {**draft.document, **sections}
        if wait:
            first, *others = document["ladders"]["P1"]
            steps = [{**first, "acknowledge_within": wait}, *others]
            document["ladders"] = {**document["ladders"], "P1": steps}
        return save_draft(policy=world.policy, document=document, revision=draft.revision, by=by, now=world.now)

    return change


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def live(world):
    return PolicyVersion.live(world.policy)


def test_without_a_draft_there_is_nothing_to_review(desk, world):
    answer = desk.get(PATH)
    assert (answer.status_code, answer.url) == (303, "/policies/standard/draft/")


def test_what_changes_is_said_in_words(desk, edit):
    edit(wait="5m", clients=["Acme"])
    said = words(desk.get(PATH))
    assert "What changes from version 1" in said
    assert "P1, step 1 L1 has 5 minutes to acknowledge (was 15 minutes)" in said
    assert "For whom" in said and "Acme" in said


def test_a_draft_that_changes_nothing_says_so_and_is_not_published(desk, world, edit):
    draft = edit()
    assert "Nothing: the draft says the same as version 1." in words(desk.get(PATH))
    answer = desk.post(PATH, {**NOTE, "revision": draft.revision})
    assert answer.status_code == 422 and "version 1 says the same already" in words(answer) and live(world).number == 1


def test_publishing_makes_the_next_version_and_ends_the_draft(desk, world, edit):
    draft = edit(wait="5m")
    reader = form_on(desk.get(PATH), "publish-form")
    answer = desk.post(PATH, reader.fields | NOTE)
    assert (answer.status_code, answer.url) == (303, "/policies/standard/")
    version = live(world)
    assert (version.number, version.note, version.author) == (2, "Faster at the start", world.manager)
    assert version.document["ladders"]["P1"][0]["acknowledge_within"] == "5m" and open_draft(world.policy) is None
    assert "Standard v2 is published" in words(desk.get(answer.url)) and draft.pk


def test_a_note_is_asked_for(desk, world, edit):
    answer = desk.post(PATH, {"revision": edit(wait="5m").revision, "note": " "})
    assert answer.status_code == 422 and "Say why: it stands for good." in words(answer) and live(world).number == 1


def test_what_is_not_finished_is_listed_with_the_way_to_it(desk, world, edit):
    draft = edit(wait="soon", exceptions=[{"client": "Acme"}])
    page = desk.get(PATH)
    said = words(page)
    assert "To put right first" in said and "Say why it is different. Only staff read it." in said
    assert "/policies/standard/draft/?at=exceptions.0.reason#exceptions.0.reason" in page.content.decode()
    assert "ladders.P1.0.acknowledge_within" in page.content.decode()
    answer = desk.post(PATH, {**NOTE, "revision": draft.revision})
    assert answer.status_code == 422 and "the draft is not finished" in words(answer) and live(world).number == 1


def test_a_link_from_the_review_unfolds_what_it_leads_to(desk, edit):
    edit(exceptions=[{"client": "Acme"}])
    page = desk.get("/policies/standard/draft/?at=exceptions.0.reason").content.decode()
    assert 'data-fold="exceptions.0" open' in page


def test_a_dead_path_keeps_it_from_being_published(desk, world, edit):
    rules = [
        {"name": "All", "when": {}, "then": {"tier": "L1"}},
        {"name": "Never", "when": {"keywords": ["vpn"]}, "then": {"tier": "L2"}},
    ]
    draft = edit(routing=rules)
    page = desk.get(PATH)
    assert "“Never”" in words(page) and "?at=routing.1#routing.1" in page.content.decode()
    answer = desk.post(PATH, {**NOTE, "revision": draft.revision})
    assert answer.status_code == 422 and "some paths of the draft lead nowhere" in words(answer)
    assert live(world).number == 1 and 'value="Faster at the start"' in answer.content.decode()


def test_a_promise_that_breaks_is_shown_with_its_worst_way_and_needs_a_reason(desk, world, edit):
    draft = edit(wait="2h")
    page = desk.get(PATH)
    assert "could not be kept any more" in words(page) and "way-picture" in page.content.decode()
    assert 'name="despite"' in page.content.decode()
    answer = desk.post(PATH, {**NOTE, "revision": draft.revision})
    assert answer.status_code == 422 and "Nothing was published yet" in words(answer) and live(world).number == 1
    answer = desk.post(PATH, {**NOTE, "revision": draft.revision, "despite": "They know of it until May"})
    assert answer.status_code == 303
    assert live(world).note == "Faster at the start Although a promise cannot be kept then: They know of it until May"


def test_a_wait_beyond_the_ola_is_remarked_with_both_figures(desk, edit):
    edit(wait="40m")
    said = words(desk.get(PATH))
    assert "may take 40 minutes to acknowledge; OLA v1 allows L1 30 minutes." in said
    assert "None of these keeps it from being published." in said


def test_the_reason_is_asked_for_at_its_field(desk, edit):
    draft = edit(wait="2h")
    assert "Publish it all the same, because Stands with" in words(desk.get(PATH))
    page = desk.post(PATH, {**NOTE, "revision": draft.revision}).content.decode()
    field = page.partition("Publish it all the same")[2].partition("</form>")[0]
    marked = re.search(r"<input[^>]*name=\"despite\"[^>]*>", field)[0]
    assert all(said in marked for said in ("required", "autofocus", 'aria-invalid="true"')), marked
    assert "Say why it is published although promises break" in field and page.count("autofocus") == 1


def test_a_note_that_lacks_has_the_focus(desk, edit):
    draft = edit(wait="5m")
    page = desk.post(PATH, {"revision": draft.revision, "note": " "}).content.decode()
    assert "autofocus" in re.search(r"<(?:input|textarea)[^>]*name=\"note\"[^>]*>", page)[0]


@pytest.mark.parametrize("sections, is_ready", [({"exceptions": [{"client": "Acme"}]}, False), ({"routing": []}, True)])
def test_what_cannot_be_published_yet_has_no_button_that_does(desk, edit, sections, is_ready):
    edit(**sections)
    page = desk.get(PATH).content.decode()
    button = re.search(r"<button[^>]*>Publish as version 2", page)[0]
    assert ("primary" in button, "disabled" in button) == (is_ready, not is_ready)
    assert ('aria-describedby="not-yet"' in button, 'id="not-yet"' in page) == (not is_ready, not is_ready)


def test_a_draft_that_breaks_nothing_asks_for_no_reason(desk, edit):
    edit(wait="5m")
    page = desk.get(PATH)
    assert 'name="despite"' not in page.content.decode() and "could not be kept any more" not in words(page)


def test_note_and_reason_must_fit_beside_the_version(desk, world, edit):
    draft = edit(wait="2h")
    answer = desk.post(PATH, {"note": "n" * 290, "despite": "d" * 150, "revision": draft.revision})
    assert answer.status_code == 422 and "of 300 characters" in words(answer) and live(world).number == 1


# Two managers


def test_what_was_saved_after_the_review_is_not_published_unseen(desk, world, edit, dana):
    reviewed = edit(wait="5m")
    edit(wait="1m", by=dana)
    answer = desk.post(PATH, {**NOTE, "revision": reviewed.revision})
    said = words(answer)
    assert answer.status_code == 409 and "Dana saved the draft while you reviewed it" in said
    assert "1 minute to acknowledge" in said and live(world).number == 1
    assert 'value="Faster at the start"' in answer.content.decode()
    assert desk.post(PATH, form_on(answer, "publish-form").fields).status_code == 303


@pytest.mark.parametrize("published", [True, False])
def test_of_two_who_publish_one_wins_and_one_is_told(desk, world, edit, dana, published):
    draft = edit(wait="5m")
    page = form_on(desk.get(PATH), "publish-form").fields
    if published:
        publish_draft(policy=world.policy, revision=draft.revision, note="Mine first", by=dana, now=world.now)
    else:
        discard_draft(policy=world.policy, revision=draft.revision, by=dana)
    answer = desk.post(PATH, page | NOTE)
    said = words(answer)
    assert (
        answer.status_code == 409 and "the draft is gone" in said and "You had written: “Faster at the start”" in said
    )
    assert live(world).number == (2 if published else 1) and ("by Dana: “Mine first”" in said) == published


def test_a_version_published_meanwhile_is_shown_before_one_goes_on(desk, world, edit):
    draft = edit(wait="5m")
    world.publish({**live(world).document, "routing": []})
    page = desk.get(PATH)
    said = words(page)
    assert "An import published version 2" in said and "“Ransom” is taken out" in said
    answer = desk.post(PATH, {**NOTE, "revision": draft.revision})
    assert answer.status_code == 409 and live(world).number == 2
    assert 'name="seen" value="2"' in answer.content.decode()
    answer = desk.post(PATH, {"do": "rebase", "revision": draft.revision, "seen": "2"})
    assert (answer.status_code, answer.url) == (303, PATH)
    assert "Published meanwhile" not in words(desk.get(PATH))
    assert desk.post(PATH, {**NOTE, "revision": draft.revision}).status_code == 303
    assert live(world).number == 3 and len(live(world).document["routing"]) == 3


@pytest.mark.parametrize("seen", ["2", "", "x", "0", "²", "99999999999999999999"])
def test_what_was_published_after_one_looked_is_shown_before_one_goes_on(desk, world, edit, seen):
    draft = edit(wait="5m")
    world.publish({**live(world).document, "routing": live(world).document["routing"][:2]})
    world.publish({**live(world).document, "routing": []})
    answer = desk.post(PATH, {"do": "rebase", "revision": draft.revision, "seen": seen})
    said = words(answer)
    assert answer.status_code == 409 and "Standard v3 was published while you looked." in said
    assert "“Ransom” is taken out" in said and "“Firewalls” is taken out" in said and "Say why" not in said
    assert open_draft(world.policy).base_number == 1


def test_a_draft_that_was_saved_meanwhile_is_not_built_on_unseen(desk, world, edit, dana):
    reviewed = edit(wait="5m")
    world.publish({**live(world).document, "routing": []})
    edit(wait="1m", by=dana)
    answer = desk.post(PATH, {"do": "rebase", "revision": reviewed.revision, "seen": "2"})
    assert answer.status_code == 409 and "Dana saved the draft" in words(answer)
    assert open_draft(world.policy).base_number == 1


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999999999999"])
def test_a_revision_that_is_none_publishes_nothing(desk, world, edit, revision):
    edit(wait="5m")
    assert desk.post(PATH, {**NOTE, "revision": revision}).status_code in (409, 422)
    assert live(world).number == 1


# Open tickets keep what they began with; the next one follows the new version


def test_the_next_ticket_follows_what_was_published_and_an_open_one_does_not(desk, world, edit):
    before = world.open()
    first = [{"tier": "L2", "acknowledge_within": "5m"}]
    draft = edit(ladders=dict.fromkeys(("P1", "P2", "P3", "P4"), first), routing=[])
    desk.post(PATH, {**NOTE, "revision": draft.revision, "despite": "It is tried out"})
    after = world.open()
    assert (world.fresh(before).policy_version.number, after.policy_version.number) == (1, 2)
    assert (world.fresh(before).tier.name, after.tier.name) == ("L1", "L2")


# Discarding


DISCARD = "/policies/standard/draft/discard/"


def test_what_is_lost_is_shown_before_a_draft_is_discarded(desk, world, edit):
    draft = edit(wait="5m")
    said = words(desk.get(DISCARD))
    assert "5 minutes to acknowledge" in said and "Version 1 stays in force." in said
    answer = desk.post(DISCARD, {"revision": draft.revision})
    assert (answer.status_code, answer.url) == (303, "/policies/standard/")
    assert open_draft(world.policy) is None and "The draft of Standard is discarded." in words(desk.get(answer.url))


def test_what_somebody_saved_meanwhile_is_not_discarded_unseen(desk, world, edit, dana):
    draft = edit(wait="5m")
    edit(wait="1m", by=dana)
    answer = desk.post(DISCARD, {"revision": draft.revision})
    assert answer.status_code == 409 and "Dana saved the draft" in words(answer) and open_draft(world.policy)


def test_a_draft_that_is_gone_already_is_no_trouble(desk, world):
    assert desk.get(DISCARD).url == "/policies/standard/"
    answer = desk.post(DISCARD, {"revision": 1})
    assert answer.status_code == 303 and "was gone already" in words(desk.get(answer.url))
