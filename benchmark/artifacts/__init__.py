"""Built things kept by content: a folder is there whole, or not at all.

Each has the sums of its files beside them, which are looked at when it is first used.
"""

from benchmark.artifacts.store import Artifacts, used_artifacts
from benchmark.artifacts.sums import ArtifactKey, find_damage, fingerprint

__all__ = ["ArtifactKey", "Artifacts", "find_damage", "fingerprint", "used_artifacts"]
