"""Strict marshmallow fields: each deserialises text, and its errors say what was expected.

The values of curated files and query strings are text. marshmallow's own number fields accept `"1_000"`, `" 5 "` and
the digits of other scripts; these accept ASCII only.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from schema.intervals import EDTF_EXPECTED, EDTF_PATTERN
from schema.terms import Unit

ID_PATTERN = "^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
LARGEST_NUMBER = 1_000_000_000_000_000
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,15})(?:[.][0-9]{1,20})?(?:[eE]-[0-9]{1,3})?", re.ASCII)
_SHOWN_CHARACTERS = 60


def shown(value: object) -> str:
    """Return a value for an error message: quoted, cut after 60 characters; a mapping or a list by its kind."""
    if value is None or isinstance(value, Mapping | list):
        kind = "nothing" if value is None else "mapping" if isinstance(value, Mapping) else "list"
        return kind if value is None else f"a {kind}" if value else f"an empty {kind}"
    text = str(value)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…")


class Strict(fields.Field[Any]):
    """A field of which every error, for a missing or null value too, says what was `expected`."""

    expected = "a value"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        messages: dict[str, Any] = {
            "required": f"is missing; expected {self.expected}",
            "null": f"null is refused; expected {self.expected}",
            "invalid": f"is refused; expected {self.expected}",
        }
        super().__init__(*args, error_messages=messages, **kwargs)

    def refused(self, value: object) -> ValidationError:
        """Return the error for a value that is not the expected one."""
        return ValidationError(f"{shown(value)} is refused; expected {self.expected}")


class Text(Strict, fields.String):
    """One line of 1 to `longest` characters (Unicode code points), without control characters or spaces around it."""

    def __init__(self, longest: int = 500, **kwargs: Any) -> None:
        self.longest = longest
        self.expected = f"text in one line, 1 to {longest} characters, without spaces around it"
        super().__init__(validate=validate.Length(1, longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not 0 < len(value) <= self.longest:
            raise self.refused(value)
        if value != value.strip() or not value.replace("\u00a0", " ").isprintable():
            raise self.refused(value)
        return value


class Pattern(Strict, fields.String):
    """Text that matches a regular expression, which OpenAPI publishes too.

    `pattern` is anchored and in the syntax of ECMA 262, `expected` describes it in words, and `longest` is the largest
    number of characters.
    """

    def __init__(self, pattern: str, expected: str, longest: int = 200, **kwargs: Any) -> None:
        self.expected = expected
        self.longest = longest
        self.regex = re.compile(pattern, re.ASCII)
        super().__init__(validate=[validate.Regexp(pattern), validate.Length(max=longest)], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) > self.longest or not self.regex.fullmatch(value):
            raise self.refused(value)
        return value


class Id(Pattern):
    """A slug: the permanent id of a record, which is also part of its URL."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ID_PATTERN, "an id: lower-case a to z, digits, single hyphens or underscores", 120, **kwargs)


class Sha256(Pattern):
    """A SHA-256 digest in lower-case hexadecimal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("^[0-9a-f]{64}$", "a SHA-256 digest: 64 hexadecimal digits, lower-case", 64, **kwargs)


class Language(Pattern):
    """A BCP 47 language tag."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$", "a BCP 47 language tag such as en", 20, **kwargs)


class Licence(Pattern):
    """The identifier of a licence (SPDX)."""

    def __init__(self, **kwargs: Any) -> None:
        expected = "the SPDX identifier of a licence, such as CC-BY-4.0"
        super().__init__("^[A-Za-z0-9][A-Za-z0-9.+-]*$", expected, 100, **kwargs)


class Edtf(Pattern):
    """An EDTF date or interval, kept as its text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(EDTF_PATTERN, EDTF_EXPECTED, 40, **kwargs)


class Day(Strict, fields.Date):
    """A calendar day, kept as its ISO 8601 text."""

    expected = "a day such as 2017-07-10"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class Number(Strict, fields.Float):
    """A number from 0 to LARGEST_NUMBER, in ASCII digits; a whole number is an `int`."""

    expected = f"a number from 0 to {LARGEST_NUMBER}, in digits with or without a decimal point"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(0, LARGEST_NUMBER), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _NUMBER.fullmatch(value) or float(value) > LARGEST_NUMBER:
            raise self.refused(value)
        return self._serialize(float(value), attr, data) if "." in value or "e" in value.lower() else int(value)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return int(value) if value is not None and value == int(value) else value


class Whole(Strict, fields.Integer):
    """A whole number from `smallest` to `largest`, both included, in ASCII digits."""

    def __init__(self, smallest: int = 0, largest: int = LARGEST_NUMBER, **kwargs: Any) -> None:
        self.expected = f"a whole number from {smallest} to {largest}"
        self.smallest, self.largest = smallest, largest
        super().__init__(validate=validate.Range(smallest, largest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}", value, re.ASCII)
        if not is_digits or not self.smallest <= int(value) <= self.largest:
            raise self.refused(value)
        return int(value)


class Flag(Strict, fields.Boolean):
    """`true` or `false`; no other spelling is accepted."""

    expected = "true or false"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value not in ("true", "false"):
            raise self.refused(value)
        return value == "true"


class Term(Strict, fields.Enum[Any]):
    """A term of a closed vocabulary, `terms`."""

    def __init__(self, terms: type[StrEnum], **kwargs: Any) -> None:
        self.terms = [str(term) for term in terms]
        self.expected = f"one of {', '.join(self.terms)}"
        super().__init__(terms, by_value=fields.String, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value not in self.terms:
            raise self.refused(value)
        return self.enum(value)


class UnitField(Pattern):
    """The unit of an indicator: a term of `Unit`, or the code of a currency; the loader knows which codes exist."""

    def __init__(self, **kwargs: Any) -> None:
        expected = f"one of {', '.join(Unit)}, or a currency's code of ISO 4217 such as USD"
        super().__init__(f"^(?:{'|'.join(Unit)}|[A-Z]{{3}})$", expected, 20, **kwargs)


class ListOf(Strict, fields.List[Any]):
    """A list whose items are all of the field `item`; empty by default, unless it is required."""

    expected = "a list"

    def __init__(self, item: fields.Field[Any], **kwargs: Any) -> None:
        default = {} if kwargs.get("required") else {"load_default": list}
        super().__init__(item, **default, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise self.refused(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Part(Strict, fields.Nested):
    """A mapping inside a record."""

    expected = "a mapping of keys to values"


class Reference(Part):
    """A reference to another record: an id in curated files, and in answers its `stub`, which has its name."""

    def __init__(self, stub: type[Schema], **kwargs: Any) -> None:
        self.id = Id()
        self.expected = self.id.expected
        super().__init__(stub, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        return self.id.deserialize(value, attr, data)
