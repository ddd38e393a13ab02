"""A folder data set of short noises."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write_clips(folder: Path, n_test: int) -> Path:
    """Write noises of 0.1 to 0.3 s with two captions each, and four more for training."""
    import soundfile

    folder.mkdir()
    rng = np.random.default_rng(0)
    for split, n_clips in (("test", n_test), ("train", 4)):
        lines = ["file_name,caption_1,caption_2"]
        for index in range(n_clips):
            name = f"{split}-{index:02d}.wav"
            wave = rng.uniform(-1, 1, 1600 * (index % 3 + 1)) * 0.2 * (index + 1) / n_clips
            soundfile.write(folder / name, wave, 16_000)
            lines.append(f"{name},a noise number {index} hisses,the {split} hiss of noise {index}")
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")
    return folder
