"""Several processes on the CPUs of one machine, however they were asked for."""

from __future__ import annotations

import os
import sys

import torch
from accelerate import PartialState

from embodied_ssl.errors import UserError


def join_processes() -> PartialState:
    """Meet the other processes of this training; alone if there are none.

    ``accelerate launch --cpu --num_processes N`` starts a single process where MPI is not set up,
    and does not tell it so. That process then becomes the N that were asked for.

    Raises:
        UserError: when it is not known how many were asked for.
    """
    asked = os.environ.get("ACCELERATE_USE_CPU") == "True" and "MASTER_ADDR" in os.environ
    if asked and "WORLD_SIZE" not in os.environ:
        _start(_asked_of_accelerate())
    # Otherwise Accelerate lets every process believe that it is alone where there is no GPU.
    return PartialState(cpu=not torch.accelerator.is_available())


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
