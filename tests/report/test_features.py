"""What a report shows of the features of any trunk."""

import numpy as np
import pytest
import torch
from torch import nn

from embodied_ssl.data import Dataset
from embodied_ssl.evaluation.baselines import imagenet_installed
from embodied_ssl.report import features
from embodied_ssl.report.features import (
    SIDE,
    feature_figures,
    first_filters,
    nearest,
    receptive_field,
)
from embodied_ssl.report.html import html
from embodied_ssl.trunks import Trunk, build_trunk


class Edges(Trunk):
    """One unit that sees three pixels beside one another, and one that sees the whole image."""

    stage_names, stage_dims = ("edges", "all"), (1, 1)

    def __init__(self):
        super().__init__()
        self.net = nn.Conv2d(3, 1, (1, 3), padding=(0, 1), bias=False)
        nn.init.ones_(self.net.weight)

    def normalize(self, frames):
        return frames.float()

    def stages(self, x):
        seen = self.net(x).relu()
        return [seen, seen.mean((2, 3), keepdim=True)]


def test_the_receptive_field_is_what_the_strongest_value_depends_on():
    image = np.zeros((12, 12, 3), np.uint8)
    image[4, 6:9] = [[10, 0, 0], [250, 0, 0], [30, 0, 0]]
    seen = receptive_field(Edges(), image, "edges", 0)
    assert seen.shape == (SIDE, SIDE, 3)
    assert [seen[5, x, 0] for x in (10, SIDE // 2, SIDE - 10)] == [10, 250, 30]
    whole = receptive_field(Edges(), image, "all", 0)
    assert whole[0, 0].tolist() == [0, 0, 0] and whole.max() > 100


def test_neighbours_are_of_other_episodes_the_nearest_first():
    space = np.array([[1, 0], [1, 0.1], [1, 0.3], [0, 1], [-1, -1.4]])
    episode = np.array([0, 0, 1, 1, 2])
    (first, second) = nearest(space, np.array([0, 4]), episode)
    assert first == [2, 3, 4] and set(second) == {0, 1, 2, 3}


def test_filters_are_shown_where_they_look_at_colours():
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    strips = first_filters(trunk).figures[0].strips
    weight = next(m for m in trunk.modules() if isinstance(m, nn.Conv2d)).weight
    shown = [picture.image for strip in strips for picture in strip.pictures]
    assert len(shown) == len(weight) and max(len(strip.pictures) for strip in strips) <= 16
    assert all(image.min() == 0 and image.max() == 255 for image in shown)
    channel, row, column = np.unravel_index(int(weight[3].argmax()), weight[3].shape)
    assert shown[3][4 * row, 4 * column, channel] == 255
    assert first_filters(nn.Linear(3, 3)) is None


@pytest.mark.parametrize("name", ["alexnet", "split", "vit"])
def test_every_trunk_has_figures_and_is_left_as_it_was(name, tabletop_dir, monkeypatch):
    monkeypatch.setattr(features, "FRAMES", 48)
    settings = {"alexnet": {"width": 0.1, "fc_dim": 16}, "split": {"width": 0.2, "fc_dim": 32},
                "vit": {"dim": 24, "depth": 2, "heads": 2}}[name]  # fmt: skip
    torch.manual_seed(0)
    trunk = build_trunk(name, **settings).eval()
    before = {key: value.clone() for key, value in trunk.state_dict().items()}
    cache = Dataset.open(tabletop_dir).cache()
    figures = feature_figures(trunk, {"tabletop": cache}, seed=0)
    titles = [figure.title for figure in figures]
    assert titles[-2:] == ["Patches that excite a unit most", "Nearest neighbours"]
    page = "".join(map(html, figures))
    rows = list(figures[-1].figures[0].queries[0][1])
    assert rows == ["this run", *["imagenet"] * imagenet_installed(), "pixels"]
    assert page.count("data:image") > 20 and "the same category" in page.lower()
    assert all(torch.equal(value, before[key]) for key, value in trunk.state_dict().items())
    assert all(p.grad is None for p in trunk.parameters())
    assert "".join(map(html, feature_figures(trunk, {"tabletop": cache}, seed=0))) == page
