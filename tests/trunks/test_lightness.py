"""Trunks that see lightness alone: those of methods that tell colours, or as one likes."""

import json

import cv2
import numpy as np
import pytest
import torch

from embodied_ssl.cli import _dispatch
from embodied_ssl.evaluation.untrained import untrained
from embodied_ssl.training.command import run_train
from embodied_ssl.trunks import AutoTrunk, build_trunk

SETTINGS = {"alexnet": {"width": 0.1, "fc_dim": 8}, "vit": {"dim": 24, "depth": 2, "heads": 2},
            "resnet10t": {}}  # fmt: skip


@pytest.fixture
def frames():
    return torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)


@pytest.mark.parametrize("name", SETTINGS)
def test_colours_do_not_matter_where_lightness_is_seen(name, frames):
    trunk = build_trunk(name, **SETTINGS[name], sees="lightness").eval()
    seen = trunk.normalize(frames) * trunk.std + trunk.mean
    rgb = np.ascontiguousarray(frames.permute(0, 2, 3, 1).numpy()).astype(np.float32) / 255
    wanted = np.stack([cv2.cvtColor(image, cv2.COLOR_RGB2Lab)[..., 0] / 100 for image in rgb])
    for channel in seen.unbind(1):
        np.testing.assert_allclose(channel.numpy(), wanted, atol=5e-3)  # OpenCV interpolates
    as_it_is = build_trunk(name, **SETTINGS[name]).eval()
    assert not torch.allclose(as_it_is.normalize(frames), trunk.normalize(frames))


@pytest.mark.parametrize(("told", "sees"), [({}, "lightness"), ({"sees": "color"}, "color")])
def test_a_run_that_tells_colours_is_judged_by_what_it_saw(
    tabletop_dir, few_steps, frames, tmp_path, told, sees
):
    settings = SETTINGS["alexnet"] | told
    config = few_steps(tabletop_dir, out=tmp_path / "run", trunk_settings=settings)
    out = str(run_train(config, "colorization"))
    assert json.loads((tmp_path / "run" / "run.json").read_text())["trunk_settings"]["sees"] == sees
    trunk = AutoTrunk.from_pretrained(out)
    turned = frames.roll(1, dims=1)  # other colours
    assert torch.equal(trunk.normalize(frames)[:, 0], trunk.normalize(frames)[:, 1]) == (
        sees == "lightness"
    )
    assert not torch.equal(trunk.normalize(frames), trunk.normalize(turned))
    (control,) = untrained("random", [out], 0).values()
    images = np.ascontiguousarray(frames.permute(0, 2, 3, 1).numpy())
    assert control(images, torch.device("cpu")).trunk.sees == sees


def test_the_command_line_offers_what_is_usual_for_the_method(capsys):
    for method, usual in (("colorization", "lightness"), ("simclr", "color")):
        with pytest.raises(SystemExit) as stopped:
            _dispatch(["train", method, "--help"])
        assert stopped.value.code == 0
        text = " ".join(capsys.readouterr().out.replace("│", " ").split())
        assert f"their lightness alone. (default: {usual})" in text
