"""What administrators fill in about people."""

from django import forms

from accounts.people import STAFF_ROLES
from accounts.zones import zone_choices

ROLE_WORDS = {
    "technician": "Technician: sees the clients of their teams, works tickets",
    "manager": "Manager: also policy, agreements, calendars and vendors; answers calls to a manager",
    "account manager": "Account manager: reads the tickets of their own clients, calls managers",
    "administrator": "Administrator: people, keys and integrations",
}


def role_field() -> forms.ChoiceField:
    """One of the provider's roles, each with what it may."""
    return forms.ChoiceField(
        label="Role", choices=[(role, ROLE_WORDS[role]) for role in STAFF_ROLES], widget=forms.RadioSelect,
        error_messages={"required": "Choose what they may do.", "invalid_choice": "Choose one of these roles."},
    )  # fmt: skip


class RoleForm(forms.Form):
    """Another role."""

    role = role_field()


class NewPersonForm(forms.Form):
    """Somebody who works for the provider."""

    name = forms.CharField(max_length=120, error_messages={"required": "Say what people call them."})
    email = forms.EmailField(
        label="Email address", max_length=254, help_text="The invitation goes there, and they sign in with it.",
        error_messages={"required": "Where does the invitation go?", "invalid": "Write it like ann@provider.example."},
    )  # fmt: skip
    role = role_field()
    timezone = forms.ChoiceField(
        label="Time zone", choices=zone_choices, help_text="They can change it when they come in.",
        error_messages={"required": "Choose where they work.", "invalid_choice": "Choose one of these time zones."},
    )  # fmt: skip

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
