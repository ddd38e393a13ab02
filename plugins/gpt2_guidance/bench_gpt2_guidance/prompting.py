"""``gpt2-prompt``: the guidance captions as one text, and what GPT-2 says next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench_gpt2_guidance.backbone import load_pretrained_backbone
from bench_gpt2_guidance.continuation import Continuation
from bench_gpt2_guidance.guidance_options import resolve_retrieval
from bench_gpt2_guidance.guidance_sources import GuidanceSource, RetrievedGuidance
from bench_gpt2_guidance.mini_backbone import train_mini_backbone
from bench_gpt2_guidance.prompt_options import PROMPT_PRESETS
from bench_gpt2_guidance.retrieval import prepare_retriever
from bench_gpt2_guidance.training_clips import (
    PatchReader,
    load_worded_validation,
    require_train,
    worded_clips,
)
from bench_gpt2_guidance.validation import describe_validation
from benchmark import Clip, Evidence, Explanation, Fact, Resources, stage
from benchmark.systems import PresetOptions


class PromptedCaptioner:
    """A trained module 1, and a GPT-2 that goes on with what it finds."""

    def __init__(
        self,
        continuation: Continuation,
        source: GuidanceSource,
        reader: PatchReader,
        *,
        trained_on: Sequence[str] = (),
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Take the parts.

        Args:
            continuation: on its device.
            source: of guidance.
            reader: of sounds.
            trained_on: what frozen weights have seen.
            facts: of how the parts came about; ``n_guidance_cut`` is added, which counts the
                captions that were written from a shortened prompt so far.
        """
        self.trained_on = tuple(trained_on)
        self.facts: dict[str, Fact] = {**(facts or {}), "n_guidance_cut": 0}
        self._n_cut = 0
        self._continuation = continuation
        self._source = source
        self._reader = reader

    def caption(self, clips: Sequence[Clip]) -> list[str]:
        """Caption sounds at 16 kHz.

        Raises:
            DataError: a sound is empty or not finite.
        """
        patches = self._reader.read(clips)
        with stage("retrieve"):
            guidance = self._source.guide(clips, patches)
        with stage("generate"):
            prompts = [self._continuation.prompt(captions) for captions in guidance]
            self._n_cut += sum(prompt.n_left_out > 0 for prompt in prompts)
            self.facts["n_guidance_cut"] = self._n_cut
            return [self._continuation.write(prompt) for prompt in prompts]

    def explain(self, clips: Sequence[Clip]) -> list[Explanation]:
        """Say which captions were found, and the text that was gone on with."""
        guidance = self._source.guide(clips, self._reader.read(clips))
        return [
            {
                "guidance": [Evidence(caption) for caption in captions],
                "prompt": [Evidence(self._continuation.prompt(captions).text)],
            }
            for captions in guidance
        ]


def prepare_prompted(resources: Resources, options: PresetOptions) -> PromptedCaptioner:
    """Prepare ``gpt2-prompt``: retrieval is trained as for ``gpt2-guid``, and nothing else.

    The backbone ``mini`` learns the captions' language first, as it does there.

    Raises:
        DataError: there is too little to learn from.
        MissingWeightsError: backbone, encoder or BERTScore's model is not on this machine.
        UsageError: an option cannot be met, or a training did not stay finite.
        MachineError: the cache cannot be written.
    """
    train = require_train(resources.train)
    preset, chosen = PROMPT_PRESETS.resolve(options, train.dataset)
    settings = chosen.among(preset)
    backbone = load_pretrained_backbone(settings)
    triplets = resolve_retrieval(settings, preset)
    retriever = prepare_retriever(resources, triplets)
    reader = retriever.reader
    source = RetrievedGuidance(
        retriever, settings.k_guidance, resources.seed, shuffled=settings.guidance_shuffled
    )
    if backbone is None:
        captions, _ = worded_clips(train, retriever.training_clips)
        others = load_worded_validation(resources.validation, reader)
        backbone = train_mini_backbone(
            captions, settings, resources, validation=None if others is None else others.captions
        )
    continuation = Continuation(backbone, settings, resources.device)
    facts: dict[str, Fact] = {
        "preset": preset,
        "encoder": reader.encoder.name,
        "backbone": backbone.name,
        "k_guidance": settings.k_guidance,
        "guidance_shuffled": settings.guidance_shuffled,
        "validation": describe_validation(resources.validation, triplets.validation_share),
        "n_training_clips": len(retriever.training_clips),
        "n_parameters_frozen": continuation.n_parameters,
        "retrieval_weights": retriever.weights,
    }
    seen = (*reader.encoder.trained_on, *backbone.trained_on)
    return PromptedCaptioner(continuation, source, reader, trained_on=seen, facts=facts)
