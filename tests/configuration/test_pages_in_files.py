"""What is written for a client's page, as files bring it in and as it is written out again."""

import pytest
import yaml
from small_provider import NOON, bring_in, refused

from clients.models import PageWords
from escalation_portal.configuration import export_configuration

pytestmark = pytest.mark.django_db
ACME = "clients: [{{name: Acme Ltd, page: {}}}]"
TILL = "{title: The till stops, text: We come.}"


def written(page: str) -> str:
    return ACME.format(page)


def exported() -> dict:
    return next(row for row in yaml.safe_load(export_configuration())["clients"] if row["name"] == "Acme Ltd")


def live() -> PageWords | None:
    return PageWords.objects.order_by("-number").first()


def test_words_come_in_as_a_version_and_go_out_as_they_were(small):
    bring_in(written(f"{{intro: Call us., scenarios: [{TILL}], hidden: [server]}}"))
    document = {
        "intro": "Call us.",
        "scenarios": [{"title": "The till stops", "text": "We come."}],
        "hidden": ["server"],
    }
    assert (live().document, live().number, live().published_at) == (document, 1, NOON)
    assert live().note == "Imported from a.yaml" and exported()["page"] == document
    plan = bring_in(export_configuration())
    assert plan.count("change") == plan.count("create") == 0 and PageWords.objects.count() == 1


def test_a_client_about_whom_nothing_was_written_has_no_such_key(small):
    assert "page" not in exported()


def test_an_absent_page_is_untouched_and_an_empty_one_takes_the_words_away(small):
    bring_in(written("{intro: Call us.}"))
    bring_in("clients: [{name: Acme Ltd, timezone: UTC}]")
    assert live().document == {"intro": "Call us."}
    plan = bring_in(written("{}"))
    assert (live().document, live().number, plan.count("change")) == ({}, 2, 1) and "page" not in exported()
    bring_in(written("{intro: '', scenarios: []}"))
    assert live().number == 2


@pytest.mark.parametrize(
    "page, said",
    [
        (f"{{scenarios: [{TILL}, {TILL}]}}", "Another example has this title"),
        ("{scenarios: [{title: One}]}", "text"),
        ("{scenarios: [{title: '', text: x}]}", "title"),
        ("{hidden: [weather]}", "server"),
        ("{intro: " + "x" * 701 + "}", "700"),
        ("{scenarios: [" + ", ".join(f"{{title: t{i}, text: x}}" for i in range(4)) + "]}", "4 examples are too many"),
        ("{opening: Hello}", "opening"),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(small, page, said):
    [problem] = refused(written(page))
    assert problem.startswith("a.yaml:1") and said in problem and live() is None
