"""The second factor: whose it is, who must have one, and how its secrets are kept."""

from collections.abc import Callable
from typing import Any

import qrcode
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.urls import reverse
from qrcode.image.svg import SvgPathImage

from accounts.encryption import decrypt, encrypt
from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# In a session that another provider has opened, which had asked for a second factor itself.
SHOWN_ELSEWHERE = "second_factor_elsewhere"


def must_have_second_factor(user: User) -> bool:
    """Whether one of the user's roles is one of MFA_REQUIRED_FOR."""
    return bool(settings.MFA_REQUIRED_FOR) and bool(user.roles & set(settings.MFA_REQUIRED_FOR))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether who is signed in must set up a second factor before anything else."""
    user = request.user
    if not user.is_authenticated or not must_have_second_factor(user) or request.session.get(SHOWN_ELSEWHERE):
        return False
    return not Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


class RequireSecondFactor:
    """Leads who must have a second factor, and has none, to the account's own pages, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith((reverse("account"), reverse("sign-out"))) or not lacks_second_factor(request):
            return self.get_response(request)
        return redirect("account")


class SecondFactorAdapter(DefaultMFAAdapter):
    """django-allauth's second factors in this portal: encrypted, in its own words, kept where a role demands one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not right, or was used before. Check your phone's clock, and try the next code.",
        "cannot_delete_authenticator": "Your role demands a second factor. Add another one before you remove this one.",
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last one goes only where no role demands one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return others.exists() or not must_have_second_factor(authenticator.user)

    def build_totp_svg(self, url: str) -> str:
        """The picture of `url`, to stand inline in a page."""
        return qrcode.make(url, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        host, _ = split_domain_port(context.request.get_host())
        return {"id": host, "name": settings.MFA_TOTP_ISSUER}
