"""What a body may say, strictly: no unknown field, no number where a text belongs; enums in any case."""

from typing import Any

from rest_framework import serializers


class Text(serializers.CharField):
    """A JSON string; numbers are not turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Must be a string.")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """A JSON true or false, nothing that looks like one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Must be true or false.")
        return data


class Enum(serializers.ChoiceField):
    """One of the words, taken in any case and kept in UPPERCASE."""

    def to_internal_value(self, data: Any) -> str:
        word = data.upper() if isinstance(data, str) else data
        if not isinstance(word, str) or word not in self.choices:
            raise serializers.ValidationError(f"Must be one of {', '.join(map(str, self.choices))}.")
        return word


class Moment(serializers.DateTimeField):
    """An ISO 8601 moment with its offset from UTC."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise serializers.ValidationError("Must be a moment such as 2026-03-02T09:00:00Z.")
        return super().to_internal_value(value)


class Texts(serializers.DictField):
    """A JSON object whose values are strings."""

    child = Text(max_length=5000, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and any(len(key) > 80 for key in data):
            raise serializers.ValidationError("A key is longer than 80 characters.")
        return super().to_internal_value(data)


class Body(serializers.Serializer):
    """A JSON object with exactly these fields."""

    default_error_messages = {"invalid": "Must be a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        unknown = [key for key in data if key not in self.fields] if isinstance(data, dict) else []
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError({key: f"There is no such field; there are {known}." for key in unknown})
        return super().to_internal_value(data)
