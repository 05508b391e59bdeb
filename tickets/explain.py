"""Why-records: what an automatic act saw and followed, and its two sentences, made from the record alone. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from sla.durations import words
from tickets.facts import METRIC_WORDS, OLA_RESOLVE, ClockFacts, Facts

Record = Mapping[str, Any]


def why(
    facts: Facts,
    *,
    rule: str,
    clock: ClockFacts | None = None,
    to: int | None = None,
    skipped: Sequence[tuple[int, str]] = (),
    percent: int | None = None,
) -> dict[str, Any]:
    """The record: rule, policy version, the facts seen, the clock with target and calendar, and what was rejected."""
    steps = facts.ladder.steps
    record: dict[str, Any] = {
        "rule": rule,
        "policy": facts.policy,
        "priority": facts.priority,
        "status": facts.status,
        "holder": facts.holder,
        "step": facts.step,
        "round": facts.round,
        "from": steps[facts.step].name,
        "clock": _clock_record(clock),
        "rejected": [{"step": steps[i].name, "because": reason} for i, reason in skipped],
    }
    if facts.ladder.exception:
        record["exception"] = facts.ladder.exception["reason"]
    if to is not None:
        record["to"] = steps[to].name
    if percent is not None:
        record["percent"] = percent
    return record


def _clock_record(clock: ClockFacts | None) -> dict[str, Any] | None:
    if clock is None:
        return None
    return {
        "metric": clock.metric,
        "target_seconds": clock.target_seconds,
        "calendar": clock.calendar.name,
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
    }


def internal(record: Record) -> str:
    """The sentence for technicians."""
    return _INTERNAL[record["rule"]](record) + _skipped(record)


def _climb(record: Record) -> str:
    return f"{record['from']} → {record['to']}: {_missed(record)}, {_basis(record)}."


def _ladder_ends(record: Record) -> str:
    return f"No step is left above {record['from']}, managers were told: {_missed(record)}, {_basis(record)}."


def _breach(record: Record) -> str:
    clock = record["clock"]
    return f"{METRIC_WORDS[clock['metric']]} target missed: {_target(clock)}, {record['priority']}."


def _reminder(record: Record) -> str:
    return f"{record['from']} was reminded at {record['percent']} % of its time: {_target(record['clock'])}."


def _wake(record: Record) -> str:
    if record["status"] == "RESOLVED":
        return "Closed: five open days have passed since it was resolved."
    return f"The wait has ended; back to {record['from']}."


_INTERNAL = {
    "CLIMB": _climb,
    "LADDER_ENDS": _ladder_ends,
    "BREACH": _breach,
    "REMINDER": _reminder,
    "WAKE": _wake,
}


def _missed(record: Record) -> str:
    verb = "not handed over" if record["clock"]["metric"] == OLA_RESOLVE else "not acknowledged"
    return f"{verb} within {_target(record['clock'])}"


def _target(clock: Record) -> str:
    return f"{words(clock['target_seconds'])} of business time ({clock['calendar']})"


def _basis(record: Record) -> str:
    exception = " (client exception)" if "exception" in record else ""
    return f"{record['priority']}, {record['policy']} step {record['step'] + 1}{exception}"


def _skipped(record: Record) -> str:
    return "".join(f" {r['step']} was skipped: {r['because']}." for r in record["rejected"])


def for_client(record: Record, *, title: str = "") -> str:
    """The sentence that the client may read: no internal name, no margin; "" where there is nothing to tell.

    `title` is what clients call the step that the ticket went to, such as "our technical specialists".
    """
    if record["rule"] == "CLIMB" and record["to"] != "vendor":
        if record["clock"]["metric"] == OLA_RESOLVE:
            return f"Your request was passed to {title} because it needs deeper investigation than first thought."
        return f"Your request was passed to {title} so that it is taken up without further delay."
    if record["rule"] == "WAKE" and record["status"] == "RESOLVED":
        return "Your request was closed."
    return ""
