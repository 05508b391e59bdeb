"""Signing in by OpenID Connect: who comes is matched to a person who is known here, and nobody is ever made.

On top of django-allauth's code flow with PKCE and state: the ID token's signature is always checked, it must carry the
nonce of this very browser, and it must speak of the same person as the userinfo does.
"""

import hmac
import logging
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from accounts.models import User
from accounts.oidc_config import IdentityProvider, provider_called
from accounts.turned_away import turned_away

log = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLAIMS = ["iss", "sub", "aud", "exp", "iat"]
ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
CLOCKS_MAY_DIFFER_SECONDS = 60


class Claims(OpenIDConnectOAuth2Adapter):
    """What the provider says of the person, believed only when everything fits."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config = super().openid_config
        if not all(isinstance(config.get(key), str) for key in ENDPOINTS):
            raise OAuth2Error(f"the discovery document lacks one of {', '.join(ENDPOINTS)}")
        if config["issuer"].rstrip("/") != self.get_provider().app.settings["server_url"]:
            raise OAuth2Error(f"the discovery document is of another issuer: {config['issuer']}")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **about: Any) -> SocialLogin:
        id_token = about["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("there was no ID token")
        said, more = self._decode_id_token(app, id_token), self._fetch_user_info(token.token)
        if more.get("sub") != said["sub"]:
            raise OAuth2Error("the ID token and the userinfo speak of different people")
        login = self.get_provider().sociallogin_from_response(request, {"userinfo": more, "id_token": said})
        login.claims = {**said, **more, "nonce": said.get("nonce", "")}
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """The claims of a token that the provider signed for us. Raises OAuth2Error for any other."""
        try:
            key = self._key_of(id_token)
            return jwt.decode(
                id_token, key, algorithms=ALGORITHMS, audience=app.client_id, issuer=self.openid_config["issuer"],
                leeway=CLOCKS_MAY_DIFFER_SECONDS, options={"require": CLAIMS},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise OAuth2Error(f"the ID token cannot be believed: {error}") from error

    def _key_of(self, id_token: str) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json())
        kid = jwt.get_unverified_header(id_token).get("kid")
        return keys[kid] if kid else keys.keys[0]

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return settings.PUBLIC_URL + reverse("openid_connect_callback", args=[self.provider_id])


class Provider(OpenIDConnectProvider):
    """django-allauth's provider with our `Claims`; keeps nothing of what was said but the subject."""

    oauth2_adapter_class = Claims

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}


class OtherProviders(DefaultSocialAccountAdapter):
    """Who comes from another provider must be a person of ours, by the verified address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        provider = provider_called(sociallogin.account.provider, settings.IDENTITY_PROVIDERS)
        _check_nonce(request, sociallogin, provider)
        user = _person(request, sociallogin.claims, provider)
        sociallogin.account = _account(request, sociallogin.account, user, provider)
        sociallogin.user = user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **about: Any
    ) -> None:
        raise ImmediateHttpResponse(unfinished(request, provider.name, exception, error))


def _check_nonce(request: HttpRequest, sociallogin: SocialLogin, provider: IdentityProvider) -> None:
    asked, got = sociallogin.state.get("nonce") or "", sociallogin.claims["nonce"]
    if not asked or not hmac.compare_digest(asked, str(got)):
        words = f"The answer of {provider.name} belongs to another attempt. Start again from the sign-in page."
        raise ImmediateHttpResponse(turned_away(request, words))


def _person(request: HttpRequest, claims: dict[str, Any], provider: IdentityProvider) -> User:
    """The active person whose verified address this is. Raises ImmediateHttpResponse, with words, for nobody."""
    email = claims.get("email")
    if not isinstance(email, str) or not email:
        raise ImmediateHttpResponse(turned_away(request, f"{provider.name} did not tell us your mail address."))
    if not provider.addresses_verified and not _is_true(claims.get("email_verified")):
        words = f"{provider.name} has not verified the address {email}. Verify it there, then sign in again."
        raise ImmediateHttpResponse(turned_away(request, words))
    found = User.objects.filter(email__iexact=email, is_active=True, kind=User.Kind.PERSON).first()
    if found is None:
        words = f"Nobody with the address {email} may sign in here. Ask whoever runs the portal to invite you."
        raise ImmediateHttpResponse(turned_away(request, words))
    return found


def _account(request: HttpRequest, account: SocialAccount, user: User, provider: IdentityProvider) -> SocialAccount:
    """The tie between the person and the provider's subject, made at the first time and never moved to another."""
    by_subject = SocialAccount.objects.filter(provider=provider.id, uid=account.uid).first()
    by_user = SocialAccount.objects.filter(provider=provider.id, user=user).first()
    if by_subject != by_user:
        words = f"This account at {provider.name} is not the one that {user.email} signed in with before. "
        raise ImmediateHttpResponse(turned_away(request, words + "Ask whoever runs the portal to look at it."))
    if by_subject:
        return by_subject
    return SocialAccount.objects.create(provider=provider.id, uid=account.uid, user=user)


def _is_true(claim: Any) -> bool:
    """Some providers write the word instead of the value; nothing else is a yes."""
    return claim is True or claim == "true"


def unfinished(request: HttpRequest, name: str, exception: Exception | None, error: str = "") -> HttpResponse:
    """The page for who came back with nothing: cancelled there, answered wrongly, or not answered at all."""
    log.warning("Signing in with %s failed: %s", name, exception or error)
    if error == AuthError.CANCELLED:
        return turned_away(request, f"You did not sign in at {name}.", status=401)
    if isinstance(exception, RequestException):
        return turned_away(request, f"{name} does not answer. Try again soon, or sign in another way.", status=502)
    return turned_away(request, f"{name} gave no answer that can be believed. Start again.", status=401)
