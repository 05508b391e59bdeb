"""What people fill in about a client's account with a service: facts are read, secrets only written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accounts.yaml_source import Path
from sla.fields import sentence
from vendors.editing import Refusal
from vendors.models import Service, ServiceAccount
from vendors.part_form import Document, LinesField, PartForm, text_field
from vendors.pattern_words import pattern_words

FACT, SECRET, FORGET = "fact_", "secret_", "forget_"


class FactsField(LinesField):
    """Facts, one a line: "contract_number: 4711"."""

    def items(self, written: str) -> list[tuple[str, str]]:
        pairs = [line.partition(":") for line in super().items(written)]
        wrong = [key for key, colon, value in pairs if not (colon and value.strip())]
        if wrong:
            raise forms.ValidationError(f"“{wrong[0][:40]}”: write it like contract_number: 4711.")
        return [(key.strip().lower().replace(" ", "_"), value.strip()) for key, _, value in pairs]


class AccountForm(forms.Form):
    """An account; what cases with the service draw on it has a field each."""

    client = forms.ChoiceField(error_messages={"required": "Choose the client."})
    more = FactsField(
        label="Other facts", widget=forms.Textarea(attrs={"rows": 3}), help_text="One a line: contract_number: 4711"
    )

    def __init__(
        self, *args: Any, service: Service, account: ServiceAccount | None, clients: Sequence[str], seen: int,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.service, self.account = service, account
        facts = dict(account.facts) if account else {}
        self.drawn = [d for d in service.required if d["source"].startswith("account.")]
        if account:
            del self.fields["client"]
        else:
            self.fields["client"].choices = [("", "Choose a client"), *((name, name) for name in clients)]
        for datum in self.drawn:
            self._add(datum, facts)
        self.initial["more"] = "\n".join(f"{key}: {value}" for key, value in facts.items())
        self.fields |= {name: PartForm.base_fields[name] for name in ("note", "seen")}
        self.initial["seen"] = seen
        self.order_fields([name for name in self.fields if name not in ("more", "note")])

    def _add(self, datum: Mapping[str, Any], facts: dict[str, str]) -> None:
        key = datum["source"].removeprefix("account.")
        if not datum.get("secret"):
            words = (datum.get("question", ""), pattern_words(datum.get("pattern", "")))
            self.fields[FACT + key] = text_field(datum["label"], 300, " ".join(filter(None, words)))
            self.initial[FACT + key] = facts.pop(key, "")
            return
        facts.pop(key, None)
        stored = self.account is not None and key in self.account.secrets
        self.fields[SECRET + key] = forms.CharField(
            label=datum["label"], required=False, max_length=300, strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text="Stored, and shown to nobody. Write it only to replace it." if stored else "Not stored yet.",
        )  # fmt: skip
        if stored:
            self.fields[FORGET + key] = forms.BooleanField(label=f"Forget the stored {datum['label']}", required=False)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """Its fields without what stands at the end."""
        return [self[name] for name in self.fields if name not in ("note", "seen")]

    def is_filled_in(self) -> bool:
        """Whether everything can be read."""
        return self.is_valid()

    @property
    def document(self) -> Document:
        """The account in the form of the configuration."""
        given = self.cleaned_data
        facts = {key: value for key in self._keys(FACT) if (value := given.get(FACT + key, ""))}
        said = {"client": self.account.client.name if self.account else given["client"], "service": self.service.name}
        named = {key: variable(key) for key in self._keys(SECRET) if given.get(SECRET + key)}
        return said | {"facts": facts | dict(given["more"])} | ({"secrets_env": named} if named else {})

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets that were written, by the name in the document."""
        given = self.cleaned_data
        return {variable(key): given[SECRET + key] for key in self._keys(SECRET) if given.get(SECRET + key)}

    @property
    def forgotten(self) -> list[str]:
        """The stored secrets that are to be dropped."""
        return [key for key in self._keys(FORGET) if self.cleaned_data.get(FORGET + key)]

    def _keys(self, prefix: str) -> list[str]:
        return [name.removeprefix(prefix) for name in self.fields if name.startswith(prefix)]

    def tell(self, problems: Sequence[Refusal]) -> None:
        """Say at each field what is wrong with it."""
        for path, words in problems:
            name = self._field(path)
            self.add_error(name if name in self.fields else None, sentence(words))

    def _field(self, path: Path) -> str:
        key, *rest = [str(part) for part in path] or [""]
        if key == "facts":
            return FACT + rest[0] if rest and FACT + rest[0] in self.fields else "more"
        return SECRET + rest[0] if key == "secrets_env" and rest else key


def variable(key: str) -> str:
    """Under which name a secret is handed over; a name does not begin with a digit."""
    return f"_{key}" if key[:1].isdigit() else key
