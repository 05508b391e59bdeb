"""What people fill in for each verb. Forms check the shape; whether the ticket takes it is the verb's to say."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from clients.models import Client, Contact
from sla.priorities import LEVELS, PRIORITIES, from_impact_urgency
from tickets.answering import missing_ahead
from tickets.case_facts import Sources
from tickets.changing import Changes
from tickets.handing import DAYS_FOR_CLIENT
from tickets.linked import cause_note
from tickets.models import Ticket, VendorCase
from tickets.status import CLIENT, CLOSED, ON_HOLD, TIER, VENDOR, WAITING_ON_CLIENT, WAITING_ON_VENDOR
from tickets.work import Work
from tiers.models import Member
from vendors.models import Service
from vendors.pattern_words import pattern_words

ANSWER = "answer_"
HOLD = "HOLD"
TO_ANSWER = ("INCOMPLETE", "FAILED")


def words_field(label: str, missing: str, *, help_text: str = "", required: bool = True, rows: int = 3) -> Any:
    """A text of some lines; `missing` is said when it is empty."""
    widget = forms.Textarea(attrs={"rows": rows})
    errors = {"required": missing}
    return forms.CharField(
        label=label, widget=widget, help_text=help_text, required=required, max_length=20_000, error_messages=errors
    )


def answer_field(service: Service, *, key: str, question: str, problem: str) -> Any:
    """One thing that a vendor wants to know, with the form that it must have; a secret is hidden while it is typed."""
    datum = next((datum for datum in service.required if datum["key"] == key), {})
    expected = pattern_words(datum.get("pattern", ""))
    hidden = forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"})
    widget = hidden if datum.get("secret") else forms.TextInput()
    help_text = f"{problem}. {expected}".strip()
    return AnswerField(label=question, help_text=help_text, expected=expected, widget=widget)


class AnswerField(forms.CharField):
    """What a vendor asks for: it may be left empty for now, yet is nothing that one may choose to leave out.

    `expected` is the form that it must have, which goes on standing beside what was wrong.
    """

    asked = True

    def __init__(self, *, expected: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=2000, **kwargs)
        self.expected = expected


class MissingForm(forms.Form):
    """What an incomplete case still needs, away from its ticket's page; it is sent to the ticket's verb."""

    def __init__(self, case: VendorCase) -> None:
        super().__init__(auto_id=f"told{case.pk}_%s")
        self.case = case
        for one in case.missing:
            self.fields[ANSWER + one["key"]] = answer_field(case.service, **one)


class VerbForm(forms.Form):
    """A form about one ticket; `work` is the ticket as it stands at `now`, `case` its open vendor case.

    `user` fills it in; `note` is said above its fields, and `said` after it was done, instead of the verb's own words.
    """

    note = ""
    said = ""

    def __init__(
        self, *args: Any, work: Work, now: datetime, user: User | None = None, case: VendorCase | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, auto_id="verb_%s", **kwargs)
        self.work, self.case, self.now, self.user = work, case, now, user
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the ticket."""

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with an answer stands in place of what was missing before it."""
        super().add_error(field, error)
        if isinstance(asked := self.fields.get(field or ""), AnswerField):
            self[field].help_text = asked.expected


class AssignForm(VerbForm):
    to = forms.ChoiceField(label="To", error_messages={"required": "Choose who gets it."})

    def prepare(self) -> None:
        people: dict[str, list[tuple[str, str]]] = {}
        for member in Member.objects.filter(user__is_active=True).select_related("team", "user"):
            people.setdefault(member.team.name, []).append((member.user.email, str(member.user)))
        own = self.work.roster.teams[self.work.team_id].name
        teams = sorted(people, key=lambda name: (name != own, name))
        self.fields["to"].choices = [("", "Choose a person"), *((name, people[name]) for name in teams)]


class WaitForm(VerbForm):
    on = forms.ChoiceField(label="Wait for", widget=forms.RadioSelect)
    until = forms.DateTimeField(
        label="Until",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    why = words_field(
        "Why", "Say what you are waiting for.", help_text="Only your team reads it; ask the client in a public reply."
    )

    def prepare(self) -> None:
        work, choices = self.work, []
        if work.status != WAITING_ON_CLIENT:
            choices.append((CLIENT, f"The client, {work.client}"))
        if self.case and self.case.lodged_at and work.status != WAITING_ON_VENDOR:
            choices.append((VENDOR, f"The vendor, {self.case.vendor.name}"))
        if work.holder_kind == TIER:
            choices.append((HOLD, "A hold"))
        self.fields["on"].choices = choices
        zone = timezone.get_current_timezone_name()
        notes = [f"Your time, {zone}.", "A hold needs it.", f"Without it the client has {DAYS_FOR_CLIENT} open days."]
        if VENDOR in dict(choices):
            notes.append("For a vendor it is a reminder: the ticket stays there.")
        self.fields["until"].help_text = " ".join(notes)


class ResumeForm(VerbForm):
    why = words_field("What has changed", "", required=False, help_text="Stands on the timeline.")

    @property
    def note(self) -> str:
        """Where it goes from here."""
        work, vendor = self.work, self.work.case_with_vendor
        home = work.ladder.tier_at_or_below(work.step).name
        match work.status:
            case status if status == ON_HOLD:
                return f"The hold ends, and {home} goes on where it stood."
            case status if status == WAITING_ON_CLIENT and vendor:
                return (
                    f"The client has answered. {vendor.vendor} still has the ball, so it goes back to {vendor.vendor}."
                )
            case status if status == WAITING_ON_CLIENT:
                return f"The client has answered. It goes back to {home}, which must acknowledge it anew."
        return f"{vendor.vendor if vendor else 'The vendor'} has answered. It goes back to whoever lodged the case."


class ResolveForm(VerbForm):
    summary = words_field(
        "What was done",
        "Say in a sentence what was done; the client reads it.",
        help_text="The client reads this.",
    )

    @property
    def note(self) -> str:  # type: ignore[override]
        """What is left open when a cause is resolved."""
        return cause_note(self.work.id)


class ReopenForm(VerbForm):
    why = words_field("What is still wrong", "Say what is still wrong.")


class CaseForm(VerbForm):
    """A new case by hand, or what an incomplete one still needs; `preview` is what would be sent, once it is asked."""

    service = forms.ChoiceField(
        label="Service",
        error_messages={
            "required": "Choose the vendor's service.",
            "invalid_choice": "Select a valid choice: “%(value)s” is no service that is still offered.",
        },
    )
    why = words_field("Why", "Say why the vendor is needed.", help_text="Stands in the case's record.")
    preview: Any = None

    def prepare(self) -> None:
        if self.case and self.case.status in TO_ANSWER:
            del self.fields["service"], self.fields["why"]
            self._ask(self.case.service, self.case.missing)
            return
        first = self.work.service
        of_client = Count("accounts", filter=Q(accounts__client=self.work.client_id))
        services = Service.objects.offered().alias(of_client=of_client).order_by("-of_client", "name")
        names = list(services.values_list("name", flat=True))
        self.fields["service"].choices = [
            *([] if first in names else [("", "Choose a service")]),
            *((n, n) for n in names),
        ]
        self.initial.setdefault("service", first)
        self._ask_ahead(names)

    def _ask_ahead(self, names: Sequence[str]) -> None:
        """With its service chosen, a new case may be answered before it is opened."""
        chosen = self.data.get("service") if self.is_bound else None
        if chosen in names:
            service = Service.objects.get(name=chosen)
            sources = Sources([self.work], [service.pk])
            missing = missing_ahead(self.work, sources.services[service.pk], sources)
            self._ask(service, [{"key": m.key, "question": m.question, "problem": m.problem} for m in missing])

    def _ask(self, service: Service, missing: Sequence[Mapping[str, str]]) -> None:
        for one in missing:
            self.fields[ANSWER + one["key"]] = answer_field(service, **one)

    @property
    def completes(self) -> VendorCase | None:
        """The open case that it completes; None while it opens one."""
        return self.case if "service" not in self.fields else None

    @property
    def shown(self) -> str:
        """The digest of the letter that whoever sends it has seen, "" for none."""
        return str(self.data.get("letter", ""))

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by the datum's key."""
        given = self.cleaned_data.items()
        return {name.removeprefix(ANSWER): text for name, text in given if name.startswith(ANSWER) and text}


class ChangeForm(VerbForm):
    """What it is about. What was not touched is left as it is, even where somebody else has changed it meanwhile."""

    ABOUT = ("priority", "category", "service", "client", "title")
    priority = forms.ChoiceField(
        choices=[(p, p) for p in PRIORITIES], help_text="The client reads that its urgency has changed, not why."
    )
    category = forms.CharField(required=False, max_length=60)
    service = forms.ChoiceField(label="Vendor service", required=False)
    client = forms.ChoiceField()
    title = forms.CharField(max_length=200)
    why = words_field("Why", "Say why: its promises may change with it.", help_text="Only your team reads it.")

    def prepare(self) -> None:
        for name, value in self._now().items():
            self.fields[name].initial, self.fields[name].show_hidden_initial = value, True
        services = [(name, name) for name in Service.objects.offered().order_by("name").values_list("name", flat=True)]
        if self.work.service and (self.work.service, self.work.service) not in services:  # retired meanwhile
            services.insert(0, (self.work.service, self.work.service))
        # A service can be corrected, not taken away.
        self.fields["service"].choices = [*([] if self.work.service else [("", "None")]), *services]
        self.fields["client"].choices = list(self._clients().order_by("name").values_list("name", "name"))

    def _now(self) -> dict[str, str]:
        work = self.work
        values = (work.priority, work.situation.category, work.service, work.client, work.title)
        return dict(zip(self.ABOUT, values, strict=True))

    def _clients(self) -> Any:
        return Client.objects.visible_to(self.user, "work_client")

    def clean(self) -> dict[str, Any]:
        """Nobody's change is overwritten unseen; the second try is made knowing it."""
        given = super().clean() or {}
        now = self._now()
        for name in [n for n in self.changed_data if n in now]:
            as_read = self[name].html_initial_name
            if self.data.get(as_read, now[name]) != now[name]:
                self.add_error(name, f"Somebody has made it “{now[name]}” meanwhile. Send it again if yours is right.")
                self.data = self.data.copy()
                self.data[as_read] = now[name]
        return given

    @property
    def changes(self) -> Changes:
        """What was touched."""
        said = {name: self.cleaned_data[name] for name in self.ABOUT if name in self.changed_data}
        if "service" in said:
            said["service"] = Service.objects.filter(name=said["service"]).first()
        if "client" in said:
            said["client"] = self._clients().get(name=said["client"])
        return Changes(**said)


class Offering(forms.TextInput):
    """A line of text with values to choose from; any other may be typed. `offered` are pairs of value and label."""

    offered: tuple[tuple[str, str], ...] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        list_id = f"{name}-offered"
        line = super().render(name, value, {**(attrs or {}), "list": list_id, "autocomplete": "off"}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.offered)
        return format_html('{}<datalist id="{}">{}</datalist>', line, list_id, options)


class MergeForm(VerbForm):
    MOST = 100
    into = forms.CharField(
        max_length=30, widget=Offering, help_text="The number of the ticket that goes on, such as ESC-12.",
        error_messages={"required": "Say which ticket goes on."},
    )  # fmt: skip
    why = words_field("Why", "Say why they are one.", help_text="Only your team reads it.")

    def prepare(self) -> None:
        others = Ticket.objects.filter(client_id=self.work.client_id).open().exclude(pk=self.work.id).order_by("-pk")
        rows = others.values_list("pk", "title")[: self.MOST]
        self.fields["into"].widget.offered = tuple((f"ESC-{pk}", title) for pk, title in rows)

    def clean_into(self) -> str:
        said = str(self.cleaned_data["into"]).strip()
        return f"ESC-{said}" if said.isascii() and said.isdigit() else said


class CallForm(VerbForm):
    why = words_field("Why, for the manager", "Say why: the manager reads it first.")


class NothingToSay(VerbForm):
    """A verb that needs no words."""


class NewTicketForm(forms.Form):
    """A ticket by hand. Contact and device are typed: their lists belong to the client that is chosen."""

    client = forms.ModelChoiceField(Client.objects.none(), to_field_name="slug", empty_label="Choose a client")
    contact = forms.CharField(required=False, max_length=200, help_text="Name or address of somebody at the client.")
    title = forms.CharField(max_length=200, help_text="One line that a colleague understands without opening it.")
    description = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), required=False, max_length=50_000)
    priority = forms.ChoiceField(choices=[("", "By impact and urgency"), *((p, p) for p in PRIORITIES)], required=False)
    impact = forms.ChoiceField(choices=[("", "Not said"), *((v, v.title()) for v in LEVELS)], required=False)
    urgency = forms.ChoiceField(choices=[("", "Not said"), *((v, v.title()) for v in LEVELS)], required=False)
    service = forms.ModelChoiceField(
        Service.objects.none(), to_field_name="slug", required=False, empty_label="By the routing rules"
    )
    device_name = forms.CharField(label="Device", required=False, max_length=120)
    error_code = forms.CharField(required=False, max_length=80)
    follows = forms.CharField(
        label="Takes up", required=False, max_length=40, help_text="The key of a closed ticket that came back."
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(user, "work_client")
        self.fields["service"].queryset = Service.objects.offered()
        for name in ("contact", "device_name"):
            self.fields[name].widget.attrs["list"] = f"{name}-known"
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._weigh(given)
        if given.get("client") and given.get("contact"):
            given["contact"] = self._contact(given["client"], given["contact"])
        if given.get("client") and given.get("follows"):
            given["follows"] = self._followed(given["client"], given["follows"])
        return given

    def _followed(self, client: Client, key: str) -> Ticket | None:
        found = Ticket.objects.filter(client=client, status=CLOSED).by_key(key.strip()).first()
        if found is None:
            self.add_error("follows", f"{client} has no closed ticket “{key}”; one that is resolved can be reopened.")
        return found

    def _weigh(self, given: dict[str, Any]) -> None:
        impact, urgency = given.get("impact"), given.get("urgency")
        if given.get("priority") or not (impact or urgency):
            return
        if impact and urgency:
            given["priority"] = from_impact_urgency(impact=impact, urgency=urgency)
        else:
            self.add_error("urgency" if impact else "impact", "Give both impact and urgency, or a priority.")

    def _contact(self, client: Client, said: str) -> Contact | None:
        contacts = client.contacts.all()
        found = contacts.filter(email__iexact=said).first() or contacts.filter(name__iexact=said).first()
        if found is None:
            known = ", ".join(contacts.values_list("name", flat=True)[:8]) or "nobody yet"
            self.add_error("contact", f"{client} has no contact “{said}”. Known: {known}.")
        return found
