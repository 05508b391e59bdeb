"""Pages about leaving the directory: what leans on a vendor or service, retiring or deleting it, and its return."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from vendors.editing import EditedMeanwhile, Refused, save
from vendors.editor import seen_in
from vendors.models import Service, Vendor
from vendors.removing import DELETED, bring_back, leaving, take_out

LONGEST_NOTE = 300


@for_roles(MANAGERS)
@never_cache
def removal(request: HttpRequest, slug: str, service: str = "") -> HttpResponse:
    """What leans on a vendor or service (GET); take it out (POST)."""
    row = _row(slug, service)
    if request.method == "POST":
        try:
            done = take_out(row, note=_note(request), by=request.user, now=database_now())
        except Refused:
            return _shown(request, row, status=409)
        return _gone(request, row, done)
    return _shown(request, row)


@for_roles(MANAGERS)
@require_POST
def comeback(request: HttpRequest, slug: str, service: str = "") -> HttpResponse:
    """Offer a retired vendor or service again."""
    row = _row(slug, service)
    bring_back(row, note=_note(request), by=request.user, now=database_now())
    messages.success(request, f"{row} is offered again.")
    return _to(_vendor_of(row))


@for_roles(MANAGERS)
@require_POST
def confirmation(request: HttpRequest, slug: str, service: str) -> HttpResponse:
    """Somebody here has looked through what a pack says of a service."""
    row = _row(slug, service)
    form = {"name": row.vendor.name, "services": [{"name": row.name, "verify_first": False}]}
    note = _note(request) or "Looked through and confirmed"
    seen = seen_in(request.POST)
    try:
        save(row.vendor, form, note=note, by=request.user, now=database_now(), seen=seen, exactly=True)
    except EditedMeanwhile as error:
        messages.error(request, f"{error}. Look through it again, then confirm it.")
    else:
        messages.success(request, f"{row} is confirmed.")
    return _to(row.vendor)


def _row(slug: str, service: str) -> Vendor | Service:
    if service:
        return get_object_or_404(Service.objects.select_related("vendor"), slug=service, vendor__slug=slug)
    return get_object_or_404(Vendor, slug=slug)


def _vendor_of(row: Vendor | Service) -> Vendor:
    return row.vendor if isinstance(row, Service) else row


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "").strip()[:LONGEST_NOTE]


def _shown(request: HttpRequest, row: Vendor | Service, *, status: int = 200) -> HttpResponse:
    context = {"row": row, "vendor": _vendor_of(row), "leaving": leaving(row, reader=request.user)}
    return render(request, "vendors/removal.html", context, status=status)


def _gone(request: HttpRequest, row: Vendor | Service, done: str) -> HttpResponse:
    messages.success(request, f"{row} is {done}.")
    is_whole = done == DELETED and isinstance(row, Vendor)
    return _sent_to(reverse("vendors")) if is_whole else _to(_vendor_of(row))


def _to(vendor: Vendor) -> HttpResponse:
    return _sent_to(reverse("vendor", args=[vendor.slug]))


def _sent_to(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
