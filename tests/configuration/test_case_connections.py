"""Connections to vendors' APIs in configuration files: what is kept, what is refused, and what is written out."""

import json

import pytest
from small_provider import bring_in

from accounts.oidc_config import identity_providers
from escalation_portal.configuration import BadConfiguration, export_configuration
from integrations.models import CaseConnection
from tickets.models import EventSource
from vendors.models import Service

pytestmark = pytest.mark.django_db
URL = "https://api.vendor.example/cases"
ROW = f'{{system: case_api, service: Cloud mail, url: "{URL}", secret_env: CLOUD_API, number_at: "data.id"}}'
ENVIRON = {"CLOUD_API": "vendor-secret-4711"}


def connect(row=ROW, environ=ENVIRON):
    return bring_in(f"integrations: [{row}]", environ=environ)


def test_a_connection_is_kept_with_the_name_of_its_secret_alone(small):
    plan = connect()
    row = CaseConnection.objects.get()
    assert (row.name, row.service.name, row.url) == (
        "Cloud mail by API",
        "Cloud mail",
        "https://api.vendor.example/cases",
    )
    assert (row.secret_name, row.number_at) == ("CLOUD_API", "data.id")
    assert plan.count("create") == 1 and not EventSource.objects.filter(name="Cloud mail by API").exists()
    assert "vendor-secret-4711" not in export_configuration()


def test_it_goes_out_and_in_unchanged(small):
    connect()
    written = export_configuration()
    plan = bring_in(written, environ=ENVIRON)
    assert (plan.count("create"), plan.count("change"), export_configuration()) == (0, 0, written)


def test_what_a_later_file_does_not_say_stays(small):
    connect()
    connect('{system: case_api, service: Cloud mail, number_at: "case.key"}')
    row = CaseConnection.objects.get()
    assert (row.number_at, row.url, row.secret_name) == ("case.key", URL, "CLOUD_API")


def test_a_secret_that_is_not_set_here_is_told(small):
    assert (
        "Cloud mail by API: CLOUD_API is not set here; the worker needs it to lodge cases"
        in connect(environ={}).remarks
    )


def refused_secret(environ, row=ROW) -> str:
    with pytest.raises(BadConfiguration) as refused:
        connect(row, environ)
    [problem] = refused.value.problems
    assert problem.path.endswith("secret_env") and not CaseConnection.objects.exists()
    return problem.message


def test_the_secret_of_an_identity_provider_is_sent_to_no_vendor(small, settings):
    known = {"id": "entra", "name": "Entra", "issuer": "https://login.example", "client_id": "1"}
    known = [known | {"secret_env": "CLOUD_API"}]
    settings.IDENTITY_PROVIDERS = identity_providers(json.dumps(known), ENVIRON)
    assert "CLOUD_API is a secret of the portal's own" in refused_secret(ENVIRON)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_lets_another_system_in_is_sent_to_no_vendor(small, at_once):
    other = "{system: ninjaone, name: Other, secret_env: OTHER_HOOK}"
    environ = {"OTHER_HOOK": "let-me-in", "CLOUD_API": "let-me-in"}
    if not at_once:
        connect(other, environ)
    assert "CLOUD_API is a secret of the portal's own" in refused_secret(environ, f"{other}, {ROW}" if at_once else ROW)


def test_a_service_that_goes_by_api_without_a_connection_is_told(small):
    Service.objects.update(lodge_by="API")
    words = 'Cloud mail: its cases go by API, and no system "case_api" is configured for it'
    assert words in bring_in("teams: []").remarks
    assert words not in connect().remarks


@pytest.mark.parametrize(("row", "key", "words"), [
    (ROW.replace("service: Cloud mail, ", ""), "service", "is missing: say about which service"),
    (ROW.replace("Cloud mail", "Cloud male"), "service", 'no service "Cloud male"; did you mean "Cloud mail"?'),
    (ROW.replace("secret_env: CLOUD_API, ", ""), "secret_env", "is missing"),
    (ROW.replace(f'url: "{URL}", ', ""), "url", "is missing"),
    (ROW.replace("https://", "http://"), "url", "must begin with https://"),
    (ROW.replace("https://", "https://user:word@"), "url", "must not hold a user or a password"),
    (ROW.replace("CLOUD_API", "FIELD_KEYS"), "secret_env", "FIELD_KEYS is a secret of the portal's own"),
    (ROW.replace("data.id", "data..id"), "number_at", ""),
    (ROW.replace("{system", '{organisations: {"2": Acme Ltd}, system'), "organisations", "sends us nothing"),
    ("{system: ninjaone, name: Other, url: 'https://x.example'}", "url", 'only the system "case_api" has this'),
    (f"{ROW}, {ROW.replace('{system', '{name: Second, system')}", "service", '"Cloud mail" is described twice'),
])  # fmt: skip
def test_each_mistake_is_named_with_its_key(small, row, key, words):
    with pytest.raises(BadConfiguration) as refused:
        connect(row)
    found = [(problem.path.rpartition(".")[2], problem.message) for problem in refused.value.problems]
    assert any(at == key and words in said for at, said in found), found
    assert not CaseConnection.objects.exists()
