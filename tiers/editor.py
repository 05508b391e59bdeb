"""The policy editor: one form whose buttons save the draft, with a change or without, and come back to the same place.

It needs no script; with one the same posts are sent in the background and answered by the form alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from sla.editing import BadDocument
from tiers.drafts import NoDraft, SavedMeanwhile, open_draft, save_draft, start_draft
from tiers.editor_boxes import Known, told_at
from tiers.editor_fields import document_of
from tiers.editor_moves import Taken, UnknownMove, act, put_back, remapped, taken
from tiers.editor_page import Look, page
from tiers.models import Policy, PolicyVersion, Tier
from tiers.policy_changes import changes
from tiers.policy_check import known_names, problems

START, UNDO = ":start", ":undo"
# Buttons that save and then go elsewhere.
WAYS = {":review": "policy-review", ":trial": "policy-trial", ":discard": "policy-discard"}
TAKEN = "policy_taken_out"  # where the session keeps what was taken out last
GONE = "What this button is about is not there any more. Nothing of what you wrote is lost."


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form said: the document with the change that its button stands for, and what that change was.

    `at` is the path that was acted on, `did` the verb, `said` what happened in a sentence.
    """

    document: dict[str, Any]
    revision: int
    opened: tuple[str, ...] | None = None
    at: str = ""
    did: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Why what was sent was not saved: somebody saved the draft meanwhile, or it is gone."""

    draft: PolicyVersion | None
    live: PolicyVersion | None

    @property
    def other(self) -> PolicyVersion | None:
        """What stands now in place of what was edited."""
        return self.draft or self.live

    @property
    def over(self) -> str:
        """What the button says that puts one's own text in its place."""
        return str(self.draft.revision) if self.draft else "new"


@for_roles(MANAGERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft of a policy in its editor. Reading makes none; it is begun, and saved, by POST."""
    policy = get_object_or_404(Policy, slug=slug)
    if request.method == "POST":
        return _posted(request, policy, now=database_now())
    found = open_draft(policy)
    if found is None:
        live = PolicyVersion.live(policy)
        return render(request, "tiers/editor_start.html", {"policy": policy, "live": live, "now": database_now()})
    at, did = request.GET.get("at", ""), request.GET.get("did", "")
    return _shown(request, found, Sent(found.document, found.revision, at=at, did=did))


def _posted(request: HttpRequest, policy: Policy, *, now: datetime) -> HttpResponse:
    if request.POST.get("do") == START:
        start_draft(policy=policy, by=request.user, now=now)
        return see(reverse("policy-draft", args=[policy.slug]))
    found = open_draft(policy) or PolicyVersion(of=policy)
    try:
        sent = _sent(request)
    except UnknownMove:
        messages.error(request, GONE)
        return _shown(request, found, Sent(_written(request), _revision(request)), status=409)
    try:
        saved = _save(request, policy, sent, now=now)
    except SavedMeanwhile as error:
        return _shown(request, error.draft, sent, overtaken=Overtaken(error.draft, None), status=409)
    except NoDraft as error:
        return _shown(request, found, sent, overtaken=Overtaken(None, error.version), status=409)
    except BadDocument as error:
        messages.error(request, "Nothing was saved. " + " ".join(message for _, message in error.problems))
        return _shown(request, found, sent, status=422)
    return _next(request, saved, replace(sent, revision=saved.revision))


def _sent(request: HttpRequest) -> Sent:
    """What the form says, with the change of its button made. Raises UnknownMove."""
    asked, document, opened = request.POST.get("do", ""), _written(request), _opened(request)
    sent = Sent(document, _revision(request), opened)
    if asked == UNDO:
        moved = put_back(document, _taken_out(request))
        return replace(sent, document=moved.document, at=moved.at, did="undo", said=moved.said)
    if not asked or asked in WAYS:
        return sent
    moved = act(document, asked)
    if removed := taken(document, asked):
        request.session[TAKEN] = {"policy": request.path, "path": removed.path, "row": removed.row}
    if opened is not None:
        opened = tuple(filter(None, (remapped(document, asked, path) for path in opened)))
    did = asked.partition(":")[2].partition("=")[0]
    return replace(sent, document=moved.document, opened=opened, at=moved.at, did=did, said=moved.said)


def _written(request: HttpRequest) -> dict[str, Any]:
    return document_of(dict(request.POST.lists()))


def _opened(request: HttpRequest) -> tuple[str, ...] | None:
    """The rows that are unfolded, which only a script knows."""
    return tuple(request.POST.getlist("open")) if "scripted" in request.POST else None


def _revision(request: HttpRequest) -> int:
    """The revision that was edited, or the one that is to be overwritten; 0, which no draft has, for anything else."""
    written = request.POST.get("over") or request.POST.get("revision", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _taken_out(request: HttpRequest) -> Taken:
    kept = request.session.pop(TAKEN, None)
    if not kept or kept["policy"] != request.path:
        raise UnknownMove(UNDO)
    return Taken(kept["path"], kept["row"])


def _save(request: HttpRequest, policy: Policy, sent: Sent, *, now: datetime) -> PolicyVersion:
    """Save what was sent; to have saved the very same in another window is no conflict.

    Raises SavedMeanwhile, NoDraft, BadDocument.
    """
    revision = sent.revision
    if request.POST.get("over") == "new":
        begun = start_draft(policy=policy, by=request.user, now=now)
        if begun.edited_at != now:
            raise SavedMeanwhile(begun)
        revision = begun.revision
    try:
        return save_draft(policy=policy, document=sent.document, revision=revision, by=request.user, now=now)
    except SavedMeanwhile as error:
        if error.draft.document != sent.document:
            raise
        return error.draft


def _next(request: HttpRequest, saved: PolicyVersion, sent: Sent) -> HttpResponse:
    """To the same place, or where the button leads."""
    slug, asked = saved.of.slug, request.POST.get("do", "")
    if asked in WAYS:
        return see(reverse(WAYS[asked], args=[slug]))
    if request.htmx:
        return _shown(request, saved, sent)
    messages.success(request, sent.said or "The draft is saved.")
    place = f"?{urlencode({'at': sent.at, 'did': sent.did})}#{quote(focus_of(sent), safe='.:')}" if sent.at else ""
    return see(reverse("policy-draft", args=[slug]) + place)


def focus_of(sent: Sent) -> str:
    """The id of the element that has the focus after what was done."""
    first = {"routing": "name", "exceptions": "client"}
    parent, _, _ = sent.at.rpartition(".")
    is_row = sent.at.rpartition(".")[2].isdigit()
    if sent.did == "own":
        return f"{sent.at}.0.tier"
    if sent.did in ("up", "down") and is_row:
        return f"{sent.at}:{sent.did}"
    if is_row and (sent.did == "add" or parent not in first):
        return f"{sent.at}.{first.get(parent, 'tier')}"
    return f"{sent.at}:fold" if is_row or sent.at.count(".") == 1 else f"{sent.at}:add"


def see(url: str) -> HttpResponse:
    """Go there by GET."""
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def _shown(
    request: HttpRequest, found: PolicyVersion, sent: Sent, *, overtaken: Overtaken | None = None, status: int = 200
) -> HttpResponse:
    """The editor with what was sent, also where that was not saved."""
    policy, live = found.of, PolicyVersion.live(found.of)
    told = told_at(problems(sent.document, name=policy.name))
    look = Look(told, known(), at=sent.at, opened=sent.opened)
    context = {
        "policy": policy,
        "draft": found,
        "live": live,
        "sent": sent,
        "saved": status == 200,
        "focus": focus_of(sent) if sent.at else "",
        "may_undo": sent.did == "remove" and TAKEN in request.session,
        "overtaken": overtaken,
        "differs": changes(overtaken.other.document, sent.document) if overtaken and overtaken.other else [],
        "changed": changes(live.document if live else {}, sent.document),
        "behind": live and live.number != found.base_number and not overtaken,
        "now": database_now(),
        **page(sent.document, look),
    }
    template = "tiers/editor.html#form" if request.htmx else "tiers/editor.html"
    return render(request, template, context, status=status)


def known() -> Known:
    """What there is to choose from."""
    levels: Mapping[str, int] = dict(Tier.objects.values_list("name", "level"))
    members = User.objects.filter(memberships__isnull=False, is_active=True).distinct()
    return Known(known_names(), levels, {user.email: str(user) for user in members.only("email", "name")})
