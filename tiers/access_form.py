"""What is filled in about who sees a client."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.people import STAFF_ROLES
from accounts.roles import CLIENT_USER, DECISION_MAKER
from tiers.models import Team

ROLES = [
    (DECISION_MAKER, "Decision maker: the page, all tickets, contracts and reports"),
    (CLIENT_USER, "Client user: the page and their own tickets"),
]


class InviteForm(forms.Form):
    """Somebody of the client."""

    name = forms.CharField(max_length=120, error_messages={"required": "Say what people call them."})
    email = forms.EmailField(
        label="Email address", max_length=254, help_text="The invitation goes there, and they sign in with it.",
        error_messages={"required": "Where does the invitation go?", "invalid": "Write it like dana@client.example."},
    )  # fmt: skip
    role = forms.ChoiceField(
        choices=ROLES, widget=forms.RadioSelect, initial=CLIENT_USER,
        error_messages={"required": "Choose what they may see.", "invalid_choice": "Choose one of these roles."},
    )  # fmt: skip

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ContactRoleForm(forms.Form):
    """Another role for the client."""

    role = forms.ChoiceField(choices=ROLES)


class AccountManagerForm(forms.Form):
    """A colleague: nobody else can be chosen."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label="Colleague", empty_label="Choose…")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.filter(is_active=True, kind=User.Kind.PERSON, groups__name__in=STAFF_ROLES)
        self.fields["person"].queryset = colleagues.distinct().order_by("name", "pk")


class TeamsForm(forms.Form):
    """All technicians, or those of some teams."""

    who = forms.TypedChoiceField(
        label="Which technicians?", choices=[("False", "All of them"), ("True", "Only those of these teams:")],
        coerce=lambda value: str(value) == "True", widget=forms.RadioSelect,
    )  # fmt: skip
    teams = forms.ModelMultipleChoiceField(
        queryset=Team.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("who") and not given.get("teams") and "teams" not in self.errors:
            self.add_error("teams", "Choose one team at least, or let all technicians see the client.")
        return given

    @property
    def chosen(self) -> list[Team]:
        """The teams alone; none for all technicians."""
        return list(self.cleaned_data["teams"]) if self.cleaned_data["who"] else []
