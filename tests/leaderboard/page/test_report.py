"""``bench report``: from a finished run to its page."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench_process import bench_environment
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from resealed import reseal
from small_clips import write_clips

from benchmark.cli.main import bench as cli
from benchmark.display.escaping import show_controls
from benchmark.display.figures import new_figure
from benchmark.errors import MachineError, RunError, UsageError
from benchmark.leaderboard.page.inline_figure import INK, inline_svg
from benchmark.leaderboard.page.page import embed_json
from benchmark.leaderboard.page.sounds import ABSENT
from benchmark.leaderboard.page.writing import write_report
from benchmark.leaderboard.pictures.pareto import Point, TradeOff
from benchmark.leaderboard.pictures.trade_off import draw_trade_off
from benchmark.runs.reading import read_run, write_run

SYSTEMS = ("toy", "toy[delay_s=0.01]", "toy-raises[after=5]", "human", "constant")

HOSTILE = """</script><script>alert(1)</script><img src=x onerror="alert(2)">"""


class Page(HTMLParser):
    """A page's scripts, style, policy and attributes, as a browser reads them."""

    def __init__(self, path):
        super().__init__()
        self.scripts, self.styles, self.policy, self.attributes, self._into = [], [], {}, [], None
        self.tags, self.words = Counter(), ""
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        self.data = json.loads(self.scripts[0])

    def handle_starttag(self, tag, attributes):
        self.attributes += attributes
        self.tags[tag] += 1
        self._into = {"script": self.scripts, "style": self.styles}.get(tag)
        if self._into is not None:
            self._into.append("")
        if ("http-equiv", "Content-Security-Policy") in attributes:
            rules = (rule.split() for rule in dict(attributes)["content"].split(";"))
            self.policy = {name: sources for name, *sources in rules}

    def handle_endtag(self, tag):
        self._into = None

    def handle_data(self, data):
        if self._into is not None:
            self._into[-1] += data
        else:
            self.words += data


@pytest.fixture(scope="module")
def place(toy_site, tmp_path_factory):
    """A folder with six clips and a run over them: two systems, a broken one, human, a floor."""
    place = tmp_path_factory.mktemp("report")
    write_clips(place / "clips", n_test=6)
    arguments = ["run", "--systems", ",".join(SYSTEMS), "--dataset", f"folder:{place / 'clips'}",
                 "--metrics", "lexical", "--profile", "6", "--out", "run"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmark.cli", *arguments],
        cwd=place,
        env=bench_environment(toy_site, BENCH_CACHE=str(place / "cache")),
        capture_output=True,
        text=True,
    )
    assert "toy-raises[after=5] stopped" in done.stderr
    return place


@pytest.fixture(scope="module")
def page(place):
    return Page(write_report(place / "run", place / "page", place).path)


def score(*arguments):
    arguments = ["score", *map(str, arguments), "--metrics", "cider_d"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def system_of(page, name):
    return next(system for system in page.data["systems"] if system["name"] == name)


def test_the_page_holds_every_caption_reference_and_score_of_the_run(place, page):
    record = read_run(place / "run")
    clip_ids = [clip["id"] for clip in page.data["clips"]]
    assert clip_ids == list(record.plan.clip_ids)
    assert page.data["clips"][0]["references"] == [
        "a noise number 0 hisses",
        "the test hiss of noise 0",
    ]
    assert [metric["key"] for metric in page.data["metrics"]] == ["rouge_l", "cider_d"]
    toy = system_of(page, "toy")
    assert toy["captions"] == [record.system("toy").captions[clip_id] for clip_id in clip_ids]
    with (place / "run" / "per_clip.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["system"] == "toy"]
    expected = [[100 * float(row[key]) for row in rows] for key in ("rouge_l", "cider_d")]
    assert toy["scores"] == [pytest.approx(values, abs=0.006) for values in expected]


def test_systems_stand_as_in_the_leaderboard_and_only_ranked_ones_are_compared(page):
    rungs = {system["name"]: system["rung"] for system in page.data["systems"]}
    assert set(rungs) == set(SYSTEMS)
    assert rungs["human"] == "ceiling"
    assert rungs["constant"] == "floor"
    compared = {system["name"] for system in page.data["systems"] if system["isCompared"]}
    assert compared == {"toy", "toy[delay_s=0.01]", "toy-raises[after=5]"}


def test_a_failed_clip_and_a_system_without_captions_of_its_own_say_so(page):
    broken, human = system_of(page, "toy-raises[after=5]"), system_of(page, "human")
    assert broken["captions"] == ["a sound"] * 5 + [None]
    assert broken["scores"][0][5] is None
    assert broken["silence"] == "no caption"
    assert human["captions"] == [None] * 6
    assert human["silence"] == "each reference against the others"
    assert all(value is not None for value in human["scores"][0])


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else(page):
    script, style = page.scripts[1], page.styles[0]
    for kind, content in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert page.policy[kind] == [f"'sha256-{digest}'"]
    assert page.policy["default-src"] == ["'none'"]
    assert "unsafe" not in str(page.policy)


def test_nothing_on_the_page_needs_a_network_or_a_style_attribute(page):
    names = {name for name, _ in page.attributes}
    assert not any(name == "style" or name.startswith("on") for name in names)
    addresses = [value for name, value in page.attributes if name in ("src", "href")]
    assert not any("//" in address for address in addresses)
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert markup not in page.scripts[1]


def test_whatever_a_run_holds_is_text_on_its_page(tmp_path):
    clips = write_clips(tmp_path / f"<i>{HOSTILE.replace('/', '')} é", n_test=2)
    table = (clips / "test.csv").read_text().replace("test-01.wav", "a b/ü <u>&amp;.wav")
    (clips / "a b").mkdir()
    (clips / "test-01.wav").rename(clips / "a b" / "ü <u>&amp;.wav")
    (clips / "test.csv").write_text(table.replace("a noise number 0 hisses", quoted(HOSTILE)))
    lines = [f"test-00.wav,{quoted(HOSTILE)}", "a b/ü <u>&amp;.wav,a hiss"]
    said = tmp_path / "said.csv"
    said.write_text("\n".join(["file_name,caption_predicted", *lines]) + "\n")
    score(
        said, "--dataset", f"folder:{clips}", "--name", f"<b>{HOSTILE}", "--out", tmp_path / "run"
    )
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    manifest["systems"][f"<b>{HOSTILE}"]["failure"] = f"<s>{HOSTILE}"
    (tmp_path / "run/manifest.json").write_text(json.dumps(manifest))
    reseal(tmp_path / "run")
    written = write_report(tmp_path / "run", tmp_path / "page", tmp_path)
    page = Page(written.path)
    assert [page.tags[tag] for tag in ("script", "img", "i", "b", "s", "u")] == [2, 0, 0, 0, 0, 0]
    assert f"folder:{clips}:test" in page.words
    assert f"<b>{HOSTILE} stopped <s>{HOSTILE}" in page.words
    assert [clip["id"] for clip in page.data["clips"]] == ["a b/ü <u>&amp;.wav", "test-00.wav"]
    assert page.data["clips"][1]["references"][0] == HOSTILE
    (system,) = page.data["systems"]
    assert (system["name"], system["captions"][1]) == (f"<b>{HOSTILE}", HOSTILE)
    names = sorted(path.name for path in (tmp_path / "page" / "sounds").iterdir())
    assert names == ["00000.flac", "00001.flac"]  # no clip's id is a file's name


def test_a_plot_draws_a_systems_name_as_it_stands():
    costs = r'constant[caption="$\\foo{$"]'
    point = Point(costs, "system", 0.01, 0.5, None, None, True)
    figure = draw_trade_off(TradeOff((point,), (point,), (), (), (), 1), "one clip", INK)
    assert ElementTree.fromstring(inline_svg(figure, costs)).get("aria-label") == costs


def test_a_page_is_of_one_seed(place, tmp_path):
    for seed in (0, 1):
        shutil.copytree(place / "run", tmp_path / f"seed-{seed}")
    with pytest.raises(RunError, match=r"a run for each of 2 seeds; name one of them, as .*seed-0"):
        write_report(tmp_path, tmp_path / "page", place)
    assert not (tmp_path / "page").exists()


def test_a_run_that_is_named_by_a_dot_still_has_a_name(place, tmp_path, monkeypatch):
    monkeypatch.chdir(place / "run")
    written = write_report(Path(), tmp_path / "page", place, with_sounds=False)
    assert "<dt>run</dt><dd>run</dd>" in written.path.read_text()


def test_the_pareto_plot_is_on_the_page_of_a_run_with_latencies(place, page):
    (svg,) = re.findall(r"<svg.*?</svg>", (place / "page/index.html").read_text(), re.DOTALL)
    label = ElementTree.fromstring(svg).get("aria-label")
    assert label.startswith("Quality against latency. On the Pareto front: toy")


def test_sounds_and_spectrograms_lie_beside_the_page(place, page):
    for clip in page.data["clips"]:
        assert (place / "page" / "sounds" / f"{clip['sound']}.flac").is_file()
        assert (place / "page" / "spectrograms" / f"{clip['sound']}.webp").is_file()
        assert clip["duration"] > 0


def test_the_page_of_captions_files_has_no_plot_and_needs_no_sound(place, tmp_path):
    said = tmp_path / "said.csv"
    lines = [f"test-0{n}.wav,noise number {n} hisses" for n in range(6)]
    said.write_text("\n".join(["file_name,caption_predicted", *lines]) + "\n")
    score(said, "--dataset", f"folder:{place / 'clips'}", "--out", tmp_path / "run")
    written = write_report(tmp_path / "run", tmp_path / "page", place, with_sounds=False)
    assert (written.n_clips, written.n_sounds) == (6, 0)
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["index.html"]
    page = Page(written.path)
    assert ":test, 1 system\n" in page.words
    assert "<svg" not in written.path.read_text()
    assert [clip["note"] for clip in page.data["clips"]] == [ABSENT] * 6
    (system,) = page.data["systems"]
    assert system["captions"][0] == "noise number 0 hisses"
    assert system["isCompared"]


def test_a_baselines_file_has_a_page_too(place, page, tmp_path):
    write_run(read_run(place / "run"), tmp_path / "run.json")
    written = write_report(tmp_path / "run.json", tmp_path / "page", place, with_sounds=False)
    again = Page(written.path).data
    assert again["systems"] == page.data["systems"]


def test_the_command_says_what_it_wrote_and_names_the_licence(place, tmp_path):
    out = tmp_path / "page"
    result = CliRunner().invoke(
        cli, ["report", str(place / "run"), "-o", str(out), "--data-root", str(place)]
    )
    assert result.exit_code == 0, result.output
    assert re.search(r"index\.html: 6 clips, 6 with sound, 0\.\d MiB", result.output)
    assert "the licence of folder: your own" in result.output


def test_a_folder_that_holds_something_is_left_alone(place, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something already"):
        write_report(place / "run", tmp_path, place)
    with pytest.raises(UsageError, match="is a file"):
        write_report(place / "run", tmp_path / "mine.txt", place)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_is_an_error(place, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot write the page"):
        write_report(place / "run", tmp_path / "file" / "page", place, with_sounds=False)


def test_a_run_over_other_captions_is_refused_and_nothing_is_written(place, tmp_path):
    plan = json.loads((place / "run" / "plan.json").read_text())
    changed = tmp_path / "run"
    changed.mkdir()
    for path in (place / "run").iterdir():
        (changed / path.name).write_bytes(path.read_bytes())
    (changed / "plan.json").write_text(json.dumps({**plan, "references_sha256": "0" * 64}))
    reseal(changed)
    with pytest.raises(RunError, match="Point --data-root at the data"):
        write_report(changed, tmp_path / "page", place)
    assert not (tmp_path / "page").exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), JSON))
def test_any_data_survives_a_script_element_and_never_ends_it(data):
    text = embed_json(data)
    assert "<" not in text
    assert text.isascii()
    assert json.loads(text) == shown(data)


def shown(value):
    if isinstance(value, str):
        return show_controls(value)
    if isinstance(value, dict):
        return {show_controls(name): shown(part) for name, part in value.items()}
    return [shown(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_number_that_no_browser_reads_is_refused(value):
    with pytest.raises(ValueError, match="JSON compliant"):
        embed_json({"score": value})


def test_a_figure_inside_a_page_has_the_pages_colour_and_no_style():
    figure = new_figure(3, 2)
    axes = figure.subplots()
    axes.plot([1, 2], [3, 4], color="#e8590c")
    axes.set_title("a <title> & more", color=INK)
    svg = inline_svg(figure, 'says "so" <b>')
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == 'says "so" <b>'
    assert root.get("viewBox")
    assert root.get("width") is None
    assert "style" not in {name for element in root.iter() for name in element.attrib}
    assert not any(element.tag.endswith(("style", "metadata")) for element in root.iter())
    assert 'fill="currentColor"' in svg
    assert 'stroke="#e8590c"' in svg
