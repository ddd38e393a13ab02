"""Training that can be killed at any moment and goes on to the same weights. For plugins.

Imports torch: import it only inside functions, or in modules that only such functions import.
"""

from benchmark.machine.progress import progress_bar
from benchmark.models.training.checkpoint import Checkpoint
from benchmark.models.training.history import Epoch, best_epoch
from benchmark.models.training.holding_out import hold_out
from benchmark.models.training.loop import train
from benchmark.models.training.once import train_once
from benchmark.models.training.precision import gains_from_bfloat16
from benchmark.models.training.randomness import seeded
from benchmark.models.training.task import Task, TrainingPlan
from benchmark.models.training.weights import load_trained

__all__ = [
    "Checkpoint",
    "Epoch",
    "Task",
    "TrainingPlan",
    "best_epoch",
    "gains_from_bfloat16",
    "hold_out",
    "load_trained",
    "progress_bar",
    "seeded",
    "train",
    "train_once",
]
