"""The fields of a mapping: templates, conditions, choices, references.

A value is a text in which `{column}` stands for that cell, or a list of choices of which the first is taken that holds
and comes to something. A text whose cells are all empty is nothing (null), as is a list of which no choice holds.
"""

import re
from typing import Any

from marshmallow import ValidationError, fields

from schema.fields import ListOf, Part, Strict
from schema.vocabulary import Record
from seeds.tables.values import COLUMN, OPERATORS


class Template(Strict):
    """A text in which `{column}` stands for that cell; a constant where there is none."""

    expected = "a text, in which a column in braces stands for its cell"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not value or "{" in (left := COLUMN.sub("", value)) or "}" in left:
            raise self.refused(value)
        return value


class When(Strict):
    """Conditions that all have to hold: column → text, one of several texts, or operator → text."""

    expected = f"columns, each with a text, a list of texts, or one of {', '.join(OPERATORS)}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise self.refused(value)
        return [condition for column, asked in value.items() for condition in self._conditions(column, asked)]

    def _conditions(self, column: str, asked: Any) -> list[tuple[str, str, list[str]]]:
        found = []
        for operator, operand in (asked if isinstance(asked, dict) else {"is": asked}).items():
            operands = operand if isinstance(operand, list) else [operand]
            texts = ["" if one is None else one for one in operands]
            if operator not in OPERATORS or not texts or not all(isinstance(one, str) for one in texts):
                raise ValidationError({column: [f"{operator} is refused; expected {self.expected}"]})
            if operator.endswith("matches"):
                for one in texts:
                    try:
                        re.compile(one)
                    except re.error as error:
                        raise ValidationError({column: [f"{error}; expected a regular expression"]}) from None
            found.append((column, operator, texts))
        return found


class Value(Template):
    """A template, nothing, or a list of choices."""

    expected = "a text, in which a column in braces stands for its cell, or a list of choices: value, when"

    def __init__(self, **kwargs: Any) -> None:
        """Take marshmallow's arguments; nothing may be said to be nothing."""
        super().__init__(allow_none=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and value:
            return ListOf(Part(ChoiceSchema)).deserialize(value)
        return super()._deserialize(value, attr, data, **kwargs)


class ChoiceSchema(Record):
    """One value of several: the first whose conditions hold is taken."""

    value = Template(required=True, allow_none=True)
    when = When(load_default=None)


class MapOf(Strict):
    """A mapping of any key to values of one kind."""

    expected = "a mapping"

    def __init__(self, item: fields.Field[Any], **kwargs: Any) -> None:
        """Take the field of one value."""
        self.inner = item
        super().__init__(load_default=dict, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise self.refused(value)
        found, errors = {}, {}
        for key, one in value.items():
            try:
                found[key] = self.inner.deserialize(one)
            except ValidationError as error:
                errors[key] = error.messages
        if errors:
            raise ValidationError(errors)
        return found


class MakeSchema(Record):
    """A term made of the data; which keys it takes is its kind's to say."""

    id = Value()
    name = Value(required=True)
    definition = Value()
    kind = Value()
    iso = Value()
    organisation = Value()
    anonymous = Value()


class Reference(Value):
    """A term that is found by what it is called, or made: `make`, or a `path` of regions, each in the last."""

    expected = "a text by which the term is found, or make: its keys, or path: a list of both"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"make"}:
            try:
                return {"make": Part(MakeSchema).deserialize(value["make"])}
            except ValidationError as error:
                raise ValidationError({"make": error.messages}) from None
        if isinstance(value, dict) and value.keys() == {"path"}:
            levels = [Reference().deserialize(one) for one in value["path"] or ()]
            if levels:
                return {"path": levels}
        return super()._deserialize(value, attr, data, **kwargs)
