"""The radar as pages: its board, and the form that places one ticket, for those without scripts a page of its own."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import STAFF
from tickets import queue
from tickets.acting import back_url, seen
from tickets.models import RadarEntry, Ticket
from tickets.permissions import can_work
from tickets.radar import placing
from tickets.radar.board import COUNTED_UP_TO, LANE_SIZE, Filled, board
from tickets.radar.form import PlaceForm, initial_of
from tickets.radar.lanes import LANES, jira_address, lane_of, version
from tickets.rows import clock_time, row_of
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer

Shown = dict[str, Any]


@for_roles(STAFF)
@never_cache
@require_safe
def radar(request: HttpRequest) -> HttpResponse:
    """The board with its three lanes."""
    return render(request, "tickets/radar.html", _board(request, request.GET.get("client", "")))


@for_roles(STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, key: str) -> HttpResponse:
    """Place one ticket on the radar, or take it off; the board answers with itself."""
    ticket = seen(request, key)
    if not can_work(request.user, ticket.client_id):
        raise PermissionDenied(f"You may read {ticket.key} but not work on it.")
    if request.method != "POST":
        entry = RadarEntry.objects.filter(ticket=ticket).first()
        return _asked(request, ticket, PlaceForm(initial=initial_of(entry)))
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _refused(request, ticket, form, " ".join(e for found in form.errors.values() for e in found), 422)
    return _carried_out(request, ticket, form, now=database_now())


def _carried_out(request: HttpRequest, ticket: Ticket, form: PlaceForm, *, now: datetime) -> HttpResponse:
    who: Shown = {"key": ticket.key, "by": request.user, "now": now}
    try:
        if form.takes_off:
            placing.remove(**who, why=form.place["why"], seen=form.place["seen"])
        else:
            placing.place(**who, **form.place)
    except BadAnswer as error:
        form.add_error(error.field, str(error))
        return _refused(request, ticket, form, str(error), 422)
    except placing.MovedMeanwhile as error:
        return _refused(request, ticket, _renewed(ticket, form), _who_moved(error, now=now), 409)
    except NotAllowedNow as error:
        return _refused(request, ticket, form, str(error), 409)
    return _done(request, ticket, form)


def _who_moved(error: placing.MovedMeanwhile, *, now: datetime) -> str:
    """Who was faster and when, on the reader's clock, and where it stands now."""
    at = f" at {clock_time(error.at, now=now, zone=timezone.get_current_timezone())}" if error.at else ""
    return f"{error.who} moved it{at}; it stands at {error.stands} now."


def _renewed(ticket: Ticket, form: PlaceForm) -> PlaceForm:
    """What was typed, with the version that stands now: sent again, it is meant."""
    data: QueryDict = form.data.copy()
    data["seen"] = placing.version_of(RadarEntry.objects.filter(ticket=ticket).first())
    return PlaceForm(data)


def _done(request: HttpRequest, ticket: Ticket, form: PlaceForm) -> HttpResponse:
    title = "off the radar" if form.takes_off else f"in “{lane_of(form.place['score']).title}”"
    score = "" if form.takes_off or form.place["score"] is None else f", score {form.place['score']}"
    said = f"{ticket.key} is {title}{score}."
    if _for_board(request):
        return _board_again(request, {"said": said, "moved": ticket.key})
    messages.success(request, said)
    return see_other(back_url(request, ticket))


def _refused(request: HttpRequest, ticket: Ticket, form: PlaceForm, words: str, status: int) -> HttpResponse:
    """409 and 422 in words: on the board for those who move there, else above the form."""
    if _for_board(request):
        told = {"refused": f"{ticket.key} was not moved. {words}", "moved": ticket.key}
        return _board_again(request, told, status=status)
    return _asked(request, ticket, form, conflict=words if status == 409 else "", status=status)


def _asked(
    request: HttpRequest, ticket: Ticket, form: PlaceForm, *, conflict: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    back = back_url(request, ticket) if request.method == "POST" else f"/tickets/{ticket.key}/"
    context = {"ticket": ticket, "form": form, "conflict": conflict, "lanes": LANES, "back": back}
    return render(request, "tickets/radar_entry.html", context, status=status)


def _for_board(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "board"


def _board_again(request: HttpRequest, told: Shown, *, status: int = 200) -> HttpResponse:
    context = _board(request, request.POST.get("client", "")) | told
    return render(request, "tickets/radar.html#board", context, status=status)


def _board(request: HttpRequest, client: str) -> Shown:
    offered = queue.choices(request.user)
    lanes = [_lane(filled, client, now=offered.now) for filled in board(request.user, client=client)]
    options = [{"value": slug, "label": name, "selected": slug == client} for slug, name in offered.clients]
    everything = {"value": "", "label": "All", "selected": not client}
    return {
        "now": offered.now,
        "lanes": lanes,
        "empty": not any(lane["cards"] for lane in lanes),
        "client": client,
        "filters": [{"name": "client", "label": "Client", "options": [everything, *options]}],
        "here": f"{reverse('radar')}{_query(client=client)}",
    }


def _query(**named: str) -> str:
    given = QueryDict(mutable=True)
    given.update({name: value for name, value in named.items() if value})
    return f"?{given.urlencode()}" if given else ""


def _lane(filled: Filled, client: str, *, now: datetime) -> Shown:
    more = f"more than {COUNTED_UP_TO - LANE_SIZE}" if filled.uncounted else str(filled.more)
    return {
        "lane": filled.lane,
        "cards": [_card(row, now=now) for row in filled.rows],
        "more": more if filled.more else "",
        "list_url": f"{reverse('queue')}{_query(radar=filled.lane.slug, client=client)}",
        "others": [lane for lane in LANES if lane is not filled.lane],
    }


def _card(values: Any, *, now: datetime) -> Shown:
    """What one card prints: the row of the queue, with its place on the radar."""
    key, score = values["jira_key"] or "", values["radar__score"]
    return {
        **row_of(values, now=now, zone=timezone.get_current_timezone()),
        "score": score,
        "jira_key": key,
        "jira_url": jira_address(settings.JIRA_URL, key),
        "placed": values["changed"] is not None,
        "changed_at": values["changed"],
        "changed_by": values["changed_by"] or "",
        "version": version(values["changed"], score, key),
        "opened": values["opened"],
        "resolved": values["status"] == "RESOLVED",
    }
