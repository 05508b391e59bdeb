"""The pages of the second factor: authenticator app, recovery codes, passkeys, and confirming who sits here."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ListWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.account_page import frame_of
from accounts.client_address import is_address
from accounts.clock import database_now
from accounts.codes import AppCodeForm, ConfirmCodeForm
from accounts.passkeys import ConfirmPasskeyForm, NewPasskeyForm, PasskeyNameForm


class OwnPage:
    """In the look of the reader's other pages, and kept by no cache."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        shown = super().get_context_data(**more)
        return {**shown, "frame": frame_of(self.request.user), "now": database_now()}


@method_decorator(never_cache, name="dispatch")
class AppView(OwnPage, ActivateTOTPView):
    """Set the authenticator app up."""

    template_name = "accounts/app.html"
    form_class = AppCodeForm


class AppRemovalView(OwnPage, DeactivateTOTPView):
    """Take the authenticator app away again, unless it is the last factor that a role demands."""

    template_name = "accounts/app_removal.html"


@method_decorator(never_cache, name="dispatch")
class RecoveryCodesView(OwnPage, ViewRecoveryCodesView):
    """The recovery codes: shown once."""

    template_name = "accounts/recovery_codes.html"


class NewRecoveryCodesView(OwnPage, GenerateRecoveryCodesView):
    """New recovery codes, which end the old ones."""

    template_name = "accounts/recovery_codes_new.html"


class PasskeysView(OwnPage, ListWebAuthnView):
    """The passkeys of this person."""

    template_name = "accounts/passkeys.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(possible=passkeys_possible(self.request), **more)


@method_decorator(never_cache, name="dispatch")
class NewPasskeyView(OwnPage, AddWebAuthnView):
    """Add a passkey, one that asks for a finger, a face or a PIN, so that it signs in alone."""

    template_name = "accounts/passkey_new.html"
    form_class = NewPasskeyForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        shown = super().get_context_data(**more)
        shown["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return {"form": self.get_form(), **shown, "possible": passkeys_possible(self.request)}


class PasskeyView(OwnPage, EditWebAuthnView):
    """Name a passkey."""

    template_name = "accounts/passkey.html"
    form_class = PasskeyNameForm


class PasskeyRemovalView(OwnPage, RemoveWebAuthnView):
    """Remove a passkey, unless it is the last factor that a role demands."""

    template_name = "accounts/passkey_removal.html"

    def form_valid(self, form: Form) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            messages.error(self.request, get_adapter().error_messages["cannot_delete_authenticator"])
            return redirect("mfa_list_webauthn")
        return super().form_valid(form)


class ConfirmView(OwnPage, ReauthenticateView):
    """The password once more, before something sensitive."""

    template_name = "accounts/confirm.html"


class ConfirmByCodeView(OwnPage, ReauthenticateByCodeView):
    """A code instead."""

    template_name = "accounts/confirm.html"
    form_class = ConfirmCodeForm


class ConfirmByPasskeyView(OwnPage, ReauthenticateWebAuthnView):
    """A passkey instead."""

    template_name = "accounts/confirm_passkey.html"
    form_class = ConfirmPasskeyForm

    def form_invalid(self, form: Form) -> HttpResponse:
        messages.error(self.request, "This is not one of your passkeys, or it took too long. Try again.")
        return self.get(self.request)


def passkeys_possible(request: HttpRequest) -> bool:
    """Browsers tie passkeys to a host name; at a bare IP address there are none."""
    return not is_address(split_domain_port(request.get_host())[0])
