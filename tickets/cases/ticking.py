"""Ticking off what a person was asked to do about a case, where no act of its own says that it is done."""

from datetime import datetime

from accounts.models import User
from tickets.cases import tasks
from tickets.cases.lodging import case_of
from tickets.models import CaseTask
from tickets.moves import event
from tickets.status import NotAllowedNow
from tickets.working import working

TICKED, LONGEST_NOTE = "CASE_TASK_DONE", 200
# The others are done by lodging, answering, and confirming.
BY_ITSELF = frozenset({CaseTask.Kind.CALL, CaseTask.Kind.CONTACT, CaseTask.Kind.NUMBER})


def tick_off(*, key: str, case_id: int, kind: str, note: str, by: User, now: datetime) -> None:
    """Say that a CALL was made, a CONTACT found or a NUMBER looked at, with what came of it.

    Raises NotAllowedNow where nobody is asked for it any more, or where another act does it; NoSuchCase, NotYours.
    """
    with working(key, by=by, now=now) as (work, at):
        case = case_of(work, case_id)
        waiting = CaseTask.objects.filter(case=case, kind=kind, done_at=None).first()
        if waiting is None:
            raise NotAllowedNow("Nobody is asked for that any more; somebody has seen to it.")
        if waiting.kind not in BY_ITSELF:
            raise NotAllowedNow("This is done by the act itself: lodge the case, answer it, or confirm it.")
        tasks.done(case, waiting.kind, by=by, now=at)
        came = f": {note.strip()}" if note.strip() else "."
        text = f"{by} has done it, {waiting.get_kind_display().lower()}{came}"
        event(work, TICKED, text, now=at, by=by, why={"case": case.pk, "task": waiting.kind})
