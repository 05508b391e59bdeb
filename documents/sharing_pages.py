"""The pages on which managers say who reads a document: its grants, and its audience, which asks before it opens."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from documents import sharing
from documents.forms import AudienceForm, GrantForm, RevokeForm
from documents.models import Document
from documents.pages import readable
from documents.readership import readership
from documents.sharing import BadSharing, NeedsConfirmation, Opening


@for_roles(MANAGERS)
@never_cache
def readers(request: HttpRequest, slug: str) -> HttpResponse:
    """Who can read the document, and through what; grants are made and taken away."""
    document = readable(request.user, slug)
    revoking = "revoke" in request.POST
    form: Any = RevokeForm(request.POST) if revoking else GrantForm(request.POST or None, document=document)
    verb = sharing.revoke if revoking else sharing.grant
    if form.is_bound and form.is_valid() and _changed(request, document, form, verb):
        messages.success(request, "Who can read it has changed.")
        return _to("document-readers", document)
    context = {
        "document": document,
        "readers": readership(document),
        "form": GrantForm(document=document) if revoking else form,
        "revoked": form if revoking else None,
        "changes": document.changes.select_related("by")[:20],
        "now": database_now(),
    }
    return render(request, "documents/readers.html", context, status=422 if form.errors else 200)


@for_roles(MANAGERS)
@never_cache
def audience(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the document to a client, after naming who will read it, or keep it inside again."""
    document = readable(request.user, slug)
    initial = {"audience": document.audience, "client": document.client}
    form = AudienceForm(request.POST or None, by=request.user, initial=initial)
    opening: Opening | None = None
    if form.is_bound and form.is_valid():
        try:
            _move(request, document, form)
        except NeedsConfirmation as error:
            opening = error.opening
            form.ask(opening)
        if not opening and not form.errors:
            messages.success(request, "Its audience has changed.")
            return _to("document", document)
    context = {"document": document, "form": form, "opening": opening, "now": database_now()}
    return render(request, "documents/audience_form.html", context, status=422 if form.errors else 200)


def _changed(request: HttpRequest, document: Document, form: Any, verb: Any) -> bool:
    """Do it; why it was refused stands at its field."""
    given = form.cleaned_data
    try:
        verb(document=document, group=given["group"], by=request.user, why=given["why"], now=database_now())
    except BadSharing as error:
        form.add_error(error.field if error.field == "why" else None, str(error))
        return False
    return True


def _move(request: HttpRequest, document: Document, form: AudienceForm) -> None:
    """Change the audience; why it was refused stands at its field. Raises NeedsConfirmation."""
    given = form.cleaned_data
    try:
        sharing.change_audience(
            document=document, audience=given["audience"], client=given["client"], by=request.user,
            confirmed=bool(given["confirmed"]), seen=given["confirmed"], why=given["why"], now=database_now(),
        )  # fmt: skip
    except BadSharing as error:
        form.add_error(error.field, str(error))


def _to(name: str, document: Document) -> HttpResponse:
    response = HttpResponseRedirect(reverse(name, args=[document.slug]))
    response.status_code = 303
    return response
