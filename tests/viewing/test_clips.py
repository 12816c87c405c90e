"""What worlds show of their rows, and what is shown of any other world's."""

import numpy as np
import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.viewing.plain import details
from embodied_ssl.viewing.reading import clips_of
from embodied_ssl.viewing.sheets import FULL, chosen_frames
from embodied_ssl.worlds.base import World
from embodied_ssl.worlds.clips import Clip, Frame, Plot
from embodied_ssl.worlds.tabletop_clips import grasp_lines

PICTURE = {"bytes": b"an image", "path": None}


def rows_of_an_arm(count):
    """Rows of a world that nobody knows: joints and a depth image beside each frame."""
    pose = np.eye(4)
    for step in range(count):
        pose[0, 3] = step
        yield {
            "episode": 3,
            "step": step,
            "time": 7.0 + step / 4,
            "split": "train",
            "image": PICTURE,
            "joints": [0.1 * step, -0.2 * step],
            "depth": [float(step)] * 9,
            "pose": pose.ravel().tolist(),
            "fov": 60.0,
            "lit": True,
            "mass": 2.5,
            "label": {"kind": "mug", "colour": None},
        }


def test_any_world_has_a_clip_of_each_episode():
    rows = list(rows_of_an_arm(5))
    (clip,) = World.clips(rows[::-1], {})
    assert (clip.name, clip.labels["split"], clip.labels["lit"]) == ("episode-3", "train", "yes")
    assert clip.labels["label.kind"] == "mug" and clip.numbers["mass"] == "2.5"
    assert [frame.seconds for frame in clip.frames] == [0, 0.25, 0.5, 0.75, 1]
    assert clip.frames[2].depth.shape == (3, 3) and clip.frames[2].depth[0, 0] == 2
    assert clip.frames[2].pose[0, 3] == 2 and clip.frames[2].fov == 60
    (plot,) = clip.plots
    np.testing.assert_allclose(plot.lines["joints 1"], [0, -0.2, -0.4, -0.6, -0.8])


def test_rows_without_episodes_are_clips_of_their_own():
    rows = [{"image": PICTURE, "force": list(range(30)), "split": "val"} for _ in range(2)]
    first, second = World.clips(rows, {})
    assert first.name == second.name == ""
    (plot,) = first.plots
    assert plot.lines["force"].tolist() == list(range(30))
    assert list(World.clips([], {})) == []


def test_every_clip_gets_a_name_of_its_own(tabletop_dir, monkeypatch):
    dataset = Dataset.open(tabletop_dir)

    def nameless(rows, settings):
        return [Clip("same", "", (Frame(b"", "camera", 0.0),)) for _ in rows]

    monkeypatch.setattr("embodied_ssl.worlds.tabletop.Tabletop.clips", nameless)
    names = [clip.name for clip in clips_of(dataset, 110)]
    assert names[:3] == ["same", "clip-2", "clip-3"] and len(set(names)) == 110


@pytest.mark.parametrize("count", [1, FULL, FULL + 1, 1000])
def test_frames_are_evenly_spread(count):
    clip = Clip("", "", (Frame(b"", "camera", 0.0),) * count)
    chosen = chosen_frames(clip)
    assert len(chosen) == min(count, FULL) and (chosen[0], chosen[-1]) == (0, count - 1)
    assert count == 1 or np.ptp(np.diff(chosen)) <= 1


def test_a_plot_is_short_and_holds_what_json_can_say():
    values = np.zeros(1000)
    values[700:] = np.arange(300)
    values[-1] = np.inf
    plot = Plot("\u202eforce", "N", np.arange(1000) / 240, {"f": values, "none": values * np.nan})
    clip = Clip("", "", (Frame(b"", "camera", 0.0),), plots=(plot,))
    (plain,) = details(clip, [0])["plots"]
    assert plain["title"] == "\\u202eforce"
    assert plain["seconds"][0] == pytest.approx(689 / 240, rel=1e-3)
    assert len(plain["seconds"]) <= 160 and plain["lines"]["f"][-1] is None
    assert set(plain["lines"]["none"]) == {None}


def test_fingers_stand_across_the_line_on_which_they_close():
    for angle in range(18):
        fingers, line = grasp_lines(angle, 0.16)
        (x0, y0), (x1, y1) = line
        assert np.hypot(x1 - x0, y1 - y0) == pytest.approx(0.5)
        for (u0, v0), (u1, v1) in fingers:
            assert (u1 - u0) * (x1 - x0) + (v1 - v0) * (y1 - y0) == pytest.approx(0)
