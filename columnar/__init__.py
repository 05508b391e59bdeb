"""Column-wise bulk writes: one statement per table, a list is a column, a scalar repeats.

Triggers and constraints hold as always; `full_clean` does not run, so callers write only what the pure core returned.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

__all__ = ["insert", "insert_rows", "update"]


def insert(model: type[models.Model], *, returning: str = "", **columns: Any) -> list[Any]:
    """Insert one row per element of the list columns; columns left out take the model's defaults.

    Returns the values of the column `returning` in row order, or nothing when it is empty.
    Raises ValueError when lists differ in length.
    """
    size = _size(columns)
    if not size:
        return []
    fields = {f.attname: f for f in model._meta.concrete_fields if not f.primary_key}
    values = {name: columns[name] if name in columns else field.get_default() for name, field in fields.items()}
    _refuse_unknown(columns, fields)
    names, selects, arrays, params = [], [], [], []
    for name, value in values.items():
        names.append(f'"{fields[name].column}"')
        _place(name, fields[name], value, selects, arrays, params)
    scalars = [p for kind, p in params if kind == "scalar"]
    lists = [p for kind, p in params if kind == "list"]
    source = f"unnest({', '.join(a for a, _ in arrays)}) WITH ORDINALITY AS u({', '.join(n for _, n in arrays)}, nth)"
    sql = (
        f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) SELECT {", ".join(selects)} FROM {source} ORDER BY nth'
    )
    if returning:
        sql += f' RETURNING "{fields[returning].column if returning in fields else model._meta.pk.column}"'
    with connection.cursor() as cursor:
        cursor.execute(sql, scalars + lists)
        return [row[0] for row in cursor.fetchall()] if returning else []


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, returning: str = "") -> list[Any]:
    """The same for rows that are mappings with one set of keys each."""
    if not rows:
        return []
    return insert(model, returning=returning, **{key: [row[key] for row in rows] for key in rows[0]})


def update(model: type[models.Model], ids: Sequence[int], **columns: Any) -> int:
    """Set columns on the rows with these primary keys; returns how many rows there were."""
    if not ids:
        return 0
    fields = {f.attname: f for f in model._meta.concrete_fields}
    _refuse_unknown(columns, fields)
    pk = model._meta.pk
    selects: list[str] = []
    arrays = [(f"%s::{pk.rel_db_type(connection)}[]", '"u_pk"')]
    params: list[tuple[str, Any]] = []
    for name, value in columns.items():
        _place(name, fields[name], value, selects, arrays, params)
    if any(kind == "list" and len(p) != len(ids) for kind, p in params):
        raise ValueError("a list column differs in length from the ids")
    sets = ", ".join(f'"{fields[name].column}" = {select}' for name, select in zip(columns, selects, strict=True))
    sql = (
        f'UPDATE "{model._meta.db_table}" AS t SET {sets} '
        f"FROM unnest({', '.join(a for a, _ in arrays)}) AS u({', '.join(n for _, n in arrays)}) "
        f'WHERE t."{pk.column}" = u."u_pk"'
    )
    scalars = [p for kind, p in params if kind == "scalar"]
    lists = [p for kind, p in params if kind == "list"]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*scalars, list(ids), *lists])
        return cursor.rowcount


def _place(name: str, field: Any, value: Any, selects: list, arrays: list, params: list) -> None:
    """Append one column to the statement: as an unnested list, or as a scalar that repeats."""
    db_type = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    is_json = isinstance(field, models.JSONField)
    if isinstance(value, list) and not (is_json and (not value or not isinstance(value[0], Json))):
        selects.append(f'u."{name}"')
        arrays.append((f"%s::{db_type}[]", f'"{name}"'))
        params.append(("list", [_plain(v) for v in value]))
    else:
        selects.append(f"%s::{db_type}")
        params.append(("scalar", Json(value).text if is_json and not isinstance(value, Json) else _plain(value)))


class Json:
    """Marks a value for a JSON column, so that a list of documents is told from one document that is a list."""

    __slots__ = ("text",)

    def __init__(self, value: Any) -> None:
        self.text = json.dumps(value, cls=DjangoJSONEncoder)


def _plain(value: Any) -> Any:
    return value.text if isinstance(value, Json) else value


def _size(columns: Mapping[str, Any]) -> int:
    sizes = {len(v) for v in columns.values() if isinstance(v, list)}
    if len(sizes) != 1:
        raise ValueError(f"list columns need one length, got {sorted(sizes)}")
    return sizes.pop()


def _refuse_unknown(columns: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    if unknown := set(columns) - set(fields):
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
