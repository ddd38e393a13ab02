"""What the messages of a child carry, as JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from benchmark import errors
from benchmark.errors import BenchError, RunError


@dataclass(frozen=True, slots=True)
class Done:
    """A system is through.

    Attributes:
        failure: why it stopped before its end; None where it did not.
    """

    failure: str | None


@dataclass(frozen=True, slots=True)
class Raised:
    """An error that ends the run.

    Attributes:
        kind: name of its class.
        message: of the error.
    """

    kind: str
    message: str

    @staticmethod
    def of(error: BenchError) -> Raised:
        return Raised(type(error).__name__, str(error))

    def to_error(self) -> BenchError:
        """Make the error again; one of a class that is not known is a ``RunError``."""
        kind = getattr(errors, self.kind, RunError)
        if isinstance(kind, type) and issubclass(kind, BenchError):
            error = kind.__new__(kind)
            Exception.__init__(error, self.message)
            return error
        return RunError(self.message)


def spell(said: object) -> bytes:
    """Spell a dataclass as the body of a message."""
    assert dataclasses.is_dataclass(said)
    assert not isinstance(said, type)
    return json.dumps(dataclasses.asdict(said), default=str, allow_nan=False).encode()
