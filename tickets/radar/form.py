"""What people fill in to place a ticket on the radar. The use case says whether it may be."""

from typing import Any

from django import forms

from tickets.models import RadarEntry
from tickets.radar.lanes import HIGHEST, LANES, LONGEST_KEY, version

OFF = "off"
NUMBER = f"Give a whole number from 1 to {HIGHEST}, or leave it empty."


class PlaceForm(forms.Form):
    """Score, issue and why. A `lane` stands for the score that it suggests, and "off" for being on no lane."""

    score = forms.IntegerField(
        required=False, min_value=1, max_value=HIGHEST,
        help_text=f"1 to {HIGHEST}; empty where it still needs investigation.",
        error_messages={"invalid": NUMBER, "min_value": NUMBER, "max_value": NUMBER},
    )  # fmt: skip
    jira_key = forms.CharField(
        label="Jira key", required=False, max_length=300,
        help_text="Like ABC-123, or the issue's address.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    why = forms.CharField(required=False, max_length=1000, help_text="The team reads it; the client does not.")
    seen = forms.CharField(required=False, max_length=200, strip=False, widget=forms.HiddenInput)
    lane = forms.ChoiceField(
        required=False, choices=[*((lane.slug, lane.title) for lane in LANES), (OFF, "Off the radar")],
        widget=forms.HiddenInput,
    )  # fmt: skip

    @property
    def takes_off(self) -> bool:
        return self.cleaned_data["lane"] == OFF

    @property
    def place(self) -> dict[str, Any]:
        """The score, issue, why and version that the use case takes."""
        given = self.cleaned_data
        score = next((lane.suggested for lane in LANES if lane.slug == given["lane"]), given["score"])
        return {"score": score, "jira_key": given["jira_key"], "why": given["why"], "seen": given["seen"]}


def initial_of(entry: RadarEntry | None) -> dict[str, Any]:
    """What the form begins with for a place on the radar, or none."""
    if entry is None:
        return {"seen": ""}
    seen = version(entry.changed_at, entry.score, entry.jira_key)
    return {"score": entry.score, "jira_key": entry.jira_key[:LONGEST_KEY], "seen": seen}
