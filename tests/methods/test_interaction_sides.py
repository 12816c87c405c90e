"""What heads predict from several sides of the same images."""

import pytest
import torch

from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.interaction.sides import AS_IT_IS, GRASP_SIDES, QUARTERS, seen_from
from embodied_ssl.methods.interaction.tasks import Grasp, Push
from embodied_ssl.trunks import build_trunk

SIDE = 40


def trunk():
    return build_trunk("alexnet", width=0.1, fc_dim=8)


def brightest(images):
    """Column and row of the middle of what is bright, -1 to 1."""
    light = images.mean(1)
    part = light / light.sum((1, 2), keepdim=True)
    at = (torch.arange(SIDE) + 0.5) * 2 / SIDE - 1
    return torch.stack([(part.sum(1) * at).sum(1), (part.sum(2) * at).sum(1)], 1)


def test_there_are_eight_quarters_and_all_angles_of_a_grasp_twice():
    assert len(set(QUARTERS)) == 8 and len(set(GRASP_SIDES)) == 36
    assert QUARTERS[0] == GRASP_SIDES[0] == AS_IT_IS
    frames = torch.randint(0, 255, (1, 3, SIDE, SIDE), dtype=torch.uint8)
    quarter = next(side for side in QUARTERS if side.turn == 9 and side.mirrored)
    expected = frames.flip(3).rot90(1, (2, 3)) / 255
    torch.testing.assert_close(seen_from(quarter, frames, SIDE), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("side", [*QUARTERS, *GRASP_SIDES])
def test_a_push_that_is_seen_from_any_side_is_one_push(side):
    ends = torch.tensor([[-0.4, -0.3, 0.45, 0.2], [0.5, 0.1, -0.3, 0.4]])  # u0, v0, u1, v1
    frames = torch.zeros(2, 2, 3, SIDE, SIDE, dtype=torch.uint8)
    for images, points in zip(frames, (ends[:, :2], ends[:, 2:]), strict=True):  # before, after
        for image, (u, v) in zip(images, points.tolist(), strict=True):
            row, column = round((v + 1) / 2 * SIDE), round((u + 1) / 2 * SIDE)
            image[:, row - 1 : row + 1, column - 1 : column + 1] = 255
    task = Push(trunk(), 0.25)
    seen = seen_from(side, torch.cat(list(frames)), SIDE)

    class Finder(torch.nn.Module):
        """A head that finds the dots."""

        def forward(self, before, after):
            height = torch.full((2, 1), 0.02)
            return torch.cat([brightest(before), brightest(after), height], 1)

    task.head = Finder()
    found = task.predict([seen] * 5, {}, side)
    torch.testing.assert_close(found[:, :4], ends, atol=2 / SIDE, rtol=0)
    assert found[:, 4].tolist() == pytest.approx([0.02, 0.02])


@pytest.mark.parametrize("side", GRASP_SIDES)
def test_the_angle_of_a_grasp_turns_with_the_side_it_is_seen_from(side):
    frames, angle = torch.zeros(3, 3, SIDE, SIDE), torch.tensor([0, 6, 13])
    middle = SIDE // 2
    for image, bins in zip(frames, angle.tolist(), strict=True):  # a stroke through the middle
        away, across = torch.arange(-14, 15), torch.tensor(10.0 * bins).deg2rad()
        rows, columns = -(away * across.sin()).round().int(), (away * across.cos()).round().int()
        image[:, middle + rows, middle + columns] = 255

    class Compass(torch.nn.Module):
        """A head that is sure of the angle of the stroke."""

        def forward(self, images):
            rows, columns = torch.meshgrid(*[torch.arange(SIDE) - middle] * 2, indexing="ij")
            bright = images.mean(1)
            xy = (bright * -rows * columns).sum((1, 2)) * 2
            xx_yy = (bright * (columns.square() - rows.square())).sum((1, 2))
            degrees = torch.atan2(xy, xx_yy).rad2deg() / 2 % 180
            logits = torch.zeros(len(images), 18, 2)
            logits[torch.arange(len(images)), (degrees / 10).round().long() % 18, 1] = 50
            return logits

    task = Grasp(trunk(), 0.25)
    task.head = Compass()
    seen = [seen_from(side, frames.to(torch.uint8), SIDE)] * 5
    batch = {"angle": angle}
    assert task.predict(seen, batch, side).tolist() == [1, 1, 1]
    wrong = {"angle": (angle + 3) % 18}
    assert task.predict(seen, wrong, side).tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("name", ["grasp", "push", "poke"])
def test_what_counts_is_the_mean_of_all_sides(name):
    cls = load_method_class("curious-robot")
    robot = cls(trunk(), cls.Config(tasks=("grasp", "push", "poke")), SIDE).eval()
    before, after = torch.randint(0, 255, (2, 2, 3, SIDE, SIDE), dtype=torch.uint8)
    batch = {"before": before, "after": after, "angle": torch.tensor([3, 11])}
    task = robot.tasks[name]
    assert task.sides == (GRASP_SIDES if name == "grasp" else QUARTERS)
    with torch.inference_mode():
        images = [seen_from(side, task.frames(batch), SIDE) for side in task.sides]
        stages = [robot.trunk.stages(robot.trunk.normalize(each)) for each in images]
        told = zip(stages, task.sides, strict=True)
        single = torch.stack([task.predict(maps, batch, side) for maps, side in told])
    assert single.std(0).max() > 0
    torch.testing.assert_close(robot.predict(name, batch), single.mean(0))
