"""A client's guide: the policy part of its page as a document, by the same sentences. It adds none. Pure."""

from documents.generated.marks import NOTHING, blocks, items, paragraphs, plain, section, table, whole
from documents.guide.prose import Block, Promises, Prose, Table


def guide(said: Prose) -> str:
    """The whole document."""
    titles = said.headings
    return whole(
        plain(said.lead),
        paragraphs(said.intro),
        section(titles["first"], plain(said.first), section(titles["agreed"], items(map(plain, said.agreed)), level=2)),
        section(titles["stages"], plain(said.how_steps_work), *(_block(stage.block) for stage in said.stages)),
        section(titles["promises"], _promises(titles["urgency"], said.promises) if said.promises else ""),
        section(titles["outside"], *map(_block, said.outside), plain(said.nobody_outside)),
        section(titles["informed"], items(map(plain, said.informed))),
        section(titles["examples"], *map(_block, said.examples)),
    )


def _block(said: Block) -> str:
    heading = plain(f"{said.heading} {said.by}")
    below = (plain(said.lead), paragraphs(said.text), _table(said.table) if said.table else "", plain(said.note))
    return section(heading, *below, level=2) or f"## {heading}"


def _table(said: Table) -> str:
    return table([plain(heading) for heading in said.headings], ([_cell(words) for words in row] for row in said.rows))


def _promises(urgency: str, said: Promises) -> str:
    headings = [plain(heading) for heading in (urgency, *said.headings)]
    rows = (
        [f"**{plain(urgent)}**: {plain(meaning)}", *(_cell(time) for _, time in times)]
        for urgent, meaning, times in said.rows
    )
    return blocks(table(headings, rows), plain(said.note))


def _cell(words: str) -> str:
    return words if words == NOTHING else plain(words)
