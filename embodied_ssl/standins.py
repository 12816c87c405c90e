"""Help at once: classes that are asked for their options alone are imported without torch.

Importing torch takes seconds, and a help text needs none of it. While ``standins`` is open, heavy
libraries are modules whose every attribute is an empty class, which can be inherited, called,
subscripted and used as a decorator. Nothing that was imported so may be run.
"""

from __future__ import annotations

import sys
from abc import ABCMeta
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import ClassVar

HEAVY = frozenset(
    (
        *("accelerate", "cv2", "datasets", "huggingface_hub", "jaxtyping", "matplotlib", "numpy"),
        *("pandas", "PIL", "pyarrow", "safetensors", "scipy", "sklearn", "timm", "torch"),
    )
)


class _Meta(ABCMeta):
    def __getattr__(cls, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Meta(name, (_Empty,), {})

    def __getitem__(cls, item):
        return cls

    def __or__(cls, other):
        return cls

    __ror__ = __mul__ = __add__ = __or__


class _Empty(metaclass=_Meta):
    """Stands for whatever a heavy library has."""

    def __init_subclass__(cls, **kwargs):
        pass

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, function=None, *args, **kwargs):
        return function  # a decorator leaves what it decorates

    def __getattr__(self, name: str):
        return _Empty()

    def __getitem__(self, item):
        return self

    def __add__(self, other):
        return self

    __radd__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __or__ = __ror__ = __add__


class _Module(ModuleType):
    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Meta(name, (_Empty,), {})  # each another one, as bases of a class have to be


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        heavy = name.split(".")[0] in HEAVY
        return ModuleSpec(name, self, is_package=True) if heavy else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


@contextmanager
def standins(asked: bool) -> Iterator[None]:
    """Import without heavy libraries, if it is ``asked`` for and none of them is there already.

    What was imported meanwhile is forgotten at the end, so that later imports are true ones.
    """
    if not asked or HEAVY & {name.split(".")[0] for name in sys.modules}:
        yield
        return
    before, finder = set(sys.modules), _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if name.split(".")[0] in HEAVY or name.startswith("embodied_ssl."):
                del sys.modules[name]
