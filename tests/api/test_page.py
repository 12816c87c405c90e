"""The code of `docs/python.md` runs as it stands, one block after the other."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_it_runs(new_run, tabletop_dir, tmp_path, monkeypatch):
    pytest.importorskip("pybullet")
    for folder, target in (("runs/curious", new_run), ("data/tabletop", tabletop_dir)):
        (tmp_path / folder).parent.mkdir(exist_ok=True)
        (tmp_path / folder).symlink_to(target)
    for name in ("mug", "spoon"):
        Image.fromarray(np.zeros((70, 80, 3), np.uint8)).save(tmp_path / f"{name}.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "hub")
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(block, names)
    assert names["vectors"].shape == (2, names["model"].dim)
    assert names["logits"].shape == (2, 10) and len(names["hub"]) == len(names["rows"])
