"""The files of a run: made once, found again, refused in words."""

from __future__ import annotations

import json
import re

import pytest
from leaderboard_rows import PLAN

from benchmark.errors import MachineError, RunError
from benchmark.files import read_json
from benchmark.runs.folder import (
    RunFolder,
    default_run_path,
    folders_in,
    note_seeds,
    require_all_seeds,
    seed_folder,
)


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "runs" / "mine", PLAN)


def test_a_new_folder_holds_its_plan_and_nothing_else(folder):
    assert [path.name for path in folder.path.iterdir()] == ["plan.json"]
    assert folder.read_plan() == PLAN
    assert RunFolder.open(folder.path) == folder


def test_every_file_has_its_name(folder):
    names = [
        *("plan.json", "ledger.jsonl", "scores.json"),
        *("per_clip.csv", "statistics.json", "manifest.json"),
    ]
    paths = [
        *(folder.plan_path, folder.ledger_path, folder.scores_path),
        *(folder.per_clip_path, folder.statistics_path, folder.manifest_path),
    ]
    assert [path.relative_to(folder.path).name for path in paths] == names


def test_a_second_run_in_one_folder_is_refused_with_the_way_on(folder):
    with pytest.raises(RunError) as caught:
        RunFolder.create(folder.path, PLAN)
    assert str(caught.value) == (
        f"{folder.path} holds a run already. Go on with `bench run --resume {folder.path}`, or "
        "name another folder with --out."
    )


def test_a_folder_of_seeds_holds_no_run_beside_them(tmp_path):
    RunFolder.create(seed_folder(tmp_path, 1), PLAN)
    RunFolder.create(seed_folder(tmp_path, 2), PLAN)
    with pytest.raises(RunError, match=rf"{tmp_path} holds a run already"):
        RunFolder.create(tmp_path, PLAN)


def test_a_run_takes_no_seeds_into_its_folder(folder):
    with pytest.raises(
        RunError, match=rf"{re.escape(str(folder.path))} holds a run already.*resume"
    ):
        RunFolder.create(seed_folder(folder.path, 1), PLAN)


def test_any_other_folder_may_lie_inside_a_run_s(folder):
    inner = RunFolder.create(folder.path / "again", PLAN)
    assert inner.read_plan() == PLAN


def test_a_place_that_is_a_file_is_refused_as_the_machine_s(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="cannot write"):
        RunFolder.create(tmp_path / "file" / "run", PLAN)


def test_what_is_no_run_is_not_opened(tmp_path):
    with pytest.raises(RunError, match=r"is no run folder: it holds no plan\.json"):
        RunFolder.open(tmp_path)
    with pytest.raises(RunError, match=r"there is no .*nowhere; expected the folder of a run"):
        RunFolder.open(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"file is a file; expected the folder of a run"):
        RunFolder.open(tmp_path / "file")


def test_a_folder_of_seeds_is_opened_by_seed(tmp_path):
    for seed in (10, 2):
        RunFolder.create(seed_folder(tmp_path, seed), PLAN)
    with pytest.raises(
        RunError, match=r"a run for each of 2 seeds; name one of them, as .*seed-2\."
    ):
        RunFolder.open(tmp_path)
    assert RunFolder.open(seed_folder(tmp_path, 10)).read_plan() == PLAN


def test_seeds_are_listed_by_number_and_a_run_stands_for_itself(tmp_path, folder):
    seeds = (10, 2, 100, 0)
    for seed in seeds:
        RunFolder.create(seed_folder(tmp_path, seed), PLAN)
    assert folders_in(tmp_path) == [tmp_path / f"seed-{seed}" for seed in (0, 2, 10, 100)]
    assert folders_in(folder.path) == [folder.path]
    assert folders_in(tmp_path / "nowhere") == [tmp_path / "nowhere"]


def test_a_seed_s_folder_without_a_plan_is_none(tmp_path):
    seed_folder(tmp_path, 1).mkdir()
    assert folders_in(tmp_path) == [tmp_path]


def test_a_run_without_its_seal_is_unfinished(folder):
    with pytest.raises(
        RunError, match=r"unfinished: it has no manifest\.json\. Finish it with .ben"
    ):
        folder.read_manifest()
    with folder.replacing() as place:
        (place / "manifest.json").write_text('{"schema": 3}')
    assert folder.read_manifest() == {"schema": 3}
    folder.unseal()
    with pytest.raises(RunError, match="is unfinished"):
        folder.read_manifest()
    assert folder.former_manifest_path.read_text() == '{"schema": 3}'
    folder.unseal()  # what is not sealed stays so


def test_a_run_without_statistics_says_how_to_make_them(folder):
    with pytest.raises(RunError, match=rf"Make it with `bench rescore {folder.path}`"):
        folder.read_statistics()
    folder.statistics_path.write_text('{"schema": 1}')
    assert folder.read_statistics() == {"schema": 1}


def test_scores_are_read_back_and_absent_ones_named(folder):
    with pytest.raises(RunError, match=r"cannot read .*scores\.json"):
        folder.read_scores()
    folder.scores_path.write_text('{"schema": 2, "systems": {}}')
    assert folder.read_scores() == {"schema": 2, "systems": {}}


def replace(folder, content):
    with folder.replacing() as place:
        for name in ("scores.json", "manifest.json"):
            (place / name).write_text(content)


def test_files_are_replaced_together_and_the_former_seal_goes(folder):
    replace(folder, '{"at": 1}')
    folder.unseal()
    replace(folder, '{"at": 2}')
    assert sorted(path.name for path in folder.path.iterdir()) == [
        *("manifest.json", "plan.json", "scores.json")
    ]
    assert folder.read_scores() == folder.read_manifest() == {"at": 2}


def test_where_a_replacement_fails_nothing_is_replaced(folder):
    replace(folder, '{"at": 1}')
    with pytest.raises(UnicodeEncodeError), folder.replacing() as place:
        (place / "scores.json").write_text("\ud800", encoding="utf-8")
    assert sorted(path.name for path in folder.path.iterdir()) == [
        *("manifest.json", "plan.json", "scores.json")
    ]
    assert folder.read_scores() == {"at": 1}


@pytest.mark.parametrize("n_moved", [0, 1, 2])
def test_what_a_kill_left_between_two_places_is_read_and_settled(folder, n_moved):
    replace(folder, '{"at": 1}')
    pending = folder.path / "pending"
    pending.mkdir()
    for name in ("scores.json", "manifest.json"):
        (pending / name).write_text('{"at": 2}')
    for name in ("scores.json", "manifest.json")[:n_moved]:
        (pending / name).replace(folder.path / name)
    for _ in range(2):
        assert folder.read_scores() == folder.read_manifest() == {"at": 2}
        folder.settle()
    assert not pending.exists()


def test_the_plan_is_written_with_one_part_a_line(folder):
    assert json.loads(folder.plan_path.read_text()) == read_json(folder.plan_path)
    assert '\n "dataset": "clotho:evaluation",\n' in folder.plan_path.read_text()


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ("clotho:evaluation", "clotho-evaluation"),
        ("folder:/my data/x|y:test", "folder--my-data-x-y-test"),
        ("wav_caps.2-b:ä", "wav_caps.2-b-ä"),
        ("../../etc:test", "..-..-etc-test"),
    ],
)
def test_a_run_is_named_by_time_kind_and_data_set_in_one_folder(dataset, name):
    path = default_run_path("score", dataset)
    assert path.parent.as_posix() == "runs"
    assert re.fullmatch(rf"\d{{8}}-\d{{6}}-\d{{3}}-score-{re.escape(name)}", path.name)


def test_two_runs_of_one_moment_apart_sort_by_time():
    first, second = default_run_path("run", "clotho"), default_run_path("run", "clotho")
    assert first.name <= second.name


def test_a_folder_that_was_killed_while_its_seeds_were_planned_is_refused(tmp_path):
    require_all_seeds(tmp_path)
    note_seeds(tmp_path, [0, 1, 2])
    (tmp_path / "seed-1").mkdir()
    (tmp_path / "seed-1" / "plan.json").write_text("{}")
    with pytest.raises(RunError, match=r"of the seeds 0, 1, 2 there is no plan for 0, 2\. Nothing"):
        require_all_seeds(tmp_path)
    (tmp_path / "seed-1" / "ledger.jsonl").touch()  # all were planned: the others were removed
    require_all_seeds(tmp_path)
