"""Real runs over made-up noises, and a tiny CLAP to look at them with."""

from __future__ import annotations

import json

import pytest
from gap_runs import captioned
from resealed import reseal
from small_clips import write_clips
from tiny_models import make_clap

from benchmark.encoders import load_joint_encoder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a data set, a model, a run over the data set and a cache."""
    place = tmp_path_factory.mktemp("gap")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        write_clips(place / "clips", n_test=6)
        make_clap(place / "clap")
        captioned(place / "run", f"folder:{place / 'clips'}")
        yield place


@pytest.fixture(scope="module")
def encoder(place):
    return load_joint_encoder(f"clap[model={place / 'clap'}]")


@pytest.fixture
def facts(place):
    """Write what systems say of themselves into the run's manifest; take it out afterwards."""
    path = place / "run" / "manifest.json"
    sealed = path.read_text()

    def write(**facts_of):
        manifest = json.loads(sealed)
        for system, said in facts_of.items():
            manifest["systems"][system.replace("_", "-")]["facts"] = said
        path.write_text(json.dumps(manifest))
        reseal(path.parent)

    yield write
    path.write_text(sealed)
