"""Objects: a parametric household, random blobs, and any folder of URDF files."""

from embodied_ssl_envs.objects.model import Material, ObjectModel
from embodied_ssl_envs.objects.sources import ObjectSet, open_objects
from embodied_ssl_envs.objects.splits import split_of

__all__ = ["Material", "ObjectModel", "ObjectSet", "open_objects", "split_of"]
