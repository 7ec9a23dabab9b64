"""Networks as one writes them in Flax, to compare drawn ones with where no count was published."""

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp


class SmallAlexNet(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for features in (64, 192):
            x = nn.max_pool(nn.relu(nn.Conv(features, (3, 3))(x)), (2, 2), (2, 2))
        for features in (384, 256, 256):
            x = nn.relu(nn.Conv(features, (3, 3))(x))
        x = nn.max_pool(x, (2, 2), (2, 2)).reshape(x.shape[0], -1)
        return nn.Dense(10)(nn.relu(nn.Dense(512)(x)))


class WideBlock(nn.Module):
    features: int
    stride: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        y = nn.relu(nn.BatchNorm(use_running_average=True)(x))
        if x.shape[-1] != self.features or self.stride > 1:
            x = nn.Conv(self.features, (1, 1), self.stride, use_bias=False)(y)
        y = nn.Conv(self.features, (3, 3), self.stride, use_bias=False)(y)
        y = nn.relu(nn.BatchNorm(use_running_average=True)(y))
        return x + nn.Conv(self.features, (3, 3), use_bias=False)(y)


class WideResNet(nn.Module):
    depth: int = 4
    width: int = 4

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Conv(16, (3, 3), use_bias=False)(x)
        for stage in range(3):
            for number in range(self.depth):
                x = WideBlock(16 * 2**stage * self.width, 2 if stage and not number else 1)(x)
        x = nn.relu(nn.BatchNorm(use_running_average=True)(x))
        return nn.Dense(10)(x.mean((1, 2)))


class InceptionBlock(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        def conv(x: jax.Array, features: int, size: int) -> jax.Array:
            x = nn.Conv(features, (size, size), use_bias=False)(x)
            return nn.relu(nn.BatchNorm(use_running_average=True)(x))

        pooled = nn.max_pool(x, (3, 3), padding="SAME")
        ways = [conv(x, 64, 1), conv(conv(x, 96, 1), 128, 3), conv(conv(x, 16, 1), 32, 3), conv(pooled, 32, 1)]
        return jnp.concatenate(ways, -1)


class XceptionMiddle(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for _ in range(8):
            y = x
            for _ in range(3):
                y = nn.Conv(728, (3, 3), feature_group_count=728, use_bias=False)(nn.relu(y))
                y = nn.BatchNorm(use_running_average=True)(nn.Conv(728, (1, 1), use_bias=False)(y))
            x = x + y
        return x


class UNet(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        def double(x: jax.Array, features: int) -> jax.Array:
            for _ in range(2):
                x = nn.relu(nn.Conv(features, (3, 3))(x))
            return x

        passed = []
        for features in (64, 128, 256, 512):
            passed.append(double(x, features))
            x = nn.max_pool(passed[-1], (2, 2), (2, 2))
        x = double(x, 1024)
        for features in (512, 256, 128, 64):
            x = nn.ConvTranspose(features, (2, 2), (2, 2))(x)
            x = double(jnp.concatenate([passed.pop(), x], -1), features)
        return nn.Conv(2, (1, 1))(x)


class FCN8(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        sizes = []
        for features, depth in ((16, 2), (32, 2), (64, 3), (128, 3), (128, 3)):
            for _ in range(depth):
                x = nn.relu(nn.Conv(features, (3, 3))(x))
            x = nn.max_pool(x, (2, 2), (2, 2))
            sizes.append(x)
        x = nn.relu(nn.Conv(256, (1, 1))(nn.relu(nn.Conv(256, (7, 7))(x))))
        x = nn.Conv(21, (1, 1))(x)
        for size in (sizes[3], sizes[2]):
            x = nn.ConvTranspose(21, (4, 4), (2, 2), use_bias=False)(x) + nn.Conv(21, (1, 1))(size)
        return nn.ConvTranspose(21, (16, 16), (8, 8), use_bias=False)(x)


class Autoencoder(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> Any:
        for features in (16, 32):
            x = nn.relu(nn.Conv(features, (3, 3), (2, 2))(x))
        x = nn.Dense(32)(x.reshape(x.shape[0], -1))
        x = nn.relu(nn.Dense(7 * 7 * 32)(x)).reshape(-1, 7, 7, 32)
        for features in (32, 16):
            x = nn.relu(nn.ConvTranspose(features, (3, 3), (2, 2))(x))
        return nn.sigmoid(nn.Conv(1, (3, 3))(x))


class Mixer(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        def mlp(x: jax.Array, hidden: int) -> jax.Array:
            return nn.Dense(x.shape[-1])(nn.gelu(nn.Dense(hidden)(x)))

        x = nn.Conv(512, (16, 16), (16, 16))(x)
        x = x.reshape(x.shape[0], -1, 512)
        for _ in range(8):
            x = x + mlp(nn.LayerNorm()(x).swapaxes(1, 2), 256).swapaxes(1, 2)
            x = x + mlp(nn.LayerNorm()(x), 2048)
        return nn.Dense(1000)(nn.LayerNorm()(x).mean(1))
