"""What colorization says of how well it has solved its task."""

import pytest
import torch

from embodied_ssl.color_bins import rarity_weights, soft_encode
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.pretext.colorization import Colorization
from embodied_ssl.sampling import generator_of
from embodied_ssl.trunks import build_trunk


@pytest.fixture
def gain(monkeypatch):
    """Of what is told: a function of the true colours (B, Q, g, g) and how frequent they are."""
    torch.manual_seed(0)
    method = Colorization(build_trunk("alexnet", width=0.1, fc_dim=16), Colorization.Config(), 32)
    palette = torch.randint(256, (6, 3, 4, 4))[torch.tensor([0, 0, 0, 1, 1, 2])]
    frames = torch.nn.functional.interpolate(palette.float(), 32).byte()
    step = Step(0, 0.5, generator_of(0, 0))
    batch = method.prepare({"frames": frames}, step)
    true = soft_encode(batch["ab"])
    method.distribution.copy_(true.mean((0, 2, 3)))
    stages = method.encode(batch)

    def measured(told):
        monkeypatch.setattr(method.color, "forward", lambda *args: told(true, method.distribution))
        return method.loss(stages, batch, step)["gain"].item()

    return measured


def alike(logits, true):
    return logits[:, None, None].expand_as(true)


def counted(true, seen):
    return (rarity_weights(seen)[true.argmax(1)][:, None] * true).mean((0, 2, 3))


def test_what_is_said_of_all_places_alike_gains_nothing(gain):
    best = gain(lambda true, seen: alike(counted(true, seen).log().clamp(min=-20), true))
    assert best == pytest.approx(0, abs=1e-5)
    for power in (0.0, 0.5, 2.0):
        other = gain(
            lambda true, seen, p=power: alike(p * counted(true, seen).log().clamp(min=-20), true)
        )
        assert other < -1e-3
    assert gain(lambda true, seen: alike(seen.log().clamp(min=-20), true)) < -1e-3


def test_the_true_colours_gain(gain):
    assert gain(lambda true, seen: true.clamp(min=1e-6).log()) > 0.5
