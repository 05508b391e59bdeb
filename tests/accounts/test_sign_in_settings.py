"""What the environment says of signing in, read by a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

READ = (
    "import json; from django.conf import settings as s; "
    "print(json.dumps([s.MFA_REQUIRED_FOR, s.TRUSTED_PROXIES, [p.id for p in s.IDENTITY_PROVIDERS]]))"
)
ONE = '[{"id": "c", "name": "C", "issuer": "https://c.example", "client_id": "p", "secret_env": "C_SECRET"}]'
PLAIN = {"SECRET_KEY": "x" * 50, "DJANGO_SETTINGS_MODULE": "escalation_portal.settings", "PORTAL_LOCAL": "0"}


def read(said=READ, **environment):
    here = {"cwd": Path(__file__).parents[2], "env": {"PATH": os.environ["PATH"], **PLAIN, **environment}}
    return subprocess.run([sys.executable, "-c", said], **here, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PUBLIC_URL": "https://desk.example"}, [["administrator", "manager"], [], []]),
        ({"PUBLIC_URL": "http://127.0.0.1:8000"}, [[], [], []]),
        ({"PUBLIC_URL": "https://desk.example", "PORTAL_LOCAL": "1"}, [[], [], []]),
        ({"PUBLIC_URL": "https://desk.example", "MFA_REQUIRED_FOR": ""}, [[], [], []]),
        ({"MFA_REQUIRED_FOR": "technician"}, [["technician"], [], []]),
        ({"TRUSTED_PROXIES": "10.0.0.1/8, fd00::/8"}, [[], ["10.0.0.0/8", "fd00::/8"], []]),
        ({"TRUSTED_PROXIES": "", "OIDC_PROVIDERS": ""}, [[], [], []]),
        ({"OIDC_PROVIDERS": ONE, "C_SECRET": "s"}, [[], [], ["c"]]),
    ],
)
def test_the_environment_is_read(environment, expected):
    done = read(**environment)
    assert json.loads(done.stdout or "null") == expected, done.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TRUSTED_PROXIES": "the proxy"}, "'the proxy' does not appear to be an IPv4 or IPv6 network"),
        ({"OIDC_PROVIDERS": ONE}, "the variable C_SECRET, named by secret_env, is empty"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_starts(environment, said):
    done = read(**environment)
    assert done.returncode != 0 and said in done.stderr


@pytest.mark.parametrize("written", ["https://desk.example", "https://desk.example/", "https://desk.example//"])
def test_a_slash_behind_the_public_address_changes_no_link_and_no_form(written):
    said = "from django.conf import settings as s; print(s.PUBLIC_URL, *s.CSRF_TRUSTED_ORIGINS)"
    done = read(said, PUBLIC_URL=written)
    assert done.stdout.split() == ["https://desk.example"] * 2, done.stderr
