"""``push``: a dataset or a run becomes a repository of the hub, in one commit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional

from embodied_ssl.data.places import place
from embodied_ssl.errors import UserError
from embodied_ssl.exporting import DATASET
from embodied_ssl.exporting.command import sort_of
from embodied_ssl.files import checksum
from embodied_ssl.hub.repo import SUMS, TYPES, Repo, checked_id, explained, read_sums, written_sums
from embodied_ssl.notes import console
from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from embodied_ssl.hub.contents import Contents


@dataclass(frozen=True)
class PushConfig:
    """Upload a dataset or a run to the Hugging Face hub."""

    path: Annotated[str, Positional]
    """Folder of the dataset or the run."""
    repo_id: Annotated[str, Positional]
    """Of the repository, user/name; it is made if it is not there."""
    public: bool = False
    """Let everybody see a repository that is made; private otherwise."""


def run_push(config: PushConfig) -> None:
    """``embodied-ssl push``.

    Raises:
        UserError: without a token, for what is damaged, a repository with something else in it, and
            what the hub refuses.
    """
    checked_id(config.repo_id)
    folder = place(config.path)
    sort = sort_of(folder)
    from huggingface_hub import HfApi, get_token

    from embodied_ssl.hub.contents import contents_of_dataset, contents_of_run

    if get_token() is None:
        raise UserError("the hub wants to know who you are: run 'hf auth login', or set HF_TOKEN.")
    gather = contents_of_dataset if sort == DATASET else contents_of_run
    contents = gather(folder, config.repo_id)
    repo, api = Repo(config.repo_id, TYPES[sort]), HfApi()
    with explained(f"push to {repo.id}"):
        api.create_repo(repo.id, repo_type=repo.type, private=not config.public, exist_ok=True)
        changed = _commit(api, repo, contents)
    size = sum(len(c) if isinstance(c, bytes) else c.stat().st_size for c in contents.values())
    state = f"{len(contents)} files, {size / 1e6:.1f} MB" if changed else "is there already"
    console().print(printable(f"{repo.address}: {sort}, {state}"), soft_wrap=True)


def _commit(api: HfApi, repo: Repo, contents: Contents) -> bool:
    """Have the repository hold these files; whether there was anything to change."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    digests = {name: _digest(content) for name, content in contents.items()}
    before = _sums_of(api, repo)
    if before == digests:
        return False
    added = dict(contents) | {SUMS: written_sums(digests).encode()}
    operations = [
        *(CommitOperationDelete(name) for name in sorted(before.keys() - digests.keys())),
        *(
            CommitOperationAdd(name, str(content) if isinstance(content, Path) else content)
            for name, content in sorted(added.items())
            if before.get(name) != digests.get(name) or name == SUMS
        ),
    ]
    message = "Upload by embodied-ssl"
    api.create_commit(repo.id, operations, commit_message=message, repo_type=repo.type)
    return True


def _sums_of(api: HfApi, repo: Repo) -> dict[str, str]:
    """What a push before this one has left; UserError where there are files of another origin."""
    files = set(api.list_repo_files(repo.id, repo_type=repo.type))
    if SUMS in files:
        path = api.hf_hub_download(repo.id, SUMS, repo_type=repo.type)
        return read_sums(Path(path).read_text(encoding="utf-8"))
    if others := sorted(files - {".gitattributes", "README.md"}):
        raise UserError(f"{repo.id} holds something else ({others[0]}): choose another name.")
    return {}


def _digest(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    return checksum(content)
