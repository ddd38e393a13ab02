"""The Hugging Face hub's two forms: ``.eval_results/*.yaml`` and a model card's ``model-index``.

Sources: docs/hub/eval-results.md and modelcard.md of github.com/huggingface/hub-docs.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.errors import UsageError
from benchmark.files import JsonObject
from benchmark.leaderboard.exports.facts import Figure, Provenance
from benchmark.leaderboard.exports.naming import Naming
from benchmark.runs.record import with_flaws

TASK = {"type": "audio-captioning", "name": "Automated audio captioning"}


def eval_results(provenance: Provenance, figure: Figure, naming: Naming) -> list[JsonObject]:
    """Spell one value for a task of a benchmark on the hub.

    The hub takes one value a task; its notes hold the interval, the clips and the signature.

    Raises:
        UsageError: nobody said which data set and which task it is of.
    """
    if naming.hub_dataset is None or naming.hub_task is None:
        raise UsageError(
            "eval-results need --hub-dataset, the data set on the hub that holds the leaderboard, "
            "and --hub-task, the id of one of the tasks in its eval.yaml."
        )
    dataset: JsonObject = {"id": naming.hub_dataset, "task_id": naming.hub_task}
    source: JsonObject = {}
    if naming.source_url is not None:
        source = {"source": {"url": naming.source_url, "name": "aac-bench run"}}
    return [
        {
            "dataset": {**dataset, **_revision(naming)},
            "value": figure.value,
            "date": provenance.system.plan.created_at,
            **source,
            "notes": provenance.note(figure),
        }
    ]


def model_index(
    provenance: Provenance, figures: Sequence[Figure], naming: Naming
) -> list[JsonObject]:
    """Spell the ``model-index`` of a model card: one model, one result of all its metrics."""
    label = provenance.system.plan.label.portable
    flaws = provenance.system.flaws
    source: JsonObject = {}
    if naming.source_url is not None:
        source = {"source": {"name": "aac-bench run", "url": naming.source_url}}
    result: JsonObject = {
        "task": TASK,
        "dataset": {
            "type": naming.hub_dataset or label.dataset,
            "name": provenance.benchmark,
            "split": label.split,
            **_revision(naming),
            "args": {**provenance.data(), **provenance.making()},
        },
        "metrics": [
            {
                "type": figure.metric.key,
                "value": figure.value,
                "name": with_flaws(figure.metric.label, flaws),
                "args": figure.to_json(),
            }
            for figure in figures
        ],
        **source,
    }
    return [{"name": naming.model_id or provenance.system.name, "results": [result]}]


def _revision(naming: Naming) -> JsonObject:
    return {} if naming.hub_revision is None else {"revision": naming.hub_revision}
