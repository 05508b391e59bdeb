"""`manage.py up` as a person uses it, in a checkout of its own, with real servers."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from escalation_portal.local import proof, state
from escalation_portal.local.broker import free_port
from escalation_portal.local.places import ROOT
from escalation_portal.local.processes import wait_until

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(sys.platform != "linux", reason="the built-in servers are for Linux"),
]
OURS = ("DATABASE_URL", "REDIS_URL", "PORTAL_LOCAL", "SECRET_KEY", "FIELD_KEYS", "DATABASE_TIMEOUTS", "EMAIL_URL")
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", ".portal", "__pycache__", ".*_cache", ".hypothesis")
LAST_WORDS = "Ctrl-C stops all of it."


class Checkout:
    """A copy of the tree that shares our virtual environment, with its own state."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=NOT_COPIED)
        (root / ".venv").symlink_to(sys.prefix)
        self.port = free_port()
        self.log = root / "up.log"
        kept = {name: value for name, value in os.environ.items() if name not in OURS and "PYTEST" not in name}
        self.environment = kept | {"PYTHONUNBUFFERED": "1"}
        self.state = Path(
            self.python("-c", "from escalation_portal.local import places as p; print(p.state_directory())")
        )

    def python(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], check=True, capture_output=True, text=True, cwd=self.root, env=self.environment
        )
        return done.stdout.strip()

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), check=False, capture_output=True, text=True, **self.here, timeout=60
        )

    def up(self) -> subprocess.Popen[bytes]:
        with open(self.log, "wb") as log:
            words = self.command("up", "--empty", "--no-story", "--port", str(self.port))
            process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, **self.here)
        assert wait_until(lambda: LAST_WORDS in self.said or process.poll() is not None, seconds=120)
        assert process.poll() is None, self.said
        return process

    def command(self, *words: str) -> list[str]:
        return [sys.executable, str(self.root / "manage.py"), *words]

    @property
    def here(self) -> dict:
        return {"cwd": self.root, "env": self.environment}

    @property
    def said(self) -> str:
        return self.log.read_text()

    def processes(self) -> list[int]:
        return [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if self.owns(pid)]

    def owns(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_text()
            return str(self.root) in words or str(self.state) in words
        return False


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path / "checkout")
    yield made
    for pid in made.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if not made.state.is_relative_to(made.root):
        shutil.rmtree(made.state, ignore_errors=True)


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status


def test_the_portal_comes_up_survives_a_kill_and_stops(checkout):
    running = checkout.up()
    assert "beat → broker → worker → database" in checkout.said
    assert status_of(f"http://127.0.0.1:{checkout.port}/healthz") == 200

    a_second_start_prints_the_address(checkout)
    the_role_is_bound_by_row_level_security(checkout)
    another_terminal_finds_the_database(checkout)
    a_dead_server_comes_back(checkout)

    running.kill()
    running.wait()
    assert wait_until(lambda: checkout.processes() == [], seconds=60), "a killed supervisor left processes"

    again = checkout.up()
    again.send_signal(signal.SIGINT)
    assert again.wait(timeout=40) == 0
    assert checkout.said.strip().endswith("Stopped.")
    assert checkout.processes() == []


def a_second_start_prints_the_address(checkout):
    second = checkout.manage("up", "--port", "9")
    assert second.returncode == 0
    assert second.stdout == f"Escalation Portal already runs at http://127.0.0.1:{checkout.port}\n"


def the_role_is_bound_by_row_level_security(checkout):
    url = state.read_environment(checkout.state)["DATABASE_URL"]
    with contextlib.closing(proof.connect(url)) as connected, connected.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
        cursor.execute("SET ROLE portal_reader")


def another_terminal_finds_the_database(checkout):
    told = checkout.manage("showmigrations", "outbox")
    assert told.returncode == 0, told.stderr
    assert "[X] 0001_initial" in told.stdout


def a_dead_server_comes_back(checkout):
    postmaster = int((checkout.state / "database" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert wait_until(lambda: "The database process was started again." in checkout.said, seconds=15)


def test_a_taken_port_is_told_in_a_sentence(checkout):
    with socket.socket() as other:
        other.bind(("127.0.0.1", checkout.port))
        other.listen()
        told = checkout.manage("up", "--empty", "--port", str(checkout.port))
    assert told.returncode == 1
    assert f"Port {checkout.port} is taken by another program" in told.stderr
    assert "Traceback" not in told.stderr
    assert checkout.processes() == []
