"""What belongs together: two augmentations of a frame, or two views of an object."""

import pytest
import torch

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods import METHODS
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.of_pairs import OfPairs
from embodied_ssl.methods.views import ManyCrops
from embodied_ssl.sampling import FrameSampler, generator_of
from embodied_ssl.sampling.positives import InteractionPairs
from embodied_ssl.trunks import build_trunk

OURS = sorted(name for name in METHODS if issubclass(METHODS.load(name), OfPairs))


@pytest.fixture(scope="module")
def caches(tabletop_dir):
    return {"tabletop": Dataset.open(tabletop_dir).cache()}


@pytest.fixture
def method_of(small_trunk_of):
    def build(name, **settings):
        cls = METHODS.load(name)
        trunk, trunk_settings = small_trunk_of(cls)
        return cls(build_trunk(trunk, **trunk_settings), cls.Config(**settings), 48)

    return build


def test_these_are_methods_of_pairs():
    assert {"simclr", "moco", "byol", "swav", "dino", "lejepa", "vicreg"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_views_are_of_what_was_asked_for(name, method_of, caches):
    samplers = [
        method_of(name, **told).open_sampler(caches, 4, 0) for told in ({}, {"positives": "views"})
    ]
    assert isinstance(samplers[0], FrameSampler) and isinstance(samplers[1], InteractionPairs)
    batch = samplers[1](0)
    assert not torch.equal(batch["first"], batch["second"])


@pytest.mark.parametrize("name", OURS)
def test_half_of_the_images_show_each_view(name, method_of):
    """The second view is brighter than the first whatever the augmentation."""
    method = method_of(name, positives="views")
    shape, step = (4, 3, 64, 64), Step(0, 0.0, generator_of(0, 0))
    pair = {
        each: torch.randint(low, low + 20, shape, dtype=torch.uint8)
        for each, low in (("first", 10), ("second", 220))
    }
    batch = method.prepare(pair | {"index": torch.arange(4), "row": torch.arange(4)}, step)
    images = batch["images"]
    if "keys" in batch:
        images = torch.cat([images, batch["keys"]])
    images = images if isinstance(images, list) else [images]
    brightness = [each.mean((1, 2, 3)) for each in images]
    if isinstance(method, ManyCrops):
        wanted = [torch.arange(len(each)) // 4 % 2 for each in brightness]
    else:
        wanted = [torch.arange(len(brightness[0])) // 4 % 2]
        if len(brightness[0]) == 16:  # MoCo 3: the keys are the other views
            wanted[0][8:] = 1 - wanted[0][8:]
    for each, second in zip(brightness, wanted, strict=True):
        assert each[second == 0].max() < each[second == 1].min()


def test_photos_have_no_views_of_objects(method_of):
    with pytest.raises(UserError, match="tabletop or turntable data"):
        method_of("simclr", positives="views").open_sampler({"photos": None}, 4, 0)
