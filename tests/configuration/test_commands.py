"""The two commands: what they print, and with which code they exit."""

import json
import re
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from small_provider import SMALL

from clients.models import Client


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "provider.yaml"
    path.write_text(SMALL)
    return path


@pytest.mark.django_db
def test_import_prints_its_plan(file):
    printed = run("import_config", file)
    assert "create     client         Acme Ltd\n" in printed
    assert "create     asset          Acme Ltd / FS01\n" in printed
    assert printed.endswith("17 to create, 0 to change, 0 unchanged.\n")


@pytest.mark.django_db
def test_a_dry_run_says_so(file):
    assert run("import_config", file, "--dry-run").endswith("This was a dry run: nothing was changed.\n")
    assert not Client.objects.exists()


@pytest.mark.django_db
def test_a_folder_stands_for_its_files_in_order(file):
    (file.parent / "another.yaml").write_text("calendars: [{name: Late, timezone: UTC, always: true}]")
    (file.parent / "notes.txt").write_text("not YAML: [")
    assert run("import_config", file.parent).startswith("create     calendar       Late\n")


@pytest.mark.django_db
def test_what_is_wrong_exits_2_and_names_the_file_as_it_was_given(file):
    file.write_text("tiers:\n  - {name: L1, levell: 1}\n")
    said = StringIO()
    with pytest.raises(CommandError, match=r"^Nothing was changed\.$") as caught:
        call_command("import_config", str(file), stderr=said)
    assert caught.value.returncode == 2
    assert said.getvalue() == f'{file}:2: tiers.0.levell: unknown key; did you mean "level"?\n'


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["/nowhere/provider.yaml"], ["/nowhere"]])
def test_wrong_use_exits_2(arguments):
    with pytest.raises(CommandError) as caught:
        run("import_config", *arguments)
    assert caught.value.returncode == 2


@pytest.mark.django_db
def test_export_writes_to_standard_output_or_to_a_file(file, tmp_path):
    run("import_config", file)
    printed = run("export_config")
    run("export_config", tmp_path / "out.yaml")
    assert (tmp_path / "out.yaml").read_text() == printed
    assert list(yaml.safe_load(printed)) == [
        "calendars", "agreements", "teams", "tiers", "clients", "vendors", "policies", "integrations",
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_export_that_cannot_be_written_exits_2(tmp_path):
    with pytest.raises(CommandError) as caught:
        run("export_config", tmp_path)
    assert caught.value.returncode == 2


def test_the_schema_needs_no_database():
    schema = json.loads(run("import_config", "--schema"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["properties"]) >= {"calendars", "policies", "integrations"}
    assert schema["additionalProperties"] is False


def test_the_schema_knows_no_empty_defaults_and_no_private_names():
    printed = run("import_config", "--schema")
    assert '"default": null' not in printed
    assert re.search(r'"from": \{', printed)
