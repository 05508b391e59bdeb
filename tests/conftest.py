"""Fixtures for the whole suite."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from documents.guide.reading import forget_pages
from imap_server import dovecot, post_office  # noqa: F401
from sla.agreements import forget_parsed
from sla.as_of import forget_versions
from tickets.loading import ladder_in
from tiers.policies import forget_documents
from world import World
from world_copies import fresh_world


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    """Ids come again in a rolled-back or emptied database, so what was parsed from them must not stay."""
    yield
    forget_parsed()
    forget_documents()
    forget_versions()
    forget_pages()
    ladder_in.cache_clear()


@pytest.fixture(autouse=True)
def passwords_are_hashed_quickly(settings):
    """A test signs in many people; the slow hash protects none of them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db, settings) -> World:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return fresh_world()
