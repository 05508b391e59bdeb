"""What a client's guide is made from, as it stands or as it stood."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from accounts.language import ENGLISH, Say
from clients.models import Client, PageWords
from documents.guide.page import Page, page
from documents.guide.page_changes import Told, told
from documents.guide.provision import Provision, PublicTier, titled
from documents.guide.shelf import Edition, Shelf, shelf
from sla.agreements import calendars_by_version
from sla.as_of import terms_of
from tiers.policies import NoPolicy, policy_documents

PAGES_KEPT = 2000
MOST_MOMENTS = 200


def provision(
    client: Client,
    *,
    now: datetime,
    as_of: datetime | None = None,
    policy: Mapping[str, Any] | None = None,
    say: Say = ENGLISH,
) -> Provision:
    """What holds for the client at `now`, or what held at `as_of`; under the document `policy` where one is given.

    Policies, agreements, calendars and written words are those of `as_of`; who serves the client, and with what, is
    known only as it is now. Four queries when these versions were read before. Raises NoPolicy where no published
    policy covers the client.
    """
    return provision_of(shelf(client).edition(now=now, as_of=as_of), policy=policy, say=say)


def provision_of(edition: Edition, *, policy: Mapping[str, Any] | None = None, say: Say = ENGLISH) -> Provision:
    """What these versions say, in this language. Raises NoPolicy where none of them is a policy and none is given."""
    _, name, agreement_id = edition.client
    if policy is None and edition.policy is None:
        raise NoPolicy(f"No published policy covers {name}. Import or publish one first.")
    calendars = {ref.name: ref for ref in calendars_by_version(set(edition.calendars)).values()}
    terms = terms_of(edition.agreements, calendars)
    return Provision(
        client=name,
        agreement_id=agreement_id,
        document=policy if policy is not None else policy_documents([edition.policy])[edition.policy][1],
        tiers={
            name: PublicTier(titled(title, dict(others), say), level, terms.get(ola))
            for name, title, level, ola, others in edition.tiers
        },
        terms=terms,
        calendars={name: ref.calendar for name, ref in calendars.items()},
        services=edition.services,
        words=_words(edition.words) if edition.words else {},
        say=say,
    )


def history(known: Shelf, *, now: datetime, say: Say = ENGLISH) -> list[Told]:
    """What changed for the client up to `now`, the latest first. Looks back over a bounded number of publications."""
    moments = known.moments(now=now)
    pages = ((at, page_at(known, now=now, as_of=at, say=say)) for at in moments[:MOST_MOMENTS])
    return told(pages, from_the_beginning=len(moments) <= MOST_MOMENTS, say=say)


def page_at(known: Shelf, *, now: datetime, as_of: datetime | None = None, say: Say = ENGLISH) -> Page | None:
    """The client's page as it is at `now` or was at `as_of`; None where no policy covered the client."""
    return page_of(known.edition(now=now, as_of=as_of), say)


@lru_cache(maxsize=PAGES_KEPT)
def page_of(edition: Edition, say: Say = ENGLISH) -> Page | None:
    """The page that these versions make in this language; None where none of them is a policy."""
    return page(provision_of(edition, say=say)) if edition.policy else None


@lru_cache(maxsize=PAGES_KEPT)
def _words(version_id: int) -> Mapping[str, Any]:
    return PageWords.objects.values_list("document", flat=True).get(pk=version_id)


def forget_pages() -> None:
    """Drop what is kept: for a database that was emptied, whose ids may come again."""
    page_of.cache_clear()
    _words.cache_clear()
