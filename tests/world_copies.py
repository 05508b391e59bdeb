"""The world, built once by each process and copied from then on: its rows in one statement, its objects by deepcopy.

Building it costs some two hundred statements, which thousands of tests would pay. The rows are what the first one left
in the database, told apart from what every empty database has.
"""

import copy
from collections.abc import Mapping

from django.db import connection

from world import World

Rows = Mapping[str, str]
_kept: dict[str, tuple[World, Rows]] = {}


def fresh_world() -> World:
    """A world of the test's own. One that is not in a transaction, and so may find an emptied database, builds it."""
    ground = _ground()
    if not connection.in_atomic_block:
        return World()
    if ground not in _kept:
        before = _rows()
        world = World()
        _kept[ground] = world, {table: rows for table, rows in _added(before).items() if rows != "[]"}
        return copy.deepcopy(world)
    world, rows = _kept[ground]
    _insert(rows)
    return copy.deepcopy(world)


def _ground() -> str:
    """What grants point at; its ids are others after the database was emptied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT concat(min(id), '-', max(id), '-', count(*)) FROM auth_permission")
        return cursor.fetchone()[0]


def _tables() -> list[tuple[str, list[str]]]:
    """Every table with the columns that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name ORDER BY table_name"
        )
        return cursor.fetchall()


def _rows() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        found = {}
        for table, _ in _tables():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found[table] = {row for (row,) in cursor.fetchall()}
    return found


def _added(before: Mapping[str, set[str]]) -> dict[str, str]:
    """The rows that were not there before, as one JSON array for each table."""
    return {table: f"[{','.join(sorted(rows - before[table]))}]" for table, rows in _rows().items()}


def _insert(rows: Rows) -> None:
    columns = _columns(rows)
    inserts = (
        f'INSERT INTO "{table}" ({columns[table]})'
        f' SELECT {columns[table]} FROM json_populate_recordset(null::"{table}", %s)'
        for table in rows
    )
    with connection.cursor() as cursor:
        cursor.execute("; ".join(inserts), list(rows.values()))


_names: dict[str, str] = {}


def _columns(rows: Rows) -> dict[str, str]:
    """The columns of the tables to be filled, asked for once."""
    if not _names:
        _names.update({table: ", ".join(f'"{name}"' for name in names) for table, names in _tables() if table in rows})
    return _names
