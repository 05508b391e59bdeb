"""What people type about time: openings of a day, dates one a line, durations, percentages, moments of a zone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms

from sla import calculator, durations


class ListedField(forms.CharField):
    """Text that stands for a list; `items` says which, or raises ValidationError."""

    longest = 200

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def to_python(self, value: Any) -> list[Any]:
        written = super().to_python(value)
        if len(written) > self.longest:
            raise forms.ValidationError(f"Write at most {self.longest} characters.")
        return self.items(written)

    def items(self, written: str) -> list[Any]:
        raise NotImplementedError


class OpeningsField(ListedField):
    """The openings of one weekday: "09:00-12:30, 13:00-17:30". What each means is for the calendar to say."""

    def items(self, written: str) -> list[str]:
        parts = written.replace("–", "-").replace(";", ",").split(",")
        return [tidied for part in parts if (tidied := "".join(part.split()))]


class DatesField(ListedField):
    """Dates, one a line, each once, in order; out come ISO dates."""

    longest = 20_000
    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "2026-12-24"})

    def items(self, written: str) -> list[str]:
        lines = [(number, line.strip()) for number, line in enumerate(written.splitlines(), start=1) if line.strip()]
        problems = [
            f"Line {number}: “{line[:40]}” is not a date. Write it like 2026-12-24."
            for number, line in lines
            if not _is_date(line)
        ]
        if problems:
            raise forms.ValidationError(problems)
        return sorted({line for _, line in lines})


class PercentsField(ListedField):
    """Whole percentages, "50, 75, 90"; whether they are in order is for the agreement to say."""

    def items(self, written: str) -> list[int]:
        parts = [part.strip().rstrip("%").strip() for part in written.split(",") if part.strip()]
        for part in parts:
            if not (part.isascii() and part.isdigit() and len(part) < 6):
                raise forms.ValidationError(f"“{part[:20]}” is not a whole number. Write it like 50, 75, 90.")
        return [int(part) for part in parts]


class WrittenField(forms.Field):
    """One line of text that means something; `read` says what, or raises ValueError in words for who wrote it."""

    longest = 40

    def to_python(self, value: Any) -> Any:
        written = (value or "").strip()
        if not written:
            return None
        if len(written) > self.longest:
            raise forms.ValidationError(f"Write at most {self.longest} characters.")
        try:
            return self.read(written)
        except ValueError as error:
            raise forms.ValidationError(sentence(str(error))) from None

    def read(self, written: str) -> Any:
        raise NotImplementedError


class DurationField(WrittenField):
    """A duration, "4h" or "1h30m"; out come seconds."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "placeholder": "4h", "spellcheck": "false"})

    def read(self, written: str) -> int:
        seconds = durations.parse(written)
        if not seconds:
            raise ValueError("That is no time at all. Write at least 1s.")
        return seconds


class MomentField(WrittenField):
    """A moment in the zone `timezone`, which the form sets."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"})
    timezone = "UTC"

    def read(self, written: str) -> datetime:
        return calculator.moment(written, self.timezone)


def day_field(label: str, help_text: str = "") -> forms.DateField:
    """A date that may be left out."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    wrong = {"invalid": "This is not a date. Write it like 2026-12-31."}
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=widget,
        input_formats=["%Y-%m-%d"],
        error_messages=wrong,
    )


def note_field() -> forms.CharField:
    """Why a version is published; it must be said."""
    return forms.CharField(
        label="What has changed, and why", max_length=300, error_messages={"required": "Say why: it stands for good."},
        help_text="Stands beside the version for good.",
    )  # fmt: skip


def despite_field() -> forms.CharField:
    """Why a version is published although promises can then not be kept."""
    return forms.CharField(
        label="Publish it all the same, because", required=False, max_length=160,
        help_text="Stands with the note beside the version for good.",
    )  # fmt: skip


def sentence(message: str) -> str:
    """A refusal as a form says it: with a capital and a stop."""
    said = message[:1].upper() + message[1:]
    return said if said.endswith((".", "?", "!")) else f"{said}."


def or_empty(document: Mapping[str, Any], key: str) -> Any:
    """What stands under `key`, an empty mapping where nothing does."""
    return document.get(key) or {}


def _is_date(line: str) -> bool:
    try:
        return date.fromisoformat(line).isoformat() == line
    except ValueError:
        return False
