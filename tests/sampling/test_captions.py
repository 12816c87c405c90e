"""Captions say what the simulator knows, and nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from embodied_ssl.data import Dataset
from embodied_ssl.data.photo_source import PhotoSource
from embodied_ssl.errors import UserError
from embodied_ssl.methods.language.clip import CLIP
from embodied_ssl.sampling.captions import WORDS, CaptionSampler, captions, prompts
from embodied_ssl.sampling.text import tokenize
from embodied_ssl.training.legacy import with_present_names
from embodied_ssl.trunks import build_trunk


@pytest.fixture
def tabletop(tabletop_dir):
    return Dataset.open(tabletop_dir).cache()


def said_of(cache, rows, *words):
    """Captions in which some words are said."""
    return captions(cache, rows, {word: np.full(len(rows), word in words) for word in WORDS})


def rows_of(cache, interaction, instance):
    columns = cache.rows
    chosen = columns["interaction"] == interaction
    return np.flatnonzero(chosen & (columns["object.instance"] == instance))


def test_a_sentence_for_each_interaction(tabletop):
    rows = [rows_of(tabletop, name, "household/bowl/00005")[0] for name in ("push", "poke")]
    assert said_of(tabletop, np.array(rows), "material") == [
        "A robot pushes a steel bowl.",
        "A robot pokes a steel bowl.",
    ]
    assert said_of(tabletop, np.array(rows), "color", "relation")[0] == "A robot pushes a bowl."


def test_colours_and_neighbours_are_said_where_they_are_known(tabletop):
    row = rows_of(tabletop, "push", "household/bowl/00005")[:1]
    words = {"color": "red", "material": "steel", "relation": "left of", "neighbor": "apple"}
    for name, word in words.items():
        tabletop.rows[f"description.{name}"] = np.full(len(tabletop.rows["split"]), word, object)
    assert said_of(tabletop, row, *WORDS) == ["A robot pushes a red steel bowl left of an apple."]
    assert said_of(tabletop, row, "color") == ["A robot pushes a red bowl."]
    assert said_of(tabletop, row, "relation") == ["A robot pushes a bowl left of an apple."]
    tabletop.rows["description.relation"][row] = ""
    assert said_of(tabletop, row, "relation") == ["A robot pushes a bowl."]


def test_neighbours_are_said_of_frames_from_above_alone_and_not_always(tabletop):
    rows = len(tabletop.rows["split"])
    for name, word in (("relation", "behind"), ("neighbor", "mug")):
        tabletop.rows[f"description.{name}"] = np.full(rows, word, object)
    sampler = CaptionSampler([tabletop], 8, 0)
    above = np.isin(sampler.pools[0], tabletop.index["before"])
    behind = tokenize(["behind a mug"])[0]
    phrase = bytes(behind[(behind < 256)].tolist())
    texts = [bytes(row[row < 256].tolist()) for row in sampler._tokens[sampler._which]]
    said = np.array([phrase in text for text in texts])
    assert not said[~above].any() and 0.3 < said[above].mean() < 0.7
    again = CaptionSampler([tabletop], 8, 0)
    assert torch.equal(again(3)["tokens"], sampler(3)["tokens"])


def test_a_grasp_says_how_it_ended(tabletop):
    grasps = np.flatnonzero(tabletop.rows["interaction"] == "grasp")
    said = said_of(tabletop, grasps, "material")
    assert {True, False} == set(tabletop.rows["success"][grasps].tolist())
    for row, sentence in zip(grasps, said, strict=True):
        thing = f"a {tabletop.rows['object.material'][row]} {tabletop.rows['object.kind'][row]}"
        end = "and lifts it." if tabletop.rows["success"][row] else "but fails."
        assert thing in sentence and sentence.endswith(end)
    look = np.flatnonzero(tabletop.rows["interaction"] == "look")[:1]
    assert said_of(tabletop, look)[0].startswith("A robot holds a ")


def test_an_article_fits_its_noun(tabletop):
    push = np.flatnonzero(tabletop.rows["interaction"] == "push")[:1]
    tabletop.rows["object.kind"][push], tabletop.rows["object.material"][push] = "apple", ""
    assert said_of(tabletop, push, "material") == ["A robot pushes an apple."]


def test_rooms_are_named_by_their_kind(rooms_dir):
    cache = Dataset.open(rooms_dir).cache()
    assert said_of(cache, np.array([0, 48, 1])) == [
        "A view of a kitchen.",
        "A view of an office.",
        "A view of a kitchen.",
    ]


@pytest.fixture
def photos(tmp_path):
    """Four photos of two products of one kind."""
    for product in ("gala", "granny"):
        folder = tmp_path / "photos" / "apple" / product
        folder.mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (16, 16), (40 * number, 90, 9)).save(folder / f"train_{number}.png")
    return PhotoSource.open(f"folder:{tmp_path / 'photos'}").cache(16)


def written(tmp_path, value):
    path = tmp_path / "captions.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return str(path)


def test_photos_have_their_own_captions_or_those_of_their_folder(photos, tmp_path):
    own = "apple/granny/train_1.png"
    texts = {"apple": "A fruit.", "granny": "A green apple.", own: "This one."}
    sampler = CaptionSampler([photos], 4, 0, written(tmp_path, texts))
    batch, expected = sampler(0), tokenize(["A fruit.", "A fruit.", "A green apple.", "This one."])
    assert torch.equal(batch["tokens"], expected[batch["index"]])


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"gala": "A red apple."}, r"2 of 4 photos have no caption.*\(apple/granny/train_0.png"),
        ("{", "cannot be read"),
        (["a"], "no JSON object of names and sentences"),
        ({"apple": 3}, "no JSON object of names and sentences"),
    ],
)
def test_captions_that_cannot_be_used_are_one_line(photos, tmp_path, value, line):
    with pytest.raises(UserError, match=line) as caught:
        CaptionSampler([photos], 4, 0, written(tmp_path, value))
    assert "\n" not in str(caught.value)


def test_beside_rooms_captions_are_of_the_photos(photos, rooms_dir, tmp_path):
    rooms = Dataset.open(rooms_dir).cache()
    rooms = replace(rooms, frames=rooms.frames[:, :16, :16])
    texts = written(tmp_path, {"apple": "A fruit."})
    sampler = CaptionSampler([photos, rooms], 4, 0, texts)
    fruit, kitchen = tokenize(["A fruit.", "A view of a kitchen."])
    said = [row for number in range(8) for row in sampler(number)["tokens"].tolist()]
    assert fruit.tolist() in said and kitchen.tolist() in said


def test_captions_without_photos_are_refused(tabletop, tmp_path):
    with pytest.raises(UserError, match="--data has none"):
        CaptionSampler([tabletop], 4, 0, written(tmp_path, {}))


def test_a_name_is_told_by_all_that_may_be_said_of_it():
    torch.manual_seed(0)
    clip = CLIP(build_trunk("alexnet", width=0.1, fc_dim=16), CLIP.Config(), 32).eval()
    images, names = torch.randn(3, 3, 32, 32), ["apple", "steel pan"]
    said = clip.classify(images, clip.name_features(names))
    with torch.no_grad():
        seen = torch.nn.functional.normalize(clip.project_image(clip.trunk(images)), dim=1)
        for name, cosines in zip(names, said.T, strict=True):
            text = clip.text_features(tokenize(prompts(name))).mean(0)
            torch.testing.assert_close(cosines, seen @ text / text.norm())
    assert "A robot holds an apple." in prompts("apple") and "A view of an apple." in prompts(
        "apple"
    )


def test_runs_from_before_texts_had_a_length_keep_theirs():
    run = {"recipe": {}, "method": "clip", "method_config": {"dim": 128}}
    assert with_present_names(run)["method_config"] == {"length": 64, "dim": 128}
    told = run | {"method_config": {"length": 32}}
    assert with_present_names(told)["method_config"]["length"] == 32
    parts = {"clip": {}, "simclr": {}, "weights": [1, 1]}
    both = run | {"method": "clip+simclr", "method_config": parts}
    assert with_present_names(both)["method_config"] == parts | {"clip": {"length": 64}}
    assert with_present_names(run | {"method": "simclr"})["method_config"] == {"dim": 128}
    assert tokenize(["a bowl"], 64).shape == (1, 64)
