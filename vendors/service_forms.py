"""What people fill in about a vendor and about each part of a service: one form for each page of the editor."""

from collections.abc import Mapping
from typing import Any

import re2
from django import forms

from accounts.language import DEFAULT, LANGUAGES
from accounts.patterns import expression
from accounts.yaml_source import Path
from sla.fields import sentence
from sla.priorities import LEVELS
from vendors.contact_points import wrong_value
from vendors.example_case import EXAMPLE_SOURCES
from vendors.models import DAYS_TO_VERIFY, Service
from vendors.part_form import (
    Choices,
    CommaField,
    Document,
    LinesField,
    PartForm,
    RowForm,
    number_field,
    pattern_field,
    text_field,
)

# What a detail may be taken from, before the dot of its source.
ORIGINS = (
    ("question", "our people are asked"), ("account.…", "the client's account with the service"),
    ("asset.…", "the device"), ("ticket.…", "the ticket"), ("event.…", "the alert"), ("client.…", "the client"),
    ("contact.…", "the person at the client"),
)  # fmt: skip
PARTS_OF_CONDITION = ("error_codes", "categories", "tier_level", "minutes", "impact")
NO_PART = "Name at least one part: an error code, a category, a level, minutes or an impact. Else it would always hold."


class VendorForm(PartForm):
    """The vendor itself."""

    KEYS = ("name", "website", "protocol", "mail_domains")
    name = forms.CharField(
        max_length=120, help_text="What people call the company.", error_messages={"required": "Name the vendor."}
    )
    website = text_field("Website", 200, "Such as https://support.vendor.example", inputmode="url")
    protocol = text_field("How they want to be engaged", 4000, "In words, for whoever writes to them.", rows=5)
    mail_domains = LinesField(
        label="Domains of their mail", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, beside those of their contact points. Mail from elsewhere is looked at by hand.",
    )  # fmt: skip


class BasicsForm(PartForm):
    """What a service is, how a case is lodged, and what clients read of it."""

    KEYS = ("name", "category", "plan", "lodge_by", "number_pattern", "client_text", "sources")
    SHOWN = (*KEYS, "client_text_in")
    name = forms.CharField(
        max_length=100, help_text="Policies and tickets know it by this name; it never changes.",
        error_messages={"required": "Name the service."},
    )  # fmt: skip
    category = text_field("Category", 40, "Such as cloud, network or security.")
    plan = text_field("Support plan", 80, "Which support was bought, such as Premier.")
    lodge_by = forms.ChoiceField(
        label="How a case is lodged", choices=Service.Channel.choices, widget=forms.RadioSelect, initial="MAIL"
    )
    number_pattern = pattern_field(
        "What their case numbers look like",
        "A regular expression, such as CAS-[0-9]{6}. With parentheses, what they enclose is the number.",
    )
    try_number = text_field("Try it on", 300, "A subject of theirs. Trying saves nothing.")
    client_text = text_field("What clients read", 300, "When and why this vendor is engaged, in plain words.", rows=3)
    sources = LinesField(
        label="Sources", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where what is written here comes from: an address or a contract, one a line.",
    )  # fmt: skip

    def prepare(self, choices: Choices) -> None:
        if not choices.is_new:
            del self.fields["name"]
        for code, language in LANGUAGES.items():
            if code != DEFAULT:
                field = text_field(f"What clients read, {language}", 300, "Empty: they read the English words.", rows=3)
                self.fields[f"client_text_in_{code}"] = field
                self.initial.setdefault(f"client_text_in_{code}", self.initial.get("client_text_in", {}).get(code, ""))
        self.order_fields([*self.KEYS[:5], "try_number", "client_text", "client_text_in_de", "sources"])

    @property
    def document(self) -> Document:
        said = {c: self.cleaned_data.get(f"client_text_in_{c}", "") for c in LANGUAGES if c != DEFAULT}
        return super().document | {"client_text_in": {code: words for code, words in said.items() if words}}

    def tell_own(self, path: Path, words: str) -> None:
        super().tell_own(("_".join(map(str, path)),) if path[:1] == ("client_text_in",) else path, words)


class ContactRowForm(RowForm):
    """One way to reach the service's support."""

    kind = forms.ChoiceField(choices=[("email", "Mail"), ("portal", "Portal"), ("hotline", "Hotline")], initial="email")
    value = text_field("Address or number", 300)
    calendar = forms.ChoiceField(label="Opening hours (calendar)", required=False)
    hours = text_field("Opening hours in words", 120)
    language = text_field("Language", 20)
    owner = forms.ChoiceField(label="Who verifies it", required=False)
    interval_days = number_field("Days between verifications", 3650)

    def prepare(self, choices: Choices) -> None:
        self.fields["calendar"].choices = [("", "Not said"), *((name, name) for name in choices.calendars)]
        self.fields["owner"].choices = [("", "Nobody"), *choices.people]
        self.fields["interval_days"].widget.attrs["placeholder"] = str(DAYS_TO_VERIFY)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("value") and "value" not in self.errors:
            self.add_error("value", "Write the address or number, or remove this row.")
        elif wrong := wrong_value(given.get("kind", ""), given.get("value", "")):
            self.add_error("value", sentence(wrong))
        return given


class ContactsForm(PartForm):
    """How to reach the service's support, in the order in which it is tried."""

    ROWS = "contacts"
    row_form = ContactRowForm


class RequiredRowForm(RowForm):
    """One thing that the vendor wants to know."""

    label = text_field("Name", 80)
    key = text_field("Key", 40, "Its placeholder in the template: small letters, digits and _.", spellcheck="false")
    source = text_field(
        "Taken from", 60, "See above, such as account.tenant_id.", spellcheck="false", list="case-sources"
    )
    question = text_field("Otherwise we ask", 300, "What our people answer while it is not known.")
    pattern = pattern_field("Pattern", "A regular expression that all of it must match, such as [0-9]{8}.")
    trial = text_field("Try the pattern on", 300)
    secret = forms.BooleanField(label="Secret: masked everywhere, sent to the vendor only", required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, words in (("label", "Name it."), ("key", "Give it a key."), ("source", "Say where from.")):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, words)
        return given

    @property
    def document(self) -> Document:
        return {key: value for key, value in super().document.items() if key != "trial"}

    @property
    def tried(self) -> str:
        """What the pattern makes of the trial that was typed; "" without one."""
        pattern, text = self.initial.get("pattern"), self.initial.get("trial")
        return said_of(pattern, text, whole=True) if pattern and text else ""


class RequiredForm(PartForm):
    """What a case needs before it can be lodged."""

    ROWS = "required"
    row_form = RequiredRowForm
    suggestions = EXAMPLE_SOURCES
    origins = ORIGINS

    def tell_own(self, path: Path, words: str) -> None:
        said = f"The template uses what would be gone: {words}" if path == ("required",) else words
        super().tell_own((), said)


class ConditionRowForm(RowForm):
    """One condition; all that it names must hold."""

    words = text_field("In words", 300, "Such as: a sign-in error that only they can clear.")
    error_codes = CommaField(label="Error code is one of", help_text="Commas between them.")
    categories = CommaField(label="Category is one of", help_text="Commas between them.")
    tier_level = number_field("Level reached", 99)
    minutes = number_field("Minutes spent", 100_000)
    impact = forms.ChoiceField(required=False, choices=[("", "Any"), *((level, level.title()) for level in LEVELS)])
    automatic = forms.BooleanField(label="Engage as soon as it holds, without waiting for the ladder", required=False)

    def prepare(self, choices: Choices) -> None:
        self.levels = choices.levels

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("words") and "words" not in self.errors:
            self.add_error("words", "Say in words when the vendor is engaged.")
        if not any(given.get(name) or name in self.errors for name in PARTS_OF_CONDITION):
            self.add_error(None, NO_PART)
        return given

    def clean_tier_level(self) -> int | None:
        level: int | None = self.cleaned_data["tier_level"]
        if level and self.levels and level not in self.levels:
            known = ", ".join(map(str, self.levels))
            raise forms.ValidationError(f"No tier has level {level}. There are {known}.")
        return level


class ConditionsForm(PartForm):
    """When the vendor may be engaged: one of these, in all its parts."""

    ROWS = "engage_when"
    row_form = ConditionRowForm


class TemplateForm(PartForm):
    """The case as it is sent; placeholders are filled in, nothing else is evaluated."""

    SHOWN = ("template",)
    subject = text_field("Subject", 300, spellcheck="true")
    body = text_field("Text", 4000, rows=16)

    def prepare(self, choices: Choices) -> None:
        stored = self.initial.get("template") or {}
        self.initial = {**stored, **self.initial}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        empty = [name for name in ("subject", "body") if not given.get(name) and name not in self.errors]
        if len(empty) == 1:
            self.add_error(empty[0], "Write it too, or leave both empty: then the ticket's title and text are sent.")
        return given

    @property
    def document(self) -> Document:
        given = {name: self.cleaned_data.get(name, "") for name in ("subject", "body")}
        return {"template": given if any(given.values()) else None}

    def tell_own(self, path: Path, words: str) -> None:
        super().tell_own(path[1:] if path[:1] == ("template",) else path, words)


def said_of(pattern: str, text: str, *, whole: bool) -> str:
    """What a regular expression makes of a text, in a sentence; also that it is none."""
    try:
        found = re2.fullmatch(expression(pattern), text) if whole else re2.search(expression(pattern), text)
    except ValueError as error:
        return sentence(str(error))
    if found is None:
        return f"“{text}” does not match the pattern." if whole else f"No case number is found in “{text}”."
    if whole:
        return f"“{text}” matches the pattern."
    return f"Found: {found.group(1) if found.re.groups else found.group(0)}"


def tried_number(form: Mapping[str, Any]) -> str:
    """What the pattern of case numbers finds in the trial; "" without one."""
    pattern, text = form.get("number_pattern"), form.get("try_number")
    return said_of(pattern, text, whole=False) if pattern and text else ""
