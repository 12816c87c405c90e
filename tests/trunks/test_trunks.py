"""The trunk's contract: as many stages as names, of the sizes that were promised."""

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.methods.interaction.heads import tap
from embodied_ssl.trunks import (
    AlexNet,
    KittiNet,
    Trunk,
    all_settings,
    build_trunk,
    default_trunk,
)
from embodied_ssl.trunks.split import SplitTrunk
from embodied_ssl.trunks.vit import ViT

TRUNKS = {
    "batch": ("alexnet", {}),
    "lrn": ("alexnet", {"norm": "lrn"}),
    "narrow": ("alexnet", {"width": 0.25, "fc_dim": 64}),
    "kitti": ("kitti", {}),
    "narrow kitti": ("kitti", {"width": 0.25, "fc_dim": 16}),
    "vit": ("vit", {"dim": 24, "depth": 5, "heads": 2}),
    "mean of a vit": ("vit", {"dim": 24, "depth": 2, "heads": 2, "pooling": "mean"}),
    "split": ("split", {"width": 0.25, "fc_dim": 64}),
    "resnet": ("resnet10t", {}),
    "vit of timm": ("vit_tiny_patch16_224", {}),
    "channels last": ("convnext_atto", {}),
    "mobile": ("mobilenetv3_small_050", {}),
}


@pytest.fixture(params=TRUNKS)
def trunk(request):
    torch.manual_seed(0)
    name, settings = TRUNKS[request.param]
    return build_trunk(name, **settings).eval()


@pytest.mark.parametrize("size", [32, 96, 128])
def test_stages_are_what_they_say(trunk, size):
    with torch.inference_mode():
        images = trunk.normalize(torch.randint(0, 256, (2, 3, size, size), dtype=torch.uint8))
        stages, features = trunk.stages(images), trunk(images)
    assert [maps.shape[:2] for maps in stages] == [(2, dim) for dim in trunk.stage_dims]
    assert len(trunk.stage_names) == len(set(trunk.stage_names)) == len(stages)
    assert all(maps.dim() == 4 and maps.isfinite().all() for maps in stages)
    assert features.shape == (2, trunk.dim)
    torch.testing.assert_close(features, stages[-1].mean((2, 3)))


def test_bytes_and_numbers_are_the_same_image(trunk):
    frames = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    torch.testing.assert_close(trunk.normalize(frames), trunk.normalize(frames.float() / 255))


def test_memory_with_channels_last_is_the_same_image(trunk):
    images = torch.rand(2, 3, 32, 24)
    there = images.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(trunk.standardize(there), (images - trunk.mean) / trunk.std)
    assert trunk.standardize(there).stride() == there.stride()


def test_weights_follow_from_the_seed():
    first, second = (torch.manual_seed(5) and build_trunk("alexnet") for _ in range(2))
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_methods_train_a_trunk_that_they_can():
    types = {Trunk: "alexnet", KittiNet: "kitti", ViT: "vit", SplitTrunk: "split"}
    assert {cls: default_trunk(cls) for cls in types} == types

    class Other(Trunk):
        pass

    with pytest.raises(UserError, match="is a Other"):
        default_trunk(Other)


def test_transformers_of_timm_pool_as_they_were_made_to():
    trunk = build_trunk("vit_tiny_patch16_224").eval()
    images, model = torch.randn(2, 3, 64, 64), trunk.model
    with torch.inference_mode():
        torch.testing.assert_close(trunk(images), model.forward_features(images)[:, 0])  # CLS
    assert trunk.stage_names == ("block3", "block6", "block9", "block12", "pooled")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("alexnet", {"width": 0.0}),
        ("alexnet", {"width": float("nan")}),
        ("kitti", {"fc_dim": 0}),
        ("vit", {"dim": 25}),
        ("split", {"width": 1e9}),
    ],
)
def test_settings_out_of_bounds(name, settings):
    with pytest.raises(UserError, match=r"--trunk|width must"):
        build_trunk(name, **settings)


def test_the_papers_sizes():
    trunk = AlexNet(fc_dim=4096, norm="lrn", grid=6)
    assert trunk.stage_dims == (96, 256, 384, 384, 256, 4096, 4096)
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in trunk.modules())
    # Without groups, as in the paper's figure; biases and the two large layers included.
    count = sum(p.numel() for p in trunk.parameters())
    convolutions = [(3, 96, 11), (96, 256, 5), (256, 384, 3), (384, 384, 3), (384, 256, 3)]
    layers = [*convolutions, (256, 4096, 6), (4096, 4096, 1)]
    assert count == sum(i * o * k * k + o for i, o, k in layers)


def test_settings_are_completed_by_what_trunks_take_themselves():
    assert all_settings("kitti", {"width": 0.5}) == {"width": 0.5, "fc_dim": 64}
    assert all_settings("alexnet", {})["norm"] == "batch"
    assert all_settings("resnet10t", {}) == {"pretrained": False, "sees": "color"}


def test_the_papers_small_net():
    trunk = KittiNet()
    assert trunk.stage_dims == (32, 32, 64, 64)
    layers = [(1, 32, 25), (32, 32, 25), (32, 64, 25), (64, 64, 16)]
    assert sum(p.numel() for p in trunk.parameters()) == sum(i * o * k + o for i, o, k in layers)
    maps = trunk.stages(torch.zeros(1, 3, 32, 32))
    assert [m.shape[-1] for m in maps] == [16, 8, 4, 1]


def test_the_small_net_sees_larger_images_as_if_they_were_small():
    trunk, small = KittiNet().eval(), torch.rand(2, 3, 32, 32)
    large = small.repeat_interleave(4, 2).repeat_interleave(4, 3)
    torch.testing.assert_close(trunk(large), trunk(small))


def test_small_differences_are_left_in_low_precision():
    torch.manual_seed(0)
    trunk = KittiNet().eval()
    trunk.fc.bias.data.fill_(100.0)  # bfloat16 has steps of a half there
    images = torch.rand(8, 3, 32, 32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        low = trunk(images)
    with torch.inference_mode():
        full = trunk(images)
    assert low.dtype == torch.float32
    torch.testing.assert_close(low, full, rtol=0, atol=0.02)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("alexnett", {}, "did you mean 'alexnet'"),
        ("kity", {}, "did you mean 'kitti'"),
        ("resnet10t", {"width": 2.0}, "no setting 'width'"),
        ("kitti", {"norm": "lrn"}, "no setting 'norm'"),
        ("zzzz", {}, "unknown trunk"),
        ("resnet18.nonsense", {}, "nonsense"),
        ("pathlib:Path", {}, "is no trunk"),
        ("pathlib:Nothing", {}, "cannot be imported"),
    ],
)
def test_what_is_no_trunk(name, settings, said):
    with pytest.raises(UserError, match=said):
        build_trunk(name, **settings)


@pytest.mark.parametrize(
    ("name", "taps"),
    [
        ("alexnet", ["conv3", "conv4", "conv5", "fc1", "fc2"]),
        ("kitti", ["conv1", "conv2", "conv3", "fc", "fc"]),
    ],
)
def test_other_trunks_are_tapped_as_far_from_the_end_of_their_convolutions(name, taps):
    trunk = build_trunk(name)
    papers = ("conv3", "conv4", "conv5", "fc1", "fc2")
    assert [trunk.stage_names[tap(trunk, layer)] for layer in papers] == taps
