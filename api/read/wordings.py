"""Words around the numbers of a text that keep a reader from taking a number for what somebody said.

A sentence can hold the right number and the right names, and yet say something else: of another group, of a part of the
country, as a question. The patterns here find such words. They are few and short, and err to the side of doubt.
"""

import re
from collections.abc import Iterator


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MARK = re.compile(
    r"""[;:()\u2013\u2014]|,(?=\s)|(?<=,\s)(?:and|but|or|und|et|y)\b|\b(?:
    said|says|say|told|that|when|while|where|who|which|whereas|unlike|but|because|although|than|instead|
    sagte|sagten|dass|während|wo|aber|weil|als|statt|que|qui|dont|mais|selon|contrairement|pero|mientras|donde|según
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_NAME = r"[^\W\d_a-z]\w*(?:['\u2019-]\w+)*"
"""A word that begins with a capital, or with a letter of a script that has none."""
_NAMES = rf"{_NAME}(?:\s+{_NAME})*"
_ELSEWHERE = re.compile(
    rf"\b[Ii](?:n|nside|nto)\s+(?:the\s+)?({_NAMES})"
    rf"|\b(?:across|throughout|near|outside|around|en|au|aux|dans)\s+(?:the\s+|la\s+|le\s+)?({_NAMES})"
)
_BESIDE_PLACE = re.compile(
    rf"(?:,\s+{_NAME}){{0,5}},?\s+(?:and|or|und|oder|et|ou|y|o)\s+(?:(?:in|en|im)\s+)?(?!the\b|in\b|it\b)({_NAME})"
)
_PART_OF_PLACE = re.compile(
    r"""(?:\b(?:north|south|east|west|central|upper|lower|rural|nord|süd|ost|west|zentral)\w*(?:\s+and\s+\w+)?|
    \bparts?\s+of|\bnear|\boutside|\baround|\bpartie\s+de|\bTeilen?\s+von|
    \b(?:border|borders)\s+(?:with|of))\s+(?:the\s+|l')?$""",
    re.VERBOSE | re.IGNORECASE,
)
_WITH_OTHERS = re.compile(
    rf"\s+(?:and|or|und|et|y)\s+(?:its\b|their\b|the\b|other\b|al-|{_NAME})|['\u2019]s\s+(?:rival|enem|all|foe|opponent)"
)
_BEFORE_COUNTED = re.compile(rf"({_NAME}(?:\s+{_NAME})*)[\s-]+$")
_BEHIND_COUNTED = re.compile(rf"\s+(?:of|from|des|der|du|de|von|del)\s+(?:the\s+|la\s+|los\s+)?({_NAMES}|\w+)")
_THE_SAME = _set(
    """group groups organisation organization movement network jihadist extremist terror terrorist militant so them
    whom these those its their a an gruppe organisation groupe grupo caliphate which"""
)
"""Words that stand for a group that is named elsewhere: "members of the group"."""
_CALENDAR = _set(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter
    januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
    frühjahr sommer herbst
    i"""
)
_SUPPOSED = re.compile(
    r"""\?|\b(?:
    if|unless|whether|false|falsely|untrue|wrong|wrongly|deny|denies|denied|dismissed|rejected|rumou?rs?|supposing|
    imagine|myth|hoax|fake|fiction\w*|novel|exaggerat\w*|too\s+(?:high|low|large|small)|overestimat\w*|underestimat\w*|
    no\s+(?:proof|evidence)|instead\s+of|rather\s+than|contrary\s+to|not\s+true|
    wenn|falls|ob|falsch|bestritt|statt|anstelle|si|faux|fausse|nié|nie|lieu\s+de|falso|negó|lugar\s+de
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_DENIED = re.compile(
    r"""\b(?:
    not|never|no|nobody|none|neither|nor|cannot|\w+n['\u2019]t|without|would|could|might|may|should|will|face[sd]?|
    wants?|wanted|plans?|hopes?|needs?|seeks?|
    nicht|kein\w*|niemand|nie|würden?|könnten?|ne|n['\u2019]|pas|jamais|personne|aucune?|serait|seraient|
    nunca|nadie|ningún|ninguna|sería|serían
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[;:()\u2013\u2014]|,(?=\s)|\b(?:when|while|but|although|because|als|während|aber|mais)\b")
_CONTRAST = re.compile(
    r"""(?:\b(?:unlike|not|than|except|said|says|told\s+\w+|spoke|speaking|reporters|anders\s+als|nicht|
    contrairement\s+à)\s+(?:in\s+|im\s+|en\s+)?
    |\b(?:left|leaving|leave|leaves|fled|fleeing|quit|from|out\s+of|aus|against|fight|fights|fighting|fought|battle|
    battles|battling|gegen|contre|contra)\s+(?:against\s+)?
    |\b(?:fall|loss|battle|liberation|capture|recapture|siege|rivals?|enem(?:y|ies)|opponents?|foes?)\s+(?:of|for)\s+
    |\banti-)(?:the\s+)?$""",
    re.VERBOSE | re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"""\b(?:
    wound\w*|injur\w*|fle[ed]\w*|escap\w*|surrender\w*|captur\w*|arrest\w*|desert(?:ed|ing)|defect\w*|recruit\w*|
    join\w*|arriv\w*|came|come|return\w*|train(?:ed|ing)|releas\w*|freed|died|dies|dead|execut\w*|
    deport\w*|repatriat\w*|sentenc\w*|convict\w*|lost|los(?:e|es|ing)|kill|kills|killed|killing|each|every|per|
    hold|holds|held|imprison\w*|prison\w*|jail\w*|camps?|expect\w*|cross\w*|moved?|reach\w*|once|formerly|used\s+to|ago|
    last\s+(?:year|month|week)|peak\w*|foreign\w*|famil(?:y|ies)|relatives|wives|children|
    a\s+(?:year|month|week|day)|left(?=\s+(?:the\s+)?(?-i:[A-Z]))|
    verwund\w*|verletzt\w*|geflohen|flohen|gefangen|ergaben|verhaftet\w*|getötet\w*|starben|gestorben|tot|tote|
    bless\w*|fui\w*|captur\w*|arrêt\w*|rend(?:us|aient)|tués?|morts?|heridos?|huyeron|capturados?|muertos?
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN = _set(
    """active armed remaining other more of the its his their these those estimated hardcore hard core extremist
    jihadist militant sunni islamist group s is are was were be been a an they he she it we
    all many most some both few several no
    them whom who in for enemy combat still about some total known organised
    organisation's or so people bewaffnete bewaffneten aktive aktiven verbliebene seiner ihrer der des von mehr
    de du des ses d l actifs actives armés activos armados del los"""
)
"""Words beside what is counted that make it no less: "500 active fighters"."""
_A_NUMBER = re.compile(
    r"""\b(?:number\w*|figures?|counts?|counted|estimat\w+|strength|total\w*|ranks|put|puts|reckon\w*|
    zahl|zählt\w*|stärke|schätz\w+|nombre|effectifs?|estim\w+|número|compte)\b""",
    re.VERBOSE | re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+")
_CAPITALISED = re.compile(_NAME)
_HAS = re.compile(r"\s+(?:has|had|is|was|holds|counts|keeps|claims|lost|hat|hatte|zählt|a|avait|compte|tiene|cuenta)\b")
_PRONOUNS = _set("it he she they there this that who we i what es er sie das il elle ils cela qui él ella eso hay")
"""First words of a sentence that name nobody, before a verb; any other may: "Hamas has"."""


def marks_in(text: str) -> list[int]:
    """Return the places where a part of a sentence ends: commas, "that", "while"."""
    return [match.start() for match in _MARK.finditer(text)]


def places_named(text: str) -> Iterator[tuple[int, int]]:
    """Yield the names behind words such as "in", as (start, end); a month is none."""
    for match in _ELSEWHERE.finditer(text):
        start, end = match.span(match.lastindex or 0)
        if text[start:end].split(maxsplit=1)[0].casefold() not in _CALENDAR:
            yield start, end


def place_beside(text: str, end: int) -> tuple[int, int] | None:
    """Return the name that a list goes on with behind a place: "Syria, Jordan and Lebanon"."""
    match = _BESIDE_PLACE.match(text, end)
    if not match or match[1].casefold() in _CALENDAR or not match[1][0].isupper():
        return None
    return match.span(1)


def is_with_others(text: str, end: int) -> bool:
    """Return whether a group stands there with others, or is only the owner of what counts: "Daesh and its allies"."""
    return bool(_WITH_OTHERS.match(text, end))


def is_part(text: str, start: int) -> bool:
    """Return whether only a part of the place that stands there is meant: "northern Syria"."""
    return bool(_PART_OF_PLACE.search(text, max(0, start - 40), start))


def group_before(text: str, start: int) -> tuple[int, int] | None:
    """Return the name right before the word for those who are counted: "Kurdish fighters"."""
    match = _BEFORE_COUNTED.search(text, max(0, start - 60), start)
    return match.span(1) if match else None


def group_behind(text: str, end: int) -> tuple[int, int] | None:
    """Return what stands right behind the word for those who are counted: "fighters of the army"."""
    match = _BEHIND_COUNTED.match(text, end)
    return match.span(1) if match and match[1].casefold() not in _THE_SAME | _CALENDAR else None


def names_in(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the words with a capital in a sentence, but for days, months, and a first word that is no subject."""
    first = WORD.search(text, start, end)
    for match in _CAPITALISED.finditer(text, start, end):
        is_first = first and match.start() == first.start()
        if not match.group()[0].isupper() or match.group().casefold() in _CALENDAR:
            continue
        if not is_first or (_HAS.match(text, match.end()) and match.group().casefold() not in _PRONOUNS):
            yield match.span()


def is_contrast(text: str, start: int) -> bool:
    """Return whether the name that stands there is not what a number is about: "unlike Iraq", "from Iraq"."""
    return bool(_CONTRAST.search(text, max(0, start - 30), start))


def denials_in(text: str) -> list[tuple[int, str]]:
    """Return the words of a text that deny in their clause, each with its place."""
    return _words(_DENIED, text)


def suppositions_in(text: str) -> list[tuple[int, str]]:
    """Return the words of a text that make a sentence no statement, each with its place: "if", "?", "denied"."""
    return _words(_SUPPOSED, text)


def clause_ends_in(text: str) -> list[int]:
    """Return the places where a denial ends."""
    return [match.start() for match in _CLAUSE_END.finditer(text)]


def happenings_in(text: str) -> list[tuple[int, str]]:
    """Return the words that make those who are counted more than there, each with its place: "wounded", "each"."""
    return _words(_HAPPENED, text)


def numbers_told_in(text: str) -> list[tuple[int, str]]:
    """Return the words that say that a number is given, each with its place: "strength", "estimated"."""
    return _words(_A_NUMBER, text)


def may_narrow(word: str) -> bool:
    """Return whether a word between a number and what it counts may narrow it: "former"."""
    return word.casefold() not in _PLAIN


def _words(pattern: re.Pattern[str], text: str) -> list[tuple[int, str]]:
    return [(match.start(), match.group()) for match in pattern.finditer(text)]
