"""One thread for tensors this small, and the toy encoder among the encoders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from gap_runs import captioned
from lent_specs import lend
from resealed import reseal
from small_clips import write_clips
from tiny_models import make_clap
from wsac_toy import CAPTIONS, PITCHES_HZ, RATE_HZ, TOY_ENCODER, make_tone

from benchmark.encoders import load_joint_encoder


@pytest.fixture(scope="module", autouse=True)
def _toy_encoder() -> Iterator[None]:
    with lend("encoder", TOY_ENCODER):
        yield


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture
def tones_folder(tmp_path: Path) -> Path:
    """Make a folder data set: six training tones, three test tones, two captions each."""
    import soundfile

    folder = tmp_path / "tones"
    folder.mkdir()
    for split, n_clips in (("train", 6), ("test", 3)):
        lines = ["file_name,caption_1,caption_2"]
        for number, kind in enumerate(list(PITCHES_HZ)[:n_clips]):
            name = f"{split}-{kind}.wav"
            soundfile.write(folder / name, make_tone(kind, number, 1.0), RATE_HZ)
            lines.append(",".join([name, *CAPTIONS[kind]]))
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a data set, a model, a run over the data set and a cache."""
    place = tmp_path_factory.mktemp("gap")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        write_clips(place / "clips", n_test=6)
        make_clap(place / "clap")
        captioned(place / "run", f"folder:{place / 'clips'}")
        yield place


@pytest.fixture(scope="module")
def encoder(place):
    return load_joint_encoder(f"clap[model={place / 'clap'}]")


@pytest.fixture
def facts(place):
    """Write what systems say of themselves into the run's manifest; take it out afterwards."""
    path = place / "run" / "manifest.json"
    sealed = path.read_text()

    def write(**facts_of):
        manifest = json.loads(sealed)
        for system, said in facts_of.items():
            manifest["systems"][system.replace("_", "-")]["facts"] = said
        path.write_text(json.dumps(manifest))
        reseal(path.parent)

    yield write
    path.write_text(sealed)
