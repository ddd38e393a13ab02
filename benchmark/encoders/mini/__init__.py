"""mini: a small joint encoder, trained on synthetic soundscapes and shipped with the package."""

from benchmark.encoders.mini.encoder import Mini, MiniOptions, load_mini

__all__ = ["Mini", "MiniOptions", "load_mini"]
