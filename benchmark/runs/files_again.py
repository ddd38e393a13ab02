"""Files that brought systems of an earlier plan, taken for plugins again."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from benchmark.errors import RunError, quoted
from benchmark.plugins.named_files import name_file, named_files
from benchmark.runs.plan import Plan


def name_files_again(plan: Plan, where: Path, without: Collection[str] = ()) -> None:
    """Take the files of a plan for plugins, but where others of their names are already.

    Args:
        plan: of a run that is to go on.
        where: names the run in messages.
        without: systems that it is to go on without.

    Raises:
        RunError: one is not there any more.
    """
    for planned in plan.systems:
        if planned.file is None or planned.name in without:
            continue
        path = Path(planned.file)
        if any(other.name == path.name for other in named_files()):
            continue
        if not path.is_file():
            raise RunError(
                f"{where}: {planned.name} came from {quoted(planned.file)}, which is not there. "
                f"Put it back, or name where it is: bench --plugin ./{path.name} run --resume ..."
            )
        name_file(path)
