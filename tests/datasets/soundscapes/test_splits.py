from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmark.artifacts import Artifacts
from benchmark.contract import Split
from benchmark.datasets.soundscapes.grammar import split_words
from benchmark.datasets.soundscapes.splits import (
    N_CAPTIONS,
    N_CLIPS,
    SPLITS,
    caption_clip,
    compose_scene,
    load_soundscapes,
    render_clip,
)
from benchmark.datasets.soundscapes.timbres import SOUNDS
from benchmark.errors import DataError, UnknownNameError

SAMPLED = [("test", 5), ("pretrain", 599), ("val", 0), ("train", 77), ("test", 4)]


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    return Artifacts(tmp_path_factory.mktemp("artifacts"))


@pytest.fixture(scope="module")
def captions() -> dict[str, list[tuple[str, ...]]]:
    return {split: [caption_clip(split, k) for k in range(N_CLIPS[split])] for split in SPLITS}


@pytest.fixture(scope="module")
def val(artifacts: Artifacts) -> Split:
    return load_soundscapes("val", artifacts)


def _sounds(split: str, index: int) -> frozenset[str]:
    scene = compose_scene(split, index)
    backdrop = [scene.backdrop] if scene.backdrop else []
    return frozenset(event.sound for event in [*scene.events, *backdrop])


def _hash_clips(clips: list[tuple[str, int]]) -> dict[str, str]:
    return {
        f"{split}-{index}": hashlib.sha256(
            render_clip(split, index).tobytes() + "\n".join(caption_clip(split, index)).encode()
        ).hexdigest()
        for split, index in clips
    }


def test_a_clip_is_the_same_in_another_order_and_in_another_process():
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]);"
        "from test_splits import SAMPLED, _hash_clips;"
        "print(json.dumps(_hash_clips(SAMPLED[::-1])))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    elsewhere = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    here = _hash_clips(SAMPLED)
    assert json.loads(elsewhere) == here
    assert len(set(here.values())) == len(SAMPLED)


def test_a_split_holds_its_clips_and_captions(val):
    assert str(val.label) == "soundscapes:val"
    assert val.clip_ids == tuple(f"val-{index:04}" for index in range(N_CLIPS["val"]))
    assert val.missing == ()
    assert {len(references) for references in val.references.values()} == {5}
    assert val.references["val-0007"] == caption_clip("val", 7)


def test_the_stored_sound_is_the_rendered_one(val):
    clip = val.read_clip("val-0003", 16_000)
    assert clip.duration_s == 5.0
    assert clip.waveform.dtype == np.float32
    np.testing.assert_array_equal(clip.waveform * 32_768, render_clip("val", 3))


def test_a_clip_can_be_read_at_another_rate(val):
    assert len(val.read_clip("val-0000", 32_000).waveform) == 160_000


def test_clips_are_neither_silent_nor_clipped(val):
    for clip_id in val.clip_ids:
        waveform = val.read_clip(clip_id, 16_000).waveform
        assert np.isfinite(waveform).all()
        assert 0.01 < np.abs(waveform).max() < 1
        assert 0.001 < np.sqrt((waveform**2).mean()) < 0.3


def test_a_clip_that_does_not_exist_is_an_error(val):
    with pytest.raises(DataError, match="val-9999"):
        val.read_clip("val-9999", 16_000)


def test_an_unknown_split_is_named_with_the_known_ones(artifacts):
    with pytest.raises(UnknownNameError, match="Did you mean 'val'"):
        load_soundscapes("vla", artifacts)


def test_a_split_is_rendered_once(val, artifacts):
    (folder,) = artifacts.root.glob("soundscapes-val-*")
    before = folder.stat().st_mtime_ns
    assert load_soundscapes("val", artifacts).references == val.references
    assert [found.stat().st_mtime_ns for found in artifacts.root.iterdir()] == [before]


def test_the_true_events_lie_beside_the_sounds(val, artifacts):
    (folder,) = artifacts.root.glob("soundscapes-val-*")
    records = json.loads((folder / "clips.json").read_text(encoding="utf-8"))
    assert [record["clip_id"] for record in records] == list(val.clip_ids)
    event = records[5]["scene"]["events"][0]
    truth = compose_scene("val", 5).events[0]
    assert (event["sound"], event["onset_s"], event["duration_s"], event["level_db"]) == (
        truth.sound,
        truth.onset_s,
        truth.duration_s,
        truth.level_db,
    )


@pytest.mark.parametrize("split", SPLITS)
def test_every_event_lies_within_its_clip(split):
    for index in range(N_CLIPS[split]):
        for event in compose_scene(split, index).events:
            assert 0 <= event.onset_s < event.onset_s + event.duration_s <= 5.0001


def test_every_clip_has_as_many_captions_as_its_split_promises(captions):
    for split, clips in captions.items():
        assert {len(texts) for texts in clips} == {N_CAPTIONS[split]}
        assert all(len(set(texts)) == len(texts) for texts in clips)


def test_no_two_splits_share_a_caption_even_after_tokenisation(captions):
    pools = {
        split: {tuple(split_words(text)) for texts in clips for text in texts}
        for split, clips in captions.items()
    }
    assert sum(len(pool) for pool in pools.values()) == len(set().union(*pools.values()))


def test_captions_seldom_repeat_within_a_split(captions):
    for clips in captions.values():
        texts = [text for texts in clips for text in texts]
        assert len(set(texts)) > 0.97 * len(texts)


def test_no_two_clips_describe_the_same_scene():
    scenes = [compose_scene(split, k) for split in SPLITS for k in range(N_CLIPS[split])]
    assert len(set(scenes)) == len(scenes)


@pytest.mark.parametrize("split", ["pretrain", "train", "test"])
def test_classes_are_balanced(split):
    counts = Counter(sound for k in range(N_CLIPS[split]) for sound in _sounds(split, k))
    assert set(counts) == set(SOUNDS)
    assert max(counts.values()) < 3 * min(counts.values())


def test_many_test_combinations_are_new_but_every_class_is_known():
    known = {_sounds("train", k) for k in range(N_CLIPS["train"])}
    asked = {_sounds("test", k) for k in range(N_CLIPS["test"])}
    assert frozenset().union(*asked) <= frozenset().union(*known)
    assert len(asked - known) > len(asked) / 3


def test_importing_the_data_set_loads_nothing_heavy():
    code = "import sys, benchmark.datasets.soundscapes.splits; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert not {"torch", "transformers", "pandas", "scipy", "soundfile"} & set(loaded)


def test_a_disk_that_is_full_while_sounds_are_rendered_is_said(tmp_path):
    from killed import run_with_small_files  # this module is imported where helpers are not

    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from benchmark.artifacts import Artifacts\n"
        "from benchmark.datasets.soundscapes.splits import load_soundscapes\n"
        "from benchmark.errors import MachineError\n"
        "try:\n"
        "    load_soundscapes('val', Artifacts(Path(sys.argv[1])))\n"
        "except MachineError as error:\n"
        "    print(error)\n"
    )
    told = run_with_small_files(code, tmp_path / "cache", most_bytes=20_000)
    assert told.startswith("cannot write")
    assert "File too large" in told
