"""SPICE 1.0 (Anderson et al. 2016): captions compared as scene graphs."""

from benchmark.metrics.spice.original import read_scores, run_spice, spice, spice_unavailable
from benchmark.metrics.spice.parser_files import ParserFiles, find_parser_files

__all__ = [
    "ParserFiles",
    "find_parser_files",
    "read_scores",
    "run_spice",
    "spice",
    "spice_unavailable",
]
