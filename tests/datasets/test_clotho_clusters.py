"""Which of Clotho's clips belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.contract import ClipClusters
from benchmark.datasets.clotho_clusters import find_clotho_clusters
from benchmark.errors import DataError

CLIPS = ("a.wav", "b.wav", "c.wav", "d.wav")
METADATA = (
    "file_name,keywords,sound_id,sound_link,start_end_samples,manufacturer,license\n"
    "a.wav,x,11,l,s,Jos\u00e9,cc\n"
    "b.wav,x,12,l,s,Jos\u00e9,cc\n"
    "c.wav,x,Not found,Not found,s,Not found,cc\n"
    "other.wav,x,13,l,s,Jos\u00e9,cc\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_uploader_of_the_official_metadata_binds_clips_together(
    tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "clotho_metadata_evaluation.csv").write_bytes(METADATA.encode(encoding))
    clusters = find_clotho_clusters("evaluation", [tmp_path], CLIPS)
    assert clusters == ClipClusters(
        "Freesound uploader", {"a.wav": "Jos\u00e9", "b.wav": "Jos\u00e9"}
    )
    assert clusters.describe(CLIPS) == "3 Freesound uploaders of 4 clips"
    assert clusters.of(CLIPS).tolist() == [0, 0, 1, 2]


def test_ids_of_sounds_stand_in_for_uploaders_split_by_split(tmp_path: Path) -> None:
    text = (
        "split,file_name,freesound_id\nevaluation,a.wav,1\nevaluation,b.wav,2\n"
        "development,b.wav,1\nevaluation,c.wav,1\nevaluation,d.wav,Not found\n"
    )
    (tmp_path / "sound_ids.csv").write_text(text, encoding="utf-8")
    clusters = find_clotho_clusters("evaluation", [tmp_path / "none", tmp_path], CLIPS)
    assert clusters is not None
    assert clusters.kind == "Freesound sound"
    assert clusters.shared.of_clip == {"a.wav": "1", "c.wav": "1"}


def find_in(folder: Path, content: bytes) -> ClipClusters | None:
    (folder / "clotho_metadata_evaluation.csv").write_bytes(content)
    return find_clotho_clusters("evaluation", [folder], CLIPS)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b'file_name,manufacturer\n"a.wav,x\n', "line 2: unexpected end of data"),
        (b"file_name,sound\na.wav,1\n", "line 1: found the columns 'file_name', 'sound'. Expected"),
        (b"name,manufacturer\na.wav,x\n", "no column 'file_name'. Found: 'name', 'manufacturer'"),
        (b"file_name;manufacturer\na.wav;x,y\n", "line 1: found fields separated by ';'"),
        (b"file_name,manufacturer\na.wav,x,y\n", "line 2: 3 fields, but the header has 2"),
        (b"file_name,manufacturer\na.wav,\0\n", "line 2: found a zero byte"),
        (b"PK\x03\x04", "is a zip archive"),
        (
            b"file_name,manufacturer\na.wav,x\nb.wav,x\na.wav,y\n",
            "line 4: 'a.wav' has the manufacturer 'y', on line 2 'x'; expected one",
        ),
    ],
)
def test_metadata_that_cannot_be_read_are_refused_with_the_cure(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(DataError) as refused:
        find_in(tmp_path, content)
    assert str(refused.value).startswith(str(tmp_path / "clotho_metadata_evaluation.csv"))
    assert told in str(refused.value)
    assert str(refused.value).endswith(
        "remove it; `bench fetch clotho` brings v2.1's metadata anew."
    )


def test_a_folder_in_place_of_metadata_is_refused_and_none_at_all_is_not(tmp_path: Path) -> None:
    assert find_clotho_clusters("evaluation", [tmp_path], CLIPS) is None
    (tmp_path / "clotho_metadata_evaluation.csv").mkdir()
    with pytest.raises(DataError, match=r"Is a directory.*: remove it; "):
        find_clotho_clusters("evaluation", [tmp_path], CLIPS)


def test_a_row_that_comes_twice_and_says_the_same_is_read_once(tmp_path: Path) -> None:
    clusters = find_in(tmp_path, b"file_name,manufacturer\na.wav,x\na.wav,x\nb.wav,x\n")
    assert clusters == ClipClusters("Freesound uploader", {"a.wav": "x", "b.wav": "x"})
    assert clusters.describe(CLIPS) == "3 Freesound uploaders of 4 clips"


def test_rows_of_other_clips_may_say_what_they_like(tmp_path: Path) -> None:
    clusters = find_in(tmp_path, b"file_name,manufacturer\nz.wav,x\nz.wav,y\na.wav,x\n")
    assert clusters == ClipClusters("Freesound uploader", {"a.wav": "x"})


def test_a_clip_alone_is_no_cluster_of_the_same_name() -> None:
    clusters = ClipClusters("recording", {"a.wav": "b.wav"})
    assert len(set(clusters.of(["a.wav", "b.wav"]).tolist())) == 2
