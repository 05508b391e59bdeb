"""What else is known of a ticket's trouble: open tickets of the same kind, how earlier ones ended, documents.

Everything is what the reader may see: tickets by their client, documents by their readers.
"""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When

from accounts.models import User
from documents.models import Document
from documents.writing import SEARCHED
from tickets.models import Ticket
from tickets.status import CLOSED, OPEN_STATUSES, RESOLVED

Shown = dict[str, Any]

MOST = 5
COLUMNS = (
    "pk",
    "title",
    "client__name",
    "status",
    "priority",
    "resolution",
    "resolved_at",
    "error_code",
    "device_name",
)
# What a document is good for beside the ticket, the most useful first.
USES = {
    Document.Kind.RUNBOOK: "Runbook",
    Document.Kind.PLAYBOOK: "Playbook",
    Document.Kind.VENDOR_SHEET: "Vendor sheet",
    Document.Kind.CLIENT_GUIDE: "Client guide",
    Document.Kind.CONTRACT: "Contract",
    Document.Kind.POLICY: "Policy",
    Document.Kind.REVIEW: "Review",
}
# A word of a title that is shorter says nothing of its subject.
LONG_ENOUGH = 4
OPEN, ENDED = "open", "ended"


def related(ticket: Ticket, *, user: User) -> Shown:
    """`like_open` and `like_ended`, each row with `because` (what it has in common) and the client where it is another;
    `documents` with their use. Two queries, one where nothing identifies the trouble."""
    rows = list(_alike(ticket, user))
    return {
        "like_open": [_row(row, ticket) for row in _once(rows, OPEN)],
        "like_ended": [_row(row, ticket) for row in _once(rows, ENDED)],
        "documents": _documents(ticket, user),
    }


def _alike(ticket: Ticket, user: User) -> QuerySet[Ticket, Shown] | list[Shown]:
    """The latest of each sort, one index apiece: same asset before same error code."""
    seen = Ticket.objects.visible_to(user).exclude(pk=ticket.pk).order_by("-pk")
    marks = []
    if ticket.asset_id:
        marks.append(Q(asset=ticket.asset_id))
    if ticket.error_code:
        marks.append(Q(error_code=ticket.error_code))
    parts = [part for mark in marks for part in _both(seen.filter(mark))]
    return parts[0].union(*parts[1:]) if parts else []


def _both(tickets: QuerySet[Ticket]) -> list[QuerySet[Ticket, Shown]]:
    going = tickets.filter(status__in=OPEN_STATUSES)
    ended = tickets.filter(status__in=[RESOLVED, CLOSED]).exclude(resolution="")
    return [_columns(going, OPEN)[:MOST], _columns(ended, ENDED)[:MOST]]


def _columns(tickets: QuerySet[Ticket], sort: str) -> QuerySet[Ticket, Shown]:
    return tickets.values(*COLUMNS, asset_key=F("asset_id"), sort=Value(sort, output_field=CharField()))


def _once(rows: list[Shown], sort: str) -> list[Shown]:
    found = sorted((row for row in rows if row["sort"] == sort), key=lambda row: -row["pk"])
    return found[:MOST]


def _row(row: Shown, ticket: Ticket) -> Shown:
    key = f"ESC-{row['pk']}"
    client = row["client__name"]
    return {
        "key": key, "url": f"/tickets/{key}/", "title": row["title"], "priority": row["priority"],
        "client": client if client != ticket.client.name else "", "because": _because(row, ticket),
        "resolution": row["resolution"], "resolved_at": row["resolved_at"],
    }  # fmt: skip


def _because(row: Shown, ticket: Ticket) -> str:
    """What both have in common, in words."""
    same = []
    if ticket.asset_id and row["asset_key"] == ticket.asset_id:
        same.append(str(ticket.asset))
    if ticket.error_code and row["error_code"] == ticket.error_code:
        same.append(ticket.error_code)
    return ", ".join(same)


def _documents(ticket: Ticket, user: User) -> list[Shown]:
    """What is written about the client, its vendor and its policy, and the runbooks whose words fit the ticket's: the
    most useful first, and of one use those that fit best.

    What is out of force is not shown.
    """
    policy = ticket.policy_version.of.slug
    keys = [f"playbook:{policy}", f"policy:{policy}"]
    if ticket.service:
        keys.append(f"vendor:{ticket.service.vendor.slug}")
    about = Q(client=ticket.client_id) | Q(source_key__in=keys)
    fit = SearchQuery(" or ".join(_words(ticket)), search_type="websearch", config=SEARCHED)
    about |= Q(kind=Document.Kind.RUNBOOK, client__isnull=True, search=fit)
    found = Document.objects.visible_to(user).with_live().filter(about, out_of_force_at=None)
    use = Case(*(When(kind=kind, then=place) for place, kind in enumerate(USES)), output_field=IntegerField())
    best = found.order_by(use, SearchRank(F("search"), fit).desc(nulls_last=True), "name")
    rows = best.values("slug", "name", "kind")[: 2 * MOST]
    return [{"url": f"/documents/{row['slug']}/", "name": row["name"], "use": USES[row["kind"]]} for row in rows]


def _words(ticket: Ticket) -> list[str]:
    """What the ticket is about, in words that a runbook may have: its title, service, category and error code."""
    service = ticket.service.name if ticket.service else ""
    said = " ".join([ticket.title, service, ticket.category, ticket.error_code])
    found = re.findall(r"\w+", said.lower())
    return sorted({word for word in found if len(word) >= LONG_ENOUGH})
