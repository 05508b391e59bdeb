"""The timeline as it is read: what happened, who did it, why, and who can read it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sla.durations import words as duration_words
from tickets.facts import METRIC_WORDS

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
    "CASE_QUEUED": "truck",
    "CASE_INCOMPLETE": "circle-help",
    "CASE_FAILED": "triangle-alert",
    "CASE_LODGED": "truck",
    "RESOLVED": "circle-check",
    "CLOSED": "circle-check",
    "REOPENED": "undo-2",
    "PUBLIC_REPLY": "send",
    "WORK_NOTE": "lock",
    "SOURCE_REPORTED": "server",
}
MESSAGES = {"PUBLIC_REPLY": "replied to the client", "WORK_NOTE": "noted for the team"}
# What "what: why" sentences begin with stands in the first line; the rest is the why.
SPLIT = {"ESCALATED", "REMINDED", "BREACHED", "LADDER_ENDED", "CASE_FAILED"}
CODES = {"rule", "status", "holder", "state"}
LABELS = {
    "rule": "Rule",
    "policy": "Policy",
    "priority": "Priority",
    "status": "Status then",
    "holder": "Held by",
    "from": "From",
    "to": "To",
    "round": "Round",
    "percent": "Percent",
    "exception": "Client exception",
    "because": "Because",
    "by_hand": "Given reason",
    "severity": "Severity",
    "source": "Source",
    "state": "State",
    "error": "Error",
    "message": "Message",
}


def entry(event: Mapping[str, Any]) -> Entry:
    """What the template prints for one event, from its columns with `actor` a name or ""."""
    kind, text, record = event["kind"], event["text"], event["why"]
    message = MESSAGES.get(kind, "")
    what, why = (text, "") if message else _parted(kind, text)
    return {
        "id": f"event-{event['seq']}",
        "at": event["at"],
        "icon": ICONS.get(kind, "history"),
        "who": event["actor"] if message else "",
        "automatic": not event["actor"],
        "what": message or what,
        "why": why,
        "body": text if message else "",
        "public": kind == "PUBLIC_REPLY",
        "client_text": "" if message else event["client_text"],
        "record": list(facts(record)) if record else [],
    }


def _parted(kind: str, text: str) -> tuple[str, str]:
    what, colon, why = text.partition(": ")
    if kind not in SPLIT or not colon:
        return text, ""
    return what, why[:1].upper() + why[1:]


def facts(record: Mapping[str, Any]) -> Iterator[Fact]:
    """The record of an automatic act as labelled lines; a moment stands under `at`, to be told in the reader's zone."""
    for key, label in LABELS.items():
        if record.get(key) not in (None, "", [], {}):
            yield {"label": label, "text": _said(key, record[key])}
    yield from _clock(record.get("clock") or {})
    for rejected in record.get("rejected") or ():
        yield {"label": f"Skipped {rejected['step']}", "text": rejected["because"]}
    if record.get("missing"):
        yield {"label": "Missing", "text": ", ".join(record["missing"])}


def _said(key: str, value: Any) -> str:
    if key in CODES:
        return str(value).replace("_", " ").capitalize()
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _clock(clock: Mapping[str, Any]) -> Iterator[Fact]:
    if not clock:
        return
    words = f"{METRIC_WORDS.get(clock['metric'], clock['metric'])}: {duration_words(clock['target_seconds'])}"
    yield {"label": "Clock", "text": f"{words}, {clock['calendar']}"}
    if clock.get("due_at"):
        yield {"label": "Due", "text": "", "at": datetime.fromisoformat(clock["due_at"])}
