"""Writing on a ticket: a note or a reply, with files."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property

from tickets.file_limits import MOST_AT_ONCE, WORDS
from tickets.forms import VerbForm, words_field
from tickets.placeholders import blanks
from tickets.reply_templates import Use, composer


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
    then = forms.ChoiceField(
        choices=[("", ""), ("wait", "wait"), ("resolve", "resolve")], required=False, widget=forms.HiddenInput
    )
    blanks_read = forms.CharField(required=False, widget=forms.HiddenInput)

    @cached_property
    def reply_templates(self) -> list[dict[str, Any]]:
        """The templates that may be inserted, filled for this ticket."""
        return composer(self.work.id, user=self.user) if self.user else []

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.data = self.data.copy()
        if "insert" in self.data:
            self._insert(self.data.get("template", "").strip())
        else:
            self._tell_blanks(given)
        return given

    def _insert(self, name: str) -> None:
        """Without scripts a template comes by a round trip; what was written stays, and nothing is sent yet."""
        self.errors.clear()
        public = self.data.get("audience") == "public"
        wanted = [one for one in self.reply_templates if one["name"].lower() == name.lower()]
        wanted.sort(key=lambda one: (one["use"] == Use.REPLY) != public)
        if not wanted:
            said = f"There is no reply template “{name}”." if name else "Choose a reply template first."
            self.add_error(None, f"{said} Nothing was sent.")
            return
        self.data["body"] = "\n\n".join(filter(None, (self.data.get("body", "").strip(), wanted[0]["words"])))
        self.data["template"] = ""
        files = " Choose your files again." if self.files else ""
        self.add_error(None, f"“{wanted[0]['name']}” was inserted; nothing was sent yet.{files}")

    def _tell_blanks(self, given: dict[str, Any]) -> None:
        """A blank that a template has left is told once, before the client reads it; then it may be sent as it is."""
        found = ", ".join(blanks(given.get("body", ""))) if given.get("audience") == "public" else ""
        if found and given.get("blanks_read") != found:
            self.add_error("body", f"{found} still stands there. Write what it should say, or send it again as it is.")
        self.data["blanks_read"] = found
