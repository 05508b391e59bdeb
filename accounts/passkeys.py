"""What browsers post of passkeys, checked for its form before anything is done with it."""

import struct
from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

LONGEST = 20_000
MALFORMED = (LookupError, ValueError, TypeError, AttributeError, struct.error)


class CredentialField(forms.JSONField):
    """A JSON object of which `kind`, a message of the protocol, can be read."""

    widget = forms.HiddenInput

    def __init__(self, kind: type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (len(value) > LONGEST or "\\u0000" in value):
            raise ValidationError("This is not a passkey.")
        read = super().to_python(value)
        if read is not None:
            self._check(read)
        return read

    def _check(self, read: Any) -> None:
        try:
            self.kind.from_dict(read)
        except MALFORMED as error:
            raise ValidationError("This is not a passkey.") from error


def name_field() -> forms.CharField:
    return forms.CharField(max_length=60, required=False)


class NewPasskeyForm(AddWebAuthnForm):
    """A passkey that was just made."""

    name = name_field()
    credential = CredentialField(RegistrationResponse)


class PasskeyNameForm(EditWebAuthnForm):
    """What its owner calls it."""

    name = forms.CharField(max_length=60, help_text="So that you know it again, such as “Work laptop”.")


class PasskeyForm(AuthenticateWebAuthnForm):
    """The second step of signing in."""

    credential = CredentialField(AuthenticationResponse)


class PasskeySignInForm(LoginWebAuthnForm):
    """Signing in by the passkey alone."""

    credential = CredentialField(AuthenticationResponse)


class ConfirmPasskeyForm(ReauthenticateWebAuthnForm):
    """Confirming who sits here."""

    credential = CredentialField(AuthenticationResponse)
