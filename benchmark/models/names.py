"""What models are called: one name for a model, however the user spelt it and wherever it lies."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from pathlib import Path

from benchmark.files import parse_json, read_regular

# Models from the time before the hub had owners, by the owner that they were given. The field calls
# them without it. Of two owners that fit, the first is tried first.
_OWNERS = {
    "openai-community": ("gpt2", "openai-gpt", "roberta-base-openai", "roberta-large-openai"),
    "FacebookAI": ("roberta-", "xlm-"),
    "google-bert": ("bert-",),
    "google-t5": ("t5-",),
    "distilbert": ("distilbert-", "distilroberta-", "distilgpt2"),
    "albert": ("albert-",),
    "xlnet": ("xlnet-",),
    # Not of that time, but called so in FENSE, in aac-metrics and in this project.
    "sentence-transformers": ("paraphrase-TinyBERT-L6-v2", "all-MiniLM-L6-v2"),
}
_NAMED_HERE = (
    *("sentence-transformers/all-MiniLM-L6-v2", "sentence-transformers/all-mpnet-base-v2"),
    "sentence-transformers/paraphrase-TinyBERT-L6-v2",
    *("FacebookAI/roberta-large", "FacebookAI/roberta-base", "microsoft/deberta-xlarge-mnli"),
    *("google-bert/bert-base-uncased", "prajjwal1/bert-tiny", "distilbert/distilgpt2"),
    *(f"openai-community/gpt2{size}" for size in ("", "-medium", "-large", "-xl")),
    *("laion/clap-htsat-unfused", "laion/larger_clap_general"),
    *("laion/larger_clap_music", "laion/larger_clap_music_and_speech"),
    "MIT/ast-finetuned-audioset-10-10-0.4593",
)
"""Models of the hub that this project or the papers around it stand on."""
_SNAPSHOT = re.compile(r".*models--([^/]+)/snapshots/[^/]+")


def short_name(name: str) -> str:
    """Name a model as the field does: ``FacebookAI/roberta-base`` is ``roberta-base``.

    Other owners stay: their models are others.
    """
    owner, _, rest = name.rpartition("/")
    return rest if rest.startswith(_OWNERS.get(owner, ())) else name


def hub_names(name: str) -> tuple[str, ...]:
    """List what the hub may call a model, likeliest first."""
    short = short_name(name)
    owners = (owner for owner, beginnings in _OWNERS.items() if short.startswith(beginnings))
    return (*(f"{owner}/{short}" for owner in owners), short)


def near_names(name: str) -> list[str]:
    """List models that somebody may have meant who wrote another name, likeliest first."""
    by_rest = {known.rpartition("/")[2]: known for known in _NAMED_HERE}
    rest = name.rpartition("/")[2]
    near = [
        *difflib.get_close_matches(name, _NAMED_HERE, n=2),
        *(by_rest[each] for each in difflib.get_close_matches(rest, by_rest, n=2)),
    ]
    return [each for each in dict.fromkeys(near) if each != name][:2]


def folder_name(folder: Path) -> str:
    """Name the model in a folder by the folder; in the hub's cache by its repository."""
    path = folder.resolve()
    snapshot = _SNAPSHOT.fullmatch(path.as_posix())
    return short_name(snapshot[1].replace("--", "/")) if snapshot else path.name


def find_known(name: str, folder: Path, known: Collection[str]) -> str | None:
    """Find a model in a list of names.

    Args:
        name: what it goes by, its owner or its folder's name.
        folder: holds config.json, which may say what the model was called before. That is asked
            where no owner is named: an owner's model is the owner's, whatever it was made from.
        known: short names, or with an owner where the hub never had them without.

    Returns:
        The name as the list has it; None where the model is not in it.
    """
    former = None if "/" in name else _former_name(folder)
    for called in filter(None, (name, former)):
        if (short := short_name(called)) in known:
            return short
        alike = [other for other in known if other.rpartition("/")[2] == short]
        if len(alike) == 1:  # a folder's name has no owner
            return alike[0]
    return None


def _former_name(folder: Path) -> str | None:
    try:
        config = parse_json(read_regular(folder / "config.json"))
    except (OSError, ValueError):
        return None  # whoever loads the model says so better
    named = config.get("_name_or_path") if isinstance(config, dict) else None
    if not isinstance(named, str) or not named:
        return None
    is_path = named.count("/") > 1 or named.startswith((".", "/", "~"))
    return folder_name(Path(named)) if is_path else named
