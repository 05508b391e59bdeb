"""Secrets at rest: encrypted under keys that live outside the database, in settings.FIELD_KEYS."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def encrypt(text: str) -> str:
    """The ciphertext of `text` under the newest key. Raises ImproperlyConfigured where there is no key."""
    return _fernet().encrypt(text.encode()).decode("ascii")


def decrypt(ciphertext: str) -> str:
    """The text that `encrypt` was given, under whichever key. Raises cryptography's InvalidToken for anything else."""
    return _fernet().decrypt(ciphertext.encode("ascii")).decode()


def _fernet() -> MultiFernet:
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is empty: no secret can be stored or read without a key")
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
