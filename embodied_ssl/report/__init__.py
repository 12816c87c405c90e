"""The report: one self-contained HTML page about data, runs and evaluations."""

from embodied_ssl.report.command import ReportConfig, run_report

__all__ = ["ReportConfig", "run_report"]
