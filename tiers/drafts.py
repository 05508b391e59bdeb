"""A policy's draft: begun from a version, saved as often as one likes, published once it holds, or thrown away.

A policy has at most one draft, which all managers share. Whoever saves says which revision was edited, so that nobody
overwrites what another wrote meanwhile.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import MANAGERS
from sla.editing import (
    BadDocument,
    NothingChanged,
    NotPublished,
    PublishedMeanwhile,
    check_note_and_name,
    promises_kept,
    with_reason,
)
from sla.priorities import PRIORITIES
from tiers.lint import ERROR, Fault, lint
from tiers.lint_facts import known
from tiers.models import Policy, PolicyVersion, Tier
from tiers.policy_check import normal, problems
from tiers.policy_form import PolicyRow

LARGEST = 500_000  # characters of a document, as JSON
SECTIONS = tuple(key for key in PolicyRow.model_fields if key != "name")


class NoDraft(NotPublished):
    """There is no draft any more: somebody published it, or threw it away. `version` is the live one, if any."""

    def __init__(self, version: PolicyVersion | None) -> None:
        super().__init__("there is no draft")
        self.version = version


class DraftOpen(NotPublished):
    """There is a draft already, which would be lost."""

    def __init__(self, draft: PolicyVersion) -> None:
        super().__init__(f"{draft} is open")
        self.draft = draft


class SavedMeanwhile(NotPublished):
    """Somebody saved the `draft` after the revision that this edit began with; it says who and when."""

    def __init__(self, draft: PolicyVersion) -> None:
        super().__init__(f"{draft} was saved meanwhile")
        self.draft = draft


class LintErrors(NotPublished):
    """The document is a policy, and one with a dead path; `faults` are its errors."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.words for fault in faults))
        self.faults = list(faults)


def open_draft(policy: Policy) -> PolicyVersion | None:
    """The draft of a policy, with who saved it last."""
    return PolicyVersion.objects.filter(of=policy, number=None).select_related("of", "edited_by").first()


@transaction.atomic
def new_policy(*, name: str, clients: Sequence[str], by: User, now: datetime) -> PolicyVersion:
    """Make a policy for these clients (none: for everyone else) and return its draft: a plain climb up the tiers.

    Raises PermissionDenied, BadDocument where the name is taken or makes no address.
    """
    _check_manager(by)
    row = Policy(name=name.strip())
    check_note_and_name(row, "a new one", ())
    row.save()
    return _begin(row, _plain_document(clients), 0, by=by, now=now)


@transaction.atomic
def start_draft(*, policy: Policy, by: User, now: datetime, from_number: int | None = None) -> PolicyVersion:
    """The open draft, or a new one made from the live version; `from_number` makes one from that version instead.

    Raises PermissionDenied, DraftOpen where a draft would be lost to `from_number`, PolicyVersion.DoesNotExist.
    """
    _check_manager(by)
    _lock(policy)
    draft, live = open_draft(policy), PolicyVersion.live(policy)
    if draft and from_number is not None:
        raise DraftOpen(draft)
    if draft:
        return draft
    source = live if from_number is None else PolicyVersion.objects.get(of=policy, number=from_number)
    document = source.document if source else _plain_document(())
    return _begin(policy, document, live.number if live else 0, by=by, now=now)


@transaction.atomic
def save_draft(*, policy: Policy, document: Mapping[str, Any], revision: int, by: User, now: datetime) -> PolicyVersion:
    """Save what was written so far, finished or not. `revision` is the one that was edited.

    Raises PermissionDenied, NoDraft, SavedMeanwhile, BadDocument for what no editor makes.
    """
    draft = _edited(policy, revision, by)
    if refused := _misshapen(document):
        raise BadDocument(refused)
    if draft.document == dict(document):
        return draft
    draft.document, draft.revision = dict(document), draft.revision + 1
    draft.edited_by, draft.edited_at = by, now
    draft.save()
    return draft


@transaction.atomic
def rebase_draft(*, policy: Policy, revision: int, seen: int, by: User) -> PolicyVersion:
    """Let the draft stand on the version that was published since it was begun; `seen` is whose changes were shown.

    Raises PermissionDenied, NoDraft, SavedMeanwhile, PublishedMeanwhile where another version is live by now.
    """
    draft = _edited(policy, revision, by)
    live = PolicyVersion.live(policy)
    if live and live.number != seen:
        raise PublishedMeanwhile(live)
    draft.base_number = live.number if live else 0
    draft.save(update_fields=["base_number"])
    return draft


@transaction.atomic
def discard_draft(*, policy: Policy, revision: int, by: User) -> None:
    """Throw the draft away; of a policy that never had a version nothing remains.

    Raises PermissionDenied, NoDraft, SavedMeanwhile.
    """
    _edited(policy, revision, by).delete()
    if not PolicyVersion.objects.filter(of=policy).exists():
        policy.delete()


def publish_draft(
    *, policy: Policy, revision: int, note: str, by: User, now: datetime, despite: str = ""
) -> PolicyVersion:
    """Publish the draft as the next version. `despite` is the reason to do so although a promise then breaks.

    Its paths, which take a while, are looked through before the policy is locked for good; what is published then is
    the same revision. Raises PermissionDenied, NoDraft, SavedMeanwhile, PublishedMeanwhile, BadDocument, LintErrors,
    NothingChanged, Unattainable; nothing is published then, and the draft stays.
    """
    with transaction.atomic():
        _, document = _finished(policy, revision, note, by)
    _check_paths(policy, document, now=now)
    with transaction.atomic():
        draft, document = _finished(policy, revision, note, by)
        with promises_kept(despite, now=now):
            noted = with_reason(note, despite).strip()
            version = PolicyVersion.publish(policy, document, author=by, note=noted, now=now)
            draft.delete()
    return version


def _finished(policy: Policy, revision: int, note: str, by: User) -> tuple[PolicyVersion, dict[str, Any]]:
    """The draft under the policy's lock, and its document as it would be stored, which only its paths can still refuse.

    Raises what `publish_draft` does, but LintErrors and Unattainable.
    """
    draft = _edited(policy, revision, by)
    live = PolicyVersion.live(policy)
    if live and live.number != draft.base_number:
        raise PublishedMeanwhile(live)
    check_note_and_name(policy, note, problems(draft.document, name=policy.name))
    document = tidy(normal(draft.document, name=policy.name))
    if live and tidy(live.document) == document:
        raise NothingChanged(live)
    return draft, document


def tidy(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as it is stored when published: parts that say nothing left out, its sections in their order."""
    return {key: document[key] for key in SECTIONS if document.get(key) or (key == "ladders" and key in document)}


def _check_manager(by: User) -> None:
    if not by.roles & MANAGERS:
        raise PermissionDenied


def _lock(policy: Policy) -> None:
    Policy.objects.select_for_update().get(pk=policy.pk)


def _edited(policy: Policy, revision: int, by: User) -> PolicyVersion:
    """The draft under the policy's lock, which must be the revision that was edited."""
    _check_manager(by)
    if not Policy.objects.select_for_update().filter(pk=policy.pk).exists():
        raise NoDraft(None)
    draft = open_draft(policy)
    if draft is None:
        raise NoDraft(PolicyVersion.live(policy))
    if draft.revision != revision:
        raise SavedMeanwhile(draft)
    return draft


def _begin(policy: Policy, document: Mapping[str, Any], base: int, *, by: User, now: datetime) -> PolicyVersion:
    try:
        with transaction.atomic():
            return PolicyVersion.objects.create(
                of=policy, document=dict(document), base_number=base, author=by, edited_by=by, edited_at=now, revision=1
            )
    except IntegrityError:
        raise DraftOpen(PolicyVersion.objects.get(of=policy, number=None)) from None


def _plain_document(clients: Sequence[str]) -> dict[str, Any]:
    """Every priority climbs all tiers and then the vendor, each as long as its OLA says."""
    names = Tier.objects.order_by("level").values_list("name", flat=True)
    steps = [*({"tier": name} for name in names), {"vendor": True}]
    document: dict[str, Any] = {"clients": list(clients)} if clients else {}
    return {**document, "ladders": {priority: steps for priority in PRIORITIES}, "exceptions": [], "routing": []}


def _misshapen(document: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """What no draft may hold: sections that there are not, and more than anybody writes."""
    unknown = [((key,), "there is no such section") for key in document if key not in SECTIONS]
    size = len(json.dumps(dict(document)))
    return [*unknown, *([((), f"this takes {size:,} of {LARGEST:,} characters")] if size > LARGEST else [])]


def _check_paths(policy: Policy, document: Mapping[str, Any], *, now: datetime) -> None:
    faults = lint(document, known(now=now, policy=policy.name), now=now)
    if errors := [fault for fault in faults if fault.level == ERROR]:
        raise LintErrors(errors)
