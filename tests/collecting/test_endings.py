"""How a collection ends, and what a shard cannot be collected for."""

import os
import signal
import threading
import time

import pytest

from embodied_ssl.collecting import shard
from embodied_ssl.collecting.endings import TERMINATED, sigterm_in_one_line
from embodied_ssl.collecting.engines import engine_of, in_this_process
from embodied_ssl.collecting.filling import collect_missing
from embodied_ssl.collecting.folder import open_folder
from embodied_ssl.collecting.workers import Worker
from embodied_ssl.errors import UserError
from embodied_ssl_envs.errors import WorldError


def test_sigterm_is_one_line_and_leaves_no_trace(capsys):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as caught, sigterm_in_one_line():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert caught.value.code == TERMINATED == 143
    assert capsys.readouterr().err == "terminated: the same command continues.\n"
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_thread_leaves_signals_alone():
    def work():
        with sigterm_in_one_line():
            seen.append(signal.getsignal(signal.SIGTERM))

    seen = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


@pytest.mark.parametrize(
    ("error", "said"),
    [(MemoryError(), "shard 1 needs more memory"), (WorldError("cup.urdf is odd"), "cup.urdf")],
)
def test_what_a_shard_cannot_be_collected_for_is_one_line(spec_of, monkeypatch, error, said):
    spec = spec_of(rows=300)

    def fail(*_):
        raise error

    monkeypatch.setattr(shard, "shard_rows", fail)
    with pytest.raises(UserError, match=said):
        collect_missing(spec, in_this_process, range(1, 2))


def test_a_world_that_cannot_be_opened_is_one_line(spec_of, monkeypatch, counting):
    def fail(*_):
        raise WorldError("no such folder")

    monkeypatch.setattr(counting.Counting, "open_env", fail)
    with pytest.raises(UserError, match="no such folder"):
        spec_of(rows=1)


def test_an_error_of_a_worker_is_the_error_of_the_command(spec_of, tmp_path):
    (tmp_path / "nothing-all").touch()
    spec = spec_of(rows=300, trouble=str(tmp_path))
    with pytest.raises(UserError, match="fewer than were asked for"):
        collect_missing(spec, engine_of(2), range(3))


def test_a_process_that_died_with_nothing_to_do_is_replaced(spec_of, listed):
    spec = spec_of(rows=200)
    open_folder(spec)
    worker = Worker(spec)
    worker.begin(0)
    worker.job.result(60)
    (process,) = worker._pool._processes.values()
    process.kill()
    process.join()
    time.sleep(0.5)
    worker.begin(1)
    worker.job.result(60)
    worker.end()
    worker.end()
    assert len(listed(spec.out)) == 2
