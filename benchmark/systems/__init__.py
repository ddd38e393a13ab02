"""Systems: found, named, called, and what they disclose. This list is what plugins may use."""

from benchmark.systems.names import ParsedName, build_options, canonical_name, parse_name

__all__ = ["ParsedName", "build_options", "canonical_name", "parse_name"]
