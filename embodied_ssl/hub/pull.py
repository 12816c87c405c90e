"""``pull``: a dataset or a run of the hub becomes a folder, every file of it verified."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional

from embodied_ssl.checkpoints import checkpoint_of
from embodied_ssl.data.caches import size_of
from embodied_ssl.errors import UserError
from embodied_ssl.exporting import DATASET
from embodied_ssl.exporting.command import sort_of
from embodied_ssl.files import address_of, checksum
from embodied_ssl.folders import appearing, is_empty
from embodied_ssl.hub.repo import SUMS, Repo, checked_id, explained, read_sums
from embodied_ssl.notes import console
from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from huggingface_hub import HfApi

PREFIXES = {"datasets/": "dataset", "models/": "model"}
LIBRARY_CACHE = ".cache"
"""What the hub's library keeps in the folder, to go on with a download."""


@dataclass(frozen=True)
class PullConfig:
    """Download a dataset or a run from the Hugging Face hub."""

    repo_id: Annotated[str, Positional]
    """Of the repository, user/name; datasets/user/name or models/user/name where there are both."""
    out: Path
    """Folder to make; it appears when all of it is there and verified."""
    revision: str = "main"
    """Branch, tag or commit."""


def run_pull(config: PullConfig) -> None:
    """``embodied-ssl pull``.

    Raises:
        UserError: for an ``--out`` that is not empty, what is not there, what is neither a dataset
            nor a run, and a file whose bytes are not those pushed.
    """
    if address_of(config.out):
        raise UserError(f"{config.out} is an address: pull to this machine and copy it.")
    if not is_empty(config.out):
        raise UserError(f"{config.out} holds something already: choose another --out.")
    prefix = next((each for each in PREFIXES if config.repo_id.startswith(each)), "")
    id = checked_id(config.repo_id.removeprefix(prefix))
    from huggingface_hub import HfApi

    from embodied_ssl.hub.contents import COPIED

    api = HfApi()
    with explained(f"pull {id}"):
        repo = Repo(id, PREFIXES[prefix]) if prefix else _found(api, id)
        commit = str(api.repo_info(id, repo_type=repo.type, revision=config.revision).sha)
        # Another commit has a folder of its own, so that no file of one gets into the other.
        with appearing(config.out, keep=commit) as folder:
            api.snapshot_download(
                id,
                repo_type=repo.type,
                revision=commit,
                local_dir=folder,
                ignore_patterns=[".gitattributes", *(COPIED if repo.type == "model" else ())],
            )
            shutil.rmtree(folder / LIBRARY_CACHE, ignore_errors=True)
            sort = _verify(folder, id, COPIED)
    state = f"{sort} of {repo.address}, {size_of(config.out) / 1e6:.1f} MB, verified"
    console().print(printable(f"{config.out}: {state}"), soft_wrap=True)


def _found(api: HfApi, id: str) -> Repo:
    """The repository of an id, whatever its type; UserError for none, and for two."""
    types = [each for each in PREFIXES.values() if api.repo_exists(id, repo_type=each)]
    if not types:
        raise UserError(
            f"the hub has no dataset and no model {id}, or not for this token (hf auth login)."
        )
    if len(types) > 1:
        raise UserError(f"the hub has both: say datasets/{id} or models/{id}.")
    return Repo(id, types[0])


def _verify(folder: Path, id: str, left: tuple[str, ...]) -> str:
    """Compare every file with its checksum, and give what it is.

    Raises:
        UserError: for what was not pushed by this program, or is not what was pushed.
    """
    try:
        sort = sort_of(folder)
    except UserError as error:
        raise UserError(f"{id} holds neither a dataset nor a run of embodied-ssl.") from error
    if (folder / SUMS).is_file():
        sums = read_sums((folder / SUMS).read_text(encoding="utf-8"))
        for name, digest in sums.items():
            file = folder / name
            if name not in left and (not file.is_file() or checksum(file) != digest):
                raise UserError(f"{name} of {id} is not what was pushed: push it again.")
        (folder / SUMS).unlink()  # of the repository; what is made of the folder is another thing
    if sort == DATASET:
        from embodied_ssl.data.dataset import Dataset

        dataset = Dataset.open(folder)
        dataset.verify()
        dataset.say_if_part()
    else:
        checkpoint_of(folder)
    return sort
