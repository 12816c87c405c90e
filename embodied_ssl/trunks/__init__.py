"""Trunks: the shared networks that every method trains and every evaluation looks into."""

from __future__ import annotations

from embodied_ssl.trunks.alexnet import AlexNet
from embodied_ssl.trunks.auto import AutoTrunk
from embodied_ssl.trunks.base import Trunk
from embodied_ssl.trunks.build import (
    TRUNKS,
    all_settings,
    build_trunk,
    default_trunk,
    load_trunk_class,
    trunk_config,
    trunk_options,
    untrained_trunk,
)
from embodied_ssl.trunks.kitti import KittiNet

__all__ = [
    "TRUNKS",
    "AlexNet",
    "AutoTrunk",
    "KittiNet",
    "Trunk",
    "all_settings",
    "build_trunk",
    "default_trunk",
    "load_trunk_class",
    "trunk_config",
    "trunk_options",
    "untrained_trunk",
]
