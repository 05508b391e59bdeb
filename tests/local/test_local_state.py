"""What a run leaves behind: secrets, the environment, the lock."""

import os
import stat

from escalation_portal.local import state
from escalation_portal.local.state import Running


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path):
    first = state.kept_secrets(tmp_path)
    assert state.kept_secrets(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_two_checkouts_never_share_a_secret():
    assert not set(state.new_secrets().values()) & set(state.new_secrets().values())


def test_the_environment_survives_the_file_whatever_it_holds(tmp_path):
    environment = {"A": "plain", "B": "with ' quotes \" and $HOME", "C": "", "D": "postgres://u:p@//tmp/x/y?z=1&w=2"}
    state.write_environment(tmp_path, environment)
    assert state.read_environment(tmp_path) == environment


def test_there_is_no_environment_before_the_first_run(tmp_path):
    assert state.read_environment(tmp_path) == {}


def test_only_one_run_holds_the_lock(tmp_path):
    with state.take_lock(tmp_path):
        assert state.take_lock(tmp_path) is None
    with state.take_lock(tmp_path) as again:
        assert again


def test_a_running_one_tells_its_address_and_a_dead_one_does_not(tmp_path):
    with state.take_lock(tmp_path):
        state.announce(tmp_path, url="http://127.0.0.1:8000", ready=True)
        assert state.running(tmp_path) == Running(url="http://127.0.0.1:8000", ready=True)
    assert state.running(tmp_path) is None


def test_a_write_that_fails_leaves_the_old_text(tmp_path):
    path = tmp_path / "file"
    state.write_private(path, "old")
    (tmp_path / f".file.{os.getpid()}").mkdir()
    try:
        state.write_private(path, "new")
    except OSError:
        assert path.read_text() == "old"
