"""The clients that one serves, with what was agreed with each."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from clients.models import Client, Contact


@for_roles(STAFF)
def clients(request: HttpRequest) -> HttpResponse:
    """Every client that the reader may see."""
    deciders = Prefetch("contacts", queryset=Contact.objects.filter(decision_maker=True), to_attr="deciders")
    visible = Client.objects.visible_to(request.user).select_related("agreement").prefetch_related(deciders)
    context = {"clients": visible.order_by("name"), "steers": bool(request.user.roles & MANAGERS)}
    return render(request, "clients/clients.html", context)
