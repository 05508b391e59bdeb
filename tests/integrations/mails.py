"""Mails as the world sends them, for tests of what comes in."""

from email.message import EmailMessage

OURS = "mx.portal.example"


def mail(text="Yes.", html="", sender="support@vendor.example", **headers):
    """The bytes of one mail; further headers by name, with `_` for `-`."""
    message = EmailMessage()
    given = {"From": sender, "To": "support@portal.example", "Subject": "Hello", "Message-ID": "<1@vendor.example>"}
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value is not None:
            message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def vouched(domain, server=OURS):
    """What our own mail server says of a mail whose sender it knows."""
    return f"{server}; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={domain}; dmarc=pass header.from={domain}"


def nested(depth):
    """A mail whose only text lies so many boxes deep."""
    inside = b"Content-Type: text/plain\r\n\r\nDeep.\r\n"
    for number in range(depth):
        mark = f"b{number}".encode()
        inside = (
            b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n" + inside
            + b"\r\n--" + mark + b"--\r\n"
        )  # fmt: skip
    return b"From: a@b.example\r\nSubject: Boxes\r\nMessage-ID: <deep@b.example>\r\n" + inside
