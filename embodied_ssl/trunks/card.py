"""The card of a trained trunk: what it is, what it learned from, and code that opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embodied_ssl.trunks.base import Trunk

TEMPLATE = """---
library_name: embodied-ssl
pipeline_tag: image-feature-extraction
tags:
- image-feature-extraction
- self-supervised-learning
---

# {title}

{summary}

{facts}
## Use

`from_pretrained` takes this folder, the folder of a run, or an id of the Hugging Face hub.

```python
import torch
from embodied_ssl.trunks import AutoTrunk

trunk = AutoTrunk.from_pretrained(".")
images = torch.zeros(2, 3, {size}, {size}, dtype=torch.uint8)  # RGB, 0 to 255
with torch.no_grad():
    x = trunk.normalize(images)
    features = trunk(x)  # (2, {dim})
    stages = trunk.stages(x)  # maps of {stages}
```
"""


def trunk_card(trunk: Trunk, facts: Mapping[str, str] | None = None, size: int = 96) -> str:
    """The text of a card, Markdown; its code runs where the trunk's folder is the working one.

    Args:
        trunk: what it is of.
        facts: what is known of its training, by their names.
        size: pixels along each side of the images of the example.
    """
    facts = dict(facts or {})
    weights = sum(weight.numel() for weight in trunk.parameters())
    summary = next(iter((type(trunk).__doc__ or "").splitlines()), "")
    known = {
        "Trunk": f"`{trunk.name}`. {summary}",
        "Trunk settings": ", ".join(f"`{k}` {v}" for k, v in trunk.settings.items()) or "none",
        "Weights": f"{weights:,}",
    }
    lines = [f"- **{name}**: {value}" for name, value in (facts | known).items() if value]
    method = facts.get("Method")
    return TEMPLATE.format(
        title=f"{trunk.name} trained by {method}" if method else trunk.name,
        summary="A trunk of embodied-ssl: images in, features of every stage out.",
        facts="\n".join(lines) + "\n",
        size=size,
        dim=trunk.dim,
        stages=", ".join(trunk.stage_names),
    )
