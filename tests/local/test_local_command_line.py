"""What `manage.py` says when it is used wrongly, or when nothing runs."""

import os
import subprocess
import sys

import pytest

from escalation_portal.local.command_line import up_options
from escalation_portal.local.places import ROOT

KNOWN_TO_A_RUN = ("DATABASE_URL", "REDIS_URL", "PORTAL_LOCAL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


def manage(checkout, *arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in KNOWN_TO_A_RUN}
    command = [sys.executable, str(checkout / "manage.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=clean | environment, timeout=60)


@pytest.fixture
def checkout(tmp_path):
    """The two things that `manage.py` needs before Django, in a place where nothing runs."""
    (tmp_path / "manage.py").write_text((ROOT / "manage.py").read_text())
    local = tmp_path / "escalation_portal" / "local"
    local.mkdir(parents=True)
    for source in (ROOT / "escalation_portal" / "local").glob("*.py"):
        (local / source.name).write_text(source.read_text())
    (local.parent / "__init__.py").write_text("")
    return tmp_path


def test_up_takes_its_defaults():
    options = up_options([])
    assert (options.port, options.empty, options.no_story, options.demo) == (8000, False, False, False)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "8000.5", ""])
def test_what_is_no_port_is_wrong_use(port, capsys):
    with pytest.raises(SystemExit) as ended:
        up_options(["--port", port])
    assert ended.value.code == 2


def test_wrong_options_are_told_before_anything_is_installed(checkout):
    told = manage(checkout, "up", "--prot", "8000")
    assert told.returncode == 2
    assert not (checkout / ".venv").exists()


def test_a_command_without_a_database_says_how_to_get_one(checkout):
    told = manage(checkout, "create_api_key")
    assert told.returncode == 2
    assert told.stderr.strip() == "No database is known: start one with `python3 manage.py up`, or set DATABASE_URL."


def test_a_named_database_needs_the_secret_that_goes_with_it(checkout):
    told = manage(checkout, "migrate", DATABASE_URL="postgres://somewhere/portal")
    assert told.returncode == 2
    assert "SECRET_KEY" in told.stderr
    assert "Traceback" not in told.stderr
