"""What the schema refuses, said in words and with the line: pydantic's errors as problems of a source."""

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from accounts.closest import did_you_mean
from accounts.yaml_source import Path, Problem, Source

_WORDS = {
    "missing": "is missing",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be a mapping, key: value",
    "model_type": "must be a mapping, key: value",
    "model_attributes_type": "must be a mapping, key: value",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def problems_of(error: ValidationError, *, source: Source, schema: type[BaseModel]) -> list[Problem]:
    """Every error of one validation, each at the line that it is about."""
    return [source.problem(path, message) for path, message in refusals(error, schema=schema)]


def refusals(error: ValidationError, *, schema: type[BaseModel]) -> list[tuple[Path, str]]:
    """Every error of one validation as the path of the value and what is wrong with it."""
    return [_refusal(details, schema) for details in error.errors()]


def _refusal(details: Any, schema: type[BaseModel]) -> tuple[Path, str]:
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    return path, _message(details, path, schema)


def _message(details: Any, path: Path, schema: type[BaseModel]) -> str:
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key{did_you_mean(str(path[-1]), _keys_at(schema, path[:-1]))}"
    if kind == "literal_error":
        return _not_one_of(str(given), context["expected"])
    if kind == "value_error":
        return str(context["error"])
    if given is None:
        return "is empty: leave the key out to keep what is there"
    return _WORDS.get(kind) or _plain(details["msg"])


def _not_one_of(given: str, expected: str) -> str:
    known = expected.replace(" or ", ", ").replace("'", "").split(", ")
    return f'"{given}" is not one of {", ".join(known)}{did_you_mean(given, known)}'


def _plain(message: str) -> str:
    return (
        message.replace("Input should", "should").replace("String should", "should").replace("Value should", "should")
    )


def _keys_at(schema: type[BaseModel], path: Path) -> list[str]:
    """The keys that the mapping at `path` may have."""
    annotation: Any = schema
    for part in path:
        annotation = _inside(_bare(annotation), part)
    model = _bare(annotation)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _inside(annotation: Any, part: str | int) -> Any:
    """The annotation of the value at key or index `part` of a value with this annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
        return fields[str(part)].annotation if part in fields else None
    arguments = get_args(annotation)
    return arguments[-1] if arguments else None


def _bare(annotation: Any) -> Any:
    """Without `Annotated[…]` and `… | None` around it."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(a for a in get_args(annotation) if a is not NoneType))
    return annotation
