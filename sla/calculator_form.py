"""The calculator on a calendar's page: a beginning, and either an open time to add or an end to count to."""

from collections.abc import Mapping
from typing import Any

from django import forms

from sla import calculator
from sla.business_time import BusinessCalendar, NeverOpens
from sla.calculator import Calculation
from sla.closed_days import holiday_names
from sla.fields import DurationField, MomentField, sentence

YEARS_AROUND = 2  # holidays are named so far beside the moments that were asked about


class SumForm(forms.Form):
    """A beginning in the calendar's zone; subclasses add what is asked about it."""

    start = MomentField(label="From", error_messages={"required": "Say from when."})

    def __init__(self, *args: Any, calendar: BusinessCalendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.timezone = calendar.timezone

    def done(self, calendar: BusinessCalendar, document: Mapping[str, Any]) -> Calculation | None:
        """The sum, None where the form, or the calendar, does not allow it; the form says why."""
        if not self.is_valid():
            return None
        year = self.cleaned_data["start"].year
        names = holiday_names(document, range(year - YEARS_AROUND, year + YEARS_AROUND + 1))
        try:
            return self._sum(calendar, names)
        except NeverOpens as error:
            self.add_error("start", sentence(str(error).rpartition(": ")[2]))
        except ValueError as error:
            self.add_error("until", str(error))
        return None

    def _sum(self, calendar: BusinessCalendar, names: Mapping[Any, str]) -> Calculation:
        raise NotImplementedError


class AddForm(SumForm):
    """Where does so much open time end?"""

    add = DurationField(
        label="Add open time", error_messages={"required": "Say how much to add, such as 4h or 1h30m."}
    )  # fmt: skip

    def _sum(self, calendar: BusinessCalendar, names: Mapping[Any, str]) -> Calculation:
        return calculator.add(calendar, self.cleaned_data["start"], self.cleaned_data["add"], names)


class BetweenForm(SumForm):
    """How much open time lies between?"""

    until = MomentField(label="Until", error_messages={"required": "Say until when."})

    def _sum(self, calendar: BusinessCalendar, names: Mapping[Any, str]) -> Calculation:
        return calculator.between(calendar, self.cleaned_data["start"], self.cleaned_data["until"], names)
