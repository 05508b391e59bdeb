"""What goes along with a merge: links, the place on the radar, files and side conversations, over several merges."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts import roles
from programs import program_of
from tickets import lifecycle, linked
from tickets.attached import files_of
from tickets.merging import merge
from tickets.models import RadarEntry, SideConversation, TicketEvent, TicketLink
from tickets.radar.placing import place
from tickets.radar.standing import unplaced
from tickets.side import talking


def together(world, loser, survivor):
    world.do(merge, loser, into=survivor.key, why="One trouble")


def linking(world, ticket, other, kind="RELATED"):
    return world.do(linked.link, ticket, other=other.key, kind=kind)


def ends():
    rows = TicketLink.objects.order_by("pk").values_list("ticket", "kind", "other")
    return [(f"ESC-{ticket}", kind, f"ESC-{other}") for ticket, kind, other in rows]


def page(world, ticket):
    browser = Browser()
    browser.force_login(world.l1)
    return browser.get(f"/tickets/{ticket.key}/").content.decode()


@pytest.fixture
def three(world):
    return world.open("First"), world.open("Second"), world.open("Third")


# links -----------------------------------------------------------------------------------------------------------


def test_a_cause_that_is_merged_stays_a_cause_and_resolving_it_warns(world, three):
    caused, cause, survivor = three
    linking(world, caused, cause, "CAUSED_BY")
    together(world, cause, survivor)
    assert ends() == [(caused.key, "CAUSED_BY", survivor.key)]
    assert linked.cause_note(survivor.pk).startswith("1 open ticket names this one as its cause.")
    shown = linked.panel(survivor, user=world.l1, may_work=True)["links"]
    assert [(row["words"], row["other"]) for row in shown] == [("Cause of", caused)]
    world.do(linked.unlink, survivor, pk=TicketLink.objects.get().pk)
    assert not TicketLink.objects.exists()


def test_a_link_from_the_merged_ticket_goes_on_from_the_survivor(world, three):
    loser, cause, survivor = three
    linking(world, loser, cause, "CAUSED_BY")
    together(world, loser, survivor)
    assert ends() == [(survivor.key, "CAUSED_BY", cause.key)]


@pytest.mark.parametrize("kind", ["RELATED", "CAUSED_BY", "CAUSES"])
def test_two_that_were_linked_are_one_and_not_linked_with_itself(world, three, kind):
    linking(world, three[0], three[1], kind)
    together(world, three[0], three[1])
    assert not TicketLink.objects.exists()


@pytest.mark.parametrize(
    ("losers", "survivors", "kept"),
    [
        ("RELATED", "RELATED", "RELATED"),
        ("CAUSED_BY", "RELATED", "CAUSED_BY"),
        ("RELATED", "CAUSED_BY", "CAUSED_BY"),
    ],
)
def test_of_two_links_with_one_ticket_the_one_that_says_more_stays(world, three, losers, survivors, kept):
    other, loser, survivor = three
    linking(world, loser, other, losers)
    linking(world, survivor, other, survivors)
    together(world, loser, survivor)
    assert ends() == [(survivor.key, kept, other.key)]


def test_of_two_causes_the_survivor_s_own_stays(world, three):
    other, loser, survivor = three
    linking(world, loser, other, "CAUSED_BY")
    linking(world, other, survivor, "CAUSED_BY")
    together(world, loser, survivor)
    assert ends() == [(other.key, "CAUSED_BY", survivor.key)]


def test_links_of_other_tickets_stay_as_they_are(world, three):
    others = world.open("Fourth"), world.open("Fifth")
    linking(world, *others, "CAUSED_BY")
    together(world, three[0], three[1])
    assert ends() == [(others[0].key, "CAUSED_BY", others[1].key)]


# the radar -------------------------------------------------------------------------------------------------------


def put(world, ticket, score, jira_key=""):
    world.do(place, ticket, score=score, jira_key=jira_key)


def test_a_place_on_the_radar_goes_along_where_the_survivor_has_none(world, three):
    loser, survivor, _ = three
    put(world, loser, 7, "ABC-1")
    together(world, loser, survivor)
    entry = RadarEntry.objects.get()
    assert (entry.ticket, entry.score, entry.jira_key) == (survivor, 7, "ABC-1")
    [said] = TicketEvent.objects.filter(ticket=survivor, kind="RADAR")
    assert said.text == (
        f"{loser.key} stood on the radar at 7 (Under review by Product/Dev), ABC-1; "
        "this one was not on the radar and is 7 (Under review by Product/Dev), ABC-1 now."
    )
    assert said.client_text == "" and survivor not in unplaced(type(survivor).objects.all())


@pytest.mark.parametrize(
    ("theirs", "ours", "kept"),
    [
        ((8, "ABC-1"), (3, ""), (8, "ABC-1")),
        ((8, "ABC-1"), (3, "ABC-2"), (8, "ABC-2")),
        ((2, ""), (3, "ABC-2"), (3, "ABC-2")),
        ((None, ""), (3, ""), (3, "")),
        ((1, ""), (None, ""), (1, "")),
        ((None, ""), (None, ""), (None, "")),
    ],
)
def test_of_two_places_the_higher_score_stands_and_the_timeline_says_so(world, three, theirs, ours, kept):
    loser, survivor, _ = three
    put(world, loser, *theirs)
    put(world, survivor, *ours)
    before = RadarEntry.objects.get(ticket=survivor).changed_at
    world.forward(minutes=1)
    together(world, loser, survivor)
    entry = RadarEntry.objects.get()
    assert (entry.ticket, entry.score, entry.jira_key) == (survivor, *kept)
    assert (entry.changed_at > before) is (kept != ours)
    said = world.said(survivor, "RADAR")[-1]
    assert said.startswith(f"{loser.key} stood on the radar at ") and ("stays at" in said) is (kept == ours)


def test_a_merge_of_tickets_that_are_not_on_the_radar_says_nothing_of_it(world, three):
    together(world, *three[:2])
    assert not RadarEntry.objects.exists() and world.said(three[1], "RADAR") == []


# over two merges -------------------------------------------------------------------------------------------------


@pytest.fixture
def chain(world, three):
    """The first was merged into the second, and that into the third; each has a file."""
    for ticket in three:
        upload = SimpleUploadedFile(f"{ticket.title}.txt", b"words")
        world.do(lifecycle.reply, ticket, text="See the file", public=False, files=[upload])
    together(world, three[0], three[1])
    together(world, three[1], three[2])
    return three


def test_the_files_of_all_that_went_on_as_it_are_the_survivor_s(world, chain):
    rows = files_of(chain[2], user=world.l1)
    assert sorted((row["name"], row["of"]) for row in rows) == [
        ("First.txt", chain[0].key), ("Second.txt", chain[1].key), ("Third.txt", ""),
    ]  # fmt: skip


def test_each_page_names_the_ticket_that_goes_on_in_the_end(world, chain):
    for ended in chain[:2]:
        assert world.fresh(ended).merged_into == chain[2]
        assert chain[2].key in page(world, ended)
        assert program_of().get(f"tickets/{ended.key}/").json()["merged_into"] == chain[2].key
    html = page(world, chain[2])
    assert chain[0].key in html and chain[1].key in html


def test_the_client_s_page_leads_to_the_one_that_goes_on(world, three):
    reader = world.reader(world.acme, roles.DECISION_MAKER)
    together(world, three[0], three[1])
    together(world, three[1], three[2])
    browser = Browser()
    browser.force_login(reader)
    html = browser.get(f"/portal/acme/tickets/{three[0].key}/").content.decode()
    assert f"/portal/acme/tickets/{three[2].key}/" in html


def test_links_go_along_over_two_merges(world, three):
    caused = world.open("Caused")
    linking(world, caused, three[0], "CAUSED_BY")
    together(world, three[0], three[1])
    together(world, three[1], three[2])
    assert ends() == [(caused.key, "CAUSED_BY", three[2].key)]


def test_side_conversations_go_along_and_are_found_from_the_first_ticket(world, three):
    world.do(talking.open_conversation, three[0], to=["x@carrier.example"], subject="Line?", body="Is it down?")
    together(world, three[0], three[1])
    together(world, three[1], three[2])
    [thread] = SideConversation.objects.all()
    assert thread.ticket == three[2]
    browser = Browser()
    browser.force_login(world.l1)
    answer = browser.get(f"/tickets/{three[0].key}/side/{thread.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/tickets/{three[2].key}/side/{thread.pk}/")
