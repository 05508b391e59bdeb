"""YAML with line numbers: plain values, and where each of them was written.

Every scalar stays text (so that `0x8004de40`, `NO` and `007` mean what they say) except an empty one, which is None;
the schema makes numbers and booleans of it. Tags, anchors and aliases are refused: nothing is ever constructed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_DEEPEST = 20


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with the input, and where."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.message}"


@dataclass(frozen=True, slots=True)
class Source:
    """What one file says, and the line of each of its values by path."""

    name: str
    value: Any
    lines: Mapping[Path, int]

    def problem(self, path: Path, message: str) -> Problem:
        """`message` about the value at `path`; where that is absent, its line is the nearest one around it."""
        return Problem(self.name, self._line(path), ".".join(str(part) for part in path), message)

    def _line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class BadYaml(Exception):
    """The text is not YAML that can be used; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read(name: str, content: bytes) -> Source:
    """The source that `content`, UTF-8 text called `name`, holds. Raises BadYaml with every problem found."""
    reader = _Reader(name)
    try:
        value = reader.document(yaml.parse(_text(name, content), Loader=_LOADER))
    except yaml.YAMLError as error:
        raise BadYaml([*reader.problems, _syntax_problem(name, content, error)]) from None
    if reader.problems:
        raise BadYaml(reader.problems)
    return Source(name, value, reader.lines)


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadYaml([Problem(name, line, "", "this is not UTF-8 text")]) from None


def _syntax_problem(name: str, content: bytes, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    text = content.decode("utf-8-sig")
    line = mark.line + 1 if mark else text[: getattr(error, "position", 0)].count("\n") + 1
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Problem(name, line, "", f"this is not YAML: {said}")


@dataclass
class _Reader:
    """Builds values out of the parser's events; what must not be is noted and read over."""

    name: str
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self, events: Iterator[yaml.Event]) -> Any:
        value = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), "one file holds one document: remove this ---")
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, events, ())
        return value

    def _value(self, event: yaml.NodeEvent, events: Iterator[yaml.Event], path: Path) -> Any:
        self.lines.setdefault(path, event.start_mark.line + 1)
        self._check_plain(event, path)
        if len(path) > _DEEPEST:
            raise BadYaml([self._problem(event, (), "this is nested too deeply")])
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._scalar(event, path)

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, path)
            self._note_key(event, (*path, key), seen=key in value)
            value[key] = self._value(next(events), events, (*path, key))
        return value

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> str:
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self._refuse(event, path, "a key must be text")
        self._value(event, events, (*path, "?"))
        return "?"

    def _note_key(self, event: yaml.Event, path: Path, *, seen: bool) -> None:
        if seen:
            self._refuse(event, path, f"this key is written twice, first in line {self.lines[path]}")
        self.lines.setdefault(path, event.start_mark.line + 1)

    def _sequence(self, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        value: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value.append(self._value(event, events, (*path, len(value))))
        return value

    def _scalar(self, event: yaml.NodeEvent, path: Path) -> str | None:
        text = getattr(event, "value", "")
        if "\0" in text:
            self._refuse(event, path, "a NUL character is not text")
        plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
        return None if plain and text in _NULLS else text

    def _check_plain(self, event: yaml.NodeEvent, path: Path) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._refuse(event, path, "anchors and aliases are not allowed: write the value out")
        tag = getattr(event, "tag", None)
        if tag:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, path, f"the tag {shown} is not allowed: write a plain value")

    def _refuse(self, event: yaml.Event, path: Path, message: str) -> None:
        self.problems.append(self._problem(event, path, message))

    def _problem(self, event: yaml.Event, path: Path, message: str) -> Problem:
        return Problem(self.name, event.start_mark.line + 1, ".".join(map(str, path)), message)
