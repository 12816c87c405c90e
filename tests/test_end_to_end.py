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

TRUNK = "--trunk.width 0.1 --trunk.fc-dim 16 --train-size 48"


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
    collecting = "collect --env tabletop --out table --interactions 50 --image-size 48 --workers 2"
    commands(collecting)
    commands(
        "collect --env turntable --out turn --val-objects 6 --test-objects 8 --azimuths 1 "
        "--image-size 48"
    )
    before = digests(tmp_path / "table")
    commands(collecting)  # nothing is left to do
    assert digests(tmp_path / "table") == before
    said = commands("embodied-ssl info table")
    assert "50 rows" in said and "grasp" in said
    # What is on disk is the boundary: whoever trains needs no simulator.
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "pybullet.py").write_text("raise ImportError('blocked')")
    training = f"train curious-robot --data table --images 160 --out run --batch-size 8 {TRUNK}"
    commands(training, PYTHONPATH=str(blocked))
    said = commands("evaluate run --data turn --out turn.json", PYTHONPATH=str(blocked))
    assert "recall@1" in said
    commands("evaluate run --data table --protocol interactions --out tasks.json")
    commands("embodied-ssl report --data table --runs run "
             "--evaluations turn.json tasks.json --out report.html")  # fmt: skip
    results = json.loads((tmp_path / "turn.json").read_text())
    assert {"pixels", "histogram", "random", "run"} <= results["models"].keys()
    assert results["data"]["test"]["queries"] == 8
    assert results["command"][0] == "evaluate"
    assert (tmp_path / "report.html").stat().st_size > 50_000


@pytest.fixture
def here(command, tmp_path, monkeypatch):
    """The same in this process, which takes a tenth of the time."""
    monkeypatch.chdir(tmp_path)

    def call(line):
        status, said, errors = command(*line.split())
        assert status == 0, said + errors
        return said

    return call


def test_from_rooms_to_every_protocol_of_them(here, tabletop_dir, tmp_path):
    """A camera that drives: every protocol of it, and a trunk that learns in both worlds."""
    here("collect --env rooms --out rooms --episodes 6 --frames 60 --image-size 48 "
             "--kinds corridor,workshop --workers 2")  # fmt: skip
    said = here("info rooms")
    assert "360 rows" in said and "ahead" in said
    here(f"train egomotion --drlim 0.1 --data rooms --images 96 --out run {TRUNK} --batch-size 8")
    files = []
    for protocol in ("equivariance", "scene-classification", "odometry"):
        here(f"evaluate run --data rooms --protocol {protocol} --out {protocol}.json")
        files.append(f"{protocol}.json")
        results = json.loads((tmp_path / files[-1]).read_text())
        assert {"pixels", "random", "run"} <= results["models"].keys()
    training = f"train both-worlds --data rooms {tabletop_dir} --images 100 --out both"
    here(f"{training} {TRUNK} --batch-size 32")
    assert json.loads((tmp_path / "both" / "run.json").read_text())["method"]


def test_from_an_orbit_to_a_report(here, tabletop_dir, tmp_path):
    here("collect --env turntable --orbit --out orbit --val-objects 4 --test-objects 4 "
         "--image-size 32")  # fmt: skip
    here(f"train simclr --data {tabletop_dir} --images 32 --out run {TRUNK} --batch-size 8")
    here("evaluate run --data orbit --protocol next-best-view --out moves.json")
    here("report --data orbit --runs run --evaluations moves.json --out report.html")
    assert "next" in (tmp_path / "report.html").read_text()


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
