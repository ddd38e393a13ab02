"""Requests resolved to plans, and plans found again."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmark.contract import Need, SystemSpec
from benchmark.embeddings.files import Contents, Recipe
from benchmark.embeddings.writer import write_embeddings
from benchmark.errors import MissingWeightsError, RunError, UnknownNameError, UsageError
from benchmark.models.revisions import pinned_revision, unpin_revisions
from benchmark.plugins.loading import declared_by
from benchmark.plugins.provenance import Provenance
from benchmark.runs.plan import Feeding, Plan
from benchmark.runs.requests import RunRequest
from benchmark.runs.resolve import find_again, resolve_run
from benchmark.systems import built_in
from benchmark.systems.built_in import Constant
from benchmark.systems.registry import Registry

EAR = SystemSpec("ear", "hears", lambda resources, options: Constant("a sound"))


class Watched(Registry):
    """Notes which names it is asked for."""

    def system(self, text):
        self.asked = [*getattr(self, "asked", []), text]
        return super().system(text)


def registry_of(*specs, version="1"):
    registry = Watched()
    registry.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    registry.add("test", Provenance("test", version), specs)
    return registry


def ask(folder, *systems, **changes):
    request = RunRequest(systems, f"folder:{folder}", folder, ("bleu_1",))
    return dataclasses.replace(request, **changes)


def test_each_name_is_looked_up_once(clips_folder):
    registry = registry_of(EAR)
    run = resolve_run(ask(clips_folder, "ear", "constant[caption=rain]"), registry)
    assert registry.asked == ["ear", "constant[caption=rain]"]
    assert [system.name for system in run.systems] == [system.name for system in run.plan.systems]


def test_a_plan_holds_what_was_asked_for(clips_folder):
    feeding = Feeding(batch_size=4, n_timed=7)
    request = ask(clips_folder, "ear", feeding=feeding, seed=3, limit=5, argv=("run", "..."))
    plan = resolve_run(request, registry_of(EAR)).plan
    assert plan.feeding is feeding
    assert (plan.seed, plan.limit, plan.header.argv) == (3, 5, ("run", "..."))
    assert plan.clip_ids == tuple(f"test-{index:02d}.wav" for index in range(5))
    assert (plan.command, plan.n_expected, plan.metrics) == ("run", 12, ("bleu_1",))
    assert plan.train is None
    assert plan.header.passport["present"] == 12
    assert {"python", "aac-bench", "numpy"} <= plan.header.versions.keys()


def test_clips_are_fed_as_planned(clips_folder):
    run = resolve_run(ask(clips_folder, "ear", feeding=Feeding(5)), registry_of(EAR))
    clips = run.clips()
    assert clips.clip_ids == run.plan.clip_ids
    batches = clips.batches(run.systems[0], 0)
    assert [(batch.number, len(batch.clip_ids)) for batch in batches] == [(0, 5), (1, 5), (2, 2)]
    assert clips.listener.hear("test-03.wav", 8_000).clip.duration_s == pytest.approx(0.1)


def test_each_system_gets_what_its_kind_may_use(clips_folder):
    run = resolve_run(ask(clips_folder, "ear", "random-train", "human"), registry_of(EAR))
    given = {system.name: run.resources_for(system) for system in run.systems}
    assert {name for name, resources in given.items() if resources.train} == {"random-train"}
    assert {name for name, resources in given.items() if resources.references} == {"human"}
    assert given["random-train"].train.label.split == "train"


def test_splits_that_a_system_loads_itself_have_the_embeddings_that_were_given(clips_folder):
    """Clotho's captions are here, its sounds are not; the embeddings of one of them are."""
    rows = ["file_name," + ",".join(f"caption_{number}" for number in range(1, 6))]
    rows += [f"{name}.wav," + ",".join(["rain falls"] * 5) for name in ("here", "missing")]
    (clips_folder / "clotho").mkdir()
    captions = clips_folder / "clotho" / "clotho_captions_development.csv"
    captions.write_text("\n".join(rows) + "\n")
    recipe = Recipe("clap", "0123", "sounds", 3)
    path = clips_folder / "clotho.safetensors"
    contents = Contents(recipe, "clotho:development", 2, ("here.wav",))
    write_embeddings(path, contents, [("here.wav", np.ones((1, 3), np.float32))])
    deaf = dataclasses.replace(EAR, name="deaf", needs_waveform=False)
    run = resolve_run(ask(clips_folder, "ear", "deaf", embeddings=(path,)), registry_of(EAR, deaf))
    present = [
        run.resources_for(system).load_split("clotho:development").present for system in run.systems
    ]
    assert present == [frozenset(), {"here.wav"}]


def test_a_plan_that_was_written_is_found_again(clips_folder):
    request = ask(clips_folder, "ear", "random-train", feeding=Feeding(2, 3))
    before = resolve_run(request, registry_of(EAR))
    plan = Plan.from_json(before.plan.to_json() | {"passport": {}}, "plan.json")
    again = find_again(plan, registry_of(EAR), clips_folder, clips_folder / "run")
    assert again.plan == plan
    assert [system.name for system in again.systems] == ["ear", "random-train"]
    assert again.split.present == before.split.present
    assert again.learning.train.label == before.learning.train.label


def test_the_commit_of_a_model_is_noted_and_a_run_goes_on_with_the_same(clips_folder):
    asked = []

    def look():
        asked.append(pinned_revision("somebody/toy"))
        return asked[-1] or "a" * 40

    fetched = []
    need = Need(look, "somebody/toy", lambda: fetched.append("toy"))
    spec = dataclasses.replace(EAR, needs=lambda resources, options: [need])
    run = resolve_run(ask(clips_folder, "ear"), registry_of(spec))
    assert run.plan.systems[0].makeup.models == {"somebody/toy": "a" * 40}
    assert pinned_revision("somebody/toy") == "a" * 40
    assert fetched == ["toy"]
    plan = Plan.from_json(run.plan.to_json() | {"passport": {}}, "plan.json")
    assert plan.systems == run.plan.systems
    unpin_revisions()
    again = find_again(plan, registry_of(spec), clips_folder, clips_folder / "run")
    assert again.plan == plan
    assert pinned_revision("somebody/toy") == "a" * 40
    resolve_run(ask(clips_folder, "ear"), registry_of(spec))
    assert asked == [None, None]
    unpin_revisions()


def test_a_download_that_fails_stops_everything_before_it_begins(clips_folder):
    def fail():
        raise MissingWeightsError("cut short")

    need = Need(lambda: None, "somebody/toy", fail)
    spec = dataclasses.replace(EAR, needs=lambda resources, options: [need])
    with pytest.raises(MissingWeightsError, match="cut short"):
        resolve_run(ask(clips_folder, "ear"), registry_of(spec))


def test_who_gets_an_environment_of_its_own_is_not_asked_here(clips_folder):
    spec = dataclasses.replace(EAR, needs=lambda resources, options: 1 / 0)
    run = resolve_run(
        ask(clips_folder, "ear"), registry_of(spec), looks_elsewhere=lambda system: True
    )
    assert len(run.systems) == 1


def test_a_run_does_not_go_on_with_another_version(clips_folder):
    plan = resolve_run(ask(clips_folder, "ear"), registry_of(EAR)).plan
    with pytest.raises(RunError, match=r"ear: test 1, now test 2\. Put back"):
        find_again(plan, registry_of(EAR, version="2"), clips_folder, clips_folder / "run")


def test_a_run_does_not_go_on_without_its_system(clips_folder):
    plan = resolve_run(ask(clips_folder, "ear"), registry_of(EAR)).plan
    with pytest.raises(UnknownNameError, match="no system named 'ear'"):
        find_again(plan, registry_of(), clips_folder, clips_folder / "run")


def test_text_alone_and_embeddings_exclude_each_other(clips_folder):
    request = ask(clips_folder, "constant", text_only=True, embeddings=(clips_folder / "e",))
    with pytest.raises(UsageError, match="choose one"):
        resolve_run(request, registry_of())


def test_one_configuration_spelled_twice_is_refused(clips_folder):
    request = ask(clips_folder, "constant[caption=rain]", 'constant[caption="rain"]')
    with pytest.raises(UsageError, match="named more than once"):
        resolve_run(request, registry_of())
