"""Our own PostgreSQL: made once, reached through a socket that only its owner can open, with the portal's roles."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import environ
import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection
from psycopg2.extensions import cursor as Cursor

from escalation_portal.local.binaries import Binaries
from escalation_portal.local.places import Account, make_directory, temporary_directory, temporary_name
from escalation_portal.local.processes import Program
from escalation_portal.local.refusals import Refusal

OWNER, ROLE, READER, NAME = "postgres", "portal", "portal_reader", "portal"
LONGEST_SOCKET_DIRECTORY = 80  # a socket's whole path must stay below 108 bytes
NO_READER = (
    "The role in DATABASE_URL may not become portal_reader, through which client pages read. "
    "As an administrator: CREATE ROLE portal_reader NOLOGIN; GRANT portal_reader TO <that role>;"
)
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=60")


@dataclass(frozen=True)
class Database:
    """A PostgreSQL of our own: its programs, its directory, where its socket lies, and who runs it."""

    binaries: Binaries
    directory: Path
    sockets: Path
    account: Account | None
    owner_password: str
    password: str
    settings: tuple[str, ...] = field(default=())

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.directory / "data"

    @property
    def url(self) -> str:
        """How the portal reaches it."""
        return f"postgres://{ROLE}:{quote(self.password, safe='')}@/{self.sockets}/{NAME}"

    def create(self) -> None:
        """Make the data directory beside its place and rename it, so that it exists whole or not at all."""
        if not (self.data / "PG_VERSION").exists():
            new = temporary_name(self.data)
            for leftover in self.directory.glob(f".{self.data.name}.*"):
                shutil.rmtree(leftover)
            self._initdb(new)
            new.rename(self.data)
        self._check_version()

    def program(self, log: Path) -> Program:
        """The server as a process; SIGINT is its fast shutdown, which does not wait for clients."""
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            *self.settings,
        )
        options = [word for setting in settings for word in ("-c", setting)]
        return Program(
            name="database",
            command=(str(self.binaries.postgres), "-D", str(self.data), *options),
            log=log,
            account=self.account,
            directory=self.directory,
            stop_signal=signal.SIGINT,
            stop_within_seconds=20,
        )

    def answers(self) -> bool:
        """Whether the server takes connections by now."""
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Refusal(f"The database in {self.data} belongs to other secrets than those kept here.") from error
            return False
        return True

    def prepare(self) -> None:
        """Create what is missing of the portal's roles and its database.

        The portal's role is bound by row-level security. It may create databases, for tests and restore drills.
        """
        with contextlib.closing(self._connect("postgres")) as connected, connected.cursor() as cursor:
            connected.autocommit = True
            cursor.execute("SELECT rolname FROM pg_roles")
            known = {name for (name,) in cursor.fetchall()}
            for role in {ROLE, READER} - known:
                cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            for statement in _role_statements():
                cursor.execute(statement, {"password": self.password})
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not cursor.fetchone():
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(NAME), sql.Identifier(ROLE))
                )

    def _connect(self, name: str) -> connection:
        return psycopg2.connect(
            host=str(self.sockets), user=OWNER, password=self.owner_password, dbname=name, connect_timeout=3
        )

    def _initdb(self, new: Path) -> None:
        password_file = self.directory / "owner-password"
        with private_file(password_file, self.account) as file:
            file.write(self.owner_password)
        command = [str(self.binaries.initdb), "-D", str(new), "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8"]
        command += ["-A", "scram-sha-256", f"--pwfile={password_file}", "--no-instructions"]
        identity = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        made = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.directory, **identity)
        password_file.unlink()
        if made.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise Refusal(f"The database could not be made: {_reason(made.stderr)}")

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        said = subprocess.run([str(self.binaries.postgres), "--version"], check=True, capture_output=True, text=True)
        ours = re.findall(r"\d+", said.stdout)[0]
        if made_by != ours:
            raise Refusal(
                f"The database in {self.data} was made by PostgreSQL {made_by}; this is {ours}. "
                f"Dump it with the former release and load it here (docs/operations.md)."
            )


def socket_directory(wanted: Path, account: Account | None) -> Path:
    """`wanted`, or a new temporary directory where its path is too long or too odd for a socket and a URL."""
    if len(os.fsencode(wanted)) <= LONGEST_SOCKET_DIRECTORY and PLAIN_PATH.fullmatch(str(wanted)):
        return make_directory(wanted, mode=0o700, account=account)
    short = temporary_directory("portal-")
    if account:
        os.chown(short, account.uid, account.gid)
    return short


def connect(url: str) -> connection:
    """A connection to the database that a DATABASE_URL names, as Django understands it."""
    parts = environ.Env.db_url_config(url)
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    wanted = {ours: parts[theirs] for ours, theirs in names.items() if parts.get(theirs)}
    return psycopg2.connect(**wanted, **parts.get("OPTIONS", {}), connect_timeout=5)


def check_theirs(url: str) -> None:
    """See that the caller's own database answers and that its role may become the reader of client pages."""
    try:
        with contextlib.closing(connect(url)) as connected, connected.cursor() as cursor:
            connected.autocommit = True
            _ensure_reader(cursor)
    except psycopg2.errors.InsufficientPrivilege as error:
        raise Refusal(NO_READER) from error
    except psycopg2.OperationalError as error:
        raise Refusal(f"The database at DATABASE_URL does not answer: {str(error).strip()}") from error


@contextlib.contextmanager
def private_file(path: Path, account: Account | None) -> Iterator[IO[str]]:
    """Write a file that only the servers' user may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        if account:
            os.fchown(descriptor, account.uid, account.gid)
        yield file


def _ensure_reader(cursor: Cursor) -> None:
    cursor.execute("SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s", [READER])
    found = cursor.fetchone()
    if not found:
        cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(READER)))
    if not found or not found[0]:
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(READER)))


def _role_statements() -> list[sql.Composable]:
    role, reader = sql.Identifier(ROLE), sql.Identifier(READER)
    bound = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION"
    return [
        sql.SQL("ALTER ROLE {} LOGIN CREATEDB " + bound + " PASSWORD %(password)s").format(role),
        sql.SQL("ALTER ROLE {} NOLOGIN NOCREATEDB " + bound).format(reader),
        sql.SQL("GRANT {} TO {}").format(reader, role),
    ]


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if "error" in line.lower() or "FATAL" in line]
    return (lines or said.strip().splitlines() or ["no reason given"])[-1]
