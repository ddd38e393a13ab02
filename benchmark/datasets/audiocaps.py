"""AudioCaps v1 (Kim et al. 2019): 49,838 / 495 / 975 clips with 1 / 5 / 5 captions each."""

from __future__ import annotations

import re
from pathlib import Path

from benchmark.contract import (
    ClipClusters,
    DatasetSpec,
    KnownSplit,
    RemoteFile,
    Split,
    SplitLabel,
)
from benchmark.datasets.audiocaps_sounds import find_audiocaps_sounds
from benchmark.datasets.captions_csv import CsvRows, find_captions, read_csv
from benchmark.datasets.edition import Edition
from benchmark.datasets.references import require_words
from benchmark.errors import DataError, UnknownNameError

_SPLITS = ("train", "val", "test")

_URL = "https://raw.githubusercontent.com/cdjkim/audiocaps/master/dataset"
_SHA256 = {
    "train": "c0c5223db682b3bf724ce7e7ce58d5b36929f74572e8526a7211f92d2eef7c8e",
    "val": "dab1c96641d5f3053ddb99dca3949450da9a75737bda53e11cc0aa8b102be0c3",
    "test": "b91c4b7ded2f4f6e7db5b9c4983dc1e1dca3d556f505b61e3fd65cac7e1c638a",
}
SPEC = DatasetSpec(
    name="audiocaps",
    title="AudioCaps v1",
    number="1.0",
    summary="AudioCaps v1: 10 s clips from YouTube, 975 test clips with 5 captions",
    splits=_SPLITS,
    default_split="test",
    train_split="train",
    validation_split="val",
    licence="captions: free for academic purposes only (AudioCaps README); sounds belong to those "
    "who uploaded them to YouTube",
    how_to_get="Captions: `bench fetch audiocaps`, or save dataset/{train,val,test}.csv of "
    "https://github.com/cdjkim/audiocaps as audiocaps/{train,val,test}.csv under the data root. "
    "Sounds are not to be downloaded from there: ask the authors for them with the form in that "
    "README, or fetch them from YouTube, and put them into audiocaps/audio/{split}/ as "
    "{youtube_id}_{start_time}.flac, Y{youtube_id}.wav or {youtube_id}.wav.",
    load=lambda label, data_root, _: load_audiocaps(label.split, data_root),
    captions=tuple(
        RemoteFile(
            f"{split}.csv", f"{_URL}/{split}.csv", f"sha256:{_SHA256[split]}", most_bytes=1 << 26
        )
        for split in _SPLITS
    ),
    known={
        "train": KnownSplit(
            49_838,
            49_838,
            "1016ecd3c696a225b7df4f90fcdbed9d87a2e9fd10144db4f9e4624d7f8a7c06",
            "690613dbd33efa4efdc28d4abe83531e8e25d68e22e5c2b76768d6cf973b972f",
        ),
        "val": KnownSplit(
            495,
            2_475,
            "a9fafb138e2e85da48a01f4c50cc83df18f6b9fadc02f54905add684ea15542a",
            "536fe292a7ac40100cad2ff9089f9db33af53ff10d42a24f263f5ba4848e7a20",
        ),
        "test": KnownSplit(
            975,
            4_875,
            "c66b044fcc44f8552f9b6c53129ae8af52f4c5315a9e9475d0908ffb25517c47",
            "e9ae7c3c6fe1548370afb6d903eaf7be770efc69a9f3d5d7ff9329a92dfa9172",
        ),
    },
)

_COLUMNS = ("audiocap_id", "youtube_id", "start_time", "caption")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_SPLIT_CAPTION = re.compile(
    r"^(?P<before>(?:39899,IAosP90cdsE|7994,2Cnv0FADwfo|48170,NWZK4Mm3aNc),\d+,)"
    r'(?P<caption>[^",\r\n]+\r?\n[^",\r\n]+)(?P<end>\r?\n|\Z)',
    re.MULTILINE,
)
"""Rows 8791, 18295 and 29501 of version 2.0's train.csv before October 2025 (cdjkim/audiocaps
#23 and #31): the captions hold a line end, and no quotes."""


USUAL = Edition(
    SPEC.name,
    ("audiocaps", "audiocaps/dataset", "AUDIOCAPS", "AUDIOCAPS/csv_files_v1"),
    SPEC.how_to_get,
)
"""Version 1, which nearly all papers score on."""


def load_audiocaps(split: str, data_root: Path, edition: Edition = USUAL) -> Split:
    """Read the official captions and find the sounds; a clip's id is its YouTube id.

    Captions: ``{split}.csv`` in the folders of the edition: of version 1 ``audiocaps/``,
    ``audiocaps/dataset/`` (the official repository) or ``AUDIOCAPS/`` (aac-datasets). Sounds:
    ``{id}_{start}``, ``Y{id}``, ``{id}``, these with the end too, or ``{audiocap_id}``, in any
    folder below that names no other split. All versions share them.

    Raises:
        UnknownNameError: there is no such split.
        DataError: the captions are missing or malformed.
    """
    if split not in SPEC.splits:
        raise UnknownNameError(f"split of {edition.dataset}", split, SPEC.splits)
    names = [f"{folder}/{split}.csv" for folder in edition.folders]
    label = SplitLabel(edition.dataset, split)
    path = find_captions(label, data_root, names, edition.how_to_get)
    rows = read_csv(path, _COLUMNS, mend=_join_split_captions)
    references, starts = _group(rows)
    aliases = {
        name: clip_id for clip_id, start in starts.items() for name in _file_names(clip_id, start)
    }
    clip_of_row = dict(zip(rows.column("audiocap_id"), rows.column("youtube_id"), strict=True))
    sounds = find_audiocaps_sounds(split, data_root, starts, clip_of_row)
    # A clip's id is that of its video, so that no two clips are of one: all captions of a video,
    # of version 2.0 too, are references of the same ten seconds.
    videos = ClipClusters("YouTube video", {clip_id: clip_id for clip_id in references})
    return sounds.as_split(label, references, aliases, videos)


def _join_split_captions(text: str) -> str:
    """Quote the three captions that version 2.0's train.csv splits over two lines."""
    return _SPLIT_CAPTION.sub(lambda row: f'{row["before"]}"{row["caption"]}"{row["end"]}', text)


def _group(rows: CsvRows) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Gather each clip's captions, in the order of the file, and where it starts."""
    rows.require_unique("audiocap_id")
    captions: dict[str, list[str]] = {}
    starts: dict[str, str] = {}
    columns = (rows.column(name) for name in ("youtube_id", "start_time", "caption"))
    for line, youtube_id, start, caption in zip(rows.lines, *columns, strict=True):
        if _YOUTUBE_ID.fullmatch(youtube_id) is None:
            raise DataError(
                f"{rows.path}, line {line}: {youtube_id!r} is no YouTube id; expected 11 of "
                "A-Z a-z 0-9 _ -. Spreadsheets spoil ids that start with '-': take the original."
            )
        if not start.isdecimal():
            raise DataError(
                f"{rows.path}, line {line}: {youtube_id!r} starts at {start!r}; expected a whole "
                "number of seconds, such as '30'."
            )
        if starts.setdefault(youtube_id, start) != start:
            raise DataError(
                f"{rows.path}, line {line}: {youtube_id!r} starts at {start!r}, earlier at "
                f"{starts[youtube_id]!r}; expected one whole number of seconds for each clip."
            )
        require_words(caption, rows.path, line, "caption")
        captions.setdefault(youtube_id, []).append(" ".join(caption.splitlines()))
    return {clip_id: tuple(texts) for clip_id, texts in captions.items()}, starts


def _file_names(youtube_id: str, start: str) -> tuple[str, ...]:
    """The names a clip goes by: official and aac-datasets, PANNs and WavCaps, plain."""
    return (
        f"{youtube_id}_{start}.flac",
        f"{youtube_id}_{start}.wav",
        f"Y{youtube_id}.flac",
        f"Y{youtube_id}.wav",
        f"{youtube_id}.flac",
        f"{youtube_id}.wav",
    )
