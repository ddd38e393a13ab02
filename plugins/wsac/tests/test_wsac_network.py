"""The decoder against plain loops, one caption and one token at a time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from bench_wsac.network import IGNORED, PrefixDecoder, pad_targets
from bench_wsac.options import CODE, PAPER
from bench_wsac.task import DecoderTask
from bench_wsac.vocabulary import GPT2_ROWS
from wsac_toy import make_lesson, plan_of

from benchmark.models.training import load_trained, train

N_PREFIXES = 64
DIM, WIDTH = 1024, 768


def count(network):
    return sum(value.numel() for value in network.parameters())


def gpt2_parameters(n_rows, n_positions, n_layers=4, width=768):
    """Tables; in each layer attention, a fourfold feed-forward part, two norms; a last norm."""
    layer = 12 * width**2 + 13 * width
    return (n_rows + n_positions) * width + n_layers * layer + 2 * width


# Form


def test_the_decoder_has_the_published_form():
    assert gpt2_parameters(GPT2_ROWS, 1024) == 67_736_832
    with torch.device("meta"):
        decoder = PrefixDecoder(DIM, GPT2_ROWS, 102, CODE)
    n_positions = 1 + 30
    assert count(decoder.mapping) == 787_200
    assert count(decoder) == 67_736_832 - (1024 - n_positions) * WIDTH + 787_200
    config = decoder.language_model.config
    assert (config.n_layer, config.n_head, config.n_embd, config.n_inner) == (4, 4, 768, None)
    assert (config.activation_function, config.layer_norm_epsilon) == ("gelu_new", 1e-5)
    assert (config.resid_pdrop, config.embd_pdrop, config.attn_pdrop) == (0.1, 0.1, 0.1)
    assert (config.initializer_range, config.tie_word_embeddings) == (0.02, True)


def test_the_papers_mapping_has_two_layers_and_the_codes_has_one():
    with torch.device("meta"):
        paper = PrefixDecoder(DIM, 30_522, 102, PAPER)
        code = PrefixDecoder(DIM, 30_522, 102, replace(PAPER, mapping="linear"))
    assert count(paper.mapping) == 787_200 + WIDTH**2 + WIDTH
    assert count(paper) - count(code) == WIDTH**2 + WIDTH
    assert count(code.language_model) == gpt2_parameters(30_522, 41)


def test_the_papers_mapping_bends_and_the_codes_is_straight():
    embeddings = torch.randn(5, 24)
    for mapping, is_straight in (("linear", True), ("mlp", False)):
        f = make_lesson(mapping=mapping).new_network().mapping
        bend = f(2 * embeddings) - 2 * f(embeddings) + f(torch.zeros(5, 24))
        assert torch.allclose(bend, torch.zeros(()), atol=1e-5) == is_straight


# Losses


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A decoder that was trained a little, so that captions differ and end."""
    lesson = make_lesson(epochs=30, width=64, n_layers=2, validation_share=0.0, max_length=20)
    folder = tmp_path_factory.mktemp("trained")
    train(DecoderTask(lesson), plan_of(lesson), folder / "checkpoint.pt", folder)
    return lesson, folder


def load(trained, **decoding):
    """Load the trained weights into a decoder that decodes in some way."""
    lesson, folder = trained
    network = replace(lesson, settings=replace(lesson.settings, **decoding)).new_network()
    load_trained(network, folder)
    return network.eval()


def plain_losses(decoder, embedding, target):
    """The cross entropy of each token, from a forward pass of its own over what stands before."""
    model = decoder.language_model
    losses = []
    for at in range(len(target)):
        read = model.transformer.wte(torch.tensor(target[:at], dtype=torch.long))
        inputs = torch.cat([decoder.mapping(embedding)[None], read])[None]
        logits = model(inputs_embeds=inputs).logits[0, -1]
        losses.append(-logits.log_softmax(0)[target[at]])
    return torch.stack(losses)


def test_losses_are_those_of_a_plain_loop_and_padding_has_none(trained):
    lesson, _ = trained
    decoder = load(trained)
    rows = [0, 2, 9, 17, 20]
    targets = [lesson.examples.targets[row] for row in rows]
    assert len({len(target) for target in targets}) > 2
    embeddings = torch.from_numpy(lesson.examples.embeddings[rows])
    with torch.no_grad():
        losses = decoder.losses(embeddings, pad_targets(targets))
        expected = torch.cat(
            [plain_losses(decoder, z, t) for z, t in zip(embeddings, targets, strict=True)]
        )
    assert len(losses) == sum(map(len, targets))
    torch.testing.assert_close(losses, expected, rtol=1e-4, atol=1e-5)


def test_more_padding_changes_neither_losses_nor_gradients(trained):
    lesson, _ = trained
    embeddings = torch.from_numpy(lesson.examples.embeddings[:4])
    padded = pad_targets(lesson.examples.targets[:4])
    more = torch.nn.functional.pad(padded, (0, 3), value=IGNORED)
    found = []
    for targets in (padded, more):
        decoder = load(trained)
        losses = decoder.losses(embeddings, targets)
        losses.mean().backward()
        found.append((losses, [value.grad for value in decoder.parameters()]))
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-6)


def test_the_end_is_a_target_and_the_start_only_if_asked():
    for start_is_target in (False, True):
        lesson = make_lesson(["a dog barks"], start_is_target=start_is_target)
        (target,) = lesson.examples.targets
        losses = lesson.new_network().losses(
            torch.from_numpy(lesson.examples.embeddings), pad_targets([target])
        )
        assert target[-1] == lesson.vocabulary.end
        assert len(losses) == 3 + 1 + start_is_target


# Decoding


def prefixes_of(decoder):
    """Embeddings between those of captions, mapped."""
    lesson = make_lesson()
    rng = np.random.default_rng(0)
    mixed = (
        rng.dirichlet(np.full(len(lesson.examples.embeddings), 0.1), N_PREFIXES)
        @ lesson.examples.embeddings
    )
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    with torch.inference_mode():
        return decoder.mapping(torch.from_numpy(mixed.astype(np.float32)))


@torch.inference_mode()
def write_plainly(decoder, prefix, end, max_length):
    """Greedy search, all that was written being read again for each token."""
    model, rows = decoder.language_model, []
    while len(rows) < max_length and end not in rows:
        read = model.transformer.wte(torch.tensor(rows, dtype=torch.long))
        logits = model(inputs_embeds=torch.cat([prefix[None], read])[None], use_cache=False).logits
        rows.append(int(logits[0, -1].argmax()))
    return rows


def spell(trained, rows):
    return [trained[0].vocabulary.decode(of_one) for of_one in rows]


def test_batched_greedy_search_writes_what_a_plain_loop_writes(trained):
    decoder, end = load(trained), trained[0].vocabulary.end
    prefixes = prefixes_of(decoder)
    expected = [write_plainly(decoder, prefix, end, 20) for prefix in prefixes]
    found = spell(trained, decoder.write(prefixes))
    assert found == spell(trained, expected)
    assert len(set(found)) >= 10
    assert len({len(caption.split()) for caption in found}) >= 3


def test_one_prefix_at_a_time_gives_what_all_at_once_give(trained):
    decoder = load(trained)
    prefixes = prefixes_of(decoder)
    alone = [spell(trained, decoder.write(prefix[None]))[0] for prefix in prefixes]
    assert alone == spell(trained, decoder.write(prefixes))


def test_what_is_written_does_not_depend_on_torchs_generator(trained):
    decoder = load(trained)
    prefixes = prefixes_of(decoder)
    torch.manual_seed(1)
    first = decoder.write(prefixes)
    torch.manual_seed(2)
    assert decoder.write(prefixes) == first


@torch.inference_mode()
def log_probability(decoder, prefix, rows):
    """Of a whole caption, its end included."""
    read = decoder.language_model.transformer.wte(torch.tensor(rows[:-1], dtype=torch.long))
    logits = decoder.language_model(inputs_embeds=torch.cat([prefix[None], read])[None]).logits[0]
    return logits.log_softmax(1)[torch.arange(len(rows)), torch.tensor(rows)].sum().item()


def up_to_end(rows, end):
    return rows[: rows.index(end) + 1] if end in rows else rows


def test_a_beam_of_four_finds_captions_that_are_no_less_likely(trained):
    greedy, end = load(trained), trained[0].vocabulary.end
    beam = load(trained, beam_size=4, length_penalty=0.0)
    prefixes = prefixes_of(greedy)
    likely = [
        [
            log_probability(greedy, prefix, up_to_end(rows, end))
            for prefix, rows in zip(prefixes, decoder.write(prefixes), strict=True)
        ]
        for decoder in (greedy, beam)
    ]
    assert np.mean(likely[1]) > np.mean(likely[0])
    assert np.less(likely[1], np.array(likely[0]) - 1e-4).mean() < 0.1


def test_the_length_penalty_makes_captions_of_a_beam_longer(trained):
    n_words = []
    for penalty in (-2.0, 3.0):
        decoder = load(trained, beam_size=4, length_penalty=penalty)
        written = spell(trained, decoder.write(prefixes_of(decoder)))
        n_words.append(sum(len(caption.split()) for caption in written))
    assert n_words[0] < n_words[1]


@pytest.mark.parametrize("beam_size", [1, 3])
def test_no_pair_of_words_comes_twice_where_that_is_forbidden(trained, beam_size):
    # Untrained, it says the same over and over again.
    lesson = replace(trained[0], settings=replace(trained[0].settings, beam_size=beam_size))
    prefixes = prefixes_of(load(trained))

    def n_repeated(network):
        written = spell(trained, network.eval().write(prefixes))
        words = [caption.split() for caption in written]
        pairs = [list(pairwise(each)) for each in words]
        return sum(len(each) - len(set(each)) for each in pairs)

    assert n_repeated(lesson.new_network()) > 0
    forbidding = replace(lesson, settings=replace(lesson.settings, no_repeat_ngram=2))
    assert n_repeated(forbidding.new_network()) == 0


def test_a_penalty_for_repetition_leaves_fewer_words_that_come_twice(trained):
    def n_repeated(penalty):
        lesson = trained[0]
        settings = replace(lesson.settings, repetition_penalty=penalty)
        network = replace(lesson, settings=settings).new_network().eval()
        written = network.write(prefixes_of(load(trained)))
        return sum(len(rows) - len(set(rows)) for rows in written)

    assert n_repeated(5.0) < n_repeated(1.0)


@pytest.mark.parametrize("max_length", [1, 4])
def test_captions_are_no_longer_than_asked(trained, max_length):
    lesson = trained[0]
    settings = replace(lesson.settings, max_length=max_length)
    network = replace(lesson, settings=settings).new_network().eval()
    written = network.write(prefixes_of(load(trained)))
    assert {len(rows) for rows in written} == {max_length}


def test_the_longest_captions_fit_the_table_of_positions():
    for max_tokens, max_length in ((30, 5), (5, 30)):
        lesson = make_lesson(
            [" ".join(["rain"] * 29), "a dog barks"], max_tokens=max_tokens, max_length=max_length
        )
        network = lesson.new_network().eval()
        embeddings = torch.from_numpy(lesson.examples.embeddings)
        losses = network.losses(embeddings, pad_targets(lesson.examples.targets))
        assert len(losses) == sum(map(len, lesson.examples.targets))
        with torch.inference_mode():
            assert len(network.write(network.mapping(embeddings))) == 2


def test_captions_that_end_at_different_times_are_written_without_a_warning(trained, caplog):
    decoder = load(trained)
    with caplog.at_level("WARNING"):
        written = decoder.write(prefixes_of(decoder))
    ends = {rows.index(trained[0].vocabulary.end) for rows in written}
    assert len(ends) >= 3
    assert not caplog.records
