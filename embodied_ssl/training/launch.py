"""Where a training runs: its device, and several processes, however they were asked for."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import DistributedDataParallelKwargs, GradientAccumulationPlugin

from embodied_ssl.errors import UserError
from embodied_ssl.trunks.inference import open_device

LAUNCHED = ("ACCELERATE_USE_CPU", "ACCELERATE_CPU_AFFINITY", "ACCELERATE_DEBUG_MODE")
"""Variables of Accelerate's that say where, not what, is computed."""


def join_processes(device: str = "auto") -> PartialState:
    """Meet the other processes of this training; alone if there are none.

    ``accelerate launch --cpu --num_processes N`` starts a single process where MPI is not set up,
    and does not tell it so. That process then becomes the N that were asked for.

    Raises:
        UserError: for a device that is not there, or when it is not known how many were asked for.
    """
    asked = os.environ.get("ACCELERATE_USE_CPU") == "True" and "MASTER_ADDR" in os.environ
    if asked and "WORLD_SIZE" not in os.environ:
        _start(_asked_of_accelerate())
    with _only_launched():
        # Otherwise Accelerate lets every process believe that it is alone where there is no GPU.
        state = PartialState(cpu=_on_cpu(device))
    atexit.unregister(_leave)
    atexit.register(_leave)
    return state


def _leave() -> None:
    """Leave the other processes in order: torch's threads may end a process that just exits."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def open_accelerator(device: str = "auto") -> Accelerator:
    """Accelerate on a device; no variable of the environment changes what is learned.

    Raises:
        UserError: for a device that is not there, or not the one that the processes were
            launched on.
    """
    with _only_launched():
        accelerator = Accelerator(
            cpu=_on_cpu(device),
            mixed_precision="no",  # the loop has its own
            gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=1),
            # Not every layer of the trunk has a task; buffers are kept alike by those who write
            # them, so what another process wrote is not lost.
            kwargs_handlers=[
                DistributedDataParallelKwargs(find_unused_parameters=True, broadcast_buffers=False)
            ],
        )
    found = accelerator.device.type
    if device != "auto" and torch.device(device).type != found:
        raise UserError(f"--device {device}: Accelerate was told to compute on {found}.")
    return accelerator


def _on_cpu(name: str) -> bool:
    """Whether a device is the CPU; a GPU with a number becomes the present one."""
    if name == "auto":
        return not torch.accelerator.is_available()
    device = open_device(name)
    if device.type == "cuda" and ":" in name:
        if int(os.environ.get("WORLD_SIZE", 1)) > 1:
            raise UserError(f"--device {name}: several processes have a GPU each, say cuda.")
        torch.cuda.set_device(device)
    return device.type == "cpu"


@contextmanager
def _only_launched() -> Iterator[None]:
    """Hide what else there is for Accelerate in the environment, such as gradient accumulation."""
    names = [n for n in os.environ if n.startswith("ACCELERATE_") and n not in LAUNCHED]
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _asked_of_accelerate() -> str:
    import psutil

    words = [part for word in psutil.Process().parent().cmdline() for part in word.split("=", 1)]
    if "--num_processes" not in words[:-1]:
        raise UserError(
            "accelerate launch --cpu has started one process of several: start them with torchrun "
            "--nproc-per-node N -m embodied_ssl train ..."
        )
    return words[words.index("--num_processes") + 1]


def _start(count: str) -> None:
    """Become a launcher of so many processes with the same arguments."""
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        del os.environ[name]
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", count]
    os.execv(sys.executable, [sys.executable, *launcher, "-m", "embodied_ssl", *sys.argv[1:]])
