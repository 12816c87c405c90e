"""What of a folder is kept on the hub: whole shards, or the newest whole checkpoint of a run."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.checkpoints import CARD, EMBEDDING, METRICS, RUN, checkpoint_of
from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.manifest import FILE, SETTINGS

Contents = dict[str, Path | bytes]
"""Path in the repository -> the file or its bytes."""

COPIED = ("config.json", "model.safetensors")
"""Files of a run's trunk that stand at the top too, where ``AutoTrunk.from_pretrained`` and the hub
look for them; they are no part of the run's folder."""


def contents_of_dataset(folder: Path, id: str) -> Contents:
    """The shards, verified, with the manifest, the settings and the card.

    Raises:
        UserError: for a damaged shard.
    """
    dataset = Dataset.open(folder)
    dataset.verify()
    dataset.say_if_part()
    found: Contents = {file.relative_to(folder).as_posix(): file for file in dataset.files}
    found[FILE] = (folder / FILE).read_bytes()
    if (folder / SETTINGS).is_file():
        found[SETTINGS] = (folder / SETTINGS).read_bytes()
    if (folder / CARD).is_file():
        card = (folder / CARD).read_text(encoding="utf-8")
        found[CARD] = card.replace('"path/to/this/folder"', f'"{id}"').encode()
    return found


def contents_of_run(folder: Path, id: str) -> Contents:
    """The newest whole checkpoint, what the run says of itself, its curves, the embedding that was
    chosen for it, and the trunk's card.

    Raises:
        UserError: where no checkpoint is whole.
    """
    checkpoint = checkpoint_of(folder)
    found: Contents = {
        file.relative_to(folder).as_posix(): file
        for parent in (checkpoint, folder / "tensorboard")
        for file in sorted(parent.rglob("*"))
        if file.is_file()
    }
    # Read now: a training that goes on appends to the curves.
    for name in (RUN, SETTINGS, METRICS, EMBEDDING):
        if (folder / name).is_file():
            found[name] = (folder / name).read_bytes()
    trunk = checkpoint / "trunk"
    found |= {name: trunk / name for name in COPIED if (trunk / name).is_file()}
    if (trunk / CARD).is_file():
        card = (trunk / CARD).read_text(encoding="utf-8")
        found[CARD] = card.replace('from_pretrained(".")', f'from_pretrained("{id}")').encode()
    return found
