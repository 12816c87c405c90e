"""The training curves: what is logged, that it can be read however it was left, no step twice."""

import dataclasses
import json
import math

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.knn import weighted_knn
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.report.trained import curves
from embodied_ssl.training import loop as loop_module
from embodied_ssl.training.checkpoint import Progress
from embodied_ssl.training.command import run_train
from embodied_ssl.training.curves import Curves
from embodied_ssl.training.metrics import read_metrics
from embodied_ssl.training.probe import Probe
from embodied_ssl.trunks import build_trunk

STRANGE = [
    b'{"step": 40, "loss": 0.',
    b"\xff\xfe\x00",
    b"[1, 2]",
    b"null",
    b'{"step": null, "loss": 1}',
    b'{"step": "3", "loss": 1}',
    b'{"loss": 1}',
    b"[" * 100_000,
    b"",
]


@pytest.mark.parametrize("line", STRANGE)
def test_a_line_that_is_none_is_left_out(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step": 20, "images": 1.5, "loss": 2.0}\n' + line)
    assert read_metrics(path) == [{"step": 20, "images": 1.5, "loss": 2.0}]
    curve = Curves(tmp_path, Progress(30))
    curve.log(Progress(40, 3.0), {"loss": torch.tensor(1.0)})
    curve.close()
    assert [entry["step"] for entry in read_metrics(path)] == [20, 40]


@pytest.mark.parametrize("value", ["null", "NaN", "1e999", '"x"', "[1]", "true", "1" + "0" * 400])
def test_a_value_that_is_no_finite_number_is_left_out(tmp_path, value):
    path = tmp_path / "metrics.jsonl"
    lines = [f'{{"step": {n}, "images": {n}, "loss": 1.0, "odd": {value}}}\n' for n in (1, 2, 3)]
    path.write_text("".join(lines))
    read = read_metrics(path)
    assert len(read) == 3 and all("odd" not in entry for entry in read)
    assert [chart.title for chart in curves(read)] == ["loss"]


def test_no_file_no_lines(tmp_path):
    assert read_metrics(tmp_path / "metrics.jsonl") == []


def test_tensorboard_shows_no_step_twice(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def log(start, steps):
        curve = Curves(tmp_path, Progress(start))
        for step in steps:
            curve.log(Progress(step, float(step)), {"loss": torch.tensor(1.0 * step)})
        curve.close()

    log(0, [20, 40, 60, 80])
    log(40, [60, 80])
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("loss")] == [20, 40, 60, 80]
    assert [entry["step"] for entry in read_metrics(tmp_path / "metrics.jsonl")] == [20, 40, 60, 80]


def test_the_norm_of_the_gradient_and_the_rate_have_curves(config):
    run_train(config, "simclr")
    last = read_metrics(config.out / "metrics.jsonl")[-1]
    assert last["gradient_norm"] > 0 and 0 < last["learning_rate"] < 1e-3


@pytest.mark.parametrize("name", ["simclr", "curious-robot"])
def test_lines_of_joint_embeddings_have_ranks_the_last_one_too(config, name, monkeypatch):
    """Which are computed in the steps alone that are logged, whatever these cost."""
    monkeypatch.setattr(loop_module, "LOG_EVERY", 2)
    method = {"schedule": "two-stage", "first_stage": 0.5} if name == "curious-robot" else {}
    longer = dataclasses.replace(config, images=9 * config.batch_size)
    run_train(longer, name, load_method_class(name).Config(**method))
    lines = read_metrics(config.out / "metrics.jsonl")
    ranked = ["rank" in line and "uniformity" in line for line in lines]
    assert len(lines) > 2 and ranked[-1]
    assert all(ranked) if name == "simclr" else not ranked[0]


def test_clipping_bounds_the_update(config, tmp_path, weights):
    recipe = Recipe("sgd", lr=1.0, sgd_momentum=0.0, weight_decay=0.0, warmup=0.0,
                    lr_schedule="constant", clip_norm=1e-3)  # fmt: skip
    first = dataclasses.replace(config, images=16, recipe=recipe)
    run_train(first, "simclr")
    second = dataclasses.replace(first, images=32, out=tmp_path / "second")
    run_train(second, "simclr")
    before, after = weights(first.out), weights(second.out)
    names = [k for k in before if "running" not in k and "num_batches" not in k]
    moved = math.sqrt(sum(float((after[k] - before[k]).square().sum()) for k in names))
    assert 0.9e-3 < moved < 1.01e-3
    assert read_metrics(first.out / "metrics.jsonl")[-1]["gradient_norm"] > 1e-3


def test_the_nearest_vote_by_their_cosine():
    gallery = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [-1.0, 0.0]])
    queries = torch.tensor([[2.0, 0.1], [0.1, 3.0], [-1.0, 0.2]])
    labels = torch.tensor([0, 0, 1, 2])
    assert weighted_knn(gallery, labels, queries, k=3).tolist() == [0, 1, 2]
    # Three far ones outvote a near one where the temperature is high.
    many = torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
    votes = [weighted_knn(many, torch.tensor([0, 1, 1, 1]), queries[:1], 4, t) for t in (10, 0.07)]
    assert [int(vote) for vote in votes] == [1, 0]


def test_a_probe_has_a_curve_and_changes_nothing(config, turntable_dir, tmp_path, monkeypatch,
                                                 assert_same_weights, capsys):  # fmt: skip
    blind = run_train(dataclasses.replace(config, out=tmp_path / "blind"), "simclr")
    capsys.readouterr()
    seeing = dataclasses.replace(config, probe=str(turntable_dir), probe_every=40)
    run_train(seeing, "simclr")
    assert_same_weights(blind, config.out)
    read = read_metrics(config.out / "metrics.jsonl")
    probed = {entry["images"]: entry["knn"] for entry in read if "knn" in entry}
    assert list(probed) == [0, 48, 80, 96] and all(0 <= value <= 1 for value in probed.values())
    assert "knn" in [chart.title for chart in curves(read)]
    assert "knn 0." in capsys.readouterr().err or "knn 1." in capsys.readouterr().err


def test_a_probe_reads_the_validation_part_alone(turntable_dir, monkeypatch):
    from embodied_ssl.data import LabelledImages, labelled

    opened, seen = labelled.open_labelled, []

    def watched(*args):
        images = opened(*args)
        read = lambda places: (seen.extend(images.split[places]), images.read(places))[1]  # noqa
        return dataclasses.replace(images, read=read)

    monkeypatch.setattr("embodied_ssl.training.probe.open_labelled", watched)
    probe = Probe(str(turntable_dir))
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16).train()
    before = {name: value.clone() for name, value in trunk.state_dict().items()}
    drawn = torch.get_rng_state()
    assert 0 <= probe(trunk, torch.device("cpu"))["knn"] <= 1
    assert set(seen) <= {"val", "both"} and LabelledImages
    assert trunk.training and torch.equal(torch.get_rng_state(), drawn)
    assert all(torch.equal(value, before[name]) for name, value in trunk.state_dict().items())


@pytest.mark.parametrize("probe", ["nowhere", "folder:nowhere"])
def test_a_probe_that_is_not_there_leaves_no_folder(config, probe):
    with pytest.raises(UserError, match="nowhere"):
        run_train(dataclasses.replace(config, probe=probe), "simclr")
    assert not config.out.exists()


def test_metrics_are_valid_json(config):
    run_train(config, "rotation")
    for line in (config.out / "metrics.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(name))
