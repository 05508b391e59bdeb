"""A client's guide says what the client's page says: the same facts, in the same order, in Markdown."""

from dataclasses import replace

from generated_facts import part

from documents.generated.guide import guide
from documents.guide.page import Outside, Page, Promised, Stage, Times
from documents.guide.prose import prose
from documents.guide.scenarios import Scenario

DESK = Stage(
    "Our helpdesk", vendor=False, level=1, counted="day and night",
    times=(Times("Critical", "10 minutes", "30 minutes"), Times("Minor", "2 hours", "-")),
)  # fmt: skip
ENGINEERS = Stage(
    "Our engineers", vendor=False, level=3, only="When critical", times=(Times("Critical", "1 hour", "2 hours"),)
)
VENDOR = Stage("The vendor of the service", vendor=True, level=0, only="When critical")
PAGE = Page(
    first="our helpdesk", stages=(DESK, ENGINEERS, VENDOR), promise_headings=("Solved within",),
    promised=(Promised("Critical", "Your business stands still.", (("Solved within", "4 hours"),)),),
    promises_counted="day and night", updates_promised=True, vendor_time_counts=False, agreed=("You have Dev | Ben.",),
    outside=(Outside("Mail", "Google", "Your mail runs there.", "within 1 hour", "day and night"),),
    scenarios=(Scenario("Your till stops", "We come."),), intro="Good morning.\n\nWe look after you.",
)  # fmt: skip


def of(page=PAGE, **changed):
    """The guide that this page makes."""
    return guide(prose(replace(page, **changed), "Acme & Sons", shared=True))


DOCUMENT = of()


def test_it_begins_with_whom_it_is_for_and_the_words_that_were_written_for_them():
    assert DOCUMENT.startswith(
        "For Acme & Sons: what happens after you report a problem, how soon, and who may be involved.\n\n"
        "Good morning.\n\nWe look after you.\n\n# Who responds first\n\nEvery request is read first by our helpdesk."
    )


def test_what_was_agreed_in_particular_is_listed():
    assert part(DOCUMENT, "Agreed with you in particular") == "- You have Dev \\| Ben."
    assert "in particular" not in of(agreed=())


def test_a_step_with_several_times_has_a_table_and_the_last_one_goes_to_managers():
    assert part(DOCUMENT, "Our helpdesk") == (
        "| When it is | Taken up within | Passed on after |\n| --- | --- | --- |\n"
        "| Critical | 10 minutes | 30 minutes |\n| Minor | 2 hours | - |\n\nCounted day and night."
    )
    alone = of(stages=(DESK,))
    assert "| To our managers after |" in part(alone, "Our helpdesk")


def test_a_step_with_one_time_says_it_in_a_sentence():
    assert part(DOCUMENT, "Our engineers") == (
        "When critical.\n\nTaken up within 1 hour; passed on if not solved within 2 hours."
    )


def test_the_vendors_step_says_when_and_that_we_stay_in_charge():
    told = part(DOCUMENT, "The vendor of the service")
    assert told.startswith("When critical.\n\nIf the fault lies in a service") and "stay in charge" in told


def test_what_is_promised_has_its_hours_and_what_stands_still():
    assert part(DOCUMENT, "What we promise") == (
        "| When it is | Solved within |\n| --- | --- |\n"
        "| **Critical**: Your business stands still. | 4 hours |\n\n"
        "Counted day and night. While a vendor works on it, the time to solve stands still. "
        "While we wait for an answer from you, it stands still too."
    )
    assert "While a vendor" not in part(of(vendor_time_counts=True), "What we promise")
    assert "# What we promise" not in of(promised=())


def test_each_service_says_why_its_vendor_is_asked_and_how_soon_it_answers():
    assert part(DOCUMENT, "Mail by Google") == (
        "Your mail runs there. They promise a first answer within 1 hour.\n\nCounted day and night."
    )
    assert "Should we need one, we tell you first." in of(outside=())


def test_updates_are_announced_only_where_they_are_promised():
    assert "you hear from us no later than promised" in part(DOCUMENT, "How we keep you informed")
    assert "no later than promised" not in of(updates_promised=False)


def test_the_examples_are_those_of_the_page():
    assert part(DOCUMENT, "For example") == "## Your till stops\n\nWe come."
    assert "# For example" not in of(scenarios=())


def test_every_sentence_of_the_page_is_in_the_guide_and_the_guide_adds_none():
    said = prose(PAGE, "Acme & Sons", shared=True)
    sentences = [
        said.lead, said.first, said.how_steps_work, *said.informed, said.promises.note,
        *(text for block in (*(s.block for s in said.stages), *said.outside) for text in (block.text, block.note)),
    ]  # fmt: skip
    plain_words = DOCUMENT.replace("\\", "")
    assert [text for text in sentences if text not in plain_words] == []
    rest = plain_words
    for text in sorted(sentences, key=len, reverse=True):
        rest = rest.replace(text, "") if text else rest
    left = [line for line in rest.splitlines() if line.strip() and not line.startswith(("#", "|", "- "))]
    assert left == ["Good morning.", "We look after you.", "When critical.", "When critical.", "We come."]


def test_a_step_without_any_time_has_its_sentence():
    bare = Stage("Our helpdesk", vendor=False, level=1, times=(Times("Critical", "-", "-"),))
    assert part(of(stages=(bare,)), "Our helpdesk") == "No time is set for this step."
