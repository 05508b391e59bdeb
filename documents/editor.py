"""The form that makes a document, or its next version; every publication is a use case of `writing`."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import DESK
from documents.differences import Difference, difference
from documents.forms import DocumentForm, filled_in
from documents.limits import at_most
from documents.markdown import rendered
from documents.models import Document, DocumentVersion
from documents.pages import readable
from documents.permissions import may_write
from documents.writing import (
    LONGEST,
    BadDocument,
    NothingChanged,
    PublishedMeanwhile,
    tidied,
    write,
)

LARGEST_FORM = 1_000_000
TOO_LONG = (
    f"A document has at most {LONGEST:,} characters, and nothing was published. Go back with your browser: what you "
    "wrote is still there. Split it into several documents, or attach it as a file."
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of publishing a form: a version; or the `unchanged` one; or the one that was published meanwhile, and
    how what is written differs from that."""

    version: DocumentVersion | None = None
    unchanged: DocumentVersion | None = None
    meanwhile: DocumentVersion | None = None
    difference: Difference | None = None


@at_most(LARGEST_FORM, TOO_LONG)
@for_roles(DESK)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Make a document; it is internal until somebody opens it."""
    kind = request.POST.get("kind", "") if request.POST.get("kind") in Document.Kind.values else "RUNBOOK"
    return _edit(request, Document(kind=kind), None)


@at_most(LARGEST_FORM, TOO_LONG)
@for_roles(DESK)
@never_cache
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish a document's next version."""
    document = readable(request.user, slug)
    return _edit(request, document, DocumentVersion.live(document))


def _edit(request: HttpRequest, document: Document, live: DocumentVersion | None) -> HttpResponse:
    if not may_write(request.user, document):
        raise PermissionDenied
    now, previews = database_now(), "preview" in request.POST
    form = DocumentForm(request.POST or None, document=document, by=request.user, initial=filled_in(document, live))
    attempt = Attempt()
    if form.is_bound and not previews and form.is_valid():
        document.name = document.name or form.cleaned_data["name"]
        attempt = _attempted(form, document, by=request.user, now=now)
    if attempt.version:
        return _published(request, attempt.version)
    context = {"form": form, "document": document, "live": live, "attempt": attempt, "now": now}
    if previews:
        context["preview"] = mark_safe(rendered(_written(form)).html)
    if previews and request.htmx:
        return render(request, "documents/edit.html#preview", context)
    if previews:
        form = context["form"] = _unjudged(request, document, live)
    return render(request, "documents/edit.html", context, status=_status(form, attempt))


def _attempted(form: DocumentForm, document: Document, *, by: User, now: datetime) -> Attempt:
    """Publish what a valid form says. It keeps what was written, and tells at its fields why it was refused."""
    given = form.cleaned_data
    try:
        version = write(
            document=document, body=given.get("body", ""), added=given.get("added", ""), by=by, note=given["note"],
            base_number=given["base"], now=now, asks_receipt=given["asks_receipt"],
        )  # fmt: skip
        return Attempt(version=version)
    except BadDocument as error:
        form.tell(error.problems)
        return Attempt()
    except NothingChanged as error:
        return Attempt(unchanged=error.version)
    except PublishedMeanwhile as error:
        return _overtaken(form, error.version)


def _overtaken(form: DocumentForm, other: DocumentVersion) -> Attempt:
    """Let the form begin with the other version from now on: publishing it again is a decision."""
    form.data = form.data.copy()
    form.data[form.add_prefix("base")] = str(other.number)
    theirs = other.added if "added" in form.fields else other.body
    return Attempt(meanwhile=other, difference=difference(theirs, _written(form)))


def _written(form: DocumentForm) -> str:
    """The text as it was typed, cut where it is too long to be published."""
    name = "added" if "added" in form.fields else "body"
    return tidied(str(form.data.get(form.add_prefix(name), "")))[:LONGEST]


def _unjudged(request: HttpRequest, document: Document, live: DocumentVersion | None) -> DocumentForm:
    """The form with what was typed and without complaints: a preview needs no note."""
    typed = {name: request.POST.get(name, "") for name in ("name", "kind", "body", "added", "note", "base")}
    initial = typed | {"asks_receipt": "asks_receipt" in request.POST}
    return DocumentForm(document=document, by=request.user, initial=filled_in(document, live) | initial)


def _status(form: DocumentForm, attempt: Attempt) -> int:
    if attempt.meanwhile:
        return 409
    return 422 if form.errors or attempt.unchanged else 200


def _published(request: HttpRequest, version: DocumentVersion) -> HttpResponse:
    messages.success(request, f"{version} is published.")
    response = HttpResponseRedirect(reverse("document", args=[version.of.slug]))
    response.status_code = 303
    return response
