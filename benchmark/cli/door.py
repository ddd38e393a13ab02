"""What a plugin's command may use of the command line. This list is what plugins may import.

What it reads runs with is in ``benchmark.runs``.
"""

from benchmark.cli.arguments import data_root_option, form_option, trust_edited_option
from benchmark.cli.outputs import out_file, out_folder
from benchmark.cli.terminal import say, say_line, say_tables, warn
from benchmark.cli.view import find_view, wide_option
from benchmark.display.figures import new_figure, require_picture, save_figure
from benchmark.display.labels import literal
from benchmark.display.numbers import show_number, show_x100
from benchmark.display.records import Record
from benchmark.display.tables import (
    NO_VALUE,
    WHOLE,
    Column,
    Format,
    Part,
    Table,
    View,
    render,
    wrap,
)
from benchmark.errors import listed
from benchmark.files import JsonObject, spell_json, write_text
from benchmark.machine.device import require_device
from benchmark.machine.places import artifacts

__all__ = [
    "NO_VALUE",
    "WHOLE",
    "Column",
    "Format",
    "JsonObject",
    "Part",
    "Record",
    "Table",
    "View",
    "artifacts",
    "data_root_option",
    "find_view",
    "form_option",
    "listed",
    "literal",
    "new_figure",
    "out_file",
    "out_folder",
    "render",
    "require_device",
    "require_picture",
    "save_figure",
    "say",
    "say_line",
    "say_tables",
    "show_number",
    "show_x100",
    "spell_json",
    "trust_edited_option",
    "warn",
    "wide_option",
    "wrap",
    "write_text",
]
