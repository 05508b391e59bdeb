"""The vendor directory as pages: whom to reach, with what, when, and what they promised."""

from collections import defaultdict

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from sla.agreements import live_calendars, live_terms
from vendors import vendor_page
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor


@for_roles(STAFF)
def vendors(request: HttpRequest) -> HttpResponse:
    """Every vendor with its services and how to reach them first."""
    today = database_now().date()
    services = Service.objects.prefetch_related("contact_points").order_by("name")
    rows = [
        {"vendor": vendor, "services": [_reached(service, today=today) for service in vendor.services.all()]}
        for vendor in Vendor.objects.prefetch_related(Prefetch("services", queryset=services))
    ]
    return render(request, "vendors/vendors.html", {"rows": rows})


def _reached(service: Service, *, today) -> dict:
    points = [vendor_page.contact(point, today=today) for point in service.contact_points.all()]
    return {"service": service, "first": next(iter(points), None), "stale": any(point["stale"] for point in points)}


@for_roles(STAFF)
def vendor(request: HttpRequest, slug: str) -> HttpResponse:
    """One vendor: each service with everything that a case needs."""
    row, now = get_object_or_404(Vendor, slug=slug), database_now()
    points = Prefetch("contact_points", queryset=ContactPoint.objects.select_related("owner"))
    terms, accounts = live_terms(live_calendars(), now=now), _accounts(request.user, row)
    services = [
        vendor_page.shown(service, terms.get(service.commitment_id), accounts[service.pk], today=now.date())
        for service in row.services.prefetch_related(points)
    ]
    return render(request, "vendors/vendor.html", {"vendor": row, "services": services, "now": now})


def _accounts(user: User, vendor: Vendor) -> dict[int, list[ServiceAccount]]:
    """The accounts that `user` may see, by service."""
    found: dict[int, list[ServiceAccount]] = defaultdict(list)
    visible = ServiceAccount.objects.visible_to(user).filter(service__vendor=vendor)
    for account in visible.select_related("client").order_by("client__name"):
        found[account.service_id].append(account)
    return found
