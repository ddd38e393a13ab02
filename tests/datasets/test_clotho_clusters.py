"""Which of Clotho's clips belong together."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.contract import ClipClusters
from benchmark.datasets.clotho_clusters import find_clotho_clusters

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


@pytest.mark.parametrize("content", [b"", b'file_name\n"a.wav\n', b"file_name,sound\na.wav,1\n"])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clotho_metadata_evaluation.csv").write_bytes(content)
    assert find_clotho_clusters("evaluation", [tmp_path], CLIPS) is None


def test_a_clip_alone_is_no_cluster_of_the_same_name() -> None:
    clusters = ClipClusters("recording", {"a.wav": "b.wav"})
    assert len(set(clusters.of(["a.wav", "b.wav"]).tolist())) == 2
