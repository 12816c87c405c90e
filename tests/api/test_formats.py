"""A run in a format of others gives there what it gives here."""

import json

import numpy as np
import pytest
import torch

import embodied_ssl
from embodied_ssl.data.photos import middle_square
from embodied_ssl.errors import UserError
from embodied_ssl.exporting.onnx_model import write_onnx
from embodied_ssl.exporting.safetensors_model import write_safetensors
from embodied_ssl.exporting.timm_model import write_timm
from embodied_ssl.training.command import run_train

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
TRUNKS = {
    "vit": {"dim": 24, "depth": 2, "heads": 2},
    "vit of means": {"dim": 24, "depth": 2, "heads": 2, "pooling": "mean"},
    "resnet10t": {},
    "convnext_zepto_rms": {},
}


@pytest.fixture(scope="module", params=TRUNKS)
def any_run(request, few_steps, tabletop_dir, tmp_path_factory):
    """A run with each kind of trunk."""
    out = tmp_path_factory.mktemp("runs") / "run"
    settings = {"trunk": request.param.split()[0], "trunk_settings": TRUNKS[request.param]}
    return run_train(few_steps(tabletop_dir, out=out, images=8, **settings), "simclr")


def onnx_embeddings(folder, images):
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(folder / "model.onnx")
    size = session.get_inputs()[0].shape[-1]
    squares = np.stack([middle_square(image, size) for image in images])
    pixels = np.moveaxis(squares, -1, 1).astype(np.float32) / 255
    return session.run(["embedding"], {"images": pixels})[0]


@pytest.mark.usefixtures("float32")
def test_onnx(few_steps, tabletop_dir, tmp_path):
    config = few_steps(
        tabletop_dir, out=tmp_path / "run", trunk="vit", trunk_settings=TRUNKS["vit"]
    )
    run = run_train(config, "simclr")
    write_onnx(run, tmp_path)
    expected = embodied_ssl.load(run).embed(IMAGES)
    np.testing.assert_allclose(onnx_embeddings(tmp_path, IMAGES), expected, atol=2e-6)
    one = onnx_embeddings(tmp_path, IMAGES[:1])  # another number of images
    np.testing.assert_allclose(one, expected[:1], atol=2e-6)


@pytest.mark.usefixtures("float32")
def test_onnx_of_a_chosen_embedding(new_run, evaluate, tmp_path):
    evaluate(new_run)
    write_onnx(new_run, tmp_path)
    expected = embodied_ssl.load(new_run).embed(IMAGES)
    np.testing.assert_allclose(onnx_embeddings(tmp_path, IMAGES), expected, atol=2e-5)


def test_safetensors(new_run, evaluate, tmp_path):
    from safetensors.torch import load_file

    evaluate(new_run)
    write_safetensors(new_run, tmp_path)
    run, copy = embodied_ssl.load(new_run), embodied_ssl.load(tmp_path)
    assert copy.embedding == run.embedding and copy.image_size == run.image_size
    np.testing.assert_array_equal(copy.embed(IMAGES), run.embed(IMAGES))
    weights = load_file(tmp_path / "model.safetensors")
    assert all(weights[name].equal(t) for name, t in run.trunk.state_dict().items())


def test_timm(any_run, tmp_path):
    import timm

    write_timm(any_run, tmp_path)
    twin = timm.create_model(f"local-dir:{tmp_path}", pretrained=True).eval()
    run = embodied_ssl.load(any_run)
    assert tuple(twin.pretrained_cfg["input_size"]) == (3, 64, 64)
    x = run.trunk.normalize(torch.from_numpy(IMAGES).permute(0, 3, 1, 2))
    with torch.inference_mode():
        found = twin.forward_features(x)
        expected = run.trunk.stages(x)[-1]
        if hasattr(twin, "num_prefix_tokens"):
            found = twin.forward_head(found, pre_logits=True)[:, :, None, None]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_layers_that_are_not_of_the_trunk_are_told(few_steps, tabletop_dir, tmp_path):
    settings = {"trunk": "mobilenetv3_small_050", "trunk_settings": {}, "images": 8}
    run = run_train(few_steps(tabletop_dir, out=tmp_path / "run", **settings), "simclr")
    (tmp_path / "timm").mkdir()
    assert write_timm(run, tmp_path / "timm")["of them untrained"] == 2
    told = json.loads((tmp_path / "timm" / "config.json").read_text())
    assert told["untrained"] == ["conv_head.bias", "conv_head.weight"]


def test_a_trunk_that_is_none_of_timms_is_named(new_run, tmp_path):
    with pytest.raises(UserError, match="the trunk alexnet is no model of timm"):
        write_timm(new_run, tmp_path)


def test_a_trunk_that_sees_no_colours_is_none_of_timms(few_steps, tabletop_dir, tmp_path):
    grey = {"trunk": "mobilenetv3_small_050", "trunk_settings": {"sees": "lightness"}}
    run = run_train(few_steps(tabletop_dir, out=tmp_path / "run", images=8, **grey), "simclr")
    with pytest.raises(UserError, match="sees lightness alone"):
        write_timm(run, tmp_path)


def test_the_verb_writes_it_once_and_anew_for_another_embedding(
    new_run, evaluate, tmp_path, command
):
    args = ("export", new_run, "--format", "safetensors", "--out", tmp_path / "out")
    status, said, _ = command(*args)
    assert status == 0 and "safetensors, " in said
    assert "safetensors already" in command(*args)[1]
    evaluate(new_run)
    status, _, errors = command(*args)
    assert status == 2 and "holds another export" in errors
    assert "did you mean 'onnx'" in command("export", new_run, "--format", "onx", "--out", "a")[2]
