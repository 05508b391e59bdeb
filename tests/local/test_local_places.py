"""Where state lies, and how a socket finds a path that is short enough."""

import stat

import environ
import pytest

from escalation_portal.local.binaries import Binaries
from escalation_portal.local.database import Database, socket_directory
from escalation_portal.local.places import ROOT, make_directory, temporary_directory
from escalation_portal.local.refusals import sentence_for


def test_a_short_plain_path_holds_the_socket():
    home = temporary_directory("portal-test-")
    try:
        assert socket_directory(home / "sockets", None) == home / "sockets"
    finally:
        (home / "sockets").rmdir()
        home.rmdir()


@pytest.mark.parametrize("name", ["long" * 30, "with space", "ümlaut", "with,comma"])
def test_a_long_or_odd_path_is_moved(tmp_path, name):
    moved = socket_directory(tmp_path / name, None)
    assert not moved.is_relative_to(tmp_path)
    assert stat.S_IMODE(moved.stat().st_mode) == 0o700
    moved.rmdir()


def test_a_new_directory_has_its_mode_and_an_old_one_keeps_its_own(tmp_path):
    tmp_path.chmod(0o750)
    make_directory(tmp_path, mode=0o700)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750
    assert stat.S_IMODE(make_directory(tmp_path / "new", mode=0o711).stat().st_mode) == 0o711


def test_django_understands_the_address_of_our_database(tmp_path):
    programs = Binaries(tmp_path, tmp_path, tmp_path)
    database = Database(programs, tmp_path, tmp_path / "sockets", None, "owner", "p@ss/word+%")
    parts = environ.Env.db_url_config(database.url)
    assert (parts["HOST"], parts["USER"], parts["NAME"]) == (str(tmp_path / "sockets"), "portal", "portal")
    assert parts["PASSWORD"] == "p@ss/word+%"


@pytest.mark.parametrize(
    "number, sentence",
    [(28, "The disk is full: /x"), (30, "The disk is read-only: /x"), (13, "This user may not write there: /x")],
)
def test_what_the_system_refuses_is_a_sentence(number, sentence):
    assert sentence_for(OSError(number, "…", "/x")) == sentence


def test_no_file_of_the_local_stack_is_long():
    lengths = {
        path.name: len(path.read_text().splitlines()) for path in (ROOT / "escalation_portal/local").glob("*.py")
    }
    assert max(lengths.values()) < 400
