"""Estimates that nobody made, the same each time: as CSV, as an SQLite file, and what to ask of them."""

import csv
import datetime
import itertools
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

COLUMNS = (
    "id group indicator region parent_region source source_kind article title publisher published "
    "low best high hedge as_of wording summary"
).split()
INDICATORS = "fighters killed wounded detained displaced defectors recruits hostages returnees commanders deserters spies".split()
KINDS = "government military intelligence coalition intergovernmental ngo analyst media".split()
COMMON = "fighters the of and in said officials near group area".split()
HEADS, TAILS = "b d f g h k l m n r s t v z br dr kh sh".split(), "an er is ol ut ai em od ar in ek us".split()
MOST_QUESTIONS = 600


def rows(count: int) -> Iterator[dict[str, str]]:
    """Yield rows of the CSV; few regions, groups and words make up most of them, as in the news."""
    chance = random.Random(20140629)  # noqa: S311 (the same each time)
    names = ["".join(parts) for parts in itertools.product(HEADS, TAILS, HEADS, TAILS)]
    chance.shuffle(names)
    regions = [(f"country-{one % 40}-{name}", f"country-{one % 40}") for one, name in enumerate(names[:260])]
    groups, vocabulary = [f"group-{name}" for name in names[:40]], [*COMMON, *names[:4000]]
    often = list(itertools.accumulate(1 / (one + 1) for one in range(len(vocabulary))))

    def pick(from_: list, times: int = 1) -> list:
        return chance.choices(from_, cum_weights=often[: len(from_)], k=times)

    for number in range(count):
        (region, parent), (indicator,), (group,) = *pick(regions), pick(INDICATORS), pick(groups)
        article, source = chance.randrange(max(1, count // 10)), chance.randrange(max(1, count // 200))
        published = datetime.date(2010, 1, 1) + datetime.timedelta(article * 7919 % 5800)
        as_of = str(published - datetime.timedelta(chance.randrange(400)))[: chance.choice([10, 10, 10, 7])]
        yield {
            **{"id": f"{region}-{as_of[:4]}-{number:x}", "group": group, "indicator": indicator},
            **{"region": region, "parent_region": parent, "as_of": as_of},
            **{"source": f"source-{source}", "source_kind": KINDS[source % len(KINDS)]},
            **{"article": f"article-{article}", "title": f"Report {article} from {names[article % len(names)]}"},
            **{"publisher": f"Paper {article % 97}", "published": str(published)},
            **_figure(chance),
            "summary": f"{' '.join(pick(vocabulary, 14)).capitalize()}.",
        }


def _figure(chance: random.Random) -> dict[str, str]:
    number = int(chance.lognormvariate(6, 2)) + 2
    hedge, words, keys = chance.choice(
        [
            ("none", "{}", "low best high"),
            ("approximately", "about {}", "best"),
            ("up_to", "up to {}", "high"),
            ("fewer_than", "fewer than {}", "high"),
            ("at_least", "at least {}", "low"),
            ("more_than", "more than {}", "low"),
            ("between", "between {} and {}", "low high"),
        ]
    )
    ends = [number, number + number // 3 + 1] if hedge == "between" else [number] * 3
    said = dict(zip(keys.split(), map(str, ends), strict=False))
    wording = words.format(*(f"{one:,}" for one in ends)) + " people"
    return {"low": "", "best": "", "high": ""} | said | {"hedge": hedge, "wording": wording}


def write_csv(path: Path, count: int) -> None:
    """Write that many estimates."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count))


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Yield the estimates again."""
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def write_sqlite(path: Path, table: Path) -> None:
    """Write the estimates of a CSV file as a table with the indexes that the questions need; Datasette serves it."""
    with sqlite3.connect(path) as database:
        kinds = ", ".join(f'"{key}" {"integer" if key in ("low", "best", "high") else "text"}' for key in COLUMNS)
        database.execute(f"create table estimates ({kinds})")
        values = ([row[key] or None for key in COLUMNS] for row in read_csv(table))
        database.executemany(f"insert into estimates values ({', '.join('?' * len(COLUMNS))})", values)  # noqa: S608
        for keys in ("id", "as_of, id", "region, indicator, as_of, id", "region, as_of"):
            database.execute(f"create index 'by {keys}' on estimates ({keys})")
        found = "wording, summary, title, source, region, content=estimates"
        database.execute(f"create virtual table words using fts5({found})")
        database.execute("insert into words(words) values ('rebuild')")
        database.execute("analyze")
    database.close()


def questions(table: Path, count: int) -> dict[str, list[dict[str, str]]]:
    """Return what each shape asks for: many different values, drawn from the estimates of a CSV file."""
    chance, pairs, words, ids = random.Random(7), Counter(), Counter(), []  # noqa: S311
    for number, row in enumerate(read_csv(table)):
        pairs[row["region"], row["indicator"]] += 1
        if number % max(1, count // 5000) == 0:
            ids.append(row["id"])
            words.update(row["summary"][:-1].lower().split())
    chance.shuffle(ids)
    filters = [
        {"region": region, "indicator": indicator} for (region, indicator), _ in pairs.most_common(MOST_QUESTIONS)
    ]
    rare = [word for word, _ in words.most_common()][len(COMMON) * 4 :]
    return {
        "point": [{"id": one} for one in ids],
        "filter": chance.sample(filters, len(filters)),
        "filter_hot": filters[:1],
        "search": [{"q": one} for one in chance.sample(rare, min(len(rare), MOST_QUESTIONS))],
        "years": [{"region": one} for one in dict.fromkeys(pair["region"] for pair in filters)],
        "series": chance.sample(filters, len(filters)),
        "deep": [{"id": one} for one in ids[:MOST_QUESTIONS]],
    }


def draft(table: Path) -> str:
    """Return a text of about 1,000 words with a number in every sentence, each of an estimate of a CSV file."""
    sentences = []
    for row in itertools.islice(read_csv(table), 0, 50 * 200, 200):
        figure = row["wording"].removesuffix(" people")
        sentences.append(
            f"Officials who spoke to reporters in the capital said that in {row['region']} {figure} {row['indicator']} "
            f"of {row['group']} were counted."
        )
    return " ".join(sentences)
