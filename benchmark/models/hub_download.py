"""Models fetched from the hub into the ecosystem's own cache: of one commit, and by their sums."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from benchmark.display.escaping import show_line
from benchmark.files import sha256_of, write_bytes
from benchmark.machine.downloads import reason_of
from benchmark.machine.notes import tell
from benchmark.models.hub import ANSWER_LIMIT_S, HubError, HubFile, HubModelListing, endpoint

_SMALL = ("*.json", "*.txt", "*.model", "1_Pooling/config.json")
"""Configurations and tokenizers."""
_LARGEST_SMALL = 64 << 20
_WEIGHTS = (".safetensors", ".bin")
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def choose_files(listing: HubModelListing, patterns: Sequence[str]) -> tuple[HubFile, ...]:
    """Choose what is wanted of a model: the small files, and weights in the best format there is.

    Args:
        listing: of the hub.
        patterns: of file names, the best first; the first that anything matches counts.

    Returns:
        The files, weights last: where they are, all is.

    Raises:
        HubError: nothing matches any of the patterns.
    """
    for pattern in patterns:
        if chosen := [file for file in listing.files if _matches(file, pattern)]:
            named = [file for file in chosen if file.name.startswith("model")]
            chosen = named or chosen  # beside `model.safetensors` others are copies
            small = [f for f in listing.files if any(_matches(f, each) for each in _SMALL)]
            few = [file for file in small if (file.n_bytes or 0) <= _LARGEST_SMALL]
            both = dict.fromkeys([*few, *chosen])
            return tuple(sorted(both, key=lambda file: file.name.endswith(_WEIGHTS)))
    raise HubError(f"The hub's {listing.repository} holds no {' or '.join(patterns)}.")


def download(listing: HubModelListing, patterns: Sequence[str], *, is_newest: bool) -> Path:
    """Fetch what is wanted of a model, as far as it is not in the cache; a line says so before.

    A download that breaks off is resumed by the next call. Code in a repository is not fetched.

    Args:
        listing: of the hub.
        patterns: as of ``choose_files``.
        is_newest: its commit is what the main branch says, which the cache is to know.

    Returns:
        The folder of its commit in the cache.

    Raises:
        HubError: nothing matches, the download breaks off, it cannot be kept, or a file is not
            what the hub says.
    """
    from huggingface_hub import constants, try_to_load_from_cache

    repository, commit = listing.repository, listing.commit
    wanted = choose_files(listing, patterns)
    lacking = [
        file
        for file in wanted
        if not isinstance(try_to_load_from_cache(repository, file.name, revision=commit), str)
    ]
    if lacking:
        size = spell_size(sum(file.n_bytes or 0 for file in lacking))
        tell(
            f"fetching {repository} ({size}, commit {commit[:12]}) from {endpoint()} into "
            f"{constants.HF_HUB_CACHE}; --offline or HF_HUB_OFFLINE=1 forbids it."
        )
    try:
        paths = [_fetch(listing, file) for file in lacking] or [_cached(listing, wanted[0])]
        folder = paths[0].parents[wanted[0].name.count("/")]
        if is_newest:
            _note_newest(folder.parent.parent / "refs" / "main", commit)
    except HubError:
        raise
    except Exception as error:  # of the client's own HTTP library, which changes with versions
        reason = show_line(reason_of(error))[:300].rstrip(".")
        raise HubError(
            f"The download of {repository} from {endpoint()} broke off: {reason}. What came is "
            "kept; run it again to resume."
        ) from error
    return folder


def spell_size(n_bytes: int) -> str:
    """Spell a size for people: ``1.4 GB``."""
    factor, unit = next((each for each in _UNITS if n_bytes >= each[0]), (1, "bytes"))
    return f"{n_bytes / factor:.{1 if factor > 1 else 0}f} {unit}"


def _note_newest(path: Path, commit: str) -> None:
    """Tell the cache of the ecosystem what the main branch says, as its client does."""
    write_bytes(path, commit.encode())


def _matches(file: HubFile, pattern: str) -> bool:
    return fnmatchcase(file.name, pattern) and file.name.count("/") == pattern.count("/")


def _cached(listing: HubModelListing, file: HubFile) -> Path:
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(listing.repository, file.name, revision=listing.commit)
    assert isinstance(path, str)
    return Path(path)


def _fetch(listing: HubModelListing, file: HubFile) -> Path:
    from huggingface_hub import hf_hub_download
    from tqdm import tqdm

    # Its watchman is a thread, beside which no copy of this process could be made.
    tqdm.monitor_interval = 0
    path = Path(
        hf_hub_download(
            listing.repository,
            file.name,
            revision=listing.commit,
            endpoint=endpoint(),
            etag_timeout=ANSWER_LIMIT_S,
        )
    )
    if file.sha256 is not None and (sha256 := sha256_of(path)) != file.sha256:
        path.resolve().unlink()
        path.unlink(missing_ok=True)
        raise HubError(
            f"{endpoint()} sent another {file.name} of {listing.repository} than it says: sha256 "
            f"{sha256}, expected {file.sha256}. Nothing of it was kept; run it again."
        )
    return path
