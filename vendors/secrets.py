"""Secrets of service accounts, encrypted at rest like every other secret."""

from accounts.encryption import decrypt, encrypt

__all__ = ["decrypt", "encrypt"]
