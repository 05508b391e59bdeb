"""Writing on a ticket: a note or a reply, with files."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tickets.file_limits import MOST_AT_ONCE, WORDS
from tickets.forms import VerbForm, words_field
from tickets.placeholders import gaps


class SeveralFiles(forms.FileInput):
    """One control for any number of files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files as a list; whether a ticket takes them is said where they are kept."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return list(data or [])


class ReplyForm(VerbForm):
    AUDIENCES = (("note", "Work note: only your team reads it"), ("public", "Public reply: the client reads it"))
    audience = forms.ChoiceField(label="Who reads it", choices=AUDIENCES, initial="note", widget=forms.RadioSelect)
    body = words_field("Text", "Write something.", rows=4)
    files = FilesField(label="Files", required=False, help_text=f"Up to {MOST_AT_ONCE} at once. {WORDS}")
    gaps_read = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A gap that a template has left is told once, before the client reads it; then it may be sent as it is."""
        given = super().clean() or {}
        found = ", ".join(gaps(given.get("body", ""))) if given.get("audience") == "public" else ""
        if found and given.get("gaps_read") != found:
            self.add_error("body", f"{found} still stands there. Write what it should say, or send it again as it is.")
        self.data = self.data.copy()
        self.data["gaps_read"] = found
        return given
