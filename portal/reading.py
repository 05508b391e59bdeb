"""What the client's pages are made from, in a fixed number of queries; what a reader may not see is not read."""

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.roles import DECISION_MAKER
from clients.models import Client
from portal.shares import change
from tickets.attribution import Change
from tickets.cases.public import known_to_client
from tickets.cases.reminded import was_reminded
from tickets.facts import SLAS, VENDOR_RESPOND, VENDOR_UPDATE, case_subject
from tickets.models import BallChange, CaseTask, Clock, CustodyChange, Ticket, TicketEvent, TicketFile, VendorCase
from tickets.status import MERGED, OPEN_STATUSES, RESOLVED, WAITING_ON_CLIENT

MOST_TICKETS = 50
CASE_CLOSED = VendorCase.Status.CLOSED
# Not asked yet, for want of answers, while it is the client's turn to give one.
TO_ASK = Q(status=VendorCase.Status.INCOMPLETE, ticket__status=WAITING_ON_CLIENT)
ANSWERS = (VENDOR_RESPOND, VENDOR_UPDATE)  # when a vendor is to answer us
RESOLVED_STAY = timedelta(days=7)
# The columns of a ticket that a client may see something of.
COLUMNS = (
    "pk", "title", "priority", "status", "holder_kind", "step", "opened_at", "acknowledged_at", "resolved_at",
    "wake_at", "merged_into_id", "title_of_tier", "titles_of_tier", "since", "vendor", "vendor_case", "went_to_vendor",
)  # fmt: skip
CUSTODY = ("ticket_id", "holder_kind", "vendor", "began_at", "origin", "came_at")

Row = Mapping[str, Any]


def readable(user: User, client: Client) -> QuerySet:
    """The client's tickets that `user` may see: all for its decision makers and for staff, else one's own."""
    tickets = Ticket.objects.filter(client=client)
    if f"{DECISION_MAKER} of {client.slug}" in user.roles:
        return tickets
    return tickets.filter(Q(client__in=Client.objects.visible_to(user)) | Q(contact__user=user))


def on_the_page(tickets: QuerySet, *, now: datetime) -> QuerySet:
    """The open tickets and those resolved lately, the latest first."""
    lately = Q(status=RESOLVED, resolved_at__gte=now - RESOLVED_STAY)
    return tickets.filter(Q(status__in=OPEN_STATUSES) | lately).order_by("-opened_at", "-pk")


def ledgers(tickets: QuerySet, *, since: datetime | None = None) -> dict[int, list[Change]]:
    """By ticket, in whose hands each was that had not ended by `since`; one that went on as another is left out."""
    lately = tickets if since is None else tickets.filter(Q(status__in=OPEN_STATUSES) | Q(resolved_at__gte=since))
    of_these = CustodyChange.objects.filter(ticket__in=lately.exclude(status=MERGED).order_by().values("pk"))
    came = TicketEvent.objects.filter(ticket=OuterRef("ticket"), seq=OuterRef("ticket__public_from")).values("at")
    found: dict[int, list[Change]] = defaultdict(list)
    named = of_these.annotate(vendor=F("vendor_case__vendor__name"), came_at=Subquery(came[:1]))
    for row in named.order_by("ticket_id", "seq").values(*CUSTODY):
        found[row["ticket_id"]].append(change(row))
    return found


def rows(tickets: QuerySet, ledgers: Mapping[int, list[Change]], *, limit: int = MOST_TICKETS) -> list[Row]:
    """What the client may know of each ticket, with its part of `ledgers`: four queries, whatever their number."""
    held = CustodyChange.objects.filter(ticket=OuterRef("pk")).order_by("-seq")
    lodged = VendorCase.objects.filter(known_to_client(), ticket=OuterRef("pk"))
    found = tickets.annotate(
        title_of_tier=F("tier__title"),
        titles_of_tier=F("tier__title_in"),
        since=Subquery(held.values("began_at")[:1]),
        vendor=Subquery(held.values("vendor_case__vendor__name")[:1]),
        vendor_case=Subquery(held.values("vendor_case")[:1]),
        went_to_vendor=Exists(lodged),
    ).values(*COLUMNS)[:limit]
    blank: Row = {"events": [], "clocks": {}, "cases": []}
    known = {row["pk"]: {**row, **deepcopy(blank), "ledger": ledgers.get(row["pk"], ())} for row in found}
    _add_events(known)
    _add_cases(known)
    _add_clocks(known)
    return list(known.values())


def _add_events(known: Mapping[int, Row]) -> None:
    """What was told to this client; what a former one was told, when the ticket was its, is not."""
    own = TicketEvent.objects.filter(ticket_id__in=known, seq__gt=F("ticket__public_from"))
    public = own.exclude(client_text="").order_by("ticket_id", "seq")
    for event in public.values("ticket_id", "seq", "at", "kind", "client_text", "why"):
        known[event["ticket_id"]]["events"].append(event)


def _add_cases(known: Mapping[int, Row]) -> None:
    """Which vendors were asked and have not been done with, the first asked first; no word of what passed with them.

    Also those that wait to be asked until the client has answered.
    """
    of_these = VendorCase.objects.filter(Q(lodged_at__isnull=False) | TO_ASK, ticket_id__in=known)
    balls = BallChange.objects.filter(case=OuterRef("pk")).order_by("-seq").values("began_at")
    to_do = CaseTask.objects.filter(case=OuterRef("pk"), done_at=None)
    beside = {
        "since": Subquery(balls[:1]), "reminded": was_reminded(), "asks": Exists(to_do.filter(kind="ANSWER")),
        "holds_done": Exists(to_do.filter(kind="CONFIRM")),
    }  # fmt: skip
    rows = of_these.exclude(status=CASE_CLOSED).annotate(**beside).order_by("lodged_at", "pk")
    for case in rows.values("pk", "ticket_id", "vendor__name", "ball", "status", *beside):
        known[case["ticket_id"]]["cases"].append({**case, "vendor": case.pop("vendor__name"), "clocks": {}})


def _add_clocks(known: Mapping[int, Row]) -> None:
    """The open clocks of what was promised to the client, and by each vendor when we shall be answered.

    Never those between our teams.
    """
    promised = Clock.objects.filter(metric__in=[*SLAS, *ANSWERS], stopped_at=None, ticket_id__in=known)
    for clock in promised.values("ticket_id", "metric", "subject", "started_at", "due_at", "target_seconds"):
        row = known[clock["ticket_id"]]
        of_cases = {case_subject(case["pk"]): case for case in row["cases"]}
        if clock["metric"] in SLAS:
            row["clocks"][clock["metric"]] = clock
        elif case := of_cases.get(clock["subject"]):
            case["clocks"][clock["metric"]] = clock


def files(tickets: QuerySet) -> QuerySet[TicketFile]:
    """The files that went with what was told to this client; none of a note, and none that a former one was sent."""
    return TicketFile.objects.filter(ticket__in=tickets, public=True, seq__gt=F("ticket__public_from")).order_by("pk")


def with_files(row: Row, tickets: QuerySet) -> Row:
    """The one ticket of `tickets` with the files of each event; what is in them is not read."""
    of_event: dict[int, list[Row]] = defaultdict(list)
    for file in files(tickets).values("pk", "seq", "name", "size"):
        of_event[file["seq"]].append(file)
    return {**row, "events": [{**event, "files": tuple(of_event[event["seq"]])} for event in row["events"]]}
