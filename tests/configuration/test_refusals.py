"""What is wrong is named with file, line and key; everything that is wrong, and then nothing is changed."""

import pytest
from django.apps import apps
from small_provider import SMALL, bring_in, line_of, refused

from accounts.models import User
from escalation_portal.configuration import BadConfiguration
from vendors.models import Service

pytestmark = pytest.mark.django_db

WRONG = [
    # (what stands in the small provider, what is written instead, key, message)
    ("targets: {P1: {ACKNOWLEDGE: 15m", "targetz: {P1: {ACKNOWLEDGE: 15m", "agreements.0.targetz",
     'unknown key; did you mean "targets"?'),
    ("agreement: Gold", "agreement: Golf", "clients.0.agreement", 'there is no agreement "Golf"; did you mean "Gold"?'),
    ("agreement: Gold", "agreement: Desk OLA", "clients.0.agreement",
     '"Desk OLA" is of kind OLA; an agreement of kind SLA belongs here'),
    ("agreement: Gold", "agreement:", "clients.0.agreement", "is empty: leave the key out to keep what is there"),
    ("agreement: Gold", "agreement: [Gold]", "clients.0.agreement", "must be text"),
    ("calendar: London office", "calendar: Londen office", "agreements.0.calendar",
     'there is no calendar "Londen office"; did you mean "London office"?'),
    ("ACKNOWLEDGE: 15m", "ACKNOWLEDGE: 1d", "agreements.0.targets.P1.ACKNOWLEDGE",
     "'1d': a day is ambiguous (24 hours, or an opening day?): write hours, as in 24h or 8h"),
    ("ACKNOWLEDGE: 15m", "ACKNOWLEDGE: 0m", "agreements.0.targets.P1.ACKNOWLEDGE", '"0m" is no time at all'),
    ("ACKNOWLEDGE: 15m", "ACKNOWLEDGED: 15m", "agreements.0.targets.P1.ACKNOWLEDGED",
     '"ACKNOWLEDGED" is not one of ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE; did you mean "ACKNOWLEDGE"?'),
    ("ACKNOWLEDGE: 10m", "RESPOND: 10m", "agreements.1.targets.P1.RESPOND",
     "an agreement of kind OLA has only ACKNOWLEDGE, RESOLVE"),
    ("ACKNOWLEDGE: 15m", "ACKNOWLEDGE: 5h", "agreements.0.targets.P1.ACKNOWLEDGE",
     "5h is longer than 4h, in which P1 is resolved: shorten it, or give RESOLVE more time"),
    ("ACKNOWLEDGE: 10m", "ACKNOWLEDGE: 61m", "agreements.1.targets.P1.ACKNOWLEDGE",
     "61m is longer than 1h, in which P1 is resolved: shorten it, or give RESOLVE more time"),
    ("kind: SLA, calendar: London office", "kind: SLA, calendars: {P2: Always}", "agreements.0.calendars.P1",
     "no calendar counts the time of P1: write one here, or calendar for all"),
    ("kind: SLA, calendar: London office", "kind: SLA", "agreements.0.calendar",
     "is missing: write one, or one for each of the targets under calendars"),
    ("kind: SLA,", "kind: SLA, effective_from: 2026-05-01, effective_until: 2026-04-30,",
     "agreements.0.effective_until",
     "it would end before it begins: write 2026-05-01 or a later day, or leave it out"),
    ("kind: SLA,", "kind: SLA, effective_until: next year,", "agreements.0.effective_until",
     '"next year" is not a date, such as 2026-12-31'),
    ("kind: SLA,", "kind: SLA, thresholds: [50, 90, 75],", "agreements.0.thresholds.2",
     "75 stands after 90: write them in ascending order, each once"),
    ("kind: OLA,", "kind: OLA, thresholds: [50],", "agreements.1.thresholds",
     "only an SLA has thresholds: leave them out"),
    ("kind: SLA", "kind: UC", "agreements.0.kind", '"UC" is not one of SLA, OLA'),
    ("    timezone: Europe/London\n    hours", "    timezone: Europe/Lundon\n    hours", "calendars.1.timezone",
     '"Europe/Lundon" is not an IANA zone; did you mean "Europe/London"?'),
    ('"09:00-12:30", ', '"9-12", ', "calendars.1.hours.mon",
     "'9-12' is not an opening, such as 09:00-17:30, 22:00-06:00 or 00:00-24:00"),
    ('"13:00-17:30"', '"12:00-17:30"', "calendars.1.hours.mon",
     "an opening begins before one of mon has ended: let it begin later, or write one opening for both"),
    ("    hours: {mon: [", "    hours: {tue: [], wed: []} # {mon: [", "calendars.1.hours",
     'there is no opening in the whole week: write at least one, such as mon: ["09:00-17:30"], or always: true'),
    ("always: true", "always: true, holidays: {country: GB}", "calendars.0.holidays",
     "what is always open has no days off: leave them out, or write hours instead of always"),
    ("    hours: {mon", "    holidays: {country: Germany}\n    hours: {mon", "calendars.1.holidays.country",
     "'Germany' is not known; did you mean DE (Germany)?"),
    ("always: true", "always: false", "calendars.0.hours", "write either hours or always: true"),
    ("email: ann@provider.example, name", "email: ann, name", "teams.0.members.0.email", '"ann" is not a mail address'),
    ("email: bob@provider.example, name: Bob Ray, role: manager",
     "email: ann@provider.example, name: Bob Ray, role: technician", "teams.0.members.1.email",
     '"ann@provider.example" is described twice, first at a.yaml:12'),
    ("team: Helpdesk", "team: Helpdisk", "tiers.0.team", 'there is no team "Helpdisk"; did you mean "Helpdesk"?'),
    ("ola: Desk OLA", "ola: Gold", "tiers.0.ola", '"Gold" is of kind SLA; an agreement of kind OLA belongs here'),
    ("level: 1", "level: one", "tiers.0.level", "must be a whole number"),
    ("type: Server", "type: serverr", "clients.0.assets.0.type",
     '"serverr" is not one of server, workstation, network, mobile, cloud, service, other; did you mean "server"?'),
    ("site: Office", "site: Attic", "clients.0.assets.0.site", 'Acme Ltd has no site "Attic" (it has Office)'),
    ("kind: email, value: help@cloudmaker.example", "kind: email, value: help", "vendors.0.services.0.contacts.0.value",
     '"help" is not a mail address'),
    ("owner: ann@", "owner: anne@", "vendors.0.services.0.contacts.0.owner",
     'there is no user "anne@provider.example"; did you mean "ann@provider.example"?'),
    ("{A: {RESPOND: 1h}}", "{A: {RESPOND: 1h, RESOLVE: 30m}}", "vendors.0.services.0.commitment.targets.A.RESPOND",
     "1h is longer than 30m, in which A is resolved: shorten it, or give RESOLVE more time"),
    ("commitment: {calendar: Always,", "commitment: {calendar: Alway5,", "vendors.0.services.0.commitment.calendar",
     'there is no calendar "Alway5"; did you mean "Always"?'),
    ("commitment: {calendar: Always,", "commitment: {calendar: Always, calendars: {B: Always},",
     "vendors.0.services.0.commitment.calendars.B", '"B" is not one of A'),
    ("commitment: {calendar", "commitment: {thresholds: [50], calendar", "vendors.0.services.0.commitment.thresholds",
     "unknown key"),
    ("severity_of: {P1: A}", "severity_of: {P1: B}", "vendors.0.services.0.severity_of.P1",
     'the commitment has no severity "B" (it has A)'),
    ("{{tenant_id}}", "{{tennant_id}}", "vendors.0.services.0.template.body",
     "unknown placeholder {{tennant_id}} (did you mean {{tenant_id}}?) at line 1, column 8 of the text"),
    ("{{tenant_id}}", "{{tenant.id}}", "vendors.0.services.0.template.body",
     "{{tenant.id}} is not a placeholder, such as {{ticket_key}}, at line 1, column 8 of the text"),
    ("source: account.pin", "source: ticket.pin", "vendors.0.services.0.required.1.source",
     "a secret comes from the client's account: write account.…"),
    ("{client: Acme Ltd, service: Cloud mail, facts", "{client: Acme, service: Cloud mail, facts",
     "vendors.0.accounts.0.client", 'there is no client "Acme"; did you mean "Acme Ltd"?'),
    ("tier: L1, acknowledge_within", "tier: L9, acknowledge_within", "policies.0.ladders.P1.0.tier",
     'there is no tier "L9"'),
    ("notify: [on_call]", "notify: [oncall]", "policies.0.ladders.P1.0.notify.0",
     '"oncall" is neither on_call, team, assignee, managers nor a mail address'),
    ("notify: [on_call]", "notify: [eve@provider.example]", "policies.0.ladders.P1.0.notify.0",
     'there is no user "eve@provider.example"; did you mean "bob@provider.example"?'),
    ("P3: [{tier: L1}]", "P3: [{vendor: true}]", "policies.0.ladders.P3", "at least one step needs a tier"),
    ("P3: [{tier: L1}]", "P3: [{tier: L1, vendor: true}]", "policies.0.ladders.P3.0",
     "a step has either a tier or vendor: true"),
    (", reason: They run their own backups.", "", "policies.0.exceptions.0.reason", "is missing"),
    ("keywords: [mail]", "regex: 'a(?=b)'", "policies.0.routing.0.when.regex",
     "not a regular expression: invalid perl operator at position 2: (?="),
    ("then: {service: Cloud mail}", "then: {}", "policies.0.routing.0.then", "a rule must decide something"),
    ("then: {service: Cloud mail}", "then: {service: Cloud male}", "policies.0.routing.0.then.service",
     'there is no service "Cloud male"; did you mean "Cloud mail"?'),
    ('{"2": Acme Ltd}', '{"2": Acne Ltd}', "integrations.0.organisations.2",
     'there is no client "Acne Ltd"; did you mean "Acme Ltd"?'),
    ("{system: ninjaone,", "{system: vendor,", "integrations.0.vendor",
     "is missing: say whose cases it may tell of"),
    ("{system: ninjaone,", "{system: ninjaone, vendor: Cloudmaker,", "integrations.0.vendor",
     'only the system "vendor" belongs to a vendor'),
    ("integrations:\n", "integration:\n", "integration", 'unknown key; did you mean "integrations"?'),
]  # fmt: skip


@pytest.mark.parametrize("before, after, key, message", WRONG)
def test_each_mistake_is_named_with_file_line_and_key(before, after, key, message):
    wrong = SMALL.replace(before, after, 1)
    assert refused(wrong) == [f"a.yaml:{first_difference(wrong)}: {key}: {message}"]


def first_difference(wrong: str) -> int:
    pairs = zip(SMALL.splitlines(), wrong.splitlines(), strict=False)  # a mistake may need a line of its own
    return next(number for number, (right, other) in enumerate(pairs, start=1) if right != other)


def test_a_priority_without_a_ladder_is_named_where_the_ladders_stand():
    wrong = SMALL.replace("      P3: [{tier: L1}]\n", "")
    line = line_of(wrong, "ladders:")
    assert refused(wrong) == [f"a.yaml:{line}: policies.0.ladders.P3: is missing: every priority needs a ladder"]


def test_all_mistakes_of_all_files_are_named_in_their_order():
    first = SMALL.replace("agreement: Gold", "agreement: Golf").replace("team: Helpdesk", "team: Nobody")
    second = "tiers:\n  - {name: L2, level: 2, team: Helpdesk, ola: Nothing}\n"
    assert [problem.split(": ")[0] for problem in refused(first, second)] == [
        f"a.yaml:{line_of(first, 'team: Nobody')}",
        f"a.yaml:{line_of(first, 'agreement: Golf')}",
        "b.yaml:2",
    ]


def test_mistakes_in_the_form_of_several_files_are_named_together():
    assert refused("calendars: 1", "a: [", "tiers: [{name: L1, level: x}]") == [
        "a.yaml:1: calendars: must be a list",
        "b.yaml:2: this is not YAML: did not find expected node content",
        "c.yaml:1: tiers.0.level: must be a whole number",
    ]


def test_a_refused_row_makes_no_errors_out_of_those_that_refer_to_it():
    wrong = SMALL.replace("team: Helpdesk", "team: Nobody").replace("kind: OLA", "kind: OLA, vendor_time_counts: true")
    assert len(refused(wrong)) == 2


def test_a_file_that_is_no_mapping_is_refused():
    assert refused("- a\n- b\n") == ["a.yaml:1: must be a mapping, key: value"]


def test_a_new_row_needs_what_a_known_one_keeps():
    assert refused("clients: [{name: Acme Ltd}]") == [
        "a.yaml:1: clients.0.agreement: is missing: Acme Ltd is new",
        "a.yaml:1: clients.0.timezone: is missing: Acme Ltd is new",
    ]


def test_the_same_name_twice_is_refused_with_both_places():
    twice = "calendars:\n  - {name: A, timezone: UTC, always: true}\n"
    assert refused(twice, twice) == ['b.yaml:2: calendars.0.name: "A" is described twice, first at a.yaml:2']


def test_a_kind_never_changes(small):
    assert refused("agreements: [{name: Gold, kind: OLA}]") == [
        "a.yaml:1: agreements.0.kind: Gold is of kind SLA, and that never changes: choose another name"
    ]


def test_a_service_stays_with_its_vendor(small):
    assert refused("vendors: [{name: Other, services: [{name: Cloud mail}]}]") == [
        "a.yaml:1: vendors.0.services.0.name: Cloud mail belongs to Cloudmaker"
    ]


def test_required_data_that_a_stored_template_uses_cannot_go(small):
    [problem] = refused("vendors: [{name: Cloudmaker, services: [{name: Cloud mail, required: []}]}]")[:1]
    assert problem.startswith("a.yaml:1: vendors.0.services.0.required: unknown placeholder {{pin}}")


def test_a_second_policy_for_everyone_else_is_refused(small):
    ladders = "{P1: [{tier: L1}], P2: [{tier: L1}], P3: [{tier: L1}], P4: [{tier: L1}]}"
    assert refused(f"policies: [{{name: Other, ladders: {ladders}}}]") == [
        'a.yaml:1: policies.0.clients: everyone else has the policy "Standard" already'
    ]
    bring_in(f"policies: [{{name: Other, clients: [Acme Ltd], ladders: {ladders}}}]")
    assert refused(f"policies: [{{name: Third, clients: [Acme Ltd], ladders: {ladders}}}]") == [
        'a.yaml:1: policies.0.clients: Acme Ltd has the policy "Other" already'
    ]


def test_a_person_with_two_roles_is_refused(small):
    teams = "[{name: Helpdesk, members: [{email: a@b.example, role: manager}]}, "
    teams += "{name: Other, members: [{email: a@b.example, role: technician}]}]"
    assert refused(f"teams: {teams}") == [
        'a.yaml:1: teams.1.members.0.role: a@b.example is "manager" in another team: a person has one role'
    ]


def test_who_is_on_call_is_a_member(small):
    rotation = "{timezone: UTC, hand_over: mon 09:00, from: 2026-01-05, order: [eve@provider.example]}"
    assert refused(f"teams: [{{name: Helpdesk, rotation: {rotation}}}]") == [
        "a.yaml:1: teams.0.rotation.order.0: eve@provider.example is not a member of Helpdesk"
    ]


def test_what_only_the_database_can_refuse_is_named_with_its_place(small):
    assert refused("tiers: [{name: L7, level: 1, team: Helpdesk, ola: Desk OLA}]") == [
        "a.yaml:1: tiers.0: the database refuses it: Key (level)=(1) already exists."
    ]


def test_a_secret_is_not_written_in_a_file(small):
    accounts = "[{client: Acme Ltd, service: Cloud mail, facts: {pin: '4711'}}]"
    assert refused(f"vendors: [{{name: Cloudmaker, accounts: {accounts}}}]") == [
        "a.yaml:1: vendors.0.accounts.0.facts.pin: this is a secret: name its environment variable under secrets_env"
    ]


def test_a_secret_of_another_form_is_refused_without_being_shown():
    text = SMALL.replace("source: account.pin,", 'source: account.pin, pattern: "[0-9]{6}",')
    with pytest.raises(BadConfiguration) as caught:
        bring_in(text, environ={"MAIL_PIN": "wrong"})
    line = line_of(text, "secrets_env")
    assert str(caught.value) == (
        f"a.yaml:{line}: vendors.0.accounts.0.secrets_env.pin: what MAIL_PIN holds does not have the expected form"
    )


def test_a_secret_without_a_key_to_encrypt_it_is_refused(settings):
    settings.FIELD_KEYS = []
    with pytest.raises(BadConfiguration, match=r"secrets_env\.pin: FIELD_KEYS is empty"):
        bring_in(SMALL, environ={"MAIL_PIN": "4711"})


def test_nothing_is_written_when_anything_is_wrong():
    before = row_counts()
    assert refused(SMALL.replace('{"2": Acme Ltd}', '{"2": Nobody}'))
    assert row_counts() == before


def test_nothing_is_changed_when_anything_is_wrong(small):
    before = row_counts()
    good = "vendors: [{name: Cloudmaker, services: [{name: Cloud mail, plan: Premier}]}]\n"
    assert refused(good + "teams: [{name: Helpdesk, members: [{email: new@provider.example}]}]\ntiers: [{name: L9}]")
    assert row_counts() == before
    assert Service.objects.get().plan == ""
    assert not User.objects.filter(email="new@provider.example")


def row_counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}
