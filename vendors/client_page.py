"""One client as staff know it: places, people, devices, what was agreed, and its accounts with services."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import ACCOUNT_MANAGER, MANAGERS, STAFF
from clients.models import Client
from vendors import vendor_page
from vendors.models import ServiceAccount


@for_roles(STAFF)
@never_cache
@require_safe
def client(request: HttpRequest, slug: str) -> HttpResponse:
    """The client, for those who may see it; a stranger gets 404."""
    visible = Client.objects.visible_to(request.user).select_related("agreement")
    found = get_object_or_404(visible.prefetch_related("sites", "contacts__user", "assets__site"), slug=slug)
    context = {"client": found, "now": database_now(), "accounts": _accounts(found), **_may(request.user)}
    return render(request, "clients/client.html", context)


def _accounts(found: Client) -> list[dict[str, Any]]:
    """Its accounts with services; secrets are masked before the template sees them."""
    rows = ServiceAccount.objects.filter(client=found).select_related("client", "service__vendor")
    return [
        {"service": row.service, **vendor_page.account(row, row.service.required)}
        for row in rows.order_by("service__vendor__name", "service__name")
    ]


def _may(user: User) -> dict[str, bool]:
    """Which of the pages about the client this reader may open."""
    steers = bool(user.roles & MANAGERS)
    return {"steers": steers, "answers": steers or ACCOUNT_MANAGER in user.roles}
