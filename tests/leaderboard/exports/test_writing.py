"""``bench export``, read back by others' readers."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import uuid
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from hostile_names import attack_seeds, require_harmless
from hostile_runs import make_hostile_run
from huggingface_hub import ModelCard, parse_eval_result_entries
from resealed import reseal
from run_records import run_of
from run_records import system as system_of
from scored_files import good_on, score
from small_clips import write_clips

from benchmark.cli.main import bench as cli
from benchmark.errors import RunError, UsageError
from benchmark.leaderboard.exports.facts import Provenance
from benchmark.leaderboard.exports.naming import Naming
from benchmark.leaderboard.exports.writing import FORMS, ExportRequest, export_run
from benchmark.runs.reading import read_run, write_run
from benchmark.runs.withholding import withhold_captions

SCHEMA = Path(__file__).parents[2] / "data" / "every_eval_ever" / "eval.schema.json"
HUB = Naming("ours/good", "someone/clotho", "spider", "5503434", "https://example.org/runs/1")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the run of two captions files: ``good`` and ``poor``."""
    place = tmp_path_factory.mktemp("exported")
    clips = write_clips(place / "clips", n_test=12)
    score(clips, place / "scored", {"good": good_on(range(12)), "poor, [a]=b": good_on(range(3))})
    return place


@pytest.fixture
def export(place, tmp_path):
    def do(form, *systems, metrics=(), naming=None, run=None, **changes):
        request = ExportRequest(
            run or place / "scored" / "run", form, tmp_path / "out", systems, metrics,
            naming or Naming(), **changes,
        )  # fmt: skip
        return export_run(request)

    return do


def check_schema(content):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(content, schema, jsonschema.Draft7Validator)


def test_every_eval_ever_takes_a_record_of_each_system(export, place):
    record = read_run(place / "scored" / "run")
    export_ = export("every-eval-ever")
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in export_.paths]
    assert [content["model_info"]["name"] for content in contents] == ["good", "poor, [a]=b"]
    for content, path, system in zip(contents, export_.paths, record.systems.values(), strict=True):
        check_schema(content)
        assert uuid.UUID(path.stem).version == 4
        assert len(path.parts[path.parts.index("data") :]) == 5
        results = {
            each["metric_config"]["metric_id"]: each for each in content["evaluation_results"]
        }
        assert set(results) == {"bleu_1", "rouge_l", "cider_d"}  # Words a caption only describe
        details, cell = results["cider_d"], system.scores.metrics["cider_d"]
        assert details["score_details"]["score"] == cell.value
        interval = details["score_details"]["uncertainty"]["confidence_interval"]
        assert (interval["lower"], interval["upper"]) == (cell.low, cell.high)
        assert details["score_details"]["uncertainty"]["num_samples"] == 12
        assert details["score_details"]["details"]["clip_ids_sha256"] == system.scores.clips_sha256
        others = details["score_details"]["details"]
        assert others["tier"] == others["rank"] == str(1 + (system.name != "good"))
        assert "tier" not in results["rouge_l"]["score_details"]["details"]
        config = details["metric_config"]
        assert config["additional_details"]["signature"] == str(cell.signature)
        assert config["metric_parameters"]["clips"] == "12/12"
        assert (config["min_score"], config["max_score"]) == (0, 10)
    assert "--model-id gives" in export_.warnings[-1]


def test_a_run_that_is_exported_twice_is_the_same_file_twice(export):
    (first,) = export("every-eval-ever", "good").paths
    content = first.read_bytes()
    (second,) = export("every-eval-ever", "good").paths
    assert (second, second.read_bytes()) == (first, content)


def test_a_record_of_a_model_on_the_hub_is_filed_by_its_name(export):
    (path,) = export("every-eval-ever", "good", naming=HUB).paths
    content = json.loads(path.read_text(encoding="utf-8"))
    check_schema(content)
    assert path.parts[-3:-1] == ("ours", "good")
    assert content["model_info"]["developer"] == "ours"
    source = content["evaluation_results"][0]["source_data"]
    assert (source["hf_repo"], source["hf_split"]) == ("someone/clotho", "test")
    assert source["additional_details"]["revision"] == "5503434"


def test_a_model_card_is_read_by_the_hubs_own_reader(export, place):
    (good, poor) = export("model-index").paths
    assert (good.name, poor.name) == ("good.md", "poor%2C %5Ba%5D%3Db.md")
    system = read_run(place / "scored" / "run").system("good")
    card = ModelCard.load(good)
    assert card.data.model_name == "good"
    values = {each.metric_type: each for each in card.data.eval_results}
    assert set(values) == {"bleu_1", "rouge_l", "cider_d"}
    found = values["cider_d"]
    assert (found.metric_value, found.metric_name) == (system.value("cider_d"), "CIDEr-D")
    assert found.metric_args["signature"] == str(system.signature("cider_d"))
    assert (found.dataset_type, found.dataset_split) == ("folder", "test")
    assert found.dataset_args["n_clips"] == 12
    assert found.dataset_args["references_sha256"] == system.plan.references_sha256
    assert (found.dataset_args["trained_on"], found.dataset_args["saw_data"]) == (
        ["unknown"],
        "unknown",
    )
    assert ModelCard.load(poor).data.model_name == "poor, [a]=b"


def test_what_a_systems_weights_saw_is_exported_as_it_was_told():
    said = system_of("toy", trained_on=("clotho",))
    for each, expected in ((said, ["clotho"]), (system_of("none"), [])):
        facts = Provenance(run_of(each), each).making()
        assert facts["trained_on"] == expected
        assert facts["saw_data"] == ("yes" if expected else "no")


def test_eval_results_are_read_by_the_hubs_own_reader(export, place):
    (path,) = export("eval-results", "good", naming=HUB).paths
    assert path.parent.name == ".eval_results"
    (entry,) = parse_eval_result_entries(yaml.safe_load(path.read_text(encoding="utf-8")))
    system = read_run(place / "scored" / "run").system("good")
    assert (entry.dataset_id, entry.task_id, entry.dataset_revision) == (
        "someone/clotho", "spider", "5503434",
    )  # fmt: skip
    assert (entry.value, entry.source_url) == (system.value("cider_d"), HUB.source_url)
    cell = system.cell("cider_d")
    for told in (f"[{cell.low:.4f}, {cell.high:.4f}]", "12 of 12 clips", str(cell.signature)):
        assert told in entry.notes


def test_eval_results_are_of_one_system_and_one_metric_with_a_task(export):
    with pytest.raises(UsageError, match=r"of one system, and .* holds 2\. Name it with --system"):
        export("eval-results", naming=HUB)
    with pytest.raises(UsageError, match="one value a task"):
        export("eval-results", "good", metrics=("bleu_1", "cider_d"), naming=HUB)
    with pytest.raises(UsageError, match="--hub-dataset, the data set on the hub"):
        export("eval-results", "good")


def test_a_submission_has_the_files_and_captions_that_dcase_asks_for(export):
    export_ = export("dcase", "good")
    table, about = export_.paths
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [*rows[0]] == ["file_name", "caption_predicted"]
    assert {row["file_name"]: row["caption_predicted"] for row in rows} == good_on(range(12))
    facts = yaml.safe_load(about.read_text(encoding="utf-8"))
    assert facts["data"]["n_clips"] == 12
    assert facts["seal"] == "sealed"
    assert facts["metrics"]["cider_d"]["signature"].startswith("cider_d|")
    assert facts["among_the_run"] == {"ranked_by": "cider_d", "rank": 1, "tier": 1, "n_ranked": 2}


def test_aac_metrics_files_are_those_of_the_other_option(export, place):
    export_ = export("aac-metrics", "good")
    assert [path.name for path in export_.paths] == [
        "good.corpus.yaml", "good.sentences.csv", "good.about.yaml",
    ]  # fmt: skip
    corpus = yaml.safe_load(export_.paths[0].read_text(encoding="utf-8"))
    assert corpus["cider_d"] == read_run(place / "scored" / "run").system("good").value("cider_d")


def test_a_caption_that_is_missing_is_no_submission_and_marks_what_can_be_marked(
    export, tmp_path, place
):
    run = score(place / "clips", tmp_path / "short", {"short": good_on(range(12), n_clips=11)})
    ledger = run / "ledger.jsonl"
    assert len(ledger.read_text().splitlines()) == 11
    plan = json.loads((run / "plan.json").read_text())
    assert len(plan["clip_ids"]) == 11
    (path, _) = export("dcase", run=run).paths  # all that was planned is there
    assert len(path.read_text().splitlines()) == 12
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["systems"]["short"]["n_missing"] = 3
    (run / "manifest.json").write_text(json.dumps(manifest))
    reseal(run)
    with pytest.raises(RunError, match=r"3 missing\. Expected all of them"):
        export("dcase", run=run)
    (card,) = export("model-index", run=run).paths
    (figure, *_) = ModelCard.load(card).data.eval_results
    assert figure.metric_name == "BLEU-1 (3 missing)"
    (record,) = export("every-eval-ever", run=run).paths
    assert json.loads(record.read_text())["model_info"]["name"] == "short (3 missing)"


def test_what_was_edited_is_refused_and_marked_where_it_is_trusted(export, place, tmp_path):
    run = tmp_path / "edited.json"
    write_run(read_run(place / "scored" / "run"), run)
    content = json.loads(run.read_text())
    content["captions"]["good"]["test-00.wav"] = "a better caption"
    run.write_text(json.dumps(content))
    for form in FORMS:
        with pytest.raises(RunError, match="edited since it was sealed"):
            export(form, "good", run=run, naming=HUB)
    for form in FORMS:
        export_ = export(form, "good", run=run, naming=HUB, trust_edited=True)
        assert "EDITED" in export_.paths[-1].read_text()
        assert export_.warnings[0].startswith("EDITED: ")


def test_captions_that_were_withheld_cannot_be_exported(export, place, tmp_path):
    run = tmp_path / "scores.json"
    write_run(withhold_captions(read_run(place / "scored" / "run"), ("cider_d",)), run)
    for form in ("dcase", "aac-metrics"):
        with pytest.raises(RunError, match="holds scores and no captions"):
            export(form, run=run)
    assert len(export("model-index", run=run).paths) == 2


@pytest.mark.parametrize(
    ("naming", "message"),
    [
        (Naming(model_id="good"), "--model-id is 'good'; expected ORG/NAME"),
        (Naming(hub_dataset="a/../b"), "--hub-dataset is 'a/../b'"),
        (Naming(source_url="javascript:alert(1)"), "--source-url is 'javascript:alert"),
        (Naming(model_id="ours/good"), "are of one system"),
    ],
)
def test_names_that_no_hub_has_are_refused(export, naming, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        export("model-index", naming=naming)


def test_metrics_without_a_value_say_why_and_do_not_stand_for_others(export, place):
    export_ = export("model-index", "good", metrics=("cider_d", "spice", "sent_len.cands"))
    (figure,) = ModelCard.load(export_.paths[0]).data.eval_results
    assert figure.metric_type == "cider_d"
    (warning,) = export_.warnings
    assert re.search(r"run::good has no SPICE \(not computed in .*\)\.$", warning)
    with pytest.raises(UsageError, match=r"nothing to export: no SPICE \(not computed"):
        export("model-index", metrics=("spice",))
    with pytest.raises(UsageError, match="no metric that ranks was computed"):
        export("model-index", metrics=("sent_len.cands",))


@pytest.mark.parametrize("seed", attack_seeds())
def test_hostile_names_are_texts_to_every_reader(tmp_path, seed):
    run = make_hostile_run(tmp_path, seed)
    request = ExportRequest(run.path, "every-eval-ever", tmp_path / "eee")
    for path, name in zip(export_run(request).paths, run.systems, strict=True):
        text = path.read_text(encoding="utf-8")
        require_harmless(text, "json")
        content = json.loads(text)
        check_schema(content)
        assert content["model_info"]["id"] == name
        assert re.fullmatch(r"[\w-]+", "".join(path.relative_to(tmp_path).parts[:-1]))
    request = dataclasses.replace(request, form="model-index", out=tmp_path / "cards")
    for path, name in zip(export_run(request).paths, run.systems, strict=True):
        text = path.read_text(encoding="utf-8")
        assert text.isascii()
        assert re.search(r"[^\n -~]", text) is None
        card = ModelCard.load(path)
        assert card.data.model_name == name
        assert card.text.strip() == ""
    request = ExportRequest(run.path, "dcase", tmp_path / "said", (run.systems[0],))
    table, about = export_run(request).paths
    with table.open(encoding="utf-8", newline="") as file:
        rows = dict(list(csv.reader(file))[1:])
    assert rows == dict(read_run(run.path).system(run.systems[0]).captions)
    assert yaml.safe_load(about.read_text())["system"] == run.systems[0]
    with pytest.raises(RunError, match="no caption of 1 of 6 clips"):
        export_run(dataclasses.replace(request, system_names=(run.systems[2],)))


def test_the_command_names_its_files_and_warns_on_the_error_stream(place, tmp_path):
    arguments = ["export", str(place / "scored" / "run"), "-o", str(tmp_path), "--system", "good"]
    done = CliRunner().invoke(cli, [*arguments, "--format", "every-eval-ever"])
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"wrote \S+/data/folder_test\w+/unknown/good/\S+\.json\n", done.stdout)
    assert "bench: nobody said what the model is called" in done.stderr
    done = CliRunner().invoke(cli, [*arguments, "--format", "xlsx"])
    assert done.exit_code == 2
