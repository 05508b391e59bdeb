"""What people fill in about a vendor's promise: its own severities with their targets, and ours that map to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.yaml_source import Path
from sla.agreement_form import AgreementForm, filled_in
from sla.fields import sentence
from sla.models import Agreement
from sla.priorities import PRIORITIES
from vendors.editing import Refusal
from vendors.part_form import Choices, Document, PartForm

EMPTY_ROWS = 3
MOST_ROWS = 20
MAPPED = "severity_of_"


class CommitmentForm(AgreementForm):
    """An agreement of the vendor's, as agreements are edited elsewhere, and the map from our priorities to it."""

    def __init__(
        self, data: QueryDict | None = None, *, choices: Choices, stored: Mapping[str, Any], seen: int
    ) -> None:
        before = stored.get("commitment") or {}
        initial = filled_in(before, 0, Agreement.Kind.UC) | {"seen": seen}
        initial |= {MAPPED + p: severity for p, severity in (stored.get("severity_of") or {}).items()}
        super().__init__(
            data, kind=Agreement.Kind.UC, is_new=False, calendars=choices.calendars, before=before, initial=initial
        )
        for name in ("despite", "base"):
            del self.fields[name]
        self.fields |= {name: PartForm.base_fields[name] for name in ("note", "seen")}
        for priority in PRIORITIES:
            self.fields[MAPPED + priority] = forms.CharField(label=priority, required=False, max_length=20)

    def _severities(self) -> int:
        known = len(self.before.get("targets") or {})
        sent = sum(name.startswith("severity_") and not name.startswith(MAPPED) for name in self.data)
        return min(sent or known + EMPTY_ROWS, max(known, MOST_ROWS))

    @property
    def mapped(self) -> list[forms.BoundField]:
        """The fields of the map."""
        return [self[MAPPED + priority] for priority in PRIORITIES]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        known = [severity for severity in self.levels if severity]
        for priority in PRIORITIES:
            severity = given.get(MAPPED + priority, "").strip()
            if known and severity and severity not in known:
                self.add_error(MAPPED + priority, f"There is no severity “{severity}” above: {', '.join(known)}.")
        return given

    def is_filled_in(self) -> bool:
        """Whether everything can be read."""
        return self.is_valid()

    @property
    def document(self) -> Document:
        """The commitment, None without any target, and the map."""
        promised = super().document
        mapped = {p: severity for p in PRIORITIES if (severity := self.cleaned_data.get(MAPPED + p, "").strip())}
        return {"commitment": promised if promised.get("targets") else None, "severity_of": mapped}

    def tell(self, problems: Sequence[Refusal]) -> None:
        for path, words in problems:
            if path[:1] == ("commitment",):
                super().tell([(path[1:] or ("targets",), words)])
            else:
                self._tell_map(path, words)

    def _tell_map(self, path: Path, words: str) -> None:
        name = "_".join(map(str, path))
        if name not in self.errors:
            self.add_error(name if name in self.fields else None, sentence(words))
