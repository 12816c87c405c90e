"""What is on disk: datasets that robots collected, and labelled photos."""

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.frames import FrameCache
from embodied_ssl.data.labelled import LabelledImages, open_labelled

__all__ = ["Dataset", "FrameCache", "LabelledImages", "open_labelled"]
