"""The sources of objects, and several sources as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from embodied_ssl_envs.errors import WorldError, did_you_mean
from embodied_ssl_envs.objects.blobs import Blobs
from embodied_ssl_envs.objects.everyday import Everyday
from embodied_ssl_envs.objects.folders import Folder
from embodied_ssl_envs.objects.household import Household
from embodied_ssl_envs.objects.model import ObjectModel
from embodied_ssl_envs.objects.splits import Splits

SOURCES = {"household": Household, "everyday": Everyday, "blobs": Blobs}
CONTENTS = "folder:sha256-"  # begins what a dataset says of a folder


class ObjectSet(Protocol):
    """Objects by name."""

    kinds: tuple[str, ...]

    def sample(self, rng: np.random.Generator, split: str) -> str:
        """A random name of a split."""
        ...

    def names(self, split: str, count: int) -> list[str]:
        """``count`` names of a split, always the same; fewer if there are fewer."""
        ...

    def load(self, name: str) -> ObjectModel:
        """The object of a name."""
        ...

    @property
    def recorded(self) -> tuple[str, ...]:
        """The sources; a folder by a name for its contents."""
        ...


class Union:
    """Several sources as one; each is sampled equally often."""

    def __init__(self, sources: Sequence[Household | Everyday | Blobs | Folder]):
        self._sources = tuple(sources)
        self.kinds = tuple(dict.fromkeys(kind for each in sources for kind in each.kinds))

    def sample(self, rng: np.random.Generator, split: str) -> str:
        """A random name of a split."""
        return self._sources[rng.integers(len(self._sources))].sample(rng, split)

    def names(self, split: str, count: int) -> list[str]:
        """Names of a split spread evenly over all kinds, whichever source they come from."""
        total = sum(len(each.kinds) for each in self._sources)
        shares = [-(-count * len(each.kinds) // total) for each in self._sources]
        lists = [
            each.names(split, share) for each, share in zip(self._sources, shares, strict=True)
        ]
        return [name for names in reversed(lists) for name in names][:count]

    @property
    def recorded(self) -> tuple[str, ...]:
        """The sources; a folder by a name for its contents, which stays the same elsewhere."""
        return tuple(
            f"{CONTENTS}{each.fingerprint[:32]}" if isinstance(each, Folder) else each.source
            for each in self._sources
        )

    def load(self, name: str) -> ObjectModel:
        """The object of a name."""
        source = name.split("/")[0]
        owners = [each for each in self._sources if each.source == source]
        for owner in owners[:-1]:
            try:
                return owner.load(name)
            except WorldError:
                continue  # two folders may be open: the next one may have it
        if not owners:
            raise WorldError(f"{name!r} comes from none of the sources in use")
        return owners[-1].load(name)


def open_objects(
    specs: Sequence[str],
    skip_broken: bool = False,
    scale: float = 1.0,
    splits: Splits | None = None,
    needed: Sequence[str] = (),
) -> ObjectSet:
    """The objects of one or several sources.

    Args:
        specs: each ``household``, ``everyday``, ``blobs`` or ``folder:PATH``
            (``PATH/kind/instance/*.urdf``).
        skip_broken: leave out files of a folder that cannot be simulated, with a warning each.
        scale: factor of the lengths of the objects of folders.
        splits: how the objects of a folder are split; by a hash of the name if left out.
        needed: splits in each of which every source must have an object.

    Raises:
        WorldError: for an unknown source, or a folder that cannot be used.
    """
    if isinstance(specs, str):
        specs = (specs,)
    if not specs:
        raise WorldError("no objects asked for: name household, everyday, blobs or folder:PATH")
    for spec in specs:
        if spec not in SOURCES and not spec.startswith("folder:"):
            raise did_you_mean("objects", spec, (*SOURCES, "folder:PATH"))
    folders = [spec for spec in specs if spec.startswith("folder:")]
    if scale != 1 and not folders:
        raise WorldError("scale is for the objects of folder:PATH, and there are none")
    opened: list[Household | Everyday | Blobs | Folder] = []
    for spec in specs:
        if spec in SOURCES:
            opened.append(SOURCES[spec]())
        else:
            folder = Folder(spec.removeprefix("folder:"), skip_broken, scale, splits)
            folder.require(tuple(needed))
            for other in filter(lambda each: isinstance(each, Folder), opened):
                if twice := other.all_names & folder.all_names:
                    raise WorldError(
                        f"{other.root} and {folder.root} both have an object of the name "
                        f"{min(twice)}: rename one"
                    )
            opened.append(folder)
    return Union(opened)
