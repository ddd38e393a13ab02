"""Who brought what, and how it is had again."""

from __future__ import annotations

from benchmark.plugins.provenance import BrokenPlugin, Provenance, how_to_have


def test_what_a_file_brought_is_had_by_naming_it_and_all_else_by_installing():
    file = Provenance("pond.py", "file 0123456789ab", file="/home/me/pond.py")
    assert how_to_have(str(file)).endswith("as `bench --plugin ./pond.py ...`")
    assert how_to_have(str(Provenance("aac-bench-pond", "0.1"))) == "install it"


def test_a_reason_beside_others_is_a_line_that_ends():
    reason = f"{'x' * 300}\nsecond line"
    told = BrokenPlugin("odd", Provenance("odd", "1"), reason, "").told
    assert told == f"odd ({'x' * 200}...)"
