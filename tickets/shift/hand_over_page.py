"""Hand-over notes as pages: writing one, saying that it was read, and what was left before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import STAFF
from tickets.models import CustodyChange, HandOver, Ticket
from tickets.permissions import NotYours
from tickets.queue import FIRST_DUE, with_facts
from tickets.rows import clock_time, row_of
from tickets.shift.form import NoteForm
from tickets.shift.handing_over import Left, hidden_from, leave, read, readable, readers
from tickets.shift.start import Duty, duties
from tickets.shift.told import fitting, left_out, note_line
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from tiers.models import Team

NOTES_PER_PAGE = 50
MOST_TICKETS = 100
# Characters of a note that are written for somebody; the rest is for that person's own words.
MOST_PREFILLED = 7_000
Shown = dict[str, Any]


@for_roles(STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """Write a note to the next on call of a team of one's own, or to a colleague."""
    now = database_now()
    mine = duties(request.user, now=now)
    if not mine:
        return render(request, "tickets/hand_over.html", {"now": now})
    wanted = request.POST.get("team") or request.GET.get("team", "")
    duty = next((found for found in mine if found.team.slug == wanted), mine[0])
    form, without = _form(request, duty, now=now)
    if request.method == "POST" and form.is_valid() and (left := _left(request, duty.team, form, now=now)):
        return _done(request, left)
    context = {"form": form, "duty": duty, "duties": mine, "now": now, "left_out": without}
    return render(request, "tickets/hand_over.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, duty: Duty, *, now: datetime) -> tuple[NoteForm, list[str]]:
    """The form, and in words which tickets do not stand in its note."""
    zone, rows = timezone.get_current_timezone(), _own(request.user)
    lines = {f"ESC-{row['pk']}": _line(row, now=now, zone=zone) for row in rows}
    people = User.objects.filter(is_active=True, memberships__isnull=False).exclude(pk=request.user.pk).distinct()
    people = people.order_by("name", "email")
    to = next((person for person in people if person.email == _next(duty, request.user)), None)
    hidden = _hidden(rows, [*readers(duty.team), *([to] if to else [])])
    told = {key: line for key, line in lines.items() if key not in hidden}
    form = NoteForm(
        request.POST or None,
        people=people,
        words=_words(people, duty, now=now),
        tickets=list(lines.items()),
        initial={
            "to": to.pk if to else None,
            "text": _prefilled(list(told.values())),
            "tickets": list(told),
        },
    )
    return form, _left_out(hidden)


def _hidden(rows: Sequence[Shown], people: Sequence[User]) -> dict[str, User]:
    """The tickets that somebody who reads the note may not see, each with who that is."""
    hidden = hidden_from(people, {row["of_client"] for row in rows})
    return {f"ESC-{row['pk']}": hidden[row["of_client"]] for row in rows if row["of_client"] in hidden}


def _left_out(hidden: Mapping[str, User]) -> list[str]:
    """One sentence for each who may not see something."""
    by_reader = {who: [key for key in hidden if hidden[key] == who] for who in hidden.values()}
    return [left_out(str(who), keys) for who, keys in by_reader.items()]


def _own(user: User) -> list[Shown]:
    """The reader's open tickets with since when their hands have them."""
    hands = CustodyChange.objects.filter(ticket=OuterRef("pk")).order_by("-seq").values("began_at")[:1]
    mine = Ticket.objects.visible_to(user).open().filter(assignee=user)
    found = with_facts(mine, user=user, held_since=Subquery(hands), of_client=F("client"))
    return list(found.order_by(FIRST_DUE, "pk")[:MOST_TICKETS])


def _line(row: Mapping[str, Any], *, now: datetime, zone: Any) -> str:
    return note_line(row_of(row, now=now, zone=zone), since=row["held_since"], now=now, zone=zone)


def _prefilled(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    zone = timezone.get_current_timezone_name()
    return "\n".join([*fitting(lines, most=MOST_PREFILLED), "", f"Times are of {zone}."])


def _next(duty: Duty, giver: User) -> str:
    """The address of who takes over: the next on call, or whoever is, if that is not the giver."""
    wanted = [duty.following.who if duty.following else "", duty.now.who]
    return next((who for who in wanted if who and who != giver.email), "")


def _words(people: Sequence[User], duty: Duty, *, now: datetime) -> dict[int, str]:
    """What the list says beside a name: who is on call, and from when on."""
    zone, words = timezone.get_current_timezone(), {duty.now.who: "on call now"}
    if duty.following:
        words.setdefault(duty.following.who, f"on call from {clock_time(duty.following.begins_at, now=now, zone=zone)}")
    return {person.pk: f"{person}, {words[person.email]}" for person in people if person.email in words}


def _left(request: HttpRequest, team: Team, form: NoteForm, *, now: datetime) -> Left | None:
    given = form.cleaned_data
    try:
        return leave(
            team=team, text=given["text"], to=given["to"], keys=given.get("tickets", []),
            assign=given.get("assign", False), by=request.user, now=now,
        )  # fmt: skip
    except BadAnswer as error:
        form.add_error(error.field, str(error))
    except NotYours as error:
        raise PermissionDenied(str(error)) from None
    return None


def _done(request: HttpRequest, left: Left) -> HttpResponse:
    messages.success(request, f"{left.note.to} has your note.")
    for key, because in left.refused:
        messages.error(request, f"{key} was not handed over. {because}")
    return see_other(reverse("hand-overs", args=[left.note.team.slug]))


@for_roles(STAFF)
@require_POST
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a note was read."""
    now = database_now()
    try:
        note = read(pk=pk, by=request.user, now=now)
    except HandOver.DoesNotExist:
        raise Http404 from None
    except NotAllowedNow as error:
        messages.error(request, str(error))
        return see_other(reverse("shift"))
    if note.read_by_id == request.user.pk:
        messages.success(request, f"You have read the note of {note.by}.")
    else:
        at = clock_time(note.read_at, now=now, zone=timezone.get_current_timezone())
        messages.info(request, f"{note.read_by} has read it before you, {at}.")
    return see_other(reverse("shift"))


@for_roles(STAFF)
@never_cache
@require_safe
def hand_overs(request: HttpRequest, slug: str) -> HttpResponse:
    """The notes of one team, the latest first, as far as they are for the reader."""
    team = Team.objects.filter(slug=slug).first()
    found = readable(request.user).filter(team=team).select_related("by", "to", "read_by")
    member = team is not None and team.members.filter(user=request.user).exists()
    if team is None or not (member or found.exists()):
        raise Http404
    seen = Ticket.objects.visible_to(request.user).only("pk", "title").order_by("pk")
    notes = found.prefetch_related(Prefetch("tickets", seen, to_attr="seen"))
    page = Paginator(notes, NOTES_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "tickets/hand_overs.html", {"team": team, "page": page, "member": member, "now": database_now()}
    )  # fmt: skip
