"""What people fill in for an agreement. The form reads shapes; whether they make one is for `editing` to say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from sla.agreement_document import DEFAULT_THRESHOLDS, METRICS
from sla.editing import Refusal
from sla.fields import PercentsField, day_field, despite_field, note_field, or_empty, sentence
from sla.models import Agreement
from sla.priorities import PRIORITIES

METRIC_WORDS = {"ACKNOWLEDGE": "Acknowledge", "RESPOND": "Respond", "UPDATE": "Update", "RESOLVE": "Resolve"}
COUNTS, COUNTS_NOT = "yes", "no"
NO_CALENDAR = "Choose a calendar here, or one for each row that has a target."
MOST_ROWS = 20
# What the form says of a document; the other keys of one are kept as they are.
SAID = {
    "calendar", "calendars", "vendor_time_counts", "targets", "effective_from", "effective_until", "thresholds",
}  # fmt: skip


class AgreementForm(forms.Form):
    """An agreement; `document` is what it would publish. A row for each priority or, of a vendor, each severity."""

    name = forms.CharField(max_length=120, help_text="What people call it. It never changes.")
    calendar = forms.ChoiceField(label="Counts on", required=False)
    vendor_time = forms.ChoiceField(
        label="While a vendor holds the ticket", widget=forms.RadioSelect, initial=COUNTS,
        choices=[(COUNTS, "The promise counts on"), (COUNTS_NOT, "The time to resolve stands still")],
    )  # fmt: skip
    effective_from = day_field("Holds from", "Without a day, from its publication.")
    effective_until = day_field("Holds until", "The last day, included.")
    thresholds = PercentsField(
        label="Warn at",
        help_text=f"Percent of a target. Blank for {', '.join(map(str, DEFAULT_THRESHOLDS))}.",
    )  # fmt: skip
    note = note_field()
    despite = despite_field()
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(
        self, *args: Any, kind: str, is_new: bool, calendars: Sequence[str], before: Mapping[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.before, self.metrics = kind, before, METRICS[kind]
        self.row_count = len(PRIORITIES) if kind != Agreement.Kind.UC else self._severities()
        for name in [*(["name"] if not is_new else []), *self._not_of(kind)]:
            del self.fields[name]
        self.fields["calendar"].choices = [("", "A calendar of its own for each row"), *_named(calendars)]
        for index in range(self.row_count):
            self._add_row(index, [("", "As above"), *_named(calendars)])

    @staticmethod
    def _not_of(kind: str) -> list[str]:
        return [] if kind == Agreement.Kind.SLA else ["vendor_time", "thresholds"]

    def _severities(self) -> int:
        """How many rows a vendor's commitment has here: those that were sent, or the known ones and an empty one."""
        sent = sum(name.startswith("severity_") for name in self.data)
        known = len(or_empty(self.before, "targets")) + 1
        return min(sent or known, max(known, MOST_ROWS))

    def _add_row(self, index: int, calendars: list[tuple[str, str]]) -> None:
        if self.kind == Agreement.Kind.UC:
            self.fields[f"severity_{index}"] = forms.CharField(label="Severity", required=False, max_length=20)
        for metric in self.metrics:
            self.fields[f"{metric}_{index}"] = forms.CharField(
                label=METRIC_WORDS[metric], required=False, max_length=20, widget=_short()
            )
        self.fields[f"calendar_{index}"] = forms.ChoiceField(label="Counts on", required=False, choices=calendars)

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the grid: the priority, "" where a field names the severity; its fields from left to right."""
        for index in range(self.row_count):
            names = [f"severity_{index}", *(f"{metric}_{index}" for metric in self.metrics), f"calendar_{index}"]
            cells = [self[name] for name in names if name in self.fields]
            yield {"level": "" if names[0] in self.fields else PRIORITIES[index], "cells": cells}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.kind == Agreement.Kind.UC:
            self._check_severities(given)
        return given

    def _check_severities(self, given: Mapping[str, Any]) -> None:
        seen: set[str] = set()
        for index in range(self.row_count):
            severity = given.get(f"severity_{index}", "")
            if not severity and self._row(index):
                self.add_error(f"severity_{index}", "Name the severity, as the vendor calls it.")
            if severity in seen:
                self.add_error(f"severity_{index}", f"“{severity}” stands here twice.")
            seen |= {severity} if severity else set()

    @property
    def levels(self) -> list[str]:
        """The priority or severity of each row, "" for an empty one."""
        if self.kind != Agreement.Kind.UC:
            return list(PRIORITIES)
        return [self.cleaned_data.get(f"severity_{index}", "") for index in range(self.row_count)]

    @property
    def document(self) -> dict[str, Any]:
        """The agreement that was filled in, without what could not be read."""
        given, rows = self.cleaned_data, list(enumerate(self.levels))
        said = {
            "calendar": given.get("calendar"),
            "calendars": {level: name for i, level in rows if (name := given.get(f"calendar_{i}")) and level},
            "vendor_time_counts": False if given.get("vendor_time") == COUNTS_NOT else None,
            "targets": {level: row for i, level in rows if (row := self._row(i)) and level},
            "effective_from": _iso(given.get("effective_from")),
            "effective_until": _iso(given.get("effective_until")),
            "thresholds": given.get("thresholds"),
        }
        kept = {key: value for key, value in self.before.items() if key not in SAID}
        return kept | {key: value for key, value in said.items() if value not in (None, "", {}, [])}

    def _row(self, index: int) -> dict[str, str]:
        written = {metric: self.cleaned_data.get(f"{metric}_{index}", "") for metric in self.metrics}
        return {metric: "".join(text.lower().split()) for metric, text in written.items() if text}

    def tell(self, problems: Sequence[Refusal]) -> None:
        """Say at each field what is wrong with it; a field that could not be read says so already."""
        told = [(self._field(path), self._words(path, message)) for path, message in problems]
        for field, words in [(field, words) for field, words in told if field not in self.errors]:
            self.add_error(field, words)

    @staticmethod
    def _words(path: tuple[str | int, ...], message: str) -> str:
        is_missing = path == ("calendar",) and message.startswith("is missing")
        return NO_CALENDAR if is_missing else sentence(message)

    def _field(self, path: tuple[str | int, ...]) -> str | None:
        """The field of a document's key; None for what belongs to no single one."""
        key, *rest = map(str, path)
        index = self.levels.index(rest[0]) if rest and rest[0] in self.levels else None
        name = {
            "calendars": f"calendar_{index}",
            "targets": f"{rest[1]}_{index}" if len(rest) > 1 else f"severity_{index}",
            "vendor_time_counts": "vendor_time",
        }.get(key, key)
        return name if name in self.fields else None


def filled_in(document: Mapping[str, Any], number: int, kind: str) -> dict[str, Any]:
    """What the form shows of version `number`, whose document this is."""
    targets, calendars = or_empty(document, "targets"), or_empty(document, "calendars")
    levels = list(targets) if kind == Agreement.Kind.UC else list(PRIORITIES)
    initial = {
        "calendar": document.get("calendar", ""),
        "vendor_time": COUNTS if document.get("vendor_time_counts", True) else COUNTS_NOT,
        "effective_from": document.get("effective_from", ""),
        "effective_until": document.get("effective_until", ""),
        "thresholds": ", ".join(map(str, document.get("thresholds") or ())),
        "base": number,
    }
    for index, level in enumerate(levels):
        initial |= {f"severity_{index}": level, f"calendar_{index}": calendars.get(level, "")}
        initial |= {f"{metric}_{index}": written for metric, written in or_empty(targets, level).items()}
    return initial


def _named(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _short() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
