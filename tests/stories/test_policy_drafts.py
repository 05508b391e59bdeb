"""A policy's draft: begun, saved, published, thrown away, and what becomes of two managers who edit at once."""

from copy import deepcopy
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sla.editing import BadDocument, NothingChanged, NotPublished, PublishedMeanwhile, Unattainable
from tickets.intake import NewTicket, open_ticket
from tiers import drafts
from tiers.drafts import DraftOpen, LintErrors, NoDraft, SavedMeanwhile
from tiers.models import Policy, PolicyVersion
from tiers.policies import live_policy
from tiers.policy_changes import changes


@pytest.fixture
def desk(world):
    """The world with a second manager."""
    world.other = world.person("other@msp.example", "manager")
    return world


def begin(world, **how):
    return drafts.start_draft(policy=world.policy, by=world.manager, now=world.now, **how)


def save(world, draft, document, by=None):
    return drafts.save_draft(
        policy=world.policy, document=document, revision=draft.revision, by=by or world.manager, now=world.now
    )


def publish(world, draft, by=None, note="Slower at night", **how):
    return drafts.publish_draft(
        policy=world.policy, revision=draft.revision, note=note, by=by or world.manager, now=world.now, **how
    )


def slower(document, minutes="25m"):
    """The document with more time for L1 to hand over at P3."""
    document = deepcopy(document)
    document["ladders"]["P3"][0] = {**document["ladders"]["P3"][0], "acknowledge_within": minutes}
    return document


def edit(world, minutes="25m"):
    draft = begin(world)
    return save(world, draft, slower(draft.document, minutes))


def test_a_draft_is_published_as_the_next_version_and_is_gone(desk):
    version = publish(desk, edit(desk))
    assert (version.number, version.author, version.note) == (2, desk.manager, "Slower at night")
    assert version.document["ladders"]["P3"][0]["acknowledge_within"] == "25m"
    assert drafts.open_draft(desk.policy) is None
    assert live_policy("Acme").number == 2


def test_open_tickets_keep_the_version_that_they_were_opened_under(desk):
    before = desk.open(priority="P3")
    publish(desk, edit(desk))
    after = open_ticket(client=desk.acme, wanted=NewTicket(title="New", priority="P3"), by=None, now=desk.now)
    before.refresh_from_db()
    assert (before.policy_version.number, after.policy_version.number) == (1, 2)


def test_starting_twice_opens_the_same_draft(desk):
    first = edit(desk)
    again = drafts.start_draft(policy=desk.policy, by=desk.other, now=desk.now)
    assert (again.pk, again.revision, again.edited_by) == (first.pk, first.revision, desk.manager)


def test_a_draft_may_be_unfinished_and_is_not_live(desk):
    draft = begin(desk)
    unfinished = {**draft.document, "routing": [{"name": "", "when": {"regex": "("}, "then": {}}]}
    saved = save(desk, draft, unfinished)
    assert saved.document["routing"][0]["when"]["regex"] == "("
    assert live_policy("Acme").number == 1
    with pytest.raises(BadDocument) as refused:
        publish(desk, saved)
    assert {path[:2] for path, _ in refused.value.problems} == {("routing", 0)}
    assert drafts.open_draft(desk.policy).revision == saved.revision


@pytest.mark.parametrize("document", [{"ladder": {}}, {"name": "Other"}, {"routing": ["x" * 600_000]}])
def test_what_no_editor_makes_is_not_even_saved(desk, document):
    with pytest.raises(BadDocument):
        save(desk, begin(desk), document)


def test_saving_what_is_there_already_is_no_new_revision(desk):
    draft = begin(desk)
    assert save(desk, draft, draft.document).revision == draft.revision


def test_the_second_of_two_managers_is_told_and_overwrites_nothing(desk):
    both = begin(desk)
    save(desk, both, slower(both.document))
    with pytest.raises(SavedMeanwhile) as told:
        save(desk, both, slower(both.document, "50m"), by=desk.other)
    assert (told.value.draft.edited_by, told.value.draft.edited_at) == (desk.manager, desk.now)
    assert drafts.open_draft(desk.policy).document["ladders"]["P3"][0]["acknowledge_within"] == "25m"


def test_who_publishes_a_draft_that_was_published_is_told_by_which_version(desk):
    draft = edit(desk)
    publish(desk, draft)
    with pytest.raises(NoDraft) as told:
        publish(desk, draft, by=desk.other)
    assert told.value.version.number == 2


def test_who_publishes_a_revision_that_was_saved_over_is_told(desk):
    draft = edit(desk)
    save(desk, draft, slower(draft.document, "50m"), by=desk.other)
    with pytest.raises(SavedMeanwhile):
        drafts.publish_draft(
            policy=desk.policy, revision=draft.revision - 1, note="x", by=desk.manager, now=desk.now
        )  # fmt: skip


def test_a_version_that_was_published_past_the_draft_is_told_and_can_be_built_on(desk):
    draft = edit(desk)
    desk.publish({**PolicyVersion.live(desk.policy).document, "exceptions": []})
    imported = PolicyVersion.live(desk.policy)
    with pytest.raises(PublishedMeanwhile) as told:
        publish(desk, draft)
    assert told.value.version == imported
    draft = drafts.rebase_draft(policy=desk.policy, revision=draft.revision, seen=2, by=desk.manager)
    assert publish(desk, draft).number == 3


def test_a_draft_is_not_built_on_a_version_that_nobody_was_shown(desk):
    draft = edit(desk)
    desk.publish({**PolicyVersion.live(desk.policy).document, "exceptions": []})
    desk.publish({**PolicyVersion.live(desk.policy).document, "routing": []})
    with pytest.raises(PublishedMeanwhile) as told:
        drafts.rebase_draft(policy=desk.policy, revision=draft.revision, seen=2, by=desk.manager)
    assert told.value.version.number == 3 and drafts.open_draft(desk.policy).base_number == 1


def test_paths_are_looked_through_while_nobody_waits_for_the_policy(desk):
    draft = edit(desk)
    with CaptureQueriesContext(connection) as seen:
        publish(desk, draft)
    said = [query["sql"] for query in seen]
    first, second, *_ = (i for i, sql in enumerate(said) if "FOR UPDATE" in sql and "tiers_policy" in sql)
    released = next(i for i, sql in enumerate(said) if sql.startswith("RELEASE SAVEPOINT"))
    [looked] = [i for i, sql in enumerate(said) if "vendors_contactpoint" in sql and i > released][:1]
    assert first < released < looked < second


def test_rolling_back_publishes_an_old_version_anew(desk):
    publish(desk, edit(desk))
    draft = begin(desk, from_number=1)
    version = publish(desk, draft, note="Back to the first")
    assert version.number == 3
    assert changes(PolicyVersion.objects.get(of=desk.policy, number=1).document, version.document) == []


def test_rolling_back_does_not_throw_an_open_draft_away(desk):
    draft = edit(desk)
    with pytest.raises(DraftOpen) as told:
        begin(desk, from_number=1)
    assert told.value.draft == draft


def test_a_version_that_never_was_cannot_be_brought_back(desk):
    with pytest.raises(PolicyVersion.DoesNotExist):
        begin(desk, from_number=7)


def test_a_draft_that_says_what_is_live_is_not_published(desk):
    draft = begin(desk)
    same = {**draft.document, "clients": []}
    with pytest.raises(NothingChanged):
        publish(desk, save(desk, draft, same))


def test_a_note_must_say_why(desk):
    with pytest.raises(BadDocument) as refused:
        publish(desk, edit(desk), note=" ")
    assert [path for path, _ in refused.value.problems] == [("note",)]


def test_a_dead_path_is_not_published(desk):
    draft = begin(desk)
    shadowed = {"name": "Again", "when": {"keywords": ["ransom"]}, "then": {"tier": "L1"}}
    draft = save(desk, draft, {**draft.document, "routing": [*draft.document["routing"], shadowed]})
    with pytest.raises(LintErrors) as refused:
        publish(desk, draft)
    assert [fault.path[:2] for fault in refused.value.faults] == [("routing", 3)]
    assert PolicyVersion.live(desk.policy).number == 1


def test_a_promise_that_breaks_asks_for_a_reason_which_stands_beside_the_version(desk):
    draft = edit(desk, "50h")
    with pytest.raises(Unattainable) as refused:
        publish(desk, draft)
    assert "Acme, P3: acknowledge within 1 hour" in refused.value.promises[0]
    assert drafts.open_draft(desk.policy) == draft
    version = publish(desk, draft, despite="Agreed with Acme by letter")
    assert "Agreed with Acme by letter" in version.note


def test_a_discarded_draft_leaves_what_is_live(desk):
    draft = edit(desk)
    drafts.discard_draft(policy=desk.policy, revision=draft.revision, by=desk.manager)
    assert drafts.open_draft(desk.policy) is None
    assert PolicyVersion.live(desk.policy).number == 1


def test_a_new_policy_climbs_all_tiers_and_is_nobody_s_until_it_is_published(desk):
    draft = drafts.new_policy(name="Night", clients=["Acme"], by=desk.manager, now=desk.now)
    assert [step.get("tier", "vendor") for step in draft.document["ladders"]["P1"]] == ["L1", "L2", "L3", "vendor"]
    assert live_policy("Acme").of == desk.policy
    desk.policy = draft.of
    publish(desk, draft, despite="The OLA's own 30 minutes are longer than Gold allows")
    assert live_policy("Acme").of == draft.of


def test_a_new_policy_that_is_discarded_leaves_nothing(desk):
    draft = drafts.new_policy(name="Night", clients=["Acme"], by=desk.manager, now=desk.now)
    drafts.discard_draft(policy=draft.of, revision=draft.revision, by=desk.manager)
    assert not Policy.objects.filter(name="Night").exists()


@pytest.mark.parametrize("name", ["", "New", "Standard", "standard", "!!"])
def test_a_name_that_is_taken_or_makes_no_address_is_refused(desk, name):
    with pytest.raises(BadDocument) as refused:
        drafts.new_policy(name=name, clients=[], by=desk.manager, now=desk.now)
    assert [path for path, _ in refused.value.problems] == [("name",)]


def test_two_policies_cannot_be_for_the_same_client(desk):
    draft = drafts.new_policy(name="Everyone", clients=[], by=desk.manager, now=desk.now)
    with pytest.raises(BadDocument) as refused:
        drafts.publish_draft(policy=draft.of, revision=1, note="x", by=desk.manager, now=desk.now)
    assert refused.value.problems == [(("clients",), 'everyone else has the policy "Standard" already')]


def test_only_managers_touch_a_draft(desk):
    draft = edit(desk)
    by = {"by": desk.l1}
    verbs = [
        lambda: drafts.start_draft(policy=desk.policy, now=desk.now, **by),
        lambda: drafts.save_draft(policy=desk.policy, document={}, revision=1, now=desk.now, **by),
        lambda: drafts.discard_draft(policy=desk.policy, revision=draft.revision, **by),
        lambda: drafts.rebase_draft(policy=desk.policy, revision=draft.revision, seen=1, **by),
        lambda: drafts.new_policy(name="Mine", clients=[], now=desk.now, **by),
        lambda: publish(desk, draft, **by),
    ]
    for verb in verbs:
        with pytest.raises(PermissionDenied):
            verb()


def test_the_database_refuses_to_change_what_was_published(desk):
    version = publish(desk, edit(desk))
    for change in (lambda rows: rows.update(note="Never said"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(PolicyVersion.objects.filter(pk=version.pk))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_the_same_instant_one_wins_and_one_is_told(settings):
    """Real threads: the row's lock decides."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    from world import World

    world = World()
    world.other = world.person("other@msp.example", "manager")
    draft, outcomes, start = edit(world), [], Barrier(2)

    def try_it(by):
        start.wait()
        try:
            outcomes.append(publish(world, draft, by=by).number)
        except NotPublished as told:
            outcomes.append(type(told))
        finally:
            connection.close()

    threads = [Thread(target=try_it, args=[by]) for by in (world.manager, world.other)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes, key=str) == [2, NoDraft]
