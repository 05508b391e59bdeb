"""What a client's people read of documents: their own, as they stand, in the plain look, and nothing else."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts import roles
from accounts.models import AccessChange
from documents.attachments import attach
from documents.models import Document
from documents.sharing import change_audience, grant
from papers import again, group, opened, paper


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


def text(answer):
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def dana(world):
    return browser_of(world.reader(world.acme))


def test_a_decision_maker_finds_the_client_s_documents(world, dana):
    opened(world, world.acme, "What we agreed", body="We answer within **an hour**.")
    opened(world, world.client("Beta"), "What Beta agreed", body="We answer within a minute.")
    paper(world, "Internal", body="We answer within a day.")
    assert text(dana.get("/portal/acme/documents/")).endswith("What we agreed Contract")
    seen = text(dana.get("/portal/acme/documents/", {"q": "answer"}))
    assert "What we agreed" in seen and "Beta" not in seen and "Internal" not in seen
    page = dana.get("/portal/acme/documents/what-we-agreed/")
    assert "<strong>an hour</strong>" in page.content.decode() and "rail" not in page.content.decode()


def test_what_happened_inside_before_it_was_opened_is_never_told(world, dana):
    document = paper(world, "Plan", body="CANARY-BODY internal margin.", added="CANARY-ADDED")
    again(world, document, "What you may know.", base=1, note="CANARY-NOTE")
    change_audience(
        document=document, audience="CLIENT", client=world.acme, by=world.manager, confirmed=True, why="CANARY-WHY",
        now=world.now,
    )  # fmt: skip
    for path in ("", "plan/", "?q=canary", "?q=margin"):
        html = dana.get(f"/portal/acme/documents/{path}").content.decode().replace('value="canary"', "")
        assert "canary" not in html.lower() and world.manager.name not in html, path


def test_pages_of_the_desk_are_not_for_clients(world, dana):
    document = opened(world, world.acme)
    for path in ("", f"{document.slug}/", f"{document.slug}/versions/1/", f"{document.slug}/edit/", "new/"):
        assert dana.get(f"/documents/{path}").status_code == 403
    assert dana.post(f"/documents/{document.slug}/receipt/").status_code == 403


def test_another_client_s_and_internal_documents_are_answered_like_none(world, dana):
    beta = world.client("Beta")
    theirs, inside = opened(world, beta, "Theirs"), paper(world, "Inside")
    about = paper(world, "About Acme")
    Document.objects.filter(pk=about.pk).update(client=world.acme)
    answers = [
        dana.get(url)
        for url in (
            "/portal/acme/documents/never-was/", f"/portal/acme/documents/{theirs.slug}/",
            f"/portal/beta/documents/{theirs.slug}/", f"/portal/acme/documents/{inside.slug}/",
            f"/portal/acme/documents/{about.slug}/", "/portal/beta/documents/",
        )
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_client_user_reads_nothing_until_let_in(world):
    document, user = opened(world, world.acme), world.reader(world.acme, roles.CLIENT_USER)
    browser = browser_of(user)
    assert "There is no document for you yet" in text(browser.get("/portal/acme/documents/"))
    assert browser.get(f"/portal/acme/documents/{document.slug}/").status_code == 404
    grant(document=document, group=group("client user of acme"), by=world.manager, why="All", now=world.now)
    assert browser.get(f"/portal/acme/documents/{document.slug}/").status_code == 200


def test_staff_look_at_the_client_s_documents_as_the_client_does(world):
    document = opened(world, world.acme)
    assert browser_of(world.l1).get(f"/portal/acme/documents/{document.slug}/").status_code == 200


def test_what_is_out_of_force_is_not_shown_to_the_client(world, dana):
    document = opened(world, world.acme)
    Document.objects.update(out_of_force_at=world.now)
    assert dana.get(f"/portal/acme/documents/{document.slug}/").status_code == 404


@pytest.fixture
def uma(world):
    """A user of Acme who was let in to one of two documents, which has a file."""
    user, letter = world.reader(world.acme, roles.CLIENT_USER), opened(world, world.acme, "Letter")
    opened(world, world.acme, "For the board")
    grant(document=letter, group=group("client user of acme"), by=world.manager, why="All", now=world.now)
    attach(document=letter, file=SimpleUploadedFile("plan.txt", b"x"), by=world.manager, now=world.now)
    return user


def test_a_manager_who_sees_the_page_as_somebody_reads_the_documents_of_that_person_and_no_others(world, uma):
    manager, query = browser_of(world.manager), f"?see_as={uma.pk}"
    assert f'href="/portal/acme/documents/{query}"' in manager.get(f"/portal/acme/{query}").content.decode()
    page = manager.get(f"/portal/acme/documents/{query}").content.decode()
    assert f'href="/portal/acme/documents/letter/{query}"' in page and "For the board" not in page
    assert "You read this as <strong>Reader</strong> of Acme does." in page
    assert f'name="see_as" value="{uma.pk}"' in page, "a search goes on as that person"
    one = manager.get(f"/portal/acme/documents/letter/{query}").content.decode()
    [file] = re.findall(r'href="(/portal/acme/documents/letter/[^"]*)" download', one)
    assert "You read this as" in one and file.endswith(query) and manager.get(file).content == b"x"
    assert manager.get(f"/portal/acme/documents/for-the-board/{query}").status_code == 404
    assert manager.get("/portal/acme/documents/for-the-board/").status_code == 200
    assert AccessChange.objects.filter(person=uma, by=world.manager).exists()


def test_nobody_else_sees_documents_as_another_person(world, uma):
    dana, stranger = world.reader(world.acme), world.reader(world.client("Beta"))
    for user, other in (
        (world.l1, uma),
        (dana, uma),
        (uma, dana),
        (world.manager, stranger),
        (world.manager, world.l1),
    ):
        for path in ("", "letter/"):
            answer = browser_of(user).get(f"/portal/acme/documents/{path}?see_as={other.pk}")
            assert answer.status_code == 404, (user, other, path)
    assert not AccessChange.objects.filter(after__contains="as they see it").exists()


@pytest.mark.parametrize("asked", ["%'\"; DROP", "🙂", "x" * 10_000])
def test_a_search_for_nonsense_is_answered_in_words(world, dana, asked):
    opened(world, world.acme)
    answer = dana.get("/portal/acme/documents/", {"q": asked})
    assert answer.status_code == 200
    assert ("at most 200" if len(asked) > 200 else "Nothing is found") in text(answer)


def test_the_client_s_list_costs_six_queries_at_most_besides_session_and_user(
    world, dana, django_assert_max_num_queries
):
    for number in range(9):
        opened(world, world.acme, f"Paper {number}")
    dana.get("/portal/acme/documents/")
    with django_assert_max_num_queries(8):
        dana.get("/portal/acme/documents/")
