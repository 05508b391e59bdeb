"""How a queue row reads: who holds the ticket, and the one clock that matters now. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from tickets.clock_names import clock_name, short_name
from tickets.facts import VENDORS
from tickets.status import CLIENT, NEW, NOBODY, ON_HOLD, VENDOR, WAITING_ON_CLIENT, WAITING_ON_VENDOR, words

Row = dict[str, Any]

# Beside the holder's chip nobody needs to read on whom it waits.
SHORT = {WAITING_ON_CLIENT: "Waiting", WAITING_ON_VENDOR: "Waiting"}
# A clock warns when so much of its target is left.
WARNING_SHARE = 0.25
WEEK = timedelta(days=7)
# What somebody here must do about a vendor's case, by the task's kind.
VENDOR_TASKS = {
    "LODGE": "To be lodged by hand",
    "CALL": "The vendor is to be called",
    "ANSWER": "The vendor has asked something",
    "CONFIRM": "The vendor holds it for done",
    "CONTACT": "No contact of the vendor works",
    "NUMBER": "The vendor's number is to be noted",
}


def row_of(values: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> Row:
    """What the row's template prints, from the columns of `queue.COLUMNS`.

    `chosen` is the value of its checkbox: the key, and the events that were there when it was shown.
    """
    key = f"ESC-{values['pk']}"
    until = values["snoozed_until"]
    return {
        "key": key,
        "url": f"/tickets/{key}/",
        "title": values["title"],
        "client": values["client__name"],
        "priority": values["priority"][1:],
        "status": words(values["status"]).capitalize(),
        "short": SHORT.get(values["status"]) or words(values["status"]).capitalize(),
        "holder": holder(values),
        "assignee": values["assignee__name"] or values["assignee__email"] or "",
        "clock": clock(values, now=now, zone=zone),
        "events": values["event_count"],
        "chosen": f"{key}:{values['event_count']}",
        "can_work": values["workable"],
        "can_acknowledge": values["workable"] and values["status"] == NEW,
        "snoozed_until": until,
        "snoozed": f"Snoozed until {clock_time(until, now=now, zone=zone)}" if until else "",
        "radar": radar(values),
        "drafted": values["drafted"],
        "viewer": values["viewer"] or "",
        "vendor_task": VENDOR_TASKS.get(values["vendor_task"] or "", ""),
    }


def radar(values: Mapping[str, Any]) -> str:
    """Its score on the escalation radar, "?" where it still needs investigation, "" where it is not on it."""
    if not values["on_radar"]:
        return ""
    return str(values["radar__score"] or "?")


def holder(values: Mapping[str, Any]) -> Row:
    """Whose hands it is in: the tier, the vendor by name, the client, or nobody."""
    match values["holder_kind"]:
        case kind if kind == VENDOR:
            return {"kind": kind, "level": None, "name": values["vendor"] or "Vendor"}
        case kind if kind == CLIENT:
            return {"kind": kind, "level": None, "name": "Client"}
        case kind if kind == NOBODY:
            return {"kind": kind, "level": None, "name": "Nobody"}
        case kind:
            return {"kind": kind, "level": values["tier__level"], "name": values["tier__name"]}


def clock(values: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> Row:
    """Metric, deadline and attention level; `still` = words that do not tick, where no deadline runs down."""
    due, metric = values["next_due_at"], values["next_metric"]
    if due is None:
        return {"still": _waits(values, now=now, zone=zone), "level": "none", "due_at": None}
    warn = warn_at(due, values["target_seconds"])
    vendor, still = values["clock_vendor"] or "Vendor", ""
    name = clock_name(metric, vendor=vendor)
    if metric in VENDORS and due > now:
        still = f"{name} by {clock_time(due, now=now, zone=zone)}"
    shown = {"metric": short_name(metric, vendor=vendor), "name": name, "due_at": due, "warn_at": warn,
             "level": level(due, warn, now=now), "still": still}  # fmt: skip
    return {**shown, "due_iso": due.isoformat(), "warn_iso": warn.isoformat()}


def _waits(values: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> str:
    until = values["wake_at"]
    if values["status"] == WAITING_ON_CLIENT and until:
        return f"Client has until {clock_time(until, now=now, zone=zone)}"
    if values["status"] == WAITING_ON_VENDOR and until:
        return f"Reminder {clock_time(until, now=now, zone=zone)}"
    if values["status"] == ON_HOLD and until:
        return f"Held until {clock_time(until, now=now, zone=zone)}"
    return "No clock runs"


def warn_at(due_at: datetime, target_seconds: int | None) -> datetime:
    """When a clock begins to warn: a quarter of its target before it falls due."""
    return due_at - timedelta(seconds=(target_seconds or 0) * WARNING_SHARE)


def level(due_at: datetime, warning_at: datetime, *, now: datetime) -> str:
    """How much attention a deadline needs: none, amber or red."""
    if due_at <= now:
        return "red"
    return "amber" if warning_at <= now else "none"


def clock_time(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """A moment on the reader's clock: 11:20 today, Mon 09:00 within a week, else 23 Nov."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%a %H:%M}" if abs(local.date() - today.date()) < WEEK else f"{local.day} {local:%b}"


def when(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """The same in a sentence about the past: at 11:20, on Mon at 09:00, on 23 Nov."""
    day, _, time = clock_time(at, now=now, zone=zone).rpartition(" ")
    if ":" not in time:
        return f"on {day} {time}"
    return f"on {day} at {time}" if day else f"at {time}"
