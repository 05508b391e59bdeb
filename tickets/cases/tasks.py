"""What a person here must do about a vendor's case: opened by what happens, done by what the person does."""

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


def done(case: VendorCase, *kinds: str, by: User | None, now: datetime) -> int:
    """These are done, or asked for no more; of no kind at all every open one. Returns how many there were."""
    waiting = CaseTask.objects.filter(case=case, done_at__isnull=True)
    return (waiting.filter(kind__in=kinds) if kinds else waiting).update(done_at=now, done_by=by)
