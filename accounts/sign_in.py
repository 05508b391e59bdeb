"""The sign-in page: by password, by passkey or by another provider; then a code where there is a second factor."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from accounts.codes import SignInCodeForm
from accounts.models import User
from accounts.oidc import Claims, Provider, unfinished
from accounts.oidc_config import required_provider
from accounts.passkeys import PasskeyForm, PasskeySignInForm
from accounts.turned_away import turned_away

NO_MATCH = (
    "This address and password do not match. Check both, or have a new password sent to you below. "
    "After five wrong ones there is a pause of 15 minutes."
)


class SignInForm(forms.Form):
    """An address and its password; wrong ones are counted by `lockout`."""

    username = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username webauthn", "autofocus": True}),
    )
    password = forms.CharField(
        strip=False, max_length=4096, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        provider = required_provider(given["username"], settings.IDENTITY_PROVIDERS)
        if provider:
            raise ValidationError(f"People with your address sign in with {provider.name}: use its button.")
        self.user = authenticate(self.request, username=given["username"], password=given["password"])
        if self.user is None:
            raise ValidationError(NO_MATCH)
        return given

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on with the next step of signing in, which may be a code."""
        login = Login(user=self.user, email=self.user.email, redirect_url=redirect_url)
        return perform_password_login(request, {"email": self.user.email}, login)


class SignInView(LoginView):
    """Who is signed in already goes where the way leads."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        providers = settings.IDENTITY_PROVIDERS
        return super().get_context_data(next=self.get_next_url() or "", providers=providers, **more)


class PasskeySignInView(LoginWebAuthnView):
    """A GET for JSON answers with a challenge, a POST brings what the passkey made of it."""

    form_class = PasskeySignInForm

    def form_valid(self, form: forms.Form) -> HttpResponse:
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=get_next_redirect_url(self.request))
        return perform_passwordless_login(self.request, passkey, login)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return turned_away(self.request, "This passkey is not known here, or it took too long. Try again.")


class SignInCodeView(AuthenticateView):
    """The second step: a code, or a passkey."""

    template_name = "accounts/sign_in_code.html"
    form_class = SignInCodeForm
    webauthn_form_class = PasskeyForm


@never_cache
@require_GET
def sign_in_with(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leave for another provider, with a state, a nonce and a code challenge of this browser's own."""
    provider, nonce = _provider(request, provider_id), get_random_string(32)
    onward = {"next_url": get_next_redirect_url(request), "nonce": nonce, "auth_params": {"nonce": nonce}}
    try:
        return provider.redirect(request, AuthProcess.LOGIN, **onward)
    except (RequestException, OAuth2Error) as error:
        return unfinished(request, provider.name, error)


@never_cache
@require_GET
def back_from(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way back from another provider, whose answer `Claims` judges."""
    provider = _provider(request, provider_id)
    try:
        return OAuth2CallbackView.adapter_view(Claims(request, provider_id))(request)
    except (RequestException, OAuth2Error) as error:
        return unfinished(request, provider.name, error)


def _provider(request: HttpRequest, provider_id: str) -> Provider:
    """The configured provider. Raises Http404 where there is none with this id."""
    try:
        return get_adapter().get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None


def let_in(request: HttpRequest, user: User, *, to: str = "home") -> HttpResponse:
    """Sign `user` in, who has just shown by a form elsewhere who it is; leads to the page named `to`."""
    answer = perform_login(request, user, redirect_url=reverse(to), email=user.email)
    if isinstance(answer, HttpResponseRedirect):
        answer.status_code = 303
    return answer
