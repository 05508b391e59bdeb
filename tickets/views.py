"""Opening a ticket by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.redirects import see_other
from accounts.roles import DESK
from clients.models import Asset, Client, Contact
from tickets.forms import NewTicketForm
from tickets.intake import NewTicket, open_ticket
from tiers.policies import NoPolicy


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
    return see_other(f"/tickets/{opened.key}/")


def _known(request: HttpRequest, form: NewTicketForm) -> dict[str, list[str]]:
    """Contacts and devices of the chosen client, to be offered while typing."""
    client = Client.objects.visible_to(request.user).filter(slug=form["client"].value() or "").first()
    contacts, assets = Contact.objects.filter(client=client), Asset.objects.filter(client=client)
    return {
        "contacts": list(contacts.values_list("name", flat=True)) if client else [],
        "assets": list(assets.values_list("name", flat=True)) if client else [],
    }
