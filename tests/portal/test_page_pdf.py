"""The policy part as a PDF: what it says, how it is made, and that nothing in it is markup or internal."""

import re

import pytest

from accounts.clock import database_now
from clients.models import PageWords
from documents.guide.shelf import shelf
from pdf_text import pages, text
from portal.pdf import pdf_of

FILE = "/portal/acme/page.pdf"


@pytest.fixture
def fetch(client, world):
    client.force_login(world.reader(world.acme))
    return lambda asked="": client.get(f"{FILE}{asked}")


def write(world, **words):
    PageWords.publish(world.acme, words, author=None, note="", now=world.now)


def test_it_says_what_the_page_says(fetch, world):
    world.m365.client_text = "Your mail runs at Microsoft."
    world.m365.save()
    said = text(fetch().content)
    assert "How we handle your requests For Acme: what happens after you report a problem" in said
    assert "Our helpdesk Taken up within 15 minutes; passed on if not solved within 45 minutes." in said
    assert "Critical Your business stands still. 20 minutes 4 hours" in said
    assert "Microsoft 365 by Microsoft Your mail runs at Microsoft. They promise a first answer within 1 hour." in said
    assert "For example Your file server stops answering" in said


def test_every_sentence_of_the_page_is_in_it(fetch, client):
    """Both are laid out from the same prose, so neither can leave out what the other says."""
    html = client.get("/portal/acme/").content.decode()
    policy = html[html.index("Who responds first") : html.index('<section id="requests"')]
    sentences = [re.sub(r"\s+", " ", part).strip() for part in re.findall(r">([^<>]+)<", policy)]
    said = text(fetch().content).replace("’", "'")
    missing = [
        s for s in sentences if s and not s.startswith("This page says") and s.replace("&#x27;", "'") not in said
    ]
    assert missing == []


def test_it_is_a4_tagged_in_english_with_its_fonts_inside(fetch):
    answer = fetch()
    file = answer.content
    assert (
        answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"] == 'inline; filename="acme.pdf"'
    )
    assert file.startswith(b"%PDF-") and set(re.findall(rb"/MediaBox\[([^\]]*)\]", file)) == {b"0 0 595.2756 841.8898"}
    assert b"/MarkInfo<</Marked true" in file and b"/StructTreeRoot" in file and b"/Lang(en-GB)" in file
    fonts = re.findall(rb"/BaseFont/(\S+?)/", file)
    assert fonts and all(b"Inter" in font for font in fonts) and file.count(b"/FontFile") >= 2
    assert [f"Page {n} of {len(pages(file))}" in page for n, page in enumerate(pages(file), start=1)].count(False) == 0


def test_what_is_written_is_text_and_never_markup(fetch, world):
    written = '#read("/etc/passwd") *bold* _it_ $x^2$ = Heading \\ <label> @ref // no "quotes" #{1+1} [x]'
    write(world, intro=written, scenarios=[{"title": written[:60], "text": f"{written}\n\nSecond paragraph."}])
    said = text(fetch().content)
    assert said.count('#read("/etc/passwd") *bold* _it_ $x^2$ = Heading') == 3 and "#{1+1} [x]" in said
    assert "Second paragraph." in said and "root:" not in said


def test_letters_that_our_font_lacks_are_set_in_another(fetch, world):
    write(world, intro="Cem Yıldız, Łódź, Αθήνα, Киев")
    assert "CemYıldız,Łódź,Αθήνα,Киев" in text(fetch().content).replace(" ", "")


def test_long_words_and_many_tables_go_on_over_pages(fetch, world):
    write(world, intro="x" * 600, scenarios=[{"title": str(n), "text": "Long. " * 110} for n in range(3)])
    slow = {f"P{n}": [{"tier": t, "acknowledge_within": f"{n}h"} for t in ("L1", "L2", "L3")] for n in range(1, 5)}
    world.publish({"ladders": slow, "exceptions": [], "routing": []})
    assert len(pages(fetch().content)) > 1


def test_it_can_be_had_as_it_was(fetch, world):
    world.now = database_now()
    world.ladder({"tier": "L2", "acknowledge_within": "7m"})
    assert "within 7 minutes" in text(fetch().content)
    then = text(fetch("?as_of=2026-03-02").content)
    assert "within 15 minutes" in then and "Acme, 2 March 2026" in then


def test_where_there_is_nothing_to_set_there_is_no_file(fetch, world):
    assert fetch("?as_of=2026-03-01").status_code == 404
    assert fetch("?as_of=soon").status_code == 404
    world.publish({"ladders": {}, "clients": ["Somebody else"]})
    assert fetch().status_code == 404


def test_no_request_is_in_it_and_no_stranger_gets_it(fetch, client, world):
    world.open("Very private trouble")
    assert "Very private" not in text(fetch().content)
    client.force_login(world.reader(world.client("Other")))
    assert client.get(FILE).status_code == 404


def test_it_is_set_once_for_the_same_versions_and_day(world):
    edition = shelf(world.acme).edition(now=world.now)
    assert pdf_of(edition, "2 March 2026") is pdf_of(shelf(world.acme).edition(now=world.now), "2 March 2026")
    assert pdf_of(edition, "3 March 2026") is not pdf_of(edition, "2 March 2026")


def test_a_client_without_a_policy_has_no_file(world):
    world.publish({"ladders": {}, "clients": ["Somebody else"]})
    with pytest.raises(LookupError):
        pdf_of(shelf(world.acme).edition(now=world.now), "2 March 2026")
