"""A small provider in one file, and ways to import files and to read what came of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from escalation_portal.configuration import BadConfiguration, Plan, import_configuration

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

SMALL = """\
calendars:
  - {name: Always, timezone: UTC, always: true}
  - name: London office
    timezone: Europe/London
    hours: {mon: ["09:00-12:30", "13:00-17:30"]}
agreements:
  - {name: Gold, kind: SLA, calendar: London office, targets: {P1: {ACKNOWLEDGE: 15m, RESOLVE: 4h}}}
  - {name: Desk OLA, kind: OLA, calendar: Always, targets: {P1: {ACKNOWLEDGE: 10m, RESOLVE: 1h}}}
teams:
  - name: Helpdesk
    members:
      - {email: ann@provider.example, name: Ann Lee, role: technician}
      - {email: bob@provider.example, name: Bob Ray, role: manager}
tiers:
  - {name: L1, level: 1, title: our helpdesk, team: Helpdesk, ola: Desk OLA}
clients:
  - name: Acme Ltd
    timezone: Europe/London
    agreement: Gold
    sites: [{name: Office}]
    contacts: [{name: Cleo Dunn, email: cleo@acme.example}]
    assets: [{name: FS01, type: Server, site: Office, facts: {rack: A1}}]
vendors:
  - name: Cloudmaker
    services:
      - name: Cloud mail
        contacts: [{kind: email, value: help@cloudmaker.example, verified_on: 2026-02-01, owner: ann@provider.example}]
        commitment: {calendar: Always, targets: {A: {RESPOND: 1h}}}
        severity_of: {P1: A}
        required:
          - {key: tenant_id, label: Tenant, source: account.tenant_id}
          - {key: pin, label: PIN, source: account.pin, secret: true}
        template: {subject: "{{title}}", body: "Tenant {{tenant_id}}, PIN {{pin}}"}
    accounts:
      - {client: Acme Ltd, service: Cloud mail, facts: {tenant_id: t-1}, secrets_env: {pin: MAIL_PIN}}
policies:
  - name: Standard
    ladders:
      P1: [{tier: L1, acknowledge_within: 15m, hand_over_after: 45m, notify: [on_call]}, {vendor: true}]
      P2: [{tier: L1}]
      P3: [{tier: L1}]
      P4: [{tier: L1}]
    exceptions: [{client: Acme Ltd, device_type: server, start_tier: L1, reason: They run their own backups.}]
    routing: [{name: Mail, when: {keywords: [mail]}, then: {service: Cloud mail}}]
integrations:
  - {system: ninjaone, name: NinjaOne, secret_env: NINJA_HOOK, organisations: {"2": Acme Ltd}}
"""


def bring_in(*texts: str, **kwargs: Any) -> Plan:
    """Import these texts as a.yaml, b.yaml, …"""
    files = [(f"{chr(ord('a') + index)}.yaml", text.encode()) for index, text in enumerate(texts)]
    return import_configuration(files, **{"now": NOON, "environ": {}, **kwargs})


def refused(*texts: str) -> list[str]:
    """Every problem that importing these texts names."""
    with pytest.raises(BadConfiguration) as caught:
        bring_in(*texts)
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    """The number of the first line that contains `part`."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)
