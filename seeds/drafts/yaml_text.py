"""A draft as the text of a seed file."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

_ABOUT = """\
# yaml-language-server: $schema=../schemas/article.json
# A draft. Settle each estimate: compare it with the text, fill in what is null or take the key away, correct what is
# wrong, and then remove its `draft`. Until then it is not loaded. Figures that are none of ours can go.
"""
_SHORT = ("published", "as_of", "stated", "evidence", "speaker")
"""The keys of mappings that stand in one line."""


def yaml_of(article: dict[str, Any]) -> str:
    """Return the text of a seed file with the draft of an article."""
    yaml = YAML()
    yaml.width = 100_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    stream = StringIO()
    yaml.dump(_in_lines(article), stream)
    return _ABOUT + stream.getvalue().replace("\nestimates:", "\n\nestimates:").replace("\n  - id:", "\n\n  - id:")


def _in_lines(value: Any, key: str = "") -> Any:
    """Return data with its short mappings marked to stand in one line, and words of closed lists as plain text."""
    if isinstance(value, dict):
        mapping = CommentedMap({name: _in_lines(item, name) for name, item in value.items()})
        if key in _SHORT:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        return [_in_lines(item) for item in value]
    return str(value) if isinstance(value, str) else value
