"""The names of ``benchmark.files`` that were here."""

from __future__ import annotations

from benchmark.files import read_json as read_json
from benchmark.files import unwritable as unwritable
from benchmark.files import write_text as write_whole

__all__ = ["read_json", "unwritable", "write_whole"]
