"""Workers that die, hang, are stopped or interrupted: others go on, or all end in one line."""

import contextlib
import signal
import time

import psutil
import pytest

from embodied_ssl.collecting.engines import engine_of, in_this_process
from embodied_ssl.collecting.filling import collect_missing
from embodied_ssl.collecting.patience import FLOOR, TRIES, Failures, Patience
from embodied_ssl.errors import UserError


@pytest.fixture
def whole(spec_of, digests, tmp_path):
    """The digests of an undisturbed collection."""

    def of(**options):
        spec = spec_of("whole", **options)
        collect_missing(spec, in_this_process, range(spec.num_shards))
        return digests(spec.out)

    return of


@pytest.mark.parametrize("trouble", ["die", "hang"])
def test_a_shard_whose_process_dies_or_hangs_is_given_to_another(
    spec_of, digests, whole, tmp_path, capsys, trouble
):
    spec = spec_of(rows=300, trouble=str(tmp_path))
    (tmp_path / f"once-{trouble}-101").touch()  # of shard 1
    collect_missing(spec, engine_of(2), range(3), Patience(2.0))
    assert "shard 1: " in capsys.readouterr().err
    assert digests(spec.out) == whole(rows=300, trouble=str(tmp_path))


def test_a_shard_that_fails_again_and_again_is_named_with_its_seed(spec_of, listed, tmp_path):
    (tmp_path / "die-101").touch()
    spec = spec_of(rows=300, seed=5, trouble=str(tmp_path))
    with pytest.raises(UserError, match=r"shard 1 \(--seed 5\) failed 3 times: its process was"):
        collect_missing(spec, engine_of(2), range(3))
    assert list(listed(spec.out)) == ["00000.parquet", "00002.parquet"]


def is_worker(process):
    """Whether it is one; a child that has just ended, such as git, is none."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def children(process, count):
    """The workers of a collector, once so many are about a shard."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children = psutil.Process(process.pid).children(recursive=True)
        found = [child for child in children if is_worker(child)]
        if len(found) == count:
            return found
        time.sleep(0.05)
    raise AssertionError("the workers do not come")


def test_a_worker_that_is_stopped_holds_up_nobody(start, digests, whole, tmp_path):
    (tmp_path / "slow-101").touch()
    process = start("one", "--rows", 300, "--trouble", tmp_path, "--workers", 2, "--timeout", 2)
    claims = tmp_path / "one" / ".collecting" / "00001.claim"
    for _ in range(600):
        if claims.exists() and (words := claims.read_text().split()):
            break
        time.sleep(0.05)
    psutil.Process(int(words[1])).suspend()
    assert process.wait(120) == 0
    assert "shard 1: no row for 2 s" in process.stderr.read()
    assert digests(tmp_path / "one") == whole(rows=300, trouble=str(tmp_path))


@pytest.mark.parametrize(
    ("number", "status", "said", "wait"),
    [
        (signal.SIGINT, 130, "interrupted: the same command continues.\n", 0.0),
        (signal.SIGINT, 130, "interrupted: the same command continues.\n", 2.0),
        (signal.SIGTERM, 143, "terminated: the same command continues.\n", 0.3),
    ],
)
def test_a_signal_ends_workers_in_one_line(start, tmp_path, number, status, said, wait):
    (tmp_path / "slow-all").touch()
    process = start("one", "--rows", 300, "--trouble", tmp_path, "--workers", 2)
    workers = children(process, 2)
    time.sleep(wait)
    psutil.Process(process.pid).send_signal(number)
    for worker in workers:  # as the terminal does
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.send_signal(number)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == status and error.endswith(said), error
    assert "Traceback" not in error and not any(worker.is_running() for worker in workers)


def test_patience_is_told_or_derived():
    patience = Patience()
    assert patience.limit == FLOOR
    patience.learn(30.0)
    patience.learn(1.0)
    assert patience.limit == 600.0
    assert Patience(told=2.0, longest=30.0).limit == 2.0
    assert Patience(told=2.0, longest=30.0).startup == 600.0
    assert Patience(told=2.0).startup == FLOOR


def test_failures_are_counted_for_each_shard(capsys):
    failures = Failures(seed=3)
    assert [failures.again(1, "it died") for _ in range(TRIES)] == [True, True, False]
    assert failures.again(2, "it died")
    with pytest.raises(UserError, match=r"shard 1 \(--seed 3\)"):
        failures.report()
    assert len(capsys.readouterr().err.splitlines()) == TRIES + 1
