"""What people fill in for a document. The forms read shapes; what is refused is for the use cases to say."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from accounts.language import message
from accounts.models import User
from clients.models import Client
from documents.models import Document, DocumentVersion
from documents.permissions import may_write_kind
from documents.readership import grantable, words_of
from documents.search import LONGEST_QUERY
from documents.sharing import Opening

KIND_WORDS = {
    "POLICY": message("Policy"), "RUNBOOK": message("Runbook"), "PLAYBOOK": message("Playbook"),
    "CONTRACT": message("Contract"),
    "VENDOR_SHEET": message("Vendor sheet"), "CLIENT_GUIDE": message("Client guide"), "REVIEW": message("Review"),
}  # fmt: skip
AUDIENCE_WORDS = {"INTERNAL": "Internal", "CLIENT": "For a client"}
MARKDOWN_HELP = "Markdown: # heading, **strong**, - list, 1. steps, - [ ] box, | table |, [words](https://address)."
WRITING = {"rows": 22, "spellcheck": "true"}


def why_field() -> forms.CharField:
    """Why somebody else may read it from now on; it must be said."""
    return forms.CharField(
        label="Why", max_length=300, error_messages={"required": "Say why: it stands with the document for good."}
    )


class SearchForm(forms.Form):
    """What is looked for in the list; what is not understood is left out, with words."""

    q = forms.CharField(
        required=False, max_length=LONGEST_QUERY,
        error_messages={"max_length": f"Search for at most {LONGEST_QUERY} characters."},
    )  # fmt: skip
    kind = forms.ChoiceField(required=False, choices=[("", "All"), *KIND_WORDS.items()])
    audience = forms.ChoiceField(required=False, choices=[("", "Everybody"), *AUDIENCE_WORDS.items()])

    def filters(self) -> list[dict[str, Any]]:
        """For the filter bar."""
        return [self._filter("kind", "Kind"), self._filter("audience", "Audience")]

    def _filter(self, name: str, label: str) -> dict[str, Any]:
        chosen = self.cleaned_data.get(name, "")
        options = [{"value": v, "label": words, "selected": v == chosen} for v, words in self.fields[name].choices]
        return {"name": name, "label": label, "options": options}


class DocumentForm(forms.Form):
    """A document's text; a new one has a name and a kind as well, a generated one only a place for added words."""

    name = forms.CharField(max_length=120, help_text="What people call it. It never changes.")
    kind = forms.ChoiceField(help_text="What it is. It never changes.")
    body = forms.CharField(
        label="Text", help_text=MARKDOWN_HELP, strip=False, widget=forms.Textarea(attrs=WRITING),
        error_messages={"required": "Write what the document says."},
    )  # fmt: skip
    added = forms.CharField(
        label="Added words", required=False, strip=False, widget=forms.Textarea(attrs=WRITING | {"rows": 12}),
        help_text=f"Stand below what is generated, and stay when that is renewed. {MARKDOWN_HELP}",
    )  # fmt: skip
    asks_receipt = forms.BooleanField(
        label="Ask team members to read this version", required=False,
        help_text="They get a mail, and a reminder after 3 and 7 days. A policy always asks.",
    )  # fmt: skip
    note = forms.CharField(
        label="What has changed, and why", max_length=300, error_messages={"required": "Say why: it stands for good."},
        help_text="Stands beside the version for good.",
    )  # fmt: skip
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, document: Document, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, words) for kind, words in KIND_WORDS.items() if may_write_kind(by, kind)]
        known = document.pk is not None
        for name in [*(("name", "kind") if known else ()), "body" if document.is_generated else "added"]:
            del self.fields[name]

    def tell(self, problems: Sequence[tuple[str, str]]) -> None:
        """Say at each field what is wrong with it, once."""
        for name, words in problems:
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, words)


def filled_in(document: Document, live: DocumentVersion | None) -> dict[str, Any]:
    """What the form shows of the live version."""
    if live is None:
        return {}
    receipt = {"asks_receipt": document.asks_receipt}
    return {"body": live.body, "added": live.added, "base": live.number, **receipt}


class AudienceForm(forms.Form):
    """For whom the document is, and why that changes."""

    audience = forms.ChoiceField(
        label="Who is it for?", widget=forms.RadioSelect,
        choices=[("INTERNAL", "Internal: our own people"), ("CLIENT", "A client's decision makers")],
    )  # fmt: skip
    client = forms.ModelChoiceField(
        Client.objects.none(), required=False, empty_label="-",
        help_text="Needed for a client's document. An internal one about a client is read by those who may see it.",
    )  # fmt: skip
    why = why_field()
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(by).order_by("name")

    def ask(self, opening: Opening) -> None:
        """From now on the form confirms this: for whom, which version, with which files; anything else asks anew."""
        self.data = self.data.copy()
        self.data[self.add_prefix("confirmed")] = opening.seen


class GroupChoice(forms.ModelChoiceField):
    """A group by the words that people use."""

    client: Client | None = None

    def label_from_instance(self, obj: Group) -> str:
        return words_of(obj, self.client)


class GrantForm(forms.Form):
    """Which further group may read the document, and why."""

    group = GroupChoice(Group.objects.none(), empty_label="-", label="Group")
    why = why_field()

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [group.pk for group in grantable(document)]
        self.fields["group"].queryset = Group.objects.filter(pk__in=offered).order_by("name")
        self.fields["group"].client = document.client

    @property
    def offers(self) -> bool:
        return bool(self.fields["group"].queryset)


class RevokeForm(forms.Form):
    """From which group the grant is taken, and why."""

    group = forms.ModelChoiceField(Group.objects.all(), widget=forms.HiddenInput)
    why = why_field()


class AttachmentForm(forms.Form):
    """A file."""

    file = forms.FileField(
        label="Attach a file", help_text="At most 10 MB.", max_length=300,
        error_messages={"required": "Choose a file first.", "empty": "The file is empty: choose another one."},
    )  # fmt: skip
