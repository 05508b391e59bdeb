"""Writing on a ticket with files, and saving one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import for_roles
from accounts.roles import STAFF
from documents.downloads import download
from documents.limits import at_most
from tickets.acting import seen, verb
from tickets.attached import readable
from tickets.file_limits import LARGEST_REQUEST, TOO_LARGE


@for_roles(STAFF)
@at_most(LARGEST_REQUEST, TOO_LARGE)
def replies(request: HttpRequest, key: str) -> HttpResponse:
    """Write a note or reply. A request that is far too large is refused before anything of it is read."""
    return verb(request, key, "replies")


@for_roles(STAFF)
@never_cache
@require_safe
def file(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A file of a ticket that the reader may see, to be saved."""
    return download(get_object_or_404(readable(request.user).filter(ticket=seen(request, key)), pk=pk))
