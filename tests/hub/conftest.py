"""A hub on this machine instead of the real one."""

import shutil
import sys
from pathlib import Path

import pytest

from embodied_ssl.checkpoints import METHOD, OPTIMIZER, write_state
from embodied_ssl.trunks import untrained_trunk

sys.path.append(str(Path(__file__).parent))

from local_hub import TOKEN, running


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub with nothing in it, which commands of this process use, with a token that it takes."""
    with running() as found:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", found.url)
        files = found.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", files)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hf"))
        monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield found


@pytest.fixture
def copy(turntable_dir, tmp_path):
    """A dataset of two shards that may be changed."""
    return shutil.copytree(turntable_dir, tmp_path / "mine")


@pytest.fixture
def run(tmp_path):
    """A run of one checkpoint, as far as files are looked at."""
    checkpoint = tmp_path / "run" / "checkpoints" / "step-00000003"
    card = {"facts": {"Method": "rotation"}}
    trunk = untrained_trunk("alexnet", width=0.1, fc_dim=16)
    trunk.save_pretrained(checkpoint / "trunk", model_card_kwargs=card)
    for name in (METHOD, OPTIMIZER):
        (checkpoint / name).write_bytes(name.encode())
    write_state(checkpoint, {"step": 3})
    (tmp_path / "run" / "run.json").write_text("{}")
    return tmp_path / "run"
