"""Rotations in files: one layer as ever, or several, with every refusal at its place."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from small_provider import NOON, bring_in, refused
from test_round_trip import demo

from accounts.schema_problems import refusals
from escalation_portal.configuration import export_configuration, import_configuration
from tiers.models import Team
from tiers.on_call import gaps, on_call_at, shifts
from tiers.rotation_form import RotationRow, layers_of, orders

LAYER = {"name": "Nights", "hand_over": "mon 18:00", "from": "2026-01-05"}
ONE = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05"}


def layered(**changes):
    return {"timezone": "UTC", "layers": [LAYER | changes]}


def wrong(rotation) -> list[tuple]:
    with pytest.raises(ValidationError) as caught:
        RotationRow.model_validate(rotation)
    return refusals(caught.value, schema=RotationRow)


@pytest.mark.parametrize("rotation", [ONE, layered(), layered(days=1, timezone="Europe/Berlin", order=["a@b.example"]),
                                      layered(hours={"mon": ["22:00-06:00"], "tue": []})])  # fmt: skip
def test_a_rotation_is_stored_as_it_was_written(rotation):
    assert RotationRow.model_validate(rotation).given() == rotation


@pytest.mark.parametrize(
    ("rotation", "path", "words"),
    [
        ({"timezone": "UTC"}, (), "hand_over and from missing"),
        (ONE | {"layers": [LAYER]}, (), "hand_over, from, days stand in each layer"),
        ({"timezone": "UTC", "layers": []}, ("layers",), "must not be empty"),
        ({"timezone": "UTC", "layers": [LAYER, LAYER]}, (), 'two layers are called "Nights"'),
        (layered(hand_over="monday"), ("layers", 0, "hand_over"), "pattern"),
        (layered(days=0), ("layers", 0, "days"), "greater than or equal to 1"),
        (layered(order=[]), ("layers", 0, "order"), "must not be empty"),
        (layered(timezone="Europe"), ("layers", 0, "timezone"), "is not an IANA zone"),
        (layered(hours={"mon": ["9-17"]}), ("layers", 0, "hours"), "mon: '9-17' is not an opening"),
        (layered(hours={"mon": []}), ("layers", 0, "hours"), "there is no opening in the whole week"),
        (layered(hours={"mon": ["09:00-12:00", "11:00-13:00"]}), ("layers", 0, "hours"), "begins before one of mon"),
        (layered(hours={"monday": []}), ("layers", 0, "hours", "monday"), "is not one of mon"),
        (layered(colour="red"), ("layers", 0, "colour"), "unknown key"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(rotation, path, words):
    [(where, message)] = wrong(rotation)
    assert where == path and words in message


def test_the_orders_of_a_rotation_are_known_with_their_places():
    row = RotationRow.model_validate(layered(order=["a@b.example"]))
    assert list(orders(row)) == [(("layers", 0, "order"), ["a@b.example"])]
    assert list(orders(RotationRow.model_validate(ONE | {"order": ["a@b.example"]}))) == [(("order",), ["a@b.example"])]
    assert list(orders(RotationRow.model_validate(ONE))) == []


def test_one_layer_and_several_are_read_alike():
    assert layers_of(layered()) == [LAYER] and layers_of({}) == []
    assert layers_of(ONE) == [{"name": "rotation"} | {key: ONE[key] for key in ("hand_over", "days", "from")}]


def test_layers_are_imported_and_go_out_as_they_came(small):
    small("teams: [{name: Helpdesk, rotation: {timezone: UTC, layers: [{name: Nights, hand_over: mon 18:00, "
          "from: 2026-01-05, days: 1, hours: {tue: ['18:00-24:00'], mon: ['18:00-24:00']}}]}}]")  # fmt: skip
    team = Team.objects.get()
    assert team.rotation["layers"][0]["hours"] == {"mon": ["18:00-24:00"], "tue": ["18:00-24:00"]}
    assert team.edited_at == NOON and team.edited_by is None
    written = export_configuration()
    assert written.index("mon:") < written.index("tue:") and bring_in(written).count("change") == 0


def test_who_takes_turns_in_a_layer_is_a_member(small):
    text = ("teams: [{name: Helpdesk, rotation: {timezone: UTC, layers: [{name: Nights, hand_over: mon 18:00, "
            "from: 2026-01-05, order: [eve@provider.example]}]}}]")  # fmt: skip
    assert refused(text) == [
        "a.yaml:1: teams.0.rotation.layers.0.order.0: eve@provider.example is not a member of Helpdesk"
    ]


def test_an_import_that_says_the_same_is_no_edit(small):
    assert Team.objects.get().edited_at is None


@pytest.mark.django_db
def test_the_demo_has_a_team_with_two_layers_and_nobody_is_ever_missing():
    import_configuration(demo(), now=NOON, environ={})
    for team in Team.objects.all():
        people = [member.user.email for member in team.members.select_related("user")]
        assert gaps(team.rotation, people, begins=NOON, ends=NOON + timedelta(days=366)) == [], team
    technical = Team.objects.get(name="Technical")
    people = [member.user.email for member in technical.members.select_related("user")]
    found = shifts(technical.rotation, people, begins=NOON, ends=NOON + timedelta(days=7))
    assert {shift.because for shift in found} == {"Around the clock", "Office hours"}
    assert on_call_at(technical.rotation, people, NOON) == found[0].who
