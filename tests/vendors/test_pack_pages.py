"""Packs as pages: what each brings, what it would change here, and taking it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sla.models import Calendar
from vendors.editing import save
from vendors.models import DirectoryEdit, Service, Vendor
from vendors.packs import file_of

GOOGLE, ISP, MICROSOFT = (
    f"/vendors/packs/{slug}/" for slug in ("google-workspace", "internet-provider", "microsoft-365")
)


@pytest.fixture
def boss(client, world):
    client.force_login(world.manager)
    return client


def html(answer):
    return " ".join(answer.content.decode().split())


def test_the_list_shows_each_pack_and_which_vendors_are_in_the_directory(boss):
    said = html(boss.get("/vendors/packs/"))
    for name in ("Microsoft", "Google", "SentinelOne", "CrowdStrike", "Internet provider", "Hardware maker"):
        assert name in said
    assert said.count("In the directory") == 1 and said.count("Take it once for each of yours") == 2


def test_the_list_takes_few_queries(boss, django_assert_max_num_queries):
    boss.get("/vendors/packs/")
    with django_assert_max_num_queries(6):
        boss.get("/vendors/packs/")


def test_a_pack_says_what_it_would_create(boss):
    said = html(boss.get(GOOGLE))
    assert "Creates the calendar Google Workspace support" in said and "Take it" in said
    assert "Support PIN (secret), from the client&#x27;s account: support pin" in said
    assert "P1: first answer within 1h" in said and "P3: nothing promised" in said
    assert not Vendor.objects.filter(name="Google").exists()


def test_taking_it_creates_the_vendor_with_its_history_and_tells_what_is_left(boss, world):
    answer = boss.post(GOOGLE, {"vendor": "Google", "service": "Google Workspace"}, follow=True)
    service = Service.objects.get(name="Google Workspace")
    assert service.verify_first and service.lodge_by == "MAIL" and service.commitment
    edit = DirectoryEdit.objects.get(vendor=service.vendor)
    assert edit.by == world.manager and edit.note == "Taken from the pack google-workspace.yaml"
    said = html(answer)
    assert answer.redirect_chain == [("/vendors/google/?left", 302)]
    assert "Left to do for Google" in said and "support pin (secret)" in said
    service, urls = "/vendors/google/services/google-workspace/", {todo["url"] for todo in answer.context["left"]}
    assert urls == {
        f"{service}contacts/", f"{service}accounts/new/", "/vendors/verification/",
        "/vendors/google/#service-google-workspace",
    }  # fmt: skip
    assert all(f'<a href="{url}">' in said for url in urls) and 'id="service-google-workspace"' in said
    said = html(boss.get(GOOGLE))
    assert "Nothing: all of it is in the directory" in said and "Take it" not in said and "Left to do for" in said


def test_what_is_left_to_do_is_asked_of_managers_until_it_is_confirmed(boss, client, world):
    boss.post(GOOGLE, {"vendor": "Google", "service": "Google Workspace"})
    assert "Left to do for Google" in html(boss.get("/vendors/google/"))
    client.force_login(world.l1)
    assert "Left to do" not in html(client.get("/vendors/google/?left"))
    client.force_login(world.manager)
    Service.objects.update(verify_first=False)
    assert "Left to do" not in html(client.get("/vendors/google/"))


def test_what_differs_is_shown_where_the_two_sides_read_the_same(boss):
    boss.post(GOOGLE, {"vendor": "Google", "service": "Google Workspace"})
    service = Service.objects.get(name="Google Workspace")
    question = service.required[0]["question"]
    service.required = [{**service.required[0], "question": "Whose?"}, *service.required[1:]]
    service.save()
    [part] = [part for group in boss.get(GOOGLE).context["groups"] for part in group["parts"] if part["differs"]]
    key = service.required[0]["key"]
    assert part["before"] == [f"Needed {key}, Question: Whose?"]
    assert part["after"] == [f"Needed {key}, Question: {question}"]


def test_what_somebody_edited_is_shown_beside_and_stays(boss):
    """World's Microsoft 365 has its own required data, template and severities."""
    before = Service.objects.get(name="Microsoft 365")
    said = html(boss.get(MICROSOFT))
    assert "Yours is different and stays." in said and 'value="Microsoft 365:required"' in said
    boss.post(MICROSOFT, {"vendor": "Microsoft", "service": "Microsoft 365"})
    after = Service.objects.get(name="Microsoft 365")
    assert (after.required, after.template, after.severity_of) == (before.required, before.template, before.severity_of)
    assert after.category == "cloud" and after.vendor.website == "https://admin.microsoft.com/"


def test_what_is_chosen_is_replaced(boss):
    over = ["Microsoft 365:required", "Microsoft 365:template", "Microsoft 365:severity_of", "Microsoft 365:commitment"]
    Service.objects.update(commitment=None)
    boss.post(MICROSOFT, {"vendor": "Microsoft", "service": "Microsoft 365", "over": over})
    after = Service.objects.get(name="Microsoft 365")
    assert [datum["key"] for datum in after.required] == ["tenant_id", "primary_domain", "correlation_id"]
    assert after.severity_of == {"P1": "A", "P2": "B", "P3": "C", "P4": "C"}
    assert after.contact_points.get().value == "support@vendor.example"


def test_what_does_not_fit_what_stays_is_refused_in_words(boss):
    """The commitment that stays knows severity A alone, so the pack's severities cannot come in without it."""
    before = Service.objects.get(name="Microsoft 365").severity_of
    over = ["Microsoft 365:severity_of"]
    answer = boss.post(MICROSOFT, {"vendor": "Microsoft", "service": "Microsoft 365", "over": over})
    assert answer.status_code == 409
    assert "Nothing was changed" in html(answer) and "the commitment has no severity" in html(answer)
    assert Service.objects.get(name="Microsoft 365").severity_of == before


def test_a_generic_pack_is_taken_under_the_name_of_ones_own_vendor(boss):
    said = html(boss.get(ISP, {"vendor": "Northline", "service": "Northline fibre"}))
    assert 'value="Northline fibre"' in said
    boss.post(ISP, {"vendor": "Northline", "service": "Northline fibre"})
    assert Service.objects.get(name="Northline fibre").vendor.name == "Northline"


def test_a_service_of_another_vendor_is_not_taken_over(boss):
    answer = boss.get(ISP, {"vendor": "Northline", "service": "Microsoft 365"})
    assert "belongs to Microsoft" in html(answer) and "Take it</button>" not in html(answer)
    assert boss.post(ISP, {"vendor": "Northline", "service": "Microsoft 365"}).status_code == 409
    assert not Vendor.objects.filter(name="Northline").exists()


def test_a_known_vendor_is_found_however_its_name_is_spelt(boss):
    boss.post(ISP, {"vendor": "microsoft", "service": "Azure line"})
    assert Service.objects.get(name="Azure line").vendor.name == "Microsoft"


@pytest.mark.parametrize("names", [{"vendor": "", "service": "x"}, {"vendor": "x" * 121, "service": "x"}])
def test_names_that_cannot_be_are_refused_at_their_field(boss, names):
    answer = boss.post(ISP, names)
    assert answer.status_code == 422 and "field-error" in html(answer)
    assert Vendor.objects.count() == 1


def test_there_is_no_other_pack(boss):
    assert boss.get("/vendors/packs/no-such-pack/").status_code == 404


def test_whoever_may_not_edit_the_directory_takes_no_pack(client, world):
    client.force_login(world.l1)
    assert client.post(GOOGLE, {"vendor": "Google", "service": "Google Workspace"}).status_code == 403
    assert not Vendor.objects.filter(name="Google").exists()


OVER = ["Microsoft 365:required", "Microsoft 365:template"]


def test_what_somebody_changed_since_it_was_chosen_is_not_replaced(boss, world):
    said = {"vendor": "Microsoft", "service": "Microsoft 365", "over": OVER}
    said["seen"] = boss.get(MICROSOFT).context["seen"]
    ours = {"subject": "Ours", "body": "Ours"}
    form = {"name": "Microsoft", "services": [{"name": "Microsoft 365", "template": ours}]}
    save(world.m365.vendor, form, note="", by=world.manager, now=world.now)
    answer = boss.post(MICROSOFT, said)
    assert answer.status_code == 409 and "changed Microsoft meanwhile" in html(answer)
    assert Service.objects.get().template == ours
    assert boss.post(MICROSOFT, said | {"seen": answer.context["seen"]}).status_code == 302
    assert Service.objects.get().template != ours


OWN = "/vendors/packs/own/"
ISP_FILE = """# Ours. Verify before use.
calendars:
  - name: Northline desk
    timezone: Europe/London
    hours: {mon: ["08:00-18:00"]}
vendors:
  - name: Northline
    services:
      - name: Northline fibre
        sources: ["https://northline.example", "javascript:alert(1)"]
        commitment: {calendar: Northline desk, targets: {A: {RESPOND: 1h}}}
"""


def chosen(boss, content, **said):
    file = SimpleUploadedFile("northline.yaml", content.encode() if isinstance(content, str) else content)
    return boss.post(OWN, {"file": file, **said})


def test_a_pack_is_downloaded_as_it_is_written_and_comes_back_as_one_s_own(boss):
    answer = boss.get("/vendors/packs/google-workspace.yaml")
    assert answer.content == file_of("google-workspace").read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="google-workspace.yaml"'
    assert "google-workspace.yaml" in html(boss.get(GOOGLE))
    assert chosen(boss, answer.content).context["plan"] == boss.get(GOOGLE).context["plan"]
    assert boss.get("/vendors/packs/no-such-pack.yaml").status_code == 404


def test_a_pack_of_one_s_own_is_shown_then_taken_under_other_names(boss, world):
    page = chosen(boss, ISP_FILE)
    said = html(page)
    assert "Creates the calendar Northline desk" in said and 'href="javascript' not in said
    assert not Vendor.objects.filter(name="Northline").exists()
    names = {"vendor": "Northline", "service": "Northline DSL"}
    page = boss.post(OWN, page.context["carried"] | names)
    assert "Northline DSL" in html(page)
    answer = boss.post(OWN, page.context["carried"] | names | {"take": "yes", "seen": page.context["seen"]})
    assert answer.status_code == 302 and answer["Location"] == "/vendors/northline/?left"
    assert Service.objects.get(name="Northline DSL").commitment is not None
    edit = DirectoryEdit.objects.get(vendor__name="Northline")
    assert (edit.by, edit.note) == (world.manager, "Taken from the pack northline.yaml")


@pytest.mark.parametrize("content, words", [
    ("vendors: ]", "northline.yaml:1: this is not YAML"),
    (b"\xff\xfe", "this is not UTF-8 text"),
    ("vendors:\n  - name: N\n    services:\n      - name: S\n        colour: red\n",
     "northline.yaml:5: vendors.0.services.0.colour: unknown key"),
    ("vendors: []\n", "a pack describes exactly one vendor"),
    ("vendors:\n  - name: N\n", "a pack describes a service"),
    ("vendors:\n  - name: N\n    services: [{name: S}]\n    accounts: [{client: A, service: S}]\n", "do not belong"),
    ("teams: []\n", "unknown key"), ("- vendors", "must be a mapping"), ("#" * 200_001, "larger than 200 kB"),
])  # fmt: skip
def test_a_file_that_is_no_pack_is_refused_by_line(boss, content, words):
    answer = chosen(boss, content)
    assert answer.status_code == 422 and any(words in error for error in answer.context["form"].errors["file"])
    assert words.split(": ")[-1] in html(answer) and not Vendor.objects.filter(name="N").exists()


def test_what_the_directory_cannot_take_of_one_s_own_pack_is_refused_in_words(boss):
    file = ISP_FILE.replace("A: {RESPOND: 1h}", "A: {RESPOND: 1h}}, calendars: {A: Nowhere")
    answer = chosen(boss, file, take="yes")
    assert answer.status_code == 409 and "Nowhere" in html(answer)
    assert not Vendor.objects.filter(name="Northline").exists() and not Calendar.objects.filter(name="Northline desk")
