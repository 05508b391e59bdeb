"""The forms of the directory's editor: a part of a vendor or of a service, with rows that are added without scripts.

Forms read shapes; whether they make a vendor is for `editing` to say, whose words they tell at their fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from accounts.patterns import expression
from accounts.yaml_source import Path
from sla.fields import ListedField, sentence
from vendors.editing import Refusal

Document = dict[str, Any]
MOST_ROWS = 60
EMPTY_ROWS = 1


@dataclass(frozen=True, slots=True)
class Choices:
    """What the fields of a part may name: calendars, people by address, levels of tiers, and whether the row is new."""

    calendars: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    is_new: bool = False
    levels: tuple[int, ...] = ()


class WrittenList(ListedField):
    """A list as text, which differs from another where the text does."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "").strip() != str(data or "").strip()


class LinesField(WrittenList):
    """A list, one a line."""

    longest = 20_000
    widget = forms.Textarea

    def items(self, written: str) -> list[str]:
        return [line.strip() for line in written.splitlines() if line.strip()]


class CommaField(WrittenList):
    """A list with commas between."""

    longest = 2_000

    def items(self, written: str) -> list[str]:
        return [part.strip() for part in written.split(",") if part.strip()]


def text_field(label: str, longest: int, help_text: str = "", *, rows: int = 0, **attrs: str) -> forms.CharField:
    """Text that may be left out; of several lines where `rows` are given."""
    plain = {"autocomplete": "off", **attrs}
    widget = forms.Textarea(attrs={"rows": rows, **plain}) if rows else forms.TextInput(attrs=plain)
    return forms.CharField(label=label, required=False, max_length=longest, help_text=help_text, widget=widget)


def pattern_field(label: str, help_text: str) -> forms.CharField:
    """A regular expression that may be left out; a broken one is refused with the position of what is wrong."""
    field = text_field(label, 300, help_text, spellcheck="false")
    field.validators.append(_check_pattern)
    return field


def number_field(label: str, most: int, help_text: str = "") -> forms.IntegerField:
    """A whole number from 1 on that may be left out."""
    wrong = f"Write a whole number from 1 to {most:,}."
    said = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
    return forms.IntegerField(
        label=label, min_value=1, max_value=most, required=False, help_text=help_text, error_messages=said
    )


def _check_pattern(written: str) -> None:
    try:
        expression(written)
    except ValueError as error:
        raise forms.ValidationError(sentence(str(error))) from None


class RowForm(forms.Form):
    """One row of a part. One that says nothing but what an empty one says is passed over."""

    ALIASES: ClassVar[Mapping[str, str]] = {}
    place = number_field("Order", 999)
    remove = forms.BooleanField(label="Remove", required=False)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.prepare(choices)

    def prepare(self, choices: Choices) -> None:
        """Fill in what the row may choose from."""

    @property
    def removed(self) -> bool:
        return bool(self.data.get(self.add_prefix("remove"))) if self.is_bound else False

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written into it; its place does not count."""
        return not set(self.changed_data) - {"place", "remove"}

    @property
    def body(self) -> list[forms.BoundField]:
        """Its fields, less where it stands and whether it stays."""
        return [self[name] for name in self.fields if name not in ("place", "remove")]

    @property
    def document(self) -> Document:
        """The row in the form of the configuration, without what was left empty."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("place", "remove")}
        return {name: value for name, value in given.items() if value not in (None, "", [], False)}

    @classmethod
    def initial_of(cls, row: Mapping[str, Any]) -> Document:
        """What the fields show of a stored row."""
        return {k: ", ".join(map(str, v)) if isinstance(v, list) else v for k, v in row.items()}

    def tell(self, path: Path, words: str) -> None:
        """Say what is wrong, unless its field says so already."""
        name = self.ALIASES.get(str(path[0]), str(path[0])) if path else None
        if name not in self.errors:
            self.add_error(name if name in self.fields else None, sentence(words))


class PartForm(forms.Form):
    """A part: its own fields, and perhaps rows. `seen` is the edit that was the latest when it was opened."""

    KEYS: ClassVar[tuple[str, ...]] = ()
    SHOWN: ClassVar[tuple[str, ...]] = ()  # the stored keys that fill its fields, where they are not KEYS
    ROWS: ClassVar[str] = ""
    row_form: ClassVar[type[RowForm]] = RowForm
    unread: frozenset[str] = frozenset()  # the fields that could not be read and say so
    note = forms.CharField(
        label="Why", required=False, max_length=300, help_text="Stands beside the change in the history."
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    count = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=MOST_ROWS, initial=0)

    def __init__(
        self, data: QueryDict | None = None, *, choices: Choices, rows: Sequence[Mapping[str, Any]] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.choices = choices
        self.rows = self._bound_rows() if self.is_bound else [self._row(i, initial=row) for i, row in enumerate(rows)]
        self.prepare(choices)

    def prepare(self, choices: Choices) -> None:
        """Fill in what the fields may choose from."""

    def _bound_rows(self) -> list[RowForm]:
        rows = counted(self.data.get("count", "")) if self.ROWS else 0
        return [self._row(index, data=self.data) for index in range(rows)]

    def _row(self, index: int, **given: Any) -> RowForm:
        return self.row_form(prefix=f"row-{index}", choices=self.choices, **given)

    @property
    def own_fields(self) -> Iterator[forms.BoundField]:
        """Its fields without the hidden ones and the note, which stand at the end."""
        return (self[name] for name in self.fields if name not in ("note", "seen", "count"))

    @property
    def kept(self) -> list[RowForm]:
        """The rows that stay, in their order; those without a place come last."""
        rows = [row for row in self.rows if not (row.removed or row.is_blank)]
        return sorted(rows, key=lambda row: (getattr(row, "cleaned_data", None) or {}).get("place") or MOST_ROWS * 20)

    def is_filled_in(self) -> bool:
        """Whether everything can be read."""
        readable = [self.is_valid(), *(row.is_valid() for row in self.rows if not row.removed)]
        return all(readable)

    @property
    def document(self) -> Document:
        """What the part says, in the form of the configuration; without what could not be read."""
        said = {key: self.cleaned_data[key] for key in self.KEYS if key in self.cleaned_data}
        return said | ({self.ROWS: [row.document for row in self.kept]} if self.ROWS else {})

    def tell(self, problems: Sequence[Refusal]) -> None:
        """Say at each field what is wrong with it; the paths begin below the vendor or service."""
        self.unread = frozenset(self.errors)
        for path, words in problems:
            if self.ROWS and path[:1] == (self.ROWS,) and len(path) > 1 and int(path[1]) < len(self.kept):
                self.kept[int(path[1])].tell(path[2:], words)
            else:
                self.tell_own(path, words)

    def tell_own(self, path: Path, words: str) -> None:
        """One problem that is no row's."""
        name = str(path[0]) if path else None
        if name not in self.unread:
            self.add_error(name if name in self.fields else None, f"{self._line(path)}{sentence(words)}")

    def _line(self, path: Path) -> str:
        """Which line of a field with several a problem is about; empty ones are counted though they say nothing."""
        field, index = str(path[0]) if path else "", path[1] if len(path) > 1 else None
        if not isinstance(self.fields.get(field), LinesField) or not isinstance(index, int):
            return ""
        lines = [number for number, line in enumerate(self.data[field].splitlines(), start=1) if line.strip()]
        return f"Line {lines[index]}: "


def counted(written: str) -> int:
    """How many rows were sent; 0 for what is no number."""
    return min(int(written), MOST_ROWS) if written.isascii() and written.isdigit() and len(written) < 9 else 0


def opened(
    form: type[PartForm], stored: Mapping[str, Any], *, choices: Choices, seen: int, more: int = EMPTY_ROWS
) -> PartForm:
    """The form as it shows what is stored, with `more` empty rows below."""
    rows = [form.row_form.initial_of(row) | {"place": i} for i, row in enumerate(stored.get(form.ROWS) or (), start=1)]
    rows += [{} for _ in range(more)] if form.ROWS else []
    initial = {key: _shown(stored[key]) for key in form.SHOWN or form.KEYS if key in stored}
    return form(choices=choices, rows=rows, initial=initial | {"seen": seen, "count": len(rows)})


def _shown(value: Any) -> Any:
    """A list one a line."""
    return "\n".join(map(str, value)) if isinstance(value, list) else value


def typed(form: type[PartForm], posted: QueryDict, *, choices: Choices, more: int = 0) -> PartForm:
    """What was typed so far, looked at no further, with `more` empty rows below."""
    count = counted(posted.get("count", "")) if form.ROWS else 0
    bound = form(posted, choices=choices)
    rows = [_typed(posted, row.fields, f"row-{i}-") for i, row in enumerate(bound.rows)]
    rows = [*rows, *({} for _ in range(more))][:MOST_ROWS]
    initial = _typed(posted, bound.fields, "") | {"count": len(rows) if form.ROWS else count}
    return form(choices=choices, rows=rows, initial=initial)


def _typed(posted: QueryDict, fields: Mapping[str, forms.Field], prefix: str) -> Document:
    """The fields' texts by name."""
    return {name: posted.get(f"{prefix}{name}", "") for name in fields}
