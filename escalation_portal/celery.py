"""Celery only wakes us: every task re-reads what is due from PostgreSQL, so a lost message loses nothing."""

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation_portal.settings")

app = Celery("escalation_portal")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_timeout": 2,
        "health_check_interval": 5,
        "visibility_timeout": 120,
        "global_keyprefix": settings.BROKER_KEY_PREFIX,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=60,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone="UTC",
)


def every(seconds: float, task: str) -> dict[str, object]:
    """A beat entry whose message expires before a late worker could find a pile of them."""
    return {"task": task, "schedule": seconds, "options": {"expires": 2 * seconds}}


app.conf.beat_schedule = {
    "sweep": every(settings.SWEEP_INTERVAL_SECONDS, "tickets.tasks.sweep"),
    "deliver": every(settings.SWEEP_INTERVAL_SECONDS, "outbox.tasks.deliver"),
    "heartbeat": every(1.0, "outbox.tasks.heartbeat"),
    "send_digests": every(30.0, "tickets.tasks.send_digests"),
    "forget_notifications": {
        "task": "tickets.tasks.forget_notifications",
        "schedule": crontab(hour=3, minute=41),
        "options": {"expires": 3600},
    },
    "check_changed_promises": every(10.0, "tiers.tasks.check_changed_promises"),
    "follow_teams": every(10.0, "tiers.tasks.follow_teams"),
    "remind_readers": every(60.0, "documents.tasks.remind_readers"),
    "remind_verifiers": {
        "task": "vendors.tasks.remind_verifiers",
        "schedule": crontab(minute=7),
        "options": {"expires": 3600},
    },
    "catch_up_documents": every(settings.DOCUMENTS_INTERVAL_SECONDS, "documents.tasks.catch_up"),
    "check_promises": {
        "task": "tiers.tasks.check_promises",
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": 3600},
    },
}
if settings.IMAP_URL:
    app.conf.beat_schedule["read_mailbox"] = every(settings.IMAP_INTERVAL_SECONDS, "integrations.tasks.read_mailbox")
app.autodiscover_tasks(["integrations", "tickets", "documents", "tiers", "vendors", "outbox"])
