"""The page in a real browser: rows of a tier, two systems side by side, what captions leaned on."""

from __future__ import annotations

import json
import statistics

import pytest
from page_commands import HOSTILE, invoke
from resealed import reseal
from small_clips import write_clips

from benchmark.leaderboard.page.writing import write_report


def test_rows_of_a_tier_are_shown_and_sorted_by_alone(page, scores):
    groups = page.texts("#group option")
    assert groups == ["all rows", "tier 1", "tier 2", "tier 3"]
    page.choose("#group", "tier 2")
    page.choose("#sort", "disagreement")
    named = page.texts("article:first-of-type tbody th")
    assert len(named) == 3
    assert "conette_clotho_eval" not in named
    spread = {
        clip: statistics.pstdev(of_clip[name] for name in named) for clip, of_clip in scores.items()
    }
    shown = page.texts("article h2")
    assert [spread[clip] for clip in shown] == pytest.approx(sorted(spread.values())[:-21:-1])
    page.type("#most", "20")  # the worst of the tier
    n_poor = sum(min(of_clip[name] for name in named) <= 20 for of_clip in scores.values())
    assert page.element("#count").text == f"{n_poor} of 1,045 clips"
    page.choose("#system", "conette_clotho_eval")
    assert page.texts("article:first-of-type tbody th")[0] == "conette_clotho_eval"


def test_two_systems_stand_side_by_side_with_their_difference(page, scores):
    first, second = "conette_clotho_eval", "enclap-clotho-sw"
    page.choose("#system", first)
    page.choose("#beside", second)
    page.choose("#sort", "difference of the two")
    apart = {clip: of_clip[first] - of_clip[second] for clip, of_clip in scores.items()}
    shown = page.texts("article h2")
    largest = sorted(map(abs, apart.values()))[:-21:-1]
    assert [abs(apart[clip]) for clip in shown] == pytest.approx(largest)
    card = "article:first-of-type"
    assert page.texts(f"{card} .side h3") == [first, second]
    row = page.texts(f"{card} .differences tr.chosen > *")
    assert row[0] == "CIDEr-D"
    assert [float(value) for value in row[1:3]] == pytest.approx(
        [scores[shown[0]][first], scores[shown[0]][second]], abs=0.051
    )
    assert float(row[3]) == pytest.approx(apart[shown[0]], abs=0.051)
    verdict = page.element("#verdict").text
    n_better = sum(value > 0 for value in apart.values())
    mean = statistics.fmean(apart.values())
    assert f"{first} is better on {n_better} clips" in verdict
    assert f"mean difference {mean:+.1f} over 1,045 clips" in verdict
    page.type("#least", "100")
    n_far = sum(value >= 100 for value in apart.values())
    assert page.element("#count").text == f"{n_far} of 1,045 clips"
    assert page.said() == []


def test_words_that_one_of_two_captions_lacks_are_marked(page):
    apart = """
        const [first, second] = [...arguments].map((text) => text.split(" "));
        return wordsApart(first, second).map((each, side) =>
            [first, second][side].filter((_, at) => each[at]));
    """
    assert page.run(apart, "A dog barks loudly", "a dog is barking loudly.") == [
        ["barks"],
        ["is", "barking"],
    ]
    assert page.run(apart, "rain falls", "rain falls") == [[], []]
    page.choose("#system", "conette_clotho_eval")
    page.choose("#beside", "enclap-clotho-sw")
    for side in (1, 2):
        said = page.texts(f".side:nth-child({side}) .caption")[0]
        marks = page.texts(f"article:first-of-type .side:nth-child({side}) mark")
        assert marks
        assert all(mark in said for mark in marks)


def test_keys_swap_the_two_systems(page):
    page.choose("#system", "conette_clotho_eval")
    page.choose("#beside", "enclap-clotho-sw")
    page.run("document.activeElement.blur()")
    page.press("x")
    assert page.texts("article:first-of-type .side h3") == [
        "enclap-clotho-sw",
        "conette_clotho_eval",
    ]
    page.driver.refresh()
    assert page.texts("article:first-of-type .side h3")[0] == "enclap-clotho-sw"


def test_what_a_caption_leaned_on_is_below_it_and_is_text_too(browser, tmp_path):
    clips = write_clips(tmp_path / "clips", n_test=3)
    for name in ("silent", "telling"):
        lines = ["file_name,caption_predicted", *(f"test-0{at}.wav,a hiss" for at in range(3))]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    files = (tmp_path / "silent.csv", tmp_path / "telling.csv")
    invoke("score", *files, "--dataset", f"folder:{clips}", "--metrics", "cider_d", "--out",
           tmp_path / "run")  # fmt: skip
    pieces = [{"text": HOSTILE, "weight": 0.12345}, {"text": "rain"}]
    explain(tmp_path / "run", "test-00.wav", {"evidence": {HOSTILE[:40]: pieces}})
    explain(tmp_path / "run", "test-01.wav", {"error": "LookupError: <b>why</b>"})
    browser.open(write_report(tmp_path / "run", tmp_path / "page", tmp_path).path)

    cell = "tr:has(.evidence) td:nth-of-type(1)"
    assert browser.texts(f"article:nth-of-type(1) {cell} summary") == [f"{HOSTILE[:40]} (2)"]
    assert browser.texts(f"article:nth-of-type(1) {cell} li") == [f"0.123{HOSTILE}", "rain"]
    assert browser.texts("article:nth-of-type(1) tr:has(.evidence) th") == ["telling"]
    assert browser.texts(f"article:nth-of-type(2) {cell} p") == [
        "not known: LookupError: <b>why</b>"
    ]
    assert browser.texts("article:nth-of-type(3) .evidence") == []
    assert not browser.element(f"article:nth-of-type(1) {cell} li").is_displayed()
    browser.press("e")
    assert browser.element(f"article:nth-of-type(1) {cell} li").is_displayed()
    browser.press("e")
    assert not browser.element(f"article:nth-of-type(1) {cell} li").is_displayed()
    browser.click(".evidence summary")
    assert browser.element(f"article:nth-of-type(1) {cell} li").is_displayed()
    browser.choose("#system", "telling")
    browser.choose("#beside", "silent")
    assert browser.texts("article:nth-of-type(1) .side:first-child li")[1] == "rain"
    assert browser.texts("article:nth-of-type(1) .side:last-child li") == []
    assert browser.texts("img[src=x], article script, article b") == []
    assert browser.said() == []


def explain(run, clip_id, explained):
    """Let the ledger say what one system's caption of a clip leaned on."""
    path = run / "ledger.jsonl"
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    for entry in entries:
        if (entry["system"], entry["clip_id"]) == ("telling", clip_id):
            entry["explained"] = explained
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    reseal(run)
