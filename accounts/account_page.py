"""A person's own page: name, time zone, password, and how the account is guarded."""

from typing import Any

from allauth.core.ratelimit import consume_or_429
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.language import LANGUAGES
from accounts.models import User
from accounts.password_form import ChangePasswordForm
from accounts.roles import STAFF
from accounts.second_factor import lacks_second_factor
from accounts.sessions import end_other_sessions, end_session, remember, sessions_of
from accounts.zones import zone_choices


class AccountForm(forms.Form):
    """What a person decides about itself."""

    name = forms.CharField(max_length=120, help_text="How you are named here.")
    timezone = forms.ChoiceField(label="Time zone", help_text="All times are shown in it.")
    language = forms.ChoiceField(
        required=False, choices=[("", "As the client's"), *LANGUAGES.items()],
        help_text="Of the pages that clients read. The rest of the portal is in English.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        own = {"name": user.name, "timezone": user.timezone, "language": user.language}
        super().__init__(*args, initial=own, **kwargs)
        self.fields["timezone"].choices = _with(user.timezone)


def frame_of(user: User) -> str:
    """The template around an account page: the desk's for staff, the plain one for a client's people."""
    return "base.html" if user.roles & STAFF else "base_client.html"


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Change name and zone; the ways to everything else of the account."""
    form = AccountForm(request.POST or None, user=request.user)
    if form.is_valid():
        User.objects.filter(pk=request.user.pk).update(**form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("account")
    shown = {**_guards(request.user), "form": form, "due": lacks_second_factor(request)}
    return render(request, "accounts/account.html", {**shown, "frame": frame_of(request.user)})


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password, which signs this person out everywhere else."""
    if not request.user.has_usable_password():
        raise PermissionDenied("You sign in without a password of this portal, so there is none to change.")
    too_many = request.method == "POST" and consume_or_429(request, action="reauthenticate", user=request.user)
    if too_many:
        return too_many
    form = ChangePasswordForm(request.user, request.POST or None)
    if form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)
        end_other_sessions(user, current=request.session.session_key)
        remember(request)
        messages.success(request, "Your password was changed. You are signed out everywhere else.")
        return redirect("account")
    return render(request, "accounts/password.html", {"form": form, "frame": frame_of(request.user)})


@never_cache
@login_required
@require_http_methods(["GET"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in."""
    now = database_now()
    rows = sessions_of(request.user, current=request.session.session_key, now=now)
    others = sum(not row.current for row in rows)
    shown = {"sessions": rows, "others": others, "now": now, "frame": frame_of(request.user)}
    return render(request, "accounts/sessions.html", shown)


@login_required
@require_http_methods(["POST"])
def session_ending(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of one's own; a foreign one is answered like one that has ended already."""
    if end_session(request.user, pk):
        messages.success(request, "Signed out there.")
    else:
        messages.info(request, "That session has ended already.")
    return redirect("sessions")


@login_required
@require_http_methods(["POST"])
def other_sessions_ending(request: HttpRequest) -> HttpResponse:
    """End all sessions of one's own but this one."""
    end_other_sessions(request.user, current=request.session.session_key)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("sessions")


def _with(zone: str) -> list[tuple[str, str]]:
    """The zones to choose from, and the one that is kept, even if it is an old name."""
    choices = zone_choices()
    return choices if zone in dict(choices) else [(zone, zone), *choices]


def _guards(user: User) -> dict[str, Any]:
    types = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    kinds = Authenticator.Type
    return {
        "has_app": kinds.TOTP in types,
        "passkeys": types.count(kinds.WEBAUTHN),
        "has_recovery_codes": kinds.RECOVERY_CODES in types,
    }
