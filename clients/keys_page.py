"""API keys: who has which, what they open and until when; made, replaced and ended by administrators."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from accounts.clock import database_now
from accounts.keys import SCOPES, KeyEnded
from accounts.models import AccessChange, ApiKey, User
from accounts.permissions import for_roles
from clients.keys import bindings, issue_key, replace_key, revoke_key
from clients.models import Client

ADMINISTRATORS = frozenset({roles.ADMINISTRATOR})
KEY_CHANGES = (AccessChange.What.KEY_MADE, AccessChange.What.KEY_ROTATED, AccessChange.What.KEY_REVOKED)
MOST_CHANGES = 20
MOST_ENDED = 20
SOON = timedelta(days=14)
LIVES = {"30": "30 days", "90": "90 days", "365": "A year", "": "No end"}


class KeyForm(forms.Form):
    """What a key is for, and what it opens."""

    name = forms.CharField(
        max_length=120, label="What is it for?", help_text="The system that will hold it, such as “Monitoring”.",
        error_messages={"required": "Say which system will hold it."},
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label="What may it do?", choices=[(scope, f"{scope}: {words}") for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose one thing at least."},
    )  # fmt: skip
    client = forms.ModelChoiceField(
        label="Bound to", queryset=Client.objects.none(), required=False, empty_label="No client: it sees all of them",
        help_text="A bound key sees that client alone, in the words that are meant for clients.",
    )  # fmt: skip
    days = forms.ChoiceField(label="Ends after", choices=list(LIVES.items()), initial="365", required=False)

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(reader).order_by("name")

    def expires_at(self, now: datetime) -> datetime | None:
        """The end that was chosen, counted from `now`."""
        days = self.cleaned_data["days"]
        return now + timedelta(days=int(days)) if days else None


@for_roles(ADMINISTRATORS)
@never_cache
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every key, those in force first."""
    return _listed(request, now=database_now())


@for_roles(ADMINISTRATORS)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Make a key, and show it, once."""
    form = KeyForm(request.POST or None, reader=request.user)
    if not (form.is_bound and form.is_valid()):
        return render(request, "accounts/keys_new.html", {"form": form}, status=422 if form.errors else 200)
    now, given = database_now(), form.cleaned_data
    key = issue_key(
        name=given["name"], scopes=given["scopes"], client=given["client"], expires_at=form.expires_at(now),
        by=request.user, now=now,
    )  # fmt: skip
    return _told(request, key, given["name"], given["scopes"])


@for_roles(ADMINISTRATORS)
@never_cache
@require_POST
def rotation(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a new key in the place of this one, and show it, once."""
    row, now = get_object_or_404(ApiKey, pk=pk), database_now()
    try:
        key = replace_key(key=row, by=request.user, now=now)
    except KeyEnded as error:
        return _listed(request, now=now, refusal=str(error), status=409)
    return _told(request, key, row.name, row.scopes, replaced=ApiKey.objects.get(pk=pk))


@for_roles(ADMINISTRATORS)
@require_POST
def revocation(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key at once."""
    row, now = get_object_or_404(ApiKey, pk=pk), database_now()
    try:
        revoke_key(key=row, by=request.user, now=now)
    except KeyEnded as error:
        return _listed(request, now=now, refusal=str(error), status=409)
    messages.success(request, f"{row} opens nothing any more.")
    response = HttpResponseRedirect(reverse("keys"))
    response.status_code = 303
    return response


def _told(
    request: HttpRequest, key: str, name: str, scopes: Iterable[str], replaced: ApiKey | None = None
) -> HttpResponse:
    """The only page that ever shows a key."""
    context = {"key": key, "name": name, "replaced": replaced, "example": _example(key, scopes)}
    return render(request, "accounts/keys_made.html", context, status=201)


def _example(key: str, scopes: Iterable[str]) -> str:
    """A call that this key can make."""
    bearer, base = f'-H "Authorization: Bearer {key}"', f"{settings.PUBLIC_URL}/api/v1"
    if "tickets:read" in scopes:
        return f"curl {bearer} {base}/tickets/"
    if "config:read" in scopes:
        return f"curl {bearer} {base}/calendars/"
    return f"curl {bearer} {base}/…"


def _listed(request: HttpRequest, *, now: datetime, refusal: str = "", status: int = 200) -> HttpResponse:
    """Three queries, whatever the number of keys."""
    program = User.groups.through.objects.filter(user=OuterRef("user"), group__name=roles.PROGRAM)
    rows = list(ApiKey.objects.select_related("user").annotate(provider_wide=Exists(program)).order_by("name", "-pk"))
    bound = bindings([row.user_id for row in rows])
    shown = [_row(row, bound, now) for row in rows]
    changes = AccessChange.objects.filter(what__in=KEY_CHANGES).select_related("by", "person")
    context = {
        "now": now,
        "rows": [row for row in shown if not row["ended"]],
        "ended": [row for row in shown if row["ended"]][:MOST_ENDED],
        "changes": changes[:MOST_CHANGES],
        "refusal": refusal,
    }
    return render(request, "accounts/keys.html", context, status=status)


def _row(key: ApiKey, bound: dict[int, str], now: datetime) -> dict[str, Any]:
    expired = key.expires_at is not None and key.expires_at <= now
    return {
        "key": key,
        "scopes": [(scope, SCOPES.get(scope, "")) for scope in key.scopes],
        "sees": "All clients" if key.provider_wide else bound.get(key.user_id, "None"),
        "ended": key.revoked_at is not None or expired,
        "soon": not expired and key.expires_at is not None and key.expires_at - now <= SOON,
    }
