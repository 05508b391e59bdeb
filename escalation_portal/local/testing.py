"""`manage.py test`: servers of its own that forget everything, then the checks, then the tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from escalation_portal.local import servers, state
from escalation_portal.local.places import ROOT, make_directory, temporary_directory
from escalation_portal.local.refusals import Refusal, sentence_for
from escalation_portal.local.supervisor import Supervisor

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GET_A_BROWSER = "On Debian and Ubuntu: apt-get install chromium. Or set CHROMIUM to the path of a Chromium or Chrome."
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
CHECKS = {
    "ruff": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
    "imports": ("-c", LINT_IMPORTS),
    "templates": ("-m", "djlint", "--lint", "templates"),
    "spelling": ("-m", "codespell_lib"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
}
EVERYTHING = ("-n", "2")


def main(arguments: list[str]) -> int:
    """Exit 0 when all passed; with pytest's arguments only those tests run, without the checks."""
    try:
        browser = _browser()
        return _test(arguments, browser)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    except OSError as error:
        print(sentence_for(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _test(arguments: list[str], browser: dict[str, str]) -> int:
    directory = temporary_directory("portal-test-")
    try:
        directory.chmod(0o711)
        make_directory(directory / "logs", mode=0o700)
        with Supervisor(directory) as supervisor:
            kept = state.new_secrets()
            urls = servers.start(supervisor, directory, kept, servers.wanted(lasting=False))
            os.environ.update({**urls, **browser, **_settings(kept, directory)})
            return _report(_run_all(arguments))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _settings(kept: dict[str, str], directory: Path) -> dict[str, str]:
    keys = {name: kept[name] for name in ("SECRET_KEY", "FIELD_KEYS")}
    static = make_directory(directory / "static", mode=0o755)
    return {"PORTAL_LOCAL": "1", "STATIC_ROOT": str(static), **keys}


def _run_all(arguments: list[str]) -> dict[str, bool]:
    """Whether each step passed; a failed one does not keep the others from running."""
    steps = {} if arguments else {name: words for name, words in CHECKS.items() if _applies(name)}
    steps["tests"] = ("-m", "pytest", *(arguments or EVERYTHING))
    return {name: _passes(name, words) for name, words in steps.items()}


def _applies(name: str) -> bool:
    return name != "templates" or (ROOT / "templates").is_dir()


def _passes(name: str, words: tuple[str, ...]) -> bool:
    print(f"── {name}", flush=True)
    return subprocess.run([sys.executable, *words], check=False, cwd=ROOT).returncode == 0


def _report(passed: dict[str, bool]) -> int:
    failed = [name for name, good in passed.items() if not good]
    good = [name for name in passed if name not in failed]
    print(f"── passed: {', '.join(good) or 'nothing'}; failed: {', '.join(failed) or 'nothing'}", flush=True)
    return 1 if failed else 0


def _browser() -> dict[str, str]:
    """Where Chromium is; one loud line when there is none, and a refusal when one is required."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found and Path(found).exists():
        return {"CHROMIUM": found}
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise Refusal(f"REQUIRE_BROWSER is set, but no Chromium was found. {GET_A_BROWSER}")
    print(f"!! NO BROWSER: the browser tests are skipped. {GET_A_BROWSER}", file=sys.stderr, flush=True)
    return {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
