"""For how long a ticket is to be snoozed, as forms ask for it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from tickets.snooze_times import CHOICES, MOMENT, until


class SnoozeForm(forms.Form):
    """For how long; a valid one has `until`. A moment that was typed is meant, whatever is chosen beside it."""

    note = (
        "Only your own queue hides it: until then, or until anything happens on it. "
        "Its clocks go on, and it escalates as if you had not snoozed it."
    )
    choice = forms.ChoiceField(
        label="For how long", choices=CHOICES, widget=forms.RadioSelect, initial="30m",
        error_messages={"required": "Choose for how long."},
    )  # fmt: skip
    moment = forms.DateTimeField(
        label="Moment",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, said: Any = None, *, now: datetime) -> None:
        super().__init__(said, auto_id="snooze_%s")
        self.now = now
        zone = timezone.get_current_timezone_name()
        self.fields["moment"].help_text = f"Your time, {zone}; at most 31 days ahead. It overrides the choice."
        if self.is_bound and self.data.get("moment", "").strip():
            self.data = {**self.data.dict(), "choice": MOMENT}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "choice" in given and not self.has_error("moment"):
            zone = timezone.get_current_timezone()
            try:
                given["until"] = until(given["choice"], now=self.now, zone=zone, moment=given.get("moment"))
            except ValueError as error:
                self.add_error("moment", str(error))
        return given
