"""What a person here must do about a vendor's case: opened by what happens, done by what the person does."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from tickets.models import CaseTask, VendorCase


def open_task(case: VendorCase, kind: str, text: str, *, now: datetime) -> CaseTask:
    """Ask for it; where it is asked for already, the later words hold."""
    task, fresh = CaseTask.objects.get_or_create(
        case=case, kind=kind, done_at__isnull=True, defaults={"text": text[:300], "opened_at": now}
    )
    if not fresh and task.text != text[:300]:
        task.text = text[:300]
        task.save(update_fields=["text"])
    return task


def open_all(wanted: Sequence[tuple[VendorCase, str, str]], *, now: datetime) -> None:
    """Ask for many things, each of a case, a kind and in words, in a fixed number of statements."""
    if not wanted:
        return
    waiting = CaseTask.objects.filter(case__in=[case.pk for case, _, _ in wanted], done_at__isnull=True)
    known = {(task.case_id, task.kind): task for task in waiting}
    fresh = {}
    for case, kind, text in wanted:
        task = known.get((case.pk, kind)) or fresh.setdefault((case.pk, kind), CaseTask(case=case, kind=kind))
        task.text, task.opened_at = text[:300], task.opened_at or now
    CaseTask.objects.bulk_update(known.values(), ["text"])
    CaseTask.objects.bulk_create(fresh.values())


def done(case: VendorCase, *kinds: str, by: User | None, now: datetime) -> int:
    """These are done, or asked for no more; of no kind at all every open one. Returns how many there were."""
    waiting = CaseTask.objects.filter(case=case, done_at__isnull=True)
    return (waiting.filter(kind__in=kinds) if kinds else waiting).update(done_at=now, done_by=by)


def open_ids(cases: Sequence[int]) -> list[int]:
    """What is asked for about these cases now: what `put_back` makes of it again."""
    return list(CaseTask.objects.filter(case__in=cases, done_at__isnull=True).values_list("pk", flat=True))


def put_back(cases: Sequence[int], before: Sequence[int], *, now: datetime) -> None:
    """Of these cases just that is asked for again which was asked for `before`."""
    tasks = CaseTask.objects.filter(case__in=cases)
    tasks.filter(done_at__isnull=True).exclude(pk__in=before).update(done_at=now)
    tasks.filter(pk__in=before).update(done_at=None, done_by=None)
