"""A mapping: what a table's columns mean, as YAML that is checked like a seed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields

from schema.dataset import DatasetSchema
from schema.fields import Flag, ListOf, Part, Pattern, Term, Text, Whole
from schema.vocabulary import GroupSchema, IndicatorSchema, Record, RegionSchema, SourceSchema
from seeds.curated.check import messages_of, with_known_keys
from seeds.problems import Problem, SeedsRefused
from seeds.read import Source, read_file
from seeds.tables.mapping_fields import MapOf, Reference, Template, Value, When
from seeds.tables.values import Take

SHIPPED_MAPPINGS = Path(__file__).parent.parent / "mappings"


class ReadingSchema(Record):
    """How the cells of a column are read, before values take them; conditions see them as they stand."""

    tidy = Flag(load_default=False)
    split = Text(5, load_default=None)
    take = Term(Take, load_default=Take.ALL)
    cut = Whole(2, 500, load_default=None)
    values = MapOf(Text(200))


class FindingSchema(Record):
    """A flaw of the data that the mapping knows by name: its rows are noted, or refused."""

    name = Pattern("^[a-z]+(?:-[a-z]+)*$", "words in lower-case letters with hyphens between", 60, required=True)
    when = When(required=True)
    what = Template(required=True)
    refuse = Flag(load_default=False)


def _values(name: str, **values: fields.Field[Any]) -> type[Schema]:
    return Record.from_dict(values, name=name)


_AsOf = _values("AsOfValues", edtf=Value(required=True), basis=Value(load_default="text"))
_Stated = _values("StatedValues", edtf=Value(required=True))
_Published = _values("PublishedValues", edtf=Value(required=True), basis=Value(load_default="printed"), note=Value())


class ArticleValues(Record):
    """Where the keys of an article come from; without an id it gets one from what it is."""

    id = Value()
    title = Value(required=True)
    publisher = Value(load_default=None)
    author = Value(load_default=None)
    agency = Value(load_default=None)
    published = Part(_Published, required=True)
    language = Value(required=True)
    url = Value(load_default=None)


class EstimateValues(Record):
    """Where the keys of an estimate come from; a row makes one where the conditions hold."""

    when = When(load_default=None)
    id = Value(required=True)
    claim = Value()
    group = Reference(required=True)
    indicator = Reference(required=True)
    region = Reference(required=True)
    source = Reference(required=True)
    low = Value()
    best = Value()
    high = Value()
    hedge = Value(required=True)
    wording = Value()
    summary = Value(required=True)
    scope = Value()
    locus = Value(load_default="body")
    as_of = Part(_AsOf, required=True)
    stated = Part(_Stated)


class VocabularySchema(Record):
    """Terms that the mapping brings along, as they stand in seeds/vocabulary."""

    groups = ListOf(Part(GroupSchema))
    regions = ListOf(Part(RegionSchema))
    indicators = ListOf(Part(IndicatorSchema))
    sources = ListOf(Part(SourceSchema))


class MappingSchema(Record):
    """What a table's columns mean."""

    dataset = Part(DatasetSchema, load_default=None)
    vocabulary = Part(VocabularySchema, load_default=dict)
    columns = MapOf(Part(ReadingSchema))
    findings = ListOf(Part(FindingSchema))
    article = Part(ArticleValues, required=True)
    estimates = ListOf(Part(EstimateValues), required=True)


def _with_shared(data: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping whose estimates have what they share, where they do not say otherwise."""
    shared, estimates = data.get("shared", {}), data.get("estimates")
    if not isinstance(shared, dict) or not isinstance(estimates, list):
        return data
    full = [{**shared, **one} if isinstance(one, dict) else one for one in estimates]
    return {key: value for key, value in data.items() if key != "shared"} | {"estimates": full}


_MADE = {
    "group": {"id", "name", "definition"},
    "region": {"id", "name", "kind", "iso"},
    "source": {"id", "name", "kind", "organisation", "anonymous"},
}
"""Which keys a term has that is made of the data; indicators are curated."""


def _check_made(estimates: list[dict[str, Any]]) -> None:
    """Raise ValidationError where what is to be made has keys that its kind does not."""
    for index, estimate in enumerate(estimates):
        for kind in ("group", "region", "indicator", "source"):
            spec = estimate[kind]
            if not isinstance(spec, dict):
                continue
            levels = spec.get("path", [spec])
            odd = {key for one in levels if isinstance(one, dict) for key in one["make"]} - _MADE.get(kind, set())
            if odd or ("path" in spec and kind != "region"):
                expected = ", ".join(sorted(_MADE.get(kind, ()))) or "a text by which the term is found"
                what = f"{', '.join(sorted(odd)) or 'path'} is no key of a {kind} that is made; expected {expected}"
                raise ValidationError({"estimates": {index: {kind: [what]}}})


@dataclass(frozen=True)
class Mapping:
    """A mapping that passed its checks."""

    data: dict[str, Any]
    source: Source

    @property
    def file(self) -> Path:
        """Return where it stands."""
        return self.source.file


def read_mapping(name: str) -> Mapping:
    """Return a mapping by its file, or by its name where it ships with Headcount; raises SeedsRefused."""
    file = Path(name)
    if not file.suffix and (SHIPPED_MAPPINGS / f"{name}.yaml").exists():
        file = SHIPPED_MAPPINGS / f"{name}.yaml"
    source = read_file(file)
    if isinstance(source, Problem):
        raise SeedsRefused([source])
    schema = MappingSchema()
    try:
        if not isinstance(source.data, dict):
            raise ValidationError(schema.error_messages["type"])
        data = schema.load(_with_shared(source.data))
        _check_made(data["estimates"])
        if not data["estimates"]:
            raise ValidationError({"estimates": ["an empty list is refused; expected one estimate at the least"]})
    except ValidationError as error:
        raise SeedsRefused(
            [
                source.problem(place, with_known_keys(message, schema, place))
                for place, message in messages_of(error.messages)
            ]
        ) from None
    return Mapping(data, source)
