"""MAE: the loss by hand, what the trunk sees, where the decoder paints, and that it learns."""

import pytest
import torch
from torch import nn

from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.losses import masked_prediction
from embodied_ssl.masks import patchify, removed, unpatchify
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.masked.mae import MAE
from embodied_ssl.sampling import FrameSampler, generator_of
from embodied_ssl.trunks import build_trunk


def mae(train_size=48, patch=8, **settings):
    torch.manual_seed(0)
    trunk = build_trunk("vit", dim=48, depth=2, heads=2, patch=patch)
    return MAE(trunk, MAE.Config(**settings), train_size).train()


def moment(number=0):
    return Step(number, 0.5, generator_of(0, number))


@pytest.fixture(scope="module")
def frames(tabletop_dir):
    return FrameSampler([FrameCache.open(Dataset.open(tabletop_dir))], 16, 0)


def by_hand(predicted, pixels, mask):
    """The loss one number after the other."""
    errors = []
    for i in range(len(pixels)):
        for p in range(len(pixels[i])):
            values = pixels[i][p].tolist()
            mean = sum(values) / len(values)
            var = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
            target = [(v - mean) / (var + 1e-6) ** 0.5 for v in values]
            pairs = list(zip(predicted[i][p].tolist(), target, strict=True))
            if mask[i][p] == 1:
                errors.append(sum((a - b) ** 2 for a, b in pairs) / len(pairs))
    return sum(errors) / len(errors)


def test_the_loss_agrees_with_one_written_as_loops():
    predicted, pixels = torch.randn(2, 3, 5, 12, generator=generator_of(0, 0)).unbind(0)
    mask = torch.tensor([[0.0, 1, 1, 0, 1], [1, 0, 1, 1, 0], [0, 1, 0, 1, 1]])
    loss = masked_prediction(predicted, pixels, mask)
    assert loss.item() == pytest.approx(by_hand(predicted, pixels, mask), rel=1e-5)
    elsewhere = predicted + 9 * (1 - mask)[:, :, None]  # what was seen need not be painted
    assert torch.equal(masked_prediction(elsewhere, pixels, mask), loss)
    scaled = masked_prediction(predicted, 3 * pixels - 1, mask)
    assert scaled.item() == pytest.approx(loss.item(), rel=1e-4)
    perfect = (pixels - pixels.mean(2, keepdim=True)) / pixels.std(2, keepdim=True)
    assert masked_prediction(perfect, pixels, mask).item() == pytest.approx(0, abs=1e-6)


def test_the_trunk_sees_a_quarter_of_the_patches_and_nothing_of_the_others(frames):
    method = mae().eval()
    prepared = method.prepare(frames(0), moment())
    assert prepared["ids_keep"].shape == (16, 9) and prepared["ids_restore"].shape == (16, 36)
    tokens = method.encode(prepared)[-1]
    assert tokens.shape == (16, 1 + 9, 48)
    assert method.cost(prepared) == 16 / 4
    patches = patchify(prepared["images"], 8)
    mask = removed(prepared["ids_restore"], 9)[:, :, None]

    def changed(where):
        other = unpatchify(patches + where * torch.arange(192) / 192, 8)
        return method.encode(prepared | {"images": other})[-1]

    assert torch.allclose(changed(mask), tokens, atol=1e-5)
    assert not torch.allclose(changed(1 - mask), tokens, atol=1e-3)


def test_the_decoder_puts_each_patch_in_its_place(frames):
    method = mae()
    ids = method.prepare(frames(0), moment())
    method.embed = method.decoder = method.paint = nn.Identity()
    method.mask_token = nn.Parameter(torch.full((1,), -1.0))
    method.positions = 100 * torch.arange(36.0)[:, None]
    numbers = torch.cat([torch.full((16, 1), 77), ids["ids_keep"]], 1)[:, :, None].float()
    painted = method.decode(numbers, ids["ids_restore"])[:, :, 0]
    for i in range(16):
        seen = ids["ids_keep"][i].tolist()
        assert painted[i].tolist() == [100 * p + (p if p in seen else -1) for p in range(36)]


def test_only_crops_and_mirror_images(frames):
    method = mae()
    even = {"frames": torch.full((4, 3, 64, 64), 100, dtype=torch.uint8)}
    images = method.prepare(even, moment())["images"]
    assert torch.allclose(images, method.trunk.normalize(even["frames"])[:, :, :48, :48])


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"masked": 0.0}, "--masked"), ({"masked": 1.0}, "--masked"),
     ({"decoder_dim": 100}, "--decoder-dim"), ({"decoder_depth": 0}, "--decoder-depth")],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(settings, said):
    with pytest.raises(UserError, match=said):
        MAE.Config(**settings)


def test_an_image_of_one_patch_is_refused():
    with pytest.raises(UserError, match="fewer than two patches"):
        mae(train_size=16, patch=16)


def test_it_learns_to_paint(frames):
    method = mae()
    optimizer = torch.optim.AdamW(method.parameters(), 1e-3, betas=(0.9, 0.95))
    losses = []
    for number in range(40):
        step = moment(number)
        loss = method(method.prepare(frames(number), step), step)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    # 1 is the error of the mean, which paints every patch flat.
    assert sum(losses[-10:]) / 10 < 0.9
