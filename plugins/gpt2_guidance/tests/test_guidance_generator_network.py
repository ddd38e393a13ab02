from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from bench_gpt2_guidance.generator_network import Generator
from bench_gpt2_guidance.guidance_options import GUIDANCE_PAPER
from guidance_toy_gpt2 import QUICK_GUIDANCE
from test_guidance_cross_attention import as_torch
from transformers import GPT2Config, GPT2Model

END = 40
N_CLIPS = 32


def make_generator(patch_width=5, width=16, seed=0, **options):
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=41,
        n_positions=64,
        n_embd=width,
        n_layer=2,
        n_head=2,
        initializer_range=0.6,
        bos_token_id=END,
        eos_token_id=END,
    )
    settings = replace(QUICK_GUIDANCE, **{"dropout": 0.0, "max_length": 12, **options})
    return Generator(GPT2Model(config), END, patch_width, settings)


@pytest.fixture(scope="module")
def inputs():
    """Guidance and patches of several lengths."""
    rng = np.random.default_rng(0)
    guidance = [rng.integers(0, END, rng.integers(1, 20)).tolist() for _ in range(N_CLIPS)]
    patches = [rng.normal(size=(rng.integers(1, 6), 5)).astype(np.float32) for _ in range(N_CLIPS)]
    return guidance, patches


def logits_of(generator, tokens, conditions):
    with torch.no_grad():
        return generator(torch.tensor(tokens), **conditions).logits


def up_to_end(row):
    return row[: row.index(END)] if END in row else row


# ---- form --------------------------------------------------------------------------------------


def test_the_papers_sizes_follow_from_its_formulas():
    with torch.device("meta"):
        generator = Generator(GPT2Model(GPT2Config()), 50_256, 128, GUIDANCE_PAPER)
    sizes = {"trained": 0, "frozen": 0}
    for value in generator.parameters():
        sizes["trained" if value.requires_grad else "frozen"] += value.numel()
    attention, narrow = 4 * (768 * 768 + 768), 4 * (60 * 60 + 60)
    branch = (768 * 60 + 60) + (128 * 60 + 60) + narrow + (60 * 768 + 768)
    head = 768 * 50_257
    layer = 12 * 768 * 768 + 13 * 768  # of GPT-2: attention, feed-forward, two norms
    backbone = (50_257 + 1024) * 768 + 12 * layer + 2 * 768
    assert sizes == {"trained": attention + branch + head, "frozen": backbone}
    assert backbone == 124_439_808
    assert (generator.guidance.n_heads, generator.audio.attention.n_heads) == (12, 6)


def test_states_are_combined_as_equations_11_to_13_say(inputs):
    generator = make_generator()
    guidance, patches = inputs[0][0], inputs[1][0]
    tokens = torch.tensor([[END, 3, 7, 9]])
    with torch.no_grad():
        reference, read = (
            generator.backbone(ids).last_hidden_state for ids in (torch.tensor([guidance]), tokens)
        )
        states, _ = as_torch(generator.guidance)(read, reference, reference)
        narrow = generator.audio.narrow_patches(torch.from_numpy(patches)[None])
        heard, _ = as_torch(generator.audio.attention)(
            generator.audio.narrow_states(states), narrow, narrow
        )
        expected = generator.head(states + generator.audio.up(heard))
    found = logits_of(generator, tokens.tolist(), generator.condition([guidance], [patches]))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_without_an_audio_branch_the_sound_does_not_matter(inputs):
    generator = make_generator(patch_width=None)
    assert generator.audio is None
    conditions = generator.condition(inputs[0])
    assert not [name for name in conditions if name.startswith("audio")]
    assert torch.equal(
        logits_of(generator, [[END, 1]] * N_CLIPS, conditions),
        logits_of(generator, [[END, 1]] * N_CLIPS, generator.condition(*inputs)),
    )


def test_an_audio_branch_without_patches_is_an_error(inputs):
    with pytest.raises(ValueError, match="needs patches"):
        make_generator().condition(inputs[0])


def test_residual_sublayers_add_their_queries_and_norm(inputs):
    generator = make_generator(patch_width=None, sublayers="residual")
    conditions = generator.condition(inputs[0][:1])
    with torch.no_grad():
        generator.guidance.out.weight.zero_()
        read = generator.backbone(torch.tensor([[END, 4]])).last_hidden_state
        expected = generator.head(generator.norm(read))
    torch.testing.assert_close(logits_of(generator, [[END, 4]], conditions), expected)


def test_the_output_layer_starts_as_the_backbones_and_is_not_tied_to_it():
    generator = make_generator()
    assert torch.equal(generator.head.weight, generator.backbone.wte.weight)
    assert generator.head.weight is not generator.backbone.wte.weight
    drawn = make_generator(head_start="random").head.weight
    assert drawn.std().item() == pytest.approx(QUICK_GUIDANCE.initial_std, rel=0.1)


# ---- training ----------------------------------------------------------------------------------


def test_gradients_reach_attentions_branch_and_head_and_nothing_else(inputs):
    generator = make_generator().train()
    conditions = generator.condition(inputs[0][:3], inputs[1][:3])
    generator.losses([[1, 2, END], [3, END], [4, 5, 6]], conditions).mean().backward()
    with_gradient = {name for name, value in generator.named_parameters() if value.grad is not None}
    trained = {name for name, _ in generator.named_parameters() if "backbone" not in name}
    assert with_gradient == trained
    assert {name.split(".")[0] for name in trained} == {"guidance", "audio", "head"}
    for name, value in generator.named_parameters():
        # A bias of keys moves all scores of a query alike, and so no weight.
        if name in trained and not name.endswith("key.bias"):
            assert value.grad.abs().sum() > 0, name


def test_the_backbone_stays_without_dropout_in_training(inputs):
    generator = make_generator(dropout=0.5).train()
    assert generator.guidance.training
    assert not any(module.training for module in generator.backbone.modules())
    first, second = (
        generator.condition(inputs[0][:2], inputs[1][:2])["guidance_keys"] for _ in range(2)
    )
    assert torch.equal(first, second)
    assert generator.eval().guidance.training is False


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_losses_are_those_of_the_logits_without_padding(inputs, smoothing):
    generator = make_generator(label_smoothing=smoothing)
    captions = [[1, 2, 3, END], [4, END], [5, 6, 7]]
    conditions = generator.condition(inputs[0][:3], inputs[1][:3])
    losses = generator.losses(captions, conditions)
    expected = []
    for row, caption in enumerate(captions):
        of_row = {name: value[row : row + 1] for name, value in conditions.items()}
        (logits,) = logits_of(generator, [[END, *caption[:-1]]], of_row)
        log_p = logits.log_softmax(1)
        plain = -log_p[range(len(caption)), caption]
        expected.append((1 - smoothing) * plain - smoothing * log_p.mean(1))
    torch.testing.assert_close(losses, torch.cat(expected), atol=1e-4, rtol=1e-4)


def test_a_clips_losses_do_not_depend_on_its_batch(inputs):
    generator = make_generator()
    captions = [[3, 1, END], [2] * 11, [9, END]]
    together = generator.losses(captions, generator.condition(inputs[0][:3], inputs[1][:3]))
    alone = generator.losses(captions[2:], generator.condition(inputs[0][2:3], inputs[1][2:3]))
    torch.testing.assert_close(together[-2:], alone, atol=1e-5, rtol=1e-4)


# ---- decoding ----------------------------------------------------------------------------------


def recomputed_greedily(generator, guidance, patches):
    """Read everything anew for each token."""
    tokens = [END]
    while len(tokens) <= generator.generation_config.max_new_tokens:
        conditions = generator.condition([guidance], [patches])
        tokens.append(int(logits_of(generator, [tokens], conditions)[0, -1].argmax()))
        if tokens[-1] == END:
            break
    return up_to_end(tokens[1:])


def test_one_beam_writes_what_a_loop_that_recomputes_everything_does(inputs):
    generator = make_generator(beam_size=1)
    written = generator.write(generator.condition(*inputs))
    expected = [recomputed_greedily(generator, *pair) for pair in zip(*inputs, strict=True)]
    assert [up_to_end(row) for row in written] == expected
    assert len({tuple(row) for row in expected}) > N_CLIPS / 2  # guidance and sound matter


@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_cache_changes_no_token(inputs, beam_size):
    generator = make_generator(beam_size=beam_size)
    conditions = generator.condition(*inputs)
    cached = generator.write(conditions)
    generator.generation_config.use_cache = False
    assert generator.write(conditions) == cached


@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_backbone_reads_each_token_once_and_the_guidance_never_again(inputs, beam_size):
    generator = make_generator(beam_size=beam_size)
    conditions = generator.condition(*inputs)
    shapes, projections = [], []
    generator.backbone.register_forward_pre_hook(
        lambda _, arguments: shapes.append(tuple(arguments[0].shape))
    )
    for projected in (generator.guidance.key, generator.audio.attention.value):
        projected.register_forward_hook(lambda *_: projections.append(1))
    generator.write(conditions)
    assert set(shapes) == {(N_CLIPS * beam_size, 1)}
    assert not projections


def plain_beam_search(generator, guidance, patches, n_beams):
    """Search as transformers does (early_stopping=False), one clip, no cache, plain lists."""
    limit = generator.generation_config.max_new_tokens
    penalty = generator.generation_config.length_penalty
    (conditions,) = [generator.condition([guidance], [patches])]
    beams, ended = [([END], 0.0)], []
    for length in range(1, limit + 1):
        grown = []
        for tokens, score in beams:
            log_p = logits_of(generator, [tokens], conditions)[0, -1].log_softmax(0)
            grown += [([*tokens, at], score + value) for at, value in enumerate(log_p.tolist())]
        grown.sort(key=lambda beam: -beam[1])
        ended += [
            (tokens, score / length**penalty)
            for tokens, score in grown[:n_beams]
            if tokens[-1] == END or length == limit
        ]
        ended = sorted(ended, key=lambda beam: -beam[1])[:n_beams]
        beams = [beam for beam in grown[: 2 * n_beams] if beam[0][-1] != END][:n_beams]
        best_possible = beams[0][1] / length**penalty
        if len(ended) == n_beams and ended[-1][1] >= best_possible:
            break
    return up_to_end(ended[0][0][1:])


@pytest.mark.parametrize("length_penalty", [0.0, 1.0, 2.0])
def test_four_beams_write_what_a_plain_search_finds(inputs, length_penalty):
    generator = make_generator(beam_size=4, max_length=6, length_penalty=length_penalty)
    written = generator.write(generator.condition(*inputs))
    expected = [plain_beam_search(generator, *pair, 4) for pair in zip(*inputs, strict=True)]
    assert [up_to_end(row) for row in written] == expected


@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_batch_of_one_is_written_as_in_a_batch_of_thirty_two(inputs, beam_size):
    generator = make_generator(beam_size=beam_size)
    together = generator.write(generator.condition(*inputs))
    for row, (guidance, patches) in enumerate(zip(*inputs, strict=True)):
        (alone,) = generator.write(generator.condition([guidance], [patches]))
        assert up_to_end(alone) == up_to_end(together[row])


def test_more_beams_find_likelier_captions(inputs):
    def score(generator, rows):
        captions = [[*up_to_end(row), END] for row in rows]
        losses = generator.losses(captions, generator.condition(*inputs))
        return [part.mean().item() for part in losses.split([len(c) for c in captions])]

    greedy = make_generator(beam_size=1, label_smoothing=0.0)
    searching = make_generator(beam_size=4, label_smoothing=0.0)
    first = np.mean(score(greedy, greedy.write(greedy.condition(*inputs))))
    best = np.mean(score(searching, searching.write(searching.condition(*inputs))))
    assert best < first


def test_no_caption_is_longer_than_its_limit(inputs):
    generator = make_generator(max_length=3)
    with torch.no_grad():
        generator.head.weight[END] = 0
    assert {len(row) for row in generator.write(generator.condition(*inputs))} <= {1, 2, 3}
