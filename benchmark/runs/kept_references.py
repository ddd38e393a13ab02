"""References that no data set holds, kept beside the captions that were scored against them."""

from __future__ import annotations

from pathlib import Path

from benchmark.contract import References, Split
from benchmark.datasets.references import split_of_references
from benchmark.errors import RunError
from benchmark.files import read_json, spell_json, write_text
from benchmark.runs.plan import Plan

_NAME = "references.json"


def keep_references(folder: Path, references: References) -> None:
    """Write references into a run's folder, so that the run can be scored again.

    Raises:
        MachineError: the folder cannot be written.
    """
    content = {clip_id: list(texts) for clip_id, texts in references.items()}
    write_text(folder / _NAME, spell_json(content, indent=0, ensure_ascii=False))


def find_kept_split(plan: Plan, folder: Path) -> Split | None:
    """Find the split of a run whose references are kept in its folder; None where none are.

    Whether they are those of the plan is for the caller to say, by their hash.

    Raises:
        RunError: the file cannot be read, or holds something else.
    """
    path = folder / _NAME
    if plan.label.is_public or not path.is_file():
        return None
    content = read_json(path)
    references: dict[str, list[str]] = {}
    for clip_id, texts in content.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise RunError(f"{path}: {clip_id!r} has no list of captions; restore the file.")
        references[clip_id] = [str(text) for text in texts]
    return split_of_references(references, dataset=plan.label.dataset, source=str(path))
