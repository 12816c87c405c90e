"""Few labels: who learns, from which images, and that colours are told where they can be."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig, models
from embodied_ssl.evaluation.baselines import imagenet_installed
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.models import list_models
from embodied_ssl.evaluation.protocols.few_labels import FewLabels
from embodied_ssl.evaluation.results import read_results


@pytest.fixture
def coloured(tmp_path):
    """Photos of three colours, for which early layers are enough."""
    rng = np.random.default_rng(0)
    for kind, colour in {"red": (0, 0, 200), "green": (0, 200, 0), "blue": (200, 0, 0)}.items():
        for part, count in (("train", 8), ("val", 2), ("test", 6)):
            for number in range(count):
                image = np.uint8(np.clip(rng.normal(colour, 25, (48, 48, 3)), 0, 255))
                file = tmp_path / "photos" / kind / f"{part}_{number}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(file), image)
    return f"folder:{tmp_path / 'photos'}"


def opened(run, protocol):
    models = list_models([run], ("random",), seed=0)
    return {name: of(protocol.calibration, torch.device("cpu")) for name, of in models.items()}


def test_colours_are_told_both_ways_and_the_model_is_left_as_it_was(coloured, rotation_run):
    protocol = FewLabels(FewLabels.Config(steps=40, draws=2), coloured, 48, 0)
    assert [len(rows) for rows in protocol.labelled[5]] == [15, 15]
    assert [len(rows) for rows in protocol.labelled[20]] == [24, 24]  # there are but eight each
    for model in opened(rotation_run, protocol).values():
        before = {k: v.clone() for k, v in model.trunk.state_dict().items()}
        numbers = protocol.judge(model)
        assert numbers["frozen_5"] > 0.9 and numbers["trained_20"] > 0.9
        assert all(torch.equal(v, before[k]) for k, v in model.trunk.state_dict().items())
    assert numbers == protocol.judge(model)


@pytest.mark.parametrize("named", ["", "conv2", "conv3"])
@pytest.mark.skipif(not imagenet_installed(), reason="the optional packages are not installed")
def test_each_network_has_a_stage_of_its_own(coloured, rotation_run, tmp_path, named, monkeypatch):
    """Of the whole table, which has a network of another architecture than the runs in it."""
    monkeypatch.setattr(models, "imagenet_installed", lambda: True)
    out = tmp_path / "few.json"
    config = EvaluateConfig((rotation_run,), coloured, "few-labels", out=out, image_size=48)
    run_evaluate(config, FewLabels.Config(steps=1, draws=1, stage=named))
    judged = read_results(out)["models"]
    stages = {name: numbers["stage"] for name, numbers in judged.items()}
    ours = named or "conv2"
    assert stages == {"random": ours, "imagenet": "block5", rotation_run: ours}


def test_early_layers_learn_only_where_all_weights_do(coloured, rotation_run, monkeypatch):
    protocol = FewLabels(FewLabels.Config(steps=2, draws=1), coloured, 48, 0)
    model = opened(rotation_run, protocol)[rotation_run]
    learned = []
    learn = FewLabels._learn

    def watched(self, rows, inputs, encode, learning, channels, model):
        before = [p.clone() for net in learning for p in net.parameters()]
        right = learn(self, rows, inputs, encode, learning, channels, model)
        after = [p for net in learning for p in net.parameters()]
        learned.append(sum(not torch.equal(a, b) for a, b in zip(before, after, strict=True)))
        return right

    monkeypatch.setattr(FewLabels, "_learn", watched)
    protocol.judge(model)
    assert learned[:2] == [0, 0] and min(learned[2:]) > 0


@pytest.mark.parametrize(
    ("settings", "runs", "said"),
    [
        ({"stage": "conv9"}, (), r"no stage 'conv9'\. Known: conv1"),
        ({"stage": "conv2"}, ("pixels",), "pixels has no network"),
    ],
)
def test_what_cannot_be_frozen_is_one_line(coloured, rotation_run, settings, runs, said):
    config = EvaluateConfig(runs or (rotation_run,), coloured, "few-labels")
    with pytest.raises(UserError, match=said) as caught:
        run_evaluate(config, replace(FewLabels.Config(steps=1, draws=1), **settings))
    assert "\n" not in str(caught.value)
