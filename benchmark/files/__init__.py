"""Files: written whole or not at all, appended to, hashed, read, with one wording of errors."""

from benchmark.files.appending import GrowingFile, append_lines
from benchmark.files.folders import folder_beside, remove_folder, written_folder
from benchmark.files.hashing import checksum_of, hash_files, sha256_of
from benchmark.files.json_values import Json, JsonObject, parse_json, spell_json
from benchmark.files.locks import Hold, alone, unheld
from benchmark.files.partial import (
    find_abandoned,
    remove_abandoned,
    scratch_folder,
    scratch_of_process,
)
from benchmark.files.reading import read_json
from benchmark.files.refusal import (
    CACHE_CURE,
    DATA_CURE,
    MODELS_CURE,
    SCRATCH_CURE,
    unwritable,
    writing,
)
from benchmark.files.regular import read_regular
from benchmark.files.telling import tell
from benchmark.files.whole import (
    move_whole,
    save_array,
    write_bytes,
    write_rows,
    write_text,
    written_whole,
)

__all__ = [
    "CACHE_CURE",
    "DATA_CURE",
    "MODELS_CURE",
    "SCRATCH_CURE",
    "GrowingFile",
    "Hold",
    "Json",
    "JsonObject",
    "alone",
    "append_lines",
    "checksum_of",
    "find_abandoned",
    "folder_beside",
    "hash_files",
    "move_whole",
    "parse_json",
    "read_json",
    "read_regular",
    "remove_abandoned",
    "remove_folder",
    "save_array",
    "scratch_folder",
    "scratch_of_process",
    "sha256_of",
    "spell_json",
    "tell",
    "unheld",
    "unwritable",
    "write_bytes",
    "write_rows",
    "write_text",
    "writing",
    "written_folder",
    "written_whole",
]
