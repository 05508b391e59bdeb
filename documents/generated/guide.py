"""A client's guide: the policy part of its page as a document. It says what the page says, and no more. Pure."""

from documents.generated.marks import NOTHING, items, paragraphs, plain, section, table, whole
from documents.guide.page import Outside, Page, Stage, Times

ONCE = "You report it once; from then on it moves by itself, and somebody is always in charge of it."
BY_ITSELF = (
    "What is not taken up or not solved in the time given goes on to the next step by itself. You need not ask for it."
)
VENDOR_STEP = (
    "If the fault lies in a service that somebody else runs, we open a case with that vendor's engineers, with "
    "everything they need to begin. We stay in charge and follow it up."
)
NO_VENDOR = (
    "None of what we look after for you is run by a vendor that we know of. Should we need one, we tell you first."
)
STANDS_STILL = "While a vendor works on it, the time to solve stands still."
YOURS_STANDS_STILL = "While we wait for an answer from you, it stands still too."
TOLD = (
    "We write to whoever reported it: when it has arrived, when a vendor has it, when we have an answer or a question, "
    "and when it is resolved.",
    "Your page says at any time in whose hands each request is, since when, and what comes next.",
)
UPDATES = "While it is open you hear from us no later than promised above, also when there is nothing new."
ADDING = (
    "To add something, call or write to us and give the number of your request.",
    "If we need an answer from you, we say so; the time until then is not counted.",
)


def guide(client: str, page: Page) -> str:
    """The whole document."""
    return whole(
        f"For {plain(client)}: what happens after you report a problem, how soon, and who may be involved.",
        paragraphs(page.intro),
        section("Who responds first", f"Every request is read first by {plain(page.first)}. {ONCE}", _agreed(page)),
        section("The steps, and how long each takes", BY_ITSELF, *(_stage(stage, page) for stage in page.stages)),
        section("What we promise", *_promised(page)),
        section("When vendors are involved, and why", *(map(_outside, page.outside) if page.outside else [NO_VENDOR])),
        section("How we keep you informed", items([*TOLD, UPDATES if page.updates_promised else "", *ADDING])),
        section("For example", *(section(plain(s.title), paragraphs(s.text), level=2) for s in page.scenarios)),
    )


def _agreed(page: Page) -> str:
    return section("Agreed with you in particular", items(map(plain, page.agreed)), level=2) if page.agreed else ""


def _stage(stage: Stage, page: Page) -> str:
    return section(
        plain(stage.title),
        f"{plain(stage.only)}." if stage.only else "",
        VENDOR_STEP if stage.vendor else "",
        _times(stage, last=stage == page.stages[-1]),
        _counted(stage.counted),
        level=2,
    )


def _times(stage: Stage, *, last: bool) -> str:
    if len(stage.times) == 1:
        return _only_times(stage.times[0])
    passed_on = "To our managers after" if last else "Passed on after"
    return table(
        ("When it is", "Taken up within", passed_on), ((t.urgency, t.taken_up, t.passed_on) for t in stage.times)
    )


def _only_times(times: Times) -> str:
    goes_on = f"; passed on if not solved within {times.passed_on}" if times.passed_on != NOTHING else ""
    return f"Taken up within {times.taken_up}{goes_on}."


def _promised(page: Page) -> list[str]:
    if not page.promised:
        return []
    rows = ([f"**{row.urgency}**: {row.meaning}", *(time for _, time in row.times)] for row in page.promised)
    still = "" if page.vendor_time_counts else STANDS_STILL
    said = " ".join(filter(None, [_counted(page.promises_counted), still, YOURS_STANDS_STILL]))
    return [table(("When it is", *page.promise_headings), rows), said]


def _outside(row: Outside) -> str:
    by = f" by {plain(row.vendor)}" if row.vendor != row.service else ""
    promise = f" They promise a first answer {row.promise}." if row.promise else ""
    return section(f"{plain(row.service)}{by}", f"{plain(row.why)}{promise}", _counted(row.counted), level=2)


def _counted(when: str) -> str:
    return f"Counted {plain(when)}." if when else ""
