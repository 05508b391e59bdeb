"""The report on service levels, for managers and, of their own clients, account managers."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import ACCOUNT_MANAGER, MANAGERS
from reports.compliance import PROMISES, Kept, compliance, total

DAYS = 30
WORDS = {
    "ACKNOWLEDGE": "Acknowledged in time",
    "RESPOND": "First reply in time",
    "UPDATE": "Updates in time",
    "RESOLVE": "Resolved in time",
}


@for_roles(MANAGERS | {ACCOUNT_MANAGER})
def service_levels(request: HttpRequest) -> HttpResponse:
    """Promises kept over the last thirty days, by client."""
    now = database_now()
    rows = compliance(reader=request.user, since=now - timedelta(days=DAYS), until=now)
    context = {
        "rows": [{"client": r.client, "promise": WORDS[r.metric], "row": r} for r in rows],
        "tiles": [_tile(total(rows, metric)) for metric in PROMISES],
        "days": DAYS,
        "now": now,
    }
    return render(request, "reports/service_levels.html", context)


def _tile(all_clients: Kept) -> dict[str, str]:
    share = "-" if all_clients.percent is None else f"{all_clients.percent:.1f} %"
    return {"label": WORDS[all_clients.metric], "value": share, "note": f"of {all_clients.promised} promises"}
