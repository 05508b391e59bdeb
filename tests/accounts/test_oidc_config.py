"""What OIDC_PROVIDERS may say."""

import json

import pytest

from accounts.oidc_config import BadProviders, identity_providers, provider_called, required_provider

ROW = {"id": "contoso", "name": "Contoso", "issuer": "https://id.contoso.example/", "client_id": "p", "secret_env": "S"}
ENVIRON = {"S": "secret"}


def read(*rows):
    return identity_providers(json.dumps(rows), ENVIRON)


def test_nothing_said_means_no_provider():
    assert identity_providers("", {}) == () == identity_providers("[]", {})


def test_a_provider_is_read_with_its_secret_from_the_environment():
    (provider,) = read({**ROW, "required_for": ["MSP.example"], "second_factor": True})
    assert (provider.secret, provider.issuer) == ("secret", "https://id.contoso.example")
    assert (provider.required_for, provider.second_factor, provider.addresses_verified) == (
        ("msp.example",),
        True,
        False,
    )
    assert provider.app["settings"] == {"server_url": "https://id.contoso.example", "oauth_pkce_enabled": True}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("{}", "must be a JSON list"),
        ("[1]", "provider 1 must be a JSON object"),
        (json.dumps([{**ROW, "issuer": ""}]), "provider 1: issuer is missing"),
        (json.dumps([{**ROW, "issuer": "http://id.contoso.example"}]), "issuer must be an https:// address"),
        (json.dumps([{**ROW, "id": "Contoso Ltd"}]), "id must be of a-z"),
        (json.dumps([{**ROW, "secret_env": "UNSET"}]), "the variable UNSET"),
        (json.dumps([{**ROW, "secret": "here"}]), "secret is unknown"),
        (json.dumps([{**ROW, "required_for": "msp.example"}]), "required_for must be a list"),
        (json.dumps([{**ROW, "second_factor": "yes"}]), "second_factor must be true or false"),
        (json.dumps([ROW, ROW]), "two providers with the same id"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(BadProviders, match=said):
        identity_providers(text, ENVIRON)


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("a@msp.example", "contoso"),
        ("A@MSP.Example ", "contoso"),
        ("a@sub.msp.example", None),
        ("a@notmsp.example", None),
    ],
)
def test_a_domain_can_demand_a_provider(email, expected):
    found = required_provider(email, read({**ROW, "required_for": ["msp.example"]}))
    assert (found and found.id) == expected


def test_a_provider_is_found_by_its_id():
    providers = read(ROW, {**ROW, "id": "other"})
    assert provider_called("other", providers).id == "other"
    with pytest.raises(KeyError):
        provider_called("none", providers)
