"""The documents that a client's people read, in the plain look of their page: as they stand now, without history.

With `?see_as=` a manager reads what a person of the client does, as on the client's page.
"""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.languages import speaking
from accounts.models import User
from accounts.speech import other_languages, speech
from clients.eyes import Eyes, eyes
from clients.models import Client
from documents.downloads import download
from documents.forms import KIND_WORDS, SearchForm
from documents.guide.plain_words import whole_day
from documents.models import Document, DocumentVersion
from documents.pages import body_of
from documents.search import found_in

GRANT = "read_client_page"


@login_required
@never_cache
@require_safe
def client_documents(request: HttpRequest, slug: str) -> HttpResponse:
    """The client's documents that the reader may read, or those in which something is found."""
    client, seen = _opened(request, slug)
    say = speech(request, seen.reader.language, client.language)
    form = SearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data.get("q", "").strip()
    documents = _of(client, seen.reader).defer("words", "search")
    found = found_in(documents, asked) if asked else documents
    rows = [{"document": d, "kind": say(KIND_WORDS[d.kind]), "snippet": getattr(d, "snippet", "")} for d in found]
    context = {"rows": rows, "asked": asked, "form": form}
    return _rendered(request, "documents/client_documents.html", client, seen, context)


@login_required
@never_cache
@require_safe
def client_document(request: HttpRequest, slug: str, document: str) -> HttpResponse:
    """One of the client's documents as it stands. A stranger gets 404, as for one that does not exist."""
    client, seen = _opened(request, slug)
    say = speech(request, seen.reader.language, client.language)
    found = get_object_or_404(_of(client, seen.reader), slug=document)
    live = DocumentVersion.live(found)
    files = found.attachments.defer("content")
    day = whole_day(live.published_at, zone=ZoneInfo(client.timezone), say=say) if live else ""
    context = {"document": found, "day": day, "body": body_of(live), "attachments": files}
    return _rendered(request, "documents/client_document.html", client, seen, context)


@login_required
@never_cache
@require_safe
def client_attachment(request: HttpRequest, slug: str, document: str, pk: int) -> HttpResponse:
    """A file of one of the client's documents, to be saved."""
    client, seen = _opened(request, slug)
    found = get_object_or_404(_of(client, seen.reader), slug=document)
    return download(get_object_or_404(found.attachments, pk=pk))


def _opened(request: HttpRequest, slug: str) -> tuple[Client, Eyes]:
    """The client, and through whose eyes its documents are read. Raises Http404 as for one that does not exist."""
    client = get_object_or_404(Client.objects.visible_to(request.user, GRANT), slug=slug)
    return client, eyes(request, client, now=database_now())


def _of(client: Client, user: User) -> QuerySet[Document]:
    visible = Document.objects.visible_to(user).filter(audience=Document.Audience.CLIENT, client=client)
    return visible.filter(out_of_force_at__isnull=True).order_by("kind", "name")


def _rendered(request: HttpRequest, template: str, client: Client, seen: Eyes, context: dict) -> HttpResponse:
    """Rendered in the client's zone and the reader's language."""
    say = speech(request, seen.reader.language, client.language)
    common = {
        "client": client, "now": database_now(), "seen": seen, "language": say.code,
        "other_languages": other_languages(request, say),
    }  # fmt: skip
    with timezone.override(ZoneInfo(client.timezone)), speaking(say):
        return render(request, template, {**context, **common})
