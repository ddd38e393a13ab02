"""Which training clips are similar: those with similar captions, by BERTScore."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench_gpt2_guidance.triplet_options import TripletSettings
from benchmark import Artifacts, DataError, Resources, UsageError
from benchmark.metrics.bertscore import BERT_SCORE_MODEL, BertScore, SimilarPairs
from benchmark.models import choose_model
from benchmark.models.training import progress_bar

Rows = NDArray[np.integer]
_CODE_VERSION = 1
_N_DRAWN_PAIRS = 100_000


class SimilarClips:
    """For each clip the clips that are similar to it, on disk; a caption by itself counts as one.

    Two clips are similar if any caption of one is similar to any caption of the other. A clip is
    not similar to itself. Clips that share a caption, spelled alike, are duplicates.
    """

    def __init__(self, folder: Path, *, exclude_duplicates: bool = False) -> None:
        """Map a finished folder into memory.

        Args:
            folder: as ``relate_clips`` wrote it.
            exclude_duplicates: duplicates are no positives.
        """
        self.exclude_duplicates = exclude_duplicates
        self._path = folder / "indices.int32"
        self._bounds = np.load(folder / "bounds.npy", allow_pickle=False)
        has_any = self._path.stat().st_size > 0
        self._indices: NDArray[np.int32] = (
            np.memmap(self._path, np.int32, mode="r") if has_any else np.empty(0, np.int32)
        )

    def __len__(self) -> int:
        return len(self._bounds)

    @property
    def n_with_positive(self) -> int:
        """Clips that have at least one positive."""
        starts, duplicates, ends = self._bounds.T
        return int(np.count_nonzero((duplicates if self.exclude_duplicates else ends) > starts))

    @property
    def n_with_negative(self) -> int:
        """Clips that at least one other is not similar to."""
        starts, _, ends = self._bounds.T
        return int(np.count_nonzero(ends - starts < len(self) - 1))

    @property
    def sha256(self) -> str:
        """Hash of the relation."""
        digest = hashlib.sha256(f"{self.exclude_duplicates} ".encode())
        digest.update(self._bounds.tobytes())
        digest.update(self._indices.data)
        return digest.hexdigest()

    def similar_to(self, clip: int) -> NDArray[np.int32]:
        """List the similar clips of one, duplicates last."""
        start, _, end = self._bounds[clip]
        return self._indices[start:end]

    def positives(self, clip: int) -> NDArray[np.int32]:
        """List the similar clips that training may draw as a positive."""
        start, duplicates, end = self._bounds[clip]
        return self._indices[start : duplicates if self.exclude_duplicates else end]

    def are_negatives(self, anchors: Rows, others: Rows) -> NDArray[np.bool_]:
        """Tell which clips are not similar, and not the same.

        Args:
            anchors: ``(n,)``.
            others: ``(m,)``.

        Returns:
            ``(n, m)``.
        """
        result = np.empty((len(anchors), len(others)), dtype=bool)
        is_negative = np.ones(len(self), dtype=bool)
        for row, anchor in enumerate(anchors):
            related = self.similar_to(int(anchor))
            is_negative[related] = is_negative[anchor] = False
            result[row] = is_negative[others]
            is_negative[related] = is_negative[anchor] = True
        return result


@dataclass(frozen=True, slots=True)
class Comparison:
    """All training captions compared with each other.

    Attributes:
        similar: the clips that they make similar.
        pairs: the captions.
        scorer: what compared them.
    """

    similar: SimilarClips
    pairs: SimilarPairs
    scorer: BertScore


def compare_clips(
    captions: Sequence[Sequence[str]],
    resources: Resources,
    settings: TripletSettings,
    *,
    exclude_duplicates: bool,
) -> Comparison:
    """Compare all captions by BERTScore and relate the clips they belong to.

    Args:
        captions: those of each clip, or each caption by itself.
        resources: the device, and where results are kept.
        settings: model, layer and threshold.
        exclude_duplicates: clips that share a caption are no positives of each other.

    Raises:
        MissingWeightsError: BERTScore's model is not on this machine.
        UsageError: the captions are all one, or an option cannot be met.
    """
    scorer = BertScore(
        choose_model(BERT_SCORE_MODEL, settings.similarity_model),
        settings.similarity_layer or None,
        idf=settings.similarity_idf,
        device=resources.device,
    )
    texts = [text for of_clip in captions for text in of_clip]
    threshold, is_normalised = settings.threshold, settings.normalised
    if is_normalised and settings.floor_percentile > 0:
        floor = percentile_of_pairs(scorer, texts, settings.floor_percentile)
        threshold, is_normalised = floor + threshold * (1 - floor), False
    pairs = scorer.similar_pairs(
        texts, threshold, normalised=is_normalised, folder=resources.artifacts.root
    )
    owners = np.repeat(np.arange(len(captions)), [len(of_clip) for of_clip in captions])
    folder = relate_clips(pairs, owners, resources.artifacts)
    similar = SimilarClips(folder, exclude_duplicates=exclude_duplicates)
    return Comparison(similar, pairs, scorer)


def percentile_of_pairs(scorer: BertScore, texts: Sequence[str], percentile: float) -> float:
    """Return a percentile of the F1 of different captions: of all pairs, or of many drawn ones.

    Args:
        scorer: compares.
        texts: captions; those that are spelled alike count once.
        percentile: 0 to 100.

    Raises:
        UsageError: there are not two different captions.
    """
    distinct = list(dict.fromkeys(texts))
    if len(distinct) < 2:
        raise UsageError(f"found {len(distinct)} different captions; expected at least two.")
    first, second = _choose_pairs(len(distinct))
    f1 = scorer.score_pairs([distinct[at] for at in first], [distinct[at] for at in second]).f1
    return float(np.percentile(f1, percentile))


def _choose_pairs(n_texts: int) -> tuple[NDArray[np.int64], ...]:
    """Take all ordered pairs of two texts; where these are too many, draw with a fixed seed."""
    if n_texts * (n_texts - 1) <= _N_DRAWN_PAIRS:
        return np.nonzero(~np.eye(n_texts, dtype=bool))
    rng = np.random.default_rng(0)
    first = rng.integers(n_texts, size=_N_DRAWN_PAIRS)
    return first, (first + rng.integers(1, n_texts, size=_N_DRAWN_PAIRS)) % n_texts


def find_similar_clips(
    captions: Sequence[Sequence[str]], resources: Resources, settings: TripletSettings
) -> Comparison:
    """Compare clips for triplets, which need similar and dissimilar ones.

    Args:
        captions: those of each clip.
        resources: the device, and where results are kept.
        settings: model, layer and threshold.

    Raises:
        DataError: no clip has a positive, or none has a negative.
        MissingWeightsError: BERTScore's model is not on this machine.
        UsageError: the captions are all one, or an option cannot be met.
    """
    comparison = compare_clips(
        captions, resources, settings, exclude_duplicates=settings.exclude_duplicates
    )
    similar, pairs, scorer = comparison.similar, comparison.pairs, comparison.scorer
    if similar.n_with_positive == 0 or similar.n_with_negative == 0:
        raise DataError(
            f"{'none' if similar.n_with_positive == 0 else 'all'} of {len(captions)} training "
            f"clips are similar: threshold={settings.threshold} is a BERTScore F1 of "
            f"{pairs.threshold:.4f}, and different captions have {pairs.minimum:.4f} to "
            f"{pairs.maximum:.4f} ({scorer.model.name}, layer {scorer.layer}). Triplets need "
            "similar and dissimilar clips: choose another threshold, or train on more clips."
        )
    return comparison


def relate_clips(pairs: SimilarPairs, owners: Rows, artifacts: Artifacts) -> Path:
    """Turn similar captions into similar clips, kept by content.

    Args:
        pairs: of all captions of all clips.
        owners: ``(n_texts,)``: the clip of each caption, ascending from 0 without gaps.
        artifacts: where the result is kept.

    Returns:
        A folder for ``SimilarClips``.
    """
    key: dict[str, str | int] = {
        "code": _CODE_VERSION,
        "pairs": pairs.folder.name,
        "owners": hashlib.sha256(owners.astype(np.int64).tobytes()).hexdigest(),
    }
    return artifacts.get_or_build("similar-clips", key, partial(_write, pairs, owners))


def _write(pairs: SimilarPairs, owners: Rows, folder: Path) -> None:
    n_clips = int(owners[-1]) + 1
    write_relation(folder, n_clips, _relate(pairs, owners, n_clips))


def write_relation(folder: Path, n_clips: int, relation: Iterable[tuple[Rows, Rows]]) -> None:
    """Write what ``SimilarClips`` reads, clip by clip.

    Args:
        folder: an empty one.
        n_clips: whose similar ones follow.
        relation: for each clip the similar ones, ascending, and its duplicates, likewise.
    """
    bounds, end = np.empty((n_clips, 3), np.int64), 0
    with (
        (folder / "indices.int32").open("wb") as file,
        progress_bar("similar clips", n_clips) as bar,
    ):
        for clip, (others, duplicates) in enumerate(relation):
            start, first_duplicate = end, end + len(others)
            end = first_duplicate + len(duplicates)
            bounds[clip] = start, first_duplicate, end
            file.write(np.concatenate([others, duplicates]).astype(np.int32).tobytes())
            bar.advance()
    np.save(folder / "bounds.npy", bounds, allow_pickle=False)


def _relate(pairs: SimilarPairs, owners: Rows, n_clips: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield for each clip the similar ones that share no caption with it, and those that do."""
    first_texts = np.searchsorted(owners, np.arange(n_clips + 1))
    for clip in range(n_clips):
        alike: list[Rows] = []
        shared: list[Rows] = []
        for text in range(first_texts[clip], first_texts[clip + 1]):
            texts, _ = pairs.similar_to(text)
            is_spelled_alike = pairs.row_of_text[texts] == pairs.row_of_text[text]
            alike.append(owners[texts])
            shared.append(owners[texts[is_spelled_alike]])
        duplicates = np.setdiff1d(np.concatenate(shared), [clip])
        others = np.setdiff1d(np.concatenate(alike), np.append(duplicates, clip))
        yield others, duplicates
