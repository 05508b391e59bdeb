"""The review of a draft: what it changes, in words; what is wrong with it; which promises it breaks; and publishing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from sla.editing import BadDocument, NothingChanged, NotPublished, PublishedMeanwhile, Unattainable
from sla.fields import despite_field, note_field, sentence
from tiers.drafts import LintErrors, NoDraft, SavedMeanwhile, open_draft, publish_draft, rebase_draft
from tiers.editor import see
from tiers.editor_boxes import place_of, told_at
from tiers.lint import ERROR, lint
from tiers.lint_facts import known
from tiers.models import Policy, PolicyVersion
from tiers.policy_changes import changes
from tiers.policy_check import problems
from tiers.preview import preview
from tiers.promises_page import rows_of
from tiers.views import parts_of

Shown = dict[str, Any]
REBASE = "rebase"
DIGITS = 10
UNATTAINABLE = (
    "Nothing was published yet: promises break by it. Change the times, or say below why it is to hold all the same."
)
REASON = "Say why it is published although promises break, or change the times."


class ReviewForm(forms.Form):
    """Why the draft is published, and which revision of it was reviewed."""

    note = note_field()
    despite = despite_field()
    revision = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing was published, where no field says so; `asks_reason` when a written reason would let it pass."""

    words: str
    status: int
    asks_reason: bool = False


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """What publishing the draft would change; POST publishes it."""
    policy, now = get_object_or_404(Policy, slug=slug), database_now()
    if request.method == "POST":
        return _posted(request, policy, now=now)
    found = open_draft(policy)
    if found is None:
        return see(reverse("policy-draft", args=[slug]))
    return _shown(request, found, ReviewForm(initial={"revision": found.revision}), None, now=now)


def _posted(request: HttpRequest, policy: Policy, *, now: datetime) -> HttpResponse:
    form = ReviewForm(request.POST)
    form.is_valid()
    revision, rebases = form.cleaned_data.get("revision") or 0, request.POST.get("do") == REBASE
    try:
        refused = _rebase(request, policy, revision) if rebases else _publish(request, policy, form, revision, now=now)
    except NoDraft as error:
        return _gone(request, policy, error.version, form.data.get("note", ""), now=now)
    if refused is None:
        return see(reverse("policy-review" if rebases else "policy", args=[policy.slug]))
    found = open_draft(policy)
    if found is None:
        return _gone(request, policy, PolicyVersion.live(policy), form.data.get("note", ""), now=now)
    if rebases:
        form = ReviewForm(initial={"revision": found.revision})
    else:
        form.data = form.data.copy()
        form.data["revision"] = str(found.revision)
    return _shown(request, found, form, refused, now=now)


def _rebase(request: HttpRequest, policy: Policy, revision: int) -> Refused | None:
    """Let the draft stand on the version that was shown, or say why not. Raises NoDraft."""
    seen = request.POST.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < DIGITS else 0
    try:
        rebase_draft(policy=policy, revision=revision, seen=number, by=request.user)
    except PublishedMeanwhile as error:
        return Refused(f"{error.version} was published while you looked. This is what has changed by now.", 409)
    except SavedMeanwhile as error:
        return _refusal(error)
    return None


def _publish(
    request: HttpRequest, policy: Policy, form: ReviewForm, revision: int, *, now: datetime
) -> Refused | None:  # fmt: skip
    """Publish, or say why not. Raises NoDraft."""
    said = form.cleaned_data
    if not form.is_valid():
        return Refused("", 422)
    try:
        version = publish_draft(
            policy=policy, revision=revision, note=said["note"], despite=said["despite"], by=request.user, now=now
        )
    except NoDraft:
        raise
    except BadDocument as error:
        return _told(form, error.problems)
    except NotPublished as error:
        if isinstance(error, Unattainable):
            form.add_error("despite", REASON)
        return _refusal(error)
    messages.success(request, f"{version} is published. New tickets follow it; open ones keep theirs.")
    return None


def _refusal(error: NotPublished) -> Refused:
    """Why nothing was published, in words."""
    match error:
        case SavedMeanwhile(draft=draft):
            who = draft.edited_by or "Somebody"
            return Refused(f"Nothing was published: {who} saved the draft while you reviewed it. Look again.", 409)
        case PublishedMeanwhile(version=version):
            return Refused(f"Nothing was published: {version} was published after this draft was begun.", 409)
        case LintErrors():
            return Refused("Nothing was published: some paths of the draft lead nowhere.", 422)
        case NothingChanged(version=version):
            return Refused(f"Nothing was published: version {version.number} says the same already.", 422)
        case Unattainable():
            return Refused(UNATTAINABLE, 422, asks_reason=True)
    raise error


def _told(form: ReviewForm, refusals: Sequence[tuple[Sequence[str | int], str]]) -> Refused:
    """What is wrong with the note or the reason stands at its field, the rest in the list of the page."""
    for path, message in refusals:
        if len(path) == 1 and path[0] in form.fields:
            form.add_error(str(path[0]), sentence(message))
    in_document = [path for path, _ in refusals if not (len(path) == 1 and path[0] in form.fields)]
    return Refused("Nothing was published: the draft is not finished." if in_document else "", 422)


def _shown(
    request: HttpRequest, found: PolicyVersion, form: ReviewForm, refused: Refused | None, *, now: datetime
) -> HttpResponse:
    policy, live = found.of, PolicyVersion.live(found.of)
    wrong = problems(found.document, name=policy.name)
    context = {
        "policy": policy,
        "draft": found,
        "live": live,
        "form": form,
        "refused": refused,
        "parts": parts_of(changes(live.document if live else {}, found.document)),
        "wrong": _places(wrong),
        "meanwhile": _meanwhile(found, live),
        "now": now,
    }
    if not wrong:
        context |= _consequences(found, now=now)
    needs_reason = bool(context.get("newly") or (refused and refused.asks_reason))
    context["asks_reason"] = needs_reason or bool(form["despite"].value())
    _mark(form, needs_reason=needs_reason)
    return render(request, "tiers/review.html", context, status=refused.status if refused else 200)


def _mark(form: ReviewForm, *, needs_reason: bool) -> None:
    """The reason is asked for where promises break, and the first field that is refused has the focus."""
    form.fields["despite"].required = needs_reason
    wrong = next((name for name in form.fields if name in form.errors), None) if form.is_bound else None
    if wrong:
        form.fields[wrong].widget.attrs["autofocus"] = True


def _consequences(found: PolicyVersion, *, now: datetime) -> Shown:
    """What only a document without faults of form can be asked: its dead paths, and the promises."""
    faults = lint(found.document, known(now=now, policy=found.of.name), now=now)
    seen = preview(found.document, policy=found.of, now=now)
    return {
        "faults": [{"fault": fault, "at": place_of(fault.path)} for fault in faults],
        "blocked": any(fault.level == ERROR for fault in faults),
        "newly": seen.newly,
        "broken": rows_of(seen.broken),
        "checked": seen.checked,
        "unchecked": seen.faults,
    }


def _places(refusals: Sequence[tuple[Sequence[str | int], str]]) -> list[Shown]:
    return [{"at": at, "words": words} for at, all_words in told_at(refusals).items() for words in all_words]


def _meanwhile(found: PolicyVersion, live: PolicyVersion | None) -> Shown | None:
    """The version that was published after the draft was begun, with what it changed."""
    if live is None or live.number == found.base_number:
        return None
    base = PolicyVersion.objects.filter(of=found.of, number=found.base_number).first()
    return {"version": live, "parts": parts_of(changes(base.document if base else {}, live.document))}


def _gone(
    request: HttpRequest, policy: Policy, live: PolicyVersion | None, note: str, *, now: datetime
) -> HttpResponse:
    context = {"policy": policy, "live": live, "note": note, "now": now}
    return render(request, "tiers/editor_gone.html", context, status=409)
