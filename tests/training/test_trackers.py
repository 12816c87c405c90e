"""Trackers of Accelerate show the curves too."""

import json

import pytest
from accelerate.tracking import LOGGER_TYPE_TO_CLASS, GeneralTracker

from embodied_ssl.errors import UserError
from embodied_ssl.training import trackers
from embodied_ssl.training.command import run_train


class Notebook(GeneralTracker):
    """Writes down what it is told; refuses everything from a step on."""

    name, requires_logging_directory, tracker = "notebook", True, None
    refused_from: int | None = None

    def __init__(self, project, logging_dir):
        super().__init__()
        assert project == "embodied-ssl"
        self.told = []
        type(self).last = self

    def store_init_configuration(self, values):
        json.dumps(values)
        self.told.append(("settings", values))

    def log(self, values, step=None, **others):
        if self.refused_from is not None and step >= self.refused_from:
            raise ConnectionError("no network")
        self.told.append((step, values))

    def finish(self):
        self.told.append("end")


@pytest.fixture
def notebook(monkeypatch):
    monkeypatch.setitem(LOGGER_TYPE_TO_CLASS, "notebook", Notebook)
    monkeypatch.setattr(trackers, "get_available_trackers", lambda: ["notebook"])
    monkeypatch.setattr(Notebook, "refused_from", None)


def logged(run):
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_a_tracker_gets_the_settings_and_every_number(notebook, few_steps, tabletop_dir, tmp_path):
    config = few_steps(tabletop_dir, out=tmp_path / "run", log=("tensorboard,notebook",))
    run = run_train(config, "rotation")
    first, *numbers, end = Notebook.last.told
    assert first[1]["Method"] == "rotation" and end == "end"
    lines = logged(run)
    assert [step for step, _ in numbers] == [line["step"] for line in lines]
    for (_, told), line in zip(numbers, lines, strict=True):
        assert told == {name: line[name] for name in line.keys() - {"step", "images"}}
    assert any((run / "tensorboard").iterdir())


def test_one_that_fails_does_not_end_the_training(
    notebook, few_steps, tabletop_dir, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(Notebook, "refused_from", 0)
    config = few_steps(tabletop_dir, out=tmp_path / "run", log=("notebook",))
    run = run_train(config, "rotation")
    assert logged(run) and "notebook takes nothing more: no network" in capsys.readouterr().err
    assert not (run / "tensorboard").exists()


def test_the_trackers_are_no_setting_of_the_run(notebook, few_steps, tabletop_dir, tmp_path):
    config = few_steps(tabletop_dir, out=tmp_path / "run", log=("notebook",))
    run_train(config, "rotation")
    again = few_steps(tabletop_dir, out=tmp_path / "run", images=64, extend=True)
    run = run_train(again, "rotation")
    assert logged(run)[-1]["images"] == 64 and any((run / "tensorboard").iterdir())


@pytest.mark.parametrize(
    ("names", "words"),
    [(("wandbb",), "did you mean 'wandb'"), (("aim",), "--log aim needs its package")],
)
def test_unknown_and_missing_trackers_are_named(names, words, few_steps, tabletop_dir, tmp_path):
    with pytest.raises(UserError, match=words):
        run_train(few_steps(tabletop_dir, out=tmp_path / "run", log=names), "rotation")
    assert not (tmp_path / "run").exists()


def test_one_that_cannot_be_opened_is_named(
    notebook, few_steps, tabletop_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(Notebook, "store_init_configuration", lambda *a: 1 / 0)
    with pytest.raises(UserError, match="--log notebook cannot be opened: division by zero"):
        run_train(few_steps(tabletop_dir, out=tmp_path / "run", log=("notebook",)), "rotation")
