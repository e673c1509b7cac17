"""The good seeds with one change, and the problems that the change makes."""

import shutil
from pathlib import Path

from hostile import GOOD

from seeds.curated.check import check_seeds
from seeds.problems import SeedsRefused

FIRST, SECOND = "articles/2020-01-day-first.yaml", "articles/2020-03-unknown-second.yaml"
GROUPS, INDICATORS, REGIONS, SOURCES = (
    f"vocabulary/{kind}.yaml" for kind in ("groups", "indicators", "regions", "sources")
)


class ChangedSeeds:
    """A copy of the good seeds in a folder; `documents` is the folder of their documents, where they are compared."""

    def __init__(self, folder: Path, documents: Path | None = None) -> None:
        self.folder = shutil.copytree(GOOD, folder / "seeds")
        self.documents = documents

    def change(self, name: str, old: str, new: str) -> None:
        """Put a text in the place of another, which has to stand in the file."""
        file = self.folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def add(self, name: str, text: str) -> None:
        """Add text to the end of a file, or as a new file."""
        file = self.folder / name
        file.write_text((file.read_text() if file.exists() else "") + text)

    def problems(self) -> list[str]:
        """Return the problems, without the folder, line and column."""
        try:
            check_seeds(self.folder, self.documents)
        except SeedsRefused as refused:
            return [f"{problem.file.name}: {problem.place}: {problem.what}" for problem in refused.problems]
        return []
