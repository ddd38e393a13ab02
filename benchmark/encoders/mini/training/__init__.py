"""How ``mini``'s weights come about: further clips of soundscapes:pretrain, a contrastive loss."""

from benchmark.encoders.mini.training.settings import SETTINGS, MiniSettings

__all__ = ["SETTINGS", "MiniSettings"]
