"""From a bare Python to a virtual environment with the locked packages. Standard library only.

A stamp beside the packages holds the digest of the lock file they came from. It is written last, so that an
interrupted installation is simply done again.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from escalation_portal.local.places import PORTAL, PYTHON, ROOT, VENV, make_directory
from escalation_portal.local.refusals import Refusal

RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-dev.lock"
NO_VENV = (
    "This Python cannot make a virtual environment: its module ensurepip is missing. "
    "On Debian and Ubuntu: apt-get install python3-venv. Then run the same command again."
)
NO_PACKAGES = (
    "The packages could not be installed. If the network or the package index is out of reach, "
    "run the same command again when it is back."
)


def in_venv() -> bool:
    """Whether this very process runs in the checkout's virtual environment."""
    return VENV.exists() and Path(sys.prefix).resolve() == VENV.resolve()


def installed(lock: Path) -> bool:
    """Whether the virtual environment holds exactly what this lock file asks for."""
    return PYTHON.exists() and _stamp_of(lock).exists() and _stamp_of(lock).read_text() == digest(lock)


def digest(lock: Path) -> str:
    """The SHA-256 of a lock file, in hexadecimal."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def ensure(lock: Path) -> None:
    """Make the virtual environment and install the lock file, unless that is done already."""
    if installed(lock):
        return
    make_directory(PORTAL, mode=0o700)
    with open(PORTAL / "bootstrap.lock", "w", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not installed(lock):
            _make_venv()
            _forget_other_stamps()
            _install(lock)
            _stamp_of(lock).write_text(digest(lock))


def pip_arguments(lock: Path) -> list[str]:
    """How the packages are installed: pinned, hashed, wheels only; where from is pip's own configuration."""
    options = ["--require-hashes", "--only-binary", ":all:", "--no-input", "--progress-bar", "off"]
    return ["-m", "pip", "install", "--disable-pip-version-check", *options, "-r", str(lock)]


def progress(lines: Iterable[str], *, total: int) -> Iterable[str]:
    """What is worth telling of pip's output: each package with its number, and the last step."""
    count = 0
    for line in lines:
        found = re.match(r"(Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if found:
            count += 1
            yield f"  {min(count, total)} of {total}: {found[2]}"
        elif line.startswith("Installing collected packages"):
            yield "  unpacking"


def _stamp_of(lock: Path) -> Path:
    return VENV / f"{lock.name}.sha256"


def _forget_other_stamps() -> None:
    """Installing one lock may undo another one that has changed since; a stamp that still holds stays."""
    for lock in (RUN_LOCK, TEST_LOCK):
        if not installed(lock):
            _stamp_of(lock).unlink(missing_ok=True)


def _make_venv() -> None:
    if _answers("import pip"):
        return
    if VENV.is_symlink():
        raise Refusal(f"{VENV} is a link to an environment that does not work; remove it.")
    if importlib.util.find_spec("ensurepip") is None:
        raise Refusal(NO_VENV)
    print(f"Making a virtual environment in {VENV} …", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode != 0:
        raise Refusal(f"The virtual environment could not be made: {_last(made.stderr or made.stdout)}")


def _answers(code: str) -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-c", code], check=False, capture_output=True).returncode == 0


def _install(lock: Path) -> None:
    total = len(re.findall(r"^[\w.\[\],-]+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    print(f"Installing {total} packages …", flush=True)
    command = [str(PYTHON), *pip_arguments(lock)]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as pip:
        for line in progress(_kept(pip.stdout or [], said), total=total):
            print(line, flush=True)
    if pip.returncode != 0:
        raise Refusal(f"{NO_PACKAGES}\npip says: {_complaint(said)}")


def _kept(lines: Iterable[str], said: list[str]) -> Iterable[str]:
    for line in lines:
        said.append(line)
        yield line


def _complaint(said: list[str]) -> str:
    errors = [line.strip() for line in said if line.startswith("ERROR")]
    return "\n".join(errors[-3:]) or _last("".join(said))


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["nothing"])[-1]


def enter_venv(arguments: list[str]) -> None:
    """Become the virtual environment's Python with these arguments; does not return."""
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *arguments])
