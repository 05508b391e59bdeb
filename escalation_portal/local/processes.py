"""Start a program so that it cannot outlive us, stop it, and find what an earlier run has left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from escalation_portal.local.places import ROOT, Account

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Program:
    """One process of the portal: what to run, as whom, where it writes, how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    log: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    directory: Path = ROOT
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_seconds: float = 5.0


def start(program: Program) -> subprocess.Popen[bytes]:
    """Run the program in a session of its own, so that Ctrl-C reaches it through us, in the right order."""
    with open(program.log, "ab") if program.log else contextlib.nullcontext() as log:
        return subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT if log else None,
            env={**os.environ, **program.environment},
            cwd=program.directory,
            start_new_session=True,
            preexec_fn=_tied_to_us(program.stop_signal),  # noqa: PLW1509 - we have no threads
            **_identity(program.account),
        )


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ask the program to end, and after its time is up end it and all that it started."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(program.stop_within_seconds)
    if process.poll() is None:
        _end_group(process.pid)
        process.wait()


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it is gone; then its own children are ended before its number can be given away."""
    if process.returncode is None and _exited(process.pid):
        _end_group(process.pid)
        process.wait()
    return process.returncode is not None


def end_orphans(recorded: Mapping[int, list[str]]) -> int:
    """End what an earlier run left: same process group *and* same command line as recorded. Returns how many."""
    orphans = list(_orphans(recorded))
    for kind in (signal.SIGTERM, signal.SIGKILL):
        for pid in orphans:
            if _command_line(pid) in recorded.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, kind)
        if wait_until(lambda: not any(_command_line(pid) for pid in orphans), seconds=3):
            break
    return len(orphans)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _exited(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _orphans(recorded: Mapping[int, list[str]]) -> Iterator[int]:
    for pid in _all_pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            group = os.getpgid(pid)
            if group in recorded and _command_line(pid) == recorded[group]:
                yield pid


def _all_pids() -> list[int]:
    if Path("/proc/self").exists():
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    listed = subprocess.run(["ps", "-axo", "pid="], check=False, capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


def _command_line(pid: int) -> list[str]:
    """The words of a living process's command, empty when it is gone; without /proc, cut at spaces."""
    if not Path("/proc/self").exists():
        listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True)
        return listed.stdout.split()
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
    return [os.fsdecode(word) for word in words[:-1]]


def _tied_to_us(last_signal: signal.Signals) -> Callable[[], None] | None:
    return partial(_die_with, os.getpid(), last_signal) if LIBC else None


def _die_with(parent: int, last_signal: signal.Signals) -> None:
    """Runs in the child after it has changed its user, which would clear this wish."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, int(last_signal))
    if os.getppid() != parent:
        os._exit(1)


def _identity(account: Account | None) -> dict[str, object]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
