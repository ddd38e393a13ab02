"""Clotho v2.1 (Drossos et al. 2020): 3,839 / 1,045 / 1,045 clips with 5 captions each."""

from __future__ import annotations

from pathlib import Path

from benchmark.contract import Split, SplitLabel
from benchmark.datasets.captions_csv import find_captions, read_csv
from benchmark.datasets.references import references_by_column
from benchmark.datasets.sound_files import Sounds, index_files
from benchmark.datasets.spec import DatasetSpec
from benchmark.errors import UnknownNameError
from benchmark.machine.downloads import RemoteFile

_SHORT_NAMES = {"dev": "development", "val": "validation", "eval": "evaluation"}

_URL = "https://zenodo.org/records/4783391/files"
_CAPTIONS_MD5 = {
    "development": "d4090b39ce9f2491908eebf4d5b09bae",
    "validation": "5879e023032b22a2c930aaa0528bead4",
    "evaluation": "1b16b9e57cf7bdb7f13a13802aeb57e2",
}
_SOUNDS_MD5 = {
    "development": "c8b05bc7acdb13895bb3c6a29608667e",
    "validation": "7dba730be08bada48bd15dc4e668df59",
    "evaluation": "4569624ccadf96223f19cb59fe4f849f",
}


_MOST_BYTES = 32 << 30
"""Of a file: the largest archive of sounds has a third of it."""


def _remote_file(name: str, md5: str) -> RemoteFile:
    return RemoteFile(name, f"{_URL}/{name}?download=1", f"md5:{md5}", most_bytes=_MOST_BYTES)


SPEC = DatasetSpec(
    name="clotho",
    summary="Clotho v2.1: 15-30 s clips from Freesound, 1,045 evaluation clips with 5 captions",
    splits=("development", "validation", "evaluation"),
    default_split="evaluation",
    train_split="development",
    validation_split="validation",
    licence="captions: Tampere University licence, attribution and non-commercial use; sounds: the "
    "Creative Commons licence of each file on Freesound (Clotho's metadata names it)",
    how_to_get="Captions: `bench fetch clotho`; sounds too: `bench fetch clotho "
    "--sounds`. By hand: save clotho_captions_{development,validation,evaluation}.csv of "
    "https://zenodo.org/records/4783391 in clotho/ under the data root and unpack the archives "
    "clotho_audio_*.7z into clotho/clotho_audio_files/.",
    load=lambda label, data_root, _: load_clotho(label.split, data_root),
    captions=tuple(
        _remote_file(f"clotho_captions_{split}.csv", md5) for split, md5 in _CAPTIONS_MD5.items()
    ),
    sounds=tuple(
        _remote_file(f"clotho_audio_{split}.7z", md5) for split, md5 in _SOUNDS_MD5.items()
    ),
    sound_folder="clotho_audio_files",
    captions_sha256={
        "development": "4889cdac7ea10cad358557f8e3290b3cece5a60f236b21a8181ed724e8f20871",
        "validation": "aa4b9f4483fd902416413360b3d2a198f06c18bf7a0d5f25562a975b6b7a63ca",
        "evaluation": "d9e9887f333db7bf98c825d331a3a42e32c3f11b88fcbb721670bacbc7f08958",
    },
)

_COLUMNS = ("file_name", *(f"caption_{number}" for number in range(1, 6)))


def load_clotho(split: str, data_root: Path) -> Split:
    """Read the official captions and find the sounds; a clip's id is its file name, to the letter.

    File names hold leading, trailing and double spaces and HTML entities: they are the names of
    the official sound files, so nothing is stripped or unescaped. Four of them occur in two
    splits: a clip is known by split and id together.

    Args:
        split: an official name, or ``dev``, ``val``, ``eval``.
        data_root: the folder that holds ``clotho/`` (or ``CLOTHO_v2.1/``, as aac-datasets makes).

    Raises:
        UnknownNameError: there is no such split.
        DataError: the captions are missing or malformed.
    """
    name = _SHORT_NAMES.get(split, split)
    if name not in SPEC.splits:
        raise UnknownNameError("split of clotho", split, (*SPEC.splits, *_SHORT_NAMES))
    folders = ("clotho", "clotho/clotho_csv_files", "CLOTHO_v2.1/clotho_csv_files")
    names = [f"{folder}/clotho_captions_{name}.csv" for folder in folders]
    label = SplitLabel(SPEC.name, name)
    rows = read_csv(find_captions(label, data_root, names, SPEC.how_to_get), _COLUMNS)
    references = references_by_column(rows, "file_name", _COLUMNS[1:])
    base, aac_datasets = data_root / "clotho", data_root / "CLOTHO_v2.1"
    sound_folders = (
        base / "clotho_audio_files" / name,
        base / f"clotho_audio_{name}" / name,
        base / f"clotho_audio_{name}",
        base / name,
        aac_datasets / "clotho_audio_files" / name,
    )
    index = index_files(sound_folders)
    sounds = Sounds(
        {clip: index[clip] / clip for clip in references if clip in index}, sound_folders
    )
    return Split(SPEC.name, name, references, sounds.present, sounds.read_clip)
