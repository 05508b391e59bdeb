"""Importing a table by page: the file, its columns, what it would do, and doing it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import dumps

from accounts import roles
from vendors.csv_import_pages import UploadForm
from vendors.csv_import_table import LARGEST
from vendors.models import Vendor

ISP = "Vendor,Service,Support e-mail,Colour\nNorthline,Fibre,faults@northline.example,blue\n"
URL = "/vendors/import/"


@pytest.fixture
def boss(client, world):
    client.force_login(world.manager)
    return client


def html(answer):
    return " ".join(answer.content.decode().split())


def upload(boss, content, name="vendors.csv"):
    content = content.encode() if isinstance(content, str) else content
    return boss.post(URL, {"file": SimpleUploadedFile(name, content, "text/csv")})


def draft_of(answer):
    return re.search(r'name="draft" value="([^"]+)"', answer.content.decode()).group(1)


def columns(*fields):
    return {f"column-{place}": field for place, field in enumerate(fields)}


def test_the_columns_of_a_file_are_guessed_and_shown_with_their_first_cells(boss):
    answer = upload(boss, ISP)
    said = html(answer)
    assert answer.status_code == 200
    assert '<option value="email" selected>Contact: mail address</option>' in said
    assert "faults@northline.example" in said and "blue" in said and said.count("Leave it out") == 4
    assert "Check what it would do" in said and not Vendor.objects.filter(name="Northline").exists()


def test_what_it_would_do_is_shown_before_anything_is_changed(boss):
    draft = draft_of(upload(boss, ISP))
    answer = boss.post(URL, {"draft": draft, **columns("vendor", "service", "email", ""), "check": "1"})
    said = html(answer)
    assert "Creates vendor Northline" in said and "Creates email faults@northline.example" in said
    assert "1 create something, 0 change something, 0 unchanged." in said and "Import 1 row" in said
    assert not Vendor.objects.filter(name="Northline").exists()


def test_it_is_done_once_it_is_asked_for(boss):
    draft = draft_of(upload(boss, ISP))
    said = {"draft": draft, **columns("vendor", "service", "email", "")}
    answer = boss.post(URL, {**said, "import": "1"}, follow=True)
    assert "Imported: 1 row created something, 0 rows changed something." in html(answer)
    assert Vendor.objects.get(name="Northline").services.get().contact_points.get().value == "faults@northline.example"
    assert "Nothing: the directory says all of it already." in html(boss.post(URL, {**said, "check": "1"}))


def test_pasted_text_is_read_as_a_file_is(boss):
    assert "Which column is what" in html(boss.post(URL, {"text": ISP.replace(",", "\t")}))


def test_another_choice_of_columns_changes_what_the_cells_mean(boss):
    draft = draft_of(upload(boss, ISP))
    answer = boss.post(URL, {"draft": draft, **columns("vendor", "service", "portal", "plan"), "check": "1"})
    assert answer.status_code == 422
    said = html(answer)
    assert "Line 2, Support e-mail: &quot;faults@northline.example&quot; is not a web address" in said
    assert "Nothing was changed" in said and "Import 1 row" not in said


def test_columns_that_do_not_fit_together_are_told(boss):
    draft = draft_of(upload(boss, ISP))
    answer = boss.post(URL, {"draft": draft, **columns("service", "", "", ""), "check": "1"})
    assert answer.status_code == 422 and "Choose the column that names the vendor." in html(answer)


def test_a_refused_table_is_not_imported_however_it_is_asked_for(boss):
    draft = draft_of(upload(boss, "Vendor,Service,Email\nA,S,a@a.example\nB,T,broken\n"))
    answer = boss.post(URL, {"draft": draft, **columns("vendor", "service", "email"), "import": "1"})
    assert answer.status_code == 422 and "Line 3, Email" in html(answer)
    assert Vendor.objects.count() == 1


@pytest.mark.parametrize("content, words", [
    (b"PK\x03\x04\0\0", "not a text file"), (b"x" * (LARGEST + 1), "larger than 1 MB"),
    (b'Vendor\n"A\n', "Line 2: a quote is opened"), (b"", "empty"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_at_its_field(boss, content, words):
    answer = upload(boss, content)
    assert answer.status_code == 422 and words in html(answer) and "field-error" in html(answer)


class Endless(SimpleUploadedFile):
    """A file that says how large it is, and must not be read."""

    def read(self, *args):
        raise AssertionError("read before its size was looked at")


def test_a_file_that_is_too_large_is_not_read():
    file = Endless("vendors.csv", b"x", "text/csv")
    file.size = LARGEST + 1
    form = UploadForm({}, {"file": file})
    assert not form.is_valid() and "larger than 1 MB" in form.errors["file"][0]


def test_letters_that_were_guessed_are_to_be_looked_at(boss):
    rows = "Vendor,Plan\nMüller,Gold\n"
    said = html(upload(boss, rows.encode("cp1252")))
    assert "Müller" in said and "read as Windows-1252" in said
    assert "Windows-1252" not in html(upload(boss, rows.encode()))


def test_the_page_describes_the_columns_and_gives_an_empty_table(boss):
    said = html(boss.get(URL))
    assert '<th scope="row">Contact kind</th><td>email, portal or hotline.</td>' in said
    assert '<span class="optional">' not in said and 'href="/vendors/import-template.csv"' in said
    answer = boss.get("/vendors/import-template.csv")
    [line] = answer.content.decode("utf-8-sig").splitlines()
    assert line.startswith("Vendor,Website,Protocol,") and "vendors-template.csv" in answer["Content-Disposition"]
    chosen = html(upload(boss, f"{line}\nNorthline{',' * line.count(',')}\n"))
    assert 'value="account_value" selected' in chosen and 'value="" selected' not in chosen


@pytest.mark.parametrize("text, words", [
    ("nonsense", "This is no table: its first line, “nonsense”, names no column"),
    ("nonsense\nand more of it", "names no column"),
    ("Vendor,Service", "It has one line alone"),
])  # fmt: skip
def test_what_is_no_table_is_refused_at_once(boss, text, words):
    answer = boss.post(URL, {"text": text})
    assert answer.status_code == 422 and words in html(answer) and "Which column is what" not in html(answer)


def test_a_line_that_is_refused_promises_nothing(boss):
    rows = "Vendor,Service,Contact kind,Contact value\nN,S,fax,12345\nM,T,hotline,+44 1\n"
    choice = columns("vendor", "service", "kind", "value")
    said = html(boss.post(URL, {"draft": draft_of(upload(boss, rows)), **choice, "check": "1"}))
    assert "Refused, see above" in said and "Creates fax" not in said and "Creates hotline +44 1" in said
    assert "1 create something, 0 change something, 0 unchanged, 1 refused." in said


def test_neither_file_nor_text_is_told(boss):
    answer = boss.post(URL, {"text": "  "})
    assert answer.status_code == 422 and "Choose a file, or paste a table." in html(answer)


def test_a_draft_of_somebody_else_or_by_nobody_is_not_taken(boss, world, client):
    foreign = dumps(ISP, salt=f"vendors.csv_import:{world.l1.pk}", compress=True)
    for draft in (foreign, "made up", ""):
        answer = boss.post(URL, {"draft": draft, **columns("vendor", "service", "email", ""), "import": "1"})
        assert answer.status_code == 422 and "choose the file again" in html(answer)
    assert Vendor.objects.count() == 1


def test_a_large_table_is_shown_in_part_and_imported_as_a_whole(boss):
    rows = "\n".join(f"Vendor {n},https://v{n}.example" for n in range(250))
    draft = draft_of(upload(boss, f"Vendor,Website\n{rows}\n"))
    said = {"draft": draft, **columns("vendor", "website")}
    assert "and 50 more" in html(boss.post(URL, {**said, "check": "1"}))
    boss.post(URL, {**said, "import": "1"})
    assert Vendor.objects.count() == 251


def test_cells_are_shown_as_text(boss):
    said = html(upload(boss, "Vendor,Website\n<script>alert(1)</script>,=cmd()\n"))
    assert "<script>alert(1)" not in said and "&lt;script&gt;alert(1)" in said and "=cmd()" in said


def test_the_directory_is_downloaded_as_a_table_of_clients_that_one_may_see(client, world):
    client.force_login(world.l1)
    answer = client.get("/vendors/export.csv")
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv") and "vendors.csv" in answer["Content-Disposition"]
    assert "Microsoft 365" in text and "support@vendor.example" in text and "Acme" in text
    client.force_login(world.person("am@msp.example", roles.ACCOUNT_MANAGER))
    assert "Acme" not in client.get("/vendors/export.csv").content.decode("utf-8-sig")
