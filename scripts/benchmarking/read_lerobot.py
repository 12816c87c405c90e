"""Read a LeRobotDataset by lerobot alone, in its own environment: nothing of ours is imported.

python read_lerobot.py FOLDER OUT CACHE

Each line of OUT has a frame: the SHA-256 of the pixels of every image, and every other value. Then
every line of the standard input, a list of rows, is answered by how many were read a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

folder, out, cache = map(Path, sys.argv[1:])
os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(cache), "HF_DATASETS_CACHE": str(cache)}

import torch  # noqa: E402
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # noqa: E402


def plain(value: torch.Tensor | str) -> object:
    """A value as JSON has it: null for what is NaN."""
    if isinstance(value, str):
        return value
    numbers = value.tolist()
    if isinstance(numbers, list):
        return [None if number != number else number for number in numbers]
    return None if numbers != numbers else numbers


def described(dataset: LeRobotDataset, index: int) -> dict[str, dict[str, object]]:
    """The digests of a frame's images, and its other values."""
    frame = dataset[index]
    images = {}
    for name in dataset.meta.camera_keys:
        pixels = (frame.pop(name) * 255).round().to(torch.uint8).permute(1, 2, 0)
        images[name] = hashlib.sha256(pixels.contiguous().numpy().tobytes()).hexdigest()
    return {"images": images, "values": {name: plain(value) for name, value in frame.items()}}


def main() -> None:
    dataset = LeRobotDataset("someone/exported", root=folder)
    assert len(dataset) == dataset.meta.total_frames
    place = {}
    with out.open("w") as file:
        for index in range(len(dataset)):
            frame = described(dataset, index)
            place[frame["values"]["row"]] = index
            print(json.dumps(frame), file=file)
    print(version("lerobot"), flush=True)
    for line in sys.stdin:
        rows = json.loads(line)
        start = time.perf_counter()
        for row in rows:
            dataset[place[row]]
        print(len(rows) / (time.perf_counter() - start), flush=True)


if __name__ == "__main__":
    main()
