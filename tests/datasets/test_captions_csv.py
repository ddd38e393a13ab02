from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.contract import SplitLabel
from benchmark.datasets.captions_csv import find_captions, read_csv
from benchmark.errors import DataError

COLUMNS = ("file_name", "caption")


def read(tmp_path, content: str | bytes, required=COLUMNS):
    path = tmp_path / "captions.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(path, required)


def test_quotes_commas_and_line_ends_inside_captions_are_kept(tmp_path):
    table = read(tmp_path, 'file_name,caption\na.wav,"rain, ""heavy"",\nthen wind"\nb.wav,wind\n')
    assert table.column("caption") == ['rain, "heavy",\nthen wind', "wind"]
    assert table.lines == (2, 4)


@pytest.mark.parametrize("caption", ["None", "NA", "null", "nan", "", "  spaces  ", "1e5", "-"])
def test_captions_that_look_like_missing_values_are_text(tmp_path, caption):
    assert read(tmp_path, f"file_name,caption\na.wav,{caption}\n").column("caption") == [caption]


@pytest.mark.parametrize("name", [" lead.wav", "trail .wav", "a &amp; b.wav", "x#&#39;y  z.wav"])
def test_names_are_neither_stripped_nor_unescaped(tmp_path, name):
    assert read(tmp_path, f"file_name,caption\n{name},x\n").column("file_name") == [name]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_all_line_ends_are_read(tmp_path, line_end):
    content = "\ufefffile_name,caption" + line_end + "a.wav,é" + line_end
    table = read(tmp_path, content)
    assert table.columns == COLUMNS
    assert table.rows == (("a.wav", "é"),)


def test_blank_lines_are_skipped_and_counted(tmp_path):
    table = read(tmp_path, "file_name,caption\n\na.wav,x\n\n")
    assert table.rows == (("a.wav", "x"),)
    assert table.lines == (3,)


def test_another_encoding_names_the_byte_and_the_line_and_suggests_iconv(tmp_path):
    with pytest.raises(DataError, match=r"byte 0xe9 at offset 27, line 2.*iconv -f ISO-8859-1"):
        read(tmp_path, "file_name,caption\na.wav,caf\xe9\n".encode("latin-1"))


def test_the_offset_of_a_bad_byte_counts_the_byte_order_mark(tmp_path):
    with pytest.raises(DataError, match="at offset 3, line 1"):
        read(tmp_path, b"\xef\xbb\xbf\xff")


@pytest.mark.parametrize(
    ("encoding", "advice"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32LE"),
        ("utf-32-be", "UTF-32BE"),
    ],
)
def test_wide_characters_are_told_with_the_right_conversion(tmp_path, encoding, advice):
    """Without a mark their ASCII is UTF-8 too, full of zeros."""
    content = "file_name,caption\na.wav,x\n".encode(encoding)
    with pytest.raises(DataError, match=f"is not UTF-8: .* iconv -f {advice} -t UTF-8") as caught:
        read(tmp_path, content)
    assert "byte 0x" not in str(caught.value)
    assert content.decode(advice).endswith("x\n")


def test_a_field_beyond_the_limit_is_told_with_the_line_where_it_begins(tmp_path):
    """As a quote that is not closed makes it in a large file."""
    rows = "".join(f"{number}.wav,a caption of some words\n" for number in range(6_000))
    with pytest.raises(DataError, match="line 3: a field of more than 131,072 characters") as told:
        read(tmp_path, f'file_name,caption\na.wav,x\nb.wav,"y\n{rows}')
    assert "not closed" in str(told.value)
    assert "comma-separated" not in str(told.value)


def test_a_field_of_the_header_beyond_the_limit_is_told_too(tmp_path):
    with pytest.raises(DataError, match="line 1: a field of more than 131,072 characters"):
        read(tmp_path, f"file_name,{'x' * 140_000}\na.wav,x\n")


def test_a_field_of_just_the_limit_is_read(tmp_path):
    caption = "x" * 131_072
    assert read(tmp_path, f"file_name,caption\na.wav,{caption}\n").column("caption") == [caption]


def test_a_missing_column_names_the_columns_that_were_found(tmp_path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, "file_name,Caption\na.wav,x\n")
    message = str(caught.value)
    assert "no column 'caption'" in message
    assert "Found: 'file_name', 'Caption'" in message
    assert "Expected: 'file_name', 'caption'" in message
    assert "Did you mean 'Caption'?" in message


def test_semicolons_between_fields_are_pointed_out(tmp_path):
    with pytest.raises(DataError, match="separated by commas"):
        read(tmp_path, "file_name;caption\na.wav;x\n")


def test_a_column_that_stands_twice_is_an_error(tmp_path):
    with pytest.raises(DataError, match="the column 'caption' twice"):
        read(tmp_path, "file_name,caption,caption\na.wav,x,y\n")


@pytest.mark.parametrize(
    ("row", "fields"), [("b.wav", 1), ("b.wav,rain, then wind", 3), ("b.wav,x,,", 4)]
)
def test_a_row_of_another_width_names_its_line(tmp_path, row, fields):
    with pytest.raises(DataError, match=f"line 4: {fields} fields, but the header has 2"):
        read(tmp_path, f'file_name,caption\na.wav,"x\ny"\n{row}\n')


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(tmp_path):
    with pytest.raises(DataError, match="line 3: unexpected end of data"):
        read(tmp_path, 'file_name,caption\na.wav,"x\nb.wav,y\n')


def test_values_that_stand_twice_are_listed_with_their_lines(tmp_path):
    table = read(tmp_path, "file_name,caption\na,1\nb,2\na,3\nb,4\nc,5\n")
    with pytest.raises(DataError, match=r"'a' \(lines 2, 4\), 'b' \(lines 3, 5\)\. Expected"):
        table.require_unique("file_name")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"is empty \(0 bytes\)"),
        ("\n\n", "begins with a line that is empty"),
        ("\ufeff", "begins with a line that is empty"),
        ("file_name,caption\n", "has a header but no rows"),
    ],
)
def test_a_file_without_rows_is_an_error(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, content)


def test_a_folder_and_an_absent_file_are_no_tables(tmp_path):
    with pytest.raises(DataError, match="Is a directory"):
        read_csv(tmp_path, COLUMNS)
    with pytest.raises(DataError, match="No such file"):
        read_csv(tmp_path / "absent.csv", COLUMNS)


def test_missing_captions_name_every_place_and_the_remedy(tmp_path):
    label, names = SplitLabel("toy", "test"), ["a.csv", "in/b.csv"]
    places = [tmp_path / name for name in names]
    with pytest.raises(DataError) as caught:
        find_captions(label, tmp_path, names, "Run `bench data fetch toy`.")
    assert all(str(place) in str(caught.value) for place in places)
    assert "toy:test" in str(caught.value)
    assert "bench data fetch toy" in str(caught.value)
    places[1].parent.mkdir()
    places[1].write_text("x")
    assert find_captions(label, tmp_path, names, "") == places[1]


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    st.dictionaries(text, text, min_size=1, max_size=10),
    st.sampled_from([csv.excel, csv.unix_dialect]),
    st.booleans(),
)
def test_whatever_a_csv_writer_writes_is_read_back(tmp_path_factory, captions, dialect, bom):
    written = io.StringIO()
    writer = csv.writer(written, dialect)
    writer.writerows([COLUMNS, *captions.items()])
    path = tmp_path_factory.getbasetemp() / "round_trip.csv"
    path.write_bytes(written.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    assert dict(read_csv(path, COLUMNS).rows) == captions
