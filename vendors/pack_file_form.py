"""A pack of one's own, as a file; from step to step it goes along as text."""

from typing import Any

from django import forms

from accounts.yaml_source import BadYaml
from vendors.packs import pack_of

LARGEST = 200_000
MOST_TOLD = 20


class PackFileForm(forms.Form):
    """The file, or the text of one that was chosen before. Once it is valid, `pack` is what it holds."""

    file = forms.FileField(
        label="YAML file", required=False, help_text="At most 200 kB. It is shown before anything is changed.",
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )  # fmt: skip
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    text = forms.CharField(required=False, max_length=LARGEST, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].asked = True

    def clean(self) -> dict[str, Any]:
        """The pack in it; what is wrong is told by line."""
        given = super().clean() or {}
        file = given.get("file")
        if file and file.size > LARGEST:
            self.add_error("file", "It is larger than 200 kB, which no pack is.")
        elif not (file or given.get("text")):
            self.add_error("file", "Choose a file.")
        else:
            self._read(file.name if file else given.get("name") or "pack", _content(given))
        return given

    def _read(self, name: str, content: bytes) -> None:
        try:
            self.pack = pack_of(name, content)
        except BadYaml as error:
            self.add_error("file", [str(problem) for problem in error.problems[:MOST_TOLD]])
        else:
            self.carried = {"name": name, "text": content.decode("utf-8-sig")}


def _content(given: dict[str, Any]) -> bytes:
    return bytes(given["file"].read()) if given.get("file") else given["text"].encode()
