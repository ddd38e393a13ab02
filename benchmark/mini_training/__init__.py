"""How ``mini``'s weights come about: further clips of soundscapes:pretrain, a contrastive loss."""

from benchmark.mini_training.settings import MiniSettings

__all__ = ["MiniSettings"]
