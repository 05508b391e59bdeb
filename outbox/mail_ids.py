"""The Message-IDs of our own mails: the same for the same key, so that a mail sent twice is seen to be one. Pure.

Nobody can guess one: who names it was written to, and is believed to answer (docs/security.md).
"""

import hmac
import re
from email.utils import parseaddr

TICKET = re.compile(r"ESC-\d+(?=:)")


def message_id(key: str, *, sender: str, secret: str) -> str:
    """The Message-ID of the message under `key`; one about a ticket names it, so that an answer finds back without a
    subject.

    In: `sender`, from whom our mails are, with or without a name; `secret`, without which none can be made.
    """
    domain = parseaddr(sender)[1].partition("@")[2]
    ticket = TICKET.match(key)
    about = f".{ticket[0].lower()}" if ticket else ""
    made = hmac.new(secret.encode(), key.encode(), "sha256").hexdigest()[:32]
    return f"<{made}{about}@{domain}>"
