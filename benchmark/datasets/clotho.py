"""Clotho v2.1 (Drossos et al. 2020): 3,839 / 1,045 / 1,045 clips with 5 captions each."""

from __future__ import annotations

from pathlib import Path

from benchmark.contract import Split
from benchmark.datasets.captions_csv import find_captions, read_table
from benchmark.datasets.fetch import RemoteFile
from benchmark.datasets.sound_files import Sounds, index_files
from benchmark.errors import UnknownNameError

SPLITS = ("development", "validation", "evaluation")
SHORT_NAMES = {"dev": "development", "val": "validation", "eval": "evaluation"}
DEFAULT_SPLIT = "evaluation"
TRAIN_SPLIT = "development"
LICENCE = (
    "captions: Tampere University licence, attribution and non-commercial use; sounds: the "
    "Creative Commons licence of each file on Freesound (Clotho's metadata names it)"
)

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
CAPTION_FILES = tuple(
    RemoteFile(name, f"{_URL}/{name}?download=1", f"md5:{md5}")
    for name, md5 in ((f"clotho_captions_{s}.csv", m) for s, m in _CAPTIONS_MD5.items())
)
SOUND_ARCHIVES = tuple(
    RemoteFile(name, f"{_URL}/{name}?download=1", f"md5:{md5}")
    for name, md5 in ((f"clotho_audio_{s}.7z", m) for s, m in _SOUNDS_MD5.items())
)
CAPTIONS_SHA256 = {
    "development": "4889cdac7ea10cad358557f8e3290b3cece5a60f236b21a8181ed724e8f20871",
    "validation": "aa4b9f4483fd902416413360b3d2a198f06c18bf7a0d5f25562a975b6b7a63ca",
    "evaluation": "d9e9887f333db7bf98c825d331a3a42e32c3f11b88fcbb721670bacbc7f08958",
}
"""``passport.hash_captions`` of the published files, whatever their line ends."""
HOW_TO_GET = (
    "Captions: `bench data fetch clotho`; sounds too: `bench data fetch clotho --sounds`. By hand: "
    "save clotho_captions_{development,validation,evaluation}.csv of "
    "https://zenodo.org/records/4783391 in clotho/ under the data root and unpack the archives "
    "clotho_audio_*.7z into clotho/clotho_audio_files/."
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
    name = SHORT_NAMES.get(split, split)
    if name not in SPLITS:
        raise UnknownNameError("split of clotho", split, (*SPLITS, *SHORT_NAMES))
    base, aac_datasets = data_root / "clotho", data_root / "CLOTHO_v2.1"
    file_name = f"clotho_captions_{name}.csv"
    candidates = (
        base / file_name,
        base / "clotho_csv_files" / file_name,
        aac_datasets / "clotho_csv_files" / file_name,
    )
    table = read_table(find_captions(f"clotho:{name}", candidates, HOW_TO_GET), _COLUMNS)
    table.require_unique("file_name")
    captions = zip(*(table.column(column) for column in _COLUMNS[1:]), strict=True)
    references = dict(zip(table.column("file_name"), captions, strict=True))
    folders = (
        base / "clotho_audio_files" / name,
        base / f"clotho_audio_{name}" / name,
        base / f"clotho_audio_{name}",
        base / name,
        aac_datasets / "clotho_audio_files" / name,
    )
    index = index_files(folders)
    sounds = Sounds({clip: index[clip] / clip for clip in references if clip in index}, folders)
    return Split("clotho", name, references, sounds.present, sounds.read_clip)
