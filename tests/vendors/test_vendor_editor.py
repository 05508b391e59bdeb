"""The pages by which managers add and edit the directory, as a browser without scripts sends them."""

import pytest

from accounts import roles
from accounts.encryption import encrypt
from accounts.models import User
from vendors.edits import last_edit
from vendors.example_case import EXAMPLE_SOURCES
from vendors.models import ContactPoint, DirectoryEdit, Service, ServiceAccount, Vendor
from world import TENANT

M365 = "/vendors/microsoft/services/microsoft-365/"


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def fields_of(desk, url) -> dict[str, str]:
    """Everything that the page's form would send as it stands."""
    form = desk.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    for row in getattr(form, "rows", ()):
        if not isinstance(row, dict):
            given |= {row.add_prefix(name): row[name].value() for name in row.fields}
    return {name: value for name, value in given.items() if value is not None and value is not False}


def sent(desk, url, **said):
    return desk.post(url, fields_of(desk, url) | said)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_vendor_is_added_then_its_service_then_how_to_reach_it(desk):
    made = desk.post("/vendors/new/", {"name": "Acme Telecom", "mail_domains": "acme.example\nacme.net", "seen": 0})
    assert made.status_code == 303 and made["Location"] == "/vendors/acme-telecom/"
    made = sent(desk, "/vendors/acme-telecom/services/new/", name="Leased line", lodge_by="PORTAL")
    assert made["Location"] == "/vendors/acme-telecom/services/leased-line/contacts/"
    url = made["Location"]
    assert sent(desk, url, **{"row-0-value": "noc@acme.example", "note": "From the contract"}).status_code == 303
    row = Vendor.objects.get(name="Acme Telecom")
    assert row.mail_domains == ["acme.example", "acme.net"] and row.services.get().lodge_by == "PORTAL"
    assert ContactPoint.objects.get(service__vendor=row).value == "noc@acme.example"
    assert last_edit(row).note == "From the contract"


def test_a_new_service_does_not_take_the_place_of_one_of_its_name(desk, world):
    Service.objects.update(category="cloud", plan="Premier")
    answer = sent(desk, "/vendors/microsoft/services/new/", name="Microsoft 365", lodge_by="PORTAL")
    assert answer.status_code == 422 and "“Microsoft 365” already" in answer.context["form"].errors["name"][0]
    row = Service.objects.get()
    assert (row.category, row.plan, row.lodge_by) == ("cloud", "Premier", "MAIL") and not DirectoryEdit.objects.exists()


def test_a_new_service_that_is_sent_twice_is_made_once(desk):
    url = "/vendors/microsoft/services/new/"
    said = fields_of(desk, url) | {"name": "Line", "lodge_by": "MAIL"}
    assert desk.post(url, said).status_code == 303
    answer = desk.post(url, said | {"plan": "Other"})
    assert answer.status_code == 422 and answer.context["form"].errors["name"]
    assert Service.objects.get(name="Line").plan == "" and DirectoryEdit.objects.count() == 1


def test_a_new_vendor_that_is_sent_twice_is_made_once(desk):
    said = {"name": "ISP", "protocol": "Call", "seen": 0}
    assert desk.post("/vendors/new/", said).status_code == 303
    answer = desk.post("/vendors/new/", said | {"protocol": ""})
    assert answer.status_code == 422 and answer.context["form"].errors["name"]
    assert Vendor.objects.get(name="ISP").protocol == "Call"


def test_a_new_account_that_is_sent_twice_is_made_once(desk, world):
    world.client("Beta Ltd")
    url = M365 + "accounts/new/"
    said = {"client": "Beta Ltd", "fact_tenant_id": TENANT, "more": "", "note": "", "seen": 0}
    assert desk.post(url, said).status_code == 303
    assert desk.post(url, said | {"fact_tenant_id": ""}).status_code == 422
    assert ServiceAccount.objects.get(client__name="Beta Ltd").facts == {"tenant_id": TENANT}


def test_an_account_is_removed_only_after_its_page_said_what_goes_with_it(desk, world):
    world.account.secrets = {"pin": encrypt("PIN-4711")}
    world.account.save()
    url = f"/vendors/microsoft/accounts/{world.account.pk}/"
    assert f'href="{url}removal/"' in words(desk.get(url))
    said = words(desk.get(url + "removal/"))
    assert "will be deleted, with 1 stored secret" in said and "PIN-4711" not in said
    assert ServiceAccount.objects.filter(pk=world.account.pk).exists()
    assert desk.post(url + "removal/").status_code == 303
    assert not ServiceAccount.objects.filter(pk=world.account.pk).exists()


@pytest.mark.parametrize("part", ["basics", "contacts", "commitment", "required", "conditions", "template"])
def test_saving_a_part_as_it_stands_changes_nothing(desk, world, part):
    ContactPoint.objects.create(service=world.m365, order=2, kind="HOTLINE", value="+44 1", language="en", hours="day")
    conditions = [
        {"tier_level": 3, "minutes": 30, "words": "Beyond us"},
        {"error_codes": ["a", "b"], "words": "Theirs"},
    ]
    world.m365.engage_when = conditions
    world.m365.client_text_in = {"de": "Dort"}
    world.m365.save()
    before = Service.objects.filter(pk=world.m365.pk).values().get()
    assert sent(desk, M365 + f"{part}/").status_code == 303
    after = Service.objects.filter(pk=world.m365.pk).values().get()
    if part == "commitment":  # its agreement takes the service's own name
        before.pop("commitment_id"), after.pop("commitment_id")
    else:
        assert not DirectoryEdit.objects.exists()
    assert before == after and world.m365.contact_points.count() == 2


def test_contact_points_are_ordered_removed_and_added(desk, world):
    url = M365 + "contacts/"
    first = sent(
        desk, url, **{"row-1-kind": "hotline", "row-1-value": "+44 20 1", "row-1-place": "1", "row-0-place": "2"}
    )
    assert first.status_code == 303
    assert [p.value for p in world.m365.contact_points.all()] == ["+44 20 1", "support@vendor.example"]
    assert sent(desk, url, **{"row-0-remove": "on"}).status_code == 303
    assert [p.value for p in world.m365.contact_points.all()] == ["support@vendor.example"]


def test_an_owner_who_has_left_is_kept_until_another_is_chosen(desk, world):
    gone, other = (world.person(f"{name}@msp.example", roles.TECHNICIAN) for name in ("gone", "stranger"))
    world.m365.contact_points.update(owner=gone)
    User.objects.filter(pk__in=[gone.pk, other.pk]).update(is_active=False)
    url, point = M365 + "contacts/", world.m365.contact_points.get()
    assert '<option value="gone@msp.example" selected>' in words(desk.get(url))
    assert sent(desk, url, **{"row-0-language": "en"}).status_code == 303
    point.refresh_from_db()
    assert (point.owner, point.language) == (gone, "en")
    assert sent(desk, url, **{"row-0-owner": "stranger@msp.example"}).status_code == 422


def test_what_is_wrong_stands_at_its_row(desk, world):
    answer = sent(desk, M365 + "contacts/", **{"row-1-kind": "portal", "row-1-value": "nowhere"})
    assert answer.status_code == 422 and "“Nowhere”" not in words(answer)
    assert answer.context["form"].rows[1].errors["value"] == ['"nowhere" is not a web address.']
    assert "Nothing was saved yet" in words(answer)


def test_a_row_more_is_asked_for_without_losing_what_was_typed(desk):
    answer = sent(desk, M365 + "contacts/", **{"row-1-value": "second@vendor.example", "add": "yes"})
    rows = answer.context["form"].rows
    assert answer.status_code == 200 and len(rows) == 3 and rows[1]["value"].value() == "second@vendor.example"
    assert not DirectoryEdit.objects.exists()


def test_a_template_with_an_unknown_placeholder_is_refused_with_its_place(desk):
    answer = sent(desk, M365 + "template/", subject="Help", body="Hello\n  {{tenat_id}}")
    [error] = answer.context["form"].errors["body"]
    assert answer.status_code == 422 and "{{tenat_id}}" in error and "line 2, column 3" in error


def test_code_in_a_template_is_text(desk, world):
    body = "{% load x %} ${7*7} <script>alert(1)</script> {{tenant_id}}"
    assert sent(desk, M365 + "template/", body=body).status_code == 303
    said = words(desk.get(M365 + "template/"))
    assert "${7*7}" in said and "<script>alert(1)" not in said
    world.m365.refresh_from_db()
    assert world.m365.template["body"] == body


def test_what_a_detail_can_be_taken_from_is_listed_where_it_is_asked(desk):
    said = words(desk.get(M365 + "required/"))
    for source in EXAMPLE_SOURCES:
        group = source.partition(".")[0]
        assert f"<code>{group}" in said and f'<option value="{source}">' in said


def test_a_template_is_previewed_and_nothing_saved(desk):
    answer = sent(desk, M365 + "template/", body="From {{client}}: {{problem}}", preview="yes")
    assert "From Example Ltd: [Problem]" in words(answer) and not DirectoryEdit.objects.exists()


def test_a_datum_that_the_template_uses_is_not_taken_away(desk):
    answer = sent(desk, M365 + "required/", **{"row-0-remove": "on"})
    assert answer.status_code == 422 and "uses what would be gone" in words(answer) and "{{tenant_id}}" in words(answer)


def test_forms_are_tried_on_and_nothing_saved(desk):
    answer = sent(
        desk, M365 + "basics/", number_pattern="CAS-([0-9]{6})", try_number="Re: CAS-123456 mail", **{"try": "y"}
    )
    assert "Found: 123456" in words(answer)
    answer = sent(desk, M365 + "required/", **{"row-1-pattern": "[0-9]+", "row-1-trial": "twelve", "try": "yes"})
    assert "“twelve” does not match the pattern." in words(answer) and not DirectoryEdit.objects.exists()


def test_a_new_service_is_tried_on_and_not_made(desk):
    said = {"name": "Line", "number_pattern": "CAS-([0-9]{6})", "try_number": "Re: CAS-123456", "try": "yes"}
    answer = sent(desk, "/vendors/microsoft/services/new/", **said)
    assert answer.status_code == 200 and "Found: 123456" in words(answer)
    assert answer.context["form"]["name"].value() == "Line" and not Service.objects.filter(name="Line").exists()


def test_a_broken_expression_is_refused_with_its_position(desk):
    answer = sent(desk, M365 + "basics/", number_pattern="CAS-([0-9]")
    assert "position 5" in answer.context["form"].errors["number_pattern"][0]


def test_a_promise_is_written_with_its_map(desk, world):
    said = {"severity_0": "A", "RESPOND_0": "30m", "severity_1": "B", "RESPOND_1": "4h", "calendar": "24x7"}
    answer = sent(desk, M365 + "commitment/", **said, severity_of_P1="A", severity_of_P2="B")
    assert answer.status_code == 303
    world.m365.refresh_from_db()
    assert world.m365.severity_of == {"P1": "A", "P2": "B"}
    assert world.m365.commitment.versions.last().document["targets"] == {
        "A": {"RESPOND": "30m"},
        "B": {"RESPOND": "4h"},
    }


def test_a_priority_cannot_map_to_a_severity_without_a_promise(desk):
    answer = sent(desk, M365 + "commitment/", severity_of_P1="Z")
    assert answer.status_code == 422 and "no severity “Z”" in answer.context["form"].errors["severity_of_P1"][0]


def test_an_impossible_target_stands_at_its_cell(desk):
    answer = sent(desk, M365 + "commitment/", RESPOND_0="soon")
    assert answer.status_code == 422 and answer.context["form"].errors["RESPOND_0"]


def test_conditions_are_written_in_parts_and_words(desk, world):
    said = {"row-0-words": "Theirs to clear", "row-0-error_codes": "0x1, 0x2", "row-0-automatic": "on"}
    assert sent(desk, M365 + "conditions/", **said).status_code == 303
    world.m365.refresh_from_db()
    assert world.m365.engage_when == [{"error_codes": ["0x1", "0x2"], "automatic": True, "words": "Theirs to clear"}]


@pytest.mark.parametrize("said", [{}, {"row-0-automatic": "on"}])
def test_a_condition_names_at_least_one_part(desk, world, said):
    answer = sent(desk, M365 + "conditions/", **{"row-0-words": "Always"}, **said)
    [error] = answer.context["form"].rows[0].non_field_errors()
    assert answer.status_code == 422 and error.startswith("Name at least one part") and error in words(answer)


def test_a_level_that_no_tier_has_is_refused_with_those_that_there_are(desk, world):
    said = {"row-0-words": "Beyond us", "row-0-tier_level": "9"}
    answer = sent(desk, M365 + "conditions/", **said)
    assert answer.context["form"].rows[0].errors["tier_level"] == ["No tier has level 9. There are 1, 2, 3."]
    assert sent(desk, M365 + "conditions/", **said | {"row-0-tier_level": "3"}).status_code == 303


def test_a_number_out_of_range_is_refused_in_words(desk):
    answer = sent(desk, M365 + "conditions/", **{"row-0-words": "Late", "row-0-minutes": "-5"})
    assert answer.context["form"].rows[0].errors["minutes"] == ["Write a whole number from 1 to 100,000."]


def test_a_hotline_has_a_digit(desk):
    answer = sent(desk, M365 + "contacts/", **{"row-0-kind": "hotline", "row-0-value": "call us"})
    assert answer.context["form"].rows[0].errors["value"] == ['"call us" is not a phone number: it has no digit.']


@pytest.mark.parametrize(("part", "said", "fields"), [
    ("services/new", {"name": "", "number_pattern": "CAS-(", "lodge_by": "MAIL"}, {"name", "number_pattern"}),
    ("commitment", {"RESPOND_0": "soon", "severity_of_P1": "Z"}, {"RESPOND_0", "severity_of_P1"}),
    ("commitment", {"severity_1": "", "RESPOND_1": "1h", "RESPOND_0": "soon"}, {"severity_1", "RESPOND_0"}),
])  # fmt: skip
def test_everything_that_is_wrong_is_said_at_once(desk, part, said, fields):
    url = "/vendors/microsoft/services/new/" if part == "services/new" else f"{M365}{part}/"
    answer = sent(desk, url, **said)
    assert answer.status_code == 422 and set(answer.context["form"].errors) == fields
    assert all(len(errors) == 1 for errors in answer.context["form"].errors.values())


def test_everything_that_is_wrong_with_rows_is_said_at_once(desk):
    said = {
        "row-0-interval_days": "-1",
        "row-0-value": "not a mail",
        "row-1-value": "https://x",
        "row-1-kind": "portal",
    }
    rows = sent(desk, M365 + "contacts/", **said).context["form"].rows
    assert [set(row.errors) for row in rows] == [{"interval_days", "value"}, {"value"}]
    said = {"row-0-label": "", "row-0-key": "Tenant ID", "row-0-source": "somewhere"}
    errors = sent(desk, M365 + "required/", **said).context["form"].rows[0].errors
    assert set(errors) == {"label", "key", "source"} and not any("pattern" in str(error) for error in errors.values())
    assert "small letters, digits and _" in errors["key"][0] and "such as account.tenant_id" in errors["source"][0]


def test_a_domain_is_refused_in_words_with_its_line(desk):
    answer = desk.post("/vendors/new/", {"name": "Telco", "mail_domains": "telco.example\n\nnone\n@x", "seen": 0})
    wrong = ((3, "none"), (4, "@x"))
    assert answer.context["form"].errors["mail_domains"] == [
        f'Line {line}: "{text}" is not a domain, such as vendor.example.' for line, text in wrong
    ]
    again = desk.post("/vendors/new/", {"name": "", "mail_domains": "none", "seen": 0})
    assert set(again.context["form"].errors) == {"name", "mail_domains"}


def test_a_fact_without_the_form_that_they_ask_for_is_refused_at_its_field(desk, world):
    Service.objects.update(
        required=[{"key": "pin", "label": "Contract", "source": "account.pin", "pattern": "[A-Z]{3}-[0-9]{4}"}]
    )
    url = f"/vendors/microsoft/accounts/{world.account.pk}/"
    assert "Expected: 3 characters (capital letters)" in words(desk.get(url))
    answer = sent(desk, url, fact_pin="abc")
    [error] = answer.context["form"].errors["fact_pin"]
    assert answer.status_code == 422 and "3 characters (capital letters)" in error and "for example ABC-0123" in error
    assert sent(desk, url, fact_pin="ABC-0123").status_code == 303
    world.account.refresh_from_db()
    assert world.account.facts["pin"] == "ABC-0123"


def test_a_stored_fact_does_not_keep_the_rest_from_being_saved(desk, world):
    world.account.facts = {"pin": "old"}
    world.account.save()
    Service.objects.update(required=[{"key": "pin", "label": "Pin", "source": "account.pin", "pattern": "[0-9]+"}])
    url = f"/vendors/microsoft/accounts/{world.account.pk}/"
    assert sent(desk, url, more="contract: 4711").status_code == 303
    world.account.refresh_from_db()
    assert world.account.facts == {"pin": "old", "contract": "4711"}


def test_a_mistake_in_the_subject_is_said_to_be_there(desk):
    answer = sent(desk, M365 + "template/", subject="Help with {{tenat_id}}")
    assert "line 1, column 11 of the subject" in answer.context["form"].errors["subject"][0]


def test_who_was_quicker_is_named_and_saving_again_is_a_decision(desk, world):
    other = world.person("other@msp.example", roles.MANAGER)
    url, mine = M365 + "basics/", fields_of(desk, M365 + "basics/") | {"plan": "Mine"}
    desk.force_login(other)
    sent(desk, url, plan="Theirs")
    desk.force_login(world.manager)
    answer = desk.post(url, mine)
    assert answer.status_code == 409 and "Other changed this while you were writing" in words(answer)
    again = {name: answer.context["form"][name].value() or "" for name in answer.context["form"].fields}
    assert desk.post(url, again).status_code == 303 and Service.objects.get().plan == "Mine"


def test_after_saving_the_lint_says_what_is_in_the_way(desk, world):
    ContactPoint.objects.all().delete()
    answer = sent(desk, M365 + "basics/", plan="Premier")
    said = words(desk.get(answer["Location"].partition("#")[0]))
    assert "no contact point at all" in said and "Add a contact point to Microsoft 365." in said


def test_what_a_pack_says_is_confirmed_with_a_note(desk, world):
    Service.objects.update(verify_first=True)
    page = desk.get("/vendors/microsoft/")
    assert "nobody here has confirmed it yet" in words(page) and page.context["seen"] == 0
    desk.post(M365 + "confirmation/", {"note": "Called them", "seen": page.context["seen"]})
    assert not Service.objects.get().verify_first and last_edit(Vendor.objects.get()).note == "Called them"


def test_what_was_changed_since_it_was_looked_through_is_not_confirmed(desk, world):
    Service.objects.update(verify_first=True)
    sent(desk, M365 + "basics/", plan="Other")
    answer = desk.post(M365 + "confirmation/", {"seen": 0}, follow=True)
    assert Service.objects.get().verify_first and "Look through it again" in words(answer)
    assert f'name="seen" value="{last_edit(Vendor.objects.get()).pk}"' in words(answer)
    desk.post(M365 + "confirmation/", {"seen": answer.context["seen"]})
    assert not Service.objects.get().verify_first


@pytest.mark.parametrize("url", ["/vendors/microsoft/edit/", M365 + "contacts/", "/vendors/new/"])
def test_technicians_do_not_edit(client, world, url):
    client.force_login(world.l1)
    assert client.get(url).status_code == 403 and client.post(url, {}).status_code == 403


def test_there_is_no_other_part(desk):
    assert desk.get(M365 + "secrets/").status_code == 404
