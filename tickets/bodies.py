"""What programs may say of tickets and events: every field, its type and length."""

from typing import Any

from rest_framework import serializers

from accounts.fields import Body, Enum, Flag, Moment, Text, Texts
from clients.models import Asset
from sla.priorities import LEVELS, PRIORITIES, from_impact_urgency
from tickets.linked import KINDS
from tickets.radar.lanes import HIGHEST, LONGEST_KEY
from tickets.reported import ACKNOWLEDGED, FIRING, PRIORITY_OF, RESOLVED

LONGEST_TEXT = 50_000
LONGEST_WHY = 2_000
OLDEST_YEAR = 2000
EVENT_STATES = (FIRING, ACKNOWLEDGED, RESOLVED)


class DeviceBody(Body):
    """The device that it is about; one that the client's assets know by name brings its type and system along."""

    name = Text(max_length=120, required=False, allow_blank=True)
    type = Enum(choices=Asset.Type.choices, required=False)
    os = Text(max_length=80, required=False, allow_blank=True)


class PastMoment(Moment):
    """A moment of which calendars can be trusted to know; whether it is past is the ticket's to say."""

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if moment.year < OLDEST_YEAR:
            raise serializers.ValidationError(f"Give a moment since {OLDEST_YEAR}.")
        return moment


class TicketBody(Body):
    """A new ticket. Without `priority`, `impact` and `urgency` make it; without either, rules or P3. The impact also
    counts for when a vendor is engaged.

    With `opened_at` it is brought in from elsewhere: what is promised counts from then, the ladder from now.
    """

    client = Text(max_length=120, help_text="Exact name or slug")
    title = Text(max_length=200)
    description = Text(max_length=LONGEST_TEXT, required=False, allow_blank=True, trim_whitespace=False)
    priority = Enum(choices=PRIORITIES, required=False)
    impact = Enum(choices=LEVELS, required=False)
    urgency = Enum(choices=LEVELS, required=False)
    category = Text(max_length=60, required=False, allow_blank=True)
    service = Text(max_length=120, required=False, allow_blank=True, help_text="Name or slug of a vendor's service")
    device = DeviceBody(required=False)
    error_code = Text(max_length=80, required=False, allow_blank=True)
    contact = Text(max_length=120, required=False, allow_blank=True, help_text="E-mail or name of the client's contact")
    external_id = Text(max_length=200, required=False, allow_blank=True, help_text="Your own id, unique per client")
    follows = Text(
        max_length=40, required=False, allow_blank=True, help_text="Key of the client's closed ticket that it takes up"
    )
    opened_at = PastMoment(required=False, help_text="Of the past; needs the scope `tickets:import` as well")
    resolved_at = PastMoment(
        required=False, help_text="It has ended there, too; needs the scope `tickets:import` as well"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        impact, urgency = attrs.get("impact", ""), attrs.pop("urgency", "")
        if bool(impact) != bool(urgency) and not (impact and "priority" in attrs):
            missing = "urgency" if impact else "impact"
            raise serializers.ValidationError({missing: "Impact and urgency make a priority together."})
        if urgency and "priority" not in attrs:
            attrs["priority"] = from_impact_urgency(impact=impact, urgency=urgency)
        return attrs


class AutomaticBody(Body):
    """What a program does of its own accord does not count as a person's act."""

    automatic = Flag(required=False, default=False)


class EscalationBody(Body):
    """FUNCTIONAL: to the next step that can be reached, or to the one named. HIERARCHICAL: a manager is called."""

    why = Text(max_length=LONGEST_TEXT)
    kind = Enum(choices=["FUNCTIONAL", "HIERARCHICAL"], required=False, default="FUNCTIONAL")
    to = Text(max_length=120, required=False, default="", allow_blank=True, help_text="Tier, or `vendor`")
    tried = Text(
        max_length=LONGEST_WHY,
        required=False,
        default="",
        allow_blank=True,
        help_text="What was tried so far",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("to", "tried"):
            if attrs["kind"] == "HIERARCHICAL" and attrs[name]:
                raise serializers.ValidationError({name: "The manager on call is called; leave it out."})
        return attrs


class ChangeBody(Body):
    """What is to be changed, and why; what is left out stays. The clocks go on under what is promised then."""

    priority = Enum(choices=PRIORITIES, required=False)
    category = Text(max_length=60, required=False, allow_blank=True)
    service = Text(max_length=120, required=False, help_text="Name or slug of a vendor's service")
    client = Text(max_length=120, required=False, help_text="Exact name or slug")
    title = Text(max_length=200, required=False)
    why = Text(max_length=LONGEST_WHY)


class MergeBody(Body):
    """Into which ticket it goes, and why they are one."""

    into = Text(max_length=30, help_text="Key of an open ticket of the same client")
    why = Text(max_length=LONGEST_WHY)


class LinkBody(Body):
    """Which ticket it has to do with, and what."""

    other = Text(max_length=30, help_text="Key of a ticket, of any client")
    kind = Enum(choices=[kind for kind, _ in KINDS], help_text="What this ticket is: CAUSES is the cause of the other")
    why = Text(max_length=LONGEST_WHY, required=False, allow_blank=True)


class SplitBody(Body):
    """What the new ticket is about. Without `priority` it has that of the ticket that it is split from."""

    title = Text(max_length=200)
    description = Text(max_length=LONGEST_TEXT, required=False, allow_blank=True, trim_whitespace=False)
    priority = Enum(choices=PRIORITIES, required=False)
    category = Text(max_length=60, required=False, allow_blank=True)
    service = Text(max_length=120, required=False, allow_blank=True, help_text="Name or slug of a vendor's service")
    contact = Text(max_length=120, required=False, allow_blank=True, help_text="E-mail or name of the client's contact")


class AssignmentBody(Body):
    """To whom it is given."""

    to = Text(max_length=254, help_text="E-mail or name of a person in a team")


class WaitBody(Body):
    """What it waits for; a hold needs its end."""

    on = Enum(choices=["CLIENT", "VENDOR", "HOLD"])
    why = Text(max_length=LONGEST_TEXT)
    until = Moment(
        required=False, default=None, help_text="Needed for HOLD; on a VENDOR a reminder, it keeps the ticket"
    )


class ResumptionBody(Body):
    """The wait is over."""

    why = Text(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True)


class ResolutionBody(AutomaticBody):
    """What was done, in a sentence that the client reads."""

    summary = Text(max_length=LONGEST_TEXT)


class ReopeningBody(Body):
    """What is still wrong."""

    why = Text(max_length=LONGEST_TEXT)


class ReplyBody(AutomaticBody):
    """A public reply, which the client reads, or a work note, which it never does."""

    body = Text(max_length=LONGEST_TEXT, trim_whitespace=False)
    public = Flag()


class CaseBody(Body):
    """A case with a vendor; answers by the keys that the service requires."""

    service = Text(max_length=120, help_text="Name or slug")
    answers = Texts(required=False, default=dict)
    why = Text(max_length=300, required=False, default="", allow_blank=True)


class LodgedBody(Body):
    """The vendor's own case number, where it gave one."""

    number = Text(max_length=80, required=False, default="", allow_blank=True)


class VendorSaidBody(Body):
    """What the vendor said: an ANSWER, a QUESTION that we must answer, or CLOSING, it holds the case for done."""

    kind = Enum(choices=["ANSWER", "QUESTION", "CLOSING"])
    text = Text(max_length=20_000, trim_whitespace=False)
    number = Text(max_length=80, required=False, default="", allow_blank=True, help_text="The vendor's own case number")


class EventBody(Body):
    """One monitoring event. Events of one client, source and `dedupe_key` are one condition: one open ticket.

    A replay is told by `external_id`, state and moment, or, without an id, by the whole event.
    """

    client = Text(max_length=120, help_text="Exact name or slug")
    source = Text(max_length=120, required=False, help_text="Name or slug; the key's own source when absent")
    external_id = Text(max_length=200, required=False, default="", allow_blank=True)
    dedupe_key = Text(max_length=500)
    state = Enum(choices=EVENT_STATES)
    severity = Enum(choices=list(PRIORITY_OF))
    title = Text(max_length=200)
    impact = Enum(choices=LEVELS, required=False, help_text="On the business, where the source knows it")
    message = Text(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True, trim_whitespace=False)
    error_code = Text(max_length=80, required=False, default="", allow_blank=True)
    occurred_at = Moment(required=False, help_text="Now when absent")
    device = DeviceBody(required=False, default=dict)
    facts = Texts(required=False, default=dict, help_text="What else is known, for the cases of vendors")


class RadarBody(Body):
    """A place on the escalation radar; what is left out is empty."""

    score = serializers.IntegerField(
        min_value=1, max_value=HIGHEST, required=False, allow_null=True, default=None, help_text="None: no score yet"
    )
    jira_key = Text(max_length=LONGEST_KEY, required=False, allow_blank=True, default="", help_text="Like ABC-123")
    why = Text(max_length=LONGEST_WHY, required=False, allow_blank=True, default="")
