"""A past ticket tried on a policy's draft: what was known of it when it was opened fills the form of `tiers`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from tickets.models import Ticket
from tiers.editor_trial import trial_page
from tiers.routing import Request, route


@for_roles(MANAGERS)
@never_cache
@require_safe
def policy_trial(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The trial with a ticket's words filled in; 404, with the form, for one that does not exist or may not be seen."""
    tickets = Ticket.objects.visible_to(request.user).by_key(key)
    ticket = tickets.select_related("client", "asset", "source", "policy_version").first()
    if ticket is None:
        return trial_page(request, slug, None, missing=key[:40])
    return trial_page(request, slug, _given(ticket), ticket=ticket.key)


def _given(ticket: Ticket) -> dict[str, Any]:
    """What was known before any rule decided: a category that the rules of then set is left out.

    A priority and a service are left to the rules, as they are for a ticket for which nobody asks for them.
    """
    known: dict[str, Any] = {
        "title": ticket.title,
        "body": ticket.description,
        "client": ticket.client.name,
        "device_type": ticket.device_type or (ticket.asset.type if ticket.asset else ""),
        "os": ticket.device_os or (ticket.asset.os if ticket.asset else ""),
        "error_code": ticket.error_code,
        "source": ticket.source.name if ticket.source else "",
    }
    routed = route(ticket.policy_version.document.get("routing") or (), Request(**known))
    given = "" if routed.then.get("category") == ticket.category else ticket.category
    return {**known, "category": given}
