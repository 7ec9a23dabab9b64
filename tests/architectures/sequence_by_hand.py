"""Networks for sequences as one writes them in Flax, to compare drawn ones with where no count was published."""

import functools

import flax.linen as nn
import jax
import jax.numpy as jnp


class GRUTagger(nn.Module):
    @nn.compact
    def __call__(self, words: jax.Array) -> jax.Array:
        x = nn.Embed(10_000, 100)(words)
        both = nn.Bidirectional(nn.RNN(nn.GRUCell(100)), nn.RNN(nn.GRUCell(100)))
        return nn.Dense(17)(both(x, seq_lengths=(words > 0).sum(-1)))


class StackedGRU(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for _ in range(3):
            x = nn.RNN(nn.GRUCell(32))(x)
        return nn.Dense(1)(x[:, -1])


class Seq2Seq(nn.Module):
    features: int = 256

    def setup(self) -> None:
        self.source_embedding = nn.Embed(8_000, self.features)
        self.target_embedding = nn.Embed(6_000, self.features)
        self.encoder = nn.RNN(nn.LSTMCell(self.features), return_carry=True)
        self.decoder = nn.RNN(nn.LSTMCell(self.features))
        self.words = nn.Dense(6_000)

    def __call__(self, source: jax.Array, target: jax.Array) -> jax.Array:
        carry, _ = self.encoder(self.source_embedding(source))
        return self.words(self.decoder(self.target_embedding(target), initial_carry=carry))


class AttentionSeq2Seq(nn.Module):
    @nn.compact
    def __call__(self, source: jax.Array, target: jax.Array) -> jax.Array:
        carry, read = nn.RNN(nn.GRUCell(128), return_carry=True)(nn.Embed(8_000, 128)(source))
        y = nn.RNN(nn.GRUCell(128))(nn.Embed(8_000, 128)(target), initial_carry=carry)
        context = jax.nn.softmax(y @ read.swapaxes(1, 2)) @ read
        return nn.Dense(8_000)(jnp.tanh(nn.Dense(128)(jnp.concatenate([context, y], -1))))


class FramePredictor(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for size in (5, 3, 1):
            x = nn.RNN(nn.ConvLSTMCell(64, (size, size)))(x)
            x = nn.BatchNorm(use_running_average=True)(x)
        return nn.sigmoid(nn.Conv(1, (3, 3, 3))(x))


class TextCNN(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Embed(20_000, 300)(x)
        return nn.Dense(2)(jnp.concatenate([nn.relu(nn.Conv(100, (n,), padding="VALID")(x)).max(1) for n in (3, 4, 5)], -1))


class WaveNet(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Conv(32, (2,), padding="CAUSAL")(x)
        skips = jnp.zeros(())
        for dilation in (2**n for n in range(10)):
            conv = functools.partial(nn.Conv, 32, (2,), padding="CAUSAL", kernel_dilation=dilation)
            y = jnp.tanh(conv()(x)) * nn.sigmoid(conv()(x))
            x, skips = x + nn.Conv(32, (1,))(y), skips + nn.Conv(64, (1,))(y)
        return nn.Conv(256, (1,))(nn.relu(nn.Conv(64, (1,))(nn.relu(skips))))


class TCN(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Conv(25, (1,))(x)
        for dilation in (2**n for n in range(8)):
            y = x
            for _ in range(2):
                y = nn.relu(nn.WeightNorm(nn.Conv(25, (7,), padding="CAUSAL", kernel_dilation=dilation))(y))
            x = nn.relu(x + y)
        return nn.Dense(10)(x[:, -1])


class GPTLayer(nn.Module):
    heads: int

    @nn.compact
    def __call__(self, x: jax.Array, mask: jax.Array) -> tuple[jax.Array, None]:
        x = x + nn.MultiHeadDotProductAttention(self.heads)(nn.LayerNorm()(x), mask=mask)
        y = nn.gelu(nn.Dense(4 * x.shape[-1])(nn.LayerNorm()(x)))
        return x + nn.Dense(x.shape[-1])(y), None


class ScannedGPT(nn.Module):
    """A GPT whose layers are one, run through by nn.scan and computed again in the backward pass."""

    words: int
    features: int
    depth: int
    heads: int
    places: int

    @nn.compact
    def __call__(self, tokens: jax.Array) -> jax.Array:
        table = nn.Embed(self.words, self.features)
        places = self.param("places", nn.initializers.normal(0.02), (self.places, self.features))
        x = table(tokens) + places[: tokens.shape[1]]
        layers = nn.scan(
            nn.remat(GPTLayer), {"params": 0}, split_rngs={"params": True}, in_axes=(nn.broadcast,), length=self.depth
        )
        x, _ = layers(self.heads)(x, nn.make_causal_mask(tokens))
        return table.attend(nn.LayerNorm()(x))
