"""Column-wise bulk writes: one statement per table, a list is a column, a scalar repeats.

Triggers and constraints hold as always; `full_clean` does not run, so callers write only what the pure core returned.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

__all__ = ["insert", "insert_rows", "update"]


def insert(model: type[models.Model], *, returning: str = "", **columns: Any) -> list[Any]:
    """Insert one row per element of the list columns; columns left out take the model's defaults.

    Returns the values of the column `returning` in row order, or nothing when it is empty.
    Raises ValueError when lists differ in length or a column does not exist.
    """
    if not _size(columns):
        return []
    fields = {f.attname: f for f in model._meta.concrete_fields if not f.primary_key}
    _refuse_unknown(columns, fields)
    parts = _Parts(fields)
    for name, field in fields.items():
        parts.place(name, columns[name] if name in columns else field.get_default())
    sql = (
        f'INSERT INTO "{model._meta.db_table}" ({", ".join(parts.targets)}) '
        f"SELECT {', '.join(parts.selects)} FROM {parts.source(' WITH ORDINALITY', ', nth')} ORDER BY nth"
    )
    if returning:
        sql += f' RETURNING "{model._meta.get_field(returning).column}"'
    with connection.cursor() as cursor:
        cursor.execute(sql, parts.params)
        return [row[0] for row in cursor.fetchall()] if returning else []


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, returning: str = "") -> list[Any]:
    """The same for rows that are mappings with one set of keys each."""
    if not rows:
        return []
    return insert(model, returning=returning, **{key: [row[key] for row in rows] for key in rows[0]})


def update(model: type[models.Model], ids: Sequence[int], **columns: Any) -> int:
    """Set columns on the rows with these primary keys; returns how many rows there were.

    Raises ValueError when a list differs in length from the ids or a column does not exist.
    """
    if not ids:
        return 0
    fields = {f.attname: f for f in model._meta.concrete_fields}
    _refuse_unknown(columns, fields)
    pk = model._meta.pk
    if _size({"ids": list(ids), **columns}) != len(ids):
        raise ValueError("a list column differs in length from the ids")
    parts = _Parts(fields)
    parts.place(pk.attname, list(ids), only_source=True)
    for name, value in columns.items():
        parts.place(name, value)
    sets = ", ".join(f"{target} = {select}" for target, select in zip(parts.targets, parts.selects, strict=True))
    where = f't."{pk.column}" = u."{pk.attname}"'
    sql = f'UPDATE "{model._meta.db_table}" AS t SET {sets} FROM {parts.source()} WHERE {where}'
    with connection.cursor() as cursor:
        cursor.execute(sql, parts.params)
        return cursor.rowcount


class _Parts:
    """The pieces of one statement: target columns, what is selected into them, and the arrays to unnest."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields
        self.targets: list[str] = []
        self.selects: list[str] = []
        self.arrays: list[tuple[str, str]] = []
        self.scalars: list[Any] = []
        self.lists: list[Any] = []

    def place(self, name: str, value: Any, *, only_source: bool = False) -> None:
        """A list becomes an unnested column, anything else repeats; a JSON list that is one value comes as `Json`."""
        field = self.fields[name]
        db_type = field.rel_db_type(connection)
        is_json = isinstance(field, models.JSONField)
        if not only_source:
            self.targets.append(f'"{field.column}"')
        if isinstance(value, list) and value and not self._is_constant(value):
            self.arrays.append((f"%s::{db_type}[]", f'"{name}"'))
            self.lists.append(_literal(value, is_json))
            select = f'u."{name}"'
        else:
            one = value[0] if isinstance(value, list) and value else value
            self.scalars.append(_plain(one, is_json))
            select = f"%s::{db_type}"
        if not only_source:
            self.selects.append(select)

    def _is_constant(self, values: list[Any]) -> bool:
        """Whether a list may be sent as one repeated value; the first list never, since rows are counted by it."""
        return bool(self.arrays) and values.count(values[0]) == len(values)

    def source(self, suffix: str = "", extra: str = "") -> str:
        names = ", ".join(name for _, name in self.arrays)
        return f"unnest({', '.join(array for array, _ in self.arrays)}){suffix} AS u({names}{extra})"

    @property
    def params(self) -> list[Any]:
        return [*self.scalars, *self.lists]


class Json:
    """Marks a value for a JSON column, so that a list of documents is told from one document that is a list."""

    __slots__ = ("text",)

    def __init__(self, value: Any) -> None:
        self.text = json.dumps(value, cls=DjangoJSONEncoder)


def _plain(value: Any, is_json: bool) -> Any:
    if isinstance(value, Json):
        return value.text
    return Json(value).text if is_json and value is not None else value


def _literal(values: list[Any], is_json: bool) -> str:
    """An array literal: PostgreSQL reads one long text many times faster than a list of constants."""
    if not is_json and all(type(value) is int for value in values):
        return "{" + ",".join(map(str, values)) + "}"
    if all(type(value) is datetime for value in values):
        return "{" + ",".join([value.isoformat() for value in values]) + "}"
    return "{" + ",".join([_element(value, is_json) for value in values]) + "}"


def _element(value: Any, is_json: bool) -> str:
    if value is None:
        return "NULL"
    text = value.isoformat() if isinstance(value, datetime) else str(_plain(value, is_json))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _size(columns: Mapping[str, Any]) -> int:
    sizes = {len(v) for v in columns.values() if isinstance(v, list)}
    if len(sizes) != 1:
        raise ValueError(f"list columns need one length, got {sorted(sizes)}")
    return sizes.pop()


def _refuse_unknown(columns: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    if unknown := set(columns) - set(fields):
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
