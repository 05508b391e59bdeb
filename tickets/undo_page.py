"""Undo, as pages ask for it: of one act or of many, each told for itself."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.problems import BUSY
from accounts.roles import STAFF
from tickets.acting import AT_IT
from tickets.models import Ticket, UndoableAct
from tickets.queue import with_facts
from tickets.rows import Row, row_of
from tickets.status import NotAllowedNow
from tickets.undoing import DONE, undo

MOST = 200


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the wish to undo one act: its ticket's key ("" where it is nobody's), and why it stands, if so."""

    key: str
    words: str
    refused: bool = False


@for_roles(STAFF)
@require_POST
def undo_acts(request: HttpRequest) -> HttpResponse:
    """Undo the acts named by `act`; 409 where none of them could be."""
    asked = [int(said) for said in request.POST.getlist("act")[:MOST] if said.isascii() and said.isdigit()]
    outcomes = [_undo(request, pk) for pk in asked if pk < 2**63]
    done = [outcome for outcome in outcomes if not outcome.refused]
    if request.htmx and _from_queue(request):
        return render(request, "tickets/undone.html", _told(request, outcomes), status=200 if done else 409)
    for outcome in outcomes:
        (messages.error if outcome.refused else messages.success)(request, f"{outcome.key} {outcome.words}".strip())
    return HttpResponseClientRefresh() if request.htmx else _back(request, outcomes)


def _from_queue(request: HttpRequest) -> bool:
    """Whether the page that asks shows rows; a ticket's own page is shown anew, since all of it may differ."""
    page = urlsplit(request.htmx.current_url_abs_path or "/tickets/").path
    return page == reverse("queue")


def _undo(request: HttpRequest, pk: int) -> Undone:
    ticket_id = UndoableAct.objects.filter(pk=pk, by=request.user).values_list("ticket_id", flat=True).first()
    key = f"ESC-{ticket_id}" if ticket_id else ""
    try:
        act = undo(pk, by=request.user, now=database_now())
    except (NotAllowedNow, Ticket.DoesNotExist) as error:
        return Undone(key, str(error), refused=True)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) not in BUSY:
            raise
        return Undone(key, AT_IT, refused=True)
    return Undone(key, f"{DONE[act.noun]} was undone.")


def _told(request: HttpRequest, outcomes: list[Undone]) -> dict[str, object]:
    """The rows as they stand now, and a line for each act."""
    now, zone = database_now(), timezone.get_current_timezone()
    ids = [int(outcome.key.removeprefix("ESC-")) for outcome in outcomes if outcome.key]
    found = with_facts(Ticket.objects.visible_to(request.user).filter(pk__in=ids), user=request.user)
    rows: list[Row] = [row_of(values, now=now, zone=zone) for values in found]
    return {"rows": rows, "outcomes": outcomes, "now": now}


def _back(request: HttpRequest, outcomes: list[Undone]) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        keys = {outcome.key for outcome in outcomes if outcome.key}
        wanted = f"/tickets/{keys.pop()}/" if len(keys) == 1 else "/tickets/"
    response = HttpResponseRedirect(wanted)
    response.status_code = 303
    return response
