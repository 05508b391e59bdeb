"""Whether anything has changed from which documents follow: one query, and the days that have begun since.

It is a digest of published versions by their number, of the rows that are not versioned as they stand, of who may see
which client, of the local days on which agreements begin and end, and of the words that are put around all this, in
every language.
"""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection

from documents.generated import facts
from documents.guide import page
from documents.permissions import READERS
from sla import durations
from sla.effective import local_day
from tiers import policy_words
from vendors import vendor_page

# A part that grows only is told by its length and its last id, one that is edited by each of its rows.
_PUBLISHED = "SELECT count(*), max(id) FROM {} WHERE number IS NOT NULL"
_ROWS = "SELECT md5(string_agg(md5(ROW({1})::text), '' ORDER BY {2})) FROM {0}"
_ZONES = "SELECT array_agg(DISTINCT document ->> 'timezone') FROM sla_calendarversion WHERE number IS NOT NULL"
_GROWING = (
    "sla_calendarversion", "sla_agreementversion", "tiers_policyversion", "clients_pagewords",
)  # fmt: skip
_EDITED = (
    ("sla_calendar", "id, name", "id"),
    ("sla_agreement", "id, name", "id"),
    ("tiers_policy", "id, name, slug", "id"),
    ("tiers_tier", "id, name, slug, level, title, title_in, team_id, ola_id, responsibilities", "id"),
    ("tiers_team", "id, name, email, managers, rotation", "id"),
    ("tiers_member", "team_id, user_id, place", "id"),
    ("vendors_vendor v", "v.*", "id"),
    ("vendors_service s", "s.*", "id"),
    ("vendors_contactpoint p", "p.*", "id"),
    ("vendors_serviceaccount", "client_id, service_id", "id"),
    ("clients_client", "id, name, slug, agreement_id, language", "id"),
    (
        "accounts_user WHERE id IN (SELECT user_id FROM tiers_member UNION SELECT owner_id FROM vendors_contactpoint"
        " UNION SELECT author_id FROM tiers_policyversion)",
        "id, name, email, is_active",
        "id",
    ),
    (
        "clients_clientgroupobjectpermission JOIN auth_group ON auth_group.id = group_id"
        f" WHERE name IN ({', '.join(map(repr, READERS))})",
        "content_object_id, name, permission_id",
        "content_object_id, name, permission_id",
    ),
)


def fingerprint(*, now: datetime) -> str:
    """The digest of everything at `now`; equal ones make equal documents."""
    parts = [_PUBLISHED.format(table) for table in _GROWING]
    parts += [_ROWS.format(*edited) for edited in _EDITED]
    columns = ", ".join(f"(SELECT row(part.*)::text FROM ({part}) AS part)" for part in parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}, ({_ZONES})")
        *found, zones = cursor.fetchone()
    days = [local_day(now, zone) for zone in sorted(zones or ())]
    return sha256("\n".join([_words(), *map(str, found), *days]).encode()).hexdigest()


@lru_cache(maxsize=1)
def _words() -> str:
    """What the renderers say, so that documents follow when a new release says it otherwise."""
    folders = (Path(module.__file__).parent for module in (facts, page, durations, policy_words, vendor_page))
    sources = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    catalogues = [path for folder in settings.LOCALE_PATHS for path in sorted(Path(folder).rglob("*.mo"))]
    return sha256(b"".join(path.read_bytes() for path in (*sources, *catalogues))).hexdigest()
