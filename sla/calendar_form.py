"""What people fill in for a calendar. The form reads shapes; whether they make a calendar is for `editing` to say."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from sla.business_time import WEEKDAYS
from sla.editing import Refusal
from sla.fields import DatesField, OpeningsField, despite_field, note_field, or_empty, sentence
from sla.week_picture import DAY_NAMES

HOURS, ALWAYS = "hours", "always"
NO_OPENING = "Write at least one opening, or choose around the clock."


class CalendarForm(forms.Form):
    """A calendar; `document` is what it would publish."""

    name = forms.CharField(max_length=120, help_text="What people call it. It never changes.")
    timezone = forms.CharField(
        label="Time zone", max_length=60, error_messages={"required": "Write a zone, such as Europe/London."},
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    opens = forms.ChoiceField(
        label="Opens", widget=forms.RadioSelect, initial=HOURS,
        choices=[(HOURS, "At the hours below"), (ALWAYS, "Around the clock, on every day")],
    )  # fmt: skip
    country = forms.CharField(
        label="Closed on the public holidays of", required=False, max_length=20, help_text="A country's ISO code.",
        widget=forms.TextInput(attrs={"list": "countries", "autocomplete": "off", "placeholder": "GB"}),
    )  # fmt: skip
    region = forms.CharField(
        required=False, max_length=20, help_text="Such as ENG in GB, or BE (Berlin) in DE.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "ENG"}),
    )  # fmt: skip
    closures = DatesField(label="Own closures", help_text="One date a line, such as 2026-12-24.")
    note = note_field()
    despite = despite_field()
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["name"]
        for day in WEEKDAYS:
            self.fields[day] = OpeningsField(label=DAY_NAMES[day])

    def is_filled_in(self, *, note: bool) -> bool:
        """Whether it is valid; a preview needs no note."""
        self.fields["note"].required = note
        valid = self.is_valid()
        self.fields["note"].required = True
        return valid

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the weekdays, Monday first."""
        return [self[day] for day in WEEKDAYS]

    @property
    def document(self) -> dict[str, Any]:
        """The calendar that was filled in, without what could not be read."""
        given = self.cleaned_data
        document: dict[str, Any] = {"timezone": given.get("timezone", ""), **self._week()}
        if given.get("country") or given.get("region"):
            document["holidays"] = {"country": given.get("country", "").upper()}
        if given.get("region"):
            document["holidays"]["region"] = given["region"].upper()
        return document | ({"closures": given["closures"]} if given.get("closures") else {})

    def _week(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("opens") == ALWAYS:
            return {"always": True}
        return {"hours": {day: given[day] for day in WEEKDAYS if given.get(day)}}

    def tell(self, problems: Sequence[Refusal]) -> None:
        """Say at each field what is wrong with it; a field that could not be read says so already."""
        told = [(self._field(path), self._words(path, message)) for path, message in problems]
        for field, words in [(field, words) for field, words in told if field not in self.errors]:
            self.add_error(field, words)

    def _words(self, path: tuple[str | int, ...], message: str) -> str:
        if path == ("hours",) and message.startswith("there is no opening"):
            return NO_OPENING
        if path[0] == "closures" and len(path) == 2:
            return sentence(f"{self.document['closures'][int(path[1])]}: {message}")
        return sentence(message)

    def _field(self, path: tuple[str | int, ...]) -> str | None:
        last = {"hours": "opens", "always": "opens", "holidays": "country"}.get(str(path[-1]), str(path[-1]))
        name = "closures" if path[0] == "closures" else last
        return name if name in self.fields else None


def filled_in(document: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What the form shows of version `number`, whose document this is."""
    hours, holidays = or_empty(document, "hours"), or_empty(document, "holidays")
    return {
        "timezone": document.get("timezone", ""),
        "opens": ALWAYS if document.get("always") else HOURS,
        "country": holidays.get("country", ""),
        "region": holidays.get("region", ""),
        "closures": "\n".join(document.get("closures") or ()),
        "base": number,
        **{day: ", ".join(hours.get(day) or ()) for day in WEEKDAYS},
    }
