"""What a user writes; `test_types.py` has type checkers read it."""

from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader

import embodied_ssl as essl

model: essl.EmbeddingModel = essl.load("runs/simclr", device="cpu")
vectors = model.embed([Path("photo.jpg"), np.zeros((96, 96, 3), np.uint8)])
similarity = vectors @ vectors.T
features: torch.Tensor = model.trunk(torch.zeros(1, 3, 96, 96))
head = torch.nn.Linear(model.trunk.dim, 10)
data = essl.open_dataset("data/tabletop", image_size=96)
frames = data.numpy(["before", "success"], split="train")
loader = DataLoader(data.torch(["before"], split="train"), batch_size=32)
count = int(data.pandas(split="val")["success"].sum()) + len(data)
env = essl.make("tabletop", image_size=96)
observation, info = env.reset(seed=0)
observation, reward, over, cut, info = env.step(env.action_space.sample())
print(essl.__version__, similarity.shape, features, head, frames["before"], loader, count, reward)
