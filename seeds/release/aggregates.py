"""The serving tables of a release, which SQL computes from its other tables."""

from itertools import combinations

from schema.tables import AFTER_ALL, ANY, ANY_YEAR, BEFORE_ALL, FIRST_PAGE, LEAST_LISTED

_WITHIN = "closures ON kind = 'region' AND relation = 'within' AND part_position"
"""The start of a join of a region with each region that it lies in, itself included, as `whole_position`."""

_REGION_ESTIMATES = f"""
INSERT INTO region_estimates
SELECT whole_position, indicator_position, position FROM estimates CROSS JOIN {_WITHIN} = region_position
UNION ALL
SELECT whole_position, {ANY}, position FROM estimates CROSS JOIN {_WITHIN} = region_position
ORDER BY 1, 2, 3
"""  # noqa: S608 (a number)

_FIRST_POSITIONS = f"""
SELECT position FROM region_estimates AS listed
WHERE listed.region_position = list.region_position AND listed.indicator_position = list.indicator_position
ORDER BY position LIMIT {FIRST_PAGE}
"""  # noqa: S608 (a number)
_FIRST_PAGES = f"""
INSERT INTO first_pages
SELECT region_position, indicator_position, (
    SELECT group_concat(json, char(10)) FROM (
        SELECT json FROM ({_FIRST_POSITIONS}) JOIN estimates_rendered USING (position) ORDER BY position
    )
)
FROM (
    SELECT region_position, indicator_position FROM region_estimates GROUP BY 1, 2 HAVING count(*) > {LEAST_LISTED}
) AS list ORDER BY 1, 2
"""  # noqa: S608 (numbers)

_SERIES_ROLLUP = f"""
INSERT INTO series_rollup
SELECT indicator_position, region_position, group_position,
       coalesce(CAST(substr(as_of_start, 1, 4) AS INTEGER), {BEFORE_ALL}),
       coalesce(CAST(substr(as_of_end, 1, 4) AS INTEGER), {AFTER_ALL}),
       count(*), count(coalesce(low, best, high)), count(CASE claim_rank WHEN 0 THEN 1 END)
FROM estimates GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""  # noqa: S608 (numbers)

_CLOSED_SERIES = f"""
CREATE TEMP TABLE closed_series AS
WITH years AS (
    SELECT nullif(first_year, {BEFORE_ALL}) AS year FROM series_rollup
    UNION SELECT nullif(last_year, {AFTER_ALL}) FROM series_rollup
)
SELECT region_position AS region, group_position AS "group", indicator_position AS indicator,
       CASE first_year WHEN {BEFORE_ALL} THEN (SELECT min(year) FROM years) ELSE first_year END AS since,
       CASE last_year WHEN {AFTER_ALL} THEN (SELECT max(year) FROM years) ELSE last_year END AS until,
       estimates
FROM series_rollup
"""  # noqa: S608 (numbers)
"""`series_rollup`, in which the first or the last year of the dataset closes an open side of an as_of."""
_YEARS = """
CREATE TEMP TABLE years AS
WITH RECURSIVE years (year, last) AS (
    SELECT min(since), max(until) FROM closed_series
    UNION ALL SELECT year + 1, last FROM years WHERE year < last
)
SELECT year FROM years
"""
_KEYS = ("region", "group", "indicator")


def statements() -> list[str]:
    """Return the statements that fill the serving tables, each after those whose tables it reads."""
    return [_REGION_ESTIMATES, _FIRST_PAGES, _SERIES_ROLLUP, *_estimate_counts()]


def _estimate_counts() -> list[str]:
    """Return the statements that count by every subset of region, group and indicator, and by year with two at most."""
    choices = [keys for size in range(len(_KEYS) + 1) for keys in combinations(_KEYS, size)]
    counts = [_count(keys) for keys in choices]
    counts += [_count(keys, by_year=True) for keys in choices if len(keys) < len(_KEYS)]
    return [_CLOSED_SERIES, _YEARS, *counts, "DROP TABLE temp.closed_series", "DROP TABLE temp.years"]


def _count(keys: tuple[str, ...], *, by_year: bool = False) -> str:
    """Return the statement that counts by some keys, summed over the others; a region includes all within it."""
    summed_by = [f'"{key}"' for key in keys] + (["since", "until"] if by_year else [])
    columns = {key: f'"{key}"' if key in keys else str(ANY) for key in _KEYS}
    joins = ""
    if "region" in keys:
        columns["region"] = "whole_position"
        joins += f" CROSS JOIN {_WITHIN} = region"
    if by_year:
        joins += " JOIN temp.years ON year BETWEEN since AND until"
    selected = [*columns.values(), "year" if by_year else str(ANY_YEAR)]
    grouped_by = [column for column in selected if not column.lstrip("-").isdigit()]
    # The sum comes before the join, so that few rows are joined. Without a column it is grouped by a constant, so that
    # an empty dataset gives no row instead of a null.
    summed = (
        f"SELECT {', '.join([*summed_by, 'sum(estimates) AS estimates'])} FROM temp.closed_series "  # noqa: S608
        f"GROUP BY {_list(summed_by)}"
    )
    return (
        f"INSERT INTO estimate_counts SELECT {', '.join(selected)}, sum(estimates) FROM ({summed}){joins} "  # noqa: S608
        f"GROUP BY {_list(grouped_by)} ORDER BY 1, 2, 3, 4"
    )


def _list(columns: list[str]) -> str:
    return ", ".join(columns) or "NULL"
