"""Codes of an authenticator app, and recovery codes: each works once."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User

# Longer than a code can be valid: its own 30 seconds, and those before and after.
REMEMBERED_SECONDS = 120
OF_EITHER = "Six digits from your authenticator app, or one of your recovery codes."


def code_field(help_text: str) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label="Code", max_length=20, help_text=help_text, widget=forms.TextInput(attrs=attrs))


class CodeOnce(forms.Form):
    """Takes one code at a time of a person, so that guesses are counted, and no code a second time."""

    code = code_field(OF_EITHER)

    def clean_code(self) -> str:
        code, problem = self._tried()
        if problem:
            raise problem
        return code

    @transaction.atomic
    def _tried(self) -> tuple[str, ValidationError | None]:
        """Behind the person's lock. The refusal is an answer, so that what was counted against guessing stays."""
        User.objects.select_for_update().get(pk=self.user.pk)
        try:
            code = super().clean_code()
        except ValidationError as problem:
            return "", problem
        spent = f"second-factor-code:{self.user.pk}:{''.join(code.split())}"
        if not cache.add(spent, True, timeout=REMEMBERED_SECONDS):
            return "", get_adapter().validation_error("incorrect_code")
        return code, None


class SignInCodeForm(CodeOnce, AuthenticateForm):
    """The second step of signing in."""

    code = code_field(OF_EITHER)


class ConfirmCodeForm(CodeOnce, ReauthenticateForm):
    """The same, to confirm who sits here before something sensitive."""

    code = code_field(OF_EITHER)


class AppCodeForm(ActivateTOTPForm):
    """The first code of an app, which shows that it has the key."""

    code = code_field("Six digits, which change every 30 seconds.")
