"""What the whole suite needs: commands, small trunks, one thread, interruptions, and going on
where the simulator is not installed."""

import signal
from importlib.util import find_spec

import pytest

# A shell that starts the tests in the background has them ignore Ctrl-C, and so would every command
# that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where it is not installed, as on Python above 3.11, all else is tested.
SIMULATED = ["tests/envs", "tests/collecting", "tests/replaying", "tests/test_end_to_end.py"]
collect_ignore = [] if find_spec("pybullet") else SIMULATED
MISSING = "No module named 'pybullet'"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    try:
        return (yield)
    except Exception as error:
        if MISSING not in str(error):
            raise
        pytest.skip("the simulator is not installed")


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Networks as small as those of tests only wait for each other's threads."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def command(capfd, monkeypatch):
    """Call ``embodied-ssl ...`` in this process, in lines of 160: (status, output, errors)."""
    from embodied_ssl import cli

    monkeypatch.setenv("COLUMNS", "160")

    def call(*args):
        try:
            status = cli.run(lambda: cli._dispatch([str(arg) for arg in args]))
        except SystemExit as end:  # of a help
            status = end.code
        return status, *capfd.readouterr()

    return call


SMALL_TRUNKS = {
    "alexnet": {"width": 0.1, "fc_dim": 16},
    "split": {"width": 0.2, "fc_dim": 32},
    "vit": {"dim": 24, "depth": 2, "heads": 2},
}


@pytest.fixture(scope="session")
def small_trunk_of():
    """A small trunk that a class of methods can train, by its name and its settings."""

    def choose(cls):
        from embodied_ssl.trunks import default_trunk

        name = default_trunk(cls.trunk_type)
        return name, SMALL_TRUNKS[name]

    return choose
