"""Proof that work gets done: a row that only beat, the broker, the worker and the database together can renew.

`python -m escalation_portal.local.proof --within 30` is the health check of containers.
"""

import argparse
import contextlib
import os
import sys
from datetime import datetime, timedelta

import psycopg2

from escalation_portal.local.database import connect

BEATEN_AT = "SELECT beaten_at FROM outbox_heartbeat WHERE name = %s"


def database_time(url: str) -> datetime:
    """The database's clock."""
    with contextlib.closing(connect(url)) as connected, connected.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def has_beaten(url: str, *, since: datetime, name: str = "worker") -> bool:
    """Whether the heartbeat of this name was renewed after `since`; False too while the database is away."""
    try:
        with contextlib.closing(connect(url)) as connected, connected.cursor() as cursor:
            cursor.execute(BEATEN_AT, [name])
            row = cursor.fetchone()
    except psycopg2.Error:
        return False
    return bool(row and row[0] > since)


def main() -> int:
    """Exit 0 when the heartbeat is recent enough, 1 when it is not."""
    parser = argparse.ArgumentParser(description="Ask whether beat, broker, worker and database work together.")
    parser.add_argument("--within", type=float, default=30, help="seconds")
    parser.add_argument("--name", default="worker")
    options = parser.parse_args()
    url = os.environ["DATABASE_URL"]
    since = database_time(url) - timedelta(seconds=options.within)
    return 0 if has_beaten(url, since=since, name=options.name) else 1


if __name__ == "__main__":
    sys.exit(main())
