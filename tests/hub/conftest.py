"""A hub on this machine instead of the real one."""

import sys
from pathlib import Path

import pytest

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
