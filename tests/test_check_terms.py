"""Terms whose codes, places or names do not fit: one change to the good seeds, and the problem that is named."""

import pytest
from changed_seeds import FIRST, GROUPS, INDICATORS, REGIONS, SOURCES, ChangedSeeds

from seeds.rules.look_alikes import skeleton
from seeds.rules.registries import fault_of_language, faults_of_code

pytestmark = pytest.mark.slow  # each loads a folder of seeds

BORNO = "{id: borno, name: Borno, kind: admin1, iso: NG-BO, parent: nigeria}"

# (file, what stands there, what is put in its place, the only problem)
BROKEN = [
    (REGIONS, "iso: TD", "iso: NE", "regions.yaml: [3].iso: 'NE' is the code of Niger; expected TD"),
    (REGIONS, "iso: TD", "iso: QQ", "regions.yaml: [3].iso: 'QQ' is no code of ISO 3166; expected TD"),
    (REGIONS, "iso: NG-BO", "iso: NG-XX", "regions.yaml: [1].iso: 'NG-XX' is no code of ISO 3166; expected NG-BO"),
    (REGIONS, "iso: NG-BO", "iso: NG-LA", "regions.yaml: [1].iso: 'NG-LA' is the code of Lagos; expected NG-BO"),
    (REGIONS, "iso: null, parent: borno", "iso: NG-ZZ, parent: borno", "regions.yaml: [2].iso: 'NG-ZZ' is no code of ISO 3166; expected one that is, such as IQ or IQ-AN"),
    (REGIONS, BORNO, BORNO.replace("parent: nigeria", "parent: chad"), "regions.yaml: [1].parent: 'chad' is in TD, and NG-BO in NG; expected a region of NG"),
    (REGIONS, "iso: null, parent: borno", "iso: TD-ND, parent: borno", "regions.yaml: [2].parent: 'borno' is in NG, and TD-ND in TD; expected a region of TD"),
    (REGIONS, "members: [nigeria, chad]", "members: [nigeria, borno]", "regions.yaml: [4].members[1]: 'borno' lies in the member 'nigeria'; expected members that are apart"),
    (REGIONS, "members: [nigeria, chad]", "members: [maiduguri, nigeria]", "regions.yaml: [4].members[0]: 'maiduguri' lies in the member 'nigeria'; expected members that are apart"),
    (REGIONS, "members: [nigeria, chad]", "members: [chad, chad]", "regions.yaml: [4].members[1]: 'chad' stands twice; expected each member once"),
    (GROUPS, "name: Beta Front", "name: Beta Front\n  aliases: [Álphas]", "groups.yaml: [1].aliases: 'Álphas' looks like 'Alphas', which stands for 'alpha-front'; expected a name of its own"),
    (GROUPS, "name: Beta Front", "name: Beta Front\n  aliases: [\u0410lph\u0430s]", "groups.yaml: [1].aliases: '\u0410lph\u0430s' looks like 'Alphas', which stands for 'alpha-front'; expected a name of its own"),
    (SOURCES, "A trader from the lake", "The \u0430rmy", "sources.yaml: [1].name: 'The \u0430rmy' looks like 'The army', which stands for 'army'; expected a name of its own"),
    (FIRST, "language: en", "language: xx", "2020-01-day-first.yaml: language: 'xx' is no language of ISO 639; expected one that is, such as en"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "problem"), BROKEN)
def test_a_term_that_does_not_fit_is_refused(tmp_path, name, old, new, problem):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(name, old, new)
    assert seeds.problems() == [problem]


def test_an_unknown_currency_is_refused(tmp_path):
    seeds = ChangedSeeds(tmp_path)
    seeds.add(INDICATORS, "- {id: cash, name: Cash, definition: Money., unit: XQZ, kind: stock}\n")
    (problem,) = seeds.problems()
    assert problem.startswith(
        "indicators.yaml: [4].unit: 'XQZ' is no currency of ISO 4217; expected one that is, such as"
    )
    seeds.change(INDICATORS, "unit: XQZ", "unit: SYP")
    assert seeds.problems() == []


def test_a_wrong_code_is_no_reason_to_refuse_what_lies_in_the_region(tmp_path):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(REGIONS, "iso: NG,", "iso: NE,")
    assert seeds.problems() == ["regions.yaml: [0].iso: 'NE' is the code of Niger; expected NG"]


def test_a_combined_region_may_lie_in_another(tmp_path):
    seeds = ChangedSeeds(tmp_path)
    seeds.add(REGIONS, "- {id: niger, name: Niger, kind: country, iso: NE}\n")
    seeds.add(REGIONS, "- {id: basin, name: The basin, kind: combined, iso: null, members: [lake-chad, niger]}\n")
    assert seeds.problems() == []
    seeds.change(REGIONS, "[lake-chad, niger]", "[lake-chad, niger, chad]")
    what = "'chad' lies in the member 'lake-chad'; expected members that are apart"
    assert seeds.problems() == [f"regions.yaml: [7].members[2]: {what}"]


def test_an_id_that_is_not_there_says_nothing_of_other_reports(tmp_path):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(FIRST, "claim: strength\n    group: beta-front", "claim: strength\n    group: zeta-front")
    assert seeds.problems() == [
        "2020-01-day-first.yaml: estimates[4].group: 'zeta-front' is not in groups.yaml; expected beta-front, or add it there"
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("arny", "expected army"), ("witnes", "expected witness"), ("navy", "expected one of army, witness"), ("the-army-of-the-lake", "expected one of army, witness")],
)  # fmt: skip
def test_only_an_id_that_may_be_misspelt_gets_a_suggestion(tmp_path, written, expected):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(FIRST, "source: army", f"source: {written}")
    (problem,) = seeds.problems()
    assert problem.endswith(f"{written!r} is not in sources.yaml; {expected}, or add it there")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("Iraq", "IQ"), ("Republic of Iraq", "IQ"), ("Syria", "SY"), ("Russia", "RU"), ("IRQ", "IQ")),
        *(("Democratic Republic of Congo", "CD"), ("Borno State", "NG-BO"), ("Georgia", "US-GA"), ("Georgia", "GE")),
        *(("Niger", "NG-NI"), ("Niger", "NE"), ("Kosovo", "XK"), ("Ivory Coast", "CI"), ("Luxembourg", "LU")),
        *(("Anbar", "IQ-AN"), ("Al Anbar", "IQ-AN"), ("Ninawa", "IQ-NI"), ("Nowhere", None)),
    ],
)
def test_the_code_of_a_region_is_right(name, code):
    assert list(faults_of_code({"id": "x", "name": name, "iso": code, "aliases": []})) == []


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [("Iraq", "IR", "IQ"), ("Iraq", "SY-HI", "IQ"), ("Sudan", "SS", "SD"), ("Guinea", "GW", "GN"), ("Borno", "NG", "NG-BO"), ("Niger", "NG", "NE or NG-NI")],
)  # fmt: skip
def test_the_code_of_a_region_is_another_s(name, code, expected):
    (fault,) = faults_of_code({"id": "x", "name": name, "iso": code, "aliases": []})
    assert (fault.name, fault.what.partition("; ")[2]) == ("code-of-another", f"expected {expected}")


@pytest.mark.parametrize(
    "tag", ["en", "en-US", "en-us", "zh-Hans", "sr-Latn-RS", "fil", "de-1996", "es-419", "ar", "kmr"]
)
def test_a_language_of_the_registry_passes(tag):
    assert fault_of_language(tag) is None


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("xx", "expected one that is, such as en"),
        ("eng", "expected en"),
        ("spa-MX", "expected es-MX"),
        ("en-UK", "expected one that is, such as US"),
        ("ar-Arap", "expected one that is, such as Latn"),
        ("en-x", "expected one such as en or pt-BR"),
    ],
)
def test_a_language_that_does_not_exist_is_refused(tag, expected):
    assert fault_of_language(tag).what.endswith(f"; {expected}")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(
            ("Daesh", "Dáesh"),
            ("Daesh", "D\u0430esh"),
            ("ISIS", "\u0406\u0405\u0406\u0405"),
            ("isis", "\u0406\u0405IS"),
        ),
        *(("Boko", "\u0412\u041e\u041a\u041e"), ("Ansar", "\u0391nsar"), ("Łódź", "Lodz"), ("Al Hamra", "Al Ḩamrā")),
        *(("Da'esh", "Da\u2019esh"), ("Niger", "N\u0131ger"), ("Straße", "STRASSE"), ("Iraq", "\U0001d408raq")),
    ],
)
def test_names_look_alike(first, second):
    assert skeleton(first) == skeleton(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("IS", "1S"),
        ("Mali", "Malawi"),
        ("Brigade 1", "Brigade I"),
        ("داعش", "حماس"),
        ("Россия", "Rossia"),
        ("Fern", "Fem"),
    ],
)
def test_names_that_differ_do_not_look_alike(first, second):
    assert skeleton(first) != skeleton(second)
