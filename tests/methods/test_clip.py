"""CLIP: at which size it sees what it tells the name of."""

import torch
import torch.nn.functional as F

from embodied_ssl.methods.language.clip import CLIP
from embodied_ssl.trunks import build_trunk


def test_it_tells_names_of_images_at_the_size_of_its_training():
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    clip = CLIP(trunk, CLIP.Config(dim=16, heads=2, depth=1), 32).eval()
    names = clip.name_features(["mug", "bowl", "pan"])
    images = torch.randn(8, 3, 32, 32)
    large = F.interpolate(images, (128, 128), mode="nearest")
    small = F.interpolate(large, (32, 32), mode="bilinear", antialias=True)
    told = clip.classify(large, names)
    assert torch.allclose(told, clip.classify(small, names), atol=1e-5)
    assert not torch.allclose(told, clip.classify(images, names), atol=1e-3)  # it is smoothed
