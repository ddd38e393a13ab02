"""What was found to break the contract, and the error that tells it all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule.

    Attributes:
        rule: its name (``"order"``).
        message: what was found, what was expected.
        cause: what the system raised, if that is what was found.
    """

    rule: str
    message: str
    cause: BaseException | None = None


class ConformanceError(AssertionError):
    """A system breaks the contract; ``findings`` holds each rule that it breaks."""

    def __init__(self, system_name: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        rules = "a rule" if len(findings) == 1 else f"{len(findings)} rules"
        lines = [f"* {finding.rule}: {finding.message}" for finding in findings]
        super().__init__("\n".join([f"{system_name} breaks {rules} of the contract:", *lines]))


class BrokenRuleError(Exception):
    """Raised by a rule that is broken; its message becomes the finding's."""


def finding_of(rule: str, broken: BrokenRuleError) -> Finding:
    """Make a finding of what a rule raised."""
    return Finding(rule, str(broken), broken.__cause__)
