"""Every Eval Ever: one record a model, as its schema 0.3.0 asks for it.

Source: ``eval.schema.json`` of github.com/evaleval/every_eval_ever (MIT), which tests hold this to.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from benchmark.datasets.catalogue import DATASETS
from benchmark.files import JsonObject
from benchmark.leaderboard.exports.facts import Figure, Provenance
from benchmark.leaderboard.exports.naming import Naming
from benchmark.machine.distributions import version_of
from benchmark.stats import LEVEL
from benchmark.stats.intervals import N_FOR_PERCENTILES

SCHEMA = "0.3.0"

_NO_PART_OF_A_PATH = re.compile(r"[^A-Za-z0-9_-]")
_MOST_OF_A_PART = 100


def evaluation_record(
    provenance: Provenance, figures: Sequence[Figure], naming: Naming
) -> JsonObject:
    """Spell the record of one system.

    Its time stamps are the run's own, so that a run exported twice is the same file twice.
    """
    made = datetime.fromisoformat(provenance.run.manifest.finished_at)
    stamp = f"{made.timestamp():.0f}"
    evaluation_id = f"{_benchmark(provenance)}/{_model_id(provenance, naming)}/{stamp}"
    return {
        "schema_version": SCHEMA,
        "evaluation_id": evaluation_id,
        "evaluation_timestamp": provenance.system.plan.created_at,
        "retrieved_timestamp": stamp,
        "source_metadata": {
            "source_name": "aac-bench",
            "source_type": "evaluation_run",
            "source_organization_name": naming.organization or "unknown",
            "evaluator_relationship": naming.relationship,
            "additional_details": _as_texts(
                {"run": provenance.run.content_id, "seal": provenance.run.integrity.state}
                | ({"source_url": naming.source_url} if naming.source_url else {})
            ),
        },
        "eval_library": {"name": "aac-bench", "version": version_of("aac-bench")},
        "model_info": _model(provenance, naming),
        "evaluation_results": [
            _result(provenance, figure, naming, evaluation_id) for figure in figures
        ],
    }


def record_path(provenance: Provenance, naming: Naming) -> PurePosixPath:
    """Name a record's file as the datastore does: ``data/BENCHMARK/DEVELOPER/MODEL/UUID.json``."""
    developer, _, model = (naming.model_id or f"unknown/{provenance.system.name}").partition("/")
    digest = hashlib.sha256(f"{provenance.run.content_id} {provenance.system.name}".encode())
    identity = uuid.UUID(bytes=digest.digest()[:16], version=4)
    folders = (
        _benchmark(provenance),
        *(name if naming.model_id else _part(name) for name in (developer, model)),
    )
    return PurePosixPath("data", *folders, f"{identity}.json")


def _benchmark(provenance: Provenance) -> str:
    return _part(provenance.benchmark)


def _part(name: str) -> str:
    """Spell a name as a part of a path on every system; names that are cut keep their hash."""
    plain = _NO_PART_OF_A_PATH.sub("_", name)
    if plain == name.replace(":", "_") and len(plain) <= _MOST_OF_A_PART:
        return plain
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{plain[:_MOST_OF_A_PART]}_{digest}"


def _model_id(provenance: Provenance, naming: Naming) -> str:
    return naming.model_id or provenance.system.name


def _model(provenance: Provenance, naming: Naming) -> JsonObject:
    is_run_here = provenance.system.plan.command == "run"
    developer = {"developer": naming.model_id.partition("/")[0]} if naming.model_id else {}
    return {
        "name": provenance.name_with_flaws,
        "id": _model_id(provenance, naming),
        **developer,
        "additional_details": {
            "deployment_type": "self_deployed" if is_run_here else "unknown",
            "model_availability": "unknown",
            **_as_texts(provenance.making()),
        },
    }


def _result(
    provenance: Provenance, figure: Figure, naming: Naming, evaluation_id: str
) -> JsonObject:
    metric = figure.metric
    low, high = metric.bounds
    parameters: dict[str, str] = {}
    for name, value in figure.signature.parts:
        parameters[name] = f"{parameters[name]}, {value}" if name in parameters else value
    notes: JsonObject = {"note": figure.note} if figure.note else {}
    if provenance.stands and provenance.stands["ranked_by"] == metric.key:
        notes = {**notes, **provenance.stands}
    return {
        "evaluation_result_id": f"{evaluation_id}/{metric.key}",
        "evaluation_name": provenance.benchmark,
        "source_data": _source(provenance, naming),
        "metric_config": {
            "evaluation_description": f"{metric.label} of captions of {provenance.benchmark}",
            "metric_id": metric.key,
            "metric_name": metric.label,
            "metric_kind": metric.group,
            "metric_unit": "proportion" if metric.bounds == (0.0, 1.0) else "points",
            "metric_parameters": parameters,
            "lower_is_better": metric.higher_is_better is False,
            "score_type": "continuous",
            "min_score": low,
            "max_score": high,
            "additional_details": {"signature": str(figure.signature)},
        },
        "score_details": {
            "score": figure.value,
            "details": _as_texts(
                {**provenance.data(), "flaws": list(provenance.system.flaws), **notes}
            ),
            "uncertainty": _uncertainty(provenance, figure),
        },
    }


def _uncertainty(provenance: Provenance, figure: Figure) -> JsonObject:
    n_clips = {"num_samples": provenance.system.scores.n_scored}
    if figure.low is None or figure.high is None:
        return n_clips
    is_of_draws = provenance.system.scores.n_scored >= N_FOR_PERCENTILES
    return {
        "confidence_interval": {
            "lower": figure.low,
            "upper": figure.high,
            "confidence_level": LEVEL,
            "method": f"{'percentile bootstrap' if is_of_draws else 'Student t'} over clips",
        },
        **n_clips,
    }


def _source(provenance: Provenance, naming: Naming) -> JsonObject:
    label, details = provenance.system.plan.label, _as_texts(provenance.data())
    if naming.hub_dataset is not None:
        revision = {"revision": naming.hub_revision} if naming.hub_revision else {}
        return {
            "dataset_name": provenance.benchmark,
            "source_type": "hf_dataset",
            "hf_repo": naming.hub_dataset,
            "hf_split": label.split,
            "samples_number": provenance.system.scores.n_scored,
            "additional_details": {**details, **revision},
        }
    spec = DATASETS.get(label.dataset_name)
    urls = [file.url for file in spec.captions] if spec else []
    kind: JsonObject = {"source_type": "url", "url": urls} if urls else {"source_type": "other"}
    return {"dataset_name": provenance.benchmark, **kind, "additional_details": details}


def _as_texts(facts: JsonObject) -> dict[str, str]:
    """Spell facts as the schema takes additional details: all of them texts, none without one."""
    spelt = {
        name: ", ".join(map(str, fact)) if isinstance(fact, list) else str(fact)
        for name, fact in facts.items()
        if fact is not None
    }
    return {name: text for name, text in spelt.items() if text}
