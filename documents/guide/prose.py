"""Every sentence of the policy part of a client's page, in one place: a page in, headings, texts and tables out. Pure.

The page, its PDF and whatever else shows it only lay this out.
"""

from dataclasses import dataclass

from documents.guide.page import NOT_SET, Outside, Page, Stage, Times

TITLE = "How we handle your requests"
PASSED_ON, TO_MANAGERS = "Passed on after", "To our managers after"


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows of which the first cell names the row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with what belongs to it. `note` is small print; `by` stands beside the heading."""

    heading: str
    text: str = ""
    table: Table | None = None
    note: str = ""
    by: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class StageBlock:
    """One step of the ladder: the block, and what its mark looks like."""

    block: Block
    vendor: bool
    level: int


@dataclass(frozen=True, slots=True)
class Promises:
    """The table of what is promised: each row's urgency, what that means, and its times with their headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Prose:
    """The policy part in the order in which it is read. Headings of its parts are in `headings`, by part."""

    title: str
    lead: str
    headings: dict[str, str]
    intro: str
    first: str
    agreed: tuple[str, ...]
    how_steps_work: str
    stages: tuple[StageBlock, ...]
    promises: Promises | None
    outside: tuple[Block, ...]
    nobody_outside: str
    informed: tuple[str, ...]
    examples: tuple[Block, ...]


HEADINGS = {
    "first": "Who responds first",
    "agreed": "Agreed with you in particular",
    "stages": "The steps, and how long each takes",
    "promises": "What we promise",
    "outside": "When vendors are involved, and why",
    "informed": "How we keep you informed",
    "examples": "For example",
    "urgency": "When it is",
}


def prose(page: Page, client: str, *, shared: bool = False) -> Prose:
    """The policy part of the page of `client`; `shared` for a reader who has no page of one's own."""
    return Prose(
        title=TITLE,
        lead=f"For {client}: what happens after you report a problem, how soon, and who may be involved.",
        headings=HEADINGS,
        intro=page.intro,
        first=f"Every request is read first by {page.first}. {_MOVES}",
        agreed=page.agreed,
        how_steps_work=_STEPS,
        stages=tuple(_stage(stage, last=stage is page.stages[-1]) for stage in page.stages),
        promises=_promises(page) if page.promised else None,
        outside=tuple(map(_outside, page.outside)),
        nobody_outside="" if page.outside else _NOBODY,
        informed=tuple(_informed(page, shared)),
        examples=tuple(Block(row.title, row.text) for row in page.scenarios),
    )


_MOVES = "You report it once; from then on it moves by itself, and somebody is always in charge of it."
_STEPS = (
    "What is not taken up or not solved in the time given goes on to the next step by itself. You need not ask for it."
)
_CASE = (
    "If the fault lies in a service that somebody else runs, we open a case with that vendor's engineers, with "
    "everything they need to begin. We stay in charge and follow it up."
)
_NOBODY = (
    "None of what we look after for you is run by a vendor that we know of. Should we need one, we tell you first."
)


def _stage(stage: Stage, *, last: bool) -> StageBlock:
    alike = stage.times[0] if len(stage.times) == 1 else None
    text = _CASE if stage.vendor else _alike(alike) if alike else ""
    headings = (HEADINGS["urgency"], "Taken up within", TO_MANAGERS if last else PASSED_ON)
    rows = tuple((times.urgency, times.taken_up, times.passed_on) for times in stage.times)
    table = Table(headings, rows) if len(rows) > 1 else None
    lead = f"{stage.only}." if stage.only else ""
    return StageBlock(Block(stage.title, text, table, _counted(stage.counted), lead=lead), stage.vendor, stage.level)


def _alike(times: Times) -> str:
    """The one sentence of a step whose times are the same however urgent it is."""
    taken = "" if times.taken_up == NOT_SET else f"Taken up within {times.taken_up}"
    passed = "" if times.passed_on == NOT_SET else f"passed on if not solved within {times.passed_on}"
    said = "; ".join(part for part in (taken, passed) if part)
    return f"{said[:1].upper()}{said[1:]}." if said else "No time is set for this step."


def _promises(page: Page) -> Promises:
    rows = tuple((row.urgency, row.meaning, row.times) for row in page.promised)
    stands = [] if page.vendor_time_counts else ["While a vendor works on it, the time to solve stands still."]
    waits = "While we wait for an answer from you, it stands still too." if stands else _WAITS
    note = " ".join(filter(None, [_counted(page.promises_counted), *stands, waits]))
    return Promises(page.promise_headings, rows, note)


_WAITS = "While we wait for an answer from you, the time to solve stands still."


def _outside(row: Outside) -> Block:
    promise = f" They promise a first answer {row.promise}." if row.promise else ""
    by = "" if row.service == row.vendor else f"by {row.vendor}"
    return Block(row.service, f"{row.why}{promise}", note=_counted(row.counted), by=by)


def _informed(page: Page, shared: bool) -> list[str]:
    told = "Your own page says, when you are signed in," if shared else "This page says at any time"
    updates = "While it is open you hear from us no later than promised above, also when there is nothing new."
    return [
        "We write to whoever reported it: when it has arrived, when a vendor has it, when we have an answer or a "
        "question, and when it is resolved.",
        f"{told} in whose hands each request is, since when, and what comes next.",
        *([updates] if page.updates_promised else []),
        "To add something, call or write to us and give the number of your request.",
        "If we need an answer from you, we say so; the time until then is not counted.",
    ]


def _counted(when: str) -> str:
    return f"Counted {when}." if when else ""
