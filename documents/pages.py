"""Documents as pages, to be read: the list with its search, one document, its versions and its files."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import DESK, STAFF
from documents.attachments import BadAttachment, attach, detach
from documents.differences import difference
from documents.downloads import download
from documents.forms import KIND_WORDS, AttachmentForm, SearchForm
from documents.limits import at_most
from documents.markdown import rendered
from documents.models import Document, DocumentVersion, Receipt
from documents.permissions import may_share, may_write, may_write_kind, sees_history
from documents.readership import readership
from documents.receipts import NotAsked, read, unread_by
from documents.search import found_in
from tiers.policy_readers import sight_of
from tiers.policy_sight import Sight

Shown = dict[str, Any]
ON_A_PAGE = 50
SHOWN_CHANGES = 20
LARGEST_UPLOAD = 10 * 1024 * 1024 + 64 * 1024
TOO_LARGE = "The file has more than 10 MB, and was not attached. Make it smaller, or link to it in the text."


@for_roles(STAFF)
@never_cache
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Every document that the reader may read, or those in which something is found."""
    form = SearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data.get("q", "").strip()
    kept = _filtered(_listed(request.user), form)
    found = found_in(kept, asked) if asked else kept.order_by("kind", "name")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    writes = any(may_write_kind(request.user, kind) for kind in KIND_WORDS)
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "rows": [_row(document) for document in page],
        "unread": list(unread_by(request.user)),
        "now": database_now(),
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "actions": [{"label": "New document", "url": reverse("new-document"), "name": "plus"}] if writes else [],
        **_neighbours(page, request),
    }
    return render(request, "documents/documents.html", context)


@for_roles(STAFF)
@never_cache
@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """One document as it stands, with who reads it, what is attached, and how it came about."""
    return shown(request, readable(request.user, slug))


@for_roles(DESK)
@never_cache
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version of a document, with what it changed.

    An earlier one may name clients that are kept to some teams by now: who does not see those reads nothing of it.
    """
    found = readable(request.user, slug)
    both = DocumentVersion.objects.filter(of=found, number__in=(number, number - 1)).select_related("author")
    known = {each.number: each for each in both}
    if number not in known:
        raise Http404
    this, before = known[number], known.get(number - 1)
    sight = _sight(request.user, found)
    this.note, kept = sight.told(this.note), sight.names_unseen(this.body)
    comparable = before and not kept and not sight.names_unseen(before.body)
    context = {
        "document": found,
        "version": this,
        "before": before,
        "kept": kept,
        "difference": difference(_whole(before), _whole(this)) if comparable else None,
        "later": DocumentVersion.objects.filter(of=found, number=number + 1).exists(),
        "body": {} if kept else body_of(this),
        "now": database_now(),
    }
    return render(request, "documents/version.html", context)


@for_roles(STAFF)
@require_POST
def receipt(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader has read the live version."""
    found = readable(request.user, slug)
    try:
        read(document=found, by=request.user, now=database_now())
        messages.success(request, f"Noted: you have read {found}.")
    except NotAsked:
        messages.info(request, f"You were not asked to read {found} as it stands now.")
    return _to(found)


@for_roles(STAFF)
@never_cache
@require_safe
def attachment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A file of a document that the reader may read, to be saved."""
    return download(get_object_or_404(readable(request.user, slug).attachments, pk=pk))


@at_most(LARGEST_UPLOAD, TOO_LARGE)
@for_roles(DESK)
@require_POST
def attachments(request: HttpRequest, slug: str) -> HttpResponse:
    """Attach a file."""
    found = readable(request.user, slug)
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            kept = attach(document=found, file=form.cleaned_data["file"], by=request.user, now=database_now())
            messages.success(request, f"“{kept}” is attached.")
            return _to(found)
        except BadAttachment as error:
            form.add_error("file", str(error))
    return shown(request, found, attaching=form, status=422)


@for_roles(DESK)
@require_POST
def attachment_removal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a file away."""
    found = get_object_or_404(readable(request.user, slug).attachments.defer("content"), pk=pk)
    detach(attachment=found, by=request.user, now=database_now())
    messages.success(request, f"“{found}” is taken away.")
    return _to(found.document)


def readable(user: User, slug: str) -> Document:
    """The document, if the reader may read it. Raises Http404 as for one that does not exist."""
    visible = Document.objects.visible_to(user).select_related("client")
    return get_object_or_404(visible.defer("words", "search"), slug=slug)


def shown(
    request: HttpRequest, found: Document, *, attaching: AttachmentForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of one document."""
    live = DocumentVersion.live(found)
    context = {
        "document": found,
        "kind_words": KIND_WORDS[found.kind],
        "version": live,
        "body": body_of(live),
        "attachments": found.attachments.defer("content").select_related("added_by"),
        "attaching": attaching or AttachmentForm(),
        "readers": readership(found),
        "receipts": _receipts(request.user, found, live),
        "my_receipt": Receipt.objects.filter(version=live, user=request.user).first() if found.asks_receipt else None,
        "may": {"write": may_write(request.user, found), "share": may_share(request.user)},
        "history": _history(request.user, found),
        "now": database_now(),
        "actions": _actions(request.user, found),
    }
    return render(request, "documents/document.html", context, status=status)


def body_of(live: DocumentVersion | None) -> Shown:
    """A version as HTML: its text, what people added to it, and the table of contents of both."""
    if live is None:
        return {}
    text, added = rendered(live.body), rendered(live.added)
    contents = (*text.contents, *added.contents)
    return {
        "html": mark_safe(text.html),
        "added": mark_safe(added.html),
        "contents": contents if len(contents) > 2 else (),
    }


def _listed(user: User) -> QuerySet[Document]:
    return Document.objects.visible_to(user).with_live().select_related("client").defer("words", "search")


def _filtered(found: QuerySet[Document], form: SearchForm) -> QuerySet[Document]:
    chosen = {name: form.cleaned_data[name] for name in ("kind", "audience") if form.cleaned_data.get(name)}
    return found.filter(**chosen)


def _row(document: Document) -> Shown:
    return {"document": document, "kind": KIND_WORDS[document.kind], "snippet": getattr(document, "snippet", "")}


def _neighbours(page: Any, request: HttpRequest) -> Shown:
    """The links to the pages before and after."""
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    return {
        "previous_url": f"?{urlencode(kept | {'page': page.previous_page_number()})}" if page.has_previous() else "",
        "next_url": f"?{urlencode(kept | {'page': page.next_page_number()})}" if page.has_next() else "",
        "place": f"{page.start_index()}-{page.end_index()} of {page.paginator.count}",
    }


def _history(user: User, found: Document) -> Shown | None:
    """Versions and changes, for those who may know of earlier ones."""
    if not sees_history(user):
        return None
    known = DocumentVersion.objects.filter(of=found, number__isnull=False).defer("document")
    versions, sight = list(known.select_related("author").order_by("-number")), _sight(user, found)
    for version in versions:
        version.note = sight.told(version.note)
    return {"versions": versions, "changes": found.changes.select_related("by")[:SHOWN_CHANGES]}


def _sight(user: User, found: Document) -> Sight:
    """Whom the reader sees of the clients that a document may name by itself; what people write is theirs to watch."""
    return sight_of(user) if found.is_generated and found.is_internal else Sight()


def _receipts(user: User, found: Document, live: DocumentVersion | None) -> Shown | None:
    """Who was asked and who has read, for managers."""
    if live is None or not found.asks_receipt or not may_share(user):
        return None
    asked = list(Receipt.objects.filter(version=live).select_related("user").order_by("user__name", "pk"))
    return {"unread": [r for r in asked if not r.read_at], "read": [r for r in asked if r.read_at], "asked": len(asked)}


def _actions(user: User, found: Document) -> list[Shown]:
    actions = []
    if may_write(user, found):
        label = "Add words" if found.is_generated else "Edit"
        actions.append({"label": label, "url": reverse("edit-document", args=[found.slug])})
    if may_share(user):
        actions.append({"label": "Readers…", "url": reverse("document-readers", args=[found.slug]), "name": "users"})
    if may_share(user) and not found.is_generated:
        actions.append({"label": "Audience…", "url": reverse("document-audience", args=[found.slug]), "name": "eye"})
    return actions


def _whole(version: DocumentVersion) -> str:
    """The text with what was added to it, as one text to compare."""
    return "\n".join(filter(None, (version.body, version.added)))


def _to(found: Document) -> HttpResponse:
    response = HttpResponseRedirect(reverse("document", args=[found.slug]))
    response.status_code = 303
    return response
