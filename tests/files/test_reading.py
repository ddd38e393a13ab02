from __future__ import annotations

import pytest

from benchmark.errors import RunError
from benchmark.files import read_json


@pytest.mark.parametrize("text", ["", "[1]", "null", "{", "\udcff"])
def test_what_is_no_json_object_is_refused_by_its_path(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(RunError, match=rf"cannot read {path}"):
        read_json(path)


def test_an_object_comes_back(tmp_path):
    (tmp_path / "plan.json").write_text('{"seed": 0, "name": "雨"}', encoding="utf-8")
    assert read_json(tmp_path / "plan.json") == {"seed": 0, "name": "雨"}


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(RunError, match=r"absent\.json"):
        read_json(tmp_path / "absent.json")
