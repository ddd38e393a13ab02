"""What commands that caption or score were asked for: parsed, not yet checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmark.datasets.forms.columns import ColumnChoice
from benchmark.datasets.forms.reading import BY_NAME
from benchmark.errors import UsageError
from benchmark.runs.learning import OWN_SPLITS, AskedLearning
from benchmark.runs.patience import RUN_PATIENCE
from benchmark.runs.plan import Feeding

MOST_SEED = 2**32 - 1
"""What every library takes for a seed; numpy's older generators take no more."""
RUN_FEEDING = Feeding(n_timed=50, patience=RUN_PATIENCE)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What ``bench run`` was asked for.

    Attributes:
        systems: names, options included.
        dataset: NAME or NAME:SPLIT, whose clips are captioned.
        data_root: folder of the data sets.
        metrics: keys to compute.
        argv: as it was typed.
        learning: splits that systems learn from.
        seed: of every random choice.
        device: torch's spelling.
        feeding: how captioners are fed.
        text_only: give no sound.
        limit: caption the first so many clips only.
        embeddings: files that stand for missing sounds.
        lineups: papers' systems, options for all of them included, to run before ``systems``.
        clips_of: a run, or its system, whose scored clips are captioned and no others.
    """

    systems: tuple[str, ...]
    dataset: str
    data_root: Path
    metrics: tuple[str, ...]
    argv: tuple[str, ...] = ()
    learning: AskedLearning = OWN_SPLITS
    seed: int = 0
    device: str = "cpu"
    feeding: Feeding = RUN_FEEDING
    text_only: bool = False
    limit: int | None = None
    embeddings: tuple[Path, ...] = ()
    lineups: tuple[str, ...] = ()
    clips_of: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: no library takes the seed.
        """
        require_seed(self.seed)


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What ``bench score`` was asked for.

    Attributes:
        files: of captions, one for each row of the table.
        dataset: NAME or NAME:SPLIT, whose references they are held against; None where those
            stand in ``references``, or in the files themselves.
        data_root: folder of the data sets.
        metrics: keys to compute.
        names: one for each file, or none to name rows after the files.
        allow_missing: score the clips that a file has; such a row stands in a table of its own.
        argv: as it was typed.
        references: a file of references.
        columns: those of the files that their names do not tell.
        encoding: of the files; None for UTF-8.
        clips_of: a run, or its system, whose scored clips are scored and no others.
    """

    files: tuple[Path, ...]
    dataset: str | None
    data_root: Path
    metrics: tuple[str, ...]
    names: tuple[str, ...] = ()
    allow_missing: bool = False
    argv: tuple[str, ...] = ()
    references: Path | None = None
    columns: ColumnChoice = BY_NAME
    encoding: str | None = None
    clips_of: str | None = None


@dataclass(frozen=True, slots=True)
class CaptionRequest:
    """What ``bench caption`` was asked for.

    Attributes:
        paths: sounds, and folders that are searched for sounds.
        system_name: a system's name, options included.
        data_root: folder of the data sets.
        learning: splits that a system which learns gets; it has no training split by default.
        seed: of every random choice.
        device: torch's spelling.
        feeding: how its captioner is fed.
        embeddings: files of embeddings that stand for missing sounds of that split.
    """

    paths: tuple[Path, ...]
    system_name: str
    data_root: Path
    learning: AskedLearning = OWN_SPLITS
    seed: int = 0
    device: str = "cpu"
    feeding: Feeding = field(default_factory=Feeding)
    embeddings: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: no library takes the seed.
        """
        require_seed(self.seed)


def require_seed(seed: int) -> None:
    """Refuse a seed that some library would not take, before anything is done.

    Raises:
        UsageError: it is below 0, or above ``MOST_SEED``.
    """
    if not 0 <= seed <= MOST_SEED:
        raise UsageError(f"the seed is {seed}; expected a whole number from 0 to {MOST_SEED:,}.")
