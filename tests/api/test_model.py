"""What ``load`` opens embeds images as the evaluation did that chose the embedding."""

import json

import numpy as np
import pytest
import torch

import embodied_ssl
from embodied_ssl.data import open_labelled
from embodied_ssl.evaluation import kept
from embodied_ssl.evaluation.embedding import OneStage, Whitened, fit
from embodied_ssl.evaluation.gallery import Split
from embodied_ssl.training.command import run_train

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)


@pytest.mark.usefixtures("float32")
def test_without_an_evaluation_it_is_the_last_stage_of_maps(new_run):
    model = embodied_ssl.load(new_run)
    assert model.embedding == "conv5 mean" and model.image_size == 64
    with torch.inference_mode():
        x = model.trunk.normalize(torch.from_numpy(IMAGES).permute(0, 3, 1, 2))
        maps = dict(zip(model.trunk.stage_names, model.trunk.stages(x), strict=True))["conv5"]
    expected = maps.mean((2, 3)).numpy()
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = model.embed(IMAGES)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32 and found.shape == (3, model.dim)


def test_one_image_has_one_embedding_and_none_have_none(new_run, monkeypatch):
    model = embodied_ssl.load(new_run)
    several = model.embed(IMAGES)
    np.testing.assert_allclose(model.embed(IMAGES[1]), several[1], atol=1e-6)
    assert model.embed([]).shape == (0, model.dim)
    monkeypatch.setattr("embodied_ssl.api.model.IMAGES_AT_A_TIME", 2)
    np.testing.assert_allclose(model.embed(list(IMAGES)), several, atol=1e-6)


def test_the_evaluated_recall_is_that_of_what_it_embeds(new_run, evaluate, turntable_dir):
    judged = evaluate(new_run)
    model = embodied_ssl.load(new_run)
    assert model.embedding == judged["embedding"]
    labelled = open_labelled(str(turntable_dir), model.image_size)
    vectors, test = model.embed(labelled.images), Split.of(labelled, "test")
    similarity = vectors[test.queries] @ vectors[test.gallery].T
    assert test.score(similarity) == judged["test"]


def test_a_run_that_went_on_has_lost_its_embedding(
    new_run, evaluate, few_steps, tabletop_dir, capsys
):
    evaluate(new_run)
    run_train(few_steps(tabletop_dir, out=new_run, images=64, extend=True), "rotation")
    capsys.readouterr()
    model = embodied_ssl.load(new_run)
    assert model.embedding == "conv5 mean"
    assert "is of other weights" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"nothing", None])
def test_a_damaged_embedding_is_named(new_run, evaluate, content):
    evaluate(new_run)
    file = new_run / kept.EMBEDDING
    file.write_bytes(file.read_bytes()[:-8] if content is None else content)
    with pytest.raises(embodied_ssl.UserError, match="is damaged: evaluate the run again"):
        embodied_ssl.load(new_run)


def test_an_evaluation_goes_on_where_the_run_cannot_be_written(new_run, evaluate, capsys):
    (new_run / kept.EMBEDDING).mkdir()
    assert evaluate(new_run)["test"]
    assert "is not kept in" in capsys.readouterr().err
    assert embodied_ssl.load(new_run).embedding == "conv5 mean"


@pytest.mark.parametrize("embedding", [OneStage("b", "max"), OneStage("c", ""), Whitened(3)])
def test_an_encoder_comes_back_as_it_was_kept(embedding, tmp_path):
    rng = np.random.default_rng(0)
    keys = (("a", "mean"), ("b", "mean"), ("b", "max"), ("c", ""))
    features = {key: rng.normal(size=(20, 4)).astype(np.float32) for key in keys}
    (encoder,) = fit([embedding], features)
    trunk = torch.nn.Linear(2, 2)
    kept.keep_embedding(tmp_path, encoder, trunk, {"image_size": 96, "chosen_on": "é"})
    found, facts = kept.kept_embedding(tmp_path / kept.EMBEDDING, trunk)
    np.testing.assert_allclose(found(features), encoder(features), atol=1e-6)
    assert found.embedding == embedding
    assert facts["image_size"] == "96" and facts["chosen_on"] == "é"


def test_a_trunk_of_a_checkpoint_and_its_copy_open_as_the_run_does(new_run, evaluate, tmp_path):
    evaluate(new_run)
    run = embodied_ssl.load(new_run)
    run.trunk.save_pretrained(tmp_path / "copy")
    (tmp_path / "copy" / kept.EMBEDDING).write_bytes((new_run / kept.EMBEDDING).read_bytes())
    copy = embodied_ssl.load(tmp_path / "copy")
    assert copy.embedding == run.embedding and copy.image_size == run.image_size
    np.testing.assert_array_equal(copy.embed(IMAGES), run.embed(IMAGES))
    (checkpoint,) = (new_run / "checkpoints").iterdir()
    assert embodied_ssl.load(checkpoint / "trunk").embedding == "conv5 mean"


def test_what_is_no_model_is_named(tmp_path, new_run):
    with pytest.raises(embodied_ssl.UserError, match="holds no trained trunk"):
        embodied_ssl.load(tmp_path)
    with pytest.raises(embodied_ssl.UserError, match="takes no images of 3 pixels"):
        embodied_ssl.load(new_run, image_size=3)
    with pytest.raises(embodied_ssl.UserError, match="no device 'gpu'"):
        embodied_ssl.load(new_run, device="gpu")


def test_the_embedding_of_a_damaged_run_is_not_guessed(new_run):
    (new_run / "run.json").write_text(json.dumps({"method": "rotation"}))
    with pytest.raises(embodied_ssl.UserError, match="damaged"):
        embodied_ssl.load(new_run)
