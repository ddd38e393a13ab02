"""What the site shows besides the pages of docs/: decisions, one by one, and the leaderboards."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).parents[1]
_DECISIONS = sorted(path.name for path in (_ROOT / "docs" / "decisions").glob("0*.md"))
_LEADERBOARDS = sorted((_ROOT / "leaderboards").glob("*.md"))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List them in the navigation, so that each new file is there by itself."""
    pages = ["decisions/README.md", *(f"decisions/{name}" for name in _DECISIONS)]
    boards = [f"leaderboards/{path.name}" for path in _LEADERBOARDS]
    assert config.nav is not None
    config.nav += [{"Leaderboards": boards}, {"Decisions": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the leaderboards, which lie beside docs/."""
    for path in _LEADERBOARDS:
        content = path.read_text(encoding="utf-8")
        files.append(File.generated(config, f"leaderboards/{path.name}", content=content))
    return files
