"""What two processes do in tests; a module of its own, because they have to import it."""

from __future__ import annotations

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from embodied_ssl.data import Dataset
from embodied_ssl.distributed import (
    SyncBatchNorm,
    average_statistics,
    gather,
    rank,
    shuffle,
    unshuffle,
)
from embodied_ssl.losses import nt_xent
from embodied_ssl.methods.memory import Bank, Queue
from embodied_ssl.sampling.labelled import LabelledSampler

WORLD, BATCH, DIM = 2, 6, 5


def together(work, folder):
    """Call functions of this module, by their names and with their arguments, in two processes that
    know each other; what each process found, by the names."""
    mp.start_processes(join, (work, str(folder)), WORLD, start_method="spawn")
    return [torch.load(folder / f"{r}.pt", weights_only=False) for r in range(WORLD)]


def join(r, work, folder):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/meet", rank=r, world_size=WORLD)
    torch.save({name: globals()[name](*args) for name, args in work.items()}, f"{folder}/{r}.pt")
    dist.destroy_process_group()


def network(norm=nn.BatchNorm1d):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(DIM, 8), norm(8), nn.ReLU(), nn.Linear(8, 4))


def views():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, WORLD * BATCH, DIM, generator=generator)


def gradients():
    net = nn.parallel.DistributedDataParallel(network(SyncBatchNorm), forward_sync_buffers=False)
    ours = slice(rank() * BATCH, (rank() + 1) * BATCH)
    z1, z2 = net(torch.cat(list(views()[:, ours]))).chunk(2)
    rows = gather(z1)
    nt_xent(rows, gather(z2), 0.2).backward()
    return {
        "rows": len(rows),
        "own": torch.equal(rows[ours], z1),
        "ranks": gather(torch.full((2,), rank())).tolist(),
        "gradients": [p.grad for p in net.parameters()],
        "buffers": dict(net.module.named_buffers()),
    }


def statistics():
    norm = nn.BatchNorm1d(DIM)
    norm(views()[0][rank() * BATCH : (rank() + 1) * BATCH])
    average_statistics(norm)
    return norm.running_mean


def labelled(data):
    cache = Dataset.open(data).cache()
    sampler = LabelledSampler(cache, 8, 0, 3, 8)
    return sampler.rows, [sampler(step * WORLD + rank())["row"] for step in range(3)]


def shuffling(seed):
    """Images whose first pixel is the place of each in the whole batch."""
    places = torch.arange(rank() * BATCH, (rank() + 1) * BATCH)
    images = places[:, None, None, None] + 100 * torch.arange(60).view(3, 4, 5)
    images = images.float().contiguous(memory_format=torch.channels_last)
    mixed, order = shuffle(images, seed)
    return {"own": images, "mixed": mixed, "order": order, "back": unshuffle(mixed, order)}


def remembered():
    torch.manual_seed(0)
    queue, bank = Queue(2, 7), Bank(2, 0.5)
    bank.open(8)
    old = queue.keys.clone(), bank.values.clone()
    keys = torch.full((2, 2), 1.0 + rank())
    queue.enqueue(keys)
    index = torch.tensor([rank(), 4 + rank()])
    bank.update(index, keys)
    return {"old": old, "queue": queue.keys, "pointer": queue.pointer, "bank": bank.values}
