import os

import pytest

from seeds import read
from seeds.problems import Problem
from seeds.read import read_file

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
HOSTILE = {
    "object tag": (b"a: 1\nb: !!python/object/apply:os.system ['true']\n", 2, "tag tag:yaml.org,2002:python"),
    "own tag": (b"a: !thing x\n", 1, "tag !thing is refused"),
    "alias bomb": (BOMB.encode(), 1, "anchor &a is refused"),
    "alias to nothing": (b"a: *b\n", 1, "undefined alias"),
    "duplicate key": (b"a: 1\nb: 2\na: 3\n", 3, "key 'a' stands twice, first in line 1"),
    "list as a key": (b"? [a]\n: b\n", 1, "this key is refused"),
    "two documents": (b"a: 1\n---\nb: 2\n", 2, "document"),
    "no UTF-8": (b"a: 1\nb: caf\xe9\n", 2, "byte 0xe9 is refused; expected UTF-8"),
    "control character": (b"a: \x00\n", 1, "expected printable text"),
    "unclosed": (b"a: [1, 2\n", 2, "expected well-formed YAML"),
    "deep": (b"[" * 20_000, 1, "nested too deeply"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "deep" else name for name in HOSTILE]
)
def test_hostile_yaml_is_refused_with_its_line(tmp_path, name):
    content, line, what = HOSTILE[name]
    file = tmp_path / "seed.yaml"
    file.write_bytes(content)
    problem = read_file(file)
    assert isinstance(problem, Problem)
    assert problem.line == line
    assert what in str(problem)
    assert "expected" in str(problem)


def test_a_file_of_100_megabytes_is_refused_unread(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(100_000_000)
    assert f"expected at most {read.LARGEST_FILE} bytes" in str(read_file(file))


def test_what_is_no_file_is_refused(tmp_path):
    folder, pipe = tmp_path / "folder.yaml", tmp_path / "pipe.yaml"
    folder.mkdir()
    os.mkfifo(pipe)
    for odd in (folder, pipe, tmp_path / "missing.yaml"):
        assert "is no file" in str(read_file(odd))


def test_values_stay_text_and_know_where_they_stand(tmp_path):
    file = tmp_path / "seed.yaml"
    file.write_text("\ufeffa: 1_000\nb:\n  - 017\n  - yes\n  - {c: ~, d: 'null'}\n")
    source = read_file(file)
    assert source.data == {"a": "1_000", "b": ["017", "yes", {"c": None, "d": "null"}]}
    assert str(source.problem(("b", 2, "d"), "x", "form")) == f"{file}:5:15: b[2].d: x; see seeds/CODING.md#keys"
    assert source.problem(("b", 2, "gone"), "x", "form").line == 5
