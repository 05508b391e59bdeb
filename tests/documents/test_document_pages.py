"""The pages of documents: the list, one document, the editor, versions, audience and readers."""

import re
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from guardian.shortcuts import remove_perm

from accounts import roles
from documents.models import Document, DocumentVersion, Receipt
from documents.sharing import change_audience
from documents.writing import LONGEST, generate
from papers import account_manager, again, group, opened, paper


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def manager(world):
    return browser_of(world.manager)


def text(answer):
    """The words of the page's main part, as they are read."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def form(**said):
    return {"name": "Reset", "kind": "RUNBOOK", "body": "Text", "note": "First", "base": "0", **said}


def edit(**said):
    return {"body": "Pull it twice.", "note": "Better", "base": "1", **said}


# the list


def test_the_list_tells_audiences_apart_and_leaves_out_what_one_may_not_read(world):
    paper(world, "House rules", kind="POLICY")
    opened(world, world.acme, "Contract of Acme")
    seen = text(browser_of(world.l1).get("/documents/"))
    assert "House rules Policy Internal" in seen and "Contract of Acme Contract Acme reads it" in seen
    seen = text(browser_of(account_manager(world, world.acme)).get("/documents/"))
    assert "Contract of Acme" in seen and "House rules" not in seen


def test_the_list_says_what_to_do_where_it_is_empty(world, manager):
    assert "There is no document yet" in text(manager.get("/documents/"))
    assert "Nothing is found" in text(manager.get("/documents/?kind=POLICY"))


def test_the_list_can_be_narrowed_by_kind_and_audience(world, manager):
    paper(world, "Rules", kind="POLICY")
    paper(world, "Router")
    opened(world, world.acme, "Agreed")
    narrowed = {
        "kind=RUNBOOK": {"Router"},
        "audience=CLIENT": {"Agreed"},
        "kind=NONSENSE": {"Rules", "Router", "Agreed"},
    }
    for query, names in narrowed.items():
        seen = text(manager.get(f"/documents/?{query}"))
        assert {name for name in ("Rules", "Router", "Agreed") if name in seen} == names


def test_a_search_shows_where_the_words_stand(world, manager):
    paper(world, body="First ask the helpdesk <now>.")
    answer = manager.get("/documents/", {"q": "help"})
    assert "<mark>helpdesk</mark>" in answer.content.decode() and "1 document" in text(answer)


@pytest.mark.parametrize("asked", ["%'\"; DROP", "🙂", "\x00", "x" * 10_000, "<script>alert(1)</script>"])
def test_a_search_for_nonsense_is_answered_in_words(world, manager, asked):
    paper(world)
    answer = manager.get("/documents/", {"q": asked})
    assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()
    expected = "at most 200 characters" if len(asked) > 200 else "Null" if asked == "\x00" else "Nothing is found"
    assert expected in text(answer)


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_costs_the_same_however_long_it_is(world, count, django_assert_max_num_queries):
    for number in range(count):
        paper(world, f"Runbook {number}")
    browser = browser_of(world.manager)
    browser.get("/documents/")
    with django_assert_max_num_queries(9):  # session, user, roles, counts of the rail, and 5 of its own
        answer = browser.get("/documents/")
    assert ("1-50 of 60" in text(answer)) == (count == 60)
    with django_assert_max_num_queries(9):
        browser.get("/documents/?q=runbook")


def test_what_is_to_be_read_by_one_stands_first(world):
    paper(world, "House rules", kind="POLICY", asks_receipt=True)
    seen = text(browser_of(world.l1).get("/documents/"))
    assert "To be read by you House rules version 1" in seen
    assert "To be read by you" not in text(browser_of(world.manager).get("/documents/"))


# one document


def test_a_document_is_shown_with_its_version_readers_and_contents(world, manager):
    document = paper(world, body="# First\n\nDo **this**.\n\n# Second\n\n## More\n\n<script>alert(1)</script>")
    answer = manager.get(f"/documents/{document.slug}/")
    html, seen = answer.content.decode(), text(answer)
    assert "<strong>this</strong>" in html and "<script>alert" not in html and "&lt;script&gt;" in html
    assert 'href="#s-second"' in html and "Version 1, published" in seen and "by Boss: First" in seen
    assert "Technicians A grant on this document. L1, L2, L3." in seen


@pytest.mark.parametrize("path", ["", "edit/", "versions/1/", "audience/", "readers/"])
def test_what_one_may_not_read_is_answered_like_what_never_was(world, path):
    document = paper(world)
    document.grants.exclude(group__name=roles.ADMINISTRATOR).delete()
    browser = browser_of(world.manager)
    theirs, missing = browser.get(f"/documents/{document.slug}/{path}"), browser.get(f"/documents/never-was/{path}")
    assert (theirs.status_code, missing.status_code) == (404, 404) and theirs.content == missing.content


def test_an_account_manager_sees_the_document_and_not_its_past(world):
    document = opened(world, world.acme)
    seen = browser_of(account_manager(world, world.acme)).get(f"/documents/{document.slug}/")
    assert "Pull the plug." in text(seen) and "Versions" not in text(seen) and "They asked for it" not in text(seen)


def test_a_manager_sees_who_has_not_read_it_and_others_do_not(world, manager):
    document = paper(world, "House rules", kind="POLICY", asks_receipt=True)
    assert "1 of 4 have read this version. Not yet L1" in text(manager.get("/documents/house-rules/"))
    reader = browser_of(world.l1)
    page = text(reader.get("/documents/house-rules/"))
    assert "to read this version" in page and "I have read this" in page and "Not yet" not in page
    assert "you have read House rules" in reader.post("/documents/house-rules/receipt/", follow=True).content.decode()
    assert Receipt.objects.get(user=world.l1, version__of=document).read_at is not None
    assert "You read this version" in text(reader.get("/documents/house-rules/"))


def test_who_was_not_asked_is_told_so(world):
    document = paper(world)
    answer = browser_of(world.l1).post(f"/documents/{document.slug}/receipt/", follow=True)
    assert "You were not asked" in answer.content.decode() and not Receipt.objects.exists()


def test_what_is_out_of_force_says_so(world, manager):
    document = paper(world)
    Document.objects.update(out_of_force_at=world.now)
    assert "Out of force since" in text(manager.get(f"/documents/{document.slug}/"))
    assert "Out of force" in text(manager.get("/documents/"))


# the editor


def test_a_new_document_is_written_and_shown(world):
    answer = browser_of(world.l1).post("/documents/new/", form(), follow=True)
    assert answer.redirect_chain == [("/documents/reset/", 303)] and "Reset v1 is published." in answer.content.decode()
    assert Document.objects.get().audience == "INTERNAL"


def test_technicians_are_offered_runbooks_only_and_get_nothing_else(world):
    browser = browser_of(world.l1)
    assert browser.get("/documents/new/").content.decode().count("<option") == 1
    assert browser.post("/documents/new/", form(kind="POLICY")).status_code == 403
    policy = paper(world, "Rules", kind="POLICY")
    assert browser.get(f"/documents/{policy.slug}/edit/").status_code == 403
    assert Document.objects.count() == 1


@pytest.mark.parametrize("kind", ["NONSENSE", ""])
def test_a_kind_that_does_not_exist_is_refused(world, manager, kind):
    assert manager.post("/documents/new/", form(kind=kind)).status_code == 422
    assert not Document.objects.exists()


def test_errors_stand_at_their_fields_and_what_was_written_stays(world, manager):
    paper(world)
    answer = manager.post("/documents/new/", form(name="Restart the router", body="My words", note=" "))
    seen = text(answer)
    assert answer.status_code == 422 and "Say why" in seen and "My words" in seen
    seen = text(manager.post("/documents/new/", form(name="Restart the router", body="My words")))
    assert "There is a document of this name already" in seen and "My words" in seen
    seen = text(manager.post("/documents/new/", form(body="x" * (LONGEST + 1))))
    assert "100,001 characters; a document has at most 100,000" in seen


def test_two_megabytes_are_refused_in_words_and_nothing_is_kept(world, manager):
    answer = manager.post("/documents/new/", form(body="x" * 2_000_000))
    assert answer.status_code == 413 and "what you wrote is still there" in " ".join(text(answer).split())
    assert not Document.objects.exists()


def test_a_form_that_was_forged_is_refused(world):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(world.manager)
    document = paper(world)
    at = f"/documents/{document.slug}"
    for url, said in (("/documents/new/", form()), (f"{at}/edit/", edit()), (f"{at}/attachments/", {})):
        assert browser.post(url, said).status_code == 403
    assert DocumentVersion.objects.count() == 1


def test_the_second_of_two_is_told_keeps_the_text_and_sees_the_difference(world, manager):
    document = paper(world)
    again(world, document, "Pull it once.", base=1, by=world.l1, note="Said so")
    url = f"/documents/{document.slug}/edit/"
    answer = manager.post(url, edit())
    seen = text(answer)
    assert answer.status_code == 409 and "L1 published version 2 while you were writing: “Said so”." in seen
    assert "removed: once" in seen and "added: twice" in seen and "Pull it twice." in seen
    assert 'name="base" value="2"' in answer.content.decode()
    assert manager.post(url, edit(base="2")).status_code == 303
    assert DocumentVersion.live(document).body == "Pull it twice."


def test_what_says_the_same_is_told_and_not_published(world, manager):
    document = paper(world)
    answer = manager.post(f"/documents/{document.slug}/edit/", edit(body="Pull the plug."))
    assert answer.status_code == 422 and "version 1 says the same already" in text(answer)


def test_a_preview_is_a_part_for_scripts_and_a_page_without(world, manager):
    url, said = f"/documents/{paper(world).slug}/edit/", edit(body="**bold** <script>", note="", preview="1")
    part = manager.post(url, said, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<section class="panel preview"') and "<strong>bold</strong> &lt;script&gt;" in part
    page = manager.post(url, said)
    assert (
        page.status_code == 200
        and "<strong>bold</strong>" in page.content.decode()
        and "<html" in page.content.decode()
    )
    assert "**bold**" in text(page) and "Say why" not in text(page)
    assert DocumentVersion.objects.count() == 1


def test_of_a_generated_document_only_the_added_words_are_edited(world, manager):
    facts = {"source_key": "policy:x", "name": "X", "kind": "POLICY", "audience": "INTERNAL", "client": None}
    document = generate(body="Generated.", note="n", now=world.now, **facts)
    url = f"/documents/{document.slug}/edit/"
    page = manager.get(url).content.decode()
    assert 'name="added"' in page and 'name="body"' not in page
    manager.post(url, edit(body="Overwritten?", added="Ask Ann."))
    assert DocumentVersion.live(document).document == {"body": "Generated.", "added": "Ask Ann."}
    assert "Ask Ann." in text(manager.get(f"/documents/{document.slug}/"))


def test_the_editor_says_who_reads_what_is_published(world, manager):
    document = opened(world, world.acme)
    assert "Acme reads what you publish here." in text(manager.get(f"/documents/{document.slug}/edit/"))


# versions


def test_a_version_shows_what_it_changed_in_words(world, manager):
    document = paper(world)
    again(world, document, "Pull the cable.", base=1)
    seen = text(manager.get(f"/documents/{document.slug}/versions/2/"))
    assert "1 word added, 1 removed." in seen and "removed: plug end of removed" in seen and "added: cable" in seen
    first = text(manager.get(f"/documents/{document.slug}/versions/1/"))
    assert "This is the first version." in first and "Pull the plug." in first
    for number in (0, 3, 99999999999):
        assert manager.get(f"/documents/{document.slug}/versions/{number}/").status_code == 404


# audience and readers


def test_opening_a_document_asks_names_the_people_and_is_logged(world, manager):
    document, dana = paper(world, "Plan"), world.reader(world.acme)
    url, said = "/documents/plan/audience/", {"audience": "CLIENT", "client": world.acme.pk, "why": "They asked"}
    answer = manager.post(url, said)
    seen = text(answer)
    assert answer.status_code == 200 and "Nothing has changed yet. Acme would read it" in seen and dana.email in seen
    assert Document.objects.get(pk=document.pk).audience == "INTERNAL"
    beta = world.client("Beta")
    assert "version 1 as it stands" in seen
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', answer.content.decode())[1]
    manager.post(url, {**said, "client": beta.pk, "confirmed": confirmed})
    assert Document.objects.get(pk=document.pk).audience == "INTERNAL", "the confirmation named another client"
    answer = manager.post(url, {**said, "confirmed": confirmed}, follow=True)
    assert "Acme reads it" in text(answer) and "For Acme from now on" in text(answer) and "They asked" in text(answer)
    answer = manager.post(url, {**said, "audience": "INTERNAL", "why": "A mistake"}, follow=True)
    assert "Internal from now on: no client reads it. About Acme from now on" in text(answer)


def test_a_page_is_asked_about_again_when_its_text_has_changed_since_it_was_confirmed(world, manager):
    document, said = paper(world, "Plan"), {"audience": "CLIENT", "client": world.acme.pk, "why": "They asked"}
    first = manager.post("/documents/plan/audience/", said).content.decode()
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', first)[1]
    again(world, document, "Our margin is 40 %.", base=1)
    answer = manager.post("/documents/plan/audience/", {**said, "confirmed": confirmed})
    assert "Nothing has changed yet" in text(answer) and "version 2 as it stands" in text(answer)
    assert Document.objects.get(pk=document.pk).audience == "INTERNAL"


def test_an_internal_document_stays_about_its_client_unless_somebody_confirms_otherwise(world, manager):
    document = paper(world, "Plan")
    Document.objects.filter(pk=document.pk).update(client=world.acme)
    remove_perm("view_client", group(roles.TECHNICIAN), world.acme)
    url, said = "/documents/plan/audience/", {"audience": "INTERNAL", "why": "x"}
    assert manager.post(url, {**said, "client": world.acme.pk}).status_code == 422
    answer = manager.post(url, said)
    assert "no longer be kept to those who may see Acme" in text(answer) and "l1@msp.example" in text(answer)
    assert Document.objects.get(pk=document.pk).client == world.acme
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', answer.content.decode())[1]
    assert manager.post(url, {**said, "confirmed": confirmed}).status_code == 303
    assert Document.objects.get(pk=document.pk).client is None


def test_a_technician_publishes_and_attaches_nothing_in_a_runbook_that_a_client_reads(world):
    document, browser = opened(world, world.acme, "Plan", kind="RUNBOOK"), browser_of(world.l1)
    page = browser.get("/documents/plan/").content.decode()
    assert "/documents/plan/edit/" not in page and 'type="file"' not in page
    assert browser.post("/documents/plan/edit/", edit()).status_code == 403
    upload = SimpleUploadedFile("plan.txt", b"x")
    assert browser.post("/documents/plan/attachments/", {"file": upload}).status_code == 403
    assert DocumentVersion.live(document).number == 1 and not document.attachments.exists()


def test_a_runbook_that_is_opened_while_a_technician_writes_is_not_published(world):
    document = paper(world, "Plan")
    Document.objects.filter(pk=document.pk).update(client=world.acme)
    change_audience(
        document=Document.objects.get(pk=document.pk), audience="CLIENT", client=world.acme, by=world.manager,
        confirmed=True, why="They asked", now=world.now,
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        again(world, document, "Our margin is 40 %.", base=1, by=world.l1)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"audience": "CLIENT", "why": "x"}, "Say which client"),
        ({"audience": "INTERNAL", "why": "x"}, "its audience already"),
        ({"audience": "NOBODY", "why": "x"}, "Select a valid choice"),
        ({"audience": "CLIENT", "client": "999999", "why": "x"}, "Select a valid choice"),
        ({"audience": "CLIENT", "client": "acme", "why": ""}, "Say why"),
    ],
)
def test_an_audience_that_cannot_be_is_refused_at_its_field(world, manager, said, words):
    document = paper(world, "Plan")
    if said.get("client") == "acme":
        said = {**said, "client": str(world.acme.pk), "confirmed": str(world.acme.pk)}
    answer = manager.post("/documents/plan/audience/", said)
    assert answer.status_code == 422 and words in text(answer)
    assert Document.objects.get(pk=document.pk).audience == "INTERNAL"


def test_the_readers_are_named_with_their_grants_which_come_and_go(world, manager):
    document, teams = paper(world, "Plan"), group("team helpdesk")
    url = "/documents/plan/readers/"
    assert "Technicians A grant on this document L1, L2, L3" in text(manager.get(url))
    answer = manager.post(url, {"group": teams.pk, "why": "They asked"}, follow=True)
    assert "“team helpdesk” may read it. They asked" in text(answer)
    answer = manager.post(url, {"group": teams.pk, "why": "Done", "revoke": "1"}, follow=True)
    assert "may not read it any more. Done" in text(answer)
    assert not document.grants.filter(group=teams).exists()


def test_a_grant_to_the_wrong_client_s_group_is_refused_by_the_page(world, manager):
    opened(world, world.acme, "Plan")
    wrong = group(f"decision maker of {world.client('Beta').slug}")
    answer = manager.post("/documents/plan/readers/", {"group": wrong.pk, "why": "x"})
    assert answer.status_code == 422 and "Select a valid choice" in text(answer)
    assert "decision maker of beta" not in answer.content.decode()


def test_managers_cannot_be_shut_out_by_the_page(world, manager):
    paper(world, "Plan")
    answer = manager.post("/documents/plan/readers/", {"group": group(roles.MANAGER).pk, "why": "x", "revoke": "1"})
    assert answer.status_code == 422 and "keeps it" in text(answer)
