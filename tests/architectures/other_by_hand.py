"""Networks of other kinds as one writes them in Flax, to compare drawn ones with."""

from collections.abc import Sequence

import flax.linen as nn
import jax
import jax.numpy as jnp


class MLP(nn.Module):
    features: Sequence[int]

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for number, features in enumerate(self.features):
            x = nn.Dense(features)(nn.relu(x) if number else x)
        return x


class AutoEncoder(nn.Module):
    sizes: Sequence[int] = (784, 256, 32, 256)

    def setup(self) -> None:
        self.encoder = MLP(self.sizes[1:3])
        self.decoder = MLP((self.sizes[3], self.sizes[0]))

    def __call__(self, x: jax.Array) -> jax.Array:
        return nn.sigmoid(self.decoder(self.encoder(x)))


class DenoisingAutoEncoder(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        return nn.sigmoid(MLP((256, 784))(nn.relu(MLP((256, 64))(x))))


class VAE(nn.Module):
    """The variational autoencoder of Flax's examples, asked for its mean."""

    def setup(self) -> None:
        self.fc1, self.fc2_mean, self.fc2_logvar = nn.Dense(500), nn.Dense(20), nn.Dense(20)
        self.decoder = MLP((500, 784))

    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        x = nn.relu(self.fc1(x))
        mean, logvar = self.fc2_mean(x), self.fc2_logvar(x)
        return self.decoder(mean), mean, logvar


class ConditionalVAE(nn.Module):
    @nn.compact
    def __call__(self, image: jax.Array, digit: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        told = jax.nn.one_hot(digit[:, 0], 10)
        x = nn.relu(nn.Dense(256)(jnp.concatenate([image, told], -1)))
        mean, logvar = nn.Dense(8)(x), nn.Dense(8)(x)
        return MLP((256, 784))(jnp.concatenate([mean, told], -1)), mean, logvar


class Tower(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for features in (32, 64):
            x = nn.max_pool(nn.relu(nn.Conv(features, (3, 3))(x)), (2, 2), (2, 2))
        return nn.Dense(128)(x.reshape(x.shape[0], -1))


class Siamese(nn.Module):
    @nn.compact
    def __call__(self, first: jax.Array, second: jax.Array) -> jax.Array:
        tower = Tower()
        return nn.sigmoid(nn.Dense(1)(abs(tower(first) - tower(second))))


class Triplet(nn.Module):
    @nn.compact
    def __call__(self, anchor: jax.Array, positive: jax.Array, negative: jax.Array) -> tuple[jax.Array, ...]:
        tower = Tower()
        places = [tower(image) for image in (anchor, positive, negative)]
        return tuple(place / jnp.linalg.norm(place, axis=-1, keepdims=True) for place in places)


class NeuMF(nn.Module):
    @nn.compact
    def __call__(self, user: jax.Array, item: jax.Array) -> jax.Array:
        user, item = user[:, 0], item[:, 0]
        factors = nn.Embed(6_040, 8)(user) * nn.Embed(3_706, 8)(item)
        both = jnp.concatenate([nn.Embed(6_040, 32)(user), nn.Embed(3_706, 32)(item)], -1)
        both = nn.relu(MLP((32, 16, 8))(both))
        return nn.sigmoid(nn.Dense(1)(jnp.concatenate([factors, both], -1)))


class TwoTowers(nn.Module):
    @nn.compact
    def __call__(self, user: jax.Array, item: jax.Array, year: jax.Array) -> jax.Array:
        users = MLP((64, 32))(nn.Embed(1_000, 32)(user[:, 0]))
        items = MLP((64, 32))(jnp.concatenate([nn.Embed(1_700, 32)(item[:, 0]), year], -1))
        return (users * items).sum(-1)


class WideAndDeep(nn.Module):
    @nn.compact
    def __call__(self, numbers: jax.Array, job: jax.Array, crosses: jax.Array) -> jax.Array:
        deep = MLP((100, 50, 1))(jnp.concatenate([numbers, nn.Embed(15, 8)(job[:, 0])], -1))
        return nn.sigmoid(nn.Dense(1, use_bias=False)(crosses) + deep)


class DeepFM(nn.Module):
    @nn.compact
    def __call__(self, columns: jax.Array) -> jax.Array:
        rows = nn.Embed(10_000, 10)(columns)
        pairs = 0.5 * (rows.sum(1) ** 2 - (rows**2).sum(1)).sum(-1, keepdims=True)
        deep = MLP((400, 400, 400, 1))(rows.reshape(rows.shape[0], -1))
        return nn.sigmoid(nn.Embed(10_000, 1)(columns).sum(1) + pairs + deep)


class MultiTask(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        x = nn.relu(MLP((64, 64))(x))
        return MLP((32, 4))(x), MLP((32, 1))(x)


class DeepSets(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        return MLP((64, 1))(MLP((64, 64))(x).sum(1))


class AttentionMIL(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        x = nn.relu(nn.Dense(500)(x))
        weights = nn.softmax(nn.Dense(1)(jnp.tanh(nn.Dense(128)(x)) * nn.sigmoid(nn.Dense(128)(x))), 1)
        return nn.sigmoid(nn.Dense(1)((weights * x).sum(1))), weights[..., 0]


class TwoExperts(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        gate = nn.softmax(nn.Dense(2)(x))
        return sum(gate[:, i, None] * MLP((32, 5))(x) for i in range(2))  # type: ignore[return-value]


class Level(nn.Module):
    level: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        if self.level == 1:
            return nn.gelu(nn.Dense(x.shape[-1])(x))
        return x + Level(self.level - 1)(Level(self.level - 1)(x))


class Nested(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        return nn.Dense(3)(Level(5)(x))
