"""How django-allauth behaves in this portal: nobody signs up, and what it says is said in our words."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse

from accounts.client_address import client_address
from accounts.clock import database_now
from accounts.invitations import note_joining
from accounts.models import User
from accounts.oidc_config import provider_called, required_provider
from accounts.second_factor import SHOWN_ELSEWHERE
from accounts.sessions import remember
from accounts.turned_away import turned_away

CONFIRMED_FOR_SECONDS = 300
# What the library says, by its own names; what is not here is not worth a message.
WORDS = {
    "mfa/messages/totp_activated.txt": "Your authenticator app is set up. You are asked for a code when you sign in.",
    "mfa/messages/totp_deactivated.txt": "Your authenticator app is not asked for any more.",
    "mfa/messages/webauthn_added.txt": "The passkey was added.",
    "mfa/messages/webauthn_removed.txt": "The passkey was removed.",
}
INACTIVE = "This account is not active. Ask whoever runs the portal for you."


class SignInAdapter(DefaultAccountAdapter):
    """Signing in with django-allauth, by invited people only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": "Too many attempts. Wait five minutes and try again.",
        "rate_limited": "Too many attempts. Wait five minutes and try again.",
        "incorrect_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        words = kwargs.get("message") or WORDS.get(message_template or "")
        if words:
            messages.add_message(request, level, words)

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Turn away who is no active person, and who must come by another provider and did not."""
        if not user.is_active or not user.is_person:
            return turned_away(request, INACTIVE)
        provider = required_provider(user.email, settings.IDENTITY_PROVIDERS)
        came_by = (about.get("signal_kwargs") or {}).get("sociallogin")
        if provider and (came_by is None or came_by.account.provider != provider.id):
            return turned_away(request, f"People with your address sign in with {provider.name}.")
        return super().pre_login(request, user, **about)

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        came_by = (about.get("signal_kwargs") or {}).get("sociallogin")
        request.session[SHOWN_ELSEWHERE] = came_by is not None and _asks_for_two(came_by.account.provider)
        remember(request)
        note_joining(user, now=database_now())
        return super().post_login(request, user, **about)

    def reauthenticate(self, user: User, password: str) -> bool:
        return authenticate(context.request, username=user.email, password=password) == user

    def is_reauthentication_required(self, *, app: str, **about: Any) -> bool:
        """Not within five minutes of signing in or confirming."""
        records = get_authentication_records(context.request, context.request.user)
        latest = max((record["at"] for record in records), default=0)
        return time.time() - latest >= CONFIRMED_FOR_SECONDS


def _asks_for_two(provider: str) -> bool:
    return provider_called(provider, settings.IDENTITY_PROVIDERS).second_factor
