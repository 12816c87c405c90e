"""Where the simulator is not installed, as on Python above 3.11, all else is tested."""

from importlib.util import find_spec

import pytest

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
