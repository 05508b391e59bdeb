"""How the API describes itself."""

import pytest
import yaml
from django.core.management import call_command

from escalation_portal.security import POLICY
from programs import program_of


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """The OpenAPI document, which must be valid and made without a warning."""
    file = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    return yaml.safe_load(file.read_text())


def operations(described):
    return [(path, method, op) for path, methods in described["paths"].items() for method, op in methods.items()]


def test_the_description_is_valid_and_names_each_scope(described):
    for path, method, operation in operations(described):
        assert f"Scope: `{operation['x-scope']}`" in operation["description"], (method, path)
        assert operation["security"] == [{"apiKey": []}]


def test_each_operation_tells_its_problems_and_each_post_its_key(described):
    for _path, method, operation in operations(described):
        assert {"400", "401", "403", "404"} <= set(operation["responses"])
        assert operation["responses"]["401"]["content"].keys() == {"application/problem+json"}
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert ("Idempotency-Key" in names) == (method == "post")


@pytest.mark.parametrize("path", ["/api/v1/policies/", "/api/v1/policies/{slug}/"])
def test_a_moment_is_described_as_one(described, path):
    [as_of] = [row for row in described["paths"][path]["get"]["parameters"] if row["name"] == "as_of"]
    assert as_of["schema"] == {"type": "string", "format": "date-time"}


def test_the_description_has_examples(described):
    for path in ("/api/v1/tickets/", "/api/v1/events/"):
        assert described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]


def test_the_description_is_served(client, db):
    answer = client.get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.")


def test_an_answer_is_what_the_description_says(described, world):
    ticket = program_of().post("tickets/", {"client": "Acme", "title": "t"}).json()
    assert set(ticket) == set(described["components"]["schemas"]["TicketForm"]["properties"])
    bound = program_of(client=world.acme).get(f"tickets/{ticket['key']}/").json()
    assert set(bound) == set(described["components"]["schemas"]["ClientTicketForm"]["properties"])


def test_the_pages_have_nothing_inline(client, db):
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert answer["Content-Security-Policy"] == POLICY
    assert "<style" not in page and "style=" not in page and "onclick" not in page
    assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=') == 2


def test_a_page_is_a_list_of_either_form(described):
    forms = described["components"]["schemas"]
    results = forms["PaginatedTicketOfKeyList"]["properties"]["results"]
    assert results == {"type": "array", "items": {"$ref": "#/components/schemas/TicketOfKey"}}
    assert [form["$ref"].rpartition("/")[2] for form in forms["TicketOfKey"]["anyOf"]] == [
        "TicketForm",
        "ClientTicketForm",
    ]


def test_a_body_is_described_as_strictly_as_it_is_read(described):
    bodies = [form for name, form in described["components"]["schemas"].items() if name.endswith("Body")]
    assert bodies and all(form["additionalProperties"] is False for form in bodies)
