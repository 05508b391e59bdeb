"""What a vendor's case would ask, to be answered before there is one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property

from tickets.answering import missing_ahead
from tickets.case_facts import Sources
from tickets.forms import ANSWER, VerbForm
from vendors.completeness import Missing


class AnswerForm(VerbForm):
    """One field for each thing that the ticket's vendor service would miss; `missing` where that is known already."""

    def __init__(self, *args: Any, missing: Sequence[Missing] | None = None, **kwargs: Any) -> None:
        self._missing = missing
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        for one in self.missing:
            self.fields[ANSWER + one.key] = forms.CharField(label=one.question, required=False, max_length=2000)

    @cached_property
    def missing(self) -> Sequence[Missing]:
        """What is asked for; nothing where no service is known."""
        if self._missing is not None:
            return self._missing
        if self.work.service_id is None:
            return ()
        sources = Sources([self.work], [self.work.service_id])
        return missing_ahead(self.work, sources.services[self.work.service_id], sources)

    @property
    def note(self) -> str:
        """What becomes of the answers."""
        if not self.missing:
            return "Nothing is missing."
        return f"Kept until a case about {self.work.service} is opened. What you leave empty is asked for then."

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by the datum's key."""
        given = self.cleaned_data.items()
        return {name.removeprefix(ANSWER): text for name, text in given if name.startswith(ANSWER) and text}
