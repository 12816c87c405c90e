"""What is on disk: datasets that robots collected, and labelled photos."""

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.frames import FrameCache
from embodied_ssl.data.labelled import LabelledImages, open_labelled
from embodied_ssl.data.video import VideoFolder, open_source

__all__ = [
    "Dataset",
    "FrameCache",
    "LabelledImages",
    "VideoFolder",
    "open_labelled",
    "open_source",
]
