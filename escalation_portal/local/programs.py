"""The portal's own processes, in the order in which they start; they stop in the reverse order."""

import os
import sys
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path

from escalation_portal.local.places import ROOT
from escalation_portal.local.processes import Program

WEB = (
    *("escalation_portal.wsgi:application", "--worker-class", "gthread", "--preload"),
    *("--workers", "2", "--threads", "4"),
    *("--no-control-socket", "--graceful-timeout", "3", "--access-logfile", "-"),
    *("--logger-class", "escalation_portal.web_log.AccessLogger"),
)
CELERY = ("celery", "--app", "escalation_portal.celery")
WORKER = ("worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
DEFAULT_SENDER = "support@portal.example"  # as in the settings
MANAGE = str(ROOT / "manage.py")


def mail_catcher(logs: Path, *, port: int, mail: Path, environment: Mapping[str, str]) -> Program:
    """The built-in mail server, which keeps every mail, delivers none, and hands the portal what is for itself."""
    sender = parseaddr(os.environ.get("DEFAULT_FROM_EMAIL", DEFAULT_SENDER))[1]
    words = ("--port", str(port), "--dir", str(mail), "--own", sender.rpartition("@")[2])
    command = (sys.executable, "-m", "escalation_portal.local.mail_catcher", *words)
    return Program(name="mail catcher", command=command, log=logs / "mail-catcher.log", environment=environment)


def portal(directory: Path, *, port: int, environment: Mapping[str, str]) -> list[Program]:
    """Web, worker, beat and watchdog, each with its log."""
    commands = {
        "web": ("-m", "gunicorn", *WEB, "--bind", f"127.0.0.1:{port}"),
        "worker": ("-m", *CELERY, *WORKER),
        "beat": ("-m", *CELERY, "beat", "--schedule", str(directory / "beat-schedule"), "--pidfile="),
        "watchdog": (MANAGE, "watchdog"),
    }
    return [
        Program(
            name=name,
            command=(sys.executable, *words),
            log=directory / "logs" / f"{name}.log",
            environment=environment,
            stop_within_seconds=10,
        )
        for name, words in commands.items()
    ]


def once(*words: str, log: Path | None, environment: Mapping[str, str]) -> Program:
    """A management command that ends by itself; without a log it writes to the terminal."""
    return Program(name=words[0], command=(sys.executable, MANAGE, *words), log=log, environment=environment)


def has_command(name: str) -> bool:
    """Whether one of the apps brings this management command."""
    return any(ROOT.glob(f"*/management/commands/{name}.py"))
