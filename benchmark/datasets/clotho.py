"""Clotho v2.1 (Drossos et al. 2020): 3,839 / 1,045 / 1,045 clips with 5 captions each."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from benchmark.contract import DatasetSpec, KnownSplit, RemoteFile, Split, SplitLabel
from benchmark.datasets.captions_csv import find_captions, read_csv
from benchmark.datasets.clotho_clusters import find_clotho_clusters
from benchmark.datasets.edition import Edition
from benchmark.datasets.references import references_by_column
from benchmark.datasets.sound_files import Sounds
from benchmark.datasets.sound_search import Place, list_folder, match_names, walk_folders
from benchmark.errors import UnknownNameError

_WORDS = {
    "development": ("development", "dev", "train", "training"),
    "validation": ("validation", "val", "valid"),
    "evaluation": ("evaluation", "eval", "test"),
}
_SHORT_NAMES = {"dev": "development", "val": "validation", "eval": "evaluation"}

_URL = "https://zenodo.org/records/4783391/files"
_CAPTIONS_MD5 = {
    "development": "d4090b39ce9f2491908eebf4d5b09bae",
    "validation": "5879e023032b22a2c930aaa0528bead4",
    "evaluation": "1b16b9e57cf7bdb7f13a13802aeb57e2",
}
_METADATA_MD5 = {
    "development": "170d20935ecfdf161ce1bb154118cda5",
    "validation": "2e010427c56b1ce6008b0f03f41048ce",
    "evaluation": "13946f054d4e1bf48079813aac61bf77",
}
_SOUNDS_MD5 = {
    "development": "c8b05bc7acdb13895bb3c6a29608667e",
    "validation": "7dba730be08bada48bd15dc4e668df59",
    "evaluation": "4569624ccadf96223f19cb59fe4f849f",
}


MOST_BYTES = 32 << 30
"""Of a file: the largest archive of sounds has a third of it."""


def _remote_file(name: str, md5: str) -> RemoteFile:
    return RemoteFile(name, f"{_URL}/{name}?download=1", f"md5:{md5}", most_bytes=MOST_BYTES)


SPEC = DatasetSpec(
    name="clotho",
    title="Clotho v2.1",
    number="2.1",
    summary="Clotho v2.1: 15-30 s clips from Freesound, 1,045 evaluation clips with 5 captions",
    splits=("development", "validation", "evaluation"),
    default_split="evaluation",
    train_split="development",
    validation_split="validation",
    licence="captions: Tampere University licence, attribution and non-commercial use; sounds: the "
    "Creative Commons licence of each file on Freesound (Clotho's metadata names it)",
    how_to_get="Captions: `bench fetch clotho`; sounds too: `bench fetch clotho "
    "--sounds`. By hand: save clotho_captions_{development,validation,evaluation}.csv of "
    "https://zenodo.org/records/4783391 in clotho/ under the data root, and beside them "
    "clotho_metadata_*.csv, which say whose recordings the clips are; unpack the archives "
    "clotho_audio_*.7z into clotho/clotho_audio_files/.",
    load=lambda label, data_root, _: load_clotho(label.split, data_root),
    captions=tuple(
        _remote_file(f"clotho_captions_{split}.csv", md5) for split, md5 in _CAPTIONS_MD5.items()
    ),
    sounds=tuple(
        _remote_file(f"clotho_audio_{split}.7z", md5) for split, md5 in _SOUNDS_MD5.items()
    ),
    metadata=tuple(
        _remote_file(f"clotho_metadata_{split}.csv", md5) for split, md5 in _METADATA_MD5.items()
    ),
    sound_folder="clotho_audio_files",
    known={
        "development": KnownSplit(
            3_839,
            19_195,
            "2825ad17509b2ea5090096a13b4c73f41b9a91be067dedcafe1f7c1f6d0620b2",
            "4889cdac7ea10cad358557f8e3290b3cece5a60f236b21a8181ed724e8f20871",
        ),
        "validation": KnownSplit(
            1_045,
            5_225,
            "516d4d6952843a878c68460b583a4d2d9eee80e04474cdd4ea6fdca2211446f7",
            "aa4b9f4483fd902416413360b3d2a198f06c18bf7a0d5f25562a975b6b7a63ca",
        ),
        "evaluation": KnownSplit(
            1_045,
            5_225,
            "62c09804d90b92bc1e0b5f3be644125c8fc79554df40c79357ad1559c20db189",
            "d9e9887f333db7bf98c825d331a3a42e32c3f11b88fcbb721670bacbc7f08958",
        ),
    },
)

_COLUMNS = ("file_name", *(f"caption_{number}" for number in range(1, 6)))


USUAL = Edition(
    SPEC.name,
    ("clotho", "clotho/clotho_csv_files", "CLOTHO_v2.1/clotho_csv_files"),
    SPEC.how_to_get,
)
"""Version 2.1, which its makers ask for."""


def load_clotho(
    split: str, data_root: Path, edition: Edition = USUAL, splits: tuple[str, ...] = SPEC.splits
) -> Split:
    """Read the official captions and find the sounds; a clip's id is its file name, to the letter.

    File names hold leading, trailing and double spaces and HTML entities: they are the names of
    the official sound files, so nothing is stripped or unescaped. Four of them occur in two
    splits: a clip is known by split and id together.

    Args:
        split: an official name, or ``dev``, ``val``, ``eval``.
        data_root: the folder that holds ``clotho/`` (or ``CLOTHO_v2.1/``, as aac-datasets makes).
        edition: which version, and where it lies.
        splits: those that it has.

    Raises:
        UnknownNameError: there is no such split.
        DataError: the captions are missing or malformed, or metadata are there and malformed.
    """
    name = _SHORT_NAMES.get(split, split)
    if name not in splits:
        short = (short for short, long in _SHORT_NAMES.items() if long in splits)
        raise UnknownNameError(f"split of {edition.dataset}", split, (*splits, *short))
    names = [f"{folder}/clotho_captions_{name}.csv" for folder in edition.folders]
    label = SplitLabel(edition.dataset, name)
    rows = read_csv(find_captions(label, data_root, names, edition.how_to_get), _COLUMNS)
    references = references_by_column(rows, "file_name", _COLUMNS[1:])
    folders = [data_root / folder for folder in edition.folders]
    clusters = find_clotho_clusters(name, folders, references)
    sounds = _find_sounds(name, data_root, references, edition)
    return sounds.as_split(label, references, clusters=clusters)


def _find_sounds(
    split: str, data_root: Path, clip_ids: Collection[str], edition: Edition
) -> Sounds:
    """Find sounds below the folders of a version, in any that names no other split."""
    own = _WORDS[split]
    others = [word for name, words in _WORDS.items() if name != split for word in words]
    roots = {folder.partition("/")[0].casefold() for folder in edition.folders}
    names = sorted(entry.name for entry in list_folder(data_root))
    bases = [data_root / name for name in names if name.casefold() in roots]
    match = match_names({clip_id: clip_id for clip_id in clip_ids})
    places = [Place(folder, match) for folder in walk_folders(bases, own, others)]
    base = data_root / edition.folders[0]
    expected = (base / "clotho_audio_files" / split, base / "audio" / split, base / split)
    return Sounds.find(places, expected, clip_ids)
