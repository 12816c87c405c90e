"""Learn visual features by acting.

``load`` opens a trained model, ``open_dataset`` what was collected, ``make`` a world to act in.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embodied_ssl.api.dataset import OpenedDataset as OpenedDataset
    from embodied_ssl.api.dataset import open_dataset as open_dataset
    from embodied_ssl.api.model import EmbeddingModel as EmbeddingModel
    from embodied_ssl.api.model import load as load
    from embodied_ssl.api.world import make as make
    from embodied_ssl.errors import UserError as UserError

    __version__: str

_MODULES = {
    "EmbeddingModel": "embodied_ssl.api.model",
    "OpenedDataset": "embodied_ssl.api.dataset",
    "UserError": "embodied_ssl.errors",
    "load": "embodied_ssl.api.model",
    "make": "embodied_ssl.api.world",
    "open_dataset": "embodied_ssl.api.dataset",
}
__all__ = ["__version__", *_MODULES]


def __getattr__(name: str) -> Any:
    # torch takes seconds to import, and a world needs none of it.
    if name == "__version__":
        from importlib.metadata import version

        return version("embodied-ssl")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
