"""What was found to break the contract, and the error that tells it all at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from benchmark.errors import listed


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule.

    Attributes:
        rule: its name (``"order"``).
        message: what was found, what was expected.
        cause: what the plugin raised, if that is what was found.
    """

    rule: str
    message: str
    cause: BaseException | None = None


class ConformanceError(AssertionError):
    """A plugin breaks the contract; ``findings`` holds each rule that it breaks."""

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        rules = "a rule" if len(findings) == 1 else f"{len(findings)} rules"
        lines = [f"* {finding.rule}: {finding.message}" for finding in findings]
        super().__init__("\n".join([f"{name} breaks {rules} of the contract:", *lines]))


class BrokenRuleError(Exception):
    """Raised by a rule that is broken; its message becomes the finding's."""


def finding_of(rule: str, broken: BrokenRuleError) -> Finding:
    """Make a finding of what a rule raised."""
    return Finding(rule, str(broken), broken.__cause__)


def require_rules(names: Collection[str], rules: Collection[str]) -> None:
    """Refuse names of no rule.

    Raises:
        ValueError: there is no such rule.
    """
    if unknown := sorted(set(names) - set(rules)):
        raise ValueError(f"no rule is named {listed(unknown)}; expected of {sorted(rules)}.")


def raise_findings(name: str, findings: Sequence[Finding]) -> None:
    """Raise what was found of a plugin, after what it raised itself; nothing, if all is well."""
    if findings:
        cause = next((finding.cause for finding in findings if finding.cause), None)
        raise ConformanceError(name, findings) from cause
