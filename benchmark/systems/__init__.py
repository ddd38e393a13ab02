"""Systems: found, named, called, and what they disclose. This list is what plugins may use."""

from benchmark.plugins.names import (
    ParsedName,
    build_options,
    canonical_name,
    parse_name,
)
from benchmark.systems.presets import PresetOptions, Presets, Resolved, require_ranges

__all__ = [
    "ParsedName",
    "PresetOptions",
    "Presets",
    "Resolved",
    "build_options",
    "canonical_name",
    "parse_name",
    "require_ranges",
]
