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


def report(
    *, ours, to="support@vendor.example", action="failed", status="5.1.1", words="550 No such user", named="message",
    original="", delivered="support@portal.example", mail_id="<report@mx.vendor.example>",
):  # fmt: skip
    """A mail server's report about our mail `ours`, which it names in a `field`, as the `message`, its `head`, in its
    own `thread`, or not at all."""
    original_id = f"Original-Message-ID: {ours}\n" if named == "field" else ""
    thread = f"References: {ours}\n" if named == "thread" else ""
    enclosed = {
        "message": f"\n--R\nContent-Type: message/rfc822\n\nFrom: support@portal.example\nMessage-ID: {ours}\n\nOurs\n",
        "head": f"\n--R\nContent-Type: text/rfc822-headers\n\nFrom: support@portal.example\nMessage-ID: {ours}\n",
    }.get(named, "")
    rewritten = f"Original-Recipient: rfc822;{original}\n" if original else ""
    text = (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.vendor.example>\nTo: {delivered}\nSubject: Undelivered\n"
        f"Message-ID: {mail_id}\nAuto-Submitted: auto-replied\n{thread}"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=R\n\n"
        "--R\nContent-Type: text/plain\n\nYour mail could not be delivered.\n"
        f"\n--R\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.vendor.example\n{original_id}\n"
        f"{rewritten}Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {words}\n{enclosed}\n--R--\n"
    )
    return text.encode()
