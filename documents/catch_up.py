"""Documents catch up with what they follow from: policies, agreements, vendors and clients.

It looks instead of being told, so nothing is lost by a crash: until all is done, the next look begins anew, and what is
written already is left as it is. One at a time does it; whoever comes second finds that somebody is at it.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from documents.generated.fingerprint import fingerprint
from documents.generated.reading import ground
from documents.generated.sections import BEGINNING, changed_sections
from documents.generated.sources import PREFIXES, Source, sources
from documents.models import CatchUp, Document, DocumentVersion
from documents.writing import generate, put_out_of_force, tidied
from outbox.alarms import clear_alarm, raise_alarm
from outbox.models import Alarm

# What one run writes at most, which is far within the time that a task has; the next one goes on.
AT_ONCE = 100
RETRY_AFTER = timedelta(minutes=1)
MOST_NAMED = 4
ALARM = "document:"
GONE = "What it follows from is no longer there, or no longer in force."
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A generated document as it stands: of what it was made, and whether it is in force."""

    digest: str
    in_force: bool


def catch_up(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Bring generated documents up to date, `limit` at most; returns how many were renewed or put out of force.

    Two queries where nothing has changed. A document that cannot be written has an alarm, and is tried again after a
    minute; it keeps no other from being written.
    """
    digest = fingerprint(now=now)
    if _is_done(digest, now=now):
        return 0
    with _alone() as alone:
        return _renew(digest, limit, now=now) if alone else 0


def _is_done(digest: str, *, now: datetime) -> bool:
    last = CatchUp.objects.first()
    return last is not None and last.digest == digest and (last.retry_at is None or last.retry_at > now)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at it; the lock ends with its connection, so a crash leaves none behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('documents catch up', 0))")
        [[alone]] = cursor.fetchall()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('documents catch up', 0))")


def _renew(digest: str, limit: int, *, now: datetime) -> int:
    """The digest is older than what is read here: what has changed meanwhile is looked at once more."""
    standing = _standing()
    wanted = list(sources(ground(now=now)))
    written, failed = write_each(wanted, standing, limit, now=now)
    if written == limit:
        return written
    orphaned = {key for key, stands in standing.items() if stands.in_force} - {source.key for source in wanted}
    gone = _leave(orphaned, failed, now=now)
    _clear_alarms(failed, now=now)
    retry_at = now + RETRY_AFTER if failed else None
    CatchUp.objects.update_or_create(pk=1, defaults={"digest": digest, "done_at": now, "retry_at": retry_at})
    return written + gone


def _standing() -> dict[str, Standing]:
    """Our documents by their keys, in one query."""
    rows = Document.objects.exclude(source_key="").values_list("source_key", "digest", "out_of_force_at")
    return {key: Standing(digest, gone is None) for key, digest, gone in rows if key.startswith(PREFIXES)}


# Writing


def write_each(
    wanted: Iterable[Source], standing: Mapping[str, Standing], limit: int, *, now: datetime
) -> tuple[int, set[str]]:
    """Each document in a transaction of its own; returns how many were renewed, and the keys of those that failed."""
    written, failed = 0, set[str]()
    for source in wanted:
        if written == limit:
            break
        with _apart(source.key, source.name, failed, now=now):
            written += _write_one(source, standing.get(source.key), now=now)
    return written, failed


@contextmanager
def _apart(key: str, name: str, failed: set[str], *, now: datetime) -> Iterator[None]:
    """Whatever is wrong with one document has an alarm, and keeps no other from being looked after."""
    try:
        yield
    except Exception as error:
        log.exception("%s could not be brought up to date", key)
        raise_alarm(f"{ALARM}{key}", _trouble(name, error), now=now)
        failed.add(key)


def _write_one(source: Source, stands: Standing | None, *, now: datetime) -> bool:
    """Whether it had to be renewed."""
    body = tidied(source.render())
    digest = source.digest(body)
    if stands == Standing(digest, in_force=True):
        return False
    generate(
        source_key=source.key, name=source.name, kind=source.kind, audience=source.audience, client=source.client,
        body=body, note=_note(source, body), now=now, digest=digest, follows=source.version,
    )  # fmt: skip
    return True


def _note(source: Source, body: str) -> str:
    """What a version follows from, and which of its sections are others than before."""
    document = Document.objects.filter(source_key=source.key).first()
    live = DocumentVersion.live(document) if document else None
    if live is None:
        return source.sight.told(source.follows) or "The first version."
    note = f"{source.follows} Changed: {_named(changed_sections(live.body, body))}."
    return source.sight.told(note.strip())


def _named(titles: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(titles) - MOST_NAMED} more" if len(titles) > MOST_NAMED else ""
    return ", ".join(title if title == BEGINNING else f"“{title}”" for title in titles[:MOST_NAMED]) + more


def _trouble(name: str, error: Exception) -> str:
    said = str(error) or "no more is known"
    return (
        f"The document “{name}” cannot be brought up to date and stays as it was: {said} "
        f"({type(error).__name__}). It is tried again every minute; mend what it follows from."
    )


def _leave(keys: set[str], failed: set[str], *, now: datetime) -> int:
    """What these documents followed from is gone: they stay, out of force. Returns how many do, adds what failed."""
    left = 0
    for document in Document.objects.filter(source_key__in=keys).defer("words", "search"):
        with _apart(document.source_key, document.name, failed, now=now):
            put_out_of_force(document=document, why=GONE, now=now)
            left += 1
    return left


def _clear_alarms(failed: set[str], *, now: datetime) -> None:
    """Whatever could be written now, or is wanted no more, troubles nobody."""
    raised = Alarm.objects.filter(key__startswith=ALARM, cleared_at__isnull=True).values_list("key", flat=True)
    for key in raised:
        if key.removeprefix(ALARM) not in failed:
            clear_alarm(key, now=now)
