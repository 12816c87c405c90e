"""Read a LeRobotDataset by lerobot alone, in its own environment: nothing of ours is imported.

python read_lerobot.py FOLDER OUT ROWS CACHE

The first line of OUT has the version and how many frames a second were read in the order of ROWS;
then each line has a frame: the SHA-256 of the pixels of every image, and every other value.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

folder, out, rows, cache = map(Path, sys.argv[1:])
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


def main() -> None:
    dataset = LeRobotDataset("someone/exported", root=folder)
    assert len(dataset) == dataset.meta.total_frames
    place = {
        int(row): index for index, row in enumerate(dataset.hf_dataset.with_format(None)["row"])
    }
    order = [place[row] for row in json.loads(rows.read_text())]
    dataset[0]
    start = time.perf_counter()
    for index in order:
        dataset[index]
    speed = len(order) / (time.perf_counter() - start)
    with out.open("w") as file:
        print(json.dumps({"version": version("lerobot"), "reads_a_second": speed}), file=file)
        for index in range(len(dataset)):
            frame = dataset[index]
            images = {
                name: hashlib.sha256(
                    (frame.pop(name) * 255)
                    .round()
                    .to(torch.uint8)
                    .permute(1, 2, 0)
                    .numpy()
                    .tobytes()
                ).hexdigest()
                for name in dataset.meta.camera_keys
            }
            values = {name: plain(value) for name, value in frame.items()}
            print(json.dumps({"images": images, "values": values}), file=file)


if __name__ == "__main__":
    main()
