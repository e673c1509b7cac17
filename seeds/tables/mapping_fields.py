"""The marshmallow fields of a mapping: templates, conditions, choices, references to terms.

A value is a text in which `{column}` stands for the cell of that column, or a list of choices. The value of a list is
its first choice whose conditions hold and whose value is not null, else null. A text whose cells are all empty is null.
"""

import re
from typing import Any

from marshmallow import ValidationError, fields

from schema.fields import ListOf, Part, Strict
from schema.vocabulary import Record
from seeds.tables.values import COLUMN, OPERATORS


class Template(Strict):
    """A text in which `{column}` stands for the cell of that column; without a column it is a constant."""

    expected = "a text, in which a column in braces stands for its cell"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not value or "{" in (text := COLUMN.sub("", value)) or "}" in text:
            raise self.refused(value)
        return value


class When(Strict):
    """Conditions that all have to hold: column → text, one of several texts, or operator → text."""

    expected = f"columns, each with a text, a list of texts, or one of {', '.join(OPERATORS)}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise self.refused(value)
        return [condition for column, operands in value.items() for condition in self._conditions(column, operands)]

    def _conditions(self, column: str, condition: Any) -> list[tuple[str, str, list[str]]]:
        conditions = []
        for operator, operand in (condition if isinstance(condition, dict) else {"is": condition}).items():
            operands = operand if isinstance(operand, list) else [operand]
            texts = ["" if text is None else text for text in operands]
            if operator not in OPERATORS or not texts or not all(isinstance(text, str) for text in texts):
                raise ValidationError({column: [f"{operator} is refused; expected {self.expected}"]})
            if operator.endswith("matches"):
                for pattern in texts:
                    try:
                        re.compile(pattern)
                    except re.error as error:
                        raise ValidationError({column: [f"{error}; expected a regular expression"]}) from None
            conditions.append((column, operator, texts))
        return conditions


class Value(Template):
    """A template, null, or a list of choices."""

    expected = "a text, in which a column in braces stands for its cell, or a list of choices: value, when"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and value:
            return ListOf(Part(ChoiceSchema)).deserialize(value)
        return super()._deserialize(value, attr, data, **kwargs)


class ChoiceSchema(Record):
    """One of several values, with its conditions."""

    value = Template(required=True, allow_none=True)
    when = When(load_default=None)


class MapOf(Strict):
    """A mapping of any keys to values of one field, `item`."""

    expected = "a mapping"

    def __init__(self, item: fields.Field[Any], **kwargs: Any) -> None:
        self.inner = item
        super().__init__(load_default=dict, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise self.refused(value)
        items, errors = {}, {}
        for key, item in value.items():
            try:
                items[key] = self.inner.deserialize(item)
            except ValidationError as error:
                errors[key] = error.messages
        if errors:
            raise ValidationError(errors)
        return items


class MakeSchema(Record):
    """The values of a term that is made of a row; its kind allows some of these keys."""

    id = Value()
    name = Value(required=True)
    definition = Value()
    kind = Value()
    iso = Value()
    organisation = Value()
    anonymous = Value()


class TermSpec(Value):
    """A reference to a term: a name to look up, `make` for a new term, or a `path` of regions, each within the last."""

    expected = "a text by which the term is found, or make: its keys, or path: a list of both"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"make"}:
            try:
                return {"make": Part(MakeSchema).deserialize(value["make"])}
            except ValidationError as error:
                raise ValidationError({"make": error.messages}) from None
        if isinstance(value, dict) and value.keys() == {"path"}:
            levels = [TermSpec().deserialize(level) for level in value["path"] or ()]
            if levels:
                return {"path": levels}
        return super()._deserialize(value, attr, data, **kwargs)
