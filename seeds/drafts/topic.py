"""What a number without a noun refers to: the people who were counted, named or asked for before it."""

from dataclasses import dataclass, replace

from seeds.drafts.nouns import GROUPS_OWN
from seeds.drafts.surroundings import Surroundings
from seeds.drafts.words import sentence_around

TOPIC_LASTS = 800
"""Characters behind a figure in which a number without a noun may refer to it."""


@dataclass(frozen=True)
class Counted:
    """What a number counts: an indicator, or None where it is a figure of one that cannot be told; and why.

    `sure`: it was told by the words at the number itself.
    """

    indicator: str | None
    because: str
    sure: bool


@dataclass(frozen=True)
class Topic:
    """The people who were counted or named last: their role, the place in the text, and what was counted of them."""

    role: str | None = None
    place: int = -TOPIC_LASTS
    counted: Counted | None = None


def topic_at(part: Surroundings, last: Topic, other_noun: int) -> Topic:
    """Return the topic at a number: the group's people who are named before it, or the last topic.

    `other_noun` is where the last number ends that counts something else.
    """
    start = max(last.place, part.begins - TOPIC_LASTS, other_noun)
    named = [each for each in part.people_in(start, part.begins) if each.kind in GROUPS_OWN]
    if named and named[-1].kind == last.role:
        return replace(last, place=named[-1].end)
    if named:
        return Topic(named[-1].kind, named[-1].end)
    if part.names_group and last.role not in GROUPS_OWN:
        people = [each for each in part.people_in(max(start, part.first), part.begins) if each.kind == "people"]
        if people:
            return Topic("fighters", people[-1].end)
    questions = part.words.within(start, part.begins, "how_many")
    if questions and (topic := _asked(part, questions[-1].start)):
        return topic
    return last if part.begins - last.place <= TOPIC_LASTS else Topic()


def _asked(part: Surroundings, place: int) -> Topic | None:
    """Return what the question "how many" at a place asks for, if it is people."""
    sentence = sentence_around(part.text, place, place)
    people = [each.kind for each in part.people_in(*sentence) if each.kind in (*GROUPS_OWN, "people")]
    if not people or part.has(*sentence, "things"):
        return None
    if part.has(*sentence, "death", "wounded", "taken"):
        return Topic("people", sentence[1])
    return Topic(people[-1] if people[-1] in GROUPS_OWN else "fighters", sentence[1])
