"""A forgotten password: a link by mail, and the same answer whether the address is known or not."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.client_address import client_address
from accounts.clock import database_now
from accounts.lockout import note_place
from accounts.models import User
from accounts.oidc_config import required_provider


class ForgottenForm(forms.Form):
    """The address to which a link shall go."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the address; a link goes out only to who has a password here, and not more often than three an hour."""
    form = ForgottenForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/forgotten.html", {"form": form})
    email = form.cleaned_data["email"].lower()
    user = person_with_password(email)
    if ratelimit.consume(request, action="reset_password", key=email) and user:
        import_string(settings.SEND_PASSWORD_LINK)(user, now=database_now())
    return render(request, "accounts/forgotten_sent.html", {"email": email})


def person_with_password(email: str) -> User | None:
    """Who signs in here with this address and a password of the portal's own."""
    user = User.objects.filter(email__iexact=email, is_active=True, kind=User.Kind.PERSON).first()
    if user is None or not user.has_usable_password() or required_provider(email, settings.IDENTITY_PROVIDERS):
        return None
    return user


class NewPasswordView(PasswordResetConfirmView):
    """The page behind the link: a new password, after which one signs in with it, second factor included.

    Whoever reads the person's mail is no stranger, so that a pause for strangers does not hold up what follows.
    """

    template_name = "accounts/new_password.html"
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        note_place(self.user, client_address(self.request), now=database_now())
        messages.success(self.request, "Your password was changed. Sign in with the new one.")
        return answer
