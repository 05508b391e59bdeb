"""The words that configuration files are made of: checked texts, and the base of every row."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from accounts.closest import did_you_mean


class Row(BaseModel):
    """One mapping of a configuration file: keys that it does not know are errors, absent keys are left untouched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self, *without: str) -> dict[str, Any]:
        """The keys that were written, in the form of the stored documents, less `without`."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=set(without))


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # a folder such as "Europe" is an OSError
        raise ValueError(f'"{text}" is not an IANA zone{did_you_mean(text, available_timezones())}') from None
    return text


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(f'"{text}" is not a mail address') from None
    return text.lower()


def _url(text: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise ValueError(f'"{text}" is not a web address, such as https://support.vendor.example') from None
    return text


def or_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    """The same check for a text that may be empty."""
    return lambda text: check(text) if text else text


def upper(value: Any) -> Any:
    """Enums are accepted in any case."""
    return value.upper() if isinstance(value, str) else value


def listed(value: Any) -> Any:
    """One text stands for a list of one."""
    return [value] if isinstance(value, str) else value


def in_order(keys: Sequence[str]) -> AfterValidator:
    """Mappings are written out in this order of their keys, however the database keeps them."""
    return AfterValidator(lambda value: {key: value[key] for key in keys if key in value})


def text(longest: int, shortest: int = 0) -> Any:
    """Text of a bounded length, without the blanks around it."""
    return Annotated[str, StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest)]


Name = text(120, shortest=1)
Label = text(80, shortest=1)
Words = text(300, shortest=1)
Text = text(4000)
Zone = Annotated[str, AfterValidator(_zone), Field(json_schema_extra={"examples": ["Europe/London"]})]
Language = Literal["en", "de"]  # accounts.language.LANGUAGES
OptionalZone = Annotated[str, AfterValidator(or_empty(_zone))]
Email = Annotated[text(254, shortest=1), AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
OptionalEmail = Annotated[text(254), AfterValidator(or_empty(_email))]
OptionalUrl = Annotated[text(200), AfterValidator(or_empty(_url))]
Day = Annotated[date, PlainSerializer(date.isoformat, return_type=str)]
Upper = BeforeValidator(upper)
Listed = BeforeValidator(listed)
