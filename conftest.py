"""What the whole suite needs: interruptions, and going on where the simulator is not installed."""

import signal
from importlib.util import find_spec

import pytest

# A shell that starts the tests in the background has them ignore Ctrl-C, and so would every command
# that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where it is not installed, as on Python above 3.11, all else is tested.
SIMULATED = ["tests/envs", "tests/collecting", "tests/test_end_to_end.py"]
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
