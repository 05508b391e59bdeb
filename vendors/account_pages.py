"""The pages by which managers note a client's account with a service."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from clients.models import Client
from vendors.account_editing import remove_account, save_account
from vendors.account_form import AccountForm
from vendors.editor import Outcome, attempted_by, of_account, saved, seen_now
from vendors.models import Service, ServiceAccount


@for_roles(MANAGERS)
@never_cache
def new_account(request: HttpRequest, slug: str, service: str) -> HttpResponse:
    """Note a client's account with a service; offered are clients that have none with it."""
    row = get_object_or_404(Service.objects.select_related("vendor"), slug=service, vendor__slug=slug)
    others = Client.objects.visible_to(request.user).exclude(service_accounts__service=row).order_by("name")
    names = list(others.values_list("name", flat=True))
    form = AccountForm(
        request.POST or None, service=row, account=None, clients=names, seen=seen_now(row.vendor),
        initial={"client": request.GET.get("client", "")},
    )  # fmt: skip
    return _answer(request, form, row, title=f"New account with {row}")


@for_roles(MANAGERS)
@never_cache
def edit_account(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Edit a client's account; its stored secrets are never shown."""
    account = _account(request, slug, pk)
    row = account.service
    form = AccountForm(request.POST or None, service=row, account=account, clients=(), seen=seen_now(row.vendor))
    return _answer(request, form, row, title=f"Account of {account}", account=account)


@for_roles(MANAGERS)
@never_cache
def account_removal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say what goes with a client's account (GET); take it out, with its secrets (POST)."""
    account = _account(request, slug, pk)
    if request.method != "POST":
        context = {"account": account, "vendor": account.service.vendor}
        return render(request, "vendors/account_removal.html", context)
    said = f"The account of {account} is removed."
    remove_account(account, by=request.user, now=database_now())
    return saved(request, said, reverse("vendor", args=[slug]))


def _account(request: HttpRequest, slug: str, pk: int) -> ServiceAccount:
    visible = ServiceAccount.objects.visible_to(request.user).select_related("client", "service__vendor")
    return get_object_or_404(visible, pk=pk, service__vendor__slug=slug)


def _answer(request: HttpRequest, form: AccountForm, row: Service, **beside: Any) -> HttpResponse:
    outcome, back = None, reverse("vendor", args=[row.vendor.slug])
    if form.is_bound:
        outcome = _saved(form, row, request) if form.is_filled_in() else Outcome()
        if outcome.vendor:
            return saved(request, "The account is saved.", f"{back}#service-{row.slug}")
    context = {
        "part": {"title": beside["title"], "subtitle": "What cases with the service draw on. Clients never see it."},
        "form": form, "outcome": outcome, "vendor": row.vendor, "back_url": back, "back_label": row.vendor.name,
        **beside,
    }  # fmt: skip
    return render(request, "vendors/edit.html", context, status=outcome.status if outcome else 200)


def _saved(form: AccountForm, row: Service, request: HttpRequest) -> Outcome:
    target = of_account(row.vendor, form.account)
    more = {"by": request.user, "now": database_now(), "secrets": form.secrets, "forget": form.forgotten}
    return attempted_by(save_account, form, target, **more)
