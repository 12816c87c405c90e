"""Photos to learn from: which of them, bad ones, and that a method trains on them."""

import numpy as np
import pytest
from PIL import Image

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.methods import METHODS
from embodied_ssl.training.command import open_worlds, run_train


def photos(folder, names, side=40):
    rng = np.random.default_rng(0)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (side, side + 9, 3), np.uint8)).save(path)
    return f"folder:{folder}"


def test_names_say_what_is_trained_on(tmp_path):
    names = [f"a/{part}_{i}.png" for part in ("train", "val", "test") for i in range(3)]
    cache = open_source(photos(tmp_path, names)).cache(16)
    split = cache.rows["split"]
    assert {s: (split == s).sum() for s in ("train", "val", "test")} == dict.fromkeys(
        ("train", "val", "test"), 3
    )
    assert [name.split("/")[1].split("_")[0] for name in cache.rows["instance"]] == list(split)


def test_any_tree_is_learned_from_but_for_one_of_twenty(tmp_path):
    names = [f"{'deep/' * (i % 3)}{i}.jpg" for i in range(200)]
    split = np.array(open_source(photos(tmp_path, names, 12)).split)
    assert 2 < (split == "val").sum() < 25
    assert (split == "train").sum() + (split == "val").sum() == 200


def test_what_evaluate_would_ask_about_is_not_trained_on(tmp_path):
    from embodied_ssl.data import open_labelled

    names = [f"mug/{i}/{view}.png" for i in range(6) for view in range(8)]
    spec = photos(tmp_path, names, 12)
    source, labelled = open_source(spec), open_labelled(spec, 12)
    asked = set(labelled.select("val", "query")) | set(labelled.select("test", "query"))
    trained = {i for i, split in enumerate(source.split) if split == "train"}
    assert asked and trained and not asked & trained


def test_some_but_not_all_named_is_an_error(tmp_path):
    spec = photos(tmp_path, ["a/train_1.png", "a/train_2.png", "a/cover.png"])
    with pytest.raises(UserError, match=r"cover\.png"):
        open_source(spec)


def test_bad_files_are_named_and_counted_and_the_rest_is_used(tmp_path, capsys):
    spec = photos(tmp_path, [f"{i}.png" for i in range(12)])
    for name in ("3.png", "7.png"):
        (tmp_path / name).write_bytes(b"no image")
    for _ in range(2):  # decoded, then from the cache
        cache = open_source(spec).cache(16)
        assert (cache.index["image"] >= 0).sum() == 10
        assert (cache.rows["split"] != "").sum() == 10
        assert "2 of 12 photos cannot be read (3.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "message"),
    [([], "holds no photos"), (["a/val_1.png", "a/test_1.png"], "no photos to train on")],
)
def test_nothing_to_learn_from_is_one_line(tmp_path, names, message):
    with pytest.raises(UserError, match=message):
        open_source(photos(tmp_path, names))


def test_embodied_methods_say_why_they_cannot(tmp_path):
    spec = photos(tmp_path, ["1.png"])
    with pytest.raises(
        UserError, match="holds photos, CuriousRobot learns from tabletop or turntable data"
    ):
        open_worlds((spec,), METHODS.load("curious-robot"))


def test_a_method_trains_on_photos_alone_and_beside_a_world(tmp_path, tabletop_dir, few_steps):
    spec = photos(tmp_path / "photos", [f"{i}.png" for i in range(10)])
    run_train(few_steps(spec, out=tmp_path / "alone"), "rotation")
    both = run_train(few_steps(spec, tabletop_dir, out=tmp_path / "both"), "rotation")
    assert '"photos"' in (both / "run.json").read_text()


def test_photos_that_are_enlarged_are_counted_when_they_are_decoded(tmp_path, capsys):
    photos(tmp_path, [f"{i}.png" for i in range(5)], side=60)
    spec = photos(tmp_path, ["small.png", "tiny.png"], side=3)
    open_source(spec).cache(48)
    said = capsys.readouterr().err
    assert (
        "2 of 7 photos have fewer than 48 pixels along a side and are enlarged (small.png" in said
    )


def test_the_only_photo_of_a_folder_is_no_reason_to_speak_of_names(tmp_path):
    from embodied_ssl.data import photo_folder

    held_out = next(f"{i}.png" for i in range(999)
                    if photo_folder._hash(photo_folder.Path(f"{i}.png")) % 20 == 0)  # fmt: skip
    with pytest.raises(UserError, match="its only one is held out"):
        open_source(photos(tmp_path, [held_out]))


def test_photos_without_folders_have_no_labels_to_learn_from(tmp_path, few_steps):
    spec = photos(tmp_path, [f"{i}.png" for i in range(8)])
    with pytest.raises(UserError, match=r"hold no categories: .* put photos in folders") as caught:
        run_train(few_steps(spec, out=tmp_path / "run"), "supervised")
    assert "\n" not in str(caught.value)
