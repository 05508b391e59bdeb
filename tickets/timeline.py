"""The timeline as it is read: what happened, who did it, why, and who can read it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sla.durations import words as duration_words
from tickets.clock_names import clock_name

Entry = dict[str, Any]
Fact = dict[str, Any]

ICONS = {
    "OPENED": "ticket",
    "ACKNOWLEDGED": "check",
    "ASSIGNED": "user",
    "ESCALATED": "chevrons-up",
    "REMINDED": "bell",
    "BREACHED": "octagon-alert",
    "LADDER_ENDED": "triangle-alert",
    "WAITING": "pause",
    "VENDOR_ANSWERED": "truck",
    "VENDOR_ASKED": "circle-help",
    "VENDOR_CLOSING": "circle-check",
    "VENDOR_AUTO_REPLY": "mail",
    "VENDOR_BOUNCED": "triangle-alert",
    "VENDOR_LATE": "mail",
    "CASE_REPLY": "send",
    "CASE_CLOSED": "circle-check",
    "CASE_QUEUED": "truck",
    "CASE_STUCK": "triangle-alert",
    "CASE_FORWARDED": "send",
    "CASE_CHASED": "bell",
    "CASE_OVERRIDDEN": "triangle-alert",
    "CASE_PREPARED": "truck",
    "ENGAGED": "truck",
    "CASE_INCOMPLETE": "circle-help",
    "CASE_FAILED": "triangle-alert",
    "CASE_DATA": "check",
    "CASE_LODGED": "truck",
    "CASE_MARKED": "truck",
    "CASE_NUMBER": "pencil",
    "CASE_SECRET_SEEN": "eye",
    "RESOLVED": "circle-check",
    "CLOSED": "circle-check",
    "REOPENED": "undo-2",
    "PUBLIC_REPLY": "send",
    "WORK_NOTE": "lock",
    "SOURCE_REPORTED": "server",
    "THRESHOLD": "hourglass",
    "RUNG": "bell",
    "WOKE": "clock",
    "TERMS_CHANGED": "handshake",
    "CLIENT_REMINDED": "bell",
    "CLIENT_UPDATED": "mail",
    "MANAGER_CALLED": "phone",
    "MANAGER_ANSWERED": "user",
    "CHANGED": "settings",
    "MERGED": "link",
    "IMPORTED": "download",
    "RADAR": "radar",
    "UNDONE": "undo-2",
    "LINKED": "link",
    "UNLINKED": "x",
    "SPLIT": "arrow-right",
    "SIDE_OPENED": "mail",
    "SIDE_SAID": "send",
    "SIDE_ANSWERED": "message-square",
    "SIDE_CLOSED": "check",
}
MESSAGES = {"PUBLIC_REPLY": "replied to the client", "WORK_NOTE": "noted for the team"}
# What somebody did who is none of us.
OUTSIDE = {"SIDE_ANSWERED", "VENDOR_ANSWERED", "VENDOR_ASKED", "VENDOR_CLOSING", "VENDOR_AUTO_REPLY", "VENDOR_LATE"}
# What "what: why" sentences begin with stands in the first line; the rest is the why.
SPLIT = {"ESCALATED", "REMINDED", "BREACHED", "LADDER_ENDED", "CASE_FAILED"}
# Steps on the way that nobody need read unless they look for them.
QUIET = {"THRESHOLD"}
CODES = {"rule", "status", "holder", "state"}
LABELS = {
    "rule": "Rule",
    "policy": "Policy",
    "priority": "Priority",
    "status": "Status then",
    "holder": "Held by",
    "from": "From",
    "to": "To",
    "into": "Into",
    "with": "With",
    "round": "Round",
    "percent": "Percent",
    "agreement": "Agreement",
    "exception": "Client exception",
    "because": "Because",
    "by_hand": "Given reason",
    "tried": "Tried",
    "skipping": "Skipping",
    "severity": "Severity",
    "source": "Source",
    "state": "State",
    "error": "Error",
    "message": "Message",
}
MOMENTS = {
    "opened_at": "Opened there",
    "resolved_at": "Resolved there",
    "remind_at": "Reminder due",
    "wake_at": "Wait ends",
    "respond_by": "Answer promised by",
    "next_at": "The client is written to again",
}


def entry(event: Mapping[str, Any]) -> Entry:
    """What the template prints for one event, from its columns with `actor` a name or ""."""
    kind, text, record = event["kind"], event["text"], event["why"]
    message = MESSAGES.get(kind, "")
    what, why = (text, "") if message else _parted(kind, text, record)
    return {
        "id": f"event-{event['seq']}",
        "seq": event["seq"],
        "kind": kind,
        "at": event["at"],
        "icon": ICONS.get(kind, "history"),
        "who": event["actor"] if message else "",
        "automatic": not event["actor"] and kind not in OUTSIDE,
        "quiet": kind in QUIET,
        "what": message or what,
        "why": why,
        "body": text if message else "",
        "public": kind == "PUBLIC_REPLY",
        "client_text": "" if message else event["client_text"],
        "moved": [_went_on(row) for row in record.get("clocks") or ()],
        "record": list(facts(record)) if record else [],
    }


def _parted(kind: str, text: str, record: Mapping[str, Any]) -> tuple[str, str]:
    """What happened, and the why that stands after it."""
    by_hand = record.get("by_hand")
    if kind in SPLIT:
        what, _, why = text.partition(": ")
    elif by_hand and text.endswith(f": {by_hand}"):
        what, why = text.removesuffix(f": {by_hand}"), by_hand
    elif kind == "TERMS_CHANGED":
        what, why = "Its clocks go on under other terms", str(record.get("because") or text)
    else:
        what, why = text, ""
    return what, why[:1].upper() + why[1:]


def facts(record: Mapping[str, Any]) -> Iterator[Fact]:
    """The record of an automatic act as labelled lines; a moment stands under `at`, to be told in the reader's zone."""
    for key, label in LABELS.items():
        if record.get(key) not in (None, "", [], {}):
            yield {"label": label, "text": _said(key, record[key])}
    yield from _changed(record.get("changed") or {})
    yield from (_at(label, record[key]) for key, label in MOMENTS.items() if record.get(key))
    yield from _clock(record.get("clock") or {})
    yield from (fact for row in record.get("clocks") or () for fact in _moved(row))
    for rejected in record.get("rejected") or ():
        yield {"label": f"Skipped {rejected['step']}", "text": rejected["because"]}
    if record.get("missing"):
        yield {"label": "Missing", "text": ", ".join(record["missing"])}


def _at(label: str, written: str) -> Fact:
    return {"label": label, "text": "", "at": datetime.fromisoformat(written)}


def _changed(changed: Mapping[str, Sequence[str]]) -> Iterator[Fact]:
    for name, (before, after) in changed.items():
        yield {"label": name.capitalize(), "text": f"{before or 'None'} → {after or 'None'}"}


def _said(key: str, value: Any) -> str:
    if key in CODES:
        return str(value).replace("_", " ").capitalize()
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _clock(clock: Mapping[str, Any]) -> Iterator[Fact]:
    if not clock:
        return
    words = f"{clock_name(clock['metric'])}: {duration_words(clock['target_seconds'])}"
    yield {"label": "Clock", "text": f"{words}, {clock['calendar']}"}
    if clock.get("due_at"):
        yield _at("Due", clock["due_at"])


def _went_on(row: Mapping[str, Any]) -> dict[str, Any]:
    """One clock's line: its name, both targets, and when it is due now."""
    before, after = row["before"], row["after"]
    due = datetime.fromisoformat(after["due_at"]) if after and after["due_at"] else None
    return {"name": clock_name(row["metric"]), "terms": f"{_terms(before)} → {_terms(after)}", "due_at": due}


def _moved(row: Mapping[str, Any]) -> Iterator[Fact]:
    """A clock that went on under other terms: both targets with their calendars, and both deadlines."""
    name, before, after = clock_name(row["metric"]), row["before"], row["after"]
    yield {"label": name, "text": f"{_terms(before)} → {_terms(after)}"}
    for label, terms in ((f"{name} was due", before), (f"{name} is due", after)):
        if terms and terms["due_at"]:
            yield _at(label, terms["due_at"])


def _terms(terms: Mapping[str, Any] | None) -> str:
    return f"{duration_words(terms['target_seconds'])} ({terms['calendar']})" if terms else "no target"
