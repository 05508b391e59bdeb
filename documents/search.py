"""Full-text search over what somebody may read: ranked, the name before the body, with highlighted snippets."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import and_

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest, Lower, StrIndex, Substr
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from documents.models import Document
from documents.writing import SEARCHED

LONGEST_QUERY = 200
MOST = 50
AROUND = 60  # signs of the text before and after what was found
# Signs of no language stand around what was found until the snippet is escaped.
BEGINS, ENDS, GAP = "\ue000", "\ue001", " … "
OPERATORS = ('"', " -", " or ", " OR ")


def found_in(documents: QuerySet[Document], asked: str) -> list[Document]:
    """At most 50 of `documents` in which all words of `asked` stand, or words that begin so, the best first.

    Each has `snippet`, safe HTML with what was found in <mark>. `"a phrase"`, `-without` and `or` are understood.
    Where nothing is found by words, as in languages without blanks, the text itself is looked for.
    """
    query = _query(asked)
    hits = documents.filter(search=query).annotate(rank=SearchRank(F("search"), query), found=_headline(query))
    found = list(hits.order_by("-rank", "name")[:MOST])
    return _with_snippets(found) if found else _with_snippets(_as_written(documents, asked))


def _query(asked: str) -> SearchQuery:
    as_people_do = SearchQuery(asked, search_type="websearch", config=SEARCHED)
    beginnings = [f"'{part}':*" for part in asked.replace("'", " ").replace("\\", " ").split()]
    if not beginnings or any(mark in f" {asked}" for mark in OPERATORS):
        return as_people_do
    parts = [SearchQuery(part, search_type="raw", config=SEARCHED) for part in beginnings]
    return as_people_do | reduce(and_, parts)


def _headline(query: SearchQuery) -> SearchHeadline:
    return SearchHeadline(
        "words", query, config=SEARCHED, start_sel=BEGINS, stop_sel=ENDS, fragment_delimiter=GAP, max_fragments=2,
        max_words=24, min_words=8,
    )  # fmt: skip


def _as_written(documents: QuerySet[Document], asked: str) -> list[Document]:
    begins = Greatest(StrIndex(Lower("words"), Lower(Value(asked))) - AROUND, 1)
    around = Substr("words", begins, len(asked) + 2 * AROUND)
    found = list(documents.filter(words__icontains=asked).annotate(found=around).order_by("name")[:MOST])
    for document in found:
        document.found = re.sub(re.escape(asked), f"{BEGINS}\\g<0>{ENDS}", document.found, flags=re.IGNORECASE)
    return found


def _with_snippets(documents: Iterable[Document]) -> list[Document]:
    for document in documents:
        document.snippet = _marked(document.found)
    return list(documents)


def _marked(found: str) -> SafeString:
    safe = conditional_escape(" ".join(found.split()))
    return mark_safe(safe.replace(BEGINS, "<mark>").replace(ENDS, "</mark>"))
