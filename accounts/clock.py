"""The one clock: the database's, so that hosts may disagree. Only views, tasks and commands read it."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The present moment, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
