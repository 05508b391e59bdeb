"""The editor of a client's page: generated examples beside one's own, moved, used, hidden, previewed, published."""

import re

import pytest

from clients.models import PageWords
from clients.page_words import publish_words
from documents.guide.arranging import arranged
from documents.guide.scenarios import Scenario

PAGE = "/clients/acme/page/"
A, B, C = ({"title": title, "text": f"Then {title}."} for title in "abc")
SERVER = Scenario("Your file server stops answering", "It is taken up.", "server")


@pytest.mark.parametrize(
    "act, titles",
    [
        ("up-1", ["b", "a", "c"]),
        ("up-0", ["a", "b", "c"]),
        ("down-0", ["b", "a", "c"]),
        ("down-2", ["a", "b", "c"]),
        ("remove-1", ["a", "c"]),
        ("remove-9", ["a", "b", "c"]),
        ("remove-x", ["a", "b", "c"]),
        ("sideways-1", ["a", "b", "c"]),
        ("preview", ["a", "b", "c"]),
        ("", ["a", "b", "c"]),
        ("use-server", ["a", "b", "c"]),
    ],
)
def test_examples_are_moved_and_removed_by_place(act, titles):
    words = {"scenarios": [A, B, C], "intro": "Hi."}
    found = arranged(words, act, [SERVER])
    assert [row["title"] for row in found["scenarios"]] == titles and found["intro"] == "Hi."
    assert words["scenarios"] == [A, B, C]


def test_using_a_generated_example_writes_it_down_and_hides_it():
    found = arranged({"scenarios": [A], "hidden": ["question"]}, "use-server", [SERVER])
    assert found == {
        "scenarios": [A, {"title": SERVER.title, "text": SERVER.text}],
        "hidden": ["question", "server"],
    }
    assert arranged({}, "use-weather", [SERVER]) == {}


# the page ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def edit(client, world):
    client.force_login(world.manager)

    def send(**sent):
        return client.post(PAGE, {"base": "0", "note": "They asked", **sent})

    return send


def said(answer) -> str:
    html = answer.content.decode()
    main = html[html.index("<main") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)).replace("&#x27;", "'")


def values(answer) -> dict[str, str]:
    html = answer.content.decode()
    titles = dict(re.findall(r'name="(title_\d)" value="([^"]*)"', html))
    return titles | {name: text.strip() for name, text in re.findall(r'name="(text_\d)"[^>]*>([^<]*)<', html)}


TILL = {"title_0": "The till stops", "text_0": "We come within the hour."}


def test_it_shows_the_generated_examples_and_the_page_as_the_client_sees_it(client, edit):
    words = said(client.get(PAGE))
    assert words.count("You have a question that can wait") >= 2 and "As Acme sees it" in words
    assert "Requests are read first by our helpdesk." in words


def test_publishing_makes_a_version_that_the_client_reads_at_once(client, world, edit):
    answer = edit(**TILL, hidden=["server"], intro="Call us first.", act="publish")
    assert (answer.status_code, answer.url) == (303, "/portal/acme/")
    live = PageWords.live(world.acme)
    assert (live.number, live.note, live.author) == (1, "They asked", world.manager)
    assert live.document == {
        "intro": "Call us first.",
        "scenarios": [{"title": "The till stops", "text": "We come within the hour."}],
        "hidden": ["server"],
    }
    client.force_login(world.reader(world.acme))
    page = said(client.get("/portal/acme/"))
    assert "For example The till stops We come within the hour. Microsoft 365 fails" in page
    assert "Call us first." in page and "Your file server stops" not in page
    assert "There is a new example: The till stops." in page


def test_a_preview_shows_and_stores_nothing(edit, world):
    words = said(edit(**TILL, act="preview", note=""))
    assert "For example The till stops We come within the hour. Your file server stops answering" in words
    assert not PageWords.objects.exists() and "Nothing was published" not in words


def test_use_and_change_fills_in_a_row_and_keeps_what_else_was_written(edit):
    answer = edit(**TILL, act="use-question", note="My note")
    found = values(answer)
    assert found["title_0"] == "The till stops" and found["title_1"] == "You have a question that can wait"
    assert "It is taken up by our helpdesk" in found["text_1"]
    html = answer.content.decode()
    assert 'value="My note"' in html and re.search(r'value="question"[^>]* checked', html)


def test_rows_move_without_a_script(edit):
    found = values(edit(**TILL, title_1="Rain", text_1="We wait.", act="up-1"))
    assert (found["title_0"], found["title_1"], found["text_1"]) == ("Rain", "The till stops", TILL["text_0"])


def test_an_empty_row_between_is_left_out(edit, world):
    edit(**TILL, title_2="Rain", text_2="We wait.", act="publish")
    assert [row["title"] for row in PageWords.live(world.acme).document["scenarios"]] == ["The till stops", "Rain"]


@pytest.mark.parametrize(
    "sent, problem",
    [
        ({"title_2": "Rain"}, "Say what we do then, or remove the example."),
        ({"text_1": "We wait."}, "Say what happens, or remove the example."),
        ({**TILL, "title_1": "the till stops", "text_1": "x"}, "Another example has this title"),
        ({**TILL, "note": ""}, "This field is required."),
        ({"intro": "x" * 701}, "at most 700 characters"),
        ({"hidden": ["weather"]}, "weather is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(edit, sent, problem):
    answer = edit(**sent, act="publish")
    assert answer.status_code == 422 and problem in said(answer) and "Nothing was published yet." in said(answer)
    assert all(values(answer)[key] == text for key, text in sent.items() if key.startswith(("title_", "text_")))
    assert not PageWords.objects.exists()


def test_the_error_stands_at_the_row_that_it_is_about(edit):
    html = edit(title_0="a", text_0="b", title_2="Rain", act="publish").content.decode()
    assert 'id="id_text_2_error"' in html and 'id="id_text_1_error"' not in html


def test_the_second_of_two_editors_is_told_and_may_then_decide(edit, world):
    publish_words(
        client=world.acme, document={"intro": "Theirs."}, author=world.manager, note="First", base_number=0,
        now=world.now,
    )  # fmt: skip
    answer = edit(**TILL, act="publish")
    assert answer.status_code == 409 and "Boss published version 1 while you were writing: “First”" in said(answer)
    assert PageWords.live(world.acme).document == {"intro": "Theirs."} and values(answer)["title_0"] == "The till stops"
    assert 'name="base" value="1"' in answer.content.decode()
    assert edit(**TILL, base="1", act="publish").status_code == 303


def test_publishing_what_the_page_says_already_is_told(edit):
    assert edit(**TILL, act="publish").status_code == 303
    answer = edit(**TILL, base="1", act="publish")
    assert answer.status_code == 422 and "the page says this already" in said(answer)


def test_too_few_examples_are_remarked_on(edit):
    words = said(edit(hidden=["server", "vendor"], act="preview"))
    assert "Only 1 example would be shown." in words
    assert "Only" not in said(edit(hidden=["server"], act="preview"))


def test_markup_is_shown_as_it_was_typed(edit):
    html = edit(title_0="<b>x</b>", text_0="<script>alert(1)</script>", act="preview").content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html


def test_what_is_hidden_stays_hidden_while_it_is_not_generated(edit, world):
    assert edit(hidden=["vendor"], act="publish").status_code == 303
    world.account.delete()
    assert edit(base="1", intro="Hi.", act="publish").status_code == 303
    assert PageWords.live(world.acme).document == {"intro": "Hi.", "hidden": ["vendor"]}


def test_without_a_policy_it_can_be_written_all_the_same(edit, world):
    world.publish({"ladders": {}, "clients": ["Somebody else"]})
    answer = edit(**TILL, act="publish")
    assert answer.status_code == 303
    words = said(edit(act="preview"))
    assert "None: no published policy covers Acme." in words and "Nothing to show yet" in words
