"""A new password in the place of one's own, for which the old one is asked as it is at the door."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and the new one twice. Wrong old ones are counted by `lockout`, as those at the door are."""

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, old):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old
