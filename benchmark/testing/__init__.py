"""The contract's tests, for the tests of plugins.

``check_captioner`` tries a system as a run would and tells every rule it breaks; ``check_metric``
does so with what computes a metric. The examples are what they are tried
on; an author's own tests may use them too.
"""

from benchmark.testing.conformance import check_captioner
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
    "check_metric",
    "example_clips",
    "example_references",
    "example_resources",
    "example_train",
    "example_validation",
]
