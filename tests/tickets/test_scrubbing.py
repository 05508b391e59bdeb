"""Which keys carry credentials."""

import pytest

from tickets.scrubbing import REMOVED, scrubbed


@pytest.mark.parametrize("key", [
    "token", "apiToken", "X-Auth-Token", "password", "routing_key", "authorization", "Proxy-Authorization",
    "client_secret", "api-key", "Set-Cookie", "credentials", "integrationKey",
])  # fmt: skip
def test_what_stands_under_a_credentials_key_is_removed(key):
    assert scrubbed({"a": [{key: "hush", "b": 1}]}) == {"a": [{key: REMOVED, "b": 1}]}


@pytest.mark.parametrize("key", ["tokens_used", "message", "secretary", "key", "passwordless", "keyboard", "author"])
def test_what_only_looks_like_one_stays(key):
    assert scrubbed({key: "said"}) == {key: "said"}


def test_an_empty_credential_stays_empty():
    assert scrubbed({"token": None, "password": ""}) == {"token": None, "password": ""}
