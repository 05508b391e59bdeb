"""A rotation's form, in files, in the database and in the editor alike: one layer, or several above each other."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from accounts.schema import Day, Email, Name, Row, Zone, in_order
from sla.business_time import WEEKDAYS, BusinessCalendar, CalendarError

HandOver = Annotated[
    str,
    StringConstraints(pattern=r"^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(json_schema_extra={"examples": ["mon 09:00"]}),
]
Days = Annotated[int, Field(ge=1, le=366)]
Order = Annotated[list[Email], Field(description="Who takes turns; all members where it is left out")]
OF_A_LAYER = ("hand_over", "start", "days", "order")
LONGEST_PILE = 20


def _hours(value: dict[str, list[str]]) -> dict[str, list[str]]:
    """Openings as a calendar has them, at least one."""
    try:
        BusinessCalendar.of(timezone="UTC", hours=value)
    except CalendarError as error:
        raise ValueError(str(error).removeprefix("hours").lstrip(".: ")) from None
    return value


Hours = Annotated[
    dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], list[str]],
    in_order(WEEKDAYS),
    AfterValidator(_hours),
    Field(description="When this layer holds, in its zone; always where they are left out"),
]


class LayerRow(Row):
    """People who take turns, always or within hours; a later layer lies above the earlier ones."""

    name: Name
    timezone: Annotated[Zone, Field(description="Its own zone, where it is not the rotation's")] = None
    hand_over: HandOver
    start: Annotated[Day, Field(alias="from")]
    days: Days = 7
    order: Annotated[Order, Field(min_length=1)] = None
    hours: Hours = None


class RotationRow(Row):
    """Who of the team is on call: people hand over every so many days at a local time, in one layer or in several."""

    timezone: Zone
    hand_over: HandOver = None
    start: Annotated[Day, Field(alias="from")] = None
    days: Days = 7
    order: Order = None
    layers: Annotated[list[LayerRow], Field(min_length=1, max_length=LONGEST_PILE)] = None

    @model_validator(mode="after")
    def one_form_or_the_other(self) -> Self:
        """Turns stand in the rotation itself or in its layers, which differ by name."""
        names = [_written(name) for name in OF_A_LAYER if name in self.model_fields_set]
        if self.layers is None:
            missing = [name for name in ("hand_over", "from") if name not in names]
            if missing:
                raise ValueError(f"{' and '.join(missing)} missing: say when people hand over, or give layers that do")
            return self
        if names:
            raise ValueError(f"{', '.join(names)} stand in each layer where there are layers")
        twins = [layer.name for index, layer in enumerate(self.layers) if layer.name in _names(self.layers[:index])]
        if twins:
            raise ValueError(f'two layers are called "{twins[0]}": give each its own name')
        return self


def orders(rotation: RotationRow) -> Iterator[tuple[tuple[str | int, ...], list[str]]]:
    """Each order that a rotation names, with its place in it."""
    if rotation.order:
        yield ("order",), rotation.order
    for index, layer in enumerate(rotation.layers or ()):
        if layer.order:
            yield ("layers", index, "order"), layer.order


def layers_of(rotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers of a stored rotation, its one layer under the name that shifts of it have."""
    if not rotation:
        return []
    own = {key: value for key, value in rotation.items() if key not in ("timezone", "layers")}
    return [dict(layer) for layer in rotation.get("layers") or [{"name": "rotation", **own}]]


def _written(name: str) -> str:
    return "from" if name == "start" else name


def _names(layers: list[LayerRow]) -> set[str]:
    return {layer.name for layer in layers}
