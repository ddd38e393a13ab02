"""Files of captions and references in the forms that people have, read to the same captions."""

from __future__ import annotations

import pytest
from caption_forms import FORMS, as_json, as_lines, coco, delimited, objects
from real_captions import SYSTEMS, read_rows
from shared_data import shared_path

from benchmark.datasets.clotho import load_clotho
from benchmark.datasets.forms.columns import ColumnChoice
from benchmark.datasets.forms.reading import read_captions, read_references
from benchmark.errors import DataError, MachineError, UsageError
from benchmark.runs.given import give_captions


@pytest.fixture(scope="module")
def evaluation():
    return load_clotho("evaluation", shared_path("data"))


def read(tmp_path, content: str | bytes, name="mine.csv", **how):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_captions(path, **how)


def references_of(tmp_path, content: str | bytes, name="refs.csv", **how):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_references(path, **how)


@pytest.mark.parametrize("name", FORMS)
def test_real_captions_are_the_same_in_every_form(tmp_path, evaluation, name):
    form = FORMS[name]
    for system in SYSTEMS[:1] if name != "jsonl" else SYSTEMS:
        captions = {clip: row["caption_predicted"] for clip, row in read_rows(system).items()}
        found = read(
            tmp_path,
            form.write(captions),
            f"mine{form.suffix}",
            choice=form.choice,
            encoding=form.encoding,
        )
        given = give_captions("mine", found.captions, evaluation)
        assert [*given.captions.items()] == [*captions.items()]  # in the order of the file
    assert form.recognised in found.recognised


def test_the_line_says_form_rows_and_columns(tmp_path):
    content = as_lines(objects({"a.wav": "rain", "b.wav": "wind"}, "audio_id", "pred"))
    found = read(tmp_path, content, "preds.jsonl")
    assert found.recognised == (
        f"{tmp_path / 'preds.jsonl'}: jsonl, 2 rows, id `audio_id`, caption `pred`"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file_name,fname,caption\nx,x,x\n", r"several columns of clip ids: 'file_name', 'fname'"),
        ("fname,caption,prediction\nx,x,x\n", "columns of captions: 'prediction', 'caption'"),
        ("fname,pred,hypothesis\nx,x,x\n", "several columns of captions: 'pred', 'hypothesis'"),
        ("fname,pred_1,pred_2\nx,x,x\n", "several columns of captions: 'pred_1', 'pred_2'"),
        ("fname,score\nx,1\n", r"no column of captions. Found: 'fname', 'score'.*--caption-column"),
        ("loss,caption,epoch\nx,x,x\n", r"no column of clip ids. Found: .*--id-column"),
        (
            "fname,reference_1,reference_2\nx,x,x\n",
            r"no column of captions.*`reference_1` to `reference_2` \(2\) look like references",
        ),
        ("fname,caption\na.wav,x\na.wav,y\n", r"caption of a clip: 'a\.wav' \(lines 2, 3\)"),
        ("fname,caption\na.wav,\"['a', 'b']\"\n", "line 2: 'a.wav' has 2 captions in `caption`"),
        ("fname,caption\na.wav,\"['a' 'b']\"\n", "looks like a list and is none"),
        ("fname,caption\na.wav,[]\nb.wav,[x]\n", "all 2 captions have brackets around it"),
    ],
)
def test_what_could_be_meant_otherwise_is_an_error(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_columns_that_somebody_names_decide(tmp_path):
    content = "file_name,fname,pred,prediction\na,b,c,d\n"
    choice = ColumnChoice("fname", "pred")
    assert read(tmp_path, content, choice=choice).captions == {"b": "c"}
    with pytest.raises(DataError, match=r"has no column 'nom'\. Found: 'file_name', 'fname'"):
        read(tmp_path, content, choice=ColumnChoice("nom", "pred"))


@pytest.mark.parametrize("caption", ["", "None", "NA", "[Music]", "[]", "a | b", "(rain)", "1e5"])
def test_odd_captions_are_text(tmp_path, caption):
    content = f"fname,caption\na.wav,{caption}\nb.wav,rain\n"
    assert read(tmp_path, content).captions == {"a.wav": caption, "b.wav": "rain"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
def test_another_encoding_is_told_with_the_option_that_reads_it(tmp_path, encoding):
    mark = "'" if encoding == "latin-1" else "\u2019"
    content = f"fname,caption\na.wav,caf\u00e9 {mark}n{mark} rain\n"
    named = {"utf-16-le": "utf-16le"}.get(encoding, encoding)
    with pytest.raises(DataError, match=f"is not UTF-8: .*iconv -f .* --encoding {named}"):
        read(tmp_path, content.encode(encoding))
    expected = content.split(",")[-1].strip()
    assert read(tmp_path, content.encode(encoding), encoding=named).captions == {"a.wav": expected}


def test_another_encoding_than_is_said_is_an_error(tmp_path):
    with pytest.raises(DataError, match="is not ascii: "):
        read(tmp_path, "fname,caption\na.wav,é\n", encoding="ascii")
    for no_encoding in ("utf-99", "rot13", "zip"):
        with pytest.raises(UsageError, match="is no encoding of texts"):
            read(tmp_path, "fname,caption\na.wav,x\n", encoding=no_encoding)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04rest", "a zip archive or a spreadsheet"),
        (b"\x80\x04\x95rest", "a pickle, which could run anything and is never read"),
        (b"\x1f\x8brest", "gunzip"),
        (b"PAR1rest", "a damaged parquet file"),
        (b"ARROW1rest", "a damaged arrow file"),
    ],
)
def test_what_is_no_file_of_captions_is_told_for_what_it_is(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MachineError, match=r"pip install 'aac-bench\[parquet\]'"):
        read(tmp_path, b"PAR1rest", "mine.parquet")


REFERENCES = {"a.wav": ("rain falls", "it rains"), "b.wav": ("a dog barks",)}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("file_name,caption\na.wav,rain falls\nb.wav,a dog barks\na.wav,it rains\n", "r.csv"),
        ("file_name,caption_1,caption_2\na.wav,rain falls,it rains\nb.wav,a dog barks,\n", "r.csv"),
        ("file_name,caption_0,caption_1\na.wav,rain falls,it rains\nb.wav,a dog barks,\n", "r.csv"),
        ("fname;Caption 2;Caption 1\na.wav;it rains;rain falls\nb.wav;;a dog barks\n", "r.csv"),
        (
            "file_name,caption_reference_01,caption_reference_02\na.wav,rain falls,it rains\n"
            "b.wav,a dog barks,\n",
            "r.csv",
        ),
        ("file_name,captions\na.wav,\"['rain falls', 'it rains']\"\nb.wav,a dog barks\n", "r.csv"),
        ('fname\trefs\na.wav\t["rain falls", "it rains"]\nb.wav\t["a dog barks"]\n', "r.tsv"),
        (as_json(REFERENCES), "r.json"),
        (as_json({"a.wav": ["rain falls", "it rains"], "b.wav": "a dog barks"}), "r.json"),
        (as_json({n: [{"caption": t} for t in ts] for n, ts in REFERENCES.items()}), "r.json"),
        (as_lines({"audio_id": n, "references": ts} for n, ts in REFERENCES.items()), "r.jsonl"),
    ],
)  # fmt: skip
def test_references_are_the_same_in_every_form(tmp_path, content, name):
    found = references_of(tmp_path, content, name)
    assert found.references == REFERENCES
    assert found.recognised.endswith("3 in all of 2 clips")


def test_references_of_coco_annotations_are_gathered_by_file(tmp_path):
    annotated = coco({"a.wav": "rain falls", "b.wav": "a dog barks"})
    annotated["annotations"].append({"id": 9, "image_id": 0, "caption": "it rains"})
    assert references_of(tmp_path, as_json(annotated), "coco.json").references == REFERENCES
    annotated["annotations"].append({"id": 10, "image_id": 5, "caption": "wind"})
    with pytest.raises(DataError, match="annotation 4: image_id is 5, which is the id of no image"):
        references_of(tmp_path, as_json(annotated), "coco.json")


def test_real_references_of_columns_are_read_whole(tmp_path, evaluation):
    rows = [(clip, *texts) for clip, texts in evaluation.references.items()]
    for start in (0, 1):
        header = ("file_name", *(f"caption_{start + at}" for at in range(5)))
        content = delimited(dict(enumerate(rows)), header, row=lambda at, _, cells: cells)
        assert references_of(tmp_path, content).references == evaluation.references


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("fname,caption,caption_1\nx,y,z\n", "the column 'caption' and numbered ones"),
        ("fname,caption_1,caption_3\nx,y,z\n", "caption_1, caption_2 and so on without a gap"),
        ("fname,caption_2,caption_3\nx,y,z\n", "without a gap"),
        ("fname,caption_1,caption_01\nx,y,z\n", "without a gap"),
        ("fname,caption,reference\nx,y,z\n", "look like references: 'caption', 'reference'"),
        ("fname,caption_1,alt_caption_a\nx,y y,z z\n", "'caption_1', 'alt_caption_a'"),
        ("fname,score\nx,1\n", r"no column of references. Found: .*--reference-column"),
        ("caption,score\nx,1\n", r"no column of clip ids"),
        ("fname,caption\nx,...\n", r"line 2, column caption: the caption is '...'"),
        ("fname,caption\n,x\n", "line 2: the file name '' is not a path"),
        ("fname,caption\na,rain | wind\nb,a dog | barks\n", r"all 2 captions have '\|' between t"),
        ("fname,caption\na,\"['x' 'y']\"\n", "looks like a list and is none"),
    ],
)
def test_no_column_of_references_is_dropped_without_a_word(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        references_of(tmp_path, content)


def test_columns_of_references_that_somebody_names_decide(tmp_path):
    choice = ColumnChoice("nom", None, ("b", "a"))
    content = "nom,a,b,caption\nx,it rains,rain falls,z\n"
    assert references_of(tmp_path, content, choice=choice).references == {
        "x": ("rain falls", "it rains")
    }


def test_numbers_of_captions_do_not_look_like_captions(tmp_path):
    content = "fname,caption_id,n_captions,caption,caption_length\nx,12,5,rain falls,2\n"
    assert references_of(tmp_path, content).references == {"x": ("rain falls",)}


AAC_METRICS = {
    "caption_1": "file_name,caption_predicted,caption_1,caption_2\na.wav,rain,rain falls,it rains\n"
    "b.wav,a dog,a dog barks,\n",
    "no ids": "caption_predicted,caption_reference_01,caption_reference_02\nrain,rain falls,"
    "it rains\na dog,a dog barks,\n",
    "lists": "fname,preds,captions\na.wav,rain,\"['rain falls', 'it rains']\"\nb.wav,a dog,"
    "['a dog barks']\n",
    "caption": "fname,prediction,caption\na.wav,rain,rain falls\na.wav,rain,it rains\n"
    "b.wav,a dog,a dog barks\n",
    "reference": "fname,caption,reference_1,reference_2\na.wav,rain,rain falls,it rains\n"
    "b.wav,a dog,a dog barks,\n",
}


@pytest.mark.parametrize("name", AAC_METRICS)
def test_candidates_and_references_are_read_from_one_file(tmp_path, name):
    found = read(tmp_path, AAC_METRICS[name], with_references=True)
    ids = ("1", "2") if name == "no ids" else ("a.wav", "b.wav")
    assert found.captions == dict(zip(ids, ("rain", "a dog"), strict=True))
    assert found.references == dict(zip(ids, REFERENCES.values(), strict=True))


def test_references_that_are_not_asked_for_are_named_as_not_read(tmp_path):
    found = read(tmp_path, AAC_METRICS["caption_1"])
    assert found.references is None
    assert "references `caption_1` to `caption_2` (2) not read" in found.recognised


def test_an_id_that_is_a_whole_number_is_a_text_and_others_are_errors(tmp_path):
    content = as_json([{"image_id": 7, "caption": "rain"}])
    assert read(tmp_path, content, "r.json").captions == {"7": "rain"}
    for clip_id in (None, 1.5, True, ["a"]):
        with pytest.raises(DataError, match=r"row 1: the clip's id is .*; expected a text or"):
            read(tmp_path, as_json([{"image_id": clip_id, "caption": "rain"}]), "r.json")


@pytest.mark.parametrize("row", [",", ",a hound", '" ",a hound'])
def test_a_row_that_names_no_clip_is_told_by_its_line(tmp_path, row):
    with pytest.raises(DataError, match=r"mine\.csv, line 3: .* the row names no clip"):
        read(tmp_path, f"file_name,caption_predicted\na.wav,a dog\n{row}\nb.wav,x\n")
