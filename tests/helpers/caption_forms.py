"""One system's captions in the forms in which people have them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.datasets.forms.columns import ColumnChoice
from benchmark.datasets.forms.reading import BY_NAME

Captions = Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """A way to write captions.

    Attributes:
        suffix: of the file.
        write: captions to what the file holds.
        recognised: a part of the line that says so.
        choice: columns that must be named.
        encoding: that must be named.
    """

    suffix: str
    write: Callable[[Captions], bytes]
    recognised: str
    choice: ColumnChoice = BY_NAME
    encoding: str | None = None


def delimited(
    captions: Captions,
    header=("file_name", "caption_predicted"),
    delimiter=",",
    end="\n",
    row=lambda number, clip_id, caption: (clip_id, caption),
) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end)
    if header:
        writer.writerow(header)
    for number, (clip_id, caption) in enumerate(captions.items()):
        writer.writerow(row(number, clip_id, caption))
    return written.getvalue().encode()


def objects(captions: Captions, id_name="file_name", caption_name="caption"):
    return [{id_name: clip_id, caption_name: text} for clip_id, text in captions.items()]


def as_json(value) -> bytes:
    return json.dumps(value).encode()


def as_lines(values) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def by_column(captions: Captions):
    """As ``DataFrame.to_json()`` does."""
    return {
        "file_name": {str(at): clip_id for at, clip_id in enumerate(captions)},
        "prediction": {str(at): text for at, text in enumerate(captions.values())},
    }


def coco(captions: Captions):
    images = [{"id": at, "file_name": clip_id} for at, clip_id in enumerate(captions)]
    annotations = [
        {"id": 7 * at, "image_id": at, "caption": text} for at, text in enumerate(captions.values())
    ]
    return {"info": {}, "images": images, "annotations": annotations}


def columnar(kind: str):
    def write(captions: Captions) -> bytes:
        import pyarrow
        import pyarrow.feather
        import pyarrow.parquet

        texts = [*captions.values()]
        if kind == "nested":  # as Hugging Face keeps sounds, and captions as lists
            audio = [{"bytes": b"RIFF", "path": clip_id} for clip_id in captions]
            table = pyarrow.table({"audio": audio, "preds": [[text] for text in texts]})
        else:
            table = pyarrow.table(
                {"fname": [*captions], "generated": texts, "score": [0.5] * len(texts)}
            )
        sink = io.BytesIO()
        if kind in ("parquet", "nested"):
            pyarrow.parquet.write_table(table, sink)
        elif kind == "feather":
            pyarrow.feather.write_feather(table, sink)
        else:
            with pyarrow.ipc.new_stream(sink, table.schema) as stream:
                stream.write_table(table)
        return sink.getvalue()

    return write


def stem(clip_id: str) -> str:
    return Path(clip_id).stem


def respelt(spell):
    return lambda captions: delimited({spell(name): text for name, text in captions.items()})


FORMS: dict[str, Form] = {
    "dcase": Form(".csv", delimited, "csv, "),
    "mark and CRLF": Form(".csv", lambda c: b"\xef\xbb\xbf" + delimited(c, end="\r\n"), "csv, "),
    "semicolons": Form(".csv", lambda c: delimited(c, delimiter=";"), "csv, semicolons"),
    "tabs": Form(".tsv", lambda c: delimited(c, delimiter="\t"), "tsv, "),
    "tabs, csv": Form(".csv", lambda c: delimited(c, delimiter="\t"), "tsv, "),
    "bars": Form(".txt", lambda c: delimited(c, delimiter="|"), "csv, bars"),
    "no header": Form(
        ".tsv", lambda c: delimited(c, header=None, delimiter="\t"), "tsv without a header"
    ),
    "an index before": Form(
        ".csv",
        lambda c: delimited(c, ("", "file_name", "cands"), row=lambda *cells: cells),
        "caption `cands`",
    ),
    "capitals": Form(".csv", lambda c: delimited(c, ("File Name", "Prediction")), "`Prediction`"),
    "own names": Form(
        ".csv",
        lambda c: delimited(c, ("son", "légende")),
        "id `son`, caption `légende`",
        ColumnChoice("son", "légende"),
    ),
    "rows of each reference": Form(
        ".csv",
        lambda c: delimited(c) + delimited(c, header=None) + delimited(c, header=None),
        "2,090 rows repeat a clip",
    ),
    "lists in cells": Form(
        ".csv",
        lambda c: delimited(c, row=lambda at, clip, text: (clip, json.dumps([text]))),
        "1,045 captions as lists of one",
    ),
    "Python's lists in cells": Form(
        ".csv", lambda c: delimited(c, row=lambda at, clip, text: (clip, repr([text]))), "lists of"
    ),
    "full paths": Form(".csv", respelt(lambda name: f"/data/clotho/evaluation/{name}"), "csv"),
    "Windows paths": Form(".csv", respelt(lambda name: f"D:\\clotho\\{name}"), "csv"),
    "stems": Form(".csv", respelt(stem), "csv"),
    "another suffix": Form(".csv", respelt(lambda name: f"{stem(name)}.flac"), "csv"),
    "utf-16": Form(
        ".csv", lambda c: delimited(c).decode().encode("utf-16"), "csv, ", encoding="utf-16"
    ),
    "cp1252": Form(
        ".csv", lambda c: delimited(c).decode().encode("cp1252"), "csv, ", encoding="cp1252"
    ),
    "jsonl": Form(
        ".jsonl",
        lambda c: as_lines(objects(c, "audio_id", "pred")),
        "jsonl, 1,045 rows, id `audio_id`, caption `pred`",
    ),
    "jsonl, .json": Form(
        ".json", lambda c: as_lines(objects(c, "audio_path", "hypothesis")), "jsonl, "
    ),
    "jsonl, nested": Form(
        ".jsonl",
        lambda c: as_lines({"audio": {"path": n}, "output": {"text": t}} for n, t in c.items()),
        "id `audio.path`, caption `output.text`",
    ),
    "jsonl of pairs": Form(
        ".jsonl", lambda c: as_lines({name: text} for name, text in c.items()), "{id: caption}"
    ),
    "json object": Form(".json", lambda c: as_json(dict(c)), "json {id: caption}"),
    "json lists": Form(
        ".json", lambda c: as_json({name: [text] for name, text in c.items()}), "{id: [captions]}"
    ),
    "json objects by id": Form(
        ".json",
        lambda c: as_json({name: {"caption": text, "loss": 0.1} for name, text in c.items()}),
        "id its keys, caption `caption`",
    ),
    "COCO results": Form(".json", lambda c: as_json(objects(c, "image_id")), "json list, "),
    "COCO results by file": Form(".json", lambda c: as_json(objects(c)), "id `file_name`"),
    "COCO annotations": Form(".json", lambda c: as_json(coco(c)), "COCO annotations"),
    "lists of pycocoevalcap": Form(
        ".json",
        lambda c: as_json({name: [{"caption": text}] for name, text in c.items()}),
        "{id: [captions]}",
    ),
    "json under a key": Form(
        ".json",
        lambda c: as_json({"model": "mine", "predictions": objects(c, caption_name="generated")}),
        "caption `generated`",
    ),
    "json by column": Form(".json", lambda c: as_json(by_column(c)), "json by column"),
    "json of columns and data": Form(
        ".json",
        lambda c: as_json(
            {"columns": ["fname", "text"], "index": [0], "data": [*map(list, c.items())]}
        ),
        "json of columns and data",
    ),
    "json by number": Form(
        ".json", lambda c: as_json(dict(enumerate(objects(c)))), "id `file_name`"
    ),
    "parquet": Form(".parquet", columnar("parquet"), "parquet, 1,045 rows, id `fname`"),
    "parquet, nested": Form(".parquet", columnar("nested"), "id `audio.path`, caption `preds`"),
    "feather": Form(".feather", columnar("feather"), "feather, "),
    "arrow": Form(".arrow", columnar("stream"), "arrow stream, "),
}  # fmt: skip
