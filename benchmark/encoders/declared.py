"""Encoders of plugins: loaded, attributed, and held to what they promise at every call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from benchmark.contract import CORE, Ability, Embeddings, Encoder, EncoderSpec
from benchmark.encoders.answers import require_embeddings, require_encoder
from benchmark.errors import BenchError, PluginError, UsageError, describe
from benchmark.files import spell_json
from benchmark.plugins.provenance import Provenance
from benchmark.plugins.source_hashes import hash_distribution

T = TypeVar("T")
_FINGERPRINT_LENGTH = 32


class Declared(NamedTuple):
    """An encoder, and who brought it."""

    spec: EncoderSpec[Any]
    provenance: Provenance

    @property
    def title(self) -> str:
        """Name it in messages, with what is to be mended."""
        return f"the encoder {self.spec.name!r} of {self.provenance}"

    def load(self, options: Any, name: str, device: str) -> Encoder:
        """Load it; a stranger's is watched over from then on.

        Raises:
            MissingWeightsError: its weights are not here, as the encoder itself says.
            PluginError: it raises something else, or gives what is no encoder.
        """
        if self.provenance.distribution == CORE:
            return self.spec.load(options, name, device)
        encoder = self.calling("load", lambda: self.spec.load(options, name, device))
        try:
            require_encoder(encoder, self.spec, name)
            return _watched(self, encoder, self._fingerprint(encoder))
        except PluginError as error:
            raise PluginError(f"{self.title}: {error}") from error

    def listing(self, what: str, call: Callable[[], Iterable[T]]) -> list[T]:
        """Ask its record for things; ``calling``, for what is iterated too."""
        return self.calling(what, lambda: [*call()])

    def calling(self, what: str, call: Callable[[], T]) -> T:
        """Call what a stranger wrote.

        Raises:
            BenchError: as it raises them itself, in words.
            PluginError: it raises anything else.
        """
        try:
            return call()
        except BenchError:
            raise
        except (Exception, SystemExit) as error:
            raise PluginError(f"{self.title}: {what} raises {describe(error)}.") from error

    def _fingerprint(self, encoder: Encoder) -> str:
        """Hash what it says of itself with its name and its code, which it may forget."""
        try:
            files = hash_distribution(self.provenance)
        except OSError as error:
            raise UsageError(
                f"{error.filename}: {error.strerror}; expected a readable file."
            ) from error
        text = spell_json([encoder.name, encoder.fingerprint, files])
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_FINGERPRINT_LENGTH]


class _Watched:
    """Stands for a stranger's encoder; what is no part of the contract is the encoder's own."""

    def __init__(self, declared: Declared, encoder: Encoder, fingerprint: str) -> None:
        self.name, self.fingerprint = encoder.name, fingerprint
        self.dim, self.trained_on = encoder.dim, encoder.trained_on
        self._declared, self._encoder = declared, encoder

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_encoder"], name)


def _watched(declared: Declared, encoder: Encoder, fingerprint: str) -> Encoder:
    """Give it the methods that it has and no others: by these systems tell what it can do."""
    abilities = declared.spec.abilities
    members: dict[str, object] = {ability: _asking(ability) for ability in abilities}
    watched = type("WatchedEncoder", (_Watched,), members)(declared, encoder, fingerprint)
    if {"embed_audio", "embed_patches"} & {*abilities}:
        watched.sample_rate_hz = cast("Any", encoder).sample_rate_hz
    if hasattr(encoder, "tokenizer"):
        watched.tokenizer = encoder.tokenizer
    return cast("Encoder", watched)


def _asking(ability: Ability) -> Callable[[Any, Sequence[Any]], Any]:
    def ask(self: Any, items: Sequence[Any]) -> Embeddings | list[Embeddings]:
        declared: Declared = self._declared
        answer = declared.calling(ability, lambda: getattr(self._encoder, ability)(items))
        is_joint = {"embed_audio", "embed_text"} <= {*declared.spec.abilities}
        is_unit = ability == "embed_text" or (ability == "embed_audio" and is_joint)
        try:
            require_embeddings(self, ability, answer, len(items), is_unit=is_unit)
        except PluginError as error:
            raise PluginError(f"{declared.title}: {error}") from error
        return cast("Embeddings | list[Embeddings]", answer)

    ask.__name__ = ability
    return ask
