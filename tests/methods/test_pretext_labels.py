"""Labels of pretext tasks are exact, and cannot be read from borders or resampling."""

import pytest
import torch
import torch.nn.functional as F

from embodied_ssl.augment import IDENTITY, augment
from embodied_ssl.evaluation.linear_probe import fit_probes
from embodied_ssl.masks import eroded
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.pretext.counting import TILES
from embodied_ssl.methods.pretext.nat import assigned
from embodied_ssl.methods.pretext.relative_patch import CENTRE, NEIGHBOURS
from embodied_ssl.methods.pretext.temporal_order import TUPLES
from embodied_ssl.sampling import generator_of
from embodied_ssl.trunks import build_trunk, default_trunk


def method(name, train_size=48, **settings):
    torch.manual_seed(0)
    cls = load_method_class(name)
    trunk = default_trunk(cls.trunk_type)
    small = {"width": 0.2, "fc_dim": 32}
    return cls(build_trunk(trunk, **small), cls.Config(**settings), train_size).train()


def moment(number=0):
    return Step(number, 0.5, generator_of(0, number))


def noise(count, side=64, smooth=4):
    """Images without any content that a label could follow from."""
    generator = torch.Generator().manual_seed(5)
    small = torch.rand((count, 3, side // smooth, side // smooth), generator=generator)
    return (255 * F.interpolate(small, size=side, mode="bicubic").clamp(0, 1)).byte()


def test_a_rotation_is_undone_by_its_label():
    rotation = method("rotation")
    frames = noise(6)
    prepared = rotation.prepare({"frames": frames}, moment())
    plain = augment(frames, 48, rotation.config.augmentation, moment().generator)
    for image, turns, i in zip(prepared["images"], prepared["turns"], range(24), strict=True):
        back = image.rot90(-int(turns), dims=(1, 2))
        assert torch.equal(back, rotation.trunk.normalize(plain[i % 6 : i % 6 + 1])[0])


def test_patches_beside_the_middle_lie_where_their_label_says():
    """On an image whose brightness says the place the patches are ordered by their mean."""
    patches = method("relative-patch", color="project", pixelated=0.0)
    side = 64
    row, column = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    for ramp, axis in ((row, 0), (column, 1)):
        frame = (3 * ramp).byte().expand(2, 3, side, side)
        tiles = patches.prepare({"frames": frame}, moment())["images"].mean((1, 2, 3))
        means = tiles.unflatten(0, (2, 9))
        for place in NEIGHBOURS:
            step = (place // 3 - 1, place % 3 - 1)[axis]
            difference = means[:, place] - means[:, CENTRE]
            assert (difference.sign() == step).all() if step else (difference.abs() < 0.1).all()


def border(images, width=2):
    """The pixels along the edges of images."""
    inner = torch.ones_like(images[:1, :1], dtype=torch.bool)
    inner[..., width:-width, width:-width] = False
    return images[:, inner[0].expand(3, -1, -1)]


@pytest.mark.parametrize("name", ["rotation", "relative-patch"])
def test_no_label_is_read_from_the_borders(name):
    task = method(name)
    frames = noise(300)
    prepared = task.prepare({"frames": frames}, moment())
    images = prepared["images"]
    if name == "rotation":
        seen, labels = border(images), prepared["turns"]
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
        source = order % 300  # no image is on both sides of the test
    else:
        tiles = border(images).unflatten(0, (300, 9))
        around = tiles[:, NEIGHBOURS]
        both = torch.cat([tiles[:, CENTRE, None].expand_as(around), around], dim=2)
        seen, labels = both.flatten(0, 1), torch.arange(8).repeat(300)
        order = torch.arange(len(seen))
        source = order // 8
    seen, labels, test = seen[order], labels[order], source >= 200
    classes = int(labels.max()) + 1
    probes = fit_probes(seen[~test], labels[~test], classes, 0, ((0.03, 1e-2),), epochs=10)
    accuracy = probes.accuracies(seen[test], labels[test])[0]
    spread = (1 / classes * (1 - 1 / classes) / int(test.sum())) ** 0.5
    assert abs(accuracy - 1 / classes) < 5 * spread


def test_a_tuple_is_in_order_if_and_only_if_its_label_says_so():
    order = method("temporal-order", augmentation=IDENTITY)
    level = 40 * torch.arange(1, 6, dtype=torch.uint8)
    clip = level[None, :, None, None, None].expand(64, 5, 3, 64, 64)
    prepared = order.prepare({"clip": clip}, moment())
    places = prepared["images"].mean((1, 2, 3)).unflatten(0, (3, 64)).argsort(0).argsort(0).T
    first, middle, last = places.unbind(1)
    sorted_ = (middle == 1) & (first != last)
    assert torch.equal(sorted_.long(), prepared["in_order"])
    assert 0.1 < prepared["in_order"].float().mean() < 0.4
    assert set(map(tuple, TUPLES.tolist())) == {(1, 2, 3), (1, 0, 3), (1, 4, 3)}


def test_the_frames_of_a_tuple_share_one_crop():
    order = method("temporal-order")
    clip = noise(8)[:, None].expand(-1, 5, -1, -1, -1)
    first, second, third = order.prepare({"clip": clip}, moment())["images"].chunk(3)
    assert torch.equal(first, second) and torch.equal(second, third)


@pytest.mark.parametrize("region", ["centre", "random"])
def test_the_hole_shows_the_mean_and_all_else_is_as_it_was(region):
    painter = method("inpainting", region=region)
    frames = noise(4)
    plain = augment(frames, 48, painter.config.augmentation, moment().generator)
    seen = painter.prepare({"frames": frames}, moment())["images"]
    hidden = (seen == 0).all(1, keepdim=True)  # the mean, normalized
    assert torch.equal(
        torch.where(hidden, 0, seen), torch.where(hidden, 0, painter.trunk.normalize(plain))
    )
    assert 0.1 < hidden.float().mean() < 0.25
    grown = 1 - eroded(1 - hidden.float(), 2)
    assert grown.mean() < 0.3


def test_the_tiles_of_an_image_are_counted_with_it():
    counter = method("counting")
    frames = noise(3)
    images = counter.prepare({"frames": frames}, moment())["images"]
    whole, tiles = images[:3], images[3:].unflatten(0, (3, TILES))
    for i in range(3):
        rows = tiles[i].unflatten(0, (2, 2))  # (2, 2, 3, t, t)
        again = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
        small = F.interpolate(again[None], scale_factor=0.5, mode="area")[0]
        assert torch.allclose(small, whole[i], atol=1e-5)


def test_targets_are_dealt_out_so_that_the_sum_is_largest():
    similarity = torch.tensor([[0.9, 0.8], [0.85, 0.1]])
    assert assigned(similarity).tolist() == [1, 0]
    noise_matrix = torch.rand(40, 40, generator=torch.Generator().manual_seed(2))
    columns = assigned(noise_matrix)
    assert sorted(columns.tolist()) == list(range(40))
    assert noise_matrix[torch.arange(40), columns].sum() > noise_matrix.diag().sum()
