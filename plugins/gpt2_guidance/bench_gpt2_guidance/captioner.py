"""``gpt2-guid`` at work: a sound, its guidance, a caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench_gpt2_guidance.generator_network import Generator
from bench_gpt2_guidance.guidance_sources import GuidanceSource
from bench_gpt2_guidance.guidance_text import Writer
from bench_gpt2_guidance.training_clips import PatchReader
from benchmark import Clip, Evidence, Explanation, Fact, stage


class GuidedCaptioner:
    """A trained module 2 and where its guidance comes from."""

    def __init__(
        self,
        generator: Generator,
        writer: Writer,
        source: GuidanceSource,
        reader: PatchReader | None,
        *,
        trained_on: Sequence[str] = (),
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Take the parts.

        Args:
            generator: trained, on its device.
            writer: the backbone's.
            source: of guidance.
            reader: of sounds; None where neither generator nor source listens.
            trained_on: what frozen weights have seen.
            facts: of how the parts came about; ``n_guidance_cut`` is added, which counts the
                captions that were written from a shortened guidance so far.
        """
        self.trained_on = tuple(trained_on)
        self.facts: dict[str, Fact] = {**(facts or {}), "n_guidance_cut": 0}
        self._n_cut = 0
        self._generator = generator.train(False)
        self._writer = writer
        self._source = source
        self._reader = reader

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        """Caption sounds at 16 kHz.

        Raises:
            DataError: a sound is needed, and it is empty or not finite.
        """
        patches = None if self._reader is None else self._reader.read(clips)
        with stage("retrieve"):
            guidance = self._source.guide(clips, patches)
        with stage("generate"):
            tokens, n_cut = self._writer.encode_guidance(guidance)
            self._n_cut += n_cut
            self.facts["n_guidance_cut"] = self._n_cut
            heard = None if patches is None else list(patches)
            rows = self._generator.write(self._generator.condition(tokens, heard))
            return [self._writer.decode(row) for row in rows]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Say which guidance captions were shown, in their order."""
        patches = None if self._reader is None else self._reader.read(clips)
        return [
            {"guidance": [Evidence(caption) for caption in captions]}
            for captions in self._source.guide(clips, patches)
        ]
