"""The command `headcount vocabulary add`, and the regions of ISO 3166 that it knows."""

import pytest
from changed_seeds import GROUPS, REGIONS, SOURCES, ChangedSeeds
from click.testing import CliRunner

from api.cli import main
from seeds.curated.check import check_seeds
from seeds.iso_regions import UnknownRegionError, iso_region

pytestmark = pytest.mark.slow  # ISO 3166 takes half a second


@pytest.fixture
def add(tmp_path):
    seeds = ChangedSeeds(tmp_path)

    def run(*words, answer=None):
        before = {path: path.read_bytes() for path in seeds.folder.rglob("*.yaml")}
        result = CliRunner().invoke(main, ["vocabulary", "add", *words, "--into", str(seeds.folder)], input=answer)
        after = {path: path.read_bytes() for path in seeds.folder.rglob("*.yaml")}
        changed = {
            path.name: after[path].removeprefix(before[path]).decode() for path in after if after[path] != before[path]
        }
        return result, changed

    run.seeds = seeds
    return run


def test_a_country_is_added_with_its_codes_and_names(add):
    result, changed = add("region", "iraq", "--yes")
    entry = "- id: iraq\n  name: Iraq\n  kind: country\n  iso: IQ\n  aliases: [IRQ, Republic of Iraq]\n"
    assert result.exit_code == 0, result.output
    assert changed == {"regions.yaml": entry}
    assert "+- id: iraq" in result.output
    assert check_seeds(add.seeds.folder)


def test_a_part_lies_in_its_country_which_is_added_if_it_is_not_there(add):
    _, changed = add("region", "NG-LA", "--yes")
    assert changed["regions.yaml"].endswith("iso: NG-LA\n  parent: nigeria\n")
    _, changed = add("region", "al anbar", "--yes")
    assert changed["regions.yaml"].startswith("- id: iraq\n")
    assert "- id: al-anbar\n  name: Al Anbār\n" in changed["regions.yaml"]
    assert changed["regions.yaml"].endswith("iso: IQ-AN\n  aliases: [Al Anbar]\n  parent: iraq\n")
    assert check_seeds(add.seeds.folder)


def test_a_name_of_ones_own_keeps_the_others_as_aliases(add):
    _, changed = add("region", "IQ-NI", "name=Nineveh", "aliases=Mosul and around", "--yes")
    assert "- id: nineveh\n  name: Nineveh\n" in changed["regions.yaml"]
    assert "aliases: [Nīnawá, Ninawa, Mosul and around]" in changed["regions.yaml"]


@pytest.mark.parametrize(
    ("words", "file", "entry"),
    [
        (
            ("region", "Lake town", "kind=city", "iso=null", "parent=chad"),
            "regions.yaml",
            "- id: lake-town\n  name: Lake town\n  kind: city\n  iso: null\n  parent: chad\n",
        ),
        (
            (
                "group",
                "Gamma: the front",
                "id=gamma",
                "definition=Who fights.",
                "parents=alpha-front",
                "aliases=G",
                "aliases=no",
            ),
            "groups.yaml",
            "\n- id: gamma\n  name: 'Gamma: the front'\n  definition: Who fights.\n"
            "  parents: [alpha-front]\n  aliases: [G, no]\n",
        ),
        (
            ("indicator", "Land", "definition=Land that is held.", "unit=km2", "kind=stock"),
            "indicators.yaml",
            "- id: land\n  name: Land\n  definition: Land that is held.\n  unit: km2\n  kind: stock\n",
        ),
        (
            ("source", "Ministry", "kind=government", "organisation=null", "anonymous=false"),
            "sources.yaml",
            "- id: ministry\n  name: Ministry\n  kind: government\n  organisation: null\n  anonymous: false\n",
        ),
    ],
)
def test_an_entry_has_the_keys_that_are_given(add, words, file, entry):
    result, changed = add(*words, "--yes")
    assert result.exit_code == 0, result.output
    assert changed == {file: entry}
    assert check_seeds(add.seeds.folder)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("region", "NE", "name=Chad"), "'chad' is taken, by regions.yaml:"),
        (("region", "nigeria"), "NG is there already, 'nigeria'; expected a region that is not"),
        (("region", "NG-BO"), "NG-BO is there already, 'borno'"),
        (("region", "georgia"), "'georgia' has several meanings; expected the code of one: GE (Georgia); US-GA ("),
        (("region", "congo"), "CD (Congo - Kinshasa); CG (Congo - Brazzaville)"),
        (("region", "irak"), "'irak' is not in ISO 3166; expected the code of one like it: "),
        (("region", "anbar"), "IQ-AN (Al Anbār, Iraq)"),
        (("region", "xyzzy"), "expected a country, or a part of one, such as IQ-AN"),
        (("region", "Town", "kind=city", "iso=null", "parent=mali"), "'mali' is not in regions.yaml"),
        (("group", "alphas", "definition=x"), "'alphas' also stands for 'alpha-front'"),
        (("group", "Gamma"), "definition: is missing; expected text"),
        (("group", "Gamma", "colour=red"), "colour: is not a key here"),
        (("group", "Gamma", "definition"), "'definition' is refused; expected KEY=VALUE"),
        (("group", "Gamma", "definition=x", "definition=y"), "'definition=y' is refused; expected KEY=VALUE, each key"),
        (("indicator", "Land", "definition=x", "unit=XQZ", "kind=stock"), "'XQZ' is no currency of ISO 4217"),
    ],
)
def test_what_check_would_refuse_is_not_written(add, words, problem):
    result, changed = add(*words, "--yes")
    assert (result.exit_code != 0, changed) == (True, {})
    assert problem in result.output


def test_nothing_is_written_twice_or_without_a_yes(add):
    _, changed = add("region", "mali", answer="n\n")
    assert changed == {}
    _, changed = add("region", "mali", answer="y\n")
    assert list(changed) == ["regions.yaml"]
    result, changed = add("region", "mali", "--yes")
    assert (result.exit_code, changed) == (1, {})


def test_comments_and_line_breaks_stay(add):
    path = add.seeds.folder / GROUPS
    path.write_bytes(b"# The groups.\r\n" + path.read_bytes().replace(b"\n", b"\r\n") + b"# The end.\r\n")
    _, changed = add("group", "Gamma", "definition=x", "--yes")
    assert changed["groups.yaml"].endswith("- id: gamma\r\n  name: Gamma\r\n  definition: x\r\n")
    assert "\n" not in path.read_bytes().decode().replace("\r\n", "")
    (add.seeds.folder / SOURCES).write_text("[]\n")
    (add.seeds.folder / REGIONS).write_text("[{id: a, name: A, kind: area, iso: null}]\n")
    result, _ = add("region", "mali", "--yes")
    assert "an empty list is refused; expected a list of sources" in result.output


def test_a_list_in_one_line_is_refused(add):
    path = add.seeds.folder / GROUPS
    path.write_text("[{id: alpha-front, name: Alpha, definition: x}]\n")
    result, changed = add("group", "Gamma", "definition=x", "--yes")
    assert "is no list of entries that begin with '- '; expected one" in result.output
    assert changed == {}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Iraq", "IQ"),
        ("irq", "IQ"),
        ("Republic of Iraq", "IQ"),
        ("Burma", "MM"),
        ("borno", "NG-BO"),
        ("iq-an", "IQ-AN"),
    ],
)
def test_a_region_is_found_by_its_names_and_codes(name, code):
    assert iso_region(name).code == code


def test_a_part_of_a_part_is_none():
    with pytest.raises(UnknownRegionError, match="'FR-75C' is not in ISO 3166"):
        iso_region("FR-75C")
