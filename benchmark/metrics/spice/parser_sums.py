"""What decides SPICE's numbers in Stanford CoreNLP 3.6.0, and its sums.

Archives of one release differ in packing (Maven's jars, the makers' zip, jars cut to what SPICE
reads), so sums are of entries, never of archives: eight files of the models, and all the code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

CODE = "the parser's classes"
"""What the sum of the code goes by, beside the names of entries."""
CODE_SHA256 = "1219f8c7cee78cc1a9bdb9bcaba558f770035df31a36f1d996ca5060c947675d"
"""Of ``code_sum`` over the 3,023 classes of stanford-corenlp-3.6.0.jar as Maven has it."""
CODE_MARK = "edu/stanford/nlp/parser/lexparser/ExhaustivePCFGParser.class"
"""The class whose inner loop is most of SPICE's time: a jar that holds it is the parser's."""
MODELS = "edu/stanford/nlp/models/"


class EntrySum(NamedTuple):
    """What an entry has to be: its size unpacked, and the sha256 of its content."""

    n_bytes: int
    sha256: str


MODEL_SUMS: Mapping[str, EntrySum] = {
    f"{MODELS}lexparser/englishPCFG.ser.gz": EntrySum(
        1_883_795, "ed674cce7311f76c018806e61cdb045e219258ee30014da4e3e686b9230ebea9"
    ),
    f"{MODELS}dcoref/animate.unigrams.txt": EntrySum(
        312_302, "f098d0dec513de3729b4274d16bb0cc35c4bf2b801219885ee3c7e7fbbf56374"
    ),
    f"{MODELS}dcoref/countries": EntrySum(
        3_940, "aca387cfc0033623bcdf6d0d876e850abcda0d88cdef58ea6dc6dccf7caaae87"
    ),
    f"{MODELS}dcoref/demonyms.txt": EntrySum(
        11_222, "59d6f108e8d9d7511f386a76c8aacf1ae67a8a1d0635d91b82fdb27da15ac5f2"
    ),
    f"{MODELS}dcoref/gender.map.ser.gz": EntrySum(
        6_505_394, "5b186bd60d88cdf7cb6fda51ec6bcb24975d503e155283b1b1e49f30b393ae76"
    ),
    f"{MODELS}dcoref/inanimate.unigrams.txt": EntrySum(
        678_395, "3e4bcd3c30f80138bafb4c7995b358f84d698632246b552286cad629592b3754"
    ),
    f"{MODELS}dcoref/state-abbreviations.txt": EntrySum(
        932, "390bf299f876b557ecf7d383059b77957466b172e1c6d953b0479594d7424430"
    ),
    f"{MODELS}dcoref/statesandprovinces": EntrySum(
        1_284, "00cd22f600bb20c7906e754322486968b8d76d8905b02e634a2142c8083d2484"
    ),
}


def code_sum(sum_by_class: Mapping[str, str]) -> str:
    """Sum up the code: the sha256 of a line ``SHA256  NAME`` for each class, sorted by name.

    Args:
        sum_by_class: the sha256 of each entry that ends in ``.class``, by its name. Manifests,
            dates, order and packing do not enter.
    """
    lines = (f"{sum_by_class[name]}  {name}\n" for name in sorted(sum_by_class))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def unlike_official(sums: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Give what differs from the official sums: the name, the sum found, the sum expected.

    Args:
        sums: by the names of the eight entries, and by ``CODE``.
    """
    expected = {name: entry.sha256 for name, entry in MODEL_SUMS.items()} | {CODE: CODE_SHA256}
    for name, sha256 in expected.items():
        if sums[name] != sha256:
            yield name, sums[name], sha256
