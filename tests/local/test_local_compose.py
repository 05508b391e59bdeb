"""docker-compose.yml runs the same processes as `manage.py up`; checked here without Docker."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from escalation_portal.local import programs
from escalation_portal.local.places import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["web", "worker", "beat", "watchdog", "mail"]
THEIRS = ["postgres", "redis"]


def test_it_runs_every_process_of_the_portal():
    assert {*OURS, *THEIRS, "migrate"} == set(SERVICES)
    ours = {program.name for program in programs.portal(ROOT, port=8000, environment={})}
    assert ours <= set(SERVICES)


@pytest.mark.parametrize("name", [*OURS, *THEIRS])
def test_every_lasting_process_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_ours_runs_as_root_or_may_become_it(name):
    assert SERVICES[name]["user"] == "portal"
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["read_only"] is True


def test_every_volume_that_is_used_is_declared():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", [*OURS, "migrate"])
def test_every_command_exists(name):
    for words in (SERVICES[name].get("command", ["python"]), SERVICES[name].get("healthcheck", {}).get("test", [])[1:]):
        assert exists(words), words


def exists(words):
    match words:
        case ["python", "manage.py", command, *_]:
            return programs.has_command(command) or command == "migrate"
        case ["python", "-m", module, *_]:
            return importlib.util.find_spec(module) is not None
        case ["python", "-c", code]:
            return bool(compile(code, "<health check>", "exec"))
        case [program, *_]:
            return shutil.which(program, path=str(Path(sys.prefix) / "bin")) is not None
    return True


def test_only_the_web_is_reached_from_outside_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    for secret in ("SECRET_KEY", "FIELD_KEYS", "POSTGRES_PASSWORD", "DATABASE_PASSWORD", "REDIS_PASSWORD"):
        assert set(re.findall(r"\$\{" + secret + r"(\W+)", text)) == {":?"}


def test_the_database_role_is_bound_by_row_level_security():
    assert "portal LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS" in COMPOSE["configs"]["roles"]["content"]


def test_the_image_does_not_run_as_root_and_installs_what_is_locked():
    lines = (ROOT / "Dockerfile").read_text()
    assert "\nUSER portal\n" in lines
    assert "--require-hashes" in lines
