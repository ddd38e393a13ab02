"""What a user writes; mypy takes all of it, and of the last lines refuses each as it says."""

from pathlib import Path
from typing import assert_type

import pandas as pd

from benchmark import (
    Clip,
    ComparisonResult,
    Dataset,
    MetricModels,
    Result,
    compare,
    load_dataset,
    read_run,
    run,
    score,
)
from benchmark.api.adapters import EvaluateStyle, TorchmetricsStyle

captions = {"a.wav": "a dog barks"}
references = {"a.wav": ["a dog barks at a gate"]}
result = score(captions, references, metrics=("cider_d",), models=MetricModels(device="cpu"))
assert_type(result, Result)
assert_type(result.to_pandas(), pd.DataFrame)
assert_type(result.per_clip, pd.DataFrame)
assert_type(result.value("cider_d"), float | None)
assert_type(result["captions"]["cider_d"].low, float | None)
assert_type(result.only.absent, dict[str, str])
score(["a dog barks"], [["a dog barks at a gate"]])
score({"mine": ["a dog"], "theirs": ("a cat",)}, (("a dog barks",),))
several = {"mine": captions, "theirs": {"a.wav": "a dog"}}
both = score(several, "clotho:evaluation", data_root=Path("data"))
assert_type(compare(both, "mine", "theirs"), ComparisonResult)
assert_type(compare(both["mine"], result.only)["cider_d"].p_corrected, float | None)


def quiet(clip: Clip) -> str:
    return f"{clip.duration_s} s of silence"


class Loud:
    def caption(self, clips: object) -> list[str]:
        return []


run([quiet, Loud(), "constant"], "soundscapes:test", out="runs/mine")
run({"a": quiet, "b": lambda clip: "a sound"}, isolation="none")
run("constant,human", text_only=True)
assert_type(read_run("runs/mine").path, Path | None)
dataset = load_dataset("clotho:evaluation")
assert_type(dataset, Dataset)
score(captions, dataset)
score(Path("mine.csv"), Path("references.csv"))
score({"mine": Path("mine.csv"), "theirs": captions}, "clotho:evaluation")
score(captions, dataset.split)
metric = TorchmetricsStyle("lexical")
assert_type(metric.compute(), dict[str, float])
EvaluateStyle(["cider_d"]).add(prediction="a", reference=["b"])

score(7, references)  # type: ignore[arg-type]
score(captions, references, metric="cider_d")  # type: ignore[call-arg]
compare(both, "mine")  # type: ignore[call-overload]
run([7])  # type: ignore[list-item]
result.value(7)  # type: ignore[arg-type]
read_run("a") + 1  # type: ignore[operator]
