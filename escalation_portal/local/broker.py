"""Our own Valkey: it only carries wake-up calls, so its data may be lost at any time.

It listens on loopback with a random password: Celery and the Redis client spell the address of a socket differently.
"""

import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import redis

from escalation_portal.local.binaries import Binaries
from escalation_portal.local.database import private_file
from escalation_portal.local.places import Account
from escalation_portal.local.processes import Program


@dataclass(frozen=True)
class Broker:
    """A Valkey of our own on a free port of loopback."""

    binaries: Binaries
    directory: Path
    account: Account | None
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        """How Celery and the Redis client reach it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def configure(self) -> None:
        """Write its configuration, which keeps the password off the command line."""
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            "dir .",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "maxmemory-policy noeviction",
            "set-proc-title no",
        ]
        with private_file(self.directory / "valkey.conf", self.account) as file:
            file.write("\n".join(lines) + "\n")

    def program(self, log: Path) -> Program:
        """The server as a process."""
        return Program(
            name="broker",
            command=(str(self.binaries.valkey), str(self.directory / "valkey.conf")),
            log=log,
            account=self.account,
            directory=self.directory,
            stop_signal=signal.SIGTERM,
            stop_within_seconds=10,
        )

    def answers(self) -> bool:
        """Whether the server takes commands by now."""
        with redis.Redis.from_url(self.url, socket_timeout=2, retry=None) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def forget(self) -> None:
        """Throw its data away: the way out when a full disk has damaged it."""
        shutil.rmtree(self.directory / "appendonlydir", ignore_errors=True)


def free_port() -> int:
    """A port of loopback that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
