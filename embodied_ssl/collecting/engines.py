"""Who collects the shards: this process, or several others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool

from embodied_ssl.collecting.folder import collect_claimed
from embodied_ssl.collecting.patience import Failures, Patience
from embodied_ssl.collecting.shard import CollectSpec
from embodied_ssl.collecting.workers import Worker

POLL = 0.25  # seconds between two looks at the workers

Engine = Callable[[CollectSpec, list[int], Patience], Iterator[int | None]]
"""Collects shards of these numbers in any order, passing over those that other collectors hold.
Gives the number of each as it is done, and None while it waits."""


def engine_of(workers: int) -> Engine:
    """The engine for so many processes."""
    if workers == 1:
        return in_this_process
    return lambda spec, numbers, patience: in_processes(spec, numbers, patience, workers)


def in_this_process(spec: CollectSpec, numbers: list[int], patience: Patience) -> Iterator[int]:
    """One shard after the other."""
    for k in numbers:
        patience.learn(collect_claimed(spec, k) or 0.0)
        yield k


def in_processes(
    spec: CollectSpec, numbers: list[int], patience: Patience, workers: int
) -> Iterator[int | None]:
    """As many shards at once as there are workers.

    Raises:
        UserError: once all others are done, for shards whose process died or hung again and again.
    """
    waiting, failures = deque(numbers), Failures(spec.seed)
    crew = [Worker(spec) for _ in range(min(workers, len(numbers)))]
    try:
        while waiting or any(worker.job for worker in crew):
            for worker in crew:
                if waiting and not worker.job:
                    worker.begin(waiting.popleft())
            wait([worker.job for worker in crew if worker.job], POLL, FIRST_COMPLETED)
            yield None
            for worker in crew:
                if worker.job and (why := _look_at(worker, patience)):
                    worker.end()
                    if failures.again(worker.number, why):
                        waiting.append(worker.number)
                elif worker.job and worker.job.done():
                    worker.job = None
                    yield worker.number
        failures.report()
    finally:
        for worker in crew:
            worker.end()


def _look_at(worker: Worker, patience: Patience) -> str:
    """What is wrong with a worker; nothing while it works, and when it is done."""
    if not worker.job.done():
        silence = worker.hangs(patience)
        return f"no row for {silence:.0f} s (--timeout)" if silence else ""
    try:
        patience.learn(worker.job.result() or 0.0)
    except BrokenProcessPool:
        return "its process was killed"
    return ""
