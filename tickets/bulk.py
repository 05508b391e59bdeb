"""One verb on many tickets: each in a transaction of its own, so that what is refused on one is done on the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.problems import BUSY
from clients.models import Client
from outbox.models import Message
from tickets.acting import AT_IT, perform, who_took
from tickets.forms import VerbForm
from tickets.lifecycle import AlreadyAcknowledged
from tickets.loading import in_hand
from tickets.meanwhile import WEIGHTY
from tickets.models import Ticket, TicketEvent, UndoableAct, VendorCase
from tickets.permissions import NotYours
from tickets.rows import when
from tickets.snooze_form import SnoozeForm
from tickets.snoozing import snooze, wake
from tickets.status import NotAllowedNow
from tickets.undoing import SECONDS
from tickets.verbs import VERBS, Verb
from tickets.working import BadAnswer

MOST = 200
SNOOZE, WAKE = "snooze", "wake"
NOUNS = ("acknowledgement", "assignment", "escalation", "wait", "resumption", "resolution")
# What is offered for many: its words, and whether staff who may only read can do it.
OFFERED = {
    **{noun: (VERBS[noun].label, VERBS[noun].for_readers) for noun in NOUNS},
    SNOOZE: ("Snooze…", True),
    WAKE: ("Wake", True),
}
DONE = {
    "acknowledgement": "acknowledged", "assignment": "assigned", "escalation": "escalated", "wait": "waiting",
    "resumption": "resumed", "resolution": "resolved", SNOOZE: "snoozed", WAKE: "back in your queue",
}  # fmt: skip


class CannotChoose(ValueError):
    """The tickets that were named cannot be taken; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticket that was ticked: its key, and how many of its events the reader has seen, None where nobody says."""

    key: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticket: `refused` says why nothing was done, `act` is what can be undone."""

    key: str
    refused: str = ""
    act: int | None = None


def chosen(values: Sequence[str]) -> list[Chosen]:
    """The ticked tickets, from the values `ESC-12` or `ESC-12:5`, each once. Raises CannotChoose."""
    found: dict[str, Chosen] = {}
    for value in values:
        key, _, seen = value.strip().upper().partition(":")
        known = seen.isascii() and seen.isdigit() and len(seen) < 10
        found.setdefault(key, Chosen(key, int(seen) if known else None))
    if not found:
        raise CannotChoose("No ticket was selected. Tick the ones you mean.")
    if len(found) > MOST:
        raise CannotChoose(f"{len(found)} tickets were selected; {MOST} at once is the most. Nothing was done.")
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Bulk:
    """The ticked tickets as they stand, for one verb: `forms` by the id of each ticket that may be worked on."""

    verb: Verb
    by: User
    chosen: Sequence[Chosen]
    tickets: Mapping[str, Ticket]
    forms: Mapping[int, VerbForm]

    @property
    def asks(self) -> VerbForm | None:
        """The form that asks for all of them: that of a ticket which allows the verb, with the most to choose from."""
        able = [form for form in self.forms.values() if form.work.status in self.verb.statuses]
        found = max(able or self.forms.values(), key=_choices, default=None)
        if found and self.verb.noun == "escalation":
            found.fields.pop("to", None)
        return found


def _choices(form: VerbForm) -> int:
    return sum(len(getattr(field, "choices", ())) for field in form.fields.values())


def bulk_of(noun: str, ticked: Sequence[Chosen], said: Any, *, by: User, now: datetime) -> Bulk:
    """Take the ticked tickets together; `said` fills the verb's form for each, None asks. A fixed number of queries
    beside what the forms read."""
    verb, found = VERBS[noun], _visible(ticked, by)
    clients = set(Client.objects.visible_to(by, "work_client").values_list("pk", flat=True))
    ids = [ticket.pk for ticket in found.values() if verb.for_readers or ticket.client_id in clients]
    cases = _open_cases(ids)
    works = {work.id: work for work in in_hand(ids, now=now)} if ids else {}
    forms = {pk: verb.form(said, work=works[pk], case=cases.get(pk), now=now, user=by) for pk in ids}
    return Bulk(verb, by, ticked, found, forms)


def _visible(ticked: Sequence[Chosen], by: User) -> dict[str, Ticket]:
    return {ticket.key: ticket for ticket in Ticket.objects.visible_to(by).by_keys(one.key for one in ticked)}


def _open_cases(ids: Sequence[int]) -> dict[int, VendorCase]:
    """By ticket; the latest where there are several."""
    cases = VendorCase.objects.filter(ticket__in=ids).exclude(status="CLOSED")
    return {case.ticket_id: case for case in cases.select_related("vendor", "service").order_by("pk")}


def carry_out(bulk: Bulk, *, clock: Callable[[], datetime]) -> list[Outcome]:
    """Do it to each, in the order in which they were ticked; `clock` is asked before each."""
    outcomes = [_told(one.key, lambda one=one: _one(bulk, one, now=clock())) for one in bulk.chosen]
    _undoable_together([one.act for one in outcomes if one.act], now=clock())
    return outcomes


@transaction.atomic
def _undoable_together(ids: Sequence[int], *, now: datetime) -> None:
    """All of these acts can be undone until the same moment, counted from `now`, when the last of them was done.

    One of which something has left, or is leaving, keeps its own.
    """
    acts = dict(UndoableAct.objects.filter(pk__in=ids, undone_at=None).values_list("pk", "messages"))
    caused = Message.objects.filter(pk__in=chain(*acts.values()))
    held = caused.filter(state=Message.State.PENDING, leased_until=None, attempts=0)
    held = set(held.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    whole = {pk: messages for pk, messages in acts.items() if held.issuperset(messages)}
    until = now + timedelta(seconds=SECONDS)
    Message.objects.filter(pk__in=chain(*whole.values())).update(not_before=until)
    UndoableAct.objects.filter(pk__in=whole).update(until=until)


def _one(bulk: Bulk, one: Chosen, *, now: datetime) -> int | None:
    """The id of what can be undone. Raises what a verb raises, and NotYours, Ticket.DoesNotExist."""
    ticket = bulk.tickets.get(one.key)
    if ticket is None:
        raise Ticket.DoesNotExist
    form = bulk.forms.get(ticket.pk)
    if form is None:
        raise NotYours("You may read it but not work on it.")
    if not form.is_valid():
        raise BadAnswer("", " ".join(_faults(form)))
    form.now = now
    with transaction.atomic():
        Ticket.objects.select_for_update(no_key=True).only("pk").get(pk=ticket.pk)
        _check_not_done(ticket.pk, one.seen, by=bulk.by, now=now)
        try:
            act = perform(form, ticket, bulk.verb, by=bulk.by, seen=one.seen)
        except AlreadyAcknowledged as error:
            raise NotAllowedNow(who_took(ticket.pk, reader=bulk.by, now=now) or str(error)) from error
    return act.pk if act else None


def _faults(form: VerbForm) -> list[str]:
    return [
        error if name == "__all__" else f"{form.fields[name].label or name.capitalize()}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    ]


def _check_not_done(pk: int, seen: int | None, *, by: User, now: datetime) -> None:
    """A form that is sent twice acts once. Raises NotAllowedNow where `by` has acted since the ticket was shown."""
    if seen is None:
        return
    own = TicketEvent.objects.filter(ticket=pk, seq__gt=seen, actor=by, kind__in=WEIGHTY).order_by("-seq").first()
    if own:
        at = when(own.at, now=now, zone=timezone.get_current_timezone())
        raise NotAllowedNow(f"You have acted on it already, {at}: {own.text}")


def put_to_sleep(form: SnoozeForm, ticked: Sequence[Chosen], *, by: User, now: datetime) -> list[Outcome]:
    """Snooze each until the moment of the valid form, but for those on which something happened meanwhile."""
    until = form.cleaned_data["until"]
    return [
        _told(one.key, lambda one=one: snooze(key=one.key, until=until, by=by, now=now, seen=one.seen) and None)
        for one in ticked
    ]


def wake_all(ticked: Sequence[Chosen], *, by: User) -> list[Outcome]:
    """Wake each; one that is awake already stays so."""
    return [_told(one.key, lambda one=one: _wake(one.key, by)) for one in ticked]


def _wake(key: str, by: User) -> None:
    Ticket.objects.visible_to(by).by_key(key).get()
    wake(key=key, by=by)


def _told(key: str, act: Callable[[], int | None]) -> Outcome:
    try:
        return Outcome(key, act=act())
    except Ticket.DoesNotExist:
        return Outcome(key, refused="There is no such ticket.")
    except (NotAllowedNow, NotYours, BadAnswer) as error:
        return Outcome(key, refused=str(error))
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) not in BUSY:
            raise
        return Outcome(key, refused=AT_IT)
