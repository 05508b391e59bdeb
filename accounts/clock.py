"""The one clock: the database's, so that hosts may disagree. Only views, tasks and commands read it."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


def database_now() -> datetime:
    """The present moment, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def moment() -> Func:
    """The present moment as a column, for a list that is read anyway."""
    return Func(function="clock_timestamp", output_field=DateTimeField())
