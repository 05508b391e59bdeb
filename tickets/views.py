"""The desk's pages: the queue, a ticket, a new ticket."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import DESK, STAFF
from clients.models import Asset, Client, Contact
from sla.priorities import PRIORITIES
from tickets import queue, ticket_page
from tickets.acting import seen
from tickets.filters import TicketFilter
from tickets.forms import NewTicketForm
from tickets.intake import NewTicket, open_ticket
from tickets.models import TicketEvent
from tickets.queue import VIEWS
from tickets.rows import row_of
from tickets.status import HOLDERS, STATUSES, words
from tiers.policies import NoPolicy

FILTERS = ("status", "tier", "client", "priority", "holder", "q", "mine", "breaching_within")
IN_BAR = ("status", "tier", "client", "priority", "holder", "q")
HOLDER_WORDS = {"TIER": "A tier", "CLIENT": "The client", "VENDOR": "A vendor", "NOBODY": "Nobody"}


@for_roles(STAFF)
@never_cache
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """The queue."""
    offered = queue.choices(request.user)
    params = _given(request)
    wanted = queue.filtered(request, params)
    page, problems = queue.Page([]), _problems(wanted)
    if not problems:
        cursors = {name: request.GET.get(name, "") for name in ("before", "after")}
        page = queue.page(wanted.qs, user=request.user, **cursors)
    return render(request, "tickets/queue.html", _queue(request, params, page, problems, offered))


def _given(request: HttpRequest) -> QueryDict:
    """The filters of the address, without empty ones."""
    params = QueryDict(mutable=True)
    for name in FILTERS:
        if value := request.GET.get(name, "").strip():
            params[name] = value
    return params


def _problems(wanted: TicketFilter) -> list[str]:
    if wanted.is_valid():
        return []
    return [f"{name}: {error}" for name, errors in wanted.errors.items() for error in errors]


def _queue(
    request: HttpRequest, params: QueryDict, page: queue.Page, problems: list[str], offered: queue.Choices
) -> dict[str, Any]:
    zone = timezone.get_current_timezone()
    view = next((v for v in VIEWS if QueryDict(v.query) == params), None)
    query = params.urlencode()
    return {
        "now": offered.now,
        "rows": [row_of(values, now=offered.now, zone=zone) for values in page.rows],
        "title": view.title if view else "Tickets",
        "filtered": bool(params),
        "narrowed": any(params.get(name) for name in IN_BAR) and not view,
        "problems": problems,
        "search": {"name": "q", "value": params.get("q", ""), "label": "Search tickets"},
        "filters": _selects(params, offered),
        "hidden": [{"name": n, "value": params[n]} for n in FILTERS if n in params and n not in IN_BAR],
        "before_url": _page_url(query, "before", page.before),
        "after_url": _page_url(query, "after", page.after),
        "result": _result(page),
        "changes_url": f"/tickets/changes/?{query}",
        "version": page.version,
        "here": request.get_full_path(),
        "may_open": bool(request.user.roles & DESK),
    }


def _selects(params: QueryDict, offered: queue.Choices) -> list[dict[str, Any]]:
    """The filter bar's selects."""
    return [
        _select(params, "status", "Status", "Open", [(s, words(s).capitalize()) for s in STATUSES]),
        _select(params, "client", "Client", "All", offered.clients),
        _select(params, "priority", "Priority", "All", [(p, p) for p in PRIORITIES]),
        _select(params, "tier", "Tier", "All", offered.tiers),
        _select(params, "holder", "With", "Anyone", [(h, HOLDER_WORDS[h]) for h in HOLDERS]),
    ]


def _select(params: QueryDict, name: str, label: str, everything: str, values: list[tuple[str, str]]) -> dict[str, Any]:
    chosen = params.get(name, "")
    options = [{"value": v, "label": words_, "selected": v.lower() == chosen.lower()} for v, words_ in values]
    return {"name": name, "label": label, "options": [{"value": "", "label": everything}, *options]}


def _page_url(query: str, name: str, cursor: str) -> str:
    if not cursor:
        return ""
    place = QueryDict(mutable=True)
    place[name] = cursor
    return f"?{query}&{place.urlencode()}" if query else f"?{place.urlencode()}"


def _result(page: queue.Page) -> str:
    if page.before or page.after:
        return f"{len(page.rows)} on this page"
    return f"{len(page.rows)} ticket{'s' if len(page.rows) != 1 else ''}"


@for_roles(STAFF)
@never_cache
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Whether the queue's list has changed since a version: 204 when not, else the bar that says so."""
    wanted = queue.filtered(request, _given(request))
    if not wanted.is_valid():
        return HttpResponse(status=204)
    version = queue.current_version(wanted.qs)
    if version == request.GET.get("version", ""):
        return HttpResponse(status=204)
    since = _moment(request.GET.get("since", ""))
    count = _changed_by_others(wanted.qs, request, since) if since else 0
    return render(request, "tickets/queue.html#news", {"count": count})


def _changed_by_others(tickets_: QuerySet, request: HttpRequest, since: datetime) -> int:
    """How many tickets have something new that the reader did not do."""
    last = TicketEvent.objects.filter(ticket=OuterRef("pk"), seq=OuterRef("event_count"), actor=request.user)
    return tickets_.filter(~Exists(last), last_event_at__gt=since).count()


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


@for_roles(STAFF)
@never_cache
@require_safe
def ticket(request: HttpRequest, key: str) -> HttpResponse:
    """One ticket with its story and its facts."""
    found = seen(request, key)
    return render(request, "tickets/ticket.html", ticket_page.context(found.pk, user=request.user, now=database_now()))


@for_roles(DESK)
def new(request: HttpRequest) -> HttpResponse:
    """Open a ticket by hand."""
    form = NewTicketForm(request.POST or None, user=request.user, initial=_first_client(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _opened(request, form.cleaned_data)
        except NoPolicy as error:
            form.add_error("client", str(error))
    status = 422 if form.errors else 200
    return render(request, "tickets/new.html", {"form": form, **_known(request, form)}, status=status)


def _first_client(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("client", "title", "follows")}


def _opened(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    wanted = NewTicket(**{name: value for name, value in given.items() if value and name in NewTicket.__slots__})
    opened = open_ticket(client=given["client"], wanted=wanted, by=request.user, now=database_now())
    messages.success(request, f"{opened.key} is open.")
    response = HttpResponseRedirect(f"/tickets/{opened.key}/")
    response.status_code = 303
    return response


def _known(request: HttpRequest, form: NewTicketForm) -> dict[str, list[str]]:
    """Contacts and devices of the chosen client, to be offered while typing."""
    client = Client.objects.visible_to(request.user).filter(slug=form["client"].value() or "").first()
    contacts, assets = Contact.objects.filter(client=client), Asset.objects.filter(client=client)
    return {
        "contacts": list(contacts.values_list("name", flat=True)) if client else [],
        "assets": list(assets.values_list("name", flat=True)) if client else [],
    }
