"""Memory that a training on a CPU uses again in every step."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # as glibc's malloc.h numbers them
MOST = 2**31 - 1


def keep_freed_memory() -> None:
    """Let the C library keep freed buffers for the next step.

    glibc asks the system anew for every buffer above 32 MB, and the system clears each page that is
    touched: 6 % of a step of the curious robot at 96 pixels. Another library is left as it is.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl
        return
    mallopt(M_MMAP_MAX, 0)
    mallopt(M_TRIM_THRESHOLD, MOST)
