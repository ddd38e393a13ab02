"""What a split holds on this machine, and hashes that say whether two people hold the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.contract import KnownSplit, Split, SplitLabel, hash_captions, hash_clip_ids
from benchmark.datasets.catalogue import DATASETS, find_dataset
from benchmark.datasets.declared import Declared
from benchmark.datasets.mirrors import name_mirror
from benchmark.datasets.recognition import is_official, recognise
from benchmark.datasets.wording import Overlap, count_overlap, fold
from benchmark.files import JsonObject

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Passport:
    """The identity of a split: it goes into every manifest.

    Attributes:
        label: which split it is.
        title: the data set and its version, as people call it.
        licence: what may be done with it.
        expected: clips that the captions file names.
        present: clips whose sound was found.
        first_missing: the first few clips without a sound.
        references_per_clip: number of references to number of clips.
        duplicate_captions: captions beyond the first of the same wording, in the whole split.
        clips_with_equal_references: clips with two references of the same words, case and
            punctuation aside.
        empty_captions: captions without a word.
        captions_sha256: over ids and captions; line ends and quoting do not matter.
        captions_are_official: whether that is the hash of the published captions; None where
            nothing is published.
        recognised: what the captions are by their content, in words; None where they are like
            no published ones.
        mirrors: which known copies hold the clips that are here, if they are not all.
        differs: what is not as published, in words; nothing where all is, or nobody says.
        brought_by: the plugin, and its version, that the data set is of; None: the core's.
        overlap: captions that stand in the training split; None where nobody looked.
        expected_ids_sha256: over the ids of all clips.
        present_ids_sha256: over the ids of the clips with a sound.
    """

    label: SplitLabel
    title: str
    licence: str
    expected: int
    present: int
    first_missing: tuple[str, ...]
    references_per_clip: Mapping[int, int]
    duplicate_captions: int
    clips_with_equal_references: int
    empty_captions: int
    captions_sha256: str
    captions_are_official: bool | None
    recognised: str | None
    expected_ids_sha256: str
    present_ids_sha256: str
    mirrors: tuple[str, ...] = ()
    overlap: Overlap | None = None
    differs: tuple[str, ...] = ()
    brought_by: str | None = None

    @property
    def missing(self) -> int:
        return self.expected - self.present

    @property
    def captions(self) -> int:
        return sum(number * clips for number, clips in self.references_per_clip.items())

    def to_dict(self) -> JsonObject:
        """All fields, ready for JSON."""
        return {
            "dataset": self.label.dataset,
            "split": self.label.split,
            "title": self.title,
            "licence": self.licence,
            "expected": self.expected,
            "present": self.present,
            "missing": self.missing,
            "first_missing": list(self.first_missing),
            "captions": self.captions,
            "references_per_clip": {str(n): c for n, c in self.references_per_clip.items()},
            "duplicate_captions": self.duplicate_captions,
            "clips_with_equal_references": self.clips_with_equal_references,
            "empty_captions": self.empty_captions,
            "captions_sha256": self.captions_sha256,
            "captions_are_official": self.captions_are_official,
            "recognised": self.recognised,
            "expected_ids_sha256": self.expected_ids_sha256,
            "present_ids_sha256": self.present_ids_sha256,
            "mirrors": list(self.mirrors),
            "differs_from_published": list(self.differs),
            **({"brought_by": self.brought_by} if self.brought_by else {}),
            "captions_in_training": self.overlap._asdict() if self.overlap else None,
        }

    def render(self) -> list[str]:
        """Lines for the terminal."""
        numbers = self.references_per_clip
        mean = self.captions / self.expected if self.expected else 0.0
        spread = f"{min(numbers, default=0)} / {mean:.2f} / {max(numbers, default=0)}"
        lines = [
            str(self.label),
            f"  clips       {self.present} of {self.expected} have a sound",
            f"  captions    {self.captions} ({spread} a clip: min / mean / max), "
            f"{self.duplicate_captions} duplicates, {self.empty_captions} empty",
            *self._render_repeats(),
            f"  wording     {self._describe_wording()}",
            f"  captions    sha256 {self.captions_sha256}",
            f"  clip ids    sha256 {self.expected_ids_sha256} (expected)",
            f"              sha256 {self.present_ids_sha256} (present)",
            *(f"  clips are   {mirror}" for mirror in self.mirrors),
            *(f"  not as published: {what}" for what in self.differs),
            f"  licence     {self.licence}",
            *([f"  brought by  {self.brought_by}"] if self.brought_by else ()),
        ]
        if self.missing:
            shown = ", ".join(map(repr, self.first_missing))
            more = self.missing - len(self.first_missing)
            lines.append(f"  missing     {shown}" + (f" and {more} more" if more else ""))
            if spec := DATASETS.get(self.label.dataset_name):
                lines.append(f"  where       {spec.how_to_get}")
        return lines

    def _describe_wording(self) -> str:
        if self.captions_are_official:
            return f"as published ({self.title})"
        verdict = "no published version"
        if self.captions_are_official is False:
            verdict = f"NOT as published ({self.title})"
        elif self.label.is_public:
            verdict = f"no sum is published ({self.title})"
        return f"{verdict}; these captions are {self.recognised}" if self.recognised else verdict

    def _render_repeats(self) -> list[str]:
        lines = []
        if n_clips := self.clips_with_equal_references:
            has = "clip has" if n_clips == 1 else "clips have"
            lines.append(f"  repeated    {n_clips:,} {has} two references of the same words")
        if self.overlap:
            lines.append(
                f"  in training {self.overlap.captions:,} of {self.overlap.of:,} captions, of "
                f"{self.overlap.clips:,} clips, stand word for word in {self.overlap.train}"
            )
        return lines


def issue_passport(split: Split, train: Split | None = None) -> Passport:
    """Describe a split from its captions and from what was found; no sound is read.

    Args:
        split: of any data set.
        train: where captions are looked for that it shares with the training split.
    """
    declared = _find_declared(split.label)
    spec = declared.spec if declared else None
    known = spec.known.get(split.name) if spec else None
    captions = [text for texts in split.references.values() for text in texts]
    recognised = recognise(split.references, DATASETS.values())
    counts = Counter(len(texts) for texts in split.references.values())
    present = [clip_id for clip_id in split.clip_ids if clip_id in split.present]
    return Passport(
        label=split.label,
        title=spec.title if spec else split.dataset,
        licence=spec.licence if spec else "unknown",
        expected=len(split.references),
        present=len(present),
        first_missing=split.missing[:_SHOWN],
        references_per_clip=dict(sorted(counts.items())),
        duplicate_captions=len(captions) - len(set(captions)),
        clips_with_equal_references=sum(
            len({fold(text) for text in texts}) < len(texts) for texts in split.references.values()
        ),
        empty_captions=sum(not text.strip() for text in captions),
        captions_sha256=hash_captions(split.references),
        captions_are_official=is_official(split.references, known),
        recognised=recognised.sentence if recognised else None,
        expected_ids_sha256=hash_clip_ids(split.references),
        present_ids_sha256=hash_clip_ids(present),
        mirrors=_name_mirrors(split, present),
        differs=tuple(_differences(split, known)) if known else (),
        brought_by=None if declared is None or declared.is_core else str(declared.provenance),
        overlap=None
        if train is None
        else count_overlap(split.references, train.references, str(train.label)),
    )


def _find_declared(label: SplitLabel) -> Declared | None:
    return find_dataset(label.dataset_name) if label.dataset_name in DATASETS else None


def _differences(split: Split, known: KnownSplit) -> Iterator[str]:
    """Say what of a split is not as it was published."""
    counts = (
        ("clips", len(split.references), known.n_clips),
        ("captions", sum(map(len, split.references.values())), known.n_captions),
    )
    for what, found, published in counts:
        if published is not None and found != published:
            yield f"{found:,} {what}, published are {published:,}"
    sums = (
        ("clip ids", hash_clip_ids(split.references), known.clip_ids_sha256),
        ("captions", hash_captions(split.references), known.captions_sha256),
    )
    for what, found_sum, published_sum in sums:
        if published_sum and found_sum != published_sum:
            yield f"the sum of the {what} is {found_sum[:12]}, published is {published_sum[:12]}"


def _name_mirrors(split: Split, present: Sequence[str]) -> tuple[str, ...]:
    """Name the copies whose clips these captions, or the sounds that are here, may be of."""
    sets = (tuple(split.references), present)
    named = (name_mirror(split.label, hash_clip_ids(clips), len(clips)) for clips in sets)
    return tuple(dict.fromkeys(filter(None, named)))
