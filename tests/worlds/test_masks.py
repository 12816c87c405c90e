"""``collect --masks``: what an image shows is stored beside it, and nothing else changes."""

import numpy as np

from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.schema import is_annotation
from embodied_ssl.data.shards import decode_mask, write_shard
from embodied_ssl.exporting.coco import write_coco
from embodied_ssl.files import checksum


def test_only_annotations_are_added(name, played):
    world, plain = played(name)
    masked_world, masked = played(name, masks=True)
    assert "masks" not in world.env_settings() and masked_world.env_settings()["masks"]
    added = masked_world.columns.keys() - world.columns.keys()
    assert added == {f"{world.annotated}_mask", f"{world.annotated}_objects"}
    assert set(map(is_annotation, world.columns)) == {False} and all(map(is_annotation, added))
    assert added <= masked_world.meanings.keys() and not added & world.meanings.keys()
    assert len(plain) == len(masked) > 1
    for before, after in zip(plain, masked, strict=True):
        rest = {column: value for column, value in after.items() if column not in added}
        assert before.keys() == rest.keys()
        assert all(np.array_equal(rest[c], value) for c, value in before.items() if c != "object")


def test_masks_show_what_the_objects_say(name, played, tmp_path):
    world, rows = played(name, masks=True)
    image = world.annotated
    path = tmp_path / "data" / "00000.parquet"
    write_shard(path, world.columns, rows)
    manifest = Manifest(name, {"image_size": 48}, planned={"shards": 1})
    manifest.shards[path.name] = {"rows": len(rows), "sha256": checksum(path)}
    manifest.write(tmp_path)
    dataset = Dataset.open(tmp_path)
    seen = 0
    for row, stored in zip(rows, dataset.table().to_pylist(), strict=True):
        if image not in row:
            assert stored[f"{image}_mask"] is None
            continue
        mask = decode_mask(stored[f"{image}_mask"]["bytes"])
        assert np.array_equal(mask, row[f"{image}_mask"]) and mask.shape == (48, 48)
        things = stored[f"{image}_objects"]
        assert things == row[f"{image}_objects"]
        assert set(np.unique(mask)) - {0} == {thing["number"] for thing in things}
        assert all(thing["category"] and thing["instance"] for thing in things)
        if name == "turntable":
            assert [thing["instance"] for thing in things] == [row["instance"]]
        seen += len(things)
    assert seen
    # Training sees images and rows, no masks.
    cache = dataset.cache()
    assert not any(map(is_annotation, [*cache.index, *cache.rows]))
    (tmp_path / "coco").mkdir()
    assert write_coco(dataset, tmp_path / "coco")["objects"] == seen
