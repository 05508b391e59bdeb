"""A vendor is asked by real SMTP and answers by the mail server's pipe; the client learns nothing of it."""

import io
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command

from accounts.clock import database_now
from escalation_portal.local.broker import free_port
from tickets.models import Clock, SideConversation


class Server:
    """Keeps what it is given, as (recipients, mail)."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"


@pytest.fixture
def server(settings):
    kept = Server()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield kept
    controller.stop()


def clocks(ticket):
    return list(Clock.objects.filter(ticket=ticket).order_by("pk").values_list("metric", "state", "stopped_at"))


def answer_to(asked, text):
    answer = EmailMessage()
    answer["From"], answer["To"] = "Mia <support@vendor.example>", asked["Reply-To"]
    answer["Subject"], answer["Message-ID"] = f"Re: {asked['Subject']}", "<answer@vendor.example>"
    answer["In-Reply-To"] = asked["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in asked.get_content().splitlines())
    answer.set_content(f"{text}\n\nOn Monday, Portal wrote:\n{quoted}")
    return answer.as_bytes()


def test_a_question_leaves_and_its_answer_comes_back(world, server, client, monkeypatch):
    world.now = database_now()
    contact = world.acme.contacts.get()
    ticket = world.open("Mail does not arrive", contact=contact, service=world.m365)
    world.tick()
    server.mails.clear()
    client.force_login(world.l1)
    point = world.m365.contact_points.get()
    said = {"whom": f"contact:{point.pk}", "subject": "Zebrafish", "body": "Do you see quagga errors?"}
    assert client.post(f"/tickets/{ticket.key}/side/new/", said).status_code == 303
    before, world.now = clocks(ticket), database_now()
    world.tick()

    [(to, asked)] = server.mails
    assert to == ["support@vendor.example"] and "quagga" in asked.get_content()
    raw = answer_to(asked, "Yes: the okapi cluster is down.")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("receive_mail")
    world.now = database_now()
    world.tick()

    thread = SideConversation.objects.get()
    assert not thread.awaited and clocks(ticket) == before
    assert any(to == ["l1@msp.example"] and "okapi" in mail.get_content() for to, mail in server.mails[1:])
    page = client.get(f"/tickets/{ticket.key}/").content.decode()
    assert "okapi" in page and "answered in the conversation with Microsoft: Zebrafish" in page
    whole = client.get(f"/tickets/{ticket.key}/side/{thread.pk}/").content.decode()
    assert "Show all" in whole and "okapi" in whole

    client.force_login(world.reader(world.acme))
    for url in ("/portal/acme/", f"/portal/acme/tickets/{ticket.key}/"):
        html = client.get(url).content.decode()
        assert "Mail does not arrive" in html
        assert not [word for word in ("Zebrafish", "quagga", "okapi", "vendor.example") if word in html]
