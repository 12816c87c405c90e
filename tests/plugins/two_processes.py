"""What two processes do in tests; a module of its own, because they have to import it."""

from __future__ import annotations

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from embodied_ssl.crops import MultiCrop
from embodied_ssl.data import Dataset
from embodied_ssl.distributed import (
    SyncBatchNorm,
    average_statistics,
    gather,
    rank,
    shuffle,
    synchronize_batch_norm,
    unshuffle,
    world_size,
)
from embodied_ssl.losses import nt_xent
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.memory import Bank, Queue
from embodied_ssl.sampling import generator_of
from embodied_ssl.sampling.labelled import LabelledSampler
from embodied_ssl.sampling.text import tokenize
from embodied_ssl.trunks import build_trunk

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


SIZE = 32
SHARED = ("negatives", "directions")
"""What a prepared batch has once, not for each of its images."""
HEADS = {"hidden": 16, "projection": 8}
CROPS = {"crops": MultiCrop(local_count=1)}
JOINT = {
    "simclr": HEADS,
    "moco": HEADS | {"queue": 32},
    "moco 3": HEADS | {"version": 3},
    "infonce": HEADS,
    "cpc": {"grid": 3, "ahead": 1, "dim": 8, "layers": 1},
    "instdisc": {"projection": 8, "negatives": 16},
    "pirl": {"projection": 8, "negatives": 16},
    "nnclr": HEADS | {"queue": 32},
    "swav": HEADS | CROPS | {"prototypes": 8},
    "byol": HEADS,
    "simsiam": HEADS,
    "barlow-twins": {"projection": 8},
    "vicreg": {"projection": 8},
    "lejepa": HEADS | CROPS | {"directions": 16},
    "dino": {"hidden": 16, "bottleneck": 8, "prototypes": 16} | CROPS,
    "clip": {"dim": 16, "depth": 1, "heads": 2, "projection": 8},
}
"""Methods that compare what is in a batch, and settings that make them small."""


def one_step(name):
    """Of a method with this process's part of a batch: loss, gradients, buffers after it."""
    torch.manual_seed(0)
    cls = load_method_class(name.split()[0])
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    method = synchronize_batch_norm(cls(trunk, cls.Config(**JOINT[name]), SIZE)).train()
    if hasattr(method, "bank"):
        method.bank.open(WORLD * BATCH)
    frames = torch.randint(256, (WORLD * BATCH, 3, 40, 40)).byte()
    step = Step(0, 0.5, generator_of(0, 0))
    kinds = [f"a thing of kind {i % 5}" for i in range(len(frames))]
    batch = {"frames": frames, "index": torch.arange(len(frames)), "tokens": tokenize(kinds)}
    prepared = {
        key: value if key in SHARED else part_of(value, len(frames), key == "images" and name)
        for key, value in method.prepare(batch, step).items()
    }
    loss = method(prepared, step)["loss"]
    loss.backward()
    method.after_step(step)
    gradients = {key: p.grad for key, p in method.named_parameters() if p.grad is not None}
    return {"loss": loss.detach(), "gradients": gradients, "buffers": dict(method.named_buffers())}


def part_of(value, count, name=""):
    """The rows of this process's images: (V count, ...) lists a view of all images after the other,
    patches and tiles an image after the other."""
    if isinstance(value, list):
        return [part_of(value[0], count), part_of(value[1], count, name)]
    if name in ("cpc", "pirl"):
        return value.chunk(world_size())[rank()]
    views = value.unflatten(0, (-1, count)).chunk(world_size(), dim=1)[rank()]
    return views.flatten(0, 1)


def joint():
    return {name: one_step(name) for name in JOINT}
