"""Who may change who is on call, and what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction

from accounts import roles
from outbox.models import Message
from tiers.models import Member, Override, Team
from tiers.on_call_editing import (
    EditedMeanwhile,
    NotDone,
    Staffing,
    edit_team,
    end_override,
    mark,
    staffing_of,
    take_over,
)
from tiers.on_call_schedule import holding, schedules
from tiers.roster import roster
from world import NINE, march

WEEKLY = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-03-02"}
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world):
    """L1 has two people who take turns by the week; the first one's week has just begun."""
    world.team = world.tiers["L1"].team
    world.ann = world.person("ann@msp.example", roles.TECHNICIAN, world.team)
    Member.objects.filter(user=world.ann).update(place=1)
    Team.objects.filter(pk=world.team.pk).update(rotation=WEEKLY)
    world.team.refresh_from_db()
    return world


def take(desk, who, by=None, **given):
    return take_over(team=desk.team, who=who, by=by or who, now=desk.now, **given)


def on_call(desk, at):
    return roster(now=desk.now).teams[desk.team.pk].on_call(at)


def refused(call, *args, **given) -> list[tuple]:
    with pytest.raises(NotDone) as caught:
        call(*args, **given)
    return caught.value.problems


# taking it -----------------------------------------------------------------------------------------------------------


def test_a_member_takes_it_now_until_the_next_hand_over(desk):
    made = take(desk, desk.ann, why=" Swapped ")
    assert (made.begins_at, made.ends_at, made.why) == (NINE, march(9, 9), "Swapped")
    assert on_call(desk, NINE) == on_call(desk, march(9, 8)) == "ann@msp.example"


def test_a_member_takes_a_given_time(desk):
    take(desk, desk.ann, begins_at=march(3, 18), ends_at=march(4, 8))
    assert [on_call(desk, at) for at in (march(3, 17), march(3, 18), march(4, 8))] == [
        "l1@msp.example", "ann@msp.example", "l1@msp.example",
    ]  # fmt: skip


def test_what_began_minutes_ago_begins_now(desk):
    assert take(desk, desk.ann, begins_at=NINE - timedelta(minutes=5)).begins_at == NINE


def test_of_two_that_overlap_the_later_made_holds(desk):
    take(desk, desk.ann, begins_at=march(3, 8), ends_at=march(3, 20))
    take(desk, desk.l1, begins_at=march(3, 12), ends_at=march(3, 13))
    assert [on_call(desk, march(3, hour))[:2] for hour in (11, 12, 13)] == ["an", "l1", "an"]


def test_a_manager_puts_anybody_of_the_team_on_call_who_hears_of_it(desk):
    made = take(desk, desk.ann, by=desk.manager, ends_at=NINE + HOUR, why="Fire drill")
    assert made.made_by == desk.manager and on_call(desk, NINE) == "ann@msp.example"
    [mail] = Message.objects.filter(key=f"override:{made.pk}:made")
    assert mail.payload["to"] == ["ann@msp.example"] and "Fire drill" in mail.payload["text"]


def test_who_takes_it_oneself_gets_no_mail(desk):
    take(desk, desk.ann)
    assert not Message.objects.exists()


@pytest.mark.parametrize("stranger", ["l2", "account_manager"])
def test_a_stranger_takes_nothing(desk, stranger):
    desk.account_manager = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    with pytest.raises(PermissionDenied):
        take(desk, getattr(desk, stranger))


def test_a_member_gives_it_to_nobody_else(desk):
    with pytest.raises(PermissionDenied):
        take(desk, desk.l1, by=desk.ann)


@pytest.mark.parametrize("why", ["inactive", "outside"])
def test_a_manager_gives_it_to_nobody_who_is_inactive_or_outside(desk, why):
    who = desk.ann if why == "inactive" else desk.l2
    if why == "inactive":
        desk.ann.is_active = False
        desk.ann.save()
    [(path, words)] = refused(take, desk, who, by=desk.manager)
    assert path == ("who",) and "is not an active member" in words and not Override.objects.exists()


@pytest.mark.parametrize(
    ("begins", "ends", "field", "words"),
    [
        (-HOUR, HOUR, "begins_at", "has passed"),
        (HOUR, HOUR, "ends_at", "ends before it begins"),
        (2 * HOUR, HOUR, "ends_at", "ends before it begins"),
        (HOUR, timedelta(days=31, hours=1, seconds=1), "ends_at", "longer than 31 days"),
        (timedelta(days=367), timedelta(days=368), "begins_at", "more than a year ahead"),
    ],
)
def test_times_that_cannot_be_are_refused_at_their_field(desk, begins, ends, field, words):
    [(path, said)] = refused(take, desk, desk.ann, begins_at=NINE + begins, ends_at=NINE + ends)
    assert path == (field,) and words in said and not Override.objects.exists()


def test_31_days_are_not_too_long(desk):
    assert take(desk, desk.ann, ends_at=NINE + timedelta(days=31)).pk


def test_where_nobody_hands_over_the_end_must_be_said(desk):
    Team.objects.filter(pk=desk.team.pk).update(rotation={})
    [(path, words)] = refused(take, desk, desk.ann)
    assert path == ("ends_at",) and words.startswith("Say until when")


def test_a_why_that_is_too_long_is_refused(desk):
    assert refused(take, desk, desk.ann, why="x" * 201)[0][0] == ("why",)


# giving it back ------------------------------------------------------------------------------------------------------


def test_what_is_given_back_held_until_then(desk):
    made = take(desk, desk.ann)
    desk.now = NINE + HOUR
    end_override(override=made, by=desk.ann, now=desk.now)
    assert on_call(desk, desk.now) == "l1@msp.example"
    [schedule] = schedules(Team.objects.filter(pk=desk.team.pk), since=NINE)
    shifts = schedule.shifts(NINE, NINE + 2 * HOUR)
    assert [(shift.who, shift.ends_at) for shift in shifts] == [
        ("ann@msp.example", NINE + HOUR), ("l1@msp.example", NINE + 2 * HOUR),
    ]  # fmt: skip


def test_what_is_cancelled_before_it_begins_never_held(desk):
    made = take(desk, desk.ann, begins_at=march(3, 8), ends_at=march(3, 9))
    end_override(override=made, by=desk.ann, now=desk.now)
    assert holding(Override.objects.all()) == []


def test_a_manager_ends_anybody_s_and_says_so(desk):
    made = take(desk, desk.ann)
    end_override(override=made, by=desk.manager, now=desk.now + HOUR)
    assert Message.objects.get().payload["to"] == ["ann@msp.example"]


def test_a_colleague_does_not(desk):
    made = take(desk, desk.ann)
    with pytest.raises(PermissionDenied):
        end_override(override=made, by=desk.l1, now=desk.now)


def test_what_is_over_is_not_ended_again(desk):
    made = take(desk, desk.ann, ends_at=NINE + HOUR)
    assert refused(end_override, override=made, by=desk.ann, now=NINE + HOUR)
    end_override(override=made, by=desk.ann, now=NINE)
    assert refused(end_override, override=made, by=desk.ann, now=NINE)


def test_an_override_is_never_deleted_and_never_comes_back(desk):
    made = take(desk, desk.ann)
    with pytest.raises(InternalError), transaction.atomic():
        made.delete()
    end_override(override=made, by=desk.ann, now=NINE)
    with pytest.raises(InternalError), transaction.atomic():
        Override.objects.filter(pk=made.pk).update(removed_at=None, removed_by=None)


# the team ------------------------------------------------------------------------------------------------------------


def edit(desk, by=None, base=None, **changes):
    present = staffing_of(desk.team)
    known = {"email": present.email, "members": present.members, "rotation": present.rotation}
    wanted = Staffing(**(known | changes))
    return edit_team(team=desk.team, staffing=wanted, base=base or mark(present), by=by or desk.manager, now=desk.now)


def test_a_manager_gives_a_team_other_people_in_another_order(desk):
    assert edit(desk, members=("Ann@msp.example", "l2@msp.example"))
    assert staffing_of(desk.team).members == ("ann@msp.example", "l2@msp.example")
    desk.team.refresh_from_db()
    assert (desk.team.edited_by, desk.team.edited_at) == (desk.manager, desk.now)


def test_a_rotation_is_stored_as_its_form_writes_it(desk):
    layer = {"name": "Nights", "hand_over": "mon 18:00", "from": "2026-03-02", "order": ["ANN@msp.example"]}
    assert edit(desk, rotation={"timezone": "UTC", "layers": [layer]})
    desk.team.refresh_from_db()
    assert desk.team.rotation == {"timezone": "UTC", "layers": [layer | {"order": ["ann@msp.example"]}]}
    assert on_call(desk, NINE) == "ann@msp.example"


def test_what_says_the_same_changes_nothing(desk):
    assert edit(desk) is False
    desk.team.refresh_from_db()
    assert desk.team.edited_at is None


def test_only_managers_edit(desk):
    with pytest.raises(PermissionDenied):
        edit(desk, by=desk.l1, email="new@msp.example")


def test_the_second_of_two_is_told_and_overwrites_nothing(desk):
    base = mark(staffing_of(desk.team))
    edit(desk, email="first@msp.example")
    with pytest.raises(EditedMeanwhile) as caught:
        edit(desk, email="second@msp.example", base=base)
    assert (caught.value.team.email, caught.value.team.edited_by) == ("first@msp.example", desk.manager)


def test_an_import_is_noticed_as_well(desk):
    base = mark(staffing_of(desk.team))
    Member.objects.filter(user=desk.ann).delete()
    with pytest.raises(EditedMeanwhile):
        edit(desk, email="second@msp.example", base=base)


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"email": "nowhere"}, ("email",), "is not a mail address"),
        ({"members": ("l1@msp.example", "eve@msp.example")}, ("members", 1), "Nobody with the address eve@msp.example"),
        ({"members": ("l1@msp.example", "L1@msp.example")}, ("members", 1), "This address stands here twice"),
        ({"members": ("l1@msp.example", "dana@acme.example")}, ("members", 1), "Nobody with the address"),
        ({"rotation": WEEKLY | {"hand_over": "noon"}}, ("rotation", "hand_over"), "pattern"),
        ({"rotation": WEEKLY | {"order": ["l2@msp.example"]}}, ("rotation", "order", 0), "Not a member"),
        ({"members": ("l1@msp.example",), "rotation": WEEKLY | {"order": ["ann@msp.example"]}},
         ("rotation", "order", 0), "Not a member"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_place(desk, changes, path, words):
    [(where, said)] = refused(edit, desk, **changes)
    assert where == path and words in said
    assert staffing_of(desk.team).members == ("l1@msp.example", "ann@msp.example")


def test_somebody_of_a_client_is_no_member(desk):
    reader = desk.reader(desk.acme)
    [(path, words)] = refused(edit, desk, members=(reader.email,))
    assert path == ("members", 0) and "does not work here" in words


def test_an_empty_team_may_be(desk):
    assert edit(desk, members=(), rotation={}) and staffing_of(desk.team).members == ()


def test_the_roster_is_read_in_a_fixed_number_of_queries(desk, django_assert_num_queries):
    for hour in range(1, 5):
        take(desk, desk.ann, begins_at=NINE + hour * HOUR, ends_at=NINE + (hour + 1) * HOUR)
    with django_assert_num_queries(6):
        roster(now=NINE)
