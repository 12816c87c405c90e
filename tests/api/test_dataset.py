"""A dataset is the same to numpy, pandas, PyTorch and ``datasets``."""

import cv2
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

import embodied_ssl
from embodied_ssl.data import Dataset
from embodied_ssl.data.shards import decode


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """Nothing is left in the caches of whoever runs this."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "hub")


@pytest.mark.parametrize("world", ["tabletop", "rooms", "turntable"])
def test_every_view_of_it_has_the_stored_rows(world, request):
    folder = request.getfixturevalue(f"{world}_dir")
    data = embodied_ssl.open_dataset(folder)
    stored = Dataset.open(folder).table().to_pylist()
    assert data.world == world and len(data) == len(stored)
    column = data.image_columns[-1] if world == "turntable" else data.image_columns[0]
    episodes = [row["episode"] for row in stored]
    assert data.numpy()["episode"].tolist() == episodes
    assert data.pandas()["episode"].tolist() == episodes
    assert [row["episode"] for row in data.torch(["episode"])] == episodes
    assert data.datasets()["episode"][:] == episodes
    there = data.has(column)
    images = data.numpy([column])[column]
    for row in (0, len(stored) // 2, len(stored) - 1):
        encoded = stored[row][column]
        assert bool(there[row]) == (encoded is not None)
        expected = decode(encoded["bytes"]) if encoded else np.zeros_like(images[row])
        np.testing.assert_array_equal(images[row], expected)
        tensor = data.torch([column])[row][column]
        np.testing.assert_array_equal(tensor.permute(1, 2, 0).numpy(), expected)


def test_a_split_has_its_rows_alone(tabletop_dir):
    data = embodied_ssl.open_dataset(tabletop_dir)
    splits = data.numpy(["split"])["split"]
    for split in ("train", "val"):
        assert set(data.numpy(split=split)["split"]) == {split}
        frame = data.pandas(split=split)
        assert frame.index.tolist() == np.flatnonzero(splits == split).tolist()
        assert len(data.torch(split=split)) == len(data.datasets(split)) == len(frame)
    with pytest.raises(embodied_ssl.UserError, match="unknown split 'vale': did you mean 'val'"):
        data.rows("vale")
    with pytest.raises(embodied_ssl.UserError, match="unknown column 'sucess': did you mean 'succ"):
        data.numpy(["sucess"])
    with pytest.raises(embodied_ssl.UserError, match="unknown image column 'split'"):
        data.has("split")


def test_lists_of_images_and_parts_of_structs(tabletop_dir):
    data = embodied_ssl.open_dataset(tabletop_dir, image_size=32)
    there, views = data.has("views"), data.numpy(["views"])["views"]
    assert there.shape == views.shape[:2] and views.shape[2:] == (32, 32, 3)
    assert (views[~there] == 0).all() and views[there].any(axis=(1, 2, 3)).all()
    assert {"object.kind", "object.mass"} <= set(data.columns)
    row = data.torch(["views", "object.kind", "success", "pixel"])[int(np.argmax(there[:, 0]))]
    assert row["views"].shape == (views.shape[1], 3, 32, 32)
    assert isinstance(row["object.kind"], str) and isinstance(row["success"], bool)
    assert isinstance(row["pixel"], torch.Tensor)


def test_a_loader_makes_batches_of_it(rooms_dir):
    rows = embodied_ssl.open_dataset(rooms_dir).torch(["image", "pose", "kind", "bumped"])
    batch = next(iter(DataLoader(rows, batch_size=4)))
    assert batch["image"].shape == (4, 3, 64, 64) and batch["image"].dtype == torch.uint8
    assert len(batch["kind"]) == 4 and batch["bumped"].shape == (4,)
    assert embodied_ssl.open_dataset(rooms_dir).torch("kind")[0] == {"kind": rows[0]["kind"]}
    assert rows[-1]["kind"] == rows[len(rows) - 1]["kind"]
    with pytest.raises(IndexError):
        rows[len(rows)]


def test_photos_are_opened_too(tmp_path):
    for name in ("train_1", "train_2", "val_1"):
        (tmp_path / "photos" / "cup").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(
            str(tmp_path / "photos" / "cup" / f"{name}.png"), np.full((40, 40, 3), 9, np.uint8)
        )
    data = embodied_ssl.open_dataset(f"folder:{tmp_path / 'photos'}", image_size=32)
    assert data.numpy(["image"], "train")["image"].shape == (2, 32, 32, 3)
    assert data.pandas()["category"].tolist() == ["cup"] * 3
    with pytest.raises(embodied_ssl.UserError, match="only a collected dataset"):
        data.datasets()
