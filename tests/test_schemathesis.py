"""What the OpenAPI document promises, asked of a real server by someone else's tool: all checks, all phases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REFUSED = ["400", "401", "403", "404", "405", "406", "409", "414", "415", "422", "428", "429", "5xx"]
"""What schemathesis takes for a refusal of wrong data, and 414: such data may make an address too long."""
EXAMPLES = {"sqlite": "15", "postgresql": "5"}
"""How many requests are tried of each kind: fewer where the same statements are run by the second engine."""


@pytest.mark.schemathesis
def test_schemathesis_finds_nothing(shipped_server, tmp_path, pytestconfig):
    examples = EXAMPLES[pytestconfig.getoption("engine")]
    # One worker: two that parse the same source at once make Python 3.11 raise SystemError now and then.
    command = [
        *(Path(sys.executable).with_name("schemathesis"), "run", f"{shipped_server}/openapi.json"),
        *("--checks", "all", "--mode", "all", "--max-examples", examples, "--seed", "1", "--workers", "1"),
        *("--continue-on-failure", "--no-color"),
    ]
    (tmp_path / "schemathesis.toml").write_text(f"[checks.negative_data_rejection]\nexpected-statuses = {REFUSED}\n")
    hooks = {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | hooks)
    assert done.returncode == 0, done.stdout[-6000:]
