"""Who can see one client, and through what; given and taken away by managers."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import ACCOUNT_MANAGER, MANAGERS
from clients import access_editing, inviting
from clients.access_editing import NotGranted, may_grant, may_invite
from clients.inviting import NotInvited
from clients.models import Client, Contact
from tiers import client_readers
from tiers.access_form import AccountManagerForm, ContactRoleForm, InviteForm, TeamsForm
from tiers.team_access import keep_to_teams

READERS = MANAGERS | {ACCOUNT_MANAGER}


@for_roles(READERS)
@never_cache
@require_safe
def access(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who can see the client, by what they see it through."""
    return _shown(request, _client(request, slug), now=database_now())


@for_roles(READERS)
@never_cache
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Let somebody of the client sign in."""
    client = _client(request, slug, for_inviting=True)
    form = InviteForm(request.POST or None, initial=_filled_in(request, client))
    if form.is_bound and form.is_valid():
        try:
            person, mailed = inviting.invite_contact(
                client=client, **form.cleaned_data, by=request.user, now=database_now()
            )
        except (NotInvited, NotGranted) as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _invited(client, person, mailed))
            return _back(client)
    context = {"client": client, "form": form}
    return render(request, "clients/access_invite.html", context, status=422 if form.errors else 200)


@for_roles(READERS)
@require_POST
def teams(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the client to some teams' technicians, or open it to all."""
    client, now = _client(request, slug), database_now()
    form = TeamsForm(request.POST)
    if not form.is_valid():
        return _shown(request, client, now=now, teams_form=form, status=422)
    chosen = form.chosen
    return _done(
        request, client, now, lambda: keep_to_teams(client=client, teams=chosen, by=request.user, now=now),
        f"{client} is seen by the technicians of {', '.join(map(str, chosen))} alone."
        if chosen else f"{client} is seen by all technicians.",
    )  # fmt: skip


@for_roles(READERS)
@require_POST
def account_managers(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a colleague account manager of the client."""
    client, now = _client(request, slug), database_now()
    form = AccountManagerForm(request.POST)
    if not form.is_valid():
        return _shown(request, client, now=now, refusal="Choose a colleague who is active.", status=422)
    person = form.cleaned_data["person"]
    return _done(
        request, client, now,
        lambda: access_editing.give_access(
            client=client, person=person, role=ACCOUNT_MANAGER, by=request.user, now=now
        ),
        f"{person} looks after {client} now.",
    )  # fmt: skip


@for_roles(READERS)
@require_POST
def contact_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give a person of the client another role for it."""
    client, now = _client(request, slug), database_now()
    person, form = _of_client(client, pk), ContactRoleForm(request.POST)
    if not form.is_valid():
        return _shown(request, client, now=now, refusal="Choose decision maker or client user.", status=422)
    role = form.cleaned_data["role"]
    return _done(
        request, client, now,
        lambda: access_editing.give_access(client=client, person=person, role=role, by=request.user, now=now),
        f"{person} is {role} of {client} now.",
    )  # fmt: skip


@for_roles(READERS)
@require_POST
def removal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a role for this client away from somebody."""
    client, now = _client(request, slug), database_now()
    person, role = get_object_or_404(User, pk=pk), request.POST.get("role", "")
    return _done(
        request, client, now,
        lambda: access_editing.take_access(client=client, person=person, role=role, by=request.user, now=now),
        f"{person} is no {role} of {client} any more.",
    )  # fmt: skip


@for_roles(READERS)
@require_POST
def invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send one of the client's people the way in, anew."""
    client, now = _client(request, slug, for_inviting=True), database_now()
    person = _of_client(client, pk)
    return _done(
        request, client, now, lambda: inviting.send(person, by=request.user, now=now, client=client),
        f"A new invitation is going to {person.email}. Earlier ones work no more.",
    )  # fmt: skip


@for_roles(READERS)
@require_POST
def revocation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let the open invitation of one of the client's people work no more."""
    client, now = _client(request, slug, for_inviting=True), database_now()
    person = _of_client(client, pk)
    return _done(
        request, client, now, lambda: inviting.revoke(person, by=request.user, now=now, client=client),
        f"{person} is not invited for {client} any more.",
    )  # fmt: skip


def _done(request: HttpRequest, client: Client, now: datetime, act: Callable[[], object], said: str) -> HttpResponse:
    """Do it and go back to the page, or show the page with the reason why not."""
    try:
        act()
    except (NotGranted, NotInvited) as error:
        return _shown(request, client, now=now, refusal=str(error), status=409)
    messages.success(request, said)
    return _back(client)


def _shown(
    request: HttpRequest, client: Client, *, now: datetime, refusal: str = "", status: int = 200,
    teams_form: TeamsForm | None = None,
) -> HttpResponse:  # fmt: skip
    context = client_readers.context(client, now=now)
    grants = may_grant(request.user, client)
    context |= {
        "client": client,
        "now": now,
        "refusal": refusal,
        "may_grant": grants,
        "may_invite": grants or may_invite(request.user, client),
        "teams_form": teams_form or TeamsForm(initial={"teams": context["kept"], "who": bool(context["kept"])}),
        "account_manager_form": AccountManagerForm(),
    }
    return render(request, "clients/access.html", context, status=status)


def _filled_in(request: HttpRequest, client: Client) -> dict[str, str]:
    """What is known of the contact `?contact=`, when it is this client's."""
    pk = request.GET.get("contact", "")
    found = Contact.objects.filter(client=client, pk=int(pk)).first() if pk.isascii() and pk.isdigit() else None
    if found is None:
        return {}
    role = "decision maker" if found.decision_maker else "client user"
    return {"name": found.name, "email": found.email, "role": role}


def _invited(client: Client, person: User, mailed: bool) -> str:
    if mailed:
        return f"{person} is invited: a mail with the way in is going to {person.email}."
    return f"{person.email} has a sign-in already, so no mail was sent. {client} was added to what they see."


def _client(request: HttpRequest, slug: str, *, for_inviting: bool = False) -> Client:
    client: Client = get_object_or_404(Client.objects.visible_to(request.user), slug=slug)
    if for_inviting and not may_invite(request.user, client):
        return get_object_or_404(Client.objects.none())
    return client


def _of_client(client: Client, pk: int) -> User:
    """A person who is a contact of this client; anybody else is answered like nobody."""
    return get_object_or_404(User.objects.filter(contact__client=client).distinct(), pk=pk)


def _back(client: Client) -> HttpResponse:
    response = HttpResponseRedirect(reverse("client-access", args=[client.slug]))
    response.status_code = 303
    return response
