"""What the editor's buttons do to a document. Pure: a document and a button's value in, the next document out.

A button says where and what: `routing.3:up`, `routing.3:to=7`, `ladders.P1:add`, `ladders.P2:copy=P1`,
`exceptions.0.steps:own`.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sla.priorities import PRIORITIES
from tiers.policy_changes import step_name
from tiers.policy_words import exception_when

Row = dict[str, Any]
NEW: Mapping[str, Row] = {"exceptions": {}, "routing": {"when": {}, "then": {}}}


class UnknownMove(ValueError):
    """No button of the editor says this, or what it was about is gone."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The document afterwards, the path of what was acted on, and what happened, in a sentence."""

    document: Row
    at: str
    said: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that was taken out, and where it stood: what it needs to be put back."""

    path: str
    row: Row


def act(document: Mapping[str, Any], asked: str) -> Moved:
    """Do what a button says. Raises UnknownMove; `document` itself stays as it was."""
    path, _, verb = asked.partition(":")
    verb, _, argument = verb.partition("=")
    doing = _VERBS.get(verb)
    if doing is None:
        raise UnknownMove(asked)
    return doing(deepcopy(dict(document)), path, argument)


def taken(document: Mapping[str, Any], asked: str) -> Taken | None:
    """What a button takes out of the document, None when it does something else."""
    path, _, verb = asked.partition(":")
    if verb != "remove":
        return None
    rows, index = _row(document, path)
    return Taken(path, deepcopy(rows[index]))


def put_back(document: Mapping[str, Any], row: Taken) -> Moved:
    """Undo a removal. Raises UnknownMove where the list that it stood in is gone."""
    changed = deepcopy(dict(document))
    parent, _, number = row.path.rpartition(".")
    rows = _list(changed, parent)
    index = min(_number(number), len(rows))
    rows.insert(index, deepcopy(row.row))
    at = f"{parent}.{index}"
    return Moved(changed, at, f"{_called(changed, at)} is back.")


def remapped(document: Mapping[str, Any], asked: str, path: str) -> str:
    """Where what stood at `path` stands after the move; "" where it is gone."""
    where, _, verb = asked.partition(":")
    verb = verb.partition("=")[0]
    parent, _, number = where.rpartition(".")
    if verb not in ("up", "down", "to", "remove") or not path.startswith(f"{parent}."):
        return path
    head, _, tail = path[len(parent) + 1 :].partition(".")
    order = _order(len(_list(document, parent)), _number(number), asked)
    if not head.isdigit() or int(head) not in order:
        return "" if head.isdigit() else path
    return f"{parent}.{order.index(int(head))}{'.' if tail else ''}{tail}"


def _order(length: int, index: int, asked: str) -> list[int]:
    """The old indexes in their new order."""
    verb, _, argument = asked.partition(":")[2].partition("=")
    order = list(range(length))
    order.remove(index)
    if verb != "remove":
        order.insert(_target(verb, index, length, argument), index)
    return order


def _target(verb: str, index: int, length: int, argument: str) -> int:
    wanted = {"up": index - 1, "down": index + 1}.get(verb)
    wanted = _number(argument) if wanted is None else wanted
    return max(0, min(wanted, length - 1))


def _add(document: Row, path: str, _: str) -> Moved:
    rows = _list(document, path)
    at_end = len(rows)
    index = at_end - 1 if path not in NEW and rows and rows[-1].get("vendor") else at_end
    rows.insert(index, deepcopy(NEW.get(path, {})))
    return Moved(document, f"{path}.{index}", f"A new {_kind(path)} stands at place {index + 1} of {len(rows)}.")


def _remove(document: Row, path: str, _: str) -> Moved:
    called = _called(document, path)
    rows, index = _row(document, path)
    del rows[index]
    parent = path.rpartition(".")[0]
    at = f"{parent}.{min(index, len(rows) - 1)}" if rows else parent
    return Moved(document, at, f"{called} is taken out.")


def _shift(verb: str) -> Callable[[Row, str, str], Moved]:
    def move(document: Row, path: str, argument: str) -> Moved:
        rows, index = _row(document, path)
        target = _target(verb, index, len(rows), argument)
        called = _called(document, path)
        rows.insert(target, rows.pop(index))
        at = f"{path.rpartition('.')[0]}.{target}"
        still = "stays" if target == index else "is now"
        return Moved(document, at, f"{called} {still} at place {target + 1} of {len(rows)}.")

    return move


def _copy(document: Row, path: str, source: str) -> Moved:
    ladders = document.get("ladders") or {}
    target = path.removeprefix("ladders.")
    if not {target, source} <= set(PRIORITIES) or source not in ladders:
        raise UnknownMove(path)
    document["ladders"] = {**ladders, target: deepcopy(ladders[source])}
    return Moved(document, path, f"{target} climbs like {source} now.")


def _own(document: Row, path: str, _: str) -> Moved:
    """An exception gets a ladder of its own, to begin with the one of its priority."""
    exception = _exception(document, path)
    priority = exception.get("priority")
    ladders = document.get("ladders") or {}
    exception["steps"] = deepcopy(ladders.get(priority if priority in PRIORITIES else PRIORITIES[0]) or [{}])
    return Moved(document, path, "It has a ladder of its own now.")


def _shared(document: Row, path: str, _: str) -> Moved:
    _exception(document, path).pop("steps", None)
    return Moved(document, path.removesuffix(".steps"), "It climbs the ladder of everybody again.")


def _exception(document: Row, path: str) -> Row:
    rows, index = _row(document, path.removesuffix(".steps"))
    if not path.startswith("exceptions.") or not path.endswith(".steps"):
        raise UnknownMove(path)
    found: Row = rows[index]
    return found


_VERBS: Mapping[str, Callable[[Row, str, str], Moved]] = {
    "add": _add,
    "remove": _remove,
    "up": _shift("up"),
    "down": _shift("down"),
    "to": _shift("to"),
    "copy": _copy,
    "own": _own,
    "none": _shared,
}


def _row(document: Mapping[str, Any], path: str) -> tuple[list[Row], int]:
    parent, _, number = path.rpartition(".")
    rows, index = _list(document, parent), _number(number)
    if index >= len(rows):
        raise UnknownMove(path)
    return rows, index


def _list(document: Mapping[str, Any], path: str) -> list[Row]:
    """The list at a path such as `ladders.P1` or `exceptions.0.steps`. Raises UnknownMove."""
    place: Any = document
    for part in path.split("."):
        if isinstance(place, dict):
            place = place.get(part)
        elif isinstance(place, list) and _number(part) < len(place):
            place = place[_number(part)]
        else:
            raise UnknownMove(path)
    if not isinstance(place, list) or path == "clients":
        raise UnknownMove(path)
    return place


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise UnknownMove(text)
    return int(text)


def _kind(path: str) -> str:
    return {"exceptions": "exception", "routing": "rule"}.get(path, "step")


def _called(document: Mapping[str, Any], path: str) -> str:
    """What people call the row: “VPN”, the exception for Acme, L2."""
    rows, index = _row(document, path)
    parent, row = path.rpartition(".")[0], rows[index]
    if parent == "routing":
        return f"“{row['name']}”" if row.get("name") else f"Rule {index + 1}"
    if parent == "exceptions":
        return f"The exception for {exception_when(row)}"
    return step_name(row)
