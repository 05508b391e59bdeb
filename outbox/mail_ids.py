"""The Message-IDs of our own mails: the same for the same key, so that a mail sent twice is seen to be one. Pure."""

import re
from email.utils import parseaddr
from hashlib import sha256

TICKET = re.compile(r"ESC-\d+(?=:)")


def message_id(key: str, *, sender: str) -> str:
    """The Message-ID of the message under `key`; one about a ticket names it, so that an answer finds back without a
    subject.

    In: `sender`, from whom our mails are, with or without a name.
    """
    domain = parseaddr(sender)[1].partition("@")[2]
    ticket = TICKET.match(key)
    about = f".{ticket[0].lower()}" if ticket else ""
    return f"<{sha256(key.encode()).hexdigest()[:32]}{about}@{domain}>"
