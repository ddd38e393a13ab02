"""Embeddings from files, as one system reads them: those of its encoder, by split and clip."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contract import Clip, SplitLabel
from benchmark.embeddings.files import EmbeddingFile, Recipe, Rows, embed_command
from benchmark.errors import DataError


class GivenEmbeddings:
    """The embeddings of one recipe among those of some files; none of another is ever read."""

    def __init__(self, files: Sequence[EmbeddingFile], recipe: Recipe) -> None:
        """Take all files of a run, and how the system's encoder makes embeddings."""
        self.recipe = recipe
        self._files = files

    def read(self, clip: Clip) -> Rows:
        """Read a clip's vectors: ``(n_rows, dim)``.

        Raises:
            DataError: no file of this recipe holds the clip; says what the files of its split
                are, why they do not fit, and how to make one that does.
        """
        for file in self._of(clip.split):
            if clip.clip_id in file and file.recipe.makes_same(self.recipe):
                return file.read(clip.clip_id)
        raise self._refusal(clip.split, f"clip {clip.clip_id!r} of {clip.split} has no sound")

    def require_split(self, split: str) -> None:
        """Refuse files of a split of which none is of the recipe.

        Raises:
            DataError: as ``read``.
        """
        if not any(file.recipe.makes_same(self.recipe) for file in self._of(split)):
            raise self._refusal(split, f"clips of {split} have no sound")

    def _of(self, split: str) -> list[EmbeddingFile]:
        return [file for file in self._files if file.split == split]

    def _refusal(self, split: str, lack: str) -> DataError:
        parts = [f"{lack}, and no file of --embeddings stands for it."]
        for file in self._of(split):
            is_fit = file.recipe.makes_same(self.recipe)
            why = "it does not hold the clip" if is_fit else file.recipe.difference(self.recipe)
            parts.append(f"{file.path} holds {file.recipe}: {why}.")
        recipe = self.recipe
        label = SplitLabel.parse(split)
        command = embed_command(label, recipe.encoder, recipe.kind, recipe.duration_s)
        parts.append(f"Expected {recipe}; where the sounds are, make it with `{command}`.")
        return DataError(" ".join(parts))
