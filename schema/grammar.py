"""English for messages: a number with its noun, and a noun with its article."""


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one: `1 problem`, `2,000 problems`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def with_article(noun: str) -> str:
    """Return a noun after its indefinite article, chosen by the noun's first letter: `a group`, `an indicator`."""
    return f"an {noun}" if noun[:1].lower() in tuple("aeiou") else f"a {noun}"
