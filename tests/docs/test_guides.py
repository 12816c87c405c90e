"""What the guides print works: their files, their Python and their commands, run small."""

import os
import subprocess
import sys

import cv2
import gymnasium
import numpy as np
import pytest
from pages import DOCS, blocks

from embodied_ssl import cli
from embodied_ssl.training.command import run_train

GUIDES = DOCS / "guides"
SMALL = {
    "tabletop": "--interactions 24",
    "turntable": "--azimuths 1",
    "discs:Discs": "--episodes 8",
    "collect": "--image-size 48 --workers 1",
    "train": "--images 24 --trunk.width 0.1 --trunk.fc-dim 16 --train-size 48 --batch-size 8",
    "evaluate": "",
}
"""Options behind those that are printed: the last one counts."""
RUN = ("first-data", "your-objects", "your-photos", "your-video", "method", "protocol", "world")
SIMULATED = ("your-objects",)
JOBS = ("collect", "train", "evaluate")


def test_every_guide_is_run_or_holds_jobs_alone():
    names = {page.stem for page in GUIDES.glob("*.md")}
    assert names == {*RUN, "processes", "cluster"}


def photos(folder):
    """Objects of three categories."""
    rng = np.random.default_rng(0)
    for place in ("apple/gala", "apple/braeburn", "juice/orange"):
        (folder / place).mkdir(parents=True)
        for name in ("train_1", "train_2", "train_3", "val_1", "test_1"):
            image = rng.integers(0, 255, (64, 64, 3)).astype(np.uint8)
            cv2.imwrite(str(folder / place / f"{name}.png"), image)


def walks(folder):
    """Three walks of 24 frames, ahead and round to the left."""
    rng = np.random.default_rng(1)
    for name in ("kitchen-1", "kitchen-2", "office-1"):
        (folder / name).mkdir(parents=True)
        image, poses = rng.integers(0, 255, (48, 48, 3)).astype(np.uint8), []
        for frame in range(24):
            cv2.imwrite(str(folder / name / f"{frame:06d}.png"), np.roll(image, frame, 1))
            turn = 0.08 * (frame // 3)
            cos, sin = np.cos(turn), np.sin(turn)
            poses.append([cos, 0, -sin, 0, 0, 1, 0, 0, sin, 0, cos, 0.06 * frame])
        np.savetxt(folder / name / "poses.txt", poses)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, where modules are found; what they register goes with them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("embodied_ssl.evaluation.models.imagenet_installed", lambda: False)
    yield tmp_path
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(file.stem, None)
    gymnasium.registry.pop("discs/Discs-v0", None)


@pytest.fixture
def provided(place, few_steps, tabletop_dir, turntable_dir):
    """What a guide takes from others: data by their fixtures, a run, photos, walks."""

    def provide(guide):
        (place / "data").mkdir()
        if guide not in SIMULATED:
            (place / "data" / "turntable").symlink_to(turntable_dir)
            (place / "data" / "tabletop").symlink_to(tabletop_dir)
        if guide in ("your-photos", "protocol"):
            run_train(few_steps(tabletop_dir, out=place / "runs" / "simclr"), "simclr")
        if guide == "your-photos":
            photos(place / "photos")
        if guide == "your-video":
            photos(place / "frames")
            walks(place / "walks")

    return provide


def small(verb, args):
    """The arguments of a command with options that make it small."""
    more = [word for name in (verb, *args) for word in SMALL.get(name, "").split()]
    if "--train-size" in args:
        more = more[: more.index("--train-size")] + more[more.index("--train-size") + 2 :]
    return [*args, *more]


def call(words):
    """Run a printed command in this process."""
    if words[0] in ("export", "cd"):
        return
    verb, *args = words[1:] if words[0] == "embodied-ssl" else words
    linked = verb == "collect" and os.path.islink(args[args.index("--out") + 1])
    if not linked:  # else a fixture stands for it; a test of the README collects by that command
        cli.prepare(verb, small(verb, args), verb)()


@pytest.mark.parametrize("guide", RUN)
def test_a_guide_works_from_its_first_line_to_its_last(guide, provided, place, capsys):
    if guide in SIMULATED:
        pytest.importorskip("pybullet", reason="the simulator is not installed")
    provided(guide)
    names = {"__name__": "guide"}
    done = 0
    for block in blocks(GUIDES / f"{guide}.md"):
        if block.title:
            file = place / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
        elif block.language == "python":
            exec(compile(block.text, f"{guide}.md", "exec"), names)
        for words in block.commands:
            call(words)
            done += 1
    assert done >= 2


@pytest.mark.parametrize("job", JOBS)
def test_a_job_calls_commands_that_there_are(job, tmp_path):
    """Run as a shell would, with commands that say how they were called."""
    script = next(b for b in blocks(GUIDES / "cluster.md") if b.title == f"{job}.sbatch")
    for name in ("collect", "train", "evaluate", "torchrun"):
        (tmp_path / name).write_text('#!/bin/bash\nprintf "%s\\n" "${0##*/}" "$@"\n')
    (tmp_path / "srun").write_text('#!/bin/bash\nexec "$@"\n')
    (tmp_path / "scontrol").write_text("#!/bin/bash\necho node1\necho node2\n")
    for file in tmp_path.iterdir():
        file.chmod(0o755)
    slurm = {"SLURM_ARRAY_TASK_ID": "2", "SLURM_NNODES": "2", "SLURM_JOB_NODELIST": "node[1-2]"}
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **slurm}
    command = ["bash", "-euc", script.text]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    words = done.stdout.splitlines()
    if words[0] == "torchrun":
        assert words[words.index("--rdzv-endpoint") + 1] == "node1:29500"
        words = words[words.index("embodied_ssl") + 1 :]
    assert words[0] == job
    cli.prepare(words[0], words[1:], words[0])
    assert job != "collect" or words[-1] == "200:300"
