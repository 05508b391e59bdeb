"""Secrets that stand in addresses are kept out of the logs."""

import logging
import re

# What stands behind these paths is a secret, up to the end of the address.
SECRET = re.compile(r"(/feeds/on-call/|/invitations/|/share/|/confirmations/|/sign-in/forgotten/)[^\s\"'?#]+")


def redacted(text: str) -> str:
    """The text with every secret address ended where the secret begins."""
    return SECRET.sub(r"\1…", text)


class Redact(logging.Filter):
    """Takes secrets out of what a record says, before its handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (kept := redacted(said)) != said:
            record.msg, record.args = kept, ()
        return True
