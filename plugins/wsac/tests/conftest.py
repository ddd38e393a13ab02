"""One thread for tensors this small, and the toy encoder among the encoders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from lent_specs import lend
from wsac_toy import CAPTIONS, PITCHES_HZ, RATE_HZ, TOY_ENCODER, make_tone


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
