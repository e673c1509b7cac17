"""Small invented tables for the import, and what it makes of them."""

import csv
import gzip
import json
from pathlib import Path

from seeds.curated.check import check_seeds
from seeds.staging import Staging
from seeds.tables.file_import import import_files
from seeds.tables.findings import FindingLog
from seeds.tables.mapping import read_mapping
from seeds.tables.starting_terms import stage_starting_terms
from seeds.tables.tabular import identify

TABLES = Path(__file__).parent / "data" / "tables"
MAPPING, UCDP = TABLES / "mapping.yaml", TABLES / "ucdp.csv"
ROW = {
    **{"id": "one", "claim": "", "group": "red", "region": "mali", "source": "A watch", "article": "1"},
    **{"title": "A report", "published": "2020-01-02", "low": "20", "best": "", "high": "30"},
    **{"hedge": "between", "as_of": "2020-01"},
}


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as CSV, gzipped where the name says so."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_ndjson(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


class Outcome:
    """What was staged, and what was found."""

    def __init__(self, folder: Path, *files: Path, mapping: Path | str = MAPPING, seeds: Path | None = None) -> None:
        problems = folder / "problems.ndjson"
        with Staging(folder / "staging") as staging, FindingLog(problems) as log:
            stage_starting_terms(seeds and check_seeds(seeds), read_mapping(str(mapping)), staging)
            documents = [identify(file) for file in files]
            self.imported = import_files(documents, read_mapping(str(mapping)), staging, log, lambda rows, read: None)
            found = staging.connection.execute("SELECT id, record FROM estimates ORDER BY number").fetchall()
            self.estimates = {id_: json.loads(record) for id_, record in found}
            found = staging.connection.execute("SELECT id, record FROM articles").fetchall()
            self.articles = {id_: json.loads(record) for id_, record in found}
            self.vocabularies = staging.vocabularies
        self.findings = [json.loads(line) for line in problems.read_text().splitlines()]

    def named(self, *grades: str) -> dict[str, list[int]]:
        """Return the names of what was found, each with the rows."""
        named: dict[str, list[int]] = {}
        for finding in self.findings:
            if not grades or finding["grade"] in grades:
                named.setdefault(finding["name"], []).append(finding["row"])
        return named
