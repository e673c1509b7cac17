"""Traces one request: which functions of the project run, in which files, and how often a call leads up a floor.

    python tests/request_path.py [TARGET]

prints the path of TARGET (`/estimates?region=iraq`) on the shipped seeds. How it counts:

- The request is an ASGI call of the front door in this process, without sockets, the first time that the target is asked
  for. Requests for other targets come before, so that modules are imported and schemas are built. The front door's look
  at which release is live is left out: it comes every five milliseconds, however many requests there are.
- A call is a function or method of api/ or schema/ that starts. Comprehensions and generator expressions are part of the
  function in which they are written, and a coroutine or generator that goes on is no new call.
- A change of file is a call in another file than the call before it.
- The floors are the layers of api in pyproject.toml, with schema below them. The caller of a function is the nearest
  function of the project on the stack. A call leads up if the function's floor is above its caller's.
- A step up is a call on a higher floor than the call before it; unlike a call up, it may only mean that a function below
  has returned.
"""

import asyncio
import sys
import tempfile
import tomllib
from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TARGET = "/estimates?region=iraq"
OTHER_TARGETS = ("/estimates?region=syria", "/estimates?region=nigeria&limit=3", "/groups?limit=3")
PART_OF_A_FUNCTION = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


class Call(NamedTuple):
    """A function that started, and the file of the function that called it, if that is the project's."""

    file: str
    function: str
    caller: str | None


def project_file(code: CodeType) -> str | None:
    """Return the file of api/ or schema/ in which a function is written, relative to the checkout."""
    path = code.co_filename.removeprefix(f"{ROOT}/")
    return path if path.startswith(("api/", "schema/")) else None


def trace(action: Callable[[], object]) -> list[Call]:
    """Return the calls in the project's files while an action runs, in the order in which they start."""
    calls: list[Call] = []
    started: set[FrameType] = set()

    def notice(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or frame.f_code.co_name in PART_OF_A_FUNCTION or frame in started:
            return
        if file := project_file(frame.f_code):
            started.add(frame)
            caller = frame.f_back
            while caller and not project_file(caller.f_code):
                caller = caller.f_back
            name = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
            calls.append(Call(file, name, caller and project_file(caller.f_code)))

    sys.setprofile(notice)
    try:
        action()
    finally:
        sys.setprofile(None)
    return calls


def floors() -> dict[str, int]:
    """Return the floor of schema and of each package and module in api, counted from below."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["api"])
    above = {
        f"api/{name.strip(' ()')}": floor
        for floor, layer in enumerate(reversed(layers), start=1)
        for name in layer.replace(":", "|").split("|")
    }
    return {"schema": 0, **above, "api/__init__": len(layers) + 1}


def floor_of(file: str, floor: dict[str, int]) -> int:
    """Return the floor of a file such as `api/http/answers.py`."""
    parts = file.removesuffix(".py").split("/")
    return floor[parts[0]] if parts[0] == "schema" else floor["/".join(parts[:2])]


def files(calls: list[Call]) -> set[str]:
    """Return the files in which functions ran."""
    return {call.file for call in calls}


def changes(calls: list[Call]) -> int:
    """Return how many calls are in another file than the call before."""
    return sum(before.file != after.file for before, after in pairwise(calls))


def upward(calls: list[Call]) -> list[Call]:
    """Return the calls that lead from a lower floor to a higher one."""
    floor = floors()
    return [call for call in calls if call.caller and floor_of(call.file, floor) > floor_of(call.caller, floor)]


def steps_up(calls: list[Call]) -> int:
    """Return how many calls are on a higher floor than the call before."""
    floor = floors()
    return sum(floor_of(before.file, floor) < floor_of(after.file, floor) for before, after in pairwise(calls))


def described(calls: list[Call]) -> str:
    """Return a text: each file in turn with its functions, then the numbers."""
    lines = [
        f"{file}: {', '.join(call.function for call in group)}"
        for file, group in groupby(calls, lambda call: call.file)
    ]
    lines += [f"up: {call.caller} -> {call.file}: {call.function}" for call in upward(calls)]
    lines += [
        f"{len(files(calls))} files, {changes(calls)} changes of file, "
        f"{len(upward(calls))} calls up, {steps_up(calls)} steps up"
    ]
    return "\n".join(lines)


def scope_of(target: str) -> dict[str, object]:
    """Return the ASGI scope of a GET request."""
    path, _, query = target.encode().partition(b"?")
    return {
        **{"type": "http", "method": "GET", "path": path.decode(), "raw_path": path, "query_string": query},
        **{"http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1234)},
        "headers": [(b"host", b"localhost"), (b"accept", b"*/*")],
    }


def status_of(application: Callable[..., object], target: str) -> int:
    """Return the status with which an ASGI application answers."""
    messages: list[dict[str, int]] = []

    async def send(message: dict[str, int]) -> None:
        messages.append(message)

    asyncio.run(application(scope_of(target), None, send))
    return messages[0]["status"]


def trace_request(application: Callable[..., object], target: str = TARGET) -> list[Call]:
    """Return the calls of a target's first request; raises ValueError where it is not answered with 200."""
    for other in OTHER_TARGETS:
        status_of(application, other)
    statuses: list[int] = []
    calls = trace(lambda: statuses.append(status_of(application, target)))
    if statuses != [200]:
        raise ValueError(f"{target} is answered with {statuses[0]}")
    return calls


def main() -> None:
    """Print the path of a target."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from conftest import make_release  # noqa: PLC0415 (the tests import this module themselves)

    from api import create_app  # noqa: PLC0415
    from api.server import fast_path, front_door  # noqa: PLC0415
    from api.server.front_door import FrontDoor  # noqa: PLC0415
    from seeds import SHIPPED  # noqa: PLC0415

    front_door.LOOK_SECONDS = 60
    fast_path.MAX_SECONDS = 60  # the path is that of a machine with nothing else to do
    with tempfile.TemporaryDirectory() as folder:
        make_release(SHIPPED, Path(folder) / "headcount.db")
        app = create_app({"DATABASE_URL": f"sqlite:///{folder}/headcount.db"})
        app.extensions["database"].release()
        print(described(trace_request(FrontDoor(app, 1_000_000), *sys.argv[1:2])))
        app.extensions["database"].close()


if __name__ == "__main__":
    main()
