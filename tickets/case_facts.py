"""What is known for a vendor case, from the ticket and all that hangs on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Prefetch, Q
from django.db.models.functions import Coalesce

from clients.models import Client
from tickets.models import MonitoringEvent, Ticket, TicketEvent
from tickets.work import Work
from vendors.models import ContactPoint, Service, ServiceAccount
from vendors.references import defused, reference

# The kind of event by which somebody has answered what a case would ask, before there is one.
ANSWERED_AHEAD = "CASE_ANSWERED"


class Sources:
    """Everything that the cases of some tickets can draw on, read in a fixed number of queries.

    In: `tickets` where they were read before, with client, contact, and asset with its site.
    """

    def __init__(self, works: Sequence[Work], services: Iterable[int], tickets: Iterable[Ticket] = ()) -> None:
        ids = [work.id for work in works]
        read = Ticket.objects.filter(pk__in=ids).select_related("client", "asset__site", "contact")
        self.tickets = {ticket.pk: ticket for ticket in tickets or read}
        points = Prefetch("contact_points", queryset=ContactPoint.objects.select_related("calendar").order_by("order"))
        known = Service.objects.filter(pk__in=set(services)).select_related("vendor").prefetch_related(points)
        self.services = {service.pk: service for service in known}
        clients = {work.client_id for work in works}
        accounts = ServiceAccount.objects.filter(client__in=Client.objects.filter(pk__in=clients), service__in=known)
        self.accounts = {(a.client_id, a.service_id): a for a in accounts}
        events = MonitoringEvent.objects.filter(ticket_id__in=ids).order_by("ticket_id", "received_at")
        self.events = _reported(events)
        self._answered = _answered(ids)

    def answered(self, work: Work, service: Service) -> Mapping[str, str]:
        """What people have answered ahead of a case about this service, by the datum's key."""
        found: dict[str, str] = {}
        for why in self._answered.get(work.id, ()):
            found |= why["answers"] if is_about(why, service) else {}
        return found

    def of(self, work: Work, service: Service) -> dict[str, str]:
        """Every datum by its source, e.g. `account.tenant_id`; values from outside can carry no secret's reference."""
        ticket = self.tickets[work.id]
        account = self.accounts.get((work.client_id, service.pk))
        groups: dict[str, dict[str, Any]] = {
            "ticket": _ticket_facts(ticket),
            "client": {"name": ticket.client.name, "timezone": ticket.client.timezone},
            "contact": _fields(ticket.contact, "name", "email", "phone"),
            "asset": _asset_facts(ticket),
            "event": self.events.get(work.id, {}),
            "account": account.facts if account else {},
        }
        facts = {f"{group}.{key}": defused(str(v)) for group, row in groups.items() for key, v in row.items() if v}
        return facts | _secrets(account)


def _reported(events: Iterable[MonitoringEvent]) -> dict[int, dict[str, Any]]:
    """By ticket what its events told, the latest last: what only an earlier one told is known all the same."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for event in events:
        told = {"title": event.title, "severity": event.severity, "state": event.state, **event.facts}
        found[event.ticket_id or 0] |= {key: value for key, value in told.items() if value}
    return found


def _answered(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """By ticket what was answered for it, the latest last; of two answers to one question the later one holds.

    What tickets that go on as one of these were told counts too; what was told for another client does not.
    """
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    concerned = Ticket.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    same_client = Q(ticket__merged_into=None) | Q(ticket__client=F("ticket__merged_into__client"))
    rows = TicketEvent.objects.filter(
        same_client, ticket__in=concerned, kind=ANSWERED_AHEAD, seq__gt=F("ticket__public_from")
    ).order_by("at", "pk")
    for ticket_id, why in rows.values_list(Coalesce("ticket__merged_into", "ticket"), "why"):
        found[ticket_id].append(why)
    return found


def is_about(why: Mapping[str, Any], service: Service) -> bool:
    """Whether an answer that was given ahead is for this service; an early one has only its name."""
    known = why.get("service_id")
    return bool(known == service.pk if known else why.get("service") == service.name)


def _ticket_facts(ticket: Ticket) -> dict[str, Any]:
    names = ("title", "description", "priority", "category", "error_code", "device_name", "device_type", "device_os")
    opened = ticket.opened_at.strftime("%Y-%m-%d %H:%M UTC")
    return {"key": ticket.key, "opened_at": opened, **_fields(ticket, *names)}


def _asset_facts(ticket: Ticket) -> dict[str, Any]:
    asset = ticket.asset
    if asset is None:
        return {}
    site = _fields(asset.site, "name", "address")
    place = {"site": site.get("name", ""), "address": site.get("address", "")}
    return {**asset.facts, **_fields(asset, "name", "type", "os", "serial"), **place}


def _fields(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} if row else {}


def _secrets(account: ServiceAccount | None) -> dict[str, str]:
    return {f"account.{key}": reference(account.pk, key) for key in account.secrets} if account else {}
