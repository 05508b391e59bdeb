"""No client reads what is not its own: words planted in every field, and everything crawled that a client can fetch.

It takes a while, since every address of the site is asked for with every known value as each reader, and each page's
links are followed: that is the point.
"""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from canary.planting import ACME, OTHER, WORD, our_models, plant_the_rest, unplanted
from canary.story import CanaryWorld
from clients.models import ShareLink
from documents.models import Attachment
from pdf_text import pages
from tickets.models import SideConversation, TicketFile, VendorCase

LINK = re.compile(r"""(?:href|src|action|hx-get)=["']([^"'#]+)""")
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
MOST_ASKED = 5  # so many ways of asking for one page, as filters lead to each other without end
MOST_PAGES = 10_000
UNWELL = ("/readyz/", "/healthz/escalations/")  # 503 where there is no broker, and where something is overdue
HOST = "http://testserver"


@pytest.fixture
def canary(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.LOCAL_MODE = False
    world = CanaryWorld()
    plant_the_rest(world.planted)
    return world


def test_every_text_that_is_stored_is_planted_or_somebody_said_who_reads_it(canary):
    missing = unplanted(canary.planted)
    assert missing == [], "\n".join(missing)


@pytest.mark.parametrize("whose", [ACME, OTHER])
@pytest.mark.parametrize("role", ["decision maker", "client user"])
def test_nobody_of_a_client_can_fetch_a_word_that_is_not_for_them(canary, whose, role):
    browser = Browser(raise_request_exception=False)
    browser.force_login(canary.people[whose][role])
    canary.tokens.clear()  # who was given a share link may read the page that it is for, whoever it is
    fetched = crawl(canary, browser.get)
    client = canary.acme if whose == ACME else canary.other
    assert leaks(canary, fetched, whose) == {}
    assert canary.tickets[whose][1].key in fetched[f"/portal/{client.slug}/"], "nothing was read: the crawl is blind"
    assert WORD.search(fetched[f"/portal/{client.slug}/page.pdf"]), "nothing was read in the PDF"


def test_an_account_manager_fetches_no_word_of_a_client_that_is_not_its_account(canary):
    browser = Browser(raise_request_exception=False)
    browser.force_login(canary.keeper)
    canary.tokens.clear()
    found = leaks(canary, crawl(canary, browser.get), ACME)
    assert {url: told for url, fields in found.items() if (told := {f for f in fields if OTHER in f})} == {}


def test_an_anonymous_reader_fetches_no_word_but_by_a_share_link_the_page_it_is_for(canary):
    fetched = crawl(canary, Browser(raise_request_exception=False).get)
    for whose, token in canary.tokens.items():
        shared = {url: fetched.pop(url) for url in list(fetched) if url.startswith(f"/share/{token}/")}
        assert shared and leaks(canary, shared, whose) == {}
    assert leaks(canary, fetched, "") == {}


@pytest.mark.parametrize("whose", [ACME, OTHER])
def test_a_key_that_is_bound_to_a_client_fetches_no_word_that_is_not_for_it(canary, whose):
    program = canary.people[whose]["program"]
    fetched = crawl(canary, lambda url: program.http.get(url, headers=program._headers({})), only="api/")
    assert leaks(canary, fetched, whose) == {}
    [_, worked, _] = canary.tickets[whose]
    assert any(worked.key in answer for answer in fetched.values()), "nothing was read: the crawl is blind"


@pytest.mark.parametrize("whose", [ACME, OTHER])
def test_no_mail_to_a_client_carries_a_word_that_is_not_for_it(canary, whose):
    address = canary.people[whose]["contact"].email
    mails = [m for m in mail.outbox if address in m.to]
    assert mails, "no mail was sent: nothing was looked at"
    texts = {
        m.subject: "\n".join([m.subject, m.body, *(str(a) for a in getattr(m, "alternatives", ()))]) for m in mails
    }
    assert leaks(canary, texts, whose) == {}


def leaks(canary, fetched, whose):
    """By address, the fields whose words stood in the answer."""
    found = {url: canary.planted.leaked(text, whose) for url, text in fetched.items()}
    return {url: fields for url, fields in found.items() if fields}


def crawl(canary, get, only=""):
    """Every address of the site, and what it answered, refusals too; links of pages are followed."""
    todo = [url for url in addresses(canary) if url.startswith(f"/{only}")]
    seen, fetched, asked = set(todo), {}, Counter()
    while todo:
        url = todo.pop()
        assert len(fetched) < MOST_PAGES, "the links do not end"
        answer = get(url)
        assert answer.status_code < 500 or url in UNWELL, f"{url} fails, so nothing is known of it"
        text = text_of(answer)
        fetched[url] = text
        for link in sorted({urljoin(HOST + url, link) for link in LINK.findall(text)} if "<html" in text else ()):
            path = urlsplit(link)._replace(scheme="", netloc="", fragment="").geturl()
            bare = path.partition("?")[0]
            if link.startswith(HOST) and not bare.startswith("/static/") and path not in seen:
                seen.add(path)
                asked[bare] += 1
                todo += [path] if asked[bare] <= MOST_ASKED else []
    return fetched


def text_of(answer):
    """What stands in an answer of any status: text as it is, a PDF as the words that are set in it."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return " ".join(pages(body)) if body.startswith(b"%PDF") else body.decode(errors="replace")


def addresses(canary):
    """Every route with every known value of each of its parameters."""
    values = known_values(canary)
    return sorted({url for route in routes(get_resolver()) for url in filled(route, values)})


def routes(resolver, before=""):
    for pattern in resolver.url_patterns:
        route = before + re.sub(r"^\^|\$$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route.replace("/?", "/")


def filled(route, values):
    """The addresses of a route, each parameter filled in with every value of its kind."""
    urls = [route]
    within_client = len(PARAMETER.findall(route)) > 1
    while match := PARAMETER.search(urls[0]):
        name = match[2] or match[3]
        options = values.get(name) or values.get(match[1] or "", ["1"])
        if within_client and urls == [route] and name == "slug":
            options = values["client"]
        urls = [url.replace(PARAMETER.search(url)[0], str(option), 1) for url in urls for option in options]
    return [f"/{url}" for url in urls]


def known_values(canary):
    """What stands in addresses: slugs of everything, keys of tickets, small numbers."""
    slugs = {
        slug for model in our_models() if any(f.name == "slug" for f in model._meta.concrete_fields)
        for slug in model._base_manager.values_list("slug", flat=True)
    }  # fmt: skip
    keys = [ticket.key for tickets in canary.tickets.values() for ticket in tickets]
    tokens = [*canary.tokens.values(), "guessed"]
    clients = [canary.acme.slug, canary.other.slug]
    return {
        "slug": sorted(slugs),
        "client": clients,
        "key": keys,
        "token": tokens,
        "int": numbers(canary),
        "pk": numbers(canary),
    }


def numbers(canary):
    """Small numbers, and the ids of files and links, which stand in addresses."""
    models = (Attachment, ShareLink, SideConversation, TicketFile, VendorCase)
    rows = [pk for model in models for pk in model.objects.values_list("pk", flat=True)]
    return sorted({1, 2, *rows})
