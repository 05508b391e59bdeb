"""What people fill in on a case's page. Forms check the shape; whether the case takes it is the verb's to say."""

from typing import Any

from django import forms

LONGEST = 20_000
LONGEST_WHY = 300


def words(label: str, missing: str, *, rows: int = 4, longest: int = LONGEST, help_text: str = "") -> Any:
    """A text of some lines; `missing` is said where it is empty."""
    widget, errors = forms.Textarea(attrs={"rows": rows}), {"required": missing}
    return forms.CharField(label=label, widget=widget, max_length=longest, help_text=help_text, error_messages=errors)


def number_field(help_text: str) -> Any:
    """The vendor's own case number; how long it may be is told by the verb."""
    line = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label="Their case number", required=False, max_length=1000, widget=line, help_text=help_text)


class CasePageForm(forms.Form):
    """A form of a case's page; its fields' ids begin with the act's name, since several forms stand on it."""

    def __init__(self, *args: Any, noun: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{noun}_%s", **kwargs)

    def doubts(self, doubt: str) -> bool:
        """Whether a number of which there is a `doubt` must be sent once more; then the form says so."""
        number = self.cleaned_data.get("number", "")
        if not doubt or self.data.get("kept") == number:
            return False
        self.add_error("number", f"{doubt} Keep it all the same? Then send it once more.")
        self.fields["kept"] = forms.CharField(widget=forms.HiddenInput)
        self.data = self.data.copy()
        self.data["kept"] = number
        return True


class LodgedForm(CasePageForm):
    number = number_field("As the vendor shows it. Empty if it gives one later; you can note it then.")


class NumberForm(CasePageForm):
    number = number_field("")


class RevealForm(CasePageForm):
    field = forms.CharField(max_length=40)


class TaskForm(CasePageForm):
    kind = forms.CharField(max_length=7, widget=forms.HiddenInput)
    note = forms.CharField(required=False, max_length=200, label="What came of it", help_text="Stands on the timeline.")


class NextContactForm(CasePageForm):
    """It asks for no words."""


class HandOverForm(CasePageForm):
    number = number_field("If they gave one.")


class ReplyForm(CasePageForm):
    text = words("Your reply", "Write something; the vendor reads it.")
    keep_ball = forms.BooleanField(
        label="We still have to act", required=False, help_text="Otherwise it is the vendor's move again."
    )


class ByHandForm(CasePageForm):
    KINDS = (
        ("ANSWER", "An answer"),
        ("QUESTION", "A question, which we must answer"),
        ("CLOSING", "They hold it for done"),
    )
    kind = forms.ChoiceField(
        label="What it was", choices=KINDS, widget=forms.RadioSelect, error_messages={"required": "Say what it was."}
    )
    text = words("What they said", "Write what the vendor said.", help_text="Only your team reads it.")
    number = number_field("If they gave one.")


class ConfirmForm(CasePageForm):
    """It asks for no words."""


class NotDoneForm(CasePageForm):
    why = words("What is still wrong", "Say what is still wrong; the vendor reads it.", rows=3)


class OverrideForm(CasePageForm):
    why = words(
        "Why", "Say why it cannot wait for the answers.", rows=2, longest=LONGEST_WHY,
        help_text="Stands on the timeline. The letter says of what is missing that it is not known.",
    )  # fmt: skip
