"""Sound files to samples: which library reads a file, and whether all of it is there."""

from benchmark.datasets.decoding.decoder import Decoded, decode

__all__ = ["Decoded", "decode"]
