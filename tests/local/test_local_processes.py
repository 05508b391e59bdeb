"""Programs end with us, are restarted when they die, and leave nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from escalation_portal.local.places import ROOT
from escalation_portal.local.processes import Program, end_orphans, has_ended, start, stop, wait_until
from escalation_portal.local.refusals import Refusal
from escalation_portal.local.supervisor import Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")


def program(tmp_path, command=SLEEP, **more):
    return Program(name="sleeper", command=command, log=tmp_path / "logs" / "sleeper.log", **more)


@pytest.fixture
def logs(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path


def alive(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_a_program_that_does_not_listen_is_ended_anyway(logs):
    deaf = program(logs, DEAF, stop_within_seconds=0.2)
    process = start(deaf)
    assert wait_until(lambda: deaf.log.read_text() == "1\n", seconds=10)
    stop(process, deaf)
    assert process.returncode == -signal.SIGKILL


def test_what_an_earlier_run_left_is_ended(logs):
    process = start(program(logs))
    assert wait_until(lambda: end_orphans({process.pid: list(SLEEP)}) == 1, seconds=5)
    assert wait_until(lambda: has_ended(process), seconds=5)


def test_a_stranger_with_an_old_number_is_left_alone(logs):
    process = start(program(logs))
    time.sleep(0.2)
    assert end_orphans({process.pid: ["gunicorn", "--bind", "127.0.0.1:8000"]}) == 0
    assert not has_ended(process)
    stop(process, program(logs))


def test_a_child_that_dies_is_started_again_and_that_is_said(logs, capsys):
    with Supervisor(logs) as supervisor:
        child = supervisor.start(program(logs))
        first = child.process.pid
        os.kill(first, signal.SIGKILL)
        assert supervisor.wait(lambda: child.process.pid != first, seconds=10)
    assert "The sleeper process was killed (SIGKILL); it starts again in 1 s." in capsys.readouterr().out
    assert not alive(child.process.pid)


def test_each_further_death_is_waited_on_longer(logs):
    with Supervisor(logs) as supervisor:
        child = supervisor.start(program(logs, (sys.executable, "-c", "")))
        assert supervisor.wait(lambda: child.pause == 4, seconds=10)


def test_children_stop_in_the_reverse_order_of_their_start(logs):
    trace = "import signal, sys, time; say = lambda *_: sys.exit(print(sys.argv[1])); signal.signal(15, say); print(0)"
    with Supervisor(logs) as supervisor:
        for name in ("database", "web", "watchdog"):
            command = (sys.executable, "-u", "-c", f"{trace}; time.sleep(60)", name)
            supervisor.start(Program(name=name, command=command, log=logs / "logs" / "all.log"))
        assert wait_until(lambda: (logs / "logs" / "all.log").read_text().count("0\n") == 3, seconds=10)
    assert (logs / "logs" / "all.log").read_text().split()[3:] == ["watchdog", "web", "database"]


def test_a_step_that_fails_is_told_with_its_last_words(logs):
    failing = program(logs, (sys.executable, "-c", "print('the reason'); raise SystemExit(3)"))
    with Supervisor(logs) as supervisor, pytest.raises(Refusal, match=r"(?s)The step 'sleeper' failed.*the reason"):
        supervisor.run(failing)


def test_a_server_that_never_answers_is_given_up(logs):
    with Supervisor(logs) as supervisor:
        with pytest.raises(Refusal, match="The sleeper did not start"):
            supervisor.start_until(program(logs), lambda: False, seconds=0.2)
        assert supervisor.children == []


@on_linux
def test_children_die_with_a_supervisor_that_is_killed(logs):
    code = (
        "import sys, time; from pathlib import Path\n"
        "from escalation_portal.local.processes import Program\n"
        "from escalation_portal.local.supervisor import Supervisor\n"
        "here = Path(sys.argv[1])\n"
        "with Supervisor(here) as supervisor:\n"
        f"    child = supervisor.start(Program('sleeper', {SLEEP!r}, here / 'logs' / 'x.log'))\n"
        "    print(child.process.pid, flush=True)\n"
        "    supervisor.keep()\n"
    )
    command = [sys.executable, "-c", code, str(logs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as supervisor:
        pid = int(supervisor.stdout.readline())
        supervisor.kill()
    assert wait_until(lambda: not alive(pid), seconds=5)
