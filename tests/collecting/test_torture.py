"""A handful of kills at random moments; ``scripts/torture --kills 200`` does many."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "torture"
FAULTS = (
    "rows_lost",
    "shards_damaged",
    "outcomes_different",
    "files_half_written",
    "tracebacks",
    "wrong_exits",
)


@pytest.mark.timeout(600)
def test_kills_lose_nothing_and_change_nothing():
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--kills", "3", "--seed", "1", "--parts", "turntable"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["kills"] >= 3 and figures["outcomes_compared"] >= 1
    assert {name: figures[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0), done.stderr
