"""What a run leaves for the next one and for other terminals: secrets, environment, lock. Standard library only."""

import base64
import fcntl
import json
import os
import secrets
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOCK_PATIENCE_SECONDS = 0.5


@dataclass(frozen=True)
class Running:
    """What a running `up` says of itself; `ready` once beat, broker, worker and database are proven."""

    url: str
    ready: bool


def write_private(path: Path, text: str) -> None:
    """Replace a file that only its owner may read, so that a crash leaves the old text or the new."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def kept_secrets(directory: Path) -> dict[str, str]:
    """The random secrets of this state directory, made at the first call and never changed."""
    path = directory / "secrets.json"
    if not path.exists():
        write_private(path, json.dumps(new_secrets()))
    return json.loads(path.read_text(encoding="utf-8"))


def new_secrets() -> dict[str, str]:
    """Fresh random secrets for Django, for what is encrypted at rest, and for the two servers."""
    field_key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    names = ("SECRET_KEY", "owner_password", "database_password", "broker_password")
    return {name: secrets.token_urlsafe(32) for name in names} | {"FIELD_KEYS": field_key}


def write_environment(directory: Path, environment: Mapping[str, str]) -> None:
    """Leave the children's environment for commands in other terminals; a shell can source it too."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(environment.items())]
    write_private(directory / "env", "".join(lines))


def read_environment(directory: Path) -> dict[str, str]:
    """What `write_environment` left, empty when there is nothing."""
    try:
        lines = (directory / "env").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def take_lock(directory: Path) -> IO[str] | None:
    """Become the one `up` of this checkout until the file is closed; None when another one runs."""
    file = open(directory / "lock", "a", encoding="utf-8")  # noqa: SIM115 - held as long as the process lives
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while not _locked(file, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            file.close()
            return None
        time.sleep(0.05)
    return file


def running(directory: Path) -> Running | None:
    """The `up` that runs in this checkout, None when none does or another user's is out of reach."""
    try:
        with open(directory / "lock", encoding="utf-8") as file:
            if _locked(file, fcntl.LOCK_SH):
                return None
        return Running(**json.loads((directory / "running.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, PermissionError):
        return None


def announce(directory: Path, *, url: str, ready: bool) -> None:
    """Tell other terminals where this run is found."""
    write_private(directory / "running.json", json.dumps({"url": url, "ready": ready}))


def _locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
