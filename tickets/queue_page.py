"""The queue's page, its news, and the way to the next ticket.

`tickets/queue.html` and its partials `#list` (answered to htmx whose HX-Target is `queue`) get:

- `rows`: of `rows.row_of`, each with `href`, the ticket's page that knows the list and the place in it; `now`; `title`;
  `result` ("12 tickets"); `problems` (sentences; then there are no rows);
  `notes` (sentences about what was not searched); `any_url`: the same search among tickets of any status, "" where
  ended ones are not left out of one;
- `query`: the filters in their one spelling; `here`: the whole address; `filtered`, `narrowed` (by the bar);
- `search`, `filters`, `hidden`: the filter bar; `before_url`, `after_url`: the pages beside, "" for none;
- `changes_url`, `version`, `passed` (the pass for the news): ask `changes_url&version=…&since=…&pass=…`;
- `views`: the queue's items of the rail, each `id`, `title`, `url`, `icon`, `current`, `count` ("12", "999+", "" when
  it needs mending), `mending`; the rail's counts have the id `<id>-count`, so that `#list` can renew them;
- `unread`: notifications not read yet; `keys_on`: whether single keys are wanted; `may_open`;
- `views_url`: all views; `save_url`: where these filters are saved as a view, "" when they are one already;
- `bulk_url`, `bulk_verbs` (pairs of noun and words): the form of the checkboxes posts `key` (repeated; `row.chosen` as
  its value: the key and what was seen of it, `ESC-12:5`), `do` (a noun) and `next` (`here`).

The news (`changes`) are 204 while nothing has changed, else 200 with `#news` (`new`, `changed`: how many tickets) and
the headers X-New and X-Changed. Every answer but the fast 204 has a fresh pass in X-Pass.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import DESK, STAFF
from sla.priorities import PRIORITIES
from tickets import queue
from tickets.acting import seen
from tickets.bulk import OFFERED
from tickets.filter_names import unknown
from tickets.filters import ANY
from tickets.models import TicketEvent
from tickets.polling import HEADER, new_pass, nothing_new
from tickets.queue_filters import FILTERS, filtered, given, problems
from tickets.rail import items
from tickets.rows import row_of
from tickets.shift import stays
from tickets.standing import of_list, standing
from tickets.status import HOLDERS, STATUSES, words

IN_BAR = ("status", "tier", "client", "priority", "holder", "q")
HOLDER_WORDS = {"TIER": "A tier", "CLIENT": "The client", "VENDOR": "A vendor", "NOBODY": "Nobody"}


@for_roles(STAFF)
@never_cache
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """The queue."""
    offered = queue.choices(request.user)
    stays.note(request.user, offered.desk_seen_at, now=offered.now)
    params = given(request.GET)
    wanted = filtered(request.user, params)
    wrong = problems(wanted)
    # How it stands is read before the rows: what happens in between is news then, and never missed.
    request.standing = standing(request.user, tickets=None if wrong else wanted.qs, views=offered.pinned)
    page = queue.Page([])
    if not wrong:
        cursors = {name: request.GET.get(name, "") for name in ("before", "after")}
        page = queue.page(wanted.qs, user=request.user, **cursors)
        # Where there is nothing it may be for a name that nobody has.
        wrong = [] if page.rows else [f"{name}: {said}" for name, said in unknown(wanted).items()]
    part = "#list" if request.htmx and request.htmx.target == "queue" else ""
    context = {**_context(request, params, page, wrong, offered), "notes": wanted.notes}
    return render(request, f"tickets/queue.html{part}", context)


def _context(
    request: HttpRequest, params: QueryDict, page: queue.Page, wrong: list[str], offered: queue.Choices
) -> dict[str, Any]:
    query = params.urlencode()
    views = items(request.standing, query)
    view = next((one for one in views if one["current"]), None)
    return {
        "now": offered.now,
        "title": view["title"] if view else "Tickets",
        "rows": _rows(page, query, offered.now),
        "result": _result(page),
        "problems": wrong,
        "views": views,
        "unread": request.standing.unread,
        "keys_on": request.standing.keys_on,
        "may_open": bool(request.user.roles & DESK),
        "any_url": _any_url(params),
        **_bar(params, offered, is_view=view is not None),
        **_addresses(request, query, page, is_view=view is not None),
        **_bulk(request),
    }


def _rows(page: queue.Page, query: str, now: datetime) -> list[dict[str, Any]]:
    """The rows; `href` leads to the ticket's page, which then knows the list and the place in it."""
    zone = timezone.get_current_timezone()
    shown = [row_of(values, now=now, zone=zone) for values in page.rows]
    for row, values in zip(shown, page.rows, strict=True):
        row["href"] = href(row["key"], query, queue.cursor(values))
    return shown


def href(key: str, query: str, at: str) -> str:
    """A ticket's page as this list leads to it; `at` is its place there."""
    of_list = QueryDict(query, mutable=True)
    of_list["at"] = at
    place = QueryDict(mutable=True)
    place["from"] = of_list.urlencode()
    return f"/tickets/{key}/?{place.urlencode()}"


def _addresses(request: HttpRequest, query: str, page: queue.Page, *, is_view: bool) -> dict[str, str]:
    return {
        "query": query,
        "here": request.get_full_path(),
        "before_url": _page_url(query, "before", page.before),
        "after_url": _page_url(query, "after", page.after),
        "changes_url": f"{reverse('queue-changes')}?{query}",
        "version": request.standing.version,
        "passed": new_pass(request, query),
        "views_url": reverse("saved-views"),
        "save_url": f"{reverse('new-saved-view')}?{query}" if query and not is_view else "",
    }


def _bar(params: QueryDict, offered: queue.Choices, *, is_view: bool) -> dict[str, Any]:
    """The filter bar."""
    return {
        "search": {"name": "q", "value": params.get("q", ""), "label": "Search tickets"},
        "filters": _selects(params, offered),
        "hidden": [{"name": n, "value": params[n]} for n in FILTERS if n in params and n not in IN_BAR],
        "filtered": bool(params),
        "narrowed": any(params.get(name) for name in IN_BAR) and not is_view,
    }


def _bulk(request: HttpRequest) -> dict[str, Any]:
    working = bool(request.user.roles & DESK)
    verbs = [(noun, label) for noun, (label, for_readers) in OFFERED.items() if working or for_readers]
    return {"bulk_url": reverse("bulk"), "bulk_verbs": verbs}


def _selects(params: QueryDict, offered: queue.Choices) -> list[dict[str, Any]]:
    """The filter bar's selects."""
    return [
        _select(params, "status", "Status", "Open", [(s, words(s).capitalize()) for s in (ANY.lower(), *STATUSES)]),
        _select(params, "client", "Client", "All", offered.clients),
        _select(params, "priority", "Priority", "All", [(p, p) for p in PRIORITIES]),
        _select(params, "tier", "Tier", "All", offered.tiers),
        _select(params, "holder", "With", "Anyone", [(h, HOLDER_WORDS[h]) for h in HOLDERS]),
    ]


def _select(params: QueryDict, name: str, label: str, everything: str, values: list[tuple[str, str]]) -> dict[str, Any]:
    """One select; a value that is none of its options, such as two at once, is kept as one more."""
    chosen = params.get(name, "")
    options = [{"value": v, "label": words_, "selected": v.lower() == chosen.lower()} for v, words_ in values]
    if chosen and not any(option["selected"] for option in options):
        options.append({"value": chosen, "label": chosen, "selected": True})
    return {"name": name, "label": label, "options": [{"value": "", "label": everything}, *options]}


def _page_url(query: str, name: str, cursor: str) -> str:
    if not cursor:
        return ""
    place = QueryDict(mutable=True)
    place[name] = cursor
    return f"?{query}&{place.urlencode()}" if query else f"?{place.urlencode()}"


def _any_url(params: QueryDict) -> str:
    """Where a search of open tickets goes on to all of them."""
    if "q" not in params or "status" in params:
        return ""
    place = given({**params.dict(), "status": ANY.lower()})
    return f"{reverse('queue')}?{place.urlencode()}"


def _result(page: queue.Page) -> str:
    if page.before or page.after:
        return f"{len(page.rows)} on this page"
    return f"{len(page.rows)} ticket{'s' if len(page.rows) != 1 else ''}"


@for_roles(STAFF)
@never_cache
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Whether the list has changed since a version: 204 when not, else how many are new and how many changed."""
    params = given(request.GET)
    wanted = filtered(request.user, params)
    response = nothing_new()
    if wanted.is_valid() and of_list(wanted.qs, user=request.user) != request.GET.get("version", ""):
        response = _news(request, wanted.qs)
    response[HEADER] = new_pass(request, params.urlencode())
    stays.seen(request.user, now=database_now())
    return response


def _news(request: HttpRequest, tickets_: QuerySet) -> HttpResponse:
    since = _moment(request.GET.get("since", ""))
    new = tickets_.filter(opened_at__gt=since).count() if since else 0
    changed = _changed_by_others(tickets_, request, since) if since else 0
    response = render(request, "tickets/queue.html#news", {"new": new, "changed": changed})
    response["X-New"], response["X-Changed"] = new, changed
    return response


def _changed_by_others(tickets_: QuerySet, request: HttpRequest, since: datetime) -> int:
    """How many tickets that were there have something new that the reader did not do."""
    last = TicketEvent.objects.filter(ticket=OuterRef("pk"), seq=OuterRef("event_count"), actor=request.user)
    return tickets_.filter(~Exists(last), opened_at__lte=since, last_event_at__gt=since).count()


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo else None


@for_roles(STAFF)
@never_cache
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """On to the ticket that comes after `after` in the list, which `from` names as a ticket's address has it.

    The filters may also stand in this address by themselves. At the end it leads back to the list and says so.
    """
    asked = QueryDict(request.GET.get("from", "")) if "from" in request.GET else request.GET
    params = given(asked)
    wanted = filtered(request.user, params)
    here = seen(request, request.GET.get("after", ""))
    query = params.urlencode()
    found = queue.following(wanted.qs, after=here.pk, at=asked.get("at", "")) if wanted.is_valid() else None
    if found:
        return see_other(href(f"ESC-{found['pk']}", query, queue.cursor(found)))
    if wanted.is_valid():
        messages.info(request, "That was the last one.")
    return see_other(f"{reverse('queue')}?{query}" if query else reverse("queue"))
