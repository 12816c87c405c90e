"""Trunks saved, and opened again by the place where they lie."""

import json

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.trunks import AlexNet, AutoTrunk, KittiNet, Trunk, build_trunk, cached
from embodied_ssl.trunks import timm as timm_trunks
from embodied_ssl.trunks.split import SplitTrunk
from embodied_ssl.trunks.vit import ViT

TRUNKS = {
    "alexnet": lambda: AlexNet(0.1, fc_dim=16, norm="lrn"),
    "kitti": lambda: KittiNet(width=0.25),
    "vit": lambda: ViT(dim=24, depth=2, heads=2, pooling="mean"),
    "split": lambda: SplitTrunk(width=0.1, fc_dim=16),
    "resnet10t": lambda: build_trunk("resnet10t"),
    f"{__name__}:Plugin": lambda: Plugin(fc_dim=7),
}


class Plugin(KittiNet):
    """A trunk that is in no registry."""

    def __init__(self, fc_dim: int = 7, width: float = 0.25):
        super().__init__(width, fc_dim)


@pytest.mark.parametrize("cls", [AutoTrunk, Trunk])
@pytest.mark.parametrize("trunk", TRUNKS)
def test_it_can_be_saved_and_opened_again(trunk, cls, tmp_path):
    name, trunk = trunk, TRUNKS[trunk]().eval()
    trunk.save_pretrained(tmp_path)
    again = cls.from_pretrained(tmp_path)
    assert type(again) is type(trunk) and not again.training
    assert again.name == trunk.name == name and again.settings == trunk.settings
    images = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(trunk(images), again(images))


def test_what_holds_no_trunk_is_said(tmp_path):
    with pytest.raises(UserError, match="no trained trunk"):
        AutoTrunk.from_pretrained(tmp_path)
    trunk = build_trunk("kitti")
    trunk.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(UserError, match="no trunk that can be read"):
        AutoTrunk.from_pretrained(tmp_path)


def test_a_trunk_of_before_is_known_by_its_run(tmp_path):
    folder = tmp_path / "checkpoints" / "step-00000007" / "trunk"
    trunk = build_trunk("kitti", width=0.5)
    trunk.save_pretrained(folder, config={"width": 0.5})
    for file in ("method.safetensors", "optimizer.safetensors"):
        (folder.parent / file).touch()
    with pytest.raises(UserError, match="which trunk"):
        AutoTrunk.from_pretrained(folder)
    run = {"trunk": "kitti", "trunk_settings": {"width": 0.5}}
    (tmp_path / "run.json").write_text(json.dumps(run))
    for source in (tmp_path, folder):
        assert AutoTrunk.from_pretrained(source).stage_dims == trunk.stage_dims


def test_a_class_opens_its_own_trunks_only(tmp_path):
    KittiNet(width=0.25).save_pretrained(tmp_path)
    assert KittiNet.from_pretrained(tmp_path).stage_dims == (8, 8, 16, 64)
    with pytest.raises(UserError, match="holds a KittiNet, which is no AlexNet"):
        AlexNet.from_pretrained(tmp_path)


def test_all_weights_are_needed(tmp_path):
    from safetensors.torch import load_file, save_file

    KittiNet(width=0.25).save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["fc.bias"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(UserError, match=r"fc\.bias"):
        AutoTrunk.from_pretrained(tmp_path)


def test_what_was_trained_on_needs_no_weights_of_timm(tmp_path, monkeypatch):
    trunk = build_trunk("resnet10t")
    trunk.save_pretrained(tmp_path, config={"trunk": "resnet10t", "pretrained": True})
    create, asked = timm_trunks.timm.create_model, []

    def watched(name, pretrained, **options):
        asked.append(pretrained)
        return create(name, pretrained=pretrained, **options)

    monkeypatch.setattr(timm_trunks.timm, "create_model", watched)
    AutoTrunk.from_pretrained(tmp_path)
    assert not any(asked)


def test_weights_that_are_not_on_this_machine(monkeypatch, tmp_path):
    """No network is asked, and the line says how to fetch them."""
    monkeypatch.setattr(cached, "try_to_load_from_cache", lambda *args, **kwargs: None)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(
        UserError, match=r"weights of resnet10t are not on this machine.*hf download"
    ):
        build_trunk("resnet10t", pretrained=True)
    with pytest.raises(UserError, match="no trained weights"):
        build_trunk("botnet50ts_256", pretrained=True)
