"""Saved views: whose they are, what they hold, what stands in the rail, and what needs mending."""

import re

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.clock import database_now
from clients.models import Client
from tickets.models import SavedView
from tickets.queue_filters import canonical
from tickets.saved_views import MOST, CannotSave, change_view, pin, pinned, remove_view, save_view, unpin, visible_to
from tickets.saved_views_pages import ON_A_PAGE
from tickets.standing import counts, standing
from tiers.models import Member, Team

QUEUE = "/tickets/"


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def saved(desk, name="Urgent", query="priority=P1", team=None, by=None):
    return save_view(name=name, query=query, team=team, by=by or desk.l1, now=desk.now)


def team_of(user):
    return Team.objects.get(members__user=user)


def titles(client, user):
    client.force_login(user)
    page = client.get(QUEUE).content.decode()
    rail = page[page.index('id="rail"') :]
    return re.findall(r'rail-title">([^<]+)', rail[: rail.index("</nav>")])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ""),
        ("priority=P1&status=NEW", "status=NEW&priority=P1"),
        ("q=&status=NEW&after=x&open=ESC-1", "status=NEW"),
        ("q=%20two%20words%20", "q=two+words"),
        ("q=%25'%22;%20DROP", "q=%25%27%22%3B+DROP"),
    ],
)
def test_the_same_filters_have_one_spelling(query, expected):
    assert canonical(query) == expected and canonical(expected) == expected


def test_a_view_is_saved_for_oneself_and_stands_in_one_s_own_rail(desk, client):
    desk.open()
    view = saved(desk)
    assert "Urgent" in titles(client, desk.l1) and "Urgent" not in titles(client, desk.l2)
    assert standing(desk.l1).counts[view.query] == 1


def test_a_team_s_view_is_seen_by_the_team_and_by_managers(desk):
    view = saved(desk, team=team_of(desk.l1))
    assert [view in visible_to(user) for user in (desk.l1, desk.l2, desk.manager)] == [True, False, True]
    Member.objects.create(team=view.team, user=desk.l2)
    assert view in visible_to(desk.l2)


def test_who_leaves_the_team_loses_its_view_from_the_rail(desk):
    view = saved(desk, team=team_of(desk.l1), by=desk.l1)
    assert list(pinned(desk.l1)) == [view]
    Member.objects.filter(user=desk.l1).delete()
    assert not pinned(desk.l1).exists()


def test_pinning_is_everybody_s_own(desk):
    view = saved(desk, team=team_of(desk.l1))
    pin(view, by=desk.manager)
    unpin(view, by=desk.l1)
    assert list(pinned(desk.manager)) == [view] and not pinned(desk.l1).exists()


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": "  "}, "name", "Give the view a name"),
        ({"query": "priority=P9"}, "query", "priority"),
        ({"query": "breaching_within=soon"}, "query", "not a duration"),
        ({"query": "team=Nobody+knows+it"}, "query", "Nothing is called “Nobody knows it”"),
        ({"query": "q=" + "x" * 600}, "query", "too long"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(desk, changed, field, words):
    with pytest.raises(CannotSave, match=words) as error:
        saved(desk, **changed)
    assert error.value.field == field and not SavedView.objects.exists()


def test_a_name_is_one_s_own_once_and_a_team_s_once(desk):
    saved(desk)
    with pytest.raises(CannotSave, match="You have a view named “Urgent” already"):
        saved(desk)
    saved(desk, by=desk.l2)
    saved(desk, team=team_of(desk.l1))
    with pytest.raises(CannotSave, match="L1 team has a view named"):
        saved(desk, team=team_of(desk.l1), by=desk.manager)


def test_nobody_saves_for_a_team_that_one_is_not_in(desk):
    with pytest.raises(CannotSave, match="You are not in L2 team"):
        saved(desk, team=team_of(desk.l2))
    assert saved(desk, team=team_of(desk.l2), by=desk.manager)


def test_there_are_only_so_many(desk):
    rows = [SavedView(owner=desk.l1, name=f"V{n}", made_at=desk.now) for n in range(MOST)]
    SavedView.objects.bulk_create(rows)
    with pytest.raises(CannotSave, match="Delete one first"):
        saved(desk)


def test_views_that_one_sees_no_more_are_not_counted(desk):
    team = team_of(desk.l1)
    rows = [SavedView(owner=desk.l1, team=team, name=f"V{n}", made_at=desk.now) for n in range(MOST)]
    SavedView.objects.bulk_create(rows)
    Member.objects.filter(user=desk.l1).delete()
    assert saved(desk)


def test_a_manager_who_gives_a_team_s_view_back_is_told_whose_name_is_in_the_way(desk):
    saved(desk, by=desk.l1)
    view = saved(desk, team=team_of(desk.l1), by=desk.l1)
    with pytest.raises(CannotSave, match=r"^L1 has a view named “Urgent” already"):
        change_view(view, name="Urgent", query="", team=None, by=desk.manager)


def test_managers_change_and_delete_a_team_s_and_nobody_another_s_own(desk):
    Member.objects.create(team=team_of(desk.l1), user=desk.l2)
    teams, own = saved(desk, team=team_of(desk.l1)), saved(desk)
    with pytest.raises(CannotSave, match="belongs to L1"):
        change_view(teams, name="Mine now", query="", team=None, by=desk.l2)
    with pytest.raises(CannotSave, match="belongs to L1"):
        remove_view(teams, by=desk.l2)
    with pytest.raises(CannotSave, match="belongs to L1"):
        remove_view(own, by=desk.manager)
    change_view(teams, name="Urgent ones", query="priority=P1,P2", team=teams.team, by=desk.manager)
    assert SavedView.objects.get(pk=teams.pk).query == "priority=P1%2CP2"
    remove_view(teams, by=desk.manager)
    assert list(SavedView.objects.all()) == [own]


def test_a_renamed_team_makes_its_views_need_mending_and_nothing_fail(desk, client):
    desk.open()
    view = saved(desk, query="team=L1+team")
    assert counts(desk.l1, [view.query]) == {view.query: 1}
    Team.objects.filter(name="L1 team").update(name="Helpdesk", slug="helpdesk")
    assert counts(desk.l1, [view.query]) == {view.query: None}
    client.force_login(desk.l1)
    assert "Needs mending. team: Nothing is called “L1 team”" in client.get("/tickets/views/").content.decode()
    assert client.get(f"{QUEUE}?{view.query}").status_code == 200
    [item] = [item for item in client.get(QUEUE).context["views"] if item["title"] == "Urgent"]
    assert item["mending"] and item["count"] == ""


def mending(client, user, name="Urgent"):
    """Whether the rail, and whether the page of all views, say of a view that it needs mending."""
    client.force_login(user)
    [item] = [item for item in client.get(QUEUE).context["views"] if item["title"] == name]
    [row] = [row for row in client.get("/tickets/views/").context["rows"] if row["view"].name == name]
    return item["mending"], bool(row["faults"])


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("client=Acme,Beta", False),
        ("client=acme,BETA", False),
        ("client=Smith,+Jones", False),
        ("client=Smith,+Jones,+Acme", True),
        ("client=Acme,Gone", True),
        ("client=Gone", True),
        ("tier=L1,L2&team=l1-team&service=Microsoft+365&vendor=microsoft", False),
        ("tier=L1&vendor=Oracle", True),
        ("client=,", True),
    ],
)
def test_the_rail_and_the_page_of_views_agree_on_what_needs_mending(desk, client, query, wrong):
    desk.client("Beta")
    desk.client("Smith, Jones")
    SavedView.objects.create(name="Urgent", query=query, owner=desk.l1, made_at=desk.now).pinned_by.add(desk.l1)
    assert mending(client, desk.l1) == (wrong, wrong)


def test_a_client_that_one_may_not_see_is_called_as_little_as_one_that_never_was(desk, client):
    hidden = Client.objects.create(name="Secret Ltd", timezone="UTC", agreement=desk.sla)
    assert not Client.objects.visible_to(desk.l1).filter(pk=hidden.pk).exists()
    client.force_login(desk.l1)
    names = ("Secret Ltd", "secret-ltd", "Acme,Secret Ltd", "Never Ltd")
    answers = [client.post("/tickets/views/new/", {"name": "X", "query": f"client={name}"}) for name in names]
    assert {answer.status_code for answer in answers} == {422}
    told = [answer.context["form"].errors["query"][0] for answer in answers]
    assert told[0] == told[3].replace("Never", "Secret") and not SavedView.objects.exists()


def test_a_team_s_view_of_a_client_that_one_may_not_see_needs_mending_for_oneself_alone(desk, client):
    Client.objects.create(name="Secret Ltd", timezone="UTC", agreement=desk.sla)
    view = SavedView.objects.create(name="Urgent", query="client=secret-ltd", owner=desk.l1, made_at=desk.now)
    view.pinned_by.add(desk.l1)
    assert mending(client, desk.l1) == (True, True)


def test_a_query_with_a_sign_that_no_name_has_is_refused_in_words(desk, client):
    client.force_login(desk.l1)
    answer = client.post("/tickets/views/new/", {"name": "X", "query": "tier=L1%00"})
    assert answer.status_code == 422 and "Null characters are not allowed" in answer.content.decode()


def test_a_view_whose_filters_cannot_be_read_any_more_is_no_failure(desk, client):
    view = saved(desk)
    SavedView.objects.filter(pk=view.pk).update(query="priority=P9")
    client.force_login(desk.l1)
    assert client.get(QUEUE).status_code == client.get(f"{QUEUE}?priority=P9").status_code == 200
    assert "Needs mending. priority:" in client.get("/tickets/views/").content.decode()


# the pages ------------------------------------------------------------------------------------------------------------


def test_a_view_is_saved_renamed_unpinned_and_deleted_without_scripts(desk, client):
    client.force_login(desk.l1)
    form = client.get("/tickets/views/new/?priority=P1&q=")
    assert form.context["form"]["query"].value() == "priority=P1" and "priority P1" in form.content.decode()
    answer = client.post("/tickets/views/new/", {"name": "Urgent", "query": "priority=P1", "team": ""})
    assert (answer.status_code, answer["Location"]) == (303, "/tickets/?priority=P1")
    view = SavedView.objects.get()
    page = client.get(answer["Location"])
    assert page.context["title"] == "Urgent" and page.context["save_url"] == ""
    client.post(
        f"/tickets/views/{view.pk}/", {"name": "Very urgent", "query": "priority=P1", "team": view.team_id or ""}
    )
    client.post(f"/tickets/views/{view.pk}/unpin/")
    assert "Very urgent" in client.get("/tickets/views/").content.decode() and "Very urgent" not in titles(
        client, desk.l1
    )
    client.post(f"/tickets/views/{view.pk}/pin/")
    assert "Very urgent" in titles(client, desk.l1)
    assert client.post(f"/tickets/views/{view.pk}/removal/").status_code == 303
    assert not SavedView.objects.exists() and "No view is saved yet" in client.get("/tickets/views/").content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "", "query": "q=x"}, "Give the view a name"),
        ({"name": "X", "query": "status=LOST"}, "status"),
        ({"name": "X", "query": "q=x", "team": "999999"}, "Choose a team of yours"),
    ],
)
def test_a_wrong_form_keeps_what_was_said_and_says_what_is_wrong(desk, client, said, words):
    client.force_login(desk.l1)
    answer = client.post("/tickets/views/new/", said)
    assert answer.status_code == 422 and words in answer.content.decode() and not SavedView.objects.exists()


def test_another_s_view_is_answered_like_none(desk, client):
    view = saved(desk)
    client.force_login(desk.l2)
    asked = [f"/tickets/views/{view.pk}/{part}" for part in ("", "pin/", "unpin/", "removal/")]
    assert {client.post(url).status_code for url in asked} == {404}
    assert client.get(asked[0]).status_code == 404


def test_a_colleague_of_the_team_may_pin_its_view_but_not_change_it(desk, client):
    Member.objects.create(team=team_of(desk.l1), user=desk.l2)
    view = saved(desk, team=team_of(desk.l1))
    client.force_login(desk.l2)
    assert client.post(f"/tickets/views/{view.pk}/pin/").status_code == 303
    assert client.get(f"/tickets/views/{view.pk}/").status_code == 403
    assert client.post(f"/tickets/views/{view.pk}/removal/").status_code == 403


def test_a_client_s_people_have_no_views(desk):
    browser = Browser()
    browser.force_login(desk.reader(desk.acme, roles.DECISION_MAKER))
    assert {browser.get(url).status_code for url in ("/tickets/views/", "/tickets/views/new/")} == {403}


def test_the_queue_costs_six_queries_with_sixty_tickets_and_six_saved_views(desk, client, django_assert_num_queries):
    for number in range(60):
        desk.open(f"T{number}", priority=f"P{1 + number % 4}")
    for number, query in enumerate(("priority=P1", "q=mail", "team=L1+team", "status=NEW", "client=acme", "")):
        saved(desk, f"View {number}", query)
    client.force_login(desk.l1)
    client.get(QUEUE)  # which notes, once in a while, that the reader is at the desk
    with django_assert_num_queries(6):
        page = client.get(QUEUE)
    assert (
        len(page.context["rows"]) == 50 and len([v for v in page.context["views"] if v["id"].startswith("saved")]) == 6
    )


def test_the_page_of_views_costs_as_much_for_many_as_for_one(desk, client, django_assert_num_queries):
    client.force_login(desk.manager)
    rows = [SavedView(owner=desk.l1, team=team_of(desk.l1), name=f"V{n:03}", made_at=desk.now,
                      query=f"client=acme,Gone+{n}&tier=L1,L2") for n in range(ON_A_PAGE + 1)]  # fmt: skip
    SavedView.objects.bulk_create(rows)
    client.get("/tickets/views/")
    with django_assert_num_queries(7):  # session, user, roles, the rail, and 3 of its own
        first = client.get("/tickets/views/")
    second = client.get("/tickets/views/" + first.context["next_url"])
    shown = [[row["view"].name for row in page.context["rows"]] for page in (first, second)]
    assert [len(names) for names in shown] == [ON_A_PAGE, 1] and shown[0] + shown[1] == [row.name for row in rows]
    assert "No client that you may see is called “Gone 50”" in second.content.decode()
    assert client.get("/tickets/views/" + second.context["previous_url"]).context["rows"][0]["view"].name == "V000"


def test_a_manager_who_takes_a_team_s_view_from_the_team_is_told_who_keeps_it(desk, client):
    view = saved(desk, team=team_of(desk.l1), by=desk.l1)
    client.force_login(desk.manager)
    page = client.get(f"/tickets/views/{view.pk}/").content.decode()
    assert "Only L1" in page and "Only you" not in page
    answer = client.post(
        f"/tickets/views/{view.pk}/", {"name": "Urgent", "query": "priority=P1", "team": ""}, follow=True
    )
    assert "“Urgent” is seen by L1 alone now." in answer.content.decode()
    assert visible_to(desk.l1).get() == view and not visible_to(desk.manager).exists()


def test_another_page_of_the_desk_pays_one_query_for_its_pinned_views(desk, client, django_assert_num_queries):
    client.force_login(desk.l1)
    client.get("/tickets/new/")
    with CaptureQueriesContext(connection) as without:
        client.get("/tickets/new/")
    saved(desk)
    with django_assert_num_queries(len(without) + 1):
        client.get("/tickets/new/")
