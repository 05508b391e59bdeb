"""Tickets over the REST API: open them, list them, read one with its timeline and the why of each act."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_view import ApiView
from accounts.idempotency import once_per_key
from accounts.problems import Problem, refused
from accounts.rest import Cursor
from clients.models import Client, Contact
from tickets import serializers as forms
from tickets.api_filters import LIST_PARAMETERS, wanted
from tickets.bodies import TicketBody
from tickets.changing import Conflict
from tickets.intake import NewTicket, open_ticket
from tickets.lifecycle import AlreadyAcknowledged
from tickets.models import Ticket, TicketEvent
from tickets.permissions import NotYours
from tickets.status import CLOSED, NotAllowedNow
from tickets.working import BadAnswer
from tiers.policies import NoPolicy
from vendors.models import Service


def either(name: str, full: Any, client: Any, *, many: bool = False) -> PolymorphicProxySerializer:
    """Which form is answered depends on the key: the full one, or the client's to a key bound to a client."""
    return PolymorphicProxySerializer(
        component_name=name, serializers=[full, client], resource_type_field_name=None, many=many
    )


IMPORT = "tickets:import"
TICKET = either("TicketOfKey", forms.TicketForm, forms.ClientTicketForm)
EXAMPLE = OpenApiExample(
    "An error code of Microsoft's",
    value={
        "client": "Fast Lane Ltd",
        "title": "OneDrive does not sync",
        "description": "It shows 0x8004de40 since this morning.",
        "impact": "LOW",
        "urgency": "HIGH",
        "service": "Microsoft 365",
        "device": {"name": "PC-17", "type": "WORKSTATION", "os": "Windows 11"},
        "contact": "rosa.whitfield@fastlane.example",
        "external_id": "crm-4711",
    },
    request_only=True,
)


class TicketView(ApiView):
    """What views of tickets share: one ticket by its key, its form, and errors of the core as problems."""

    def seen(self, key: str) -> Ticket:
        """The ticket with all that is told of it. Raises Http404 for a foreign one as for none."""
        ticket = forms.readable(Ticket.objects.visible_to(self.request.user)).by_key(key).first()
        if ticket is None:
            raise Http404
        return ticket

    def told(self, tickets: list[Ticket]) -> Any:
        """The tickets in the form that this key may read."""
        form = forms.ClientTicketForm if self.bound else forms.TicketForm
        context = forms.context_for(tickets, now=self.now, bound=self.bound)
        return form(tickets, many=True, context=context).data

    def answer(self, ticket: Ticket, status: int = 200) -> Response:
        """The ticket, with the ETag that If-Match takes."""
        return Response(self.told([ticket])[0], status=status, headers={"ETag": etag(ticket)})

    def client(self, name: str) -> Client:
        """The client of this name or slug. Raises Problem 400 for a foreign one as for none."""
        visible = Client.objects.visible_to(self.request.user)
        found = visible.filter(Q(name=name) | Q(slug=name)).order_by("pk").first()
        if found is None:
            raise refused("client", f"There is no client “{name}”.")
        return found

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(translated(exc, bound=self.bound) if self.request.auth else exc)


def etag(ticket: Ticket) -> str:
    """What a ticket is compared by: every event changes it."""
    return f'"{ticket.event_count}"'


# The core's errors as problems. A client's key reads these words; the core's own may name tiers and people.
STATE_ERRORS: dict[type[Exception], tuple[int, str]] = {
    AlreadyAcknowledged: (409, "It was acknowledged before."),
    NotAllowedNow: (409, "The ticket's state does not allow it now."),
    NoPolicy: (409, "No published policy covers this client."),
    Conflict: (412, "The ticket has changed since you read it."),
    NotYours: (403, "You may read this ticket but not work on it."),
}


def translated(error: Exception, *, bound: bool) -> Exception:
    """The problem that an error of the core is; any other error as it is."""
    if isinstance(error, Ticket.DoesNotExist):
        return Http404()
    if isinstance(error, BadAnswer):
        return refused(error.field, "This ticket cannot take that." if bound else str(error))
    found = next((answer for kind, answer in STATE_ERRORS.items() if isinstance(error, kind)), None)
    return Problem(found[0], found[1] if bound else str(error)) if found else error


class TicketList(TicketView):
    """All tickets that the key may see; new ones."""

    scopes = {"GET": "tickets:read", "POST": "tickets:write"}

    @extend_schema(
        operation_id="list_tickets",
        parameters=LIST_PARAMETERS,
        responses=either("TicketOfKey", forms.TicketForm, forms.ClientTicketForm, many=True),
    )
    def get(self, request: Request) -> Response:
        """List tickets, newest first."""
        tickets = Ticket.objects.visible_to(request.user)
        return self.page(forms.readable(wanted(tickets, request, bound=self.bound)), self.told)

    @extend_schema(operation_id="open_ticket", request=TicketBody, responses={201: TICKET}, examples=[EXAMPLE])
    @once_per_key
    def post(self, request: Request) -> Response:
        """Open a ticket: it is routed, put on its ladder, and its clocks start."""
        said = self.said(TicketBody)
        self._check_import(said)
        client = self.client(said.pop("client"))
        ticket = self._opened(client, _new_ticket(client, said))
        return self.answer(self.seen(ticket.key), 201)

    def _check_import(self, said: dict[str, Any]) -> None:
        """A ticket of the past is brought in by keys that may do so."""
        past = [name for name in ("opened_at", "resolved_at") if name in said]
        if past and IMPORT not in self.request.auth.scopes:
            raise Problem(403, f"{' and '.join(past)}: this needs a key with the scope {IMPORT}.")

    def _opened(self, client: Client, new: NewTicket) -> Ticket:
        try:
            with transaction.atomic():
                return open_ticket(client=client, wanted=new, by=self.request.user, now=self.now)
        except BadAnswer as error:
            raise refused(error.field, str(error)) from None
        except IntegrityError as error:
            if error.__cause__.diag.constraint_name != "one_ticket_per_external_id":
                raise
        first = Ticket.objects.get(client=client, external_id=new.external_id)
        raise Problem(409, f"This external_id is {first.key} already.", ticket=first.key)


def _new_ticket(client: Client, said: dict[str, Any]) -> NewTicket:
    device = said.pop("device", {})
    said |= {f"device_{name}": value for name, value in device.items()}
    service = vendor_service(said["service"]) if said.get("service") else None
    known = {"service": service, "contact": contact_of(client, said.get("contact", ""))}
    return NewTicket(**said | known | {"follows": _followed(client, said.get("follows", ""))})


def _followed(client: Client, key: str) -> Ticket | None:
    """The client's closed ticket of this key; an open one is worked on itself."""
    if not key:
        return None
    found = Ticket.objects.filter(client=client, status=CLOSED).by_key(key).first()
    if found is None:
        raise refused("follows", f"The client has no closed ticket “{key}”.")
    return found


def vendor_service(name: str) -> Service:
    """The vendor's service of this name or slug. Raises Problem 400."""
    found = Service.objects.filter(Q(name__iexact=name) | Q(slug=name)).order_by("pk").first()
    if found is None:
        raise refused("service", f"There is no vendor service “{name}”.")
    return found


def contact_of(client: Client, name: str) -> Contact | None:
    """The client's contact of this address or name. A program may not make us write to anybody else."""
    if not name:
        return None
    mine = Contact.objects.filter(client=client)
    found = mine.filter(Q(email__iexact=name) | Q(name__iexact=name)).order_by("pk").first()
    if found is None:
        raise refused("contact", f"The client has no contact “{name}”.")
    return found


class OldestFirst(Cursor):
    """A timeline is read from its beginning."""

    ordering = "seq"


class TicketEvents(TicketView):
    """Events of one ticket's timeline, as far as the key may read them."""

    scopes = {"GET": "tickets:read"}
    pagination_class = OldestFirst

    def events(self, key: str) -> QuerySet[TicketEvent]:
        if not Ticket.objects.visible_to(self.request.user).by_key(key).exists():
            raise Http404
        events = TicketEvent.objects.filter(ticket__in=Ticket.objects.by_key(key)).select_related("actor")
        return events.exclude(client_text="").filter(seq__gt=F("ticket__public_from")) if self.bound else events

    def shown(self, events: QuerySet[TicketEvent], full: Any, client: Any) -> Response:
        form = client if self.bound else full
        return self.page(events, lambda page: form(page, many=True).data)


class Timeline(TicketEvents):
    """What happened."""

    @extend_schema(
        operation_id="read_timeline",
        responses=either("EventOfKey", forms.EventForm, forms.ClientEventForm, many=True),
    )
    def get(self, request: Request, key: str) -> Response:
        """Read what happened on a ticket, oldest first."""
        return self.shown(self.events(key), forms.EventForm, forms.ClientEventForm)


class Explanations(TicketEvents):
    """Why it happened."""

    @extend_schema(
        operation_id="explain_ticket",
        responses=either("ExplanationOfKey", forms.ExplanationForm, forms.ClientExplanationForm, many=True),
    )
    def get(self, request: Request, key: str) -> Response:
        """Read the why of each act: the facts, rule and versions that it followed, in two sentences."""
        reasoned = self.events(key).exclude(why={})
        return self.shown(reasoned, forms.ExplanationForm, forms.ClientExplanationForm)
