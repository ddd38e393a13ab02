"""What an encoder declares of itself before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from benchmark.contract import Need
from benchmark.encoders.contract import Encoder

Ability = Literal["embed_audio", "embed_patches", "embed_text"]
Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class EncoderSpec(Generic[Options]):
    """What `bench encoders` shows, and how the encoder is loaded.

    Attributes:
        name: lower case, without options.
        summary: one line for people.
        abilities: the methods it has.
        options: a frozen dataclass whose every field has a default.
        load: options, canonical name and device to the encoder.
        trained_on: what the weights of the standard options have seen, as ``Encoder`` spells it.
        files: options to the files that ``load`` will read, as far as they are on this machine;
            nothing is read or fetched to tell.
        needs: options to what loading will need; nothing is loaded for it.
    """

    name: str
    summary: str
    abilities: tuple[Ability, ...]
    options: type[Options]
    load: Callable[[Options, str, str], Encoder]
    trained_on: tuple[str, ...]
    files: Callable[[Options], Iterable[Path]] = lambda options: ()
    needs: Callable[[Options], Iterable[Need]] | None = None
