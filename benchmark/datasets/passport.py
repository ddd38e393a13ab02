"""What a split holds on this machine, and hashes that say whether two people hold the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.contract import Split, SplitLabel, hash_captions, hash_clip_ids
from benchmark.datasets.catalogue import DATASETS
from benchmark.errors import DataError
from benchmark.files import JsonObject
from benchmark.machine.progress import progress_bar

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Passport:
    """The identity of a split: it goes into every manifest.

    Attributes:
        label: which split it is.
        licence: what may be done with it.
        expected: clips that the captions file names.
        present: clips whose sound was found.
        first_missing: the first few clips without a sound.
        references_per_clip: number of references to number of clips.
        duplicate_captions: captions beyond the first of the same wording, in the whole split.
        empty_captions: captions without a word.
        captions_sha256: over ids and captions; line ends and quoting do not matter.
        captions_are_official: whether that is the hash of the published captions; None where
            nothing is published.
        expected_ids_sha256: over the ids of all clips.
        present_ids_sha256: over the ids of the clips with a sound.
    """

    label: SplitLabel
    licence: str
    expected: int
    present: int
    first_missing: tuple[str, ...]
    references_per_clip: Mapping[int, int]
    duplicate_captions: int
    empty_captions: int
    captions_sha256: str
    captions_are_official: bool | None
    expected_ids_sha256: str
    present_ids_sha256: str

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
            "licence": self.licence,
            "expected": self.expected,
            "present": self.present,
            "missing": self.missing,
            "first_missing": list(self.first_missing),
            "captions": self.captions,
            "references_per_clip": {str(n): c for n, c in self.references_per_clip.items()},
            "duplicate_captions": self.duplicate_captions,
            "empty_captions": self.empty_captions,
            "captions_sha256": self.captions_sha256,
            "captions_are_official": self.captions_are_official,
            "expected_ids_sha256": self.expected_ids_sha256,
            "present_ids_sha256": self.present_ids_sha256,
        }

    def render(self) -> list[str]:
        """Lines for the terminal."""
        numbers = self.references_per_clip
        mean = self.captions / self.expected if self.expected else 0.0
        spread = f"{min(numbers, default=0)} / {mean:.2f} / {max(numbers, default=0)}"
        official = {True: "as published", False: "NOT as published", None: "no published version"}
        lines = [
            str(self.label),
            f"  clips       {self.present} of {self.expected} have a sound",
            f"  captions    {self.captions} ({spread} a clip: min / mean / max), "
            f"{self.duplicate_captions} duplicates, {self.empty_captions} empty",
            f"  wording     {official[self.captions_are_official]}",
            f"  captions    sha256 {self.captions_sha256}",
            f"  clip ids    sha256 {self.expected_ids_sha256} (expected)",
            f"              sha256 {self.present_ids_sha256} (present)",
            f"  licence     {self.licence}",
        ]
        if self.missing:
            shown = ", ".join(map(repr, self.first_missing))
            more = self.missing - len(self.first_missing)
            lines.append(f"  missing     {shown}" + (f" and {more} more" if more else ""))
            if spec := DATASETS.get(self.label.dataset_name):
                lines.append(f"  where       {spec.how_to_get}")
        return lines


@dataclass(frozen=True, slots=True)
class SoundCheck:
    """What decoding every present sound showed; durations in seconds, of the readable ones."""

    readable: int
    total_s: float
    shortest_s: float
    longest_s: float
    broken: Mapping[str, str]
    """Clip id to what is wrong with its sound."""

    def to_dict(self) -> JsonObject:
        """All fields, ready for JSON."""
        return {
            "readable": self.readable,
            "total_s": self.total_s,
            "shortest_s": self.shortest_s,
            "longest_s": self.longest_s,
            "broken": dict(self.broken),
        }

    def render(self) -> list[str]:
        """Lines for the terminal, every broken sound among them."""
        lines = [
            f"  sounds      {self.readable} readable, {len(self.broken)} broken",
            f"  duration    {self.total_s:.1f} s ({self.shortest_s:.2f} to {self.longest_s:.2f} s)",
        ]
        return lines + [f"  broken      {clip_id!r}: {why}" for clip_id, why in self.broken.items()]


def issue_passport(split: Split) -> Passport:
    """Describe a split from its captions and from what was found; no sound is read."""
    spec = DATASETS.get(split.label.dataset_name)
    captions = [text for texts in split.references.values() for text in texts]
    captions_sha256 = hash_captions(split.references)
    published = spec.captions_sha256.get(split.name) if spec else None
    counts = Counter(len(texts) for texts in split.references.values())
    present = [clip_id for clip_id in split.clip_ids if clip_id in split.present]
    return Passport(
        label=split.label,
        licence=spec.licence if spec else "unknown",
        expected=len(split.references),
        present=len(present),
        first_missing=split.missing[:_SHOWN],
        references_per_clip=dict(sorted(counts.items())),
        duplicate_captions=len(captions) - len(set(captions)),
        empty_captions=sum(not text.strip() for text in captions),
        captions_sha256=captions_sha256,
        captions_are_official=captions_sha256 == published if published else None,
        expected_ids_sha256=hash_clip_ids(split.references),
        present_ids_sha256=hash_clip_ids(present),
    )


def check_sounds(split: Split, sample_rate_hz: int = 16_000) -> SoundCheck:
    """Decode every present sound, as a run would, and list those that cannot be read."""
    durations_s: list[float] = []
    broken: dict[str, str] = {}
    with progress_bar(f"reading {split.label}", len(split.present)) as bar:
        for clip_id in sorted(split.present):
            try:
                durations_s.append(split.read_clip(clip_id, sample_rate_hz).duration_s)
            except DataError as error:
                broken[clip_id] = str(error)
            bar.advance()
    return SoundCheck(
        readable=len(durations_s),
        total_s=sum(durations_s),
        shortest_s=min(durations_s, default=0.0),
        longest_s=max(durations_s, default=0.0),
        broken=broken,
    )
