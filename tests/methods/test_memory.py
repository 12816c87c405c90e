"""The queue and the bank against lists that do the same."""

from collections import deque

import numpy as np
import pytest
import torch

from embodied_ssl.methods.memory import Bank, Queue


@pytest.mark.parametrize("counts", [(3, 3, 3), (4, 2, 5, 1), (7,), (9, 2), (16, 3)])
def test_a_queue_holds_the_newest_keys(counts):
    queue, expected, number = Queue(2, 7), deque(maxlen=7), 0
    expected.extend(queue.keys.tolist())
    for count in counts:
        keys = torch.arange(number, number + count).float()[:, None].expand(-1, 2)
        queue.enqueue(keys.clone().requires_grad_())
        expected.extend(keys.tolist())
        number += count
        oldest = int(queue.pointer)
        assert queue.keys.roll(-oldest, dims=0).tolist() == list(expected)
    assert not queue.keys.requires_grad


def test_a_new_queue_holds_random_unit_vectors():
    torch.manual_seed(0)
    keys = Queue(64, 500).keys
    torch.testing.assert_close(keys.norm(dim=1), torch.ones(500))
    assert (keys @ keys.T - torch.eye(500)).abs().max() < 0.7


def test_a_checkpoint_holds_queue_and_bank():
    bank = Bank(3, 0.5)
    assert not bank.values.numel()  # takes the size of what was stored
    bank.open(10)
    assert set(Queue(3, 4).state_dict()) == {"keys", "pointer"}
    assert bank.state_dict()["values"] is bank.values or torch.equal(
        bank.state_dict()["values"], bank.values
    )
    assert bank.values.shape == (10, 3)
    torch.testing.assert_close(bank.values.norm(dim=1), torch.ones(10))


def test_a_bank_mixes_the_new_into_the_old_row_by_row():
    torch.manual_seed(0)
    bank = Bank(4, 0.75)
    bank.open(6)
    expected = bank.values.double().numpy().copy()
    for index in ([0, 5], [5, 2, 1]):
        values = torch.randn(len(index), 4)
        bank.update(torch.tensor(index), values)
        for place, value in zip(index, values.double().numpy(), strict=True):
            row = 0.75 * expected[place] + 0.25 * value / np.linalg.norm(value)
            expected[place] = row / np.linalg.norm(row)
    torch.testing.assert_close(bank.values, torch.tensor(expected).float())


def test_of_a_sample_that_comes_twice_the_last_counts():
    bank = Bank(2, 0.0)
    bank.open(3)
    untouched = bank.values[0].clone()
    values = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0], [0.0, -1.0]])
    bank.update(torch.tensor([1, 2, 1, 1]), values)
    assert bank.values[1:].tolist() == [[0, -1], [0, 1]]
    assert torch.equal(bank.values[0], untouched)


def test_negatives_are_rows_each_as_often_as_any_other():
    bank = Bank(5, 0.5)
    bank.open(5)
    bank.values = torch.eye(5)
    drawn = bank.values[bank.drawn(20_000, torch.Generator().manual_seed(0))]
    assert drawn.sum(1).eq(1).all() and drawn.max(1).values.eq(1).all()
    torch.testing.assert_close(drawn.mean(0), torch.full((5,), 0.2), rtol=0.05, atol=0)
    again = bank.values[bank.drawn(20_000, torch.Generator().manual_seed(0))]
    assert torch.equal(drawn, again)
