"""The versions of data sets beside the usual ones, and what is known of them.

Sums and counts of Clotho's are those that aac-datasets 0.7.0 pins (its sums of version 2.1 are
ours); of AudioCaps 2.0 nobody publishes any, so that its files are known by their likeness to
version 1 alone, see ``recognition``.
"""

from __future__ import annotations

from dataclasses import replace

from benchmark.contract import DatasetSpec, KnownSplit, RemoteFile
from benchmark.datasets import audiocaps, clotho
from benchmark.datasets.edition import Edition

_AUDIOCAPS_2 = Edition(
    "audiocaps@2.0",
    (
        "audiocaps@2.0",
        "audiocaps@2.0/dataset2.0",
        "audiocaps/dataset2.0",
        "AUDIOCAPS/csv_files_v2",
    ),
    "Captions: save dataset2.0/{train,val,test}.csv of https://github.com/cdjkim/audiocaps as "
    "audiocaps@2.0/{train,val,test}.csv under the data root; no sums of them are published, so "
    "`bench fetch` does not bring them. Sounds go where those of audiocaps go.",
)
AUDIOCAPS_2_0 = replace(
    audiocaps.SPEC,
    name=_AUDIOCAPS_2.dataset,
    title="AudioCaps 2.0",
    number="2.0",
    summary="AudioCaps 2.0: v1's 975 test clips, their captions mostly in lower case and some "
    "reworded; 91,256 training captions",
    how_to_get=_AUDIOCAPS_2.how_to_get,
    load=lambda label, data_root, _: audiocaps.load_audiocaps(label.split, data_root, _AUDIOCAPS_2),
    captions=(),
    known={
        "train": KnownSplit(None, 91_256),
        "val": replace(audiocaps.SPEC.known["val"], captions_sha256=""),
        "test": replace(audiocaps.SPEC.known["test"], captions_sha256=""),
    },
)


def _clotho(
    number: str,
    record: int,
    summary: str,
    captions_md5: dict[str, str],
    sounds_md5: dict[str, str],
    known: dict[str, KnownSplit],
) -> DatasetSpec:
    name = f"{clotho.SPEC.name}@{number}"
    aac_datasets = f"CLOTHO_v{number.removesuffix('.0')}/clotho_csv_files"
    edition = Edition(
        name,
        (name, f"{name}/clotho_csv_files", aac_datasets),
        f"Captions: `bench fetch {name}`; sounds too: `bench fetch {name} --sounds`. By hand: save "
        f"clotho_captions_{{{','.join(captions_md5)}}}.csv of https://zenodo.org/records/{record} "
        f"in {name}/ under the data root and unpack the archives clotho_audio_*.7z into "
        f"{name}/clotho_audio_files/.",
    )
    splits = tuple(captions_md5)

    def remote_file(name: str, md5: str) -> RemoteFile:
        url = f"https://zenodo.org/records/{record}/files/{name}?download=1"
        return RemoteFile(name, url, f"md5:{md5}", most_bytes=clotho.MOST_BYTES)

    return replace(
        clotho.SPEC,
        name=name,
        title=f"Clotho v{number}",
        number=number,
        summary=summary,
        splits=splits,
        how_to_get=edition.how_to_get,
        load=lambda label, data_root, _: clotho.load_clotho(
            label.split, data_root, edition, splits
        ),
        captions=tuple(
            remote_file(f"clotho_captions_{split}.csv", md5) for split, md5 in captions_md5.items()
        ),
        sounds=tuple(
            remote_file(f"clotho_audio_{split}.7z", md5) for split, md5 in sounds_md5.items()
        ),
        metadata=(),
        known=known,
        has_split=lambda label: label.split in splits,
    )


_EVALUATION_CAPTIONS_MD5 = "1b16b9e57cf7bdb7f13a13802aeb57e2"
_EVALUATION_SOUNDS_MD5 = "4569624ccadf96223f19cb59fe4f849f"
"""Of the evaluation split, which is the same, byte for byte, in all versions."""

CLOTHO_2_0 = _clotho(
    "2.0",
    4743815,
    "Clotho v2: as v2.1, but for about 150 sounds that came through damaged and 10 file names; the "
    "evaluation clips are v2.1's",
    {
        "development": "800633304e73d3daed364a2ba6069827",
        "validation": "3109c353138a089c7ba724f27d71595d",
        "evaluation": _EVALUATION_CAPTIONS_MD5,
    },
    {
        "development": "eda144a5e05a60e6d2e37a65fc4720a9",
        "validation": "0475bfa5793e80f748d32525018ebada",
        "evaluation": _EVALUATION_SOUNDS_MD5,
    },
    {
        # Its page says 3,840 and 1,046, of files that hold 3,839 and 1,045 in v2.1.
        "development": KnownSplit(None, None),
        "validation": KnownSplit(None, None),
        "evaluation": clotho.SPEC.known["evaluation"],
    },
)
CLOTHO_1_0 = _clotho(
    "1.0",
    3490684,
    "Clotho v1: 2,893 development clips and no validation split; the evaluation clips are v2.1's",
    {
        "development": "dd568352389f413d832add5cf604529f",
        "evaluation": _EVALUATION_CAPTIONS_MD5,
    },
    {
        "development": "e3ce88561b317cc3825e8c861cae1ec6",
        "evaluation": _EVALUATION_SOUNDS_MD5,
    },
    {
        "development": KnownSplit(2_893, 14_465),
        "evaluation": clotho.SPEC.known["evaluation"],
    },
)
