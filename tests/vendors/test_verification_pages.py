"""Verifying contact points on pages: what is due by owner, one click, a form for the rest, and a history."""

import json
from datetime import timedelta

import pytest

from accounts.clock import database_now
from sla.models import Calendar
from vendors.models import ContactPoint, Service, Verification
from vendors.verification import confirm, mark_bad, plain, wrong
from vendors.verification_rows import PAGE_SIZE

QUEUE = "/vendors/verification/"


@pytest.fixture
def point(world) -> ContactPoint:
    return world.m365.contact_points.get()


@pytest.fixture
def desk(client, world):
    client.force_login(world.manager)
    return client


def another(world, **values) -> ContactPoint:
    order = world.m365.contact_points.count() + 5
    values = {"kind": "HOTLINE", "value": f"+44 20 7946 {order:04}"} | values
    return ContactPoint.objects.create(service=world.m365, order=order, **values)


def said(browser, path=QUEUE, **more) -> str:
    return " ".join(browser.get(path, **more).content.decode().split())


def post(browser, path, follow=True, **values):
    return browser.post(path, values, follow=follow)


def correction(point, **changes) -> dict:
    """What the form of a correction sends, as a browser does: with everything that it showed."""
    shown = {field: "" if value is None else value for field, value in plain(point).items()}
    return shown | {"note": "", "seen": json.dumps(plain(point))} | changes


def confirmed(browser, *points, **more):
    values = {"point": [p.pk for p in points]} | {f"seen-{p.pk}": p.value for p in points} | more
    return browser.post(f"{QUEUE}confirmations/", values, follow=True)


def test_the_queue_has_the_reader_s_own_first_then_nobody_s_then_the_others(desk, world, point):
    another(world, owner=world.l2)
    another(world, owner=world.l1)
    another(world, owner=world.manager)
    groups = desk.get(QUEUE).context["groups"]
    assert [group["owner"] for group in groups] == [world.manager, None, world.l1, world.l2]
    html = said(desk)
    assert html.index('"owner-1">Yours') < html.index('"owner-2">Nobody’s') < html.index('"owner-3">L1')
    assert "Never verified" in html and "Microsoft 365" in html


def test_the_page_says_when_owners_are_asked_by_mail(desk):
    assert "Owners are asked by mail on weekdays from 08:00 to 18:00 of their own time" in said(desk)


def test_a_row_says_when_and_by_whom_it_was_verified_and_since_when_it_is_due(desk, world, point):
    now = database_now()
    confirm(point, by=world.manager, now=now - timedelta(days=100))
    html = said(desk)
    due = (now - timedelta(days=100)).date() + timedelta(days=91)
    assert f"Due since {due.day} {due:%b %Y}" in html
    assert "by Boss, every 90 days" in html
    ContactPoint.objects.update(verified_on=(now - timedelta(days=95)).date())
    earlier = (now - timedelta(days=95)).date()
    assert f"Noted as verified {earlier.day} {earlier:%b %Y}, every 90 days" in said(desk)


def test_the_hours_are_told_in_the_reader_s_zone(desk, world, point):
    world.calendar("Office", {"timezone": "Europe/London", "always": True})
    ContactPoint.objects.update(calendar=Calendar.objects.get(name="Office"), hours="all day")
    assert "Open around the clock" in said(desk) and "all day" in said(desk)
    assert "Open around the clock" in said(desk, "/vendors/microsoft/")


def test_what_does_not_hold_says_since_when_and_why(desk, world, point):
    mark_bad(point, because="550 no such user", now=database_now())
    html = said(desk)
    assert "Does not hold since" in html and "550 no such user" in html


def test_one_click_confirms_and_the_row_is_gone(desk, world, point):
    answer = desk.post(f"{QUEUE}confirmations/", {"only": point.pk, f"seen-{point.pk}": point.value}, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "Confirmed: support@vendor.example of Microsoft 365." in html
    assert "Every contact point is verified" in html
    assert Verification.objects.get().by == world.manager


def test_what_one_confirmed_lately_can_be_taken_back(desk, world, point):
    confirmed(desk, point)
    html = said(desk)
    assert "You confirmed within 24 hours" in html and f"{QUEUE}{point.pk}/fault/" in html
    wrong(point, why="Wrong row", by=world.manager, now=database_now())
    assert "You confirmed within 24 hours" not in said(desk)


def test_several_at_once_with_a_result_for_each(desk, world, point):
    others = [another(world) for _ in range(3)]
    gone, changed, held = others
    values = {"point": [point.pk, changed.pk, held.pk, gone.pk]}
    seen = {f"seen-{p.pk}": p.value for p in (point, gone, changed, held)}
    gone.delete()
    ContactPoint.objects.filter(pk=changed.pk).update(value="+44 20 7946 9999")
    html = desk.post(f"{QUEUE}confirmations/", values | seen, follow=True).content.decode()
    assert "2 contact points confirmed." in html
    assert "no longer in the directory" in html
    assert "was not confirmed. The address was changed meanwhile to +44 20 7946 9999" in html
    assert Verification.objects.count() == 2


def test_nothing_ticked_is_told(desk, point):
    assert "Tick the contact points that hold" in confirmed(desk).content.decode()
    assert "Tick the contact points that hold" in confirmed(desk, only="javascript").content.decode()


def test_scripts_get_the_list_alone_with_what_was_said(desk, point):
    answer = desk.post(
        f"{QUEUE}confirmations/", {"only": point.pk, f"seen-{point.pk}": point.value}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in html
    assert 'data-said="Confirmed: support@vendor.example of Microsoft 365."' in html


def test_a_technician_sees_all_and_acts_on_the_own(client, world, point):
    own = another(world, owner=world.l1)
    client.force_login(world.l1)
    html = said(client)
    assert point.value in html and f'id="tick-{own.pk}"' in html and f'id="tick-{point.pk}"' not in html
    confirmed(client, own)
    answer = confirmed(client, point)
    assert "was not confirmed" in answer.content.decode() and "looked after by the managers" in answer.content.decode()
    assert [v.contact_point for v in Verification.objects.all()] == [own]
    assert client.get(f"{QUEUE}{point.pk}/correction/").status_code == 403
    assert client.get(f"{QUEUE}{own.pk}/correction/").status_code == 200


def test_correcting_takes_the_address_the_owner_and_the_interval(desk, world, point):
    path = f"{QUEUE}{point.pk}/correction/"
    assert 'value="support@vendor.example"' in said(desk, path)
    values = {
        "value": " help@vendor.example ", "owner": world.l2.pk, "interval_days": 30, "hours": "office hours",
        "language": "en", "calendar": "", "note": "They said so", "seen": json.dumps(plain(point)),
    }  # fmt: skip
    answer = post(desk, path, **values)
    assert "Corrected and confirmed: help@vendor.example of Microsoft 365." in answer.content.decode()
    point.refresh_from_db()
    assert (point.value, point.owner, point.interval_days) == ("help@vendor.example", world.l2, 30)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "nobody"}, "is not a mail address"),
        ({"value": ""}, "Write the address that holds."),
        ({"interval_days": "0"}, "At least one day."),
        ({"seen": '{"value": "older@vendor.example"}'}, "changed meanwhile to support@vendor.example"),
        ({"seen": "older@vendor.example"}, "changed meanwhile to support@vendor.example"),
        ({"seen": "[" * 900}, "changed meanwhile to support@vendor.example"),
    ],
)
def test_what_cannot_be_saved_stands_at_its_field(desk, point, changes, words):
    values = correction(point, value="help@vendor.example") | changes
    answer = post(desk, f"{QUEUE}{point.pk}/correction/", **values)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Verification.objects.exists()


def test_what_others_changed_meanwhile_stays(desk, world, point):
    path, form = f"{QUEUE}{point.pk}/correction/", correction(point, language="de")
    post(desk, path, **correction(point, owner=world.l2.pk, hours="9 to 5", interval_days=30))
    assert "Corrected and confirmed" in post(desk, path, **form).content.decode()
    point.refresh_from_db()
    assert (point.language, point.owner, point.hours, point.interval_days) == ("de", world.l2, "9 to 5", 30)


def test_two_who_change_the_same_are_told(desk, world, point):
    path, form = f"{QUEUE}{point.pk}/correction/", correction(point, owner=world.l1.pk)
    post(desk, path, **correction(point, owner=world.l2.pk))
    answer = post(desk, path, **form)
    assert answer.status_code == 422 and answer.context["form"].errors["owner"] == [
        "Somebody else has changed the owner meanwhile. Open it again."
    ]
    point.refresh_from_db()
    assert point.owner == world.l2


def test_the_form_sends_what_it_showed(desk, point):
    answer = desk.get(f"{QUEUE}{point.pk}/correction/")
    assert json.loads(answer.context["form"]["seen"].value()) == plain(point)


def test_saying_that_it_does_not_hold_asks_for_a_why(desk, point):
    path = f"{QUEUE}{point.pk}/fault/"
    assert post(desk, path, why=" ", seen=point.value).status_code == 422
    answer = post(desk, path, why="No longer in service", seen=point.value)
    assert "comes last now, until somebody verifies it again" in answer.content.decode()
    assert "No longer in service" in said(desk)


def test_a_contact_point_tells_its_history(desk, world, point):
    mark_bad(point, because="550 no such user", now=database_now())
    post(desk, f"{QUEUE}{point.pk}/correction/", **correction(point, value="help@vendor.example"))
    html = said(desk, f"{QUEUE}{point.pk}/")
    assert html.index("It was corrected") < html.index("Mail to it came back")
    assert "The portal" in html and "550 no such user" in html and "support@vendor.example" in html
    assert "Good until" in html
    assert desk.get(f"{QUEUE}999999/").status_code == 404


def test_confirming_on_its_own_page_stays_there(desk, point):
    answer = desk.post(
        f"{QUEUE}confirmations/", {"only": point.pk, f"seen-{point.pk}": point.value, "back": point.pk}, follow=True
    )
    assert answer.redirect_chain == [(f"{QUEUE}{point.pk}/", 302)]


def test_a_new_contact_point_has_no_history(desk, point):
    assert "Nobody has verified it here yet." in said(desk, f"{QUEUE}{point.pk}/")


def test_what_others_wrote_is_harmless(desk, world, point):
    wrong(point, why="<script>alert(1)</script>", by=world.manager, now=database_now())
    assert "<script>alert" not in said(desk) + said(desk, f"{QUEUE}{point.pk}/")


def test_the_vendors_page_leads_to_what_is_due(desk, client, world, point):
    another(world)
    assert f'href="{QUEUE}">Verify 2 contacts</a>' in said(desk, "/vendors/")
    client.force_login(world.l1)
    assert f'href="{QUEUE}">2 contacts to verify</a>' in said(client, "/vendors/")
    for one in ContactPoint.objects.all():
        confirm(one, by=world.manager, now=database_now())
    assert "to verify" not in said(client, "/vendors/")


def test_the_queue_asks_as_many_queries_for_many_as_for_one(desk, world, point, django_assert_num_queries):
    desk.get(QUEUE)
    for number in range(6):
        service = Service.objects.create(name=f"S{number}", vendor=world.m365.vendor)
        row = ContactPoint.objects.create(service=service, order=0, kind="EMAIL", value="a@b.example", owner=world.l2)
        confirm(row, by=world.manager, now=database_now() - timedelta(days=200))
    with django_assert_num_queries(6):  # session, user, roles; what is due, what one confirmed; what the rail counts
        assert len(desk.get(QUEUE).context["groups"]) == 2


def test_a_page_has_fifty_and_leads_to_the_next(desk, world, point):
    for _ in range(PAGE_SIZE + 3):
        another(world, owner=world.l2)
    html = said(desk)
    assert html.count('class="contact-row"') == PAGE_SIZE and f"1-{PAGE_SIZE} of 54" in html
    assert f'L2 <span class="muted">{PAGE_SIZE + 3}</span>' in html  # how many one owns, on whatever pages
    assert f'href="{QUEUE}?page=2" rel="next"' in html and 'rel="prev"' not in html
    second = said(desk, f"{QUEUE}?page=2")
    assert second.count('class="contact-row"') == 4 and "51-54 of 54" in second
    assert f'href="{QUEUE}" rel="prev"' in second and 'rel="next"' not in second
    assert point.value in html and point.value not in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "9" * 5000, "²"])
def test_a_page_that_is_none_is_the_first(desk, point, page):
    assert point.value in said(desk, QUEUE, data={"page": page})


def test_confirming_stays_on_the_page_while_there_is_one(desk, world, point):
    rows = [another(world) for _ in range(PAGE_SIZE + 1)]
    last, before = rows[-1], rows[-2]
    answer = confirmed(desk, last, page=2)
    assert answer.redirect_chain == [(f"{QUEUE}?page=2", 302)] and before.value in answer.content.decode()
    answer = confirmed(desk, before, page=2)
    assert point.value in answer.content.decode() and "contact-row" in answer.content.decode()
    sent = {"only": point.pk, f"seen-{point.pk}": point.value, "page": 1}
    html = desk.post(f"{QUEUE}confirmations/", sent, headers={"HX-Request": "true"}).content.decode()
    assert html.count('class="contact-row"') == PAGE_SIZE - 1
