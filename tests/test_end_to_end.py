"""The whole way through the installed commands, small: collect, train, evaluate, report."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

TRUNK = "--trunk.width 0.1 --trunk.fc-dim 16 --train-size 48 --batch-size 8"


@pytest.fixture
def commands(tmp_path):
    """Run an installed command in an empty folder and give what it printed."""

    def call(line, *more, **environment):
        verb, *args = line.split()
        done = subprocess.run(
            [Path(sys.executable).with_name(verb), *args, *more],
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "100"} | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def digests(folder):
    files = [*sorted((folder / "data").iterdir()), folder / "dataset.json"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.timeout(900)  # a dozen commands, and other work beside them
def test_from_nothing_to_a_report(commands, tmp_path):
    collecting = "collect --env tabletop --out table --interactions 150 --image-size 48 --workers 2"
    commands(collecting)
    commands(
        "collect --env turntable --out turn --val-objects 6 --test-objects 8 --azimuths 1 "
        "--image-size 48"
    )
    commands(
        "collect --env turntable --orbit --out orbit --val-objects 12 --test-objects 8 "
        "--image-size 32"
    )
    before = digests(tmp_path / "table")
    commands(collecting)  # nothing is left to do
    assert digests(tmp_path / "table") == before
    said = commands("embodied-ssl info table")
    assert "150" in said and "grasp" in said
    # What is on disk is the boundary: whoever trains needs no simulator.
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "pybullet.py").write_text("raise ImportError('blocked')")
    training = "train curious-robot --data table --images 160 --out run"
    for line in (training, training.replace("curious-robot", "simclr").replace("run", "other")):
        commands(f"{line} {TRUNK}", PYTHONPATH=str(blocked))
    said = commands("evaluate run other --data turn --out turn.json", PYTHONPATH=str(blocked))
    assert "recall@1" in said
    commands("evaluate run other --data table --protocol interactions --out tasks.json")
    commands("evaluate run --data orbit --protocol next-best-view --out moves.json")
    commands("embodied-ssl report --data table --runs run "
             "--evaluations turn.json tasks.json moves.json --out report.html")  # fmt: skip
    results = json.loads((tmp_path / "turn.json").read_text())
    assert {"pixels", "histogram", "random", "run", "other"} <= results["models"].keys()
    assert results["data"]["test"]["queries"] == 8
    assert results["command"][0] == "evaluate"
    assert (tmp_path / "report.html").stat().st_size > 50_000


@pytest.mark.timeout(900)  # a dozen commands, and other work beside them
def test_from_rooms_to_a_report(commands, tmp_path):
    """A camera that drives: every protocol of it, and a trunk that learns in both worlds."""
    commands("collect --env rooms --out rooms --episodes 24 --frames 60 --image-size 48 "
             "--kinds corridor,workshop --workers 2")  # fmt: skip
    said = commands("embodied-ssl info rooms")
    assert "1440 rows" in said and "ahead" in said
    commands(f"train egomotion --drlim 0.1 --data rooms --images 96 --out run {TRUNK}")
    files = []
    for protocol in ("equivariance", "scene-classification", "odometry"):
        commands(f"evaluate run --data rooms --protocol {protocol} --out {protocol}.json")
        files.append(f"{protocol}.json")
        results = json.loads((tmp_path / files[-1]).read_text())
        assert {"pixels", "random", "run"} <= results["models"].keys()
    commands("embodied-ssl report --data rooms --runs run --out report.html --evaluations", *files)
    page = (tmp_path / "report.html").read_text()
    assert "corridor" in page and "quivariance" in page
    commands("collect --env tabletop --out table --interactions 100 --image-size 48")
    training = "train both-worlds --data table rooms --images 200 --out both --train-size 48"
    commands(f"{training} --trunk.width 0.1 --trunk.fc-dim 16 --batch-size 32")
    commands("evaluate both --data table --protocol interactions")


def test_collecting_that_was_killed_goes_on(commands, tmp_path):
    line = "collect --env turntable --val-objects 8 --test-objects 24 --azimuths 2 --image-size 32"
    commands(f"{line} --out whole")
    args = [Path(sys.executable).with_name("collect"), *line.split()[1:], "--out", "broken"]
    process = subprocess.Popen(
        [*args, "--workers", "2"], cwd=tmp_path, stderr=subprocess.DEVNULL, start_new_session=True
    )
    data = tmp_path / "broken" / "data"
    workers = []
    while process.poll() is None and not (data.is_dir() and list(data.glob("0*.parquet"))):
        workers = psutil.Process(process.pid).children(recursive=True) or workers
        time.sleep(0.002)
    process.kill()
    process.wait()
    assert psutil.wait_procs(workers, timeout=20)[1] == []  # none is left behind
    commands(f"{line} --out broken", "--workers", "2")
    assert digests(tmp_path / "broken") == digests(tmp_path / "whole")
    assert not list(data.glob(".*"))
