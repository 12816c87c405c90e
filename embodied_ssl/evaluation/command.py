"""``evaluate``: the one loop over models. A frozen trunk in, numbers out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch

from embodied_ssl.data import require_whole
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import PROTOCOLS
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.config import EvaluateConfig
from embodied_ssl.evaluation.finite import without_nan
from embodied_ssl.evaluation.image_size import trained_size
from embodied_ssl.evaluation.models import Opener, list_models, run_folders
from embodied_ssl.evaluation.results import Results, write_results
from embodied_ssl.evaluation.screen import print_results
from embodied_ssl.outputs import check_output
from embodied_ssl.progress import progress_bar
from embodied_ssl.provenance import provenance
from embodied_ssl.trunks.inference import open_device


def run_evaluate(config: EvaluateConfig, protocol_config: Any = None) -> Results:
    """Judge every model, print the table, write the JSON file and return its contents.

    Args:
        config: what is judged, on what, by which protocol.
        protocol_config: settings of the protocol, its own by default.

    Raises:
        UserError: for an unknown protocol, baseline or run, for data that are not there or do
            not fit, an output that cannot be written, and features that are not finite.
    """
    cls: type[Protocol] = PROTOCOLS.load(config.protocol)
    if config.out is not None:
        check_output(config.out)
    require_whole(config.data)
    models = list_models(config.runs, cls.baselines, config.seed)
    device = open_device(config.device)
    runs = run_folders(config.runs)
    size = config.image_size or trained_size(runs, config.data)
    protocol_config = protocol_config or cls.Config()
    protocol = cls(protocol_config, config.data, size, config.seed)
    references = protocol.references()
    models = {f"./{k}" if k in references else k: opener for k, opener in models.items()}
    judged, not_numbers = judge_models(protocol, models, device)
    settings = asdict(protocol_config) | asdict(config) | {"image_size": size}
    settings["out"] = str(config.out) if config.out else None
    results = {
        "protocol": config.protocol,
        **provenance(settings),
        "title": protocol.title,
        "data": protocol.counts,
        "fingerprint": protocol.fingerprint,
        "metrics": {name: list(metric) for name, metric in protocol.metrics.items()},
        "models": references | judged,
        "runs": list(models)[len(models) - len(runs) :],  # they come last
    }
    protocol.compare(results)
    print_results(cls, results, not_numbers)
    if config.out is not None:
        write_results(results, config.out)
    return results


def judge_models(
    protocol: Protocol, models: Mapping[str, Opener], device: torch.device
) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """Every model's numbers, and by model the names of those that are none.

    Raises:
        UserError: naming the model.
    """
    judged: dict[str, dict[str, Any]] = {}
    not_numbers: dict[str, list[str]] = {}
    with progress_bar("evaluate", len(models), "models") as advance:
        for name, open_model in models.items():
            start = time.perf_counter()
            try:
                numbers, missing = without_nan(
                    protocol.judge(open_model(protocol.calibration, device))
                )
            except UserError as error:
                told = str(error)
                raise UserError(told if told.startswith(name) else f"{name}: {told}") from error
            judged[name] = numbers | {"seconds": round(time.perf_counter() - start, 1)}
            if missing:
                not_numbers[name] = missing
            advance(1)
    return judged, not_numbers
