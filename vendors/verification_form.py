"""What somebody says of a contact point: how it is right, or what is wrong with it."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import User
from accounts.roles import STAFF
from sla.models import Calendar
from vendors.models import ContactPoint
from vendors.verification import CORRECTED, plain

LABELS = {"EMAIL": "Mail address", "PORTAL": "Web address", "HOTLINE": "Number"}


class CorrectForm(forms.Form):
    """The contact point as it is right."""

    value = forms.CharField(max_length=300, error_messages={"required": "Write the address that holds."})
    calendar = forms.ModelChoiceField(
        Calendar.objects.order_by("name"), required=False, empty_label="None",
        help_text="When somebody answers there: from it follows whether it is open now.",
    )  # fmt: skip
    hours = forms.CharField(max_length=120, required=False, help_text="In words, beside the calendar.")
    language = forms.CharField(max_length=20, required=False)
    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="Nobody", help_text="Is asked to verify it; else the managers."
    )
    interval_days = forms.IntegerField(
        label="Verify every", min_value=1, max_value=3650, help_text="Days.",
        error_messages={"min_value": "At least one day.", "max_value": "Ten years, 3650 days, at most."},
    )  # fmt: skip
    note = forms.CharField(max_length=300, required=False, help_text="How you know, for the record.")
    seen = forms.CharField(widget=forms.HiddenInput, max_length=1000)

    def __init__(self, data: Mapping[str, str] | None, *, point: ContactPoint) -> None:
        """What counts as changed is what differs from what was `seen`, not from what stands there by now."""
        self.looked_at = plain(point) if data is None else _read(data.get("seen", ""))
        super().__init__(data, initial=self.looked_at | {"seen": json.dumps(self.looked_at)})
        self.fields["value"].label = LABELS[point.kind]
        known = Q(is_active=True, kind=User.Kind.PERSON, groups__name__in=STAFF) | Q(pk=point.owner_id)
        self.fields["owner"].queryset = User.objects.filter(known).distinct().order_by("name", "email")

    def changes(self) -> dict[str, Any]:
        """The new values of what was changed, by field."""
        return {field: self.cleaned_data[field] for field in CORRECTED if field in self.changed_data}


def _read(seen: str) -> dict[str, Any]:
    """What the page showed, as it says itself; nothing where that is none of ours."""
    try:
        found = json.loads(seen)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class WrongForm(forms.Form):
    """What is wrong with it."""

    why = forms.CharField(
        max_length=300, label="What is wrong with it?", error_messages={"required": "Say what is wrong with it."},
        help_text="Its owner and the managers read this.",
        widget=forms.TextInput(attrs={"placeholder": "The number is no longer in service"}),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=300)

    def __init__(self, *args: Any, point: ContactPoint, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": point.value}, **kwargs)
