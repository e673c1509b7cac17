"""The mapping: a YAML file that describes how the columns of a table become records; its schema and its reader."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load

from schema.dataset import DatasetSchema
from schema.fields import Flag, ListOf, Part, Pattern, Term, Text, Whole
from schema.grammar import with_article
from schema.vocabulary import GroupSchema, IndicatorSchema, Record, RegionSchema, SourceSchema
from seeds.problems import Problem, SeedsRefused
from seeds.read import YamlFile, read_file
from seeds.tables.mapping_fields import MapOf, Template, TermSpec, Value, When
from seeds.tables.values import Take
from seeds.validate import problems_of

SHIPPED_MAPPINGS = Path(__file__).parent.parent / "mappings"


OLD_READING_KEYS = {"tidy": "trim", "split": "separator", "cut": "max_length", "values": "recode"}
"""Keys of earlier versions, which mappings may still have, and their present names."""


class ReadingSchema(Record):
    """How the cells of a column are read for values; conditions take cells unchanged.

    `trim` removes repeated spaces and invisible characters, `separator` splits a cell into parts, `take` selects parts,
    `recode` replaces whole texts, and `max_length` cuts longer texts.
    """

    trim = Flag(load_default=False)
    separator = Text(5, load_default=None)
    take = Term(Take, load_default=Take.ALL)
    max_length = Whole(2, 500, load_default=None)
    recode = MapOf(Text(200))

    @pre_load
    def rename_old_keys(self, data: Any, **kwargs: Any) -> Any:
        """Return the data with the present names of their keys; raises ValidationError where a key has both names."""
        if not isinstance(data, dict):
            return data
        for old, new in OLD_READING_KEYS.items():
            if old in data and new in data:
                raise ValidationError({old: [f"is what {new} was called; expected one of both"]})
        return {OLD_READING_KEYS.get(key, key): value for key, value in data.items()}


class FindingSchema(Record):
    """A known fault of the data: rows that have it get a warning, or with `refuse` an error, of this name."""

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
    """The values of an article's keys.

    Without an id it gets one made of its date, publisher and title, without a licence that of the mapping's dataset.
    """

    id = Value()
    title = Value(required=True)
    publisher = Value(load_default=None)
    author = Value(load_default=None)
    agency = Value(load_default=None)
    published = Part(_Published, required=True)
    language = Value(required=True)
    url = Value(load_default=None)
    licence = Value(load_default=None)
    cite = Value(load_default=None)


class EstimateValues(Record):
    """The values of an estimate's keys; a row makes the estimate where the conditions of `when` hold."""

    when = When(load_default=None)
    id = Value(required=True)
    claim = Value()
    group = TermSpec(required=True)
    indicator = TermSpec(required=True)
    region = TermSpec(required=True)
    source = TermSpec(required=True)
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
    """The terms of the mapping itself, in the form of seeds/vocabulary."""

    groups = ListOf(Part(GroupSchema))
    regions = ListOf(Part(RegionSchema))
    indicators = ListOf(Part(IndicatorSchema))
    sources = ListOf(Part(SourceSchema))


class MappingSchema(Record):
    """A whole mapping."""

    dataset = Part(DatasetSchema, load_default=None)
    vocabulary = Part(VocabularySchema, load_default=dict)
    columns = MapOf(Part(ReadingSchema))
    findings = ListOf(Part(FindingSchema))
    article = Part(ArticleValues, required=True)
    estimates = ListOf(Part(EstimateValues), required=True)


def _with_shared(data: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping whose estimates have the values of `shared` where they have none of their own."""
    shared, estimates = data.get("shared", {}), data.get("estimates")
    if not isinstance(shared, dict) or not isinstance(estimates, list):
        return data
    full = [{**shared, **values} if isinstance(values, dict) else values for values in estimates]
    return {key: value for key, value in data.items() if key != "shared"} | {"estimates": full}


_MADE = {
    "group": {"id", "name", "definition"},
    "region": {"id", "name", "kind", "iso"},
    "source": {"id", "name", "kind", "organisation", "anonymous"},
}
"""The keys that a term made of a row may have, by kind; indicators cannot be made."""


def _check_made(estimates: list[dict[str, Any]]) -> None:
    """Raise ValidationError where a term would be made with keys that its kind does not have."""
    for index, estimate in enumerate(estimates):
        for kind in ("group", "region", "indicator", "source"):
            spec = estimate[kind]
            if not isinstance(spec, dict):
                continue
            levels = spec.get("path", [spec])
            keys = {key for level in levels if isinstance(level, dict) for key in level["make"]}
            unknown = keys - _MADE.get(kind, set())
            if unknown or ("path" in spec and kind != "region"):
                expected = ", ".join(sorted(_MADE.get(kind, ()))) or "a text by which the term is found"
                key = ", ".join(sorted(unknown)) or "path"
                what = f"{key} is no key of {with_article(kind)} that is made; expected {expected}"
                raise ValidationError({"estimates": {index: {kind: [what]}}})


@dataclass(frozen=True)
class Mapping:
    """A valid mapping: its data as MappingSchema loads them, and its file."""

    data: dict[str, Any]
    file: YamlFile


def read_mapping(name: str) -> Mapping:
    """Return the mapping in a file, or a shipped mapping by its name; raises SeedsRefused with all problems."""
    path = Path(name)
    if not path.suffix and (SHIPPED_MAPPINGS / f"{name}.yaml").exists():
        path = SHIPPED_MAPPINGS / f"{name}.yaml"
    file = read_file(path)
    if isinstance(file, Problem):
        raise SeedsRefused([file])
    schema = MappingSchema()
    try:
        if not isinstance(file.data, dict):
            raise ValidationError(schema.error_messages["type"])
        data = schema.load(_with_shared(file.data))
        _check_made(data["estimates"])
        if not data["estimates"]:
            raise ValidationError({"estimates": ["an empty list is refused; expected one estimate at the least"]})
    except ValidationError as error:
        raise SeedsRefused(list(problems_of(error, schema, file))) from None
    return Mapping(data, file)
