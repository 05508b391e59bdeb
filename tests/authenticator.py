"""An authenticator app, by RFC 6238, written apart from the code under test."""

import base64
import hashlib
import hmac
import struct
import time


def totp(key: str, *, steps: int = 0) -> str:
    """The six digits that the app shows for `key` now, or so many steps of 30 seconds later."""
    step = int(time.time()) // 30 + steps
    digest = hmac.new(base64.b32decode(key), struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[19] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
