"""One vendor as a page: whom to reach, with what, when, what they promised, and what leans on it."""

from collections import defaultdict
from functools import partial

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from sla.agreements import live_calendars, live_terms
from vendors import vendor_page
from vendors.dependants import dependants, faults_of, sheet_of
from vendors.directory_form import vendor_form
from vendors.editor import seen_now
from vendors.models import ContactPoint, ServiceAccount, Vendor
from vendors.still_to_do import still_to_do


@for_roles(STAFF)
def vendor(request: HttpRequest, slug: str) -> HttpResponse:
    """One vendor: each service with everything that a case needs."""
    row, now = get_object_or_404(Vendor, slug=slug), database_now()
    points = Prefetch("contact_points", queryset=ContactPoint.objects.select_related("owner", "calendar"))
    calendars = live_calendars()
    terms, accounts = live_terms(calendars, now=now), _accounts(request.user, row)
    opening = partial(vendor_page.opening_of, calendars=calendars, now=now)
    rows = list(row.services.prefetch_related(points))
    services = [
        vendor_page.shown(
            service, terms.get(service.commitment_id), accounts[service.pk], today=now.date(), opening=opening
        )
        for service in rows
    ]
    faults = faults_of(rows, request.user, now=now) if "checked" in request.GET else []
    context = {
        "vendor": row, "services": services, "now": now, "faults": faults, "actions": _actions(row, request.user),
        "left": _left(row, request),
        "manages": bool(request.user.roles & MANAGERS), "seen": seen_now(row), "sheet": sheet_of(row, request.user),
        "protocol": vendor_page.paragraphs(row.protocol), **dependants(rows, request.user),
    }  # fmt: skip
    return render(request, "vendors/vendor.html", context)


def _actions(row: Vendor, user: User) -> list[dict[str, str]]:
    """What the header of the vendor's page offers this reader."""
    history = {"label": "History", "url": reverse("vendor-history", args=[row.slug]), "name": "history"}
    if not user.roles & MANAGERS:
        return [history]
    return [
        {"label": "Add a service", "url": reverse("service-new", args=[row.slug]), "name": "plus"},
        {"label": "Edit", "url": reverse("vendor-edit", args=[row.slug]), "name": "pencil"},
        history,
        {"label": "Remove or retire…", "url": reverse("vendor-removal", args=[row.slug]), "name": "trash-2"},
    ]


def _left(row: Vendor, request: HttpRequest) -> list[dict[str, str]]:
    """What managers have still to do for a vendor that was just taken from a pack, or that nobody has confirmed."""
    if not request.user.roles & MANAGERS:
        return []
    is_asked = "left" in request.GET or row.services.filter(verify_first=True, retired_at=None).exists()
    return still_to_do(row, vendor_form(row)) if is_asked else []


def _accounts(user: User, vendor: Vendor) -> dict[int, list[ServiceAccount]]:
    """The accounts that `user` may see, by service."""
    found: dict[int, list[ServiceAccount]] = defaultdict(list)
    visible = ServiceAccount.objects.visible_to(user).filter(service__vendor=vendor)
    for account in visible.select_related("client").order_by("client__name"):
        found[account.service_id].append(account)
    return found
