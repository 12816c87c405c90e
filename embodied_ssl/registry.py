"""One way to name a part: our own, another package's, or any ``package.module:Class``.

A registry maps names to ``"module:Class"`` and imports a class when it is asked for, so that
listing names costs nothing. Other packages add theirs by an entry point of the registry's group::

    [project.entry-points."embodied_ssl.methods"]
    brightness = "my_package.brightness:Brightness"
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from embodied_ssl.errors import UserError, did_you_mean

PARTS = {
    "method": ("Config", "loss"),
    "protocol": ("Config", "judge"),
    "world": ("Config", "columns"),
}
"""What a class has to have."""


@lru_cache
def installed(group: str, path: tuple[str, ...]) -> dict[str, str]:
    """Name -> "module:Class" of what packages on ``path`` add to a registry. Kept, because reading
    what every installed package says of itself takes a hundred times as long as looking it up."""
    return {point.name: point.value for point in entry_points(group=group)}


class Registry(Mapping[str, str]):
    """Name -> "module:Class".

    Args:
        what: the sort of thing that is named, such as "method".
        group: of the entry points by which other packages add theirs.
        own: the names of this package; they win over entry points of the same name.
    """

    def __init__(self, what: str, group: str, own: dict[str, str]):
        self.what, self.group, self._own = what, group, own

    def _places(self) -> dict[str, str]:
        return self._own | installed(self.group, tuple(sys.path)) | self._own

    def __getitem__(self, name: str) -> str:
        return self._places()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())

    def __contains__(self, name: object) -> bool:
        return name in self._places()

    def load(self, name: str) -> type:
        """The class of a name, or of ``package.module:Class``.

        Raises:
            UserError: for a name that is not known, or a module that does not import.
        """
        place = self._places().get(name, name if ":" in name else None)
        if place is None:
            raise did_you_mean(self.what, name, self)
        module, _, attribute = place.partition(":")
        try:
            found = getattr(importlib.import_module(module), attribute)
        except Exception as error:  # a plug-in may raise anything while it is imported
            if name in self._own:
                raise
            raise UserError(
                f"the {self.what} {name!r} cannot be imported from {place}: {error!r}."
            ) from error
        for part in PARTS.get(self.what, ()):
            if not hasattr(found, part):
                raise UserError(f"{place} is no {self.what}: it has no {part}.")
        return found

    def summary(self, name: str) -> str:
        """The first line of a class's docstring, read without importing its module."""
        module, _, attribute = self[name].partition(":")
        try:
            spec = find_spec(module)
            tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
            node = next(n for n in tree.body if getattr(n, "name", None) == attribute)
            return (ast.get_docstring(node) or "").split("\n")[0]
        except Exception:  # one broken plug-in does not hide the others
            return f"(cannot be read from {self[name]})"

    def listing(self) -> str:
        """Every name with its summary, a line each."""
        width = 2 + max(map(len, self))
        return "\n".join(f"  {name:<{width}}{self.summary(name)}" for name in self)
