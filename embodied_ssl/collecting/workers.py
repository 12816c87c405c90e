"""A process of its own that collects one shard after the other."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from embodied_ssl.collecting.claims import Watch
from embodied_ssl.collecting.endings import signals_held
from embodied_ssl.collecting.folder import collect_claimed
from embodied_ssl.collecting.patience import Patience
from embodied_ssl.collecting.shard import CollectSpec


class Worker:
    """A process; if it dies or is ended, another takes its place with the next shard.

    Attributes:
        number: of the shard that it collects.
        job: what comes of it: what ``collect_claimed`` returns; None while it has nothing to do.
    """

    def __init__(self, spec: CollectSpec):
        self._spec = spec
        self._watch = Watch(spec.out)
        self._pool: ProcessPoolExecutor | None = None
        self.number = -1
        self.job: Future[float | None] | None = None

    def begin(self, k: int) -> None:
        """Collect shard ``k``."""
        try:
            self.job = self._submit(k)
        except BrokenProcessPool:  # it died while it had nothing to do
            self.end()
            self.job = self._submit(k)
        self.number = k
        self._watch.begin(k)

    def hangs(self, patience: Patience) -> float | None:
        """Seconds for which it has shown no sign of life, if they are too many."""
        begun = self._watch.has_begun(self.number)
        limit = patience.limit if begun else patience.startup
        return limit if self._watch.silence(self.number) > limit else None

    def end(self) -> None:
        """End the process at once, a stopped one too: half a shard is worth nothing."""
        if self._pool is not None:
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.kill()
            self._pool.shutdown(cancel_futures=True)
        self._pool = self.job = None

    def _submit(self, k: int) -> Future[float | None]:
        if self._pool is None:
            # A pool for each process: those of one pool share queues, and a process that is stopped
            # while it reads from them would hold up all others.
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_become_worker)
        with signals_held():  # the process is born in here, and a signal while it imports is noise
            return self._pool.submit(collect_claimed, self._spec, k)


def _become_worker() -> None:
    # Ctrl-C reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed cannot stop its workers, and they would wait for work for ever.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
