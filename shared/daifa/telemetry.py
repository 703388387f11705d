"""Logs and metrics: ids and codes only, never a word about a person."""

from __future__ import annotations

import os

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

log = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "daifa"))


def count(name: str, value: float = 1) -> None:
    """Add to a counter of the Daifa namespace."""
    with single_metric(name=name, unit=MetricUnit.Count, value=value, namespace="Daifa"):
        pass


def gauge_seconds(name: str, seconds: float) -> None:
    """Report a duration of the Daifa namespace."""
    with single_metric(name=name, unit=MetricUnit.Seconds, value=seconds, namespace="Daifa"):
        pass
