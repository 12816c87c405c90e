"""Protocols that judge a frozen trunk."""

from embodied_ssl.evaluation.command import PROTOCOLS, EvaluateConfig, run_evaluate

__all__ = ["PROTOCOLS", "EvaluateConfig", "run_evaluate"]
