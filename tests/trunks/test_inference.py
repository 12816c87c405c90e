"""One rule for bfloat16, and devices by name."""

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.trunks.inference import computes_in_bfloat16, open_device


@pytest.mark.parametrize("real", [False, True])
def test_emulated_bfloat16_does_not_count(monkeypatch, real):
    def supported(including_emulation=True):
        return real or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert computes_in_bfloat16(torch.device("cuda")) == real


@pytest.mark.parametrize("real", [False, True])
def test_cpus_compute_in_bfloat16_where_they_have_the_instructions(monkeypatch, real):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: real)
    assert computes_in_bfloat16(torch.device("cpu")) == real


def test_there_is_no_such_device():
    with pytest.raises(UserError, match="no device 'gpu'"):
        open_device("gpu")
