"""What decides mini's weights, besides the data and the machine's arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MiniSettings:
    """How mini is trained.

    The split holds 600 clips with a caption each. Trained on these, mini finds the caption of two
    thirds of the validation clips; clip numbers beyond the split's bring that above nine tenths.

    Attributes:
        seed: of first weights, order and choice of captions.
        n_clips: of pretrain, from number 0.
        n_captions: of each clip; each epoch draws one.
        epochs: how often each clip is heard.
        batch_size: a clip is told from so many captions less one, and a caption likewise.
        learning_rate: the highest of a one-cycle schedule (Smith and Topin 2018).
        weight_decay: of AdamW.
        temperature: that cosines are divided by, fixed; 0: learnt, from 0.07 on.
    """

    seed: int = 0
    n_clips: int = 8000
    n_captions: int = 4
    epochs: int = 6
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    temperature: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if not 2 <= self.batch_size <= self.n_clips:
            raise ValueError(
                f"batch_size={self.batch_size} of n_clips={self.n_clips}; expected 2 to n_clips."
            )
        if self.temperature and not 0.01 <= self.temperature <= 1:
            raise ValueError(f"temperature={self.temperature}; expected 0.01 to 1, or 0.")


SETTINGS: Mapping[str, MiniSettings] = {
    "mini": MiniSettings(),
    "mini-gap": MiniSettings(n_clips=2400, epochs=10, temperature=0.01),
}
"""How each encoder that is shipped was trained, by its name."""
