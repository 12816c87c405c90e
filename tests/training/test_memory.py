"""What a training frees it has again in the next step, without the system's clearing it."""

import subprocess
import sys

import pytest

STEPS = """
import resource, sys, torch
from embodied_ssl.training.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def step():
    return torch.empty(12 << 20).fill_(1.0).sum()  # 48 MB
for _ in range(30):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", STEPS, how], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
def test_no_page_of_a_buffer_is_new_in_the_next_step():
    assert faults("kept") < 100


def test_another_c_library_is_left_as_it_is(monkeypatch):
    import ctypes

    from embodied_ssl.training.memory import keep_freed_memory

    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    keep_freed_memory()
