"""A thread beside the training that loads what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


@contextmanager
def thread_of_its_own() -> Iterator[ThreadPoolExecutor]:
    """A thread that computes alone.

    PyTorch gives every thread that computes a team of threads. With two teams there are more
    threads than cores, OpenMP lets those that wait sleep instead of spin, and every small operation
    of the training waits until they are awake: an update of a ViT took four times as long.
    """
    threads = torch.get_num_threads()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_compute_alone).result()
        torch.set_num_threads(threads)  # of this thread, and of all that begin to compute
        yield pool


def _compute_alone() -> None:
    torch.get_num_threads()  # a thread takes over the number when it first asks, and keeps its own
    torch.set_num_threads(1)
