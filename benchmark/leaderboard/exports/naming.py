"""What only the user knows of an export: what models and data sets are called elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from benchmark.errors import UsageError

Relationship = Literal["first_party", "third_party", "collaborative", "other"]
RELATIONSHIPS: tuple[Relationship, ...] = get_args(Relationship)

_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Naming:
    """Names on the hub, and who measured.

    Attributes:
        model_id: of the model, ``ORG/NAME``.
        hub_dataset: the data set that the clips are of, ``ORG/NAME``.
        hub_task: the task's id in that data set's ``eval.yaml``.
        hub_revision: commit of that data set.
        source_url: where the run's files can be seen.
        organization: who measured.
        relationship: of that one to the model's authors.
    """

    model_id: str | None = None
    hub_dataset: str | None = None
    hub_task: str | None = None
    hub_revision: str | None = None
    source_url: str | None = None
    organization: str | None = None
    relationship: Relationship = "other"

    def require_meant(self) -> None:
        """Refuse names that no hub has.

        Raises:
            UsageError: one of them cannot be meant.
        """
        for option, name in (("--model-id", self.model_id), ("--hub-dataset", self.hub_dataset)):
            if name is not None:
                _require_id(option, name)
        if self.source_url is not None:
            parts = urlsplit(self.source_url)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise UsageError(
                    f"--source-url is {self.source_url!r}; expected an address, as "
                    "https://example.org/runs/1."
                )


def _require_id(option: str, name: str) -> None:
    if not _HUB_ID.fullmatch(name):
        raise UsageError(
            f"{option} is {name!r}; expected ORG/NAME, of letters, digits, dots, hyphens and "
            "underscores."
        )
