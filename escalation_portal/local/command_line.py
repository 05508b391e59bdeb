"""What `manage.py` does before Django: the two local commands, and the right Python and environment for all others.

Standard library only: this runs on a machine that has nothing else yet.
"""

import argparse
import importlib.util
import os
import sys

from escalation_portal.local import bootstrap, state
from escalation_portal.local.places import PYTHON, ROOT, state_directory
from escalation_portal.local.refusals import Refusal, sentence_for

WITHOUT_DATABASE = (
    *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages"),
    *("makemigrations", "spectacular", "startapp", "version", "--help", "-h", "--version"),
)
NOTHING_RUNS = "No database is known: start one with `python3 manage.py up`, or set DATABASE_URL."
STILL_STARTING = "The portal is still starting; try again in a moment."
NO_SECRET = "DATABASE_URL is set, but SECRET_KEY is not: set it to the one the portal runs with."
NO_DJANGO = "Nothing is installed yet: `python3 manage.py up` does that."


def up_options(arguments: list[str]) -> argparse.Namespace:
    """The options of `up`; wrong ones end the program with exit code 2."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run the whole portal on this machine.")
    parser.add_argument("--port", type=_port, default=8000, help="the port on 127.0.0.1 (8000)")
    parser.add_argument("--empty", action="store_true", help="load no demo")
    parser.add_argument("--no-story", action="store_true", help="do not play the demo's story")
    parser.add_argument("--demo", action="store_true", help="load the demo into the empty database at DATABASE_URL")
    return parser.parse_args(arguments)


def prepare(arguments: list[str]) -> None:
    """Return only for a Django command, in the right Python with the right environment; else end or become another."""
    try:
        _prepare(arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        raise SystemExit(refusal.exit_code) from None
    except KeyboardInterrupt:
        print("\nStopped. The next run goes on from here.", file=sys.stderr)
        raise SystemExit(130) from None


def _prepare(arguments: list[str]) -> None:
    command = arguments[0] if arguments else "help"
    if command in LOCAL_COMMANDS:
        try:
            LOCAL_COMMANDS[command](arguments[1:])
        except OSError as error:
            raise Refusal(sentence_for(error)) from error
    _choose_python(arguments)
    _choose_environment(command, arguments)


def _up(arguments: list[str]) -> None:
    up_options(arguments)
    found = state.running(state_directory())
    if found:
        print(f"Escalation Portal {'already runs' if found.ready else 'is starting'} at {found.url}")
        raise SystemExit(0)
    bootstrap.ensure(bootstrap.RUN_LOCK)
    os.chdir(ROOT)
    bootstrap.enter_venv(["-m", "escalation_portal.local.up", *arguments])


def _test(arguments: list[str]) -> None:
    bootstrap.ensure(bootstrap.TEST_LOCK)
    os.chdir(ROOT)
    bootstrap.enter_venv(["-m", "escalation_portal.local.testing", *arguments])


LOCAL_COMMANDS = {"up": _up, "test": _test}


def _choose_python(arguments: list[str]) -> None:
    if bootstrap.in_venv():
        return
    if PYTHON.exists():
        bootstrap.enter_venv([str(ROOT / "manage.py"), *arguments])
    if importlib.util.find_spec("django") is None:
        raise Refusal(NO_DJANGO, exit_code=2)


def _choose_environment(command: str, arguments: list[str]) -> None:
    """Take the database of the `up` that runs in this checkout, unless the caller names another."""
    _join_the_running_one()
    if command in WITHOUT_DATABASE or "--help" in arguments or arguments == ["import_config", "--schema"]:
        if "SECRET_KEY" not in os.environ:
            os.environ.setdefault("PORTAL_LOCAL", "1")
    elif "DATABASE_URL" not in os.environ:
        raise Refusal(NOTHING_RUNS, exit_code=2)
    elif not os.environ.keys() & {"SECRET_KEY", "PORTAL_LOCAL"}:
        raise Refusal(NO_SECRET, exit_code=2)


def _join_the_running_one() -> None:
    found = state.running(state_directory())
    if found is None:
        return
    kept = state.read_environment(state_directory())
    if os.environ.get("DATABASE_URL", kept.get("DATABASE_URL")) != kept.get("DATABASE_URL"):
        return
    if not found.ready and "DATABASE_URL" not in os.environ:
        raise Refusal(STILL_STARTING, exit_code=2)
    for name, value in kept.items():
        os.environ.setdefault(name, value)


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no port: 1 to 65535")
