"""The contract's tests, for the tests of plugins.

``check_captioner`` tries a system as a run would and tells every rule it breaks. The examples are
what it tries systems on; an author's own tests may use them too.
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

__all__ = [
    "ConformanceError",
    "Finding",
    "check_captioner",
    "example_clips",
    "example_references",
    "example_resources",
    "example_train",
    "example_validation",
]
