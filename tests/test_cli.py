"""The command line as a user meets it: help at once, one clear line for what is wrong."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from embodied_ssl import cli

RUN = """{"method": "simclr", "method_config": {}, "trunk": "alexnet", "trunk_settings": {},
"train": {"train_size": 48}, "datasets": {}}"""


@pytest.fixture
def embodied_ssl(capsys):
    """Call ``embodied-ssl ...`` in this process: (status, output, errors)."""

    def call(*args):
        try:
            status = cli.run(lambda: cli._dispatch([str(arg) for arg in args]))
        except SystemExit as end:  # tyro's own
            status = end.code
        return status, *capsys.readouterr()

    return call


@pytest.fixture
def place(tmp_path, tabletop_dir, turntable_dir):
    """A folder with all sorts of things that can be named by mistake."""
    (tmp_path / "file").write_text("mine")
    photos = tmp_path / "photos" / "mug" / "one"
    photos.mkdir(parents=True)
    for split in ("train", "val", "test"):
        (photos / f"{split}_1.jpg").write_text("no image")
    (tmp_path / "urdfs" / "mug" / "one").mkdir(parents=True)
    (tmp_path / "urdfs" / "mug" / "one" / "model.urdf").write_text("<robot")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(RUN)
    (tmp_path / "table").symlink_to(tabletop_dir)
    (tmp_path / "turn").symlink_to(turntable_dir)
    return tmp_path


def listing(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


SMALL = "--val-objects 1 --test-objects 1 --azimuths 1"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("colect", "did you mean 'collect'"),
        ("methods all", "'all'"),
        ("collect", None),
        ("collect --out new", "name the world"),
        ("collect --env tabeltop --out new", "did you mean 'tabletop'"),
        ("collect --env tabletop --episodes 5", "unknown option '--episodes'"),
        ("collect --env tabletop --out new --interactions -5", "--interactions"),
        ("collect --env turntable --out new --workers 0", "--workers"),
        ("collect --env turntable --out new --image-size 7", "--image-size"),
        ("collect --env turntable --out new --seed -1", "--seed"),
        ("collect --env turntable --out new --objects houshold", "houshold"),
        ("collect --env turntable --out new --objects folder:nowhere", "nowhere"),
        ("collect --env turntable --out new --objects folder:urdfs", "model.urdf"),
        (f"collect --env turntable --out file/new {SMALL}", "file"),
        ("collect --env tabletop --out photos", "no dataset"),
        ("collect --env tabletop --out table --interactions 7", "choose another --out"),
        ("info nowhere", "nowhere"),
        ("info photos", "photos"),
        ("train", None),
        ("train --data table", "name the method first"),
        ("train curios-robot --data table --out new", "did you mean 'curious-robot'"),
        ("train simclr --data nowhere --out new", "nowhere"),
        ("train simclr --data turn --out new", "tabletop"),
        ("train simclr --data table --out photos", "no run"),
        ("train simclr --data table --out file/new", "file"),
        ("train simclr --data table --out new --images 0", "--images"),
        ("train simclr --data table --out new --batch-size 1", "--batch-size"),
        ("train simclr --data table --out new --trunk resnett18", "did you mean 'resnet18'"),
        ("train curious-robot --data table --out new --tasks grasp,pus", "did you mean 'push'"),
        ("evaluate pixls --data turn", "did you mean 'pixels'"),
        ("evaluate run --data turn", "no checkpoint"),
        ("evaluate pixels --data turn --protocol retrival", "did you mean 'retrieval'"),
        ("evaluate pixels --data turn --protocol interactions", "collect --env tabletop"),
        ("evaluate pixels --data turn --image-size 0", "--image-size"),
        ("evaluate pixels --data turn --image-size 1000000000", "--image-size"),
        ("evaluate pixels --data turn --seed -1", "--seed"),
        ("evaluate pixels --data turn --seed nan", "--seed"),
        ("evaluate pixels --data turn --out photos", "is a folder"),
        ("evaluate pixels --data turn --out file/new.json", "file is no folder"),
        ("evaluate pixels --data turn --out /dev/null", "no plain file"),
        ("evaluate file --data turn", "no run folder but a file"),
        ("evaluate photos --data turn", "it has no run.json"),
        ("report --data turn --out photos", "is a folder"),
        ("report --data turn --out /dev/full", "no plain file"),
        ("report --evaluations file --out page.html", "was not written by evaluate"),
        ("report --evaluations photos --out page.html", "no plain file"),
        ("report --runs photos --out page.html", "is no run"),
        ("report --seed -1 --data turn", "--seed"),
        ("evaluate pixels --data turn --protocol os:path", "is no protocol: it has no Config"),
        ("train os:path --data table --out new", "is no method: it has no Config"),
        ("collect --env json:loads --out new", "is no world: it has no Config"),
        ("train deepcluster --data table --out new", "unknown method 'deepcluster'. Known: "),
        ("train simclr --data --out new", "--data names no dataset"),
        ("train simclr --out new", "--data must be given"),
        ("evaluate pixels --data nowhere", "nowhere"),
        ("evaluate pixels --data folder:nowhere", "nowhere"),
        ("evaluate pixels --data folder:photos", "_1.jpg"),
        ("report --data nowhere --out page.html", "nowhere"),
    ],
)
def test_a_mistake_is_one_line_and_touches_nothing(embodied_ssl, place, monkeypatch, command, said):
    monkeypatch.chdir(place)
    before = listing(place)
    status, output, errors = embodied_ssl(*command.split())
    if "pybullet, which is not installed" in errors:
        pytest.skip("the simulator is not installed")
    assert listing(place) == before
    if said is None:
        assert (status, errors) == (0, "") and output.startswith("usage:")
        return
    assert status == cli.USAGE_ERROR, output + errors
    assert errors.startswith("error: ") and errors.count("\n") == 1
    assert said in errors


@pytest.mark.parametrize("verb", ["collect --env rooms", "train simclr", "evaluate", "report"])
def test_an_option_that_is_not_known_ends_with_status_2(embodied_ssl, verb):
    status, output, errors = embodied_ssl(*verb.split(), "--colour", "red")
    assert status == cli.USAGE_ERROR
    assert "--colour" in output + errors


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_explains_itself(embodied_ssl, verb):
    status, output, _ = embodied_ssl(verb, "--help")
    assert not status
    assert output.startswith("usage:")


def test_a_reader_that_has_seen_enough_is_no_error():
    script = Path(sys.executable).with_name("embodied-ssl")
    done = subprocess.run(f"{script} methods | head -c 1", shell=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_answers_at_once():
    def seconds():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    start = seconds()
    script = Path(sys.executable).with_name("embodied-ssl")
    subprocess.run([script, "--help"], check=True, capture_output=True)
    assert seconds() - start < 0.3
