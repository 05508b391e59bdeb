"""From a bare Python to the locked packages: what pip is asked for, and what is told of it."""

import re
import subprocess
import sys

import pytest

from escalation_portal.local import bootstrap
from escalation_portal.local.places import ROOT

LOCKS = [bootstrap.RUN_LOCK, bootstrap.TEST_LOCK]


def test_packages_come_pinned_hashed_and_as_wheels():
    arguments = bootstrap.pip_arguments(bootstrap.RUN_LOCK)
    assert {"--require-hashes", "--only-binary", ":all:"} <= set(arguments)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_no_lock_file_names_a_package_index(lock):
    assert not re.search(r"https?://|--index|--extra-index|--find-links", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock):
    pinned = re.findall(r"^[\w.\[\],-]+==.*\\$", lock.read_text(), re.MULTILINE)
    named = re.findall(r"^[\w.\[\],-]+==.*$", lock.read_text(), re.MULTILINE)
    assert named and pinned == named


def test_progress_counts_packages_and_hides_the_rest():
    said = [
        "Collecting django==5.2.1 (from -r requirements.lock (line 3))\n",
        "  Using cached django.whl (8 MB)\n",
        "Requirement already satisfied: redis==8.0.0 in ./.venv/lib\n",
        "Installing collected packages: django\n",
        "Successfully installed django-5.2.1\n",
    ]
    assert list(bootstrap.progress(said, total=2)) == ["  1 of 2: django", "  2 of 2: redis", "  unpacking"]


def test_the_commands_need_nothing_but_the_standard_library():
    """Isolated and without site-packages, as on a machine that has nothing yet."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import escalation_portal.local.command_line"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_manage_py_can_be_read_by_a_python_that_is_too_old():
    """It has to tell that Python in a sentence, so it may use no new syntax."""
    compile_it = f"import ast; ast.parse(open({str(ROOT / 'manage.py')!r}).read(), feature_version=(3, 4))"
    subprocess.run([sys.executable, "-c", compile_it], check=True)
