"""What the worlds have in common that take objects from folders: options and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from embodied_ssl.worlds.base import World

FOLDER = "folder:"
CONTENTS = "folder:sha256-"  # begins what dataset.json says of a folder; once it was the path
SCALES = (1e-4, 1e4)


class WithObjects(World):
    """A world with the options ``objects``, ``skip_broken`` and ``scale``."""

    named_by_contents = ("objects", "split_file")

    def recorded(self, env: Any) -> dict[str, Any]:
        """Folders of objects by their contents: they may move, and must not change."""
        there = getattr(env, "objects", None)  # a scene has bodies of its own
        return super().recorded(env) | ({"objects": there.recorded} if there else {})

    def same_setting(self, name: str, then: Any, now: Any) -> bool:
        """Whether objects are the same; datasets from before contents were recorded say paths."""
        if name != "objects" or not isinstance(then, list) or len(then) != len(now):
            return then == now
        asked = zip(then, now, self.config.objects, strict=True)
        return all(old == new or _same_path(old, given) for old, new, given in asked)


def _same_path(old: str, given: str) -> bool:
    paths = [each.removeprefix(FOLDER) for each in (old, given) if each.startswith(FOLDER)]
    if len(paths) != 2 or old.startswith(CONTENTS):
        return False
    first, second = (Path(path).expanduser().resolve() for path in paths)
    return first == second
