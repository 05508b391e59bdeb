"""Keeps the portal's processes alive: starts them in order, restarts what dies, stops them in the reverse order."""

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from escalation_portal.local.places import make_directory
from escalation_portal.local.processes import POLL_SECONDS, Program, end_orphans, has_ended, start, stop, wait_until
from escalation_portal.local.refusals import Refusal, sentence_for
from escalation_portal.local.state import write_private

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
STEADY_AFTER_SECONDS = 60.0
LARGEST_LOG_BYTES = 10_000_000
TAIL_LINES = 15
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    with contextlib.suppress(OSError):
        print(sentence, flush=True)


@dataclass
class Child:
    """One running program, with what is known of its earlier deaths."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    pause: float = FIRST_PAUSE_SECONDS
    restart_at: float | None = None
    is_kept: bool = True


@dataclass
class Supervisor:
    """The processes of one run. Leaving its `with` block stops them all, whatever happened."""

    directory: Path
    children: list[Child] = field(default_factory=list)
    handlers: dict[signal.Signals, Any] = field(default_factory=dict)
    leftovers: list[Path] = field(default_factory=list)  # directories elsewhere that go when all has stopped

    def __enter__(self) -> "Supervisor":
        for kind in STOPPING:
            self.handlers[kind] = signal.signal(kind, signal.default_int_handler)
        left = end_orphans(self._recorded())
        if left:
            say(f"Ended {left} processes that an earlier run had left.")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for wish in self.handlers:
            signal.signal(wish, signal.SIG_IGN)
        for child in reversed(self.children):
            stop(child.process, child.program)
        for leftover in self.leftovers:
            shutil.rmtree(leftover, ignore_errors=True)
        for wish, handler in self.handlers.items():
            signal.signal(wish, handler)

    def start(self, program: Program, *, is_kept: bool = True) -> Child:
        """Start a program; one that is kept is started again whenever it ends."""
        if program.log:
            _shorten(program.log)
        child = Child(program, start(program), time.monotonic(), is_kept=is_kept)
        self.children.append(child)
        self._record()
        return child

    def start_until(self, program: Program, answers: Callable[[], bool], *, seconds: float) -> None:
        """Start a server and wait until it answers; raises Refusal with its last words when it does not."""
        child = self.start(program)
        if not wait_until(lambda: has_ended(child.process) or answers(), seconds=seconds) or child.process.returncode:
            self.give_up(child)
            raise Refusal(f"The {program.name} did not start.\n{tail(program.log)}")

    def give_up(self, child: Child) -> None:
        """Stop one child for good."""
        stop(child.process, child.program)
        self.children.remove(child)

    def run(self, program: Program) -> None:
        """Run a command to its end; raises Refusal with its last words when it fails."""
        child = self.start(program, is_kept=False)
        while not has_ended(child.process):
            self.tend()
            time.sleep(POLL_SECONDS)
        self.children.remove(child)
        if child.process.returncode:
            raise Refusal(f"The step '{program.name}' failed.\n{tail(program.log)}")

    def wait(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Whether the condition came true in time; meanwhile the dead are restarted."""

        def tended() -> bool:
            self.tend()
            return condition()

        return wait_until(tended, seconds=seconds)

    def keep(self) -> None:
        """Tend the children until a signal ends this."""
        while True:
            self.tend()
            time.sleep(0.2)

    def tend(self) -> None:
        """Notice who has died, and start again whose pause is over."""
        for child in self.children:
            if child.is_kept and child.restart_at is None and has_ended(child.process):
                _postpone(child)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._restart(child)

    def _restart(self, child: Child) -> None:
        try:
            child.process = start(child.program)
        except OSError as error:
            say(f"{_title(child)}: {sentence_for(error)}")
            child.restart_at = time.monotonic() + LONGEST_PAUSE_SECONDS
            return
        child.started, child.restart_at = time.monotonic(), None
        say(f"{_title(child)} was started again.")
        with contextlib.suppress(OSError):  # on a full disk only the next run's search for orphans knows less
            self._record()

    def _record(self) -> None:
        record = {child.process.pid: list(child.program.command) for child in self.children}
        write_private(self.directory / "processes.json", json.dumps(record))

    def _recorded(self) -> dict[int, list[str]]:
        with contextlib.suppress(FileNotFoundError, ValueError):
            record = json.loads((self.directory / "processes.json").read_text(encoding="utf-8"))
            return {int(pid): command for pid, command in record.items()}
        return {}


def tail(log: Path | None) -> str:
    """The last lines of a log, and where it lies."""
    if log is None or not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join([*(f"  {line}" for line in lines), f"The whole log: {log}"])


def _postpone(child: Child) -> None:
    """A child that lived for a while is restarted soon; one that dies again and again waits longer each time."""
    if time.monotonic() - child.started > STEADY_AFTER_SECONDS:
        child.pause = FIRST_PAUSE_SECONDS
    child.restart_at = time.monotonic() + child.pause
    say(f"{_title(child)} {_end_of(child.process)}; it starts again in {child.pause:.0f} s. Log: {child.program.log}")
    child.pause = min(2 * child.pause, LONGEST_PAUSE_SECONDS)


def _end_of(process: subprocess.Popen[bytes]) -> str:
    if process.returncode < 0:
        return f"was killed ({signal.Signals(-process.returncode).name})"
    return f"ended with exit code {process.returncode}"


def _title(child: Child) -> str:
    return f"The {child.program.name} process"


def _shorten(log: Path) -> None:
    make_directory(log.parent, mode=0o700)
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
