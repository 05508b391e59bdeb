"""Documents over the REST API: those that the key may read, as they stand."""

import pytest

from documents.models import Document
from documents.writing import put_out_of_force
from papers import opened, paper
from programs import problem, program_of


@pytest.fixture
def shelf(world, beta):
    paper(world, "Internal", body="Inside.")
    opened(world, world.acme, "For Acme", body="# Yours")
    opened(world, beta, "For Beta")


def names(answer):
    return {row["name"] for row in answer.json()["results"]}


def test_a_program_of_the_provider_reads_every_document(world, shelf, program):
    assert names(program.get("documents/")) == {"Internal", "For Acme", "For Beta"}
    assert program.get("documents/internal/").json() == {
        "name": "Internal", "slug": "internal", "kind": "RUNBOOK", "audience": "INTERNAL", "client": None, "version": 1,
        "published_at": "2026-03-02T09:00:00Z", "out_of_force_at": None, "body": "Inside.", "added": "",
    }  # fmt: skip


def test_a_client_s_program_reads_that_client_s_documents_alone(world, shelf, acme):
    assert names(acme.get("documents/")) == {"For Acme"}
    assert acme.get("documents/for-acme/").json()["body"] == "# Yours"
    missing = problem(acme.get("documents/x/"), 404)["detail"]
    for slug in ("internal", "for-beta", "never-was"):
        assert problem(acme.get(f"documents/{slug}/"), 404)["detail"] == missing


def test_an_internal_document_about_a_client_is_not_for_its_program(world, shelf, acme):
    Document.objects.filter(name="Internal").update(client=world.acme)
    assert names(acme.get("documents/")) == {"For Acme"}


def test_what_is_out_of_force_is_for_the_provider_s_programs_alone(world, shelf, acme, program):
    put_out_of_force(document=Document.objects.get(name="For Acme"), why="Gone", now=world.now)
    assert names(acme.get("documents/")) == set()
    problem(acme.get("documents/for-acme/"), 404)
    assert names(program.get("documents/")) == {"Internal", "For Acme", "For Beta"}
    assert program.get("documents/for-acme/").json()["out_of_force_at"] == "2026-03-02T09:00:00Z"


def test_it_takes_the_scope_to_read_the_configuration(world, shelf):
    program = program_of(scopes=["tickets:read"])
    for path in ("documents/", "documents/internal/"):
        assert "config:read" in problem(program.get(path), 403)["detail"]


def test_the_list_holds_no_texts_and_comes_in_pages(world, program, django_assert_max_num_queries):
    for number in range(55):
        paper(world, f"Runbook {number}")
    with django_assert_max_num_queries(8):
        answer = program.get("documents/").json()
    assert len(answer["results"]) == 50 and answer["next"] and "body" not in answer["results"][0]
