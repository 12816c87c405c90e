"""Labels of interactions that move with their images."""

import torch

from embodied_ssl.augment import IDENTITY
from embodied_ssl.methods.interaction.tasks import Push
from embodied_ssl.sampling import generator_of
from embodied_ssl.trunks import build_trunk

SIDE = 40


def test_the_ends_of_a_push_turn_and_mirror_with_both_images():
    ends = torch.tensor([-0.5, -0.3, 0.6, 0.2]).repeat(64, 1)  # u0, v0, u1, v1
    height = torch.linspace(0.01, 0.05, 64)[:, None]
    frames = torch.zeros(2, 64, 3, SIDE, SIDE, dtype=torch.uint8)
    for image, (u, v) in zip(frames, ends[0].unflatten(0, (2, 2)).tolist(), strict=True):
        column, row = round((u + 1) / 2 * SIDE), round((v + 1) / 2 * SIDE)
        image[:, :, row - 1 : row + 1, column - 1 : column + 1] = 255
    batch = {"before": frames[0], "after": frames[1], "action": torch.cat([ends, height], 1)}
    task = Push(build_trunk("alexnet", width=0.1, fc_dim=8), 0.25)
    made = task.augment(batch, SIDE, IDENTITY, generator_of(0, 0))
    assert torch.equal(made["action"][:, 4:], height)
    moved = made["action"][:, :4].unflatten(1, (2, 2))
    assert len({tuple(each) for each in moved[:, 0].mul(100).round().tolist()}) == 8
    for number, images in enumerate(made["images"].chunk(2)):  # where the push begins, and ends
        cells = ((moved[:, number] + 1) / 2 * SIDE).round().long()
        for image, (u, v) in zip(images, cells.tolist(), strict=True):
            assert image[0, v - 1 : v + 1, u - 1 : u + 1].min() > 0.9
