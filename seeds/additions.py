"""New entries of a vocabulary: written behind those of its file, of which every other character stays as it is."""

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from textwrap import indent
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import SequenceNode

from seeds.curated.check import check_vocabulary
from seeds.curated.fixes import Fix
from seeds.entries import VOCABULARIES, Record, Seeds
from seeds.iso_regions import IsoRegion, by_code, iso_region
from seeds.problems import Problem, SeedsRefused
from seeds.read import YamlFile, read_text
from seeds.rules.code_lists import faults_between_terms
from seeds.tables.terms import unique_id

_PLAIN = {"true": True, "false": False, "null": None}
"""The words that YAML writes without quotation marks, though they are no texts."""


def addition(folder: Path, kind: str, name: str, values: Mapping[str, str | list[str]]) -> Fix:
    """Return the change of a seed folder that adds an entry to a vocabulary; `kind` is "region", "group" and so on.

    `values` are keys of the entry. A region without a `kind` is one of ISO 3166, by its name or code; it is added with
    its country, if that is not there. Raises SeedsRefused with what is wrong with the entry or the vocabulary, and
    UnknownRegionError.
    """
    seeds = check_vocabulary(folder)
    if kind == "region" and "kind" not in values:
        entries = _of_iso(iso_region(name), values, seeds)
    else:
        entries = [{"id": unique_id(name), "name": name, **values}]
    path = folder / "vocabulary" / f"{kind}s.yaml"
    before = path.read_bytes()
    after = _with_entries(before.decode("utf-8-sig"), entries, path)
    file = read_text(path, after)
    if isinstance(file, Problem):
        raise SeedsRefused([file])
    _check(folder, file)
    return Fix.of_text(path, before, after)


def _of_iso(region: IsoRegion, values: Mapping[str, Any], seeds: Seeds) -> list[Record]:
    """Return the entry of a region of ISO 3166, behind that of its country if this is not there."""
    known = {entry.record["iso"]: entry for entry in seeds.regions}
    if entry := known.get(region.code):
        what = f"{region.code} is there already, {entry.record['id']!r}; expected a region that is not"
        raise SeedsRefused([entry.problem("iso", what, "code-taken")])
    name = str(values.get("name", region.names[0]))
    aliases = [other for other in (*region.names, *values.get("aliases", ())) if other != name]
    record: Record = {"id": unique_id(name), "name": name, "kind": region.kind.value, "iso": region.code}
    record |= {**values, **({"aliases": aliases} if aliases else {})}
    if region.code == region.country:
        return [record]
    if country := known.get(region.country):
        return [{**record, "parent": country.record["id"]}]
    (above,) = _of_iso(by_code()[region.country], {}, seeds)
    return [above, {**record, "parent": above["id"]}]


def _with_entries(text: str, entries: Sequence[Record], path: Path) -> str:
    """Return the text of a vocabulary's file with entries behind those that it has; raises SeedsRefused."""
    root = YAML(typ="safe", pure=True).compose(text)
    if not isinstance(root, SequenceNode) or root.flow_style:
        raise SeedsRefused(
            [Problem(path, 1, 1, "", "is no list of entries that begin with '- '; expected one", "form")]
        )
    gap = "\n\n" if "\n\n" in text.replace("\r", "") else "\n"
    added = gap.join(indent(_yaml_of(entry), " " * root.start_mark.column).rstrip("\n") for entry in entries)
    line_break = "\r\n" if "\r\n" in text else "\n"
    return text.rstrip() + f"{gap}{added}\n".replace("\n", line_break)


def _yaml_of(entry: Record) -> str:
    """Return an entry as the item of a list in YAML."""
    yaml = YAML()
    yaml.width = 100_000
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    mapping = CommentedMap()
    for key, value in entry.items():
        if isinstance(value, list):
            mapping[key] = CommentedSeq(value)
            mapping[key].fa.set_flow_style()
        else:
            mapping[key] = _PLAIN.get(value, value)
    stream = StringIO()
    yaml.dump([mapping], stream)
    return stream.getvalue()


def _check(folder: Path, file: YamlFile) -> None:
    """Check a vocabulary of which one file is another; raises SeedsRefused with the problems of this file."""
    seeds = check_vocabulary(folder, **{file.path.stem: file})
    faults = faults_between_terms({kind: seeds.entries(kind) for kind in VOCABULARIES}, seeds.mentioned)
    problems = [entry.problem(fault.key, fault.what, fault.name) for entry, fault in faults if entry.file is file]
    if problems:
        raise SeedsRefused(problems)
