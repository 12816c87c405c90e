"""A dataset as clips to look at: a gallery that any browser opens, or a recording for Rerun."""

from embodied_ssl.viewing.command import ViewConfig, run_view

__all__ = ["ViewConfig", "run_view"]
