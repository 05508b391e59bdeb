"""The completeness gate and the template."""

import pytest

from vendors.completeness import gather, render

TENANT = {"key": "tenant", "label": "Tenant id", "source": "account.tenant_id", "pattern": "[0-9a-f]{4}"}
USERS = {"key": "users", "label": "Users", "source": "question", "question": "How many are affected?"}
PIN = {"key": "pin", "label": "PIN", "source": "account.pin", "pattern": "[0-9]{6}", "secret": True}


def test_facts_come_from_their_source():
    gathered = gather([TENANT], sources={"account.tenant_id": "12ab"}, answers={})
    assert (gathered.facts, gathered.missing) == ({"tenant": "12ab"}, ())


def test_an_answer_goes_before_the_source():
    gathered = gather([TENANT], sources={"account.tenant_id": "12ab"}, answers={"tenant": "ffff"})
    assert gathered.facts == {"tenant": "ffff"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "Tenant id is not known"),
        ("   ", "Tenant id is not known"),
        ("12abc", "Tenant id is “12abc”, which does not have the form that they ask for"),
        ("12ab\n12ab", "Tenant id is “12ab 12ab”, which does not have the form that they ask for"),
        ("x" * 61, f"Tenant id is “{'x' * 60}…”, which does not have the form that they ask for"),
    ],
)
def test_what_is_absent_or_malformed_becomes_a_question(value, problem):
    [missing] = gather([TENANT], sources={"account.tenant_id": value}, answers={}).missing
    assert (missing.key, missing.question, missing.problem) == ("tenant", "Tenant id?", problem)


def test_a_question_is_asked_in_its_own_words():
    [missing] = gather([USERS], sources={}, answers={}).missing
    assert missing.question == "How many are affected?"


def test_a_secret_is_a_reference_and_not_held_against_its_pattern():
    gathered = gather([PIN], sources={"account.pin": "[[secret:1:pin]]"}, answers={})
    assert gathered.facts == {"pin": "[[secret:1:pin]]"}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Tenant {{tenant}}", "Tenant 12ab"),
        ("{{ tenant }}{{tenant}}", "12ab12ab"),
        ("{{unknown}}", "{{unknown}}"),
        ("{% load x %}{{tenant.__class__}}", "{% load x %}{{tenant.__class__}}"),
        ("{{title}}", "{{tenant}}"),
    ],
)
def test_a_template_fills_flat_placeholders_and_evaluates_nothing(template, text):
    assert render(template, {"tenant": "12ab", "title": "{{tenant}}"}) == text


@pytest.mark.parametrize(
    "template, text",
    [
        ("Error code: {{code}}\nDevice: {{name}}", "Device: pc-7"),
        ("Device: {{name}} {{os}}", "Device: pc-7"),
        ("Device: {{name}} {{os}}, isolated", "Device: pc-7, isolated"),
        ("Seen by {{name}}. Error code: {{code}}.", "Seen by pc-7. Error code: -."),
        ("{{code}} {{os}}\n\nRegards", "\nRegards"),
        ("{{code}}{{unknown}}", "-{{unknown}}"),
        ("{{code}}", ""),
        ("Hello", "Hello"),
    ],
)
def test_a_line_that_would_only_say_that_there_is_nothing_is_left_out(template, text):
    assert render(template, {"code": "", "os": "", "name": "pc-7"}) == text
