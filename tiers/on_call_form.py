"""What people fill in about on-call: taking a team's duty, and a team's people and rotation.

The forms read shapes; whether it may be is for the use cases of `on_call_editing` to say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from sla.business_time import WEEKDAYS
from sla.fields import ListedField, MomentField, WrittenField, sentence
from tiers.on_call_editing import Problem, Staffing
from tiers.on_call_schedule import Schedule
from tiers.rotation_form import LONGEST_PILE, layers_of
from tiers.rotation_words import hours_words, read_hours

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ONLY_LAYER = "rotation"


class TakeOverForm(forms.Form):
    """I take tonight: who has the team's duty, from when, until when, and why."""

    who = forms.ChoiceField(label="Who", error_messages={"required": "Choose who takes it."})
    begins_at = MomentField(label="From", required=False, help_text="Now, if it is left empty.")
    ends_at = MomentField(label="Until", required=False, help_text="The next hand-over, if it is left empty.")
    why = forms.CharField(label="Why", required=False, max_length=200, help_text="Everybody in the team reads it.")

    def __init__(self, *args: Any, schedule: Schedule, anybody: bool, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="take_%s", **kwargs)
        zone = timezone.get_current_timezone_name()
        for name in ("begins_at", "ends_at"):
            self.fields[name].timezone = zone
        if anybody:
            self.fields["who"].choices = [(str(user.pk), str(user)) for user in schedule.people]
        else:
            del self.fields["who"]

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say at each field what is wrong with it."""
        for path, words in problems:
            name = str(path[0]) if path else None
            self.add_error(name if name in self.fields else None, words)


class PeopleField(ListedField):
    """Mail addresses, one a line, in order."""

    longest = 20_000
    widget = forms.Textarea

    def items(self, written: str) -> list[str]:
        parts = [part.strip() for line in written.splitlines() for part in line.split(",")]
        return [part for part in parts if part]


class HoursField(WrittenField):
    """Hours such as "Mon-Fri 09:00-17:00", a line for each group of days."""

    longest = 1000
    widget = forms.Textarea

    def read(self, written: str) -> dict[str, list[str]]:
        return read_hours(written)


def _zone_field(label: str, help_text: str, *, required: bool) -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"})
    missing = {"required": "Write a zone, such as Europe/London."}
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=60, widget=widget, error_messages=missing
    )


class LayerForm(forms.Form):
    """One layer of a rotation."""

    name = forms.CharField(max_length=120, error_messages={"required": "Name it, such as Nights."})
    day = forms.ChoiceField(label="Hand-over on", choices=list(zip(WEEKDAYS, DAY_NAMES, strict=True)))
    clock = forms.TimeField(
        label="at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M"],
        error_messages={"required": "Say when.", "invalid": "Write it like 09:00."},
    )  # fmt: skip
    days = forms.IntegerField(
        label="every so many days", min_value=1, max_value=366, initial=7,
        error_messages={"required": "Say after how many days."},
    )  # fmt: skip
    start = forms.DateField(
        label="The first one has it from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": "Say from which day.", "invalid": "Write it like 2026-12-31."},
    )  # fmt: skip
    order = PeopleField(
        label="Who takes turns", help_text="One address a line, in order. Everybody in the team, if it is left empty.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    hours = HoursField(
        label="Only within", required=False, help_text="Such as Mon-Fri 09:00-17:00. Always, if it is left empty.",
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Mon-Fri 09:00-17:00"}),
    )  # fmt: skip
    timezone = _zone_field("Time zone", "Where it is not the rotation's.", required=False)
    remove = forms.BooleanField(label="Remove this layer", required=False)

    @property
    def removed(self) -> bool:
        return bool(self.data.get(self.add_prefix("remove"))) if self.is_bound else False

    @property
    def document(self) -> dict[str, Any]:
        """The layer as it was filled in, without what was left empty."""
        given = self.cleaned_data
        written = {
            "name": given["name"], "timezone": given["timezone"], "hand_over": f"{given['day']} {given['clock']:%H:%M}",
            "days": given["days"], "from": given["start"].isoformat(), "order": given["order"], "hours": given["hours"],
        }  # fmt: skip
        return {key: value for key, value in written.items() if value}

    def tell(self, path: tuple[str | int, ...], words: str) -> None:
        field = {"hand_over": "clock", "from": "start"}.get(str(path[0]), str(path[0])) if path else None
        self.add_error(field if field in self.fields else None, sentence(words))


class StaffingForm(forms.Form):
    """A team's address, people and rotation, with a form for each layer in `layers`."""

    email = forms.CharField(
        label="The team's mail address", required=False, max_length=254, widget=forms.EmailInput,
        help_text="Told instead of each person, where a step tells the whole team.",
    )  # fmt: skip
    members = PeopleField(
        label="People", widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One address a line. The first is on call where there is no rotation.",
    )  # fmt: skip
    zone = _zone_field("Time zone of the rotation", "Hand-overs are at its local time.", required=False)
    base = forms.CharField(widget=forms.HiddenInput, max_length=64)
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LONGEST_PILE, initial=0)

    def __init__(self, *args: Any, rows: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            count = counted(self.data.get("count", ""))
            self.layers = [LayerForm(self.data, prefix=f"layer-{index}") for index in range(count)]
        else:
            self.layers = [LayerForm(initial=row, prefix=f"layer-{index}") for index, row in enumerate(rows)]

    @property
    def kept(self) -> list[LayerForm]:
        return [layer for layer in self.layers if not layer.removed]

    def is_filled_in(self) -> bool:
        """Whether everything can be read."""
        readable = [self.is_valid(), *(layer.is_valid() for layer in self.kept)]
        if self.kept and "zone" not in self.errors and not self.cleaned_data.get("zone"):
            self.add_error("zone", "Write a zone, such as Europe/London.")
            return False
        return all(readable)

    @property
    def staffing(self) -> Staffing:
        given = self.cleaned_data
        return Staffing(given["email"].strip(), tuple(given["members"]), self._rotation())

    def _rotation(self) -> dict[str, Any]:
        """Several layers, or one that needs none of what only layers have, or none."""
        documents = [layer.document for layer in self.kept]
        zone = {"timezone": self.cleaned_data["zone"]}
        if len(documents) != 1 or documents[0]["name"] != ONLY_LAYER or {"hours", "timezone"} & documents[0].keys():
            return zone | {"layers": documents} if documents else {}
        return zone | {key: value for key, value in documents[0].items() if key != "name"}

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say at each field what is wrong with it."""
        for path, words in problems:
            if path[0] == "rotation":
                self._tell_rotation(path[1:], words)
            else:
                self.add_error(str(path[0]), sentence(words))

    def _tell_rotation(self, path: tuple[str | int, ...], words: str) -> None:
        if path[:1] == ("layers",) and len(path) > 1:
            self.kept[int(path[1])].tell(path[2:], words)
        elif path and path[0] != "timezone" and self.kept:
            self.kept[0].tell(path, words)
        else:
            self.add_error("zone", sentence(words))


def counted(written: str) -> int:
    """How many layers were sent; 0 for what is no number."""
    return min(int(written), LONGEST_PILE) if written.isascii() and written.isdigit() and len(written) < 9 else 0


def filled_in(staffing: Staffing, mark: str, zone: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the form shows of a team, and its layers; `zone` where there is no rotation yet."""
    rows = [_layer(row) for row in layers_of(staffing.rotation)]
    form = {
        "email": staffing.email, "members": "\n".join(staffing.members), "base": mark, "count": len(rows),
        "zone": staffing.rotation.get("timezone", zone),
    }  # fmt: skip
    return form, rows


def _layer(row: Mapping[str, Any]) -> dict[str, Any]:
    day, _, clock = row["hand_over"].partition(" ")
    return {
        "name": row["name"], "day": day, "clock": clock, "days": row.get("days", 7), "start": row["from"],
        "order": "\n".join(row.get("order") or ()), "hours": hours_words(row.get("hours") or {}),
        "timezone": row.get("timezone", ""),
    }  # fmt: skip
