"""Trunks that nobody trained, as drawn and on the scale of images."""

import numpy as np
import pytest
import torch
from torch import nn

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.models import list_models
from embodied_ssl.trunks import build_trunk
from embodied_ssl.trunks.rescaled import rescale

CPU = torch.device("cpu")


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (64, 64, 64, 3), np.uint8)


def outputs(trunk, images):
    """What every layer with weights gives, by a pass of its own."""
    found = []
    layers = [m for m in trunk.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    hooks = [m.register_forward_hook(lambda *call: found.append(call[2])) for m in layers]
    frames = torch.from_numpy(images).permute(0, 3, 1, 2)
    with torch.no_grad():
        trunk.stages(trunk.normalize(frames))
    for hook in hooks:
        hook.remove()
    return found


def test_every_layer_is_brought_to_the_scale_of_the_images(images):
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16, norm="lrn").eval()
    before = outputs(trunk, images)
    rescale(trunk, trunk.normalize(torch.from_numpy(images).permute(0, 3, 1, 2)))
    after = outputs(trunk, images)
    assert len(after) == 7 and max(abs(each.std() - 1) for each in before) > 0.2
    for each in after:
        channels = each.transpose(0, 1).flatten(1)
        torch.testing.assert_close(channels.mean(1), torch.zeros(len(channels)), atol=1e-3, rtol=0)
        alive = channels.std(1)[channels.std(1) > 0.5]
        torch.testing.assert_close(alive, torch.ones(len(alive)), atol=1e-2, rtol=0)
        assert len(alive) > 0.9 * len(channels)


def test_it_stands_for_each_architecture_without_batch_norm(images, robot_run):
    models = list_models([robot_run], ("random", "random-rescaled"), seed=0)
    assert list(models) == ["random", "random-rescaled", robot_run]
    drawn, rescaled = (models[name](images, CPU).trunk for name in list(models)[:2])
    assert not any(isinstance(m, nn.BatchNorm2d) for m in rescaled.modules())
    assert drawn.stage_dims == rescaled.stage_dims
    again = models["random-rescaled"](images, CPU).trunk.state_dict()
    for name, weight in rescaled.state_dict().items():
        assert torch.equal(weight, again[name]), name


def test_it_is_in_tables_where_it_is_named(turntable_dir, pixels_alone, no_imagenet):
    config = EvaluateConfig(("random-rescaled",), str(turntable_dir), "knn", image_size=48)
    assert "random-rescaled" in run_evaluate(config)["models"]
    with pytest.raises(UserError, match="did you mean 'random-rescaled'"):
        run_evaluate(EvaluateConfig(("random-rescale",), str(turntable_dir), "knn"))
