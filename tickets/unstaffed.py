"""Steps of which nobody would hear: an alarm for each tier, which ends by itself when somebody is on call again."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from outbox.alarms import clear_alarm, raise_alarm
from outbox.models import Alarm
from tickets.notices import tell_managers
from tickets.work import Work
from tiers.roster import roster

GONE_AFTER = timedelta(hours=1)


def tell_skipped(work: Work, skipped: Iterable[tuple[int, str]], *, now: datetime) -> None:
    """Steps were passed over, each with its reason: somebody must mend that."""
    for index, reason in skipped:
        step = work.ladder.steps[index]
        key = f"skipped:vendor:{reason}" if step.vendor else _skipped(step.tier)
        raise_alarm(key, f"Step {step.name} was skipped on {work.key}: {reason}", now=now)


def tell_unheard(work: Work, reason: str, *, because: str, now: datetime) -> None:
    """The ticket stands at a tier where nobody hears of it: the managers do instead."""
    raise_alarm(_nobody(work.tier.name), f"{work.key} stands at {work.tier.name}: {reason}", now=now)
    tell_managers(work, because=because, now=now, occasion=f"unreachable:{work.step}")


def end_alarms(*, now: datetime) -> None:
    """Clear the alarms about tiers that have somebody on call again. One query while there are none.

    Nobody will ever be on call at a tier that is gone, or called otherwise by now: its alarm ends `GONE_AFTER` it was
    last raised.
    """
    open_now = Alarm.objects.filter(cleared_at__isnull=True).exclude(key__startswith="skipped:vendor:")
    about_tiers = open_now.filter(Q(key__startswith=_skipped("")) | Q(key__startswith=_nobody("")))
    raised = dict(about_tiers.values_list("key", "seen_at"))
    on_call = dict(_on_call(now)) if raised else {}
    for key, seen_at in raised.items():
        if on_call.get(key) or (key not in on_call and now - seen_at >= GONE_AFTER):
            clear_alarm(key, now=now)


def _on_call(now: datetime) -> Iterator[tuple[str, str]]:
    """Each alarm that there can be about a tier, with who is on call there, "" for nobody."""
    for name, tier in roster(now=now).tiers.items():
        who = tier.team.on_call(now)
        yield from ((_skipped(name), who), (_nobody(name), who))


def _skipped(tier: str) -> str:
    return f"skipped:{tier}"


def _nobody(tier: str) -> str:
    return f"nobody:{tier}"
