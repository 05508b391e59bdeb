"""Pages on which tickets are linked, and split."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import STAFF
from clients.models import Contact
from sla.priorities import PRIORITIES
from tickets.acting import seen
from tickets.forms import Offering
from tickets.linked import KINDS, link, unlink
from tickets.models import Ticket, TicketEvent, TicketLink
from tickets.permissions import NotYours, can_work
from tickets.splitting import Part, split
from tickets.status import NotAllowedNow
from tickets.timeline import MESSAGES
from tickets.working import BadAnswer
from tiers.policies import NoPolicy
from vendors.models import Service

MOST_OFFERED = 100


class LinkForm(forms.Form):
    """Which ticket, and what it has to do with this one."""

    kind = forms.ChoiceField(label="This ticket is", choices=KINDS)
    other = forms.CharField(
        label="Ticket", max_length=30, widget=Offering, help_text="Its number, such as ESC-12, of any client.",
        error_messages={"required": "Say which ticket, such as ESC-12."},
    )  # fmt: skip
    why = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands on both timelines; no client reads it.",
    )  # fmt: skip

    def clean_other(self) -> str:
        said = str(self.cleaned_data["other"]).strip()
        return f"ESC-{said}" if said.isascii() and said.isdigit() else said


class SplitForm(forms.Form):
    """What is split off a ticket; what both have in common is filled in."""

    title = forms.CharField(
        max_length=200, help_text="What the new ticket is about, in one line.",
        error_messages={"required": "Say in one line what the new ticket is about."},
    )  # fmt: skip
    description = forms.CharField(required=False, max_length=50_000, widget=forms.Textarea(attrs={"rows": 6}))
    priority = forms.ChoiceField(choices=[(p, p) for p in PRIORITIES])
    category = forms.CharField(required=False, max_length=60)
    service = forms.ModelChoiceField(
        Service.objects.none(), required=False, to_field_name="slug", label="Vendor service",
        empty_label="By the routing rules",
    )  # fmt: skip
    contact = forms.ModelChoiceField(Contact.objects.none(), required=False, empty_label="Nobody")

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="split_%s", **kwargs)
        self.fields["service"].queryset = Service.objects.offered().order_by("name")
        self.fields["contact"].queryset = Contact.objects.filter(client=ticket.client_id).order_by("name")


@for_roles(STAFF)
def links(request: HttpRequest, key: str) -> HttpResponse:
    """Link another ticket (POST); the form on a page of its own (GET), or with what is wrong about it."""
    ticket = _workable(request, key)
    if request.method != "POST":
        return _ask_link(request, ticket, LinkForm())
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _ask_link(request, ticket, form, status=422)
    try:
        link(key=ticket.key, by=request.user, now=database_now(), **form.cleaned_data)
    except BadAnswer as error:
        form.add_error(error.field, str(error))
        return _ask_link(request, ticket, form, status=422)
    except (NotAllowedNow, NotYours) as error:
        return _ask_link(request, ticket, form, status=409, conflict=str(error))
    messages.success(request, f"{ticket.key} and {form.cleaned_data['other'].upper()} are linked.")
    return _to(ticket.key)


@for_roles(STAFF)
@require_POST
def link_removal(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Take a link away."""
    ticket = _workable(request, key)
    try:
        unlink(key=ticket.key, pk=pk, by=request.user, now=database_now())
        messages.success(request, "The link is taken away.")
    except TicketLink.DoesNotExist:
        raise Http404 from None
    except (NotAllowedNow, NotYours) as error:
        messages.error(request, str(error))
    return _to(ticket.key)


@for_roles(STAFF)
def split_page(request: HttpRequest, key: str) -> HttpResponse:
    """Split a part off: the form (GET), filled from the message `?event=`, and the act (POST)."""
    ticket = _workable(request, key)
    if request.method != "POST":
        return _ask_split(request, ticket, SplitForm(initial=_begun(request, ticket), ticket=ticket))
    form = SplitForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return _ask_split(request, ticket, form, status=422)
    try:
        opened = split(key=ticket.key, part=Part(**form.cleaned_data), by=request.user, now=database_now())
    except BadAnswer as error:
        form.add_error(error.field, str(error))
        return _ask_split(request, ticket, form, status=422)
    except (NotAllowedNow, NoPolicy) as error:
        return _ask_split(request, ticket, form, status=409, conflict=str(error))
    messages.success(request, f"{opened.key} is split off {ticket.key}: {opened.title}")
    return _to(opened.key)


def _workable(request: HttpRequest, key: str) -> Ticket:
    """The ticket, which the reader may work. Raises Http404, PermissionDenied."""
    ticket = seen(request, key)
    if not can_work(request.user, ticket.client_id):
        raise PermissionDenied(f"You may read {ticket.key} but not work on it.")
    return ticket


def _ask_link(
    request: HttpRequest, ticket: Ticket, form: LinkForm, *, status: int = 200, conflict: str = ""
) -> HttpResponse:  # fmt: skip
    open_ones = Ticket.objects.filter(client=ticket.client_id).open().exclude(pk=ticket.pk).order_by("-pk")
    rows = open_ones.values_list("pk", "title")[:MOST_OFFERED]
    form.fields["other"].widget.offered = tuple((f"ESC-{pk}", title) for pk, title in rows)
    context = {"ticket": ticket, "form": form, "conflict": conflict}
    return render(request, "tickets/link.html", context, status=status)


def _ask_split(
    request: HttpRequest, ticket: Ticket, form: SplitForm, *, status: int = 200, conflict: str = ""
) -> HttpResponse:  # fmt: skip
    return render(
        request, "tickets/split.html", {"ticket": ticket, "form": form, "conflict": conflict}, status=status
    )  # fmt: skip


def _begun(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """What both tickets have in common, and the words of the message that it begins with."""
    service = ticket.service.slug if ticket.service else ""
    return {
        "description": _words_of(ticket, request.GET.get("event", "")), "priority": ticket.priority,
        "category": ticket.category, "service": service, "contact": ticket.contact_id,
    }  # fmt: skip


def _words_of(ticket: Ticket, seq: str) -> str:
    """What somebody wrote on the timeline; "" for what is no message."""
    if not (seq.isascii() and seq.isdigit() and len(seq) < 9):
        return ""
    written = TicketEvent.objects.filter(ticket=ticket, seq=int(seq), kind__in=MESSAGES)
    return written.values_list("text", flat=True).first() or ""


def _to(key: str) -> HttpResponse:
    return see_other(f"/tickets/{key}/")
