"""The contract's tests, for the tests of plugins.

``check_captioner`` tries a system as a run would and tells every rule it breaks; ``check_metric``,
``check_dataset`` and ``check_encoder`` do so with what else plugins bring. The examples are what
they are tried on; an author's own tests may use them too.
"""

from benchmark.testing.conformance import check_captioner
from benchmark.testing.datasets import check_dataset
from benchmark.testing.encoders import check_encoder
from benchmark.testing.examples import (
    example_clips,
    example_references,
    example_resources,
    example_train,
    example_validation,
)
from benchmark.testing.findings import ConformanceError, Finding
from benchmark.testing.metrics import check_metric

__all__ = [
    "ConformanceError",
    "Finding",
    "check_captioner",
    "check_dataset",
    "check_encoder",
    "check_metric",
    "example_clips",
    "example_references",
    "example_resources",
    "example_train",
    "example_validation",
]
