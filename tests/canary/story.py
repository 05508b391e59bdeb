"""The provider of the canary test: words planted before anything happens, then a story told through the real verbs."""

from datetime import timedelta
from typing import Any

import pgtrigger

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from canary import cases, desk, shelf, talk
from canary.planting import ACME, OTHER, Planted
from clients.access import give_role
from clients.models import Asset, Client, Contact, Site
from programs import program_of
from sla.models import Agreement, AgreementVersion, Calendar
from tickets import lifecycle, managing, merging
from tickets.intake import NewTicket, open_ticket
from tiers.models import Policy, PolicyVersion, Team, Tier
from vendors.models import ContactPoint, Service, ServiceAccount, Vendor
from world import LADDER, TENANT, World

PRIORITIES = ("P1", "P2", "P3", "P4")


class CanaryWorld(World):
    """World with a word in each name and text, and two clients who must not know of each other."""

    def __init__(self) -> None:
        super().__init__()
        self.now = database_now() - timedelta(hours=3)  # pages and share links go by the real clock
        self.planted = Planted()
        self._name_the_provider()
        self._name_vendors()
        self.other = self.client(self.planted.word("clients.Client.name", OTHER))
        Client.objects.filter(pk=self.acme.pk).update(name=self.planted.word("clients.Client.name", ACME))
        self.acme.refresh_from_db()
        self.people = {ACME: self._people_of(self.acme, ACME), OTHER: self._people_of(self.other, OTHER)}
        self._write_policy()
        self.tickets = {ACME: self._tickets_of(self.acme, ACME), OTHER: self._tickets_of(self.other, OTHER)}
        self.keeper = User.objects.create_user("keeper@msp.example", name=self.named("accounts.User.name"))
        give_role(self.keeper, roles.ACCOUNT_MANAGER, self.acme)
        self.tokens: dict[str, str] = {}
        shelf.fill(self)
        desk.fill(self)
        talk.fill(self)
        cases.fill(self)

    def named(self, where: str, whose: str = "internal") -> str:
        return self.planted.word(where, whose)

    def _name_the_provider(self) -> None:
        for user in (self.l1, self.l2, self.l3, self.manager):
            user.name, user.email = self.named("accounts.User.name"), f"{self.named('accounts.User.email')}@msp.example"
            user.save()
        for team in Team.objects.all():
            team.name, team.email = self.named("tiers.Team.name"), f"{self.named('tiers.Team.email')}@msp.example"
            team.save()
        for tier in Tier.objects.all():
            tier.name, tier.responsibilities = self.named("tiers.Tier.name"), self.named("tiers.Tier.responsibilities")
            tier.save()
        self._rename_the_office()
        document = {"calendar": "24x7", "targets": {p: {"RESOLVE": "3h", "ACKNOWLEDGE": "1h"} for p in PRIORITIES}}
        note = self.named("sla.AgreementVersion.note")
        AgreementVersion.publish(self.ola, document, author=self.manager, note=note, now=self.now)
        Agreement.objects.filter(pk=self.ola.pk).update(name=self.named("sla.Agreement.name"))

    def _rename_the_office(self) -> None:
        """The calendar of the vendor; the one of the client's own agreement is told to the client."""
        name = self.named("sla.Calendar.name")
        Calendar.objects.filter(name="Office").update(name=name)
        for version in AgreementVersion.objects.filter(document__calendar="Office"):
            with pgtrigger.ignore():
                AgreementVersion.objects.filter(pk=version.pk).update(document={**version.document, "calendar": name})

    def _name_vendors(self) -> None:
        Vendor.objects.update(protocol=self.named("vendors.Vendor.protocol"))
        question = {"key": "users", "source": "question", **self._labelled()}
        required = [{**row, "label": self.named("vendors.Service.required")} for row in self.m365.required]
        template = {
            "subject": f"{self.named('vendors.Service.template')} {{{{client}}}}: {{{{problem}}}}",
            "body": f"{self.named('vendors.Service.template')} {{{{tenant_id}}}} {{{{timeline}}}}",
        }
        Service.objects.update(
            required=[*required, question], template=template, plan=self.named("vendors.Service.plan")
        )  # fmt: skip
        ContactPoint.objects.update(value=f"{self.named('vendors.ContactPoint.value')}@vendor.example")
        self.m365.refresh_from_db()

    def _labelled(self) -> dict[str, str]:
        return {key: self.named("vendors.Service.required") for key in ("label", "question")}

    def _people_of(self, client: Client, whose: str) -> dict[str, Any]:
        Site.objects.create(client=client, name=self.named("clients.Site.name", whose))
        name, phone = self.named("clients.Contact.name", whose), self.named("clients.Contact.phone", whose)
        address = f"{self.named('clients.Contact.email', whose)}@client.example"
        users = {role: self.reader(client, role) for role in ("decision maker", "client user")}
        contact = Contact.objects.create(
            client=client, name=name, phone=phone, email=address, user=users["client user"]
        )  # fmt: skip
        Asset.objects.create(
            client=client, name=self.named("clients.Asset.name", whose), os=self.named("clients.Asset.os"),
            serial=self.named("clients.Asset.serial"), type="SERVER",
        )  # fmt: skip
        facts = {"tenant_id": TENANT, "pin": self.named("vendors.ServiceAccount.facts")}
        ServiceAccount.objects.update_or_create(client=client, service=self.m365, defaults={"facts": facts})
        return {**users, "contact": contact, "program": program_of(client=client)}

    def _write_policy(self) -> None:
        tiers = list(Tier.objects.order_by("level").values_list("name", flat=True))
        ladder = [{**step, "tier": name} for step, name in zip(LADDER, tiers, strict=False)] + [LADDER[-1]]
        reasons = [self.named("tiers.PolicyVersion.document") for _ in range(3)]
        exceptions = [
            {"client": client.name, "priority": "P4", "start_tier": tiers[1], "reason": reason,
             "client_text": self.named("tiers.PolicyVersion.document", whose)}
            for client, whose, reason in zip((self.acme, self.other), (ACME, OTHER), reasons, strict=False)
        ]  # fmt: skip
        rule = {"name": reasons[2], "when": {"keywords": [self.named("tiers.PolicyVersion.document")]},
                "then": {"tags": [self.named("tickets.Ticket.tags")]}}  # fmt: skip
        document = {"ladders": dict.fromkeys(PRIORITIES, ladder), "exceptions": exceptions, "routing": [rule]}
        note = self.named("tiers.PolicyVersion.note")
        self.policy_version = PolicyVersion.publish(
            self.policy, document, author=self.manager, note=note, now=self.now
        )  # fmt: skip
        Policy.objects.update(name=self.named("tiers.Policy.name"))

    def _tickets_of(self, client: Client, whose: str) -> list[Any]:
        """One that climbs to the vendor, one that is worked in every way, one that was merged into it."""
        people = self.people[whose]
        climbing = self._opened(client, whose, priority="P1", service=self.m365)
        self.forward(minutes=35)
        worked, twin = (self._opened(client, whose, priority=priority) for priority in ("P2", "P3"))
        say = self.named
        do, by = self.do, {"by": self.l1}
        do(lifecycle.acknowledge, worked, **by)
        do(lifecycle.reply, worked, text=say("tickets.TicketEvent.text"), public=False, **by)
        do(lifecycle.reply, worked, text=say("tickets.TicketEvent.client_text", whose), public=True, **by)
        do(lifecycle.escalate, worked, why=say("tickets.TicketEvent.why"), **by)
        do(managing.call_manager, worked, why=say("tickets.TicketEvent.why"), by=self.manager)
        do(lifecycle.wait, worked, on="HOLD", why=say("tickets.TicketEvent.why"),
           until=self.now + timedelta(hours=1), **by)  # fmt: skip
        do(lifecycle.resume, worked, why=say("tickets.TicketEvent.why"), **by)
        do(merging.merge, twin, into=worked.key, why=say("tickets.TicketEvent.why"), **by)
        answers = {"users": say("tickets.VendorCase.answers")}
        do(
            lifecycle.lodge_case, climbing, service="Microsoft 365", answers=answers, **by,
            why=say("tickets.VendorCase.because"),
        )  # fmt: skip
        self.tick()
        do(lifecycle.resolve, worked, summary=say("tickets.Ticket.resolution", whose), **by)
        self.tick()
        people["tickets"] = [climbing, worked, twin]
        return people["tickets"]

    def _opened(self, client: Client, whose: str, **wanted: Any) -> Any:
        title, text = self.named("tickets.Ticket.title", whose), self.named("tickets.Ticket.description", whose)
        said = ("category", "device_name", "device_os", "error_code", "external_id")
        wanted |= {key: self.named(f"tickets.Ticket.{key}", whose) for key in said}
        wanted |= {"title": title, "description": text, "contact": self.people[whose]["contact"]}
        return open_ticket(client=client, by=None, now=self.now, wanted=NewTicket(**wanted))
