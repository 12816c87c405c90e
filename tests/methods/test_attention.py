"""Attention as pictures and as a segmentation."""

import torch

from embodied_ssl.data import Dataset
from embodied_ssl.figures import Pictures
from embodied_ssl.methods.attention import attended
from embodied_ssl.methods.distillation.dino import DINO
from embodied_ssl.trunks import build_trunk


def test_the_fewest_patches_that_hold_the_mass_are_kept():
    attention = torch.tensor([[0.5, 0.2, 0.2, 0.1]]).view(1, 1, 2, 2)
    assert attended(attention, 0.4).flatten().tolist() == [True, False, False, False]
    assert attended(attention, 0.6).sum() == 2 and attended(attention, 0.6)[0, 0, 0, 0]
    assert attended(3 * attention, 0.95).all()  # whatever the class token has of it


def test_dino_draws_what_each_head_of_the_teacher_looks_at(tabletop_dir):
    torch.manual_seed(0)
    trunk = build_trunk("vit", dim=24, depth=2, heads=2)
    config = DINO.Config(hidden=16, bottleneck=8, prototypes=16)
    method = DINO(trunk, config, 64).eval()
    data = {"tabletop": Dataset.open(tabletop_dir).cache()}
    (section,) = method.figures(data, 0)
    (pictures,) = section.figures
    assert isinstance(pictures, Pictures)
    captions = [picture.caption for picture in pictures.strips[0].pictures]
    assert captions == ["seen", "head 1", "head 2", "looked at"]
    assert DINO(build_trunk("alexnet", width=0.1, fc_dim=16), config, 64).figures(data, 0) == []
