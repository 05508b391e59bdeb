"""What somebody fills in to begin a side conversation, and to go on with one."""

from collections.abc import Iterable
from typing import Any

from django import forms

from tickets.models import Ticket
from tickets.side.addressing import addresses_in, vendor_contacts
from tickets.side.talking import LONGEST
from tiers.models import Team
from vendors.models import ContactPoint, Vendor

SOMEBODY = "PERSON"


def _words(label: str, *, rows: int) -> Any:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, widget=widget, max_length=LONGEST, error_messages={"required": "Write something."}
    )


class NewSideForm(forms.Form):
    """With whom, about what, and the first words; `team` or `vendor` is who was chosen, neither for somebody else."""

    whom = forms.ChoiceField(label="With", error_messages={"required": "Choose with whom."})
    to = forms.CharField(
        label="Other addresses", required=False, max_length=2000,
        help_text="Needed for somebody else, separated by commas. With a team or a vendor these get it as well.",
    )  # fmt: skip
    subject = forms.CharField(
        max_length=200, error_messages={"required": "Give it a subject: its mails carry it."},
        help_text="The ticket's key is put before it.",
    )  # fmt: skip
    body = _words("Message", rows=6)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="side_%s", **kwargs)
        self.teams = {f"team:{team.pk}": team for team in Team.objects.order_by("name")}
        self.points = {f"contact:{point.pk}": point for point in vendor_contacts(ticket)}
        self.fields["whom"].choices = [("", "Choose with whom"), *self._choices(), (SOMEBODY, "Somebody else")]

    def _choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        vendors = [(key, _named(point)) for key, point in self.points.items()]
        teams = [(key, team.name) for key, team in self.teams.items()]
        return [(name, group) for name, group in (("Vendors of this ticket", vendors), ("Teams", teams)) if group]

    @property
    def team(self) -> Team | None:
        return self.teams.get(self.cleaned_data["whom"])

    @property
    def vendor(self) -> Vendor | None:
        point = self.points.get(self.cleaned_data["whom"])
        return point.service.vendor if point else None

    @property
    def addresses(self) -> list[str]:
        """What was typed, after the vendor's own where one was chosen."""
        point = self.points.get(self.cleaned_data["whom"])
        return [*([point.value] if point else ()), *addresses_in(self.cleaned_data["to"])]


class SayForm(forms.Form):
    """What goes to all of a conversation; and to who answered from elsewhere, where that is chosen."""

    body = _words("Message", rows=4)
    also = forms.MultipleChoiceField(label="Also to", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, strangers: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="side_%s", **kwargs)
        self.fields["also"].choices = [(address, address) for address in strangers]
        if not self.fields["also"].choices:
            del self.fields["also"]


def _named(point: ContactPoint) -> str:
    return f"{point.service.vendor}, {point.service}: {point.value}"
