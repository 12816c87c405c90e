"""URDF files of a user: read, checked in a process of their own, and made ready for Bullet."""

from embodied_ssl_envs.urdf.checked import CheckedUrdf, check_urdfs

__all__ = ["CheckedUrdf", "check_urdfs"]
