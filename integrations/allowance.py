"""How much one integration may deliver: a token bucket, kept in PostgreSQL.

It is asked only after the sender has shown its token, so a stranger can neither empty it nor cause a write. In the
database, and not in each process, so that the limit holds whatever the number of web processes, and outlives them.
"""

from datetime import datetime

from django.db import connection

PER_MINUTE = 600
BURST = 600
RETRY_AFTER_SECONDS = 1

_LEVEL = """LEAST(%(burst)s, allowance + %(per_second)s
    * GREATEST(0, EXTRACT(EPOCH FROM %(now)s - COALESCE(allowance_at, %(now)s))))"""
# One statement: of two deliveries at once the second sees what the first has left.
_TAKE = f"""
    UPDATE integrations_integration
    SET allowance = {_LEVEL} - 1, allowance_at = GREATEST(allowance_at, %(now)s)
    WHERE id = %(id)s AND {_LEVEL} >= 1
"""


def take_one(integration_id: int, *, now: datetime) -> bool:
    """Count one delivery; False when the integration has used up what it may deliver now."""
    values = {"id": integration_id, "now": now, "burst": BURST, "per_second": PER_MINUTE / 60}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return bool(cursor.rowcount)
