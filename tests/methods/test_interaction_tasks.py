"""Labels of interactions that move with their images."""

import torch

from embodied_ssl.augment import IDENTITY
from embodied_ssl.methods.interaction.sides import SIDES
from embodied_ssl.methods.interaction.tasks import Grasp, Poke, Push
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


def test_a_push_that_is_seen_from_eight_sides_is_one_push():
    ends = torch.tensor([[-0.5, -0.3, 0.6, 0.2], [0.7, 0.1, -0.4, 0.8]])  # u0, v0, u1, v1
    frames = torch.zeros(2, 2, 1, SIDE, SIDE)
    for images, points in zip(frames, (ends[:, :2], ends[:, 2:]), strict=True):  # before, after
        for image, (u, v) in zip(images, points.tolist(), strict=True):
            image[0, int((v + 1) / 2 * SIDE), int((u + 1) / 2 * SIDE)] = 1
    task = Push(build_trunk("alexnet", width=0.1, fc_dim=8), 0.25)
    sides = task.sides({"before": frames[0], "after": frames[1]})

    def look(side):
        """The push that a head predicts which finds the dots."""
        place = task.frames(side).flatten(1).argmax(1)
        points = torch.stack([place % SIDE, place // SIDE], 1) * 2 / SIDE - 1 + 1 / SIDE
        return torch.cat([*points.chunk(2), torch.full((2, 1), 0.02)], 1)

    seen = [look(side) for side in sides]
    assert len({tuple(push[0].tolist()) for push in seen}) == len(SIDES) == 8
    found = task.of_all_sides(seen)
    torch.testing.assert_close(found[:, :4], ends, atol=1 / SIDE + 1e-6, rtol=0)
    torch.testing.assert_close(found, seen[0])


def test_the_angle_of_a_grasp_turns_with_the_side_it_is_seen_from():
    frames, angle = torch.zeros(2, 1, SIDE, SIDE), torch.tensor([0, 6])
    middle = SIDE // 2
    for image, degrees in zip(frames, (0.0, 60.0), strict=True):  # a stroke from the middle
        away = torch.arange(4, middle)
        across = torch.tensor(degrees).deg2rad()
        rows, columns = -(away * across.sin()).round().int(), (away * across.cos()).round().int()
        image[0, middle + rows, middle + columns] = 1
    task = Grasp(build_trunk("alexnet", width=0.1, fc_dim=8), 0.25)
    sides = task.sides({"before": frames, "angle": angle})
    assert len(sides) == 8
    assert torch.equal(sides[0]["before"], frames) and torch.equal(sides[0]["angle"], angle)
    for side in sides:
        for image, bins in zip(side["before"], side["angle"], strict=True):
            rows, columns = image[0].nonzero().float().mean(0) - (SIDE - 1) / 2
            degrees = torch.atan2(-rows, columns).rad2deg() % 180
            away = (degrees - 10 * bins + 90) % 180 - 90
            assert abs(away) < 8
    told = [torch.full((2,), float(number)) for number in range(8)]
    assert task.of_all_sides(told).tolist() == [3.5, 3.5]


def test_a_poke_is_the_mean_of_what_is_told_from_eight_sides():
    frames = torch.rand(3, 3, SIDE, SIDE)
    task = Poke(build_trunk("alexnet", width=0.1, fc_dim=8), 0.25)
    seen = [task.frames(side).mean(1) for side in task.sides({"before": frames})]
    assert len({tuple(images[0].flatten().tolist()) for images in seen}) == 8
    told = [torch.full((3, 2), float(number)) for number in range(8)]
    assert task.of_all_sides(told).tolist() == [[3.5, 3.5]] * 3
