"""Depth prediction: normals, errors and crops against what can be worked out by hand."""

import dataclasses

import pytest
import torch

from embodied_ssl.augment import IDENTITY
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.pretext.depth_prediction import DepthPrediction, normals_of, slopes_of
from embodied_ssl.sampling import generator_of
from embodied_ssl.sampling.depths import DepthSampler
from embodied_ssl.trunks import build_trunk

SIZE = 32


@pytest.fixture
def told(monkeypatch):
    """The numbers of a method whose head tells a log depth and normals, (B, 4, d, d)."""

    def numbers(log_depth, normals, target):
        torch.manual_seed(0)
        trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
        method = DepthPrediction(trunk, DepthPrediction.Config(), SIZE)
        head = torch.cat([log_depth, normals], dim=1)
        monkeypatch.setattr(method.surface, "forward", lambda *args: head)
        stages = method.encode({"images": torch.rand(len(target), 3, SIZE, SIZE)})
        step = Step(0, 0.5, generator_of(0, 0))
        return {k: v.item() for k, v in method.loss(stages, {"log_depth": target}, step).items()}

    return numbers


def slanted(right, down, side=16):
    """The log depth (1, 1, d, d) of planes that recede so much from pixel to pixel."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return (0.3 + right * x + down * y)[None, None]


def test_a_plane_that_recedes_to_the_right_faces_right():
    log_depth = slanted(1 / 16, 0.0)
    normals, known = normals_of(log_depth, log_depth.isfinite())
    expected = torch.tensor([0.5, 0.0, 0.5]).sqrt()
    assert torch.allclose(normals, expected[:, None, None].expand_as(normals), atol=1e-5)
    assert known[..., :-1, :-1].all() and not known[..., -1, :].any()
    normals, _ = normals_of(slanted(0.0, -1 / 16), log_depth.isfinite())
    assert torch.allclose(normals[0, :, 3, 3], torch.tensor([0, -(0.5**0.5), 0.5**0.5]), atol=1e-5)


def test_nothing_is_known_beside_what_is_not_known():
    log_depth = slanted(0.01, 0.02)
    known = log_depth.isfinite()
    known[0, 0, 5, 5] = False
    _, both = slopes_of(log_depth, known)
    places = (~both[0, 0]).nonzero().tolist()
    assert places == [[4, 5], [5, 4], [5, 5]]


def test_what_is_right_costs_nothing_and_a_gap_changes_nothing(told):
    target = torch.cat([slanted(0.02, 0.01), slanted(-0.03, 0.0)])
    normals, _ = normals_of(target, target.isfinite())
    right = told(target, normals, target)
    assert right["loss"] == pytest.approx(0, abs=1e-5)
    assert right["explained"] == pytest.approx(1, abs=1e-4)
    gap = target.clone()
    gap[:, :, 4:9, 2:7] = float("nan")
    assert told(target, normals, gap)["loss"] == pytest.approx(0, abs=1e-5)
    nothing = told(target, normals, torch.full_like(target, float("nan")))
    assert nothing["loss"] == 0 and nothing["explained"] == 1


def test_an_error_that_all_places_share_counts_half(told):
    target = slanted(0.02, 0.01).repeat(2, 1, 1, 1)
    normals, _ = normals_of(target, target.isfinite())
    shifted = told(target + 0.4, normals, target)
    assert shifted["depth"] == pytest.approx(0.5 * 0.4**2, rel=1e-4)
    assert shifted["slopes"] == pytest.approx(0, abs=1e-6)
    assert shifted["explained"] == pytest.approx(1, abs=1e-4)
    flat = told(torch.zeros_like(target), normals, target)
    assert flat["explained"] == pytest.approx(0, abs=1e-5)
    assert flat["slopes"] == pytest.approx(0.02**2 + 0.01**2, rel=1e-3)


def test_depth_moves_with_the_image():
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    plain = dataclasses.replace(IDENTITY, flip=0.5)
    config = DepthPrediction.Config(augmentation=plain)
    method = DepthPrediction(trunk, config, SIZE)
    depth = torch.linspace(1, 2, SIZE).expand(8, 1, SIZE, SIZE)
    frames = (100 * depth).byte().expand(-1, 3, -1, -1)
    batch = method.prepare({"frames": frames, "depth": depth}, Step(0, 0.0, generator_of(0, 3)))
    images = batch["images"] * trunk.std + trunk.mean
    small = torch.nn.functional.interpolate(images[:, :1], method.side, mode="area")
    near = batch["log_depth"].exp()
    assert torch.allclose(near, 255 / 100 * small, atol=0.05)
    mirrored = near[:, 0, 0, 0] > near[:, 0, 0, -1]
    assert mirrored.any() and not mirrored.all()


def test_frames_and_depths_belong_together(caches):
    sampler = DepthSampler({k: caches[k] for k in ("tabletop", "rooms")}, 64, 0, 64)
    seen = []
    for number in range(-(-sampler.size // 64)):
        batch = sampler(number)
        red = batch["frames"][:, :1].float()
        assert torch.allclose(batch["depth"], (red + 900) / 5000, atol=2e-4)
        seen += batch["index"].tolist()
    assert set(seen) == set(range(sampler.size))
    assert len(sampler.parts) == 2


def test_data_without_depth_are_one_line(caches, tabletop_of, tmp_path):
    from embodied_ssl.data import Dataset, FrameCache

    plain = FrameCache.open(Dataset.open(tabletop_of(tmp_path / "plain", 6)))
    with pytest.raises(UserError, match="plain stores no depth: collect it with --depth"):
        DepthSampler({"tabletop": plain}, 4, 0, 16)
    photos = dataclasses.replace(plain, dataset=None)
    with pytest.raises(UserError, match="photos have no depth"):
        DepthSampler({"photos": photos}, 4, 0, 16)
    with pytest.raises(UserError, match="no frame of a training episode has a depth"):
        DepthSampler({"rooms": caches["rooms"].as_training("test")}, 4, 0, 16)
