"""Where things lie: the checkout, its virtual environment, and the state that outlives a run. Standard library only."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from escalation_portal.local.refusals import Refusal

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PORTAL = ROOT / ".portal"
SYSTEM_STATE = Path("/var/lib/escalation-portal")
SERVER_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Whom the database and the broker run as when root starts them: PostgreSQL refuses to be root."""

    uid: int
    gid: int


def state_directory() -> Path:
    """This checkout's state: beside the code, or for root where the servers' user can reach it."""
    if os.geteuid() != 0:
        return PORTAL
    return SYSTEM_STATE / hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]


def make_state_directory() -> Path:
    """Create what is missing of the state directory and return it."""
    directory = state_directory()
    if os.geteuid() == 0:
        make_directory(SYSTEM_STATE, mode=0o755)
        make_directory(directory, mode=0o711)
    make_directory(PORTAL, mode=0o700)
    make_directory(directory / "logs", mode=0o700)
    return directory


def make_directory(path: Path, *, mode: int, account: Account | None = None) -> Path:
    """Create one directory with exactly this mode and owner; an existing one stays as it is."""
    try:
        path.mkdir()
    except FileExistsError:
        return path
    path.chmod(mode)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def server_account() -> Account | None:
    """An existing unprivileged user for the servers, None when we are no root ourselves."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in SERVER_USERS:
        if name in known:
            return Account(known[name].pw_uid, known[name].pw_gid)
    raise Refusal(f"PostgreSQL does not run as root, and there is no user {' or '.join(SERVER_USERS)} to run it.")


def temporary_directory(prefix: str) -> Path:
    """A new private directory whose parents the servers' user can pass; the caller removes it."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if os.geteuid() != 0 or _passable(Path(parent)):
            return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    raise Refusal("No directory for temporary files can be reached by other users; set TMPDIR to one.")


def _passable(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.resolve().parents))


def temporary_name(path: Path) -> Path:
    """A name beside `path` under which it is made ready before it is renamed."""
    return path.with_name(f".{path.name}.{os.getpid()}")
