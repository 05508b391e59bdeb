"""The policy editor's page, made from the document as it stands, finished or not. No queries here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla.priorities import PRIORITIES
from tiers.editor_boxes import (
    DEVICE_CHOICES,
    PRIORITY_CHOICES,
    SUGGESTED_CLIENTS,
    Box,
    Known,
    Maker,
    count_in,
)
from tiers.policy_changes import step_name
from tiers.policy_words import exception_then, exception_when, rule_then, rule_when

Row = Mapping[str, Any]
Shown = dict[str, Any]
NONE, ANY = ("", "-"), ("", "Any")
PATTERN = (
    "For what words alone cannot say (a regular expression, RE2), sought in title and text."
    " “(?i)backup.*(failed|aborted)” finds “Backup of SRV1 failed”:"
    " “.*” stands for anything between, “|” for or, “(?i)” for capitals or not."
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the page is looked at: what is wrong by field, what there is to choose from, and which rows are unfolded.

    `at` is the path that was acted on last. `opened` is None where nobody said which rows are unfolded.
    """

    told: Mapping[str, Sequence[str]]
    known: Known
    at: str = ""
    opened: Collection[str] | None = None

    def is_open(self, path: str, faults: int) -> bool:
        if _within(self.at, path):
            return True
        return faults > 0 if self.opened is None else path in self.opened


def page(document: Row, look: Look) -> Shown:
    """Everything that the editor's template shows of a document."""
    return {
        "clients": _clients(document, look),
        "ladders": _ladders(document.get("ladders") or {}, look),
        "exceptions": [_exception(row, i, look) for i, row in enumerate(document.get("exceptions") or ())],
        "rules": [_rule(row, i, look) for i, row in enumerate(document.get("routing") or ())],
        "known_clients": [name for name, _ in look.known.sorted("client")],
        "wrong": sum(map(len, look.told.values())),
        "elsewhere": [*look.told.get("", ()), *look.told.get("ladders", ())],
    }


def _clients(document: Row, look: Look) -> Box:
    return Maker("", document, look.told).text(
        "clients", "Clients", kind="area", hint="Everyone whom no other policy names",
        help="Names between commas. Empty: for everyone whom no other policy names.",
    )  # fmt: skip


def _ladders(ladders: Mapping[str, Sequence[Row]], look: Look) -> list[Shown]:
    shown = []
    for number, priority in enumerate(PRIORITIES):
        steps, path = ladders.get(priority) or [], f"ladders.{priority}"
        faults = count_in(look.told, path)
        by_default = number == 0 and look.opened is None and not look.at
        shown.append({
            "path": path,
            "priority": priority,
            "steps": _steps(steps, path, look),
            "words": ladder_words(steps),
            "same_as": [p for p in PRIORITIES if p != priority and steps and ladders.get(p) == steps],
            "others": [p for p in PRIORITIES if p != priority and ladders.get(p) not in (None, [], steps)],
            "errors": look.told.get(path, ()),
            "faults": faults,
            "open": by_default or look.is_open(path, faults),
        })  # fmt: skip
    return shown


def ladder_words(steps: Sequence[Row]) -> str:
    """A ladder in a line, its waits as they were written: "L1 10m, 30m → L2 15m, 1h → vendor"."""
    return " → ".join(_step_words(step) for step in steps) or "No steps"


def _step_words(step: Row) -> str:
    waits = [str(step[key]) for key in ("acknowledge_within", "hand_over_after") if step.get(key)]
    name = "vendor" if step.get("vendor") else step.get("tier") or "nobody yet"
    return f"{name} {' / '.join(waits)}".strip()


def _steps(steps: Sequence[Row], path: str, look: Look) -> list[Shown]:
    return [_step(step, f"{path}.{i}", i, len(steps), look) for i, step in enumerate(steps)]


def _step(step: Row, path: str, index: int, length: int, look: Look) -> Shown:
    maker, is_vendor = Maker(path, step, look.told), bool(step.get("vendor"))
    level = look.known.levels.get(step.get("tier") or "")
    told = [maker.notify()] if not is_vendor or step.get("notify") else []
    waits = _waits(maker, is_vendor)
    repeat = [maker.text("repeat", "Reminders", kind="number")] if not is_vendor or step.get("repeat") else []
    return {
        "path": path,
        "number": index + 1,
        "name": step_name(step),
        "kind": "VENDOR" if is_vendor else "TIER" if level else "NOBODY",
        "level": level,
        "boxes": [maker.who(look.known.tiers), *waits, *repeat, *told],
        "errors": look.told.get(path, ()),
        "is_first": index == 0,
        "is_last": index == length - 1,
    }


def _waits(maker: Maker, is_vendor: bool) -> list[Box]:
    ola = "as its OLA says"
    if not is_vendor:
        return [
            maker.text("acknowledge_within", "Acknowledge within", hint=ola),
            maker.text("hand_over_after", "Hand over after", hint=ola),
        ]
    first = maker.text("acknowledge_within", "A case that lacks data waits", hint=ola)
    return [first, *([maker.text("hand_over_after", "Hand over after")] if maker.row.get("hand_over_after") else [])]


def _exception(row: Row, index: int, look: Look) -> Shown:
    path = f"exceptions.{index}"
    faults, steps = count_in(look.told, path), row.get("steps") or []
    maker, known = Maker(path, row, look.told), look.known
    return {
        "path": path,
        "number": index + 1,
        "when": exception_when(row) if row else "A new exception",
        "then": exception_then(row),
        "reason": row.get("reason") or "",
        "for_whom": _for_whom(maker, known),
        "different": _different(maker, known),
        "why": [
            maker.text("reason", "Reason, for staff only", kind="area", required=True),
            maker.text("client_text", "What the client reads", kind="area"),
        ],
        "steps": _steps(steps, f"{path}.steps", look),
        "steps_path": f"{path}.steps",
        "steps_errors": look.told.get(f"{path}.steps", ()),
        "errors": look.told.get(path, ()),
        "faults": faults,
        "open": look.is_open(path, faults),
    }


def _for_whom(maker: Maker, known: Known) -> list[Box]:
    return [
        maker.text("client", "Client", suggest=SUGGESTED_CLIENTS, hint="Every client"),
        maker.select("service", "Service", [ANY, *known.sorted("service")]),
        maker.text("category", "Category", hint="Any"),
        maker.select("device_type", "Device", [ANY, *DEVICE_CHOICES]),
        maker.select("priority", "Priority", [ANY, *PRIORITY_CHOICES]),
    ]


def _different(maker: Maker, known: Known) -> list[Box]:
    return [
        maker.select("start_tier", "Begins at", [("", "The first step"), *known.tiers]),
        maker.select("agreement", "Measured by", [("", "The client's own"), *known.sorted("agreement")]),
        maker.select("calendar", "Waits count on", [("", "The OLA's calendar"), *known.sorted("calendar")]),
        maker.text("people", "Told first", help="Mail addresses between commas."),
        maker.check("straight_to_vendor", "Straight to the vendor"),
    ]


def _rule(row: Row, index: int, look: Look) -> Shown:
    path = f"routing.{index}"
    faults = count_in(look.told, path)
    when, then = row.get("when") or {}, row.get("then") or {}
    conditions, decisions = (Maker(f"{path}.{key}", row.get(key) or {}, look.told) for key in ("when", "then"))
    return {
        "path": path,
        "number": index + 1,
        "name": row.get("name") or "",
        "when": rule_when(when),
        "then": rule_then(then) or "decides nothing yet",
        "goes_on": row.get("stop") is False,
        "title": [Maker(path, row, look.told).text("name", "Name", required=True)],
        "conditions": _conditions(conditions),
        "decisions": [*_decisions(decisions, look.known), Maker(path, row, look.told).stop()],
        "errors": [*look.told.get(path, ()), *look.told.get(f"{path}.when", ())],
        "then_errors": look.told.get(f"{path}.then", ()),
        "faults": faults,
        "open": look.is_open(path, faults),
    }


def _conditions(maker: Maker) -> list[Box]:
    return [
        maker.text("keywords", "Keywords, one of", hint="vpn, tunnel"),
        maker.text("error_code", "Error code, one of"),
        maker.select("device_type", "Device", [ANY, *DEVICE_CHOICES]),
        maker.text("os", "Operating system has"),
        maker.text("source", "Comes from", hint="name of the source"),
        maker.text("category", "Category"),
        maker.text("client", "Client", suggest=SUGGESTED_CLIENTS),
        maker.text("regex", "Pattern", help=PATTERN, tries=True),
    ]


def _decisions(maker: Maker, known: Known) -> list[Box]:
    return [
        maker.select("priority", "Priority", [NONE, *PRIORITY_CHOICES]),
        maker.select("tier", "Begins at", [NONE, *known.tiers]),
        maker.select("team", "Team", [NONE, *known.sorted("team")]),
        maker.select("assignee", "Assign to", known.assignees(str(maker.row.get("assignee") or ""))),
        maker.select("service", "Service", [NONE, *known.sorted("service")]),
        maker.text("category", "Category"),
        maker.text("tags", "Tags", help="Words between commas."),
    ]


def _within(path: str, row: str) -> bool:
    return bool(row) and (path == row or path.startswith(f"{row}."))
