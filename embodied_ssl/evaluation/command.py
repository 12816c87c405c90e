"""``evaluate``: the one loop over models. A frozen trunk in, numbers out."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from embodied_ssl.data import require_whole
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import PROTOCOLS
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.config import EvaluateConfig
from embodied_ssl.evaluation.image_size import trained_size
from embodied_ssl.evaluation.models import list_models, run_folders
from embodied_ssl.evaluation.results import Results, write_results
from embodied_ssl.evaluation.screen import print_results
from embodied_ssl.progress import progress_bar
from embodied_ssl.provenance import provenance
from embodied_ssl.trunks.inference import open_device


def run_evaluate(config: EvaluateConfig, protocol_config: Any = None) -> Results:
    """Judge every model, print the table, write the JSON file and return its contents.

    Args:
        config: what is judged, on what, by which protocol.
        protocol_config: settings of the protocol, its own by default.

    Raises:
        UserError: for an unknown protocol, baseline or run, and for data that are not there or do
            not fit.
    """
    cls: type[Protocol] = PROTOCOLS.load(config.protocol)
    if config.image_size is not None and config.image_size < 1:
        raise UserError(f"--image-size must be positive, not {config.image_size}.")
    require_whole(config.data)
    models = list_models(config.runs, cls.baselines, config.seed)
    device = open_device(config.device)
    if config.out is not None:
        config.out.parent.mkdir(parents=True, exist_ok=True)
    size = config.image_size or trained_size(run_folders(config.runs), config.data)
    protocol_config = protocol_config or cls.Config()
    protocol = cls(protocol_config, config.data, size, config.seed)
    judged = protocol.references()
    with progress_bar("evaluate", len(models), "models") as advance:
        for name, open_model in models.items():
            start = time.perf_counter()
            numbers = protocol.judge(open_model(protocol.calibration, device))
            judged[name] = numbers | {"seconds": round(time.perf_counter() - start, 1)}
            advance(1)
    settings = asdict(protocol_config) | asdict(config) | {"image_size": size}
    settings["out"] = str(config.out) if config.out else None
    results = {
        "protocol": config.protocol,
        **provenance(settings),
        "title": protocol.title,
        "data": protocol.counts,
        "fingerprint": protocol.fingerprint,
        "metrics": {name: list(metric) for name, metric in protocol.metrics.items()},
        "models": judged,
    }
    protocol.compare(results)
    print_results(cls, results)
    if config.out is not None:
        write_results(results, config.out)
    return results
