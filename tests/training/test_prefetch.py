"""What loads the next batch leaves the training its threads."""

import pytest
import torch

from embodied_ssl.training.prefetch import thread_of_its_own


@pytest.fixture
def two_threads():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def test_the_thread_computes_alone_and_the_training_as_before(two_threads):
    with thread_of_its_own() as pool:
        assert pool.submit(torch.get_num_threads).result() == 1
        assert torch.get_num_threads() == 2
        assert pool.submit(lambda: torch.ones(10**6).sum().item()).result() == 10**6
        assert pool.submit(torch.get_num_threads).result() == 1  # asking did not reset it
    assert torch.get_num_threads() == 2
    with thread_of_its_own():
        assert torch.get_num_threads() == 2
