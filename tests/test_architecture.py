"""The house stands: floors, sizes and habits that no linter of ours checks elsewhere."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

FLOORS = (
    "accounts", "outbox", "sla", "clients", "vendors", "tiers", "documents", "tickets", "portal", "reports",
    "integrations", "escalation_portal",
)  # fmt: skip
ROOT = Path(settings.BASE_DIR)
CODE = [
    path
    for folder in (*FLOORS, "columnar", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]


def test_models_point_only_at_floors_below_their_own():
    """String foreign keys escape the import checks, so the relations themselves are walked."""
    height = {name: number for number, name in enumerate(FLOORS)}
    ours = [model for model in apps.get_models() if model._meta.app_label in height]
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model._meta.app_label in height
        and height[field.related_model._meta.app_label] > height[model._meta.app_label]
    ]  # fmt: skip
    assert upward == []


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_four_hundred_lines(path):
    assert len(path.read_text().splitlines()) <= 400


def test_no_module_is_called_by_what_it_is_instead_of_what_it_does():
    names = {"utils.py", "services.py", "helpers.py", "signals.py", "common.py"}
    assert [str(p) for p in CODE if p.name in names] == []


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_stand_at_the_top(path):
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    local = [n.lineno for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert local == []


def test_every_module_begins_with_what_it_is_for():
    empty = [p for p in CODE if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))]
    assert empty == []


def test_only_the_edges_read_the_clock():
    readers = [
        str(p.relative_to(ROOT))
        for p in CODE
        if any(word in p.read_text() for word in ("timezone.now(", "datetime.now(", "datetime.utcnow("))
    ]
    assert readers == []


def test_broad_excepts_stand_only_in_loops_in_which_one_must_not_stop_the_others():
    """The sweep over tickets, cases sent or undelivered, messages and digests, documents that catch up, a mailbox."""
    broad = {
        str(p.relative_to(ROOT))
        for p in CODE
        for n in ast.walk(ast.parse(p.read_text()))
        if isinstance(n, ast.ExceptHandler) and getattr(n.type, "id", "") in ("Exception", "BaseException", "")
    }
    loops = {
        "tickets/escalation.py", "tickets/vendor_cases.py", "tickets/digests.py", "outbox/delivery.py",
        "documents/catch_up.py", "integrations/mail/mailbox.py", "tickets/cases/undelivered.py",
    }  # fmt: skip
    assert broad <= loops | _tuples(broad)


def _tuples(broad: set[str]) -> set[str]:
    """Handlers that name several exceptions are not broad, though their type has no single name."""
    return {
        name
        for name in broad
        if not any(
            n.type is None or getattr(n.type, "id", "") in ("Exception", "BaseException")
            for n in ast.walk(ast.parse((ROOT / name).read_text()))
            if isinstance(n, ast.ExceptHandler)
        )
    }
