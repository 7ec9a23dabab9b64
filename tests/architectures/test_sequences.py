"""Networks for sequences, drawn: as many params as published, or the same shapes as a network written by hand."""

import functools

import jax
import jax.numpy as jnp

from flaxstudio.codegen.module import build_module

from . import sequence_by_hand as by_hand
from .judging import QUICKLY, judge, judge_like
from .sequence_convolutional import tcn, text_cnn, wavenet
from .sequence_recurrent import (
    bidirectional_lstm,
    frame_predictor,
    gru_tagger,
    lstm_classifier,
    seq2seq,
    seq2seq_with_attention,
    stacked_gru,
)
from .sequence_transformers import bert, decoder, encoder, gpt2, transformer

quickly = functools.partial(jax.jit, compiler_options=QUICKLY)


def test_the_transformer_s_encoder_has_18_914_304_params() -> None:
    judge(encoder(), 18_914_304)


def test_the_transformer_s_decoder_has_25_224_192_params() -> None:
    judge(decoder(), 25_224_192)


def test_the_base_transformer_has_63_082_496_params() -> None:
    judge(transformer(), 63_082_496)


def test_bert_base_has_109_482_240_params() -> None:
    judge(bert(), 109_482_240)


def test_gpt_2_small_has_124_439_808_params() -> None:
    judge(gpt2(), 124_439_808)


def test_scanned_gpt_2_small_has_124_439_808_params() -> None:
    judge(gpt2(is_scanned=True), 124_439_808)


def test_a_scanned_gpt_is_the_one_written_by_hand() -> None:
    judge_like(
        gpt2(vocabulary=97, features=16, depth=3, heads=4, length=8, places=32, is_scanned=True),
        by_hand.ScannedGPT(97, 16, 3, 4, 32),
    )


def test_gpt_2_foretells_nothing_from_what_comes_later() -> None:
    module = build_module(gpt2(vocabulary=97, features=16, depth=1, heads=4, length=8, places=8).source())
    tokens = jnp.arange(8)[None] % 5
    before, variables = quickly(module.init_with_output)(jax.random.key(0), tokens)
    after = quickly(module.apply)(variables, tokens.at[0, 5].set(90))
    is_same = jnp.isclose(before, after, atol=1e-6).all(-1)[0]
    assert is_same.tolist() == [True] * 5 + [False] * 3


def test_a_decoder_sees_all_of_its_memory_but_the_padding() -> None:
    drawing = decoder(depth=1, length=4)
    module = build_module(drawing.source())
    x, memory = (jax.random.normal(jax.random.key(n), (1, 4, 512)) for n in (0, 1))
    tokens, read = jnp.ones((1, 4), int), jnp.array([[1, 1, 1, 0]])
    before, variables = quickly(module.init_with_output)(jax.random.key(0), x, memory, tokens, read)
    padded = quickly(module.apply)(variables, x, memory.at[0, 3].add(1.0), tokens, read)
    seen = quickly(module.apply)(variables, x, memory.at[0, 2].add(1.0), tokens, read)
    assert jnp.allclose(padded, before, atol=1e-5)
    assert not jnp.isclose(seen, before, atol=1e-3).all(-1).any()


def test_the_lstm_for_film_reviews_has_2_691_713_params() -> None:
    judge(lstm_classifier(), 2_691_713)


def test_the_bidirectional_lstms_for_film_reviews_have_2_757_761_params() -> None:
    judge(bidirectional_lstm(), 2_757_761)


def test_a_bidirectional_gru_that_tags_words_is_the_one_written_by_hand() -> None:
    judge_like(gru_tagger(), by_hand.GRUTagger())


def test_stacked_grus_are_those_written_by_hand() -> None:
    judge_like(stacked_gru(), by_hand.StackedGRU())


def test_a_translator_is_the_one_written_by_hand() -> None:
    judge_like(seq2seq(), by_hand.Seq2Seq())


def test_a_translator_that_looks_back_is_the_one_written_by_hand() -> None:
    judge_like(seq2seq_with_attention(), by_hand.AttentionSeq2Seq())


def test_a_decoder_s_words_depend_on_what_the_encoder_read() -> None:
    module = build_module(seq2seq(50, 40, features=8, length=6).source())
    source, target = jnp.arange(6)[None], jnp.arange(6)[None]
    before, variables = quickly(module.init_with_output)(jax.random.key(0), source, target)
    assert not jnp.allclose(before, quickly(module.apply)(variables, source + 9, target))


def test_conv_lstms_that_foretell_pictures_are_those_written_by_hand() -> None:
    judge_like(frame_predictor(), by_hand.FramePredictor())


def test_text_cnn_is_the_one_written_by_hand() -> None:
    judge_like(text_cnn(), by_hand.TextCNN())


def test_wavenet_is_the_one_written_by_hand() -> None:
    judge_like(wavenet(), by_hand.WaveNet())


def test_a_temporal_convolutional_network_is_the_one_written_by_hand() -> None:
    judge_like(tcn(), by_hand.TCN())


def test_wavenet_hears_so_many_steps_back_and_none_ahead() -> None:
    module = build_module(wavenet(depth=3, length=16).source())
    sound = jax.random.normal(jax.random.key(1), (1, 16, 1))
    before, variables = quickly(module.init_with_output)(jax.random.key(0), sound)
    after = quickly(module.apply)(variables, sound.at[0, 4].add(1.0))
    reach = 1 + 1 + 2 + 4  # of the first convolution and three dilated ones
    is_same = jnp.isclose(before, after, atol=1e-6).all(-1)[0]
    assert is_same.tolist() == [True] * 4 + [False] * (reach + 1) + [True] * (16 - 4 - reach - 1)
