"""What is on disk: datasets that robots collected, and labelled photos."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embodied_ssl.data.dataset import Dataset
    from embodied_ssl.data.frames import FrameCache
    from embodied_ssl.data.labelled import LabelledImages, open_labelled
    from embodied_ssl.data.sources import common_size, open_source, require_whole
    from embodied_ssl.data.video import VideoFolder

__all__ = [
    "Dataset",
    "FrameCache",
    "LabelledImages",
    "VideoFolder",
    "common_size",
    "open_labelled",
    "open_source",
    "require_whole",
]

_MODULES = {
    "Dataset": "dataset",
    "FrameCache": "frames",
    "LabelledImages": "labelled",
    "VideoFolder": "video",
    "open_labelled": "labelled",
    "common_size": "sources",
    "open_source": "sources",
    "require_whole": "sources",
}


def __getattr__(name: str) -> Any:
    # A world describes its rows by `data.schema`; its options are listed without Arrow and OpenCV.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
