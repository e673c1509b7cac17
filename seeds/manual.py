"""The coding manual, `seeds/CODING.md`: which of its sections explains each rule that `headcount check` applies."""

MANUAL = "seeds/CODING.md"
_RULES = {
    "files": ("file", "folder"),
    "keys": ("form",),
    "drafts": ("draft",),
    "ids": ("id-taken", "article-repeated", "estimate-repeated"),
    "documents": ("no-document", "document-changed", "title-not-in-document"),
    "languages": ("language-not-registered",),
    "dates": ("as-of-after-published", "stated-after-published"),
    "inferred": ("missing-note",),
    "numbers": (
        *("missing-number", "number-against-hedge", "number-not-worded", "numbers-differ", "numbers-equal"),
        *("low-above-best", "low-above-high", "best-above-high", "parts-of-persons", "wording-against-numbers"),
    ),
    "hedges": ("hedge-not-coded", "hedge-not-worded", "hedge-not-known"),
    "wording": ("wording-not-vague", "wording-unsettled", "words-cut-off"),
    "evidence": (
        *("row-of-text", "missing-evidence", "evidence-against-wording", "wording-against-evidence"),
        *("wording-not-in-document", "wording-moved", "not-quoted"),
    ),
    "headlines": ("not-in-headline", "in-headline"),
    "claims": ("claim-disagrees",),
    "derived": ("derived-from-nothing", "derived-from-another", "hedge-of-derived", "number-of-derived"),
    "nearby-names": ("another-named",),
    "vocabulary": ("not-in-vocabulary", "circle", "unlike-parent"),
    "names": ("same-name", "look-alike-name"),
    "regions": (
        *("members-against-kind", "member-twice", "member-in-member", "parent-in-another-country"),
        *("code-taken", "code-not-in-iso", "code-of-another"),
    ),
    "units": ("unit-not-worded", "currency-not-in-iso"),
}
"""The sections, by the last part of their addresses, each with its rules."""
SECTIONS = {rule: section for section, rules in _RULES.items() for rule in rules}
"""The section of each rule."""
