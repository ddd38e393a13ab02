"""PTB tokens: equal to aac-metrics on real captions and on awkward ones."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from aac_metrics_oracle import oracle_folder, oracle_java
from command_lines import tokenised_lines
from hypothesis import given, settings
from hypothesis import strategies as st
from real_captions import SYSTEMS
from shared_data import shared_path

from benchmark.errors import DataError, MachineError
from benchmark.metrics.kept import KeptResults
from benchmark.metrics.tokenise import kept_tokens, tokenise

AWKWARD = [
    "",
    "   ",
    "...",
    "!?.,",
    "A dog barks.",
    "Café naïve; 犬が吠える",
    "music 🎶 plays 🎵.",
    "a nul \x00 inside",
    "tab\tinside",
    "no\u00a0break, ideographic\u3000space, zero\u200bwidth",
    "next\x85line and \x1c, \x1f",
    "trailing   ",
    "   leading",
    "\u201ccurly\u201d \u2018quotes\u2019 it\u2019s the dog's don't o'clock rock'n'roll",
    "(round) [square] {curly} <b>bold</b> &amp; &lt;",
    "a ||| b|||c",
    "3 1/2 metres, ½ full, £5, $3, 10:30 p.m.",
    "U.S. e.g. Mr. X etc.",
    "colour gonna cannot dunno",
    "a--b a---b a-b -- - '' `` ` '",
    "http://example.org/a?b=c me@example.org",
    "word " * 5000,
    "\ufeffbom",
]


def oracle_tokens(texts: list[str], folder: Path) -> list[list[str]]:
    """Tokenise with aac-metrics, an ordinary line after each text, as ``tokenise`` does."""
    from aac_metrics.utils.tokenization import preprocess_mono_sents

    lines = [line for text in texts for line in (text, "a")]
    joined = preprocess_mono_sents(
        lines,
        cache_path=str(oracle_folder(folder)),
        java_path=oracle_java(),
        tmp_path=str(folder),
    )
    return [line.split() for line in joined[::2]]


def real_captions() -> list[str]:
    names = ["clotho/clotho_captions_evaluation.csv", "audiocaps/test.csv"]
    return read_captions([*names, *(f"outputs/{system}.csv" for system in SYSTEMS)])


def all_captions() -> list[str]:
    splits = ("development", "validation", "evaluation")
    clotho = [f"clotho/clotho_captions_{split}.csv" for split in splits]
    audiocaps = [f"audiocaps/{split}.csv" for split in ("train", "val", "test")]
    return read_captions([*clotho, *audiocaps])


def read_captions(names: list[str]) -> list[str]:
    captions = []
    for name in names:
        with shared_path(f"data/{name}").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                captions += [text for key, text in row.items() if key.startswith("caption")]
    return captions


def test_real_captions_have_the_tokens_that_aac_metrics_gives_them(tmp_path):
    from aac_metrics.utils.tokenization import preprocess_mono_sents

    captions = real_captions()
    expected = preprocess_mono_sents(
        captions,
        cache_path=str(oracle_folder(tmp_path)),
        java_path=oracle_java(),
        tmp_path=str(tmp_path),
    )
    assert len(captions) > 15_000
    assert tokenise(captions) == [tuple(line.split()) for line in expected]


def test_every_caption_of_both_data_sets_has_the_tokens_of_the_command_line():
    from aac_metrics.utils.tokenization import PTB_PUNCTUATIONS

    captions = list(dict.fromkeys(all_captions()))
    lines = tokenised_lines([line for text in captions for line in (text, "a")])
    assert len(captions) > 60_000
    expected = [
        tuple(word for word in line.split() if word not in PTB_PUNCTUATIONS) for line in lines[::2]
    ]
    assert tokenise(captions) == expected


def test_awkward_captions_have_the_tokens_that_aac_metrics_gives_them(tmp_path):
    assert tokenise(AWKWARD) == [tuple(tokens) for tokens in oracle_tokens(AWKWARD, tmp_path)]


LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\v\f\u2028\u2029"))
ENGLISH = st.lists(
    st.sampled_from(["A", "dog", "U.S.", "no.", "5", "'s", '"', "-", "(", "...", "é", "x.", "&"])
).map(" ".join)


@given(st.lists(LINE | ENGLISH, min_size=1, max_size=300))
@settings(max_examples=8, deadline=None)
def test_any_captions_have_the_tokens_that_aac_metrics_gives_them(tmp_path_factory, captions):
    folder = tmp_path_factory.mktemp("oracle")
    assert tokenise(captions) == [tuple(tokens) for tokens in oracle_tokens(captions, folder)]


@given(st.lists(ENGLISH, min_size=2, max_size=200), st.randoms())
@settings(max_examples=5, deadline=None)
def test_the_tokens_of_a_caption_do_not_depend_on_its_neighbours(captions, random):
    shuffled = random.sample(captions, len(captions))
    alone = dict(zip(captions, tokenise(captions), strict=True))
    assert tokenise(shuffled) == [alone[caption] for caption in shuffled]


@pytest.mark.parametrize("separator", ["\n", "\r", "\r\n", "\v", "\f", "\u2028", "\u2029"])
def test_a_line_separator_inside_a_caption_counts_as_a_space(separator):
    assert tokenise([f"a dog{separator}barks", "birds sing"]) == [
        ("a", "dog", "barks"),
        ("birds", "sing"),
    ]


def test_case_and_punctuation_are_dropped():
    assert tokenise(["A man's dog, barking: LOUDLY!"]) == [
        ("a", "man", "'s", "dog", "barking", "loudly")
    ]


def test_a_caption_of_punctuation_only_has_no_tokens():
    assert tokenise(["...", "", "?"]) == [(), (), ()]


def test_equal_captions_have_equal_tokens_in_order():
    assert tokenise(["b", "a", "b"]) == [("b",), ("a",), ("b",)]


def test_nothing_to_tokenise_starts_no_java(monkeypatch):
    monkeypatch.setenv("BENCH_JAVA", "/nowhere")
    assert tokenise([]) == []


def test_what_is_kept_is_not_tokenised_again(monkeypatch, tmp_path):
    kept = KeptResults("tokens", "1", tmp_path)
    captions = ["A dog, barking.", "...", "3 1/2\u2028metres"]
    first = tokenise(captions, kept=kept)
    monkeypatch.setenv("BENCH_JAVA", "/nowhere")
    read_again = KeptResults("tokens", "1", tmp_path)
    assert tokenise(captions[::-1], kept=read_again) == first[::-1]
    with pytest.raises(MachineError, match="/nowhere"):
        tokenise([*captions, "rain"], kept=read_again)


def test_tokens_that_cannot_be_kept_are_given_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    kept = KeptResults("tokens", "1", tmp_path / "file")
    assert tokenise(["A dog."], kept=kept) == [("a", "dog")]


def test_tokens_of_another_java_are_not_looked_up(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    path = kept_tokens().path
    monkeypatch.setenv("BENCH_JAVA", str(other_java(tmp_path / "jdk", "17.0.9")))
    assert kept_tokens().path != path


def other_java(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin/java").touch(mode=0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return home


def test_the_locale_of_the_machine_does_not_matter(monkeypatch):
    captions = ["Ein Café, İstanbul, 犬", "TITLE I"]
    expected = tokenise(captions)
    monkeypatch.setenv("LC_ALL", "C")
    assert tokenise(captions) == expected
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Duser.language=tr -Dfile.encoding=ISO-8859-1")
    assert tokenise(captions) == expected


def test_half_a_surrogate_pair_is_refused_with_its_caption():
    with pytest.raises(DataError, match=r"half a surrogate pair: 'a dog \\ud83d barks"):
        tokenise(["a dog \ud83d barks"])
