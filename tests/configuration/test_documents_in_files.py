"""Hand-written documents as configuration: they come in, go out, and come in unchanged."""

import pytest
from django.db import transaction
from small_provider import NOON, SMALL, bring_in, refused

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.models import Client
from documents.models import Document, DocumentChange, DocumentVersion
from documents.writing import generate
from escalation_portal.configuration import export_configuration

pytestmark = pytest.mark.django_db
RUNBOOK = """\
documents:
  - name: Restart the router
    kind: runbook
    body: |
      # Before
      Tell the client.
"""
CONTRACT = """\
documents:
  - {name: What we agreed, kind: contract, audience: client, client: Acme Ltd, body: We answer within an hour.}
"""


def only() -> Document:
    return Document.objects.get()


def test_a_document_is_internal_unless_it_says_otherwise():
    bring_in(SMALL, RUNBOOK)
    document = only()
    assert (document.kind, document.audience, document.client) == ("RUNBOOK", "INTERNAL", None)
    assert DocumentVersion.live(document).document == {"body": "# Before\nTell the client.", "added": ""}
    assert DocumentVersion.live(document).note == "Imported from b.yaml"


def test_what_goes_out_comes_in_unchanged():
    bring_in(SMALL, RUNBOOK, CONTRACT)
    Document.objects.get(kind="RUNBOOK").grants.filter(group__name=roles.TECHNICIAN).delete()
    written = export_configuration()
    plan = bring_in(written)
    assert plan.count("create") == plan.count("change") == 0
    assert export_configuration() == written


def test_readers_are_written_where_they_are_not_the_usual_ones():
    with transaction.atomic():
        bring_in(SMALL, RUNBOOK)
        assert "readers:" not in export_configuration()
        only().grants.filter(group__name=roles.TECHNICIAN).delete()
        written = export_configuration()
        assert "readers:" in written
        transaction.set_rollback(True)
    bring_in(written)
    assert sorted(only().grants.values_list("group__name", flat=True)) == ["administrator", "manager", "program"]


def test_a_changed_text_is_the_next_version():
    bring_in(SMALL, RUNBOOK)
    plan = bring_in(RUNBOOK.replace("Tell the client.", "Tell nobody."))
    assert "body (version 2)" in str(plan)
    assert DocumentVersion.live(only()).body == "# Before\nTell nobody."


def test_a_document_that_is_opened_by_a_file_is_logged():
    bring_in(SMALL, RUNBOOK)
    plan = bring_in("documents: [{name: Restart the router, audience: client, client: Acme Ltd}]")
    assert "audience, client" in str(plan)
    assert (only().audience, only().client.name) == ("CLIENT", "Acme Ltd")
    assert [(change.text, change.why, change.by) for change in only().changes.all()] == [
        ("For Acme Ltd from now on: its decision makers read it.", "Imported from a.yaml", None)
    ]


def test_the_plan_says_who_will_read_what_a_file_opens():
    bring_in(SMALL, RUNBOOK)
    reader = User.objects.create_user("dana@acme.example", name="Dana")
    give_role(reader, roles.DECISION_MAKER, Client.objects.get(name="Acme Ltd"))
    row = "documents: [{name: Restart the router, audience: client, client: Acme Ltd}]"
    assert bring_in(row).remarks == (
        "Restart the router: opened to Acme Ltd, whose decision makers read it from now on (Dana)",
    )
    assert bring_in(row).remarks == ()


def test_a_file_that_takes_a_document_inside_leaves_it_about_its_client():
    bring_in(SMALL, CONTRACT)
    plan = bring_in("documents: [{name: What we agreed, audience: internal}]")
    assert (only().audience, only().client.name, plan.remarks) == ("INTERNAL", "Acme Ltd", ())


@pytest.mark.parametrize("readers", ["[technician]", "[manager]", "[]"])
def test_a_file_cannot_shut_managers_out(readers):
    bring_in(SMALL, RUNBOOK)
    [problem] = refused(f"documents:\n  - {{name: Restart the router, readers: {readers}}}\n")
    assert problem.startswith("a.yaml:2") and "must be among them" in problem
    assert only().grants.count() == 4 and not DocumentChange.objects.exists()


def test_the_readers_that_a_file_sets_are_logged():
    bring_in(SMALL, RUNBOOK)
    bring_in("documents: [{name: Restart the router, readers: [manager, administrator, program]}]")
    assert [(change.text, change.why, change.by) for change in only().changes.all()] == [
        ("“technician” may not read it any more.", "Imported from a.yaml", None)
    ]


def test_what_is_generated_is_not_written_out():
    bring_in(SMALL)
    facts = {"source_key": "policy:x", "name": "X", "kind": "POLICY", "audience": "INTERNAL", "client": None}
    generate(body="Generated.", note="n", now=NOON, **facts)
    assert "documents:" not in export_configuration()
    assert "is generated" in refused("documents: [{name: X, kind: policy, body: Mine}]")[0]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{name: A, kind: runbook}", "body: is missing: A is new"),
        ("{name: A, body: x}", "kind: is missing: A is new"),
        ("{name: A, kind: novel, body: x}", "kind"),
        ("{name: A, kind: contract, audience: client, body: x}", "a document for a client says which"),
        ("{name: A, kind: contract, audience: client, client: Acme Lt, body: x}", 'did you mean "Acme Ltd"?'),
        ("{name: A, kind: runbook, body: x, readers: [decision maker of acme-ltd]}", "no group that this document"),
        ("{name: A, kind: runbook, body: ''}", "body"),
        ("{name: '🙂', kind: runbook, body: x}", "makes no address"),
        ("{name: new, kind: runbook, body: x}", "makes no address"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(row, words):
    bring_in(SMALL)
    [problem] = refused(f"documents:\n  - {row}\n")
    assert problem.startswith("a.yaml:2") and words in problem
    assert not Document.objects.exists()


def test_a_kind_never_changes():
    bring_in(SMALL, RUNBOOK)
    assert "never changes" in refused("documents: [{name: Restart the router, kind: policy}]")[0]
