"""Trunks by what was written: a run folder, a checkpoint's trunk folder, or the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors.torch import load_file

from embodied_ssl.checkpoints import NAME, RUN, STATE, candidates, checkpoint_of, damage
from embodied_ssl.errors import UserError
from embodied_ssl.trunks.build import untrained_trunk

if TYPE_CHECKING:
    from embodied_ssl.trunks.base import Trunk

CONFIG, WEIGHTS = "config.json", "model.safetensors"


class AutoTrunk:
    """Opens a trained trunk as the class that it is of."""

    @staticmethod
    def from_pretrained(source: str | Path, **options: Any) -> Trunk:
        """The trunk with its weights, in evaluation mode.

        Args:
            source: a run folder (its newest checkpoint counts), the ``trunk`` folder of a
                checkpoint, or an id of the Hugging Face hub.
            options: for the hub, such as ``revision`` or ``token``.

        Raises:
            UserError: when there is no trunk, or it is damaged.
        """
        path = Path(source)
        folder = _folder(path) if path.is_dir() else _download(str(source), options)
        try:
            config = json.loads((folder / CONFIG).read_text())
            name = config.pop("trunk", None)
            if name is None:
                name, config = _of_run(folder)
            trunk = untrained_trunk(name, **config)  # its own weights follow
            trunk.load_state_dict(load_file(folder / WEIGHTS))
        except UserError:
            raise
        except Exception as error:  # safetensors, json and torch each have their own
            raise UserError(f"{source} holds no trunk that can be read: {error}.") from error
        return trunk.eval()


def _folder(source: Path) -> Path:
    """The folder of a trunk in a run folder, or itself; UserError when its checkpoint says that its
    bytes are not those written."""
    if (source / CONFIG).is_file():
        checkpoint = source.resolve().parent
        known = NAME.fullmatch(checkpoint.name) and (checkpoint / STATE).is_file()
        if known and (reason := damage(checkpoint)):
            raise UserError(f"{source} is in no whole checkpoint ({reason}).")
        return source
    if not candidates(source):
        raise UserError(f"{source} holds no trained trunk.")
    return checkpoint_of(source) / "trunk"


def _of_run(folder: Path) -> tuple[str, dict]:
    """Name and settings of a trunk of before they were written beside it: those of its run."""
    run = folder.resolve().joinpath("../../..", RUN)
    if not run.is_file():
        raise UserError(f"{folder} does not say which trunk it is, and is in no run folder.")
    content = json.loads(run.read_text())
    return content["trunk"], content["trunk_settings"]


def beside(source: str | Path, name: str) -> Path | None:
    """A file beside the weights of a trunk that ``AutoTrunk`` opens; None where there is none."""
    path = Path(source)
    if path.is_dir():
        file = _folder(path) / name
        return file if file.is_file() else None
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return Path(hf_hub_download(str(source), name))
    except EntryNotFoundError:
        return None
    except Exception as error:  # no network
        raise _not_on_the_hub(str(source), error) from error


def _download(name: str, options: dict[str, Any]) -> Path:
    from huggingface_hub import hf_hub_download

    try:
        files = [hf_hub_download(name, file, **options) for file in (CONFIG, WEIGHTS)]
    except Exception as error:  # no network, no such name, no such file
        raise _not_on_the_hub(name, error) from error
    return Path(files[0]).parent


def _not_on_the_hub(name: str, error: Exception) -> UserError:
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    return UserError(f"{name} is no folder, and the hub does not have it: {reason}")
