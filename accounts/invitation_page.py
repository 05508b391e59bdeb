"""The page behind an invitation's link: name, zone and password, and one is in; or the way to another provider."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import invitations
from accounts.clock import database_now
from accounts.invitations import Gone
from accounts.models import Invitation, User
from accounts.oidc_config import required_provider
from accounts.sign_in import let_in
from accounts.zones import zone_choices


class AcceptForm(forms.Form):
    """Who one is, and a password, twice."""

    name = forms.CharField(max_length=120, error_messages={"required": "Say what people call you."})
    timezone = forms.ChoiceField(label="Time zone", help_text="Times are shown in it.")
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), max_length=128, strip=False,
        help_text=" ".join(map(str, password_validators_help_texts())),
        error_messages={"required": "Choose a password."},
    )  # fmt: skip
    again = forms.CharField(
        label="Password, once more", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False,
        max_length=128, error_messages={"required": "Write it a second time, so that no slip locks you out."},
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": user.name, "timezone": user.timezone}, **kwargs)
        self.user = user
        known = zone_choices()
        own = [(user.timezone, user.timezone)] if user.timezone not in dict(known) else []
        self.fields["timezone"].choices = [*own, *known]
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, second = given.get("password"), given.get("again")
        if first and second and first != second:
            self.add_error("again", "The two passwords differ. Write the same one twice.")
        if first:
            self._check(first, given.get("name", ""))
        return given

    def _check(self, password: str, name: str) -> None:
        """Hold the password also against the name that is only being chosen."""
        try:
            validate_password(password, User(email=self.user.email, name=name))
        except ValidationError as error:
            self.add_error("password", error)


@never_cache
@sensitive_post_parameters()
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET), or give the person what they chose and sign them in (POST). A link that opens nothing is a 404.

    Who must come by another provider is led there, and the link stays as it is until they have.
    """
    now = database_now()
    try:
        invitation = invitations.open_invitation(token, now=now)
        provider = required_provider(invitation.user.email, settings.IDENTITY_PROVIDERS)
        if provider:
            return _shown(request, invitation, provider=provider)
        form = AcceptForm(request.POST or None, user=invitation.user)
        if not (form.is_bound and form.is_valid()):
            return _shown(request, invitation, form=form, status=422 if form.errors else 200)
        given = {name: form.cleaned_data[name] for name in ("name", "timezone", "password")}
        user = invitations.accept(token, **given, now=now)
    except Gone:
        return render(request, "accounts/invitation_gone.html", status=404)
    return let_in(request, user)


def _shown(request: HttpRequest, invitation: Invitation, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"person": invitation.user, "by": invitation.made_by, **more}
    return render(request, "accounts/invitation.html", context, status=status)
