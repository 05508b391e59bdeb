"""Every sentence of the policy part of a client's page, in one place: a page in, headings, texts and tables out. Pure.

The page, its PDF and whatever else shows it only lay this out.
"""

from dataclasses import dataclass

from accounts.language import ENGLISH, Say, message
from documents.guide.page import NOT_SET, Outside, Page, Stage, Times

TITLE = message("How we handle your requests")


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
    "first": message("Who responds first"),
    "agreed": message("Agreed with you in particular"),
    "stages": message("The steps, and how long each takes"),
    "promises": message("What we promise"),
    "outside": message("When vendors are involved, and why"),
    "informed": message("How we keep you informed"),
    "examples": message("For example"),
    "urgency": message("When it is"),
}


def prose(page: Page, client: str, *, shared: bool = False, say: Say = ENGLISH) -> Prose:
    """The policy part of the page of `client`; `shared` for a reader who has no page of one's own.

    `say` is the language in which the page was made.
    """
    return Prose(
        title=say(TITLE),
        lead=say(_LEAD, client=client),
        headings={part: say(heading) for part, heading in HEADINGS.items()},
        intro=page.intro,
        first=" ".join([say(_FURTHER if page.some_go_further else _EVERY, who=page.first), say(_MOVES)]),
        agreed=page.agreed,
        how_steps_work=say(_STEPS),
        stages=tuple(_stage(stage, say, last=stage is page.stages[-1]) for stage in page.stages),
        promises=_promises(page, say) if page.promised else None,
        outside=tuple(_outside(row, say) for row in page.outside),
        nobody_outside="" if page.outside else say(_NOBODY),
        informed=tuple(_informed(page, shared, say)),
        examples=tuple(Block(row.title, row.text) for row in page.scenarios),
    )


_LEAD = message("For {client}: what happens after you report a problem, how soon, and who may be involved.")
_EVERY = message("Every request is read first by {who}.")
_FURTHER = message(
    "Requests are read first by {who}. Where it is clear from the start who is needed, they begin with those people."
)
_MOVES = message("You report it once; from then on it moves by itself, and somebody is always in charge of it.")
_STEPS = message(
    "What is not taken up or not solved in the time given goes on to the next step by itself. You need not ask for it."
)
_CASE = message(
    "If the fault lies in a service that somebody else runs, we open a case with that vendor's engineers, with "
    "everything they need to begin. We stay in charge and follow it up."
)
_NOBODY = message(
    "None of what we look after for you is run by a vendor that we know of. Should we need one, we tell you first."
)


def _stage(stage: Stage, say: Say, *, last: bool) -> StageBlock:
    alike = stage.times[0] if len(stage.times) == 1 else None
    text = say(_CASE) if stage.vendor else _alike(alike, say) if alike else ""
    goes = say("To our managers after") if last else say("Passed on after")
    headings = (say(HEADINGS["urgency"]), say("Taken up within"), goes)
    rows = tuple((times.urgency, times.taken_up, times.passed_on) for times in stage.times)
    table = Table(headings, rows) if len(rows) > 1 else None
    lead = f"{stage.only}." if stage.only else ""
    note = _counted(stage.counted, say)
    return StageBlock(Block(stage.title, text, table, note, lead=lead), stage.vendor, stage.level)


def _alike(times: Times, say: Say) -> str:
    """The one sentence of a step whose times are the same however urgent it is."""
    taken = "" if times.taken_up == NOT_SET else say("Taken up within {time}", time=times.taken_up)
    passed = "" if times.passed_on == NOT_SET else say("passed on if not solved within {time}", time=times.passed_on)
    said = "; ".join(part for part in (taken, passed) if part)
    return f"{said[:1].upper()}{said[1:]}." if said else say("No time is set for this step.")


def _promises(page: Page, say: Say) -> Promises:
    rows = tuple((row.urgency, row.meaning, row.times) for row in page.promised)
    stands = "" if page.vendor_time_counts else say("While a vendor works on it, the time to solve stands still.")
    waits = say("While we wait for an answer from you, it stands still too.") if stands else say(_WAITS)
    note = " ".join(filter(None, [_counted(page.promises_counted, say), stands, waits]))
    return Promises(page.promise_headings, rows, note)


_WAITS = message("While we wait for an answer from you, the time to solve stands still.")


def _outside(row: Outside, say: Say) -> Block:
    promise = say("They promise a first answer {within}.", within=row.promise) if row.promise else ""
    by = "" if row.service == row.vendor else say("by {vendor}", vendor=row.vendor)
    return Block(row.service, " ".join(filter(None, [row.why, promise])), note=_counted(row.counted, say), by=by)


def _informed(page: Page, shared: bool, say: Say) -> list[str]:
    updates = say("While it is open you hear from us no later than promised above, also when there is nothing new.")
    return [
        say(
            "We write to whoever reported it: when it has arrived, when a vendor has it, when we have an answer or a "
            "question, and when it is resolved."
        ),
        say(_OWN_PAGE) if shared else say(_THIS_PAGE),
        *([updates] if page.updates_promised else []),
        say("To add something, call or write to us and give the number of your request."),
        say("If we need an answer from you, we say so; the time until then is not counted."),
    ]


_OWN_PAGE = message(
    "Your own page says, when you are signed in, in whose hands each request is, since when, and what comes next."
)
_THIS_PAGE = message("This page says at any time in whose hands each request is, since when, and what comes next.")


def _counted(when: str, say: Say) -> str:
    return say("Counted {hours}.", hours=when) if when else ""
