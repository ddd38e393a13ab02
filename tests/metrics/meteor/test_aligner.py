"""METEOR: equal to aac-metrics, to the last bit; a process that never outlives its block."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from aac_metrics_oracle import oracle_folder, oracle_java, oracle_leaves_its_pipes_open
from command_lines import aligned_lines
from real_captions import (
    SYSTEMS,
    clotho_candidates,
    clotho_references,
    joined,
    published,
    published_corpus,
)

from benchmark.errors import MachineError
from benchmark.metrics.jvm.text_java import TextJava
from benchmark.metrics.kept import KeptResults
from benchmark.metrics.meteor.aligner import Meteor
from benchmark.metrics.meteor.score import meteor_score, parse_statistics

AWKWARD = [
    ("a dog barks", ["a dog barks"]),
    ("", ["a dog barks"]),
    ("a dog barks", [""]),
    ("", [""]),
    ("a dog 's bark", ["the dog's barking", "a hound -- barks"]),
    ("rat-a-tat 1,000 u.s. p.m.", ["rat a tat 1000 u.s p.m"]),
    ("café , 犬 barks", ["cafe 犬 barking", "café barks"]),
    ("a ||| b", ["a b ||| c d", "|||"]),
    ("a dog  barks  loudly", ["a dog barks"]),
    ("siblings of teheran", ["a sibling in teheran", "siblings"]),  # of one hash code in Java
    ("-lrb- music -rrb- plays", ["music plays"]),
    ("people talk " * 200, ["people are talking"]),
    ("in the background there is noise", ["noise can be heard in the background"]),
]


@pytest.fixture(scope="module")
def references() -> list[list[str]]:
    return [joined(several) for several in clotho_references()]


def oracle_scores(candidates, references, folder):
    from aac_metrics.functional.meteor import meteor

    corpus, per_clip = meteor(
        candidates, references, cache_path=str(oracle_folder(folder)), java_path=oracle_java()
    )
    return corpus["meteor"].item(), per_clip["meteor"].tolist()


def start(candidates, references):
    return Meteor.start([*candidates, *(text for several in references for text in several)])


def test_conette_has_its_published_scores(references):
    candidates = joined(clotho_candidates("conette_clotho_eval"))
    with start(candidates, references) as meteor:
        scores = meteor.score(candidates, references)
    assert published_corpus("meteor") == 0.19199394632448302
    assert scores.corpus == pytest.approx(0.19199394632448302, abs=1e-14)
    np.testing.assert_allclose(scores.per_clip, published("meteor"), rtol=0, atol=1e-12)


@oracle_leaves_its_pipes_open
def test_real_captions_have_the_scores_that_aac_metrics_gives_them(tmp_path, references):
    candidates = [
        caption for system in SYSTEMS for caption in joined(clotho_candidates(system))[:100]
    ]
    references = references[:100] * len(SYSTEMS)
    corpus, per_clip = oracle_scores(candidates, references, tmp_path)
    with start(candidates, references) as meteor:
        scores = meteor.score(candidates, references)
    np.testing.assert_allclose(scores.per_clip, per_clip, rtol=0, atol=1e-14)
    assert scores.corpus == pytest.approx(corpus, abs=1e-14)


@oracle_leaves_its_pipes_open
def test_awkward_captions_have_the_scores_that_aac_metrics_gives_them(tmp_path):
    candidates, references = (list(column) for column in zip(*AWKWARD, strict=True))
    corpus, per_clip = oracle_scores(candidates, references, tmp_path)
    with start(candidates, references) as meteor:
        scores = meteor.score(candidates, references)
    np.testing.assert_allclose(scores.per_clip, per_clip, rtol=0, atol=1e-14)
    assert scores.corpus == pytest.approx(corpus, abs=1e-14)
    assert per_clip[0] == 1.0


@oracle_leaves_its_pipes_open
def test_a_resampled_corpus_has_the_score_that_meteor_gives_it(tmp_path, references):
    candidates = joined(clotho_candidates("enclap-clotho-sw"))
    same = [references[0][0], *candidates[1:200]]  # a caption equal to a reference among them
    rows = [0, *np.random.default_rng(5).integers(0, 200, size=150).tolist()]
    drawn, theirs = [same[row] for row in rows], [references[row] for row in rows]
    corpus, _ = oracle_scores(drawn, theirs, tmp_path)
    with start(same, references[:200]) as meteor:
        statistics = meteor.score(same, references[:200]).statistics
    assert meteor_score(statistics[rows].sum(axis=0)) == pytest.approx(corpus, abs=1e-14)


def test_cut_tables_give_the_alignments_of_meteors_own_program(references):
    candidates = [text for system in SYSTEMS for text in joined(clotho_candidates(system))]
    several = references * len(SYSTEMS)
    lines = [" ||| ".join(["SCORE", *r, c]) for r, c in zip(several, candidates, strict=True)]
    with start(candidates, references) as meteor:
        scores = meteor.score(candidates, several)
    expected = parse_statistics(aligned_lines(lines, "-norm"))
    np.testing.assert_array_equal(scores.statistics, expected)


def test_what_is_kept_is_not_aligned_again(monkeypatch, tmp_path):
    candidates, references = (list(column) for column in zip(*AWKWARD, strict=True))
    texts = [*candidates, *(text for several in references for text in several)]
    with Meteor.start(texts, kept=KeptResults("meteor", "1", tmp_path)) as meteor:
        first = meteor.score(candidates, references)
    monkeypatch.setenv("BENCH_JAVA", "/nowhere")
    with Meteor.start(texts, kept=KeptResults("meteor", "1", tmp_path)) as meteor:
        again = meteor.score(candidates, references)
        with pytest.raises(MachineError, match="/nowhere"):
            meteor.score(candidates[:1], [references[0] * 2])
    np.testing.assert_array_equal(again.statistics, first.statistics)


def test_subsets_and_other_references_score_as_if_alone(references):
    folds = [
        (
            [several[held_out] for several in references[:50]],
            [[*several[:held_out], *several[held_out + 1 :]] for several in references[:50]],
        )
        for held_out in range(2)
    ]
    texts = [text for several in references[:50] for text in several]
    with Meteor.start(texts) as meteor:
        together = [meteor.submit(*fold).result() for fold in folds]
        half = meteor.score(folds[0][0][:25], folds[0][1][:25])
    for fold, scores in zip(folds, together, strict=True):
        with Meteor.start(texts) as meteor:
            alone = meteor.score(*fold)
        assert alone.corpus == scores.corpus
        assert alone.per_clip.tolist() == scores.per_clip.tolist()
    assert half.per_clip.tolist() == together[0].per_clip[:25].tolist()


def test_a_text_that_was_not_announced_is_refused():
    with (
        Meteor.start(["a dog barks"]) as meteor,
        pytest.raises(ValueError, match="not told of the text 'a cat meows'"),
    ):
        meteor.score(["a cat meows"], [["a dog barks"]])


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [([], [], "no clips"), (["a"], [[]], "no reference"), (["a"], [["a"], ["a"]], "longer")],
)
def test_inputs_that_cannot_be_scored_are_refused(candidates, references, message):
    with Meteor.start(["a"]) as meteor, pytest.raises(ValueError, match=message):
        meteor.score(candidates, references)


def test_starting_returns_before_java_is_ready():
    with Meteor.start(["warm the index"]):
        pass
    began_s = time.perf_counter()
    with Meteor.start(["a dog barks"]) as meteor:
        assert time.perf_counter() - began_s < 0.1
        assert meteor.score(["a dog barks"], [["a dog barks"]]).corpus == 1.0


def test_a_java_that_is_killed_while_scoring_is_an_error():
    with TextJava() as java, Meteor.start(["a dog"], java) as meteor:
        meteor.score(["a dog"], [["a dog"]])
        java.start().kill()
        with pytest.raises(MachineError, match="exit code -9 while running the tokeniser and"):
            meteor.score(["a dog"], [["a dog", "a dog"]])


def test_what_java_says_it_picked_up_is_no_error(monkeypatch):
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-DsomeException=yes")
    with Meteor.start(["a dog"]) as meteor:
        assert meteor.score(["a dog"], [["a dog"]]).corpus == 1.0


def test_a_missing_java_is_reported_by_the_first_score(monkeypatch):
    monkeypatch.setenv("BENCH_JAVA", "/nowhere/java")
    with Meteor.start(["a"]) as meteor, pytest.raises(MachineError, match="/nowhere/java"):
        meteor.score(["a"], [["a"]])


def test_leaving_the_block_ends_java_and_removes_its_files(references):
    candidates = joined(clotho_candidates("conette_clotho_eval"))
    with start(candidates, references) as meteor:
        meteor.score(candidates[:1], references[:1])
        running = meteor.submit(candidates, references)
        folder, process = meteor._folder.name, meteor._java.start()._process
    assert process.returncode is not None
    assert isinstance(running.exception(), MachineError)
    assert not Path(folder).exists()


def test_a_java_that_was_ended_is_not_started_again():
    with TextJava() as java:
        with Meteor.start(["a dog"], java):
            pass
        with pytest.raises(MachineError, match="was ended before its work"):
            java.start()
