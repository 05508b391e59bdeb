"""What people fill in for a client's page. The form reads shapes; what may be published is for `page_words` to say."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms

from accounts.language import LANGUAGES
from clients.page_words import LONGEST_INTRO, LONGEST_TEXT, LONGEST_TITLE, MOST_SCENARIOS
from documents.guide.scenarios import Scenario
from sla.editing import LONGEST_NOTE, Refusal


class LanguageForm(forms.Form):
    """In which language the client reads its page."""

    language = forms.ChoiceField(
        choices=list(LANGUAGES.items()),
        help_text="Of the page and of mails to its people. What you write below stays as you write it.",
    )


class WordsForm(forms.Form):
    """The words of a page; `document` is what the form would publish."""

    intro = forms.CharField(
        label="Opening words", required=False, max_length=LONGEST_INTRO, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stand above everything else on the page. Blank for none.",
    )  # fmt: skip
    hidden = forms.MultipleChoiceField(label="Hide", required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label="Why", max_length=LONGEST_NOTE, help_text="For colleagues: stands beside the version for good."
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(
        self, *args: Any, generated: Iterable[Scenario], before: Mapping[str, Any], **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.before = before
        self.fields["hidden"].choices = [(row.key, row.title) for row in generated]
        for index in range(MOST_SCENARIOS):
            text = forms.Textarea(attrs={"rows": 4})
            self.fields[f"title_{index}"] = forms.CharField(
                label="What happens", required=False, max_length=LONGEST_TITLE
            )
            self.fields[f"text_{index}"] = forms.CharField(
                label="What we do then", required=False, max_length=LONGEST_TEXT, widget=text
            )

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The fields of each example, with its place among those that are written, None for an empty row."""
        places = {index: place for place, index in enumerate(self._written())}
        for index in range(MOST_SCENARIOS):
            yield {"title": self[f"title_{index}"], "text": self[f"text_{index}"], "place": places.get(index)}

    @property
    def document(self) -> dict[str, Any]:
        """The words as they are written, also while something else of the form is wrong; rows left empty are none."""
        keys = [key for key, _ in self.fields["hidden"].choices]
        chosen = self["hidden"].value() or ()
        absent = [key for key in self.before.get("hidden") or () if key not in keys]  # not generated at present
        words = {
            "intro": str(self["intro"].value() or "").strip(),
            "scenarios": [{"title": self._text("title", i), "text": self._text("text", i)} for i in self._written()],
            "hidden": [*(key for key in keys if key in chosen), *absent],
        }
        return {key: value for key, value in words.items() if value}

    def tell(self, problems: Iterable[Refusal]) -> None:
        """Say at its field what is wrong."""
        written = self._written()
        for path, message in problems:
            if path[0] == "scenarios" and len(path) == 3:
                self.add_error(f"{path[2]}_{written[int(path[1])]}", message)
            else:
                self.add_error(path[0] if path[0] in self.fields else None, message)

    def _written(self) -> list[int]:
        return [i for i in range(MOST_SCENARIOS) if self._text("title", i) or self._text("text", i)]

    def _text(self, key: str, index: int) -> str:
        return str(self[f"{key}_{index}"].value() or "").strip()


def filled_in(words: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """What the form begins with."""
    rows = enumerate(words.get("scenarios") or ())
    fields = {f"{key}_{index}": row[key] for index, row in rows for key in ("title", "text")}
    return {"intro": words.get("intro", ""), "hidden": words.get("hidden") or [], **fields, **others}
