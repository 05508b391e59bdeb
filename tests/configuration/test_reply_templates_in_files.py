"""Reply templates in configuration files: known by name, use and team, and refused where a placeholder is unknown."""

import pytest
from small_provider import bring_in, refused

from escalation_portal.configuration import export_configuration
from tickets.models import ReplyTemplate

pytestmark = pytest.mark.django_db
TWO = """\
teams: [{name: Helpdesk}]
reply_templates:
  - {name: On it, use: reply, text: "Hello {contact}"}
  - {name: On it, use: NOTE, order: 2, text: "A note"}
  - {name: On it, use: REPLY, team: Helpdesk, text: "Ours"}
"""


def test_templates_of_one_name_are_told_apart_by_use_and_team():
    assert bring_in(TWO).count("create") == 4
    rows = ReplyTemplate.objects.order_by("use", "text").values_list("use", "team__name", "order", "text")
    assert list(rows) == [
        ("NOTE", None, 2, "A note"), ("REPLY", None, 0, "Hello {contact}"), ("REPLY", "Helpdesk", 0, "Ours"),
    ]  # fmt: skip


def test_they_go_out_and_in_unchanged():
    bring_in(TWO)
    written = export_configuration()
    plan = bring_in(written)
    assert plan.count("create") == plan.count("change") == 0 and export_configuration() == written


def test_a_changed_text_is_a_change_and_an_absent_key_is_left():
    bring_in(TWO)
    plan = bring_in('reply_templates: [{name: On it, use: NOTE, text: "Another"}]')
    assert (plan.count("change"), plan.count("unchanged")) == (1, 0)
    row = ReplyTemplate.objects.get(use="NOTE")
    assert (row.text, row.order) == ("Another", 2)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{name: A, use: NOTE, text: "Dear {surname}"}', "Nothing is known by the name {surname}. There are: {client}"),
        ("{name: A, use: NOTE}", "is missing: A is new"),
        ('{name: A, use: SONG, text: "x"}', "REPLY"),
        ('{name: A, text: "x"}', "use"),
        ('{name: A, use: NOTE, team: Nobodies, text: "x"}', 'there is no team "Nobodies"'),
        ('{name: A, use: NOTE, text: "x", colour: red}', "colour"),
        ('{name: A, use: NOTE, text: "x"}, {name: A, use: NOTE, text: "y"}', '"A" is described twice'),
    ],
)
def test_what_cannot_be_imported_is_named(row, words):
    problems = refused(f"reply_templates: [{row}]")
    assert any(words in str(problem) for problem in problems), problems
    assert not ReplyTemplate.objects.exists()
