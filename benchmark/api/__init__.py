"""The bench from Python: what notebooks and scripts call, as ``docs/python.md`` shows.

``from benchmark import score`` finds these names, too. No torch and no command line are loaded
until something asks for a model.
"""

from benchmark.api.comparing import ComparisonResult, compare
from benchmark.api.datasets import Dataset, load_dataset
from benchmark.api.reading import read_run
from benchmark.api.results import Result, SystemResult
from benchmark.api.running import run
from benchmark.api.scoring import score
from benchmark.metrics.suite import MetricModels

__all__ = [
    "ComparisonResult",
    "Dataset",
    "MetricModels",
    "Result",
    "SystemResult",
    "compare",
    "load_dataset",
    "read_run",
    "run",
    "score",
]
