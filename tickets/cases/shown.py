"""What pages show of vendor cases: how each stands, what is to be done, what was said. Secrets are masked here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from outbox.models import Message
from tickets.cases.forms import TaskForm
from tickets.cases.sending_on import is_stuck, is_with_bad_contact
from tickets.cases.state import Seen, Standing, standing
from tickets.cases.ticking import BY_ITSELF
from tickets.facts import VENDOR_RESPOND, VENDOR_UPDATE, case_subject
from tickets.models import BallChange, CaseMessage, CaseTask, Ticket, VendorCase
from tickets.side.quoting import parted
from tickets.work import RunningClock, Work
from vendors.completeness import PLACEHOLDER
from vendors.placeholders import BUILT_IN
from vendors.references import masked

Shown = dict[str, Any]
EXCERPT = 140  # characters of a message that a list shows
LAST = 3  # messages that the ticket's page shows of each case
JOINED = ("vendor", "service__vendor", "message", "contact_point", "opened_by", "overridden_by")
ICONS = {
    "LODGED": "truck", "NUDGE": "bell", "REPLY": "send", "ANSWER": "mail", "QUESTION": "circle-help",
    "CLOSING": "circle-check", "AUTO_REPLY": "bot", "BOUNCE": "octagon-alert", "LATE": "history",
}  # fmt: skip
# What the vendor said that asks nobody for anything.
NOTED = frozenset({"AUTO_REPLY", "BOUNCE", "LATE"})
# Of a task: the words of its button, and where on the case's page it is done.
WAYS = {
    "LODGE": ("Lodge it", "lodge"), "CALL": ("Note what they said", "by-hand"), "ANSWER": ("Answer them", "reply"),
    "CONFIRM": ("Confirm or refuse", "done"), "CONTACT": ("See to it", "reach"),
    "NUMBER": ("Note it", "number"),
}  # fmt: skip
# The same while the vendor does not have what was lodged.
STUCK = {"CALL": ("Hand it over", "next-contact"), "CONTACT": ("Send it on", "next-contact")}


def cases_of(ticket: Ticket) -> list[VendorCase]:
    """Its cases, the latest first, each with the moment since when its ball is where it is. One query."""
    balls = BallChange.objects.filter(case=OuterRef("pk")).order_by("-seq").values("began_at")[:1]
    cases = ticket.vendor_cases.select_related(*JOINED).annotate(ball_since=Subquery(balls))
    return list(cases.order_by("-pk"))


def tasks_of(cases: Sequence[VendorCase]) -> dict[int, list[Shown]]:
    """What is still to be done about each, the first first. One query, none where there is no case.

    What no other act does has the `form` by which it is ticked off.
    """
    found: dict[int, list[Shown]] = defaultdict(list)
    known = {case.pk: case for case in cases}
    if cases:
        for task in CaseTask.objects.filter(case__in=cases, done_at=None).order_by("id"):
            label, place = _way(task.kind, known[task.case_id])
            form = TaskForm(noun=f"task{task.pk}", initial={"kind": task.kind}) if task.kind in BY_ITSELF else None
            shown = {"row": task, "what": task.get_kind_display(), "button": label, "place": place, "form": form}
            found[task.case_id].append(shown)
    return found


def _way(kind: str, case: VendorCase) -> tuple[str, str]:
    if kind in STUCK and is_stuck(case):
        return STUCK[kind]
    return ("See to it", "lodge") if kind == "CONTACT" and case.lodged_at is None else WAYS[kind]


def messages_of(cases: Sequence[VendorCase]) -> dict[int, list[Shown]]:
    """What was said about each, the first first. One query, none where there is no case."""
    found: dict[int, list[Shown]] = defaultdict(list)
    if cases:
        rows = CaseMessage.objects.filter(case__in=cases).select_related("author", "message").order_by("case", "seq")
        for row in rows:
            found[row.case_id].append(message(row))
    return found


def message(row: CaseMessage) -> Shown:
    """One thing that was said: by whom, to whom, and whether it is on its way, failed or was withdrawn."""
    said, quoted = parted(masked(row.body))
    ours = row.kind in CaseMessage.FROM_US
    state = row.message.state if row.message else ""
    short = " ".join(said.split())
    return {
        "row": row,
        "icon": ICONS[row.kind],
        "what": row.get_kind_display(),
        "who": _who(row, ours=ours),
        "ours": ours,
        "noted": row.kind in NOTED,
        "to": row.to if ours else "",
        "subject": masked(row.subject),
        "said": said,
        "quoted": quoted,
        "short": short if len(short) <= EXCERPT else f"{short[:EXCERPT].rstrip()} …",
        "failed": row.message.last_error if row.message and state == Message.State.DEAD else "",
        "waiting": state == Message.State.PENDING,
        "withdrawn": state == Message.State.CANCELLED,
    }


def _who(row: CaseMessage, *, ours: bool) -> str:
    """Whose words these are: what the vendor said by telephone somebody here has noted."""
    if row.author:
        return str(row.author) if ours else f"{row.author} noted:"
    return "The portal" if ours else row.sender or "The vendor"


def standing_of(case: VendorCase, work: Work, tasks: Iterable[Shown], *, now: datetime) -> Standing:
    """How it stands, from its row, the ticket's clocks and what is to be done."""
    clock = _answer_clock(case, work)
    percent, at = _next_chase(clock)
    sent, kinds = case.message, {task["row"].kind for task in tasks}
    pending = sent is not None and sent.state == Message.State.PENDING
    seen = Seen(
        status=case.status, vendor=case.vendor.name, ball=case.ball, channel=case.channel, missing=len(case.missing),
        ball_since=getattr(case, "ball_since", None), lodged_at=case.lodged_at, answered_at=case.answered_at,
        closed_at=case.closed_at, goes_out_at=sent.not_before if sent and pending else None,
        error=sent.last_error.rstrip(".") if sent else "", due_at=clock.due_at if clock else None,
        calendar=clock.calendar.name if clock else "", chases=case.chases, next_at=at, next_percent=percent,
        held_for_done=CaseTask.Kind.CONFIRM in kinds, asks=CaseTask.Kind.ANSWER in kinds,
        unreached=is_with_bad_contact(case),
    )  # fmt: skip
    return standing(seen, now=now)


def _answer_clock(case: VendorCase, work: Work) -> RunningClock | None:
    """By when the vendor promised its next answer, which is the first one while it owes that."""
    subject = case_subject(case.pk)
    awaited = (work.clock(metric, subject) for metric in (VENDOR_RESPOND, VENDOR_UPDATE))
    return next((clock for clock in awaited if clock and clock.due_at), None)


def _next_chase(clock: RunningClock | None) -> tuple[int, datetime | None]:
    """At how many percent of its time the vendor is chased next, and when that is."""
    if clock is None:
        return 0, None
    ahead = [p for p in sorted({100, *clock.thresholds}) if p > clock.warned_percent and p >= 100]
    ahead = [p for p in ahead if not (p == 100 and clock.breached_at)]
    return (ahead[0], clock.facts().moment(ahead[0])) if ahead else (0, None)


def pieces(text: str, labels: Mapping[str, str]) -> list[Shown]:
    """A letter cut into text and gaps: what nobody knows yet stands by its label; secrets are masked."""
    return [
        {"gap": labels.get(piece, piece.replace("_", " ") if piece in BUILT_IN else f"unknown: {piece}")}
        if index % 2
        else {"text": masked(piece)}
        for index, piece in enumerate(PLACEHOLDER.split(text))
        if piece
    ]
