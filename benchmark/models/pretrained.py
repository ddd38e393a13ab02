"""Models of transformers from folders, whole or not at all.

transformers draws at random what a file lacks, and says so in a log only. Here that is an error.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import MissingWeightsError, listed
from benchmark.models.checksums import require_whole_archive
from benchmark.models.codeless import require_codeless
from benchmark.models.damage import is_damage, spell_damage

if TYPE_CHECKING:
    from torch import Tensor

_WEIGHTS = "*.safetensors"
_PICKLED = "pytorch_model*.bin"
_DAMAGED = (pickle.UnpicklingError, EOFError)

TORCH_AND_TRANSFORMERS = ("torch", "transformers.models.gpt2.modeling_gpt2")
"""The ``imports`` of a system that uses both, whichever model it loads: seconds go into these."""


def load_pretrained(
    model_class: Any,
    folder: Path,
    *,
    may_lack: tuple[str, ...] = (),
    takes_pickles: bool = True,
    **settings: Any,
) -> Any:
    """Load a model from a folder; nothing is fetched and no code of it is run.

    Args:
        model_class: a class of transformers (``ClapModel``, ``AutoModel``).
        folder: a model as transformers saves it.
        may_lack: how the names of those parameters start that the file need not hold.
        takes_pickles: read ``pytorch_model.bin`` where there are no safetensors; of a pickle
            nothing but tensors is taken.
        settings: replace parts of the configuration.

    Raises:
        MissingWeightsError: a file is missing or damaged, holds another model, or names code.
    """
    require_codeless(folder)
    weights = sorted(folder.glob(_WEIGHTS))
    if weights:
        _require_readable(weights)
    elif takes_pickles:
        for path in folder.glob(_PICKLED):
            require_whole_archive(path)
    try:
        with _quiet_transformers():
            model, report = model_class.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=None if takes_pickles else True,
                weights_only=True,
                output_loading_info=True,
                **settings,
            )
    except _DAMAGED as error:
        raise MissingWeightsError(
            f"cannot load the model in {folder}: the weights are damaged or hold more than "
            "tensors. Expected weights as transformers saves them. Fetch them again."
        ) from error
    except BaseException as error:  # a damaged file fails in any way, in Rust with a panic
        if not is_damage(error):
            raise
        raise MissingWeightsError(
            f"cannot load the model in {folder}: {spell_damage(error)} Expected config.json and "
            "weights as safetensors, as transformers saves them."
        ) from error
    if missing := sorted(k for k in report["missing_keys"] if not k.startswith(may_lack)):
        raise MissingWeightsError(
            f"the weights in {folder} lack {listed(missing)}; expected every parameter of "
            f"{type(model).__name__}. Fetch them again, or name a folder of that model."
        )
    require_finite(folder, model.state_dict())
    return model


def require_files(folder: Path, *names: str) -> None:
    """Refuse a folder in which a file is missing.

    Args:
        folder: a model's.
        names: the files; ``"a|b"`` wants one of the two.

    Raises:
        MissingWeightsError: a file is missing.
    """
    present = sorted(path.name for path in folder.iterdir())
    for name in names:
        if not set(name.split("|")) & set(present):
            raise MissingWeightsError(
                f"no {name.replace('|', ' or ')} in {folder}; found {', '.join(present)}. Fetch "
                "the file that belongs to these weights and put it there."
            )


def require_finite(source: Path, tensors: Mapping[str, Tensor]) -> None:
    """Refuse parameters that hold nan or infinity.

    Raises:
        MissingWeightsError: one does; the message names it.
    """
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise MissingWeightsError(
                f"the weights in {source} are damaged: {name} holds values that are not finite. "
                "Fetch them again."
            )


def _require_readable(weights: Iterable[Path]) -> None:
    from safetensors import SafetensorError, safe_open

    for path in weights:
        try:
            with safe_open(path, framework="numpy"):
                pass
        except (SafetensorError, OSError) as error:
            raise MissingWeightsError(
                f"cannot read {path}, {path.stat().st_size} bytes: {error}. Expected weights as "
                "safetensors; the file is damaged or cut short. Fetch it again."
            ) from error


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    # It draws a bar of its own, and lists the weights of the layers that were left out.
    from transformers.utils import logging as untyped

    logging: Any = untyped
    level, has_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if has_bar:
            logging.enable_progress_bar()
