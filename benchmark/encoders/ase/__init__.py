"""The audio-language model of WavCaps: CNN14 and BERT in one space (Mei et al. 2024)."""

from benchmark.encoders.ase.encoder import Ase, AseOptions, load_ase

__all__ = ["Ase", "AseOptions", "load_ase"]
