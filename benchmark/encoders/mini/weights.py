"""mini's file: weights as safetensors, the tokenizer and where all came from in its header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import MissingWeightsError, RunError
from benchmark.files import parse_json, write_bytes
from benchmark.machine.typed_json import read_as

if TYPE_CHECKING:
    from torch import Tensor

    from benchmark.encoders.mini.network import MiniNetwork

_REBUILD = "Build one with `bench encoders build-mini -o FILE`."
# One key: the order of several would differ from one writing to the next, and so the file's hash.
_KEY = "mini"


@dataclass(frozen=True, slots=True)
class MiniOrigin:
    """How the weights came about, and what they are worth.

    Attributes:
        trained_on: data sets that they have seen.
        generator: fingerprint of what drew the examples.
        sampled_levels: what the fingerprint cannot hold: how loud some examples are.
        settings: of the training, the seed among them.
        torch: version of the library.
        n_threads: that torch computed with.
        validation: figures of ``soundscapes:val``, by name; empty before they are measured.
    """

    trained_on: tuple[str, ...]
    generator: str
    sampled_levels: tuple[float, ...]
    settings: Mapping[str, int | float]
    torch: str
    n_threads: int
    validation: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MiniFile:
    """What the file holds.

    Attributes:
        state: of ``MiniNetwork``, in the precision of the file.
        tokenizer: as JSON of the tokenizers library.
        origin: how the weights came about, and what they are worth.
    """

    state: Mapping[str, Tensor]
    tokenizer: str
    origin: MiniOrigin

    def write(self, path: Path) -> None:
        """Write the file; equal contents are equal bytes.

        Raises:
            MachineError: it cannot be written.
        """
        from safetensors.torch import save

        header = {"tokenizer": self.tokenizer, "origin": asdict(self.origin)}
        content = save(
            dict(self.state), {_KEY: json.dumps(header, sort_keys=True, allow_nan=False)}
        )
        write_bytes(path, content, "Free some space, or name another file with -o.")

    @classmethod
    def read(cls, path: Path) -> MiniFile:
        """Read the file; nothing in it is run.

        Raises:
            MissingWeightsError: there is no such file, or it is none of mini's.
        """
        from safetensors import SafetensorError, safe_open

        try:
            if path.exists() and not path.is_file():
                raise OSError("it is no file")
            with safe_open(path, framework="pt") as file:
                header = parse_json((file.metadata() or {})[_KEY])
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            origin = read_as(MiniOrigin, header["origin"], path)
            return cls(state, str(header["tokenizer"]), origin)
        except (OSError, SafetensorError) as error:
            reason = str(error)
        except (KeyError, TypeError, ValueError, RunError):
            reason = "its header does not hold a tokenizer and an origin"
        raise MissingWeightsError(f"cannot read {path} as mini's weights: {reason}. {_REBUILD}")

    def network(self, n_pieces: int, source: Path) -> MiniNetwork:
        """Build the network in single precision, for inference.

        Args:
            n_pieces: the size of the tokenizer's vocabulary.
            source: where the file lies, for errors.

        Raises:
            MissingWeightsError: the weights are another network's, or not finite.
        """
        from benchmark.encoders.mini.network import MiniNetwork
        from benchmark.models.pretrained import require_finite

        network = MiniNetwork(n_pieces)
        try:
            network.load_state_dict(dict(self.state))
        except RuntimeError as error:  # it lists what is missing, what is not known, and shapes
            raise MissingWeightsError(
                f"{source} holds another network than mini's: {error} {_REBUILD}"
            ) from error
        require_finite(source, self.state)
        return network.eval().requires_grad_(False)
