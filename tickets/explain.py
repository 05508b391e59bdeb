"""Why-records: what an automatic act saw and followed. From the record alone its decision is made once more. Pure.

The record's two sentences are in `sentences.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tickets.facts import CaseFacts, ClockFacts, Facts, ServiceFacts
from tiers.ladder import Ladder, Step

Record = Mapping[str, Any]


def why(
    facts: Facts,
    *,
    rule: str,
    now: datetime,
    clock: ClockFacts | None = None,
    to: int | None = None,
    skipped: Sequence[tuple[int, str]] = (),
    percent: int | None = None,
    case: CaseFacts | None = None,
    service: ServiceFacts | None = None,
) -> dict[str, Any]:
    """The record: rule, policy version, the facts seen, the clock with target and calendar, and what was rejected."""
    steps = facts.ladder.steps
    record: dict[str, Any] = {
        "rule": rule,
        "decided_at": now.isoformat(),
        "policy": facts.policy,
        "priority": facts.priority,
        "status": facts.status,
        "holder": facts.holder,
        "step": facts.step,
        "round": facts.round,
        "from": steps[facts.step].name,
        "ladder": [_rung(facts, index) for index in range(len(steps))],
        "clock": _clock_record(clock, percent),
        "rejected": [{"step": steps[i].name, "because": reason} for i, reason in skipped],
    }
    named: dict[str, Any] = {"percent": percent, "exception": _exception(facts.ladder)}
    if to is not None:
        named |= {"to": steps[to].name, "gap": (facts.gaps[to] or None) if facts.gaps else None}
    moments = {"wake_at": _written(facts.wake_at), "remind_at": _written(facts.remind_at)}
    waits = {**moments, "reminders": facts.reminders, "vendor": facts.vendor or None} if clock is None else {}
    named |= {"case": _case_record(case), "engaging": _service_record(service)}
    return record | {key: value for key, value in (named | waits).items() if value is not None}


def _rung(facts: Facts, index: int) -> dict[str, Any]:
    step = facts.ladder.steps[index]
    gap = facts.gaps[index] if facts.gaps else ""
    told = {"repeat": step.repeat, "obstacle": facts.obstacles[index], "gap": gap}
    return {"step": step.name} | {key: value for key, value in told.items() if value}


def _exception(ladder: Ladder) -> str | None:
    return ladder.exception["reason"] if ladder.exception else None


def _clock_record(clock: ClockFacts | None, percent: int | None) -> dict[str, Any] | None:
    if clock is None:
        return None
    record = {
        "metric": clock.metric,
        "subject": clock.subject,
        "round": clock.round,
        "target_seconds": clock.target_seconds,
        "calendar": clock.calendar_name,
        "calendar_version": clock.calendar_number,
        "consumed_seconds": clock.consumed_seconds,
        "running_since": _written(clock.running_since),
        "due_at": _written(clock.due_at),
        "warned_percent": clock.warned_percent,
    }
    if clock.breached:
        record["breached"] = True
    if clock.started_at:
        record["started_at"] = _written(clock.started_at)
    return record | ({"reached_at": _written(clock.moment(percent))} if percent else {})


def _case_record(case: CaseFacts | None) -> dict[str, Any] | None:
    return asdict(case) if case else None


def _service_record(service: ServiceFacts | None) -> dict[str, Any] | None:
    if service is None:
        return None
    conditions = [dict(condition) for condition in service.conditions]
    return asdict(service) | {"conditions": conditions, "opened_at": _written(service.opened_at)}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def facts_of(record: Record) -> Facts:
    """The facts that a record holds; what it does not tell of was not looked at."""
    steps = tuple(_step(rung) for rung in record["ladder"])
    gaps = tuple(rung.get("gap", "") for rung in record["ladder"])
    exception = {"reason": record["exception"]} if "exception" in record else None
    clock = record["clock"]
    return Facts(
        key="",
        client="",
        priority=record["priority"],
        status=record["status"],
        holder=record["holder"],
        step=record["step"],
        round=record["round"],
        ladder=Ladder(steps, 0, exception),
        obstacles=tuple(rung.get("obstacle", "") for rung in record["ladder"]),
        policy=record["policy"],
        clocks=(_clock(clock, record.get("percent")),) if clock else (),
        wake_at=_read(record.get("wake_at")),
        remind_at=_read(record.get("remind_at")),
        reminders=record.get("reminders", 0),
        vendor=record.get("vendor", ""),
        gaps=gaps if any(gaps) else (),
        service=_service(record["engaging"]) if "engaging" in record else None,
        cases=(CaseFacts(**record["case"]),) if "case" in record else (),
    )


def _service(record: Record) -> ServiceFacts:
    opened_at = datetime.fromisoformat(record["opened_at"])
    return ServiceFacts(**{**record, "conditions": tuple(record["conditions"]), "opened_at": opened_at})


def _step(rung: Record) -> Step:
    name = rung["step"]
    vendor = name == "vendor"
    return Step("" if vendor else name, vendor, None, None, (), rung.get("repeat", 0))


def _clock(record: Record, percent: int | None) -> ClockFacts:
    reached = {percent: _read(record["reached_at"])} if percent else {}
    due = _read(record["due_at"])
    return ClockFacts(
        metric=record["metric"],
        subject=record["subject"],
        round=record["round"],
        target_seconds=record["target_seconds"],
        consumed_seconds=record["consumed_seconds"],
        running_since=_read(record["running_since"]),
        due_at=due,
        breached=record.get("breached", False),
        warned_percent=record["warned_percent"],
        calendar=None,
        thresholds=(percent,) if percent else (),
        calendar_name=record["calendar"],
        calendar_number=record["calendar_version"],
        moments={p: at for p, at in {100: due, **reached}.items() if at},
        started_at=_read(record.get("started_at")),
    )


def _read(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
