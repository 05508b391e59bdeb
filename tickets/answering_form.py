"""What a vendor's case would ask, to be answered before there is one."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import cached_property

from tickets.answering import missing_ahead
from tickets.case_facts import Sources
from tickets.forms import ANSWER, VerbForm, answer_field
from vendors.completeness import Missing
from vendors.models import Service


class AnswerForm(VerbForm):
    """One field for each thing that the ticket's vendor service would miss.

    In: `service`, and what is `missing` of it, where that is known already.
    """

    def __init__(
        self, *args: Any, missing: Sequence[Missing] | None = None, service: Service | None = None, **kwargs: Any
    ) -> None:
        self._missing, self.service = missing, service
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        for one in self.missing:
            assert self.service, "what is missing is missing of a service"
            field = answer_field(self.service, key=one.key, question=one.question, problem=one.problem)
            self.fields[ANSWER + one.key] = field

    @cached_property
    def missing(self) -> Sequence[Missing]:
        """What is asked for; nothing where no service is known."""
        if self._missing is not None:
            return self._missing
        if self.work.service_id is None:
            return ()
        sources = Sources([self.work], [self.work.service_id])
        self.service = sources.services[self.work.service_id]
        return missing_ahead(self.work, self.service, sources)

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
