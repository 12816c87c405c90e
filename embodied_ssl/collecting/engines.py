"""Who collects the shards: this process, or a pool of processes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path

from embodied_ssl.collecting.shard import CollectSpec, collect_shard
from embodied_ssl.errors import UserError

Engine = Callable[[CollectSpec, list[int]], Iterator[Path]]
"""Collects shards of these numbers in any order and gives the path of each as it is done."""


def engine_of(workers: int) -> Engine:
    """The engine for so many processes."""
    if workers == 1:
        return in_this_process
    return lambda spec, numbers: in_processes(spec, numbers, workers)


def in_this_process(spec: CollectSpec, numbers: list[int]) -> Iterator[Path]:
    """One shard after the other."""
    for k in numbers:
        yield collect_shard(spec, k)


def in_processes(spec: CollectSpec, numbers: list[int], workers: int) -> Iterator[Path]:
    """As many shards at once as there are workers."""
    if len(numbers) < 2:
        yield from in_this_process(spec, numbers)
        return
    count = min(workers, len(numbers))
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_become_worker)
    try:
        for done in as_completed([pool.submit(collect_shard, spec, k) for k in numbers]):
            yield done.result()
    except BrokenProcessPool as error:
        raise UserError(
            "a worker was killed; what was whole stays: run the same command again."
        ) from error
    finally:
        _end(pool)


def _become_worker() -> None:
    # Ctrl-C reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed cannot stop its workers, and they would wait for work for ever.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end(pool: Executor) -> None:
    """Stop at once: a shard that is half collected is worth nothing."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()
