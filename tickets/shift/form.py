"""What people choose and write about their shift. The use cases say whether it may be."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from sla.fields import MomentField
from tickets.shift.handing_over import LONGEST_TEXT
from tickets.shift.told import LAST, MOMENT

SINCE = ((LAST, "Since your last shift"), ("8h", "The last 8 h"), ("24h", "The last 24 h"), (MOMENT, "Since a moment"))


class SinceForm(forms.Form):
    """From when on the reader wants to know what changed."""

    # The moment is asked for only where it is chosen, and stays empty in the form elsewhere.
    use_required_attribute = False
    since = forms.ChoiceField(label="Since", choices=SINCE)
    moment = MomentField(
        label="Moment", error_messages={"required": "Give the moment, or choose another time."}
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="since_%s", **kwargs)
        self.fields["moment"].timezone = timezone.get_current_timezone_name()
        self.fields["moment"].required = self.data.get("since") == MOMENT


class PersonChoice(forms.ModelChoiceField):
    """A colleague, by name."""

    def label_from_instance(self, person: User) -> str:
        return self.words.get(person.pk, str(person))

    words: dict[int, str] = {}


class NoteForm(forms.Form):
    """A hand-over note: for whom, the words, the tickets, and whether they go along."""

    to = PersonChoice(
        label="To", queryset=User.objects.none(), empty_label="Choose who takes over",
        error_messages={"required": "Choose who takes over.", "invalid_choice": "Choose a colleague of the list."},
    )  # fmt: skip
    text = forms.CharField(
        label="Note", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "Write what the next one must know."},
    )  # fmt: skip
    tickets = forms.MultipleChoiceField(
        label="Tickets that it is about", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "%(value)s is not yours any more; look at the list again."},
    )  # fmt: skip
    assign = forms.BooleanField(label="Assign the ticked tickets to that person", required=False)

    def __init__(
        self, *args: Any, people: Any, words: dict[int, str], tickets: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
        self.fields["to"].words = words
        self.fields["tickets"].choices = tickets
        if not tickets:
            del self.fields["tickets"], self.fields["assign"]
