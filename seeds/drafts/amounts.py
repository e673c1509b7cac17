"""What a number counts that is not of people: a share of land or of people, money, or things."""

import re
from collections.abc import Mapping

from schema.subjects.names import Indicator
from schema.terms import Hedge
from seeds.drafts.nouns import BESIDE, GROUPS_OWN, LEADERS, NEAR
from seeds.drafts.people import People
from seeds.drafts.surroundings import Surroundings
from seeds.drafts.topic import Counted, Topic

_OF = re.compile(r"\s*of\s")
_WHOLE = re.compile(r"\bof\s+(?:the|its|[^\W\d_]+['\u2019]s)(?:\s+country['\u2019]s)?\s+$")
"""What stands before the number of all: "nine of the 18 provinces"."""
_STOP = re.compile(r"[;.:]")
_FATES = ("death", "removed", "capture")


def share_of(part: Surroundings, topic: Topic, share: Counted | None, other_noun: int) -> Counted | None:
    """Return what a share is of: land, or people of whom an earlier number or the noun tells.

    `share` is the figure right before it, if that is a share too; `other_noun` is where the last number ends that
    counts something else.
    """
    start = part.quantity.end
    stop = _STOP.search(part.written, start, part.right)
    end = min(stop.start() if stop else part.right, start + NEAR)
    is_of = _OF.match(part.written, start) is not None
    regions = is_of and any(start <= each.start <= start + BESIDE for each in part.named("region"))
    if (regions or part.has(start, end, "land")) and part.has(part.first, part.last, "ruled"):
        return Counted("territory_share", "tells a part of the land", sure=not regions)
    if is_of and part.has(start, end, "ratio"):
        return Counted("fighters_ratio", "compares with an earlier number", sure=False)
    if share and part.left > part.first:
        indicator = share.indicator if share.indicator == "territory_share" else None
        return Counted(indicator, "follows another share", sure=False)
    own = [each.kind for each in (*part.people_in(start, end), part.people) if each and _is_own(each.kind, part, topic)]
    is_other = other_noun > max(topic.place, part.first - 1)
    is_behind = bool(topic.counted) and topic.place >= part.first and part.event is not None
    if not own and not (is_of and part.has(start, end, "whole")) and (is_other or not (part.is_part or is_behind)):
        return None
    if part.event and part.event.role in _FATES:
        return Counted("removed_share", "tells which part was killed or captured", sure=False)
    if own[:1] == ["fighters"] and topic.counted and topic.counted.indicator == "members":
        return Counted("fighters_share", "tells which part are fighters", sure=True)
    return Counted(None, "tells a part of those who were counted", sure=False)


def _is_own(role: str, part: Surroundings, topic: Topic) -> bool:
    """Return whether people of a role are the group's; "men" are, where the text speaks of it."""
    return role in (*GROUPS_OWN, LEADERS) or (role == "people" and (part.names_group or topic.role in GROUPS_OWN))


def most_of(people: People) -> Counted | None:
    """Return what words such as "most fighters" or "a handful of militants" count."""
    part, quantity = people.part, people.quantity
    if part.people is None or part.people.kind not in GROUPS_OWN or quantity.hedge is not Hedge.VAGUE:
        return None
    if part.has(quantity.start, quantity.end, "handful"):
        return people.of_role(part.people.kind)
    if part.has(quantity.start, quantity.end, "most") and part.has(part.ends, part.last, *_FATES):
        return Counted("removed_share", "tells that most were killed or captured", sure=True)
    return None


def money_of(part: Surroundings) -> Counted | None:
    """Return the group's reserves, if the sentence speaks of money that it has and not of what it pays."""
    start, end = max(part.left, part.begins - NEAR), min(part.right, part.quantity.end + NEAR)
    if not part.has(part.first, part.last, "reserves") or part.has(start, end, "spent"):
        return None
    indicator = "cash_reserves" if part.quantity.unit == "USD" else None
    return Counted(indicator, "tells of money that is held", sure=True)


def things_of(unit: str, indicators: Mapping[str, Indicator]) -> Counted | None:
    """Return what a number of things counts, such as square kilometres: the only indicator of their unit, if any."""
    of_unit = [id_ for id_, indicator in indicators.items() if indicator.unit == unit]
    return Counted(of_unit[0], f"counts {unit}", sure=False) if len(of_unit) == 1 else None


def provinces_of(part: Surroundings) -> Counted | None:
    """Return the provinces in which the group is, if the sentence says that it is there."""
    if part.has(part.first, part.last, "presence") and not _WHOLE.search(part.written, part.first, part.begins):
        return Counted("provinces_present", "tells of provinces where it is present", sure=False)
    return None
