"""Networks that squeeze and draw: autoencoders with methods of their own, plain, denoising, variational, conditional."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block

from .judging import Drawing, sketch


def autoencoder(pixels: int = 784, latents: int = 32) -> Drawing:
    """Return an autoencoder that can also encode and decode by themselves."""
    mlp = _mlp()
    s = sketch(mlp)
    z = s.add("MLP", s.add("Input", shape=(pixels,)), hidden=256, features=latents, name="encoder")
    s.add("Output", s.add("sigmoid", s.add("MLP", z, hidden=256, features=pixels, name="decoder")))
    s.add("Output", z, method="encode")
    latent = s.add("Input", shape=(latents,), name="latent")
    s.add("Output", s.add("sigmoid", s.add("MLP", latent, shares="decoder")), method="decode")
    return Drawing(s.graph(), (mlp,), "AutoEncoder")


def denoising_autoencoder(pixels: int = 784, latents: int = 64) -> Drawing:
    """Return an autoencoder that is given noise in training and learns to take it away."""
    s = sketch()
    x = s.add("GaussianNoise", s.add("Input", shape=(pixels,)), stddev=0.3)
    x = s.chain(x, ("Dense", {"features": 256}), "relu", ("Dense", {"features": latents}), "relu")
    x = s.chain(x, ("Dense", {"features": 256}), "relu", ("Dense", {"features": pixels}))
    s.add("Output", s.add("sigmoid", x))
    return Drawing(s.graph(), name="DenoisingAutoEncoder")


def vae(pixels: int = 784, hidden: int = 500, latents: int = 20) -> Drawing:
    """Return the variational autoencoder of Flax's examples: it draws with the key “sample”; encode and generate are methods."""
    encoder, decoder = _encoder(hidden, latents), _mlp("Decoder")
    s = sketch(encoder, decoder)
    s.add("Encoder", s.add("Input", shape=(pixels,)), name="encoder")
    mean, log_variance = Port("encoder", "output_1"), Port("encoder", "output_2")
    z = s.add("GaussianSample", mean, log_variance)
    s.add("Output", s.add("Decoder", z, hidden=hidden, features=pixels, name="decoder"))
    s.add("Output", mean)
    s.add("Output", log_variance)
    s.add("Output", mean, method="encode")
    s.add("Output", log_variance, method="encode")
    latent = s.add("Input", shape=(latents,), name="latent")
    s.add("Output", s.add("sigmoid", s.add("Decoder", latent, shares="decoder")), method="generate")
    return Drawing(s.graph(), (encoder, decoder), "VAE")


def conditional_vae(pixels: int = 784, classes: int = 10, latents: int = 8) -> Drawing:
    """Return a variational autoencoder that is told the digit, going in and coming out."""
    s = sketch()
    image = s.add("Input", shape=(pixels,), name="image")
    digit = s.add("Input", shape=(1,), dtype="int32", name="digit")
    told = s.add("Flatten", s.add("OneHot", digit, num_classes=classes))
    x = s.add("relu", s.add("Dense", s.add("Concatenate", image, told), features=256, name="hidden"))
    mean = s.add("Dense", x, features=latents, name="mean")
    log_variance = s.add("Dense", x, features=latents, name="log_variance")
    z = s.add("Concatenate", s.add("GaussianSample", mean, log_variance), told)
    x = s.add("relu", s.add("Dense", z, features=256, name="decoder_hidden"))
    s.add("Output", s.add("Dense", x, features=pixels, name="pixels"))
    s.add("Output", mean)
    s.add("Output", log_variance)
    return Drawing(s.graph(), name="ConditionalVAE")


def _mlp(name: str = "MLP") -> Block:
    s = sketch(fields=[Field("hidden", "Dense.features", 256), Field("features", "Dense.features", 64)])
    x = s.add("Dense", s.add("Input", shape=(784,)), features=Formula("hidden"))
    s.add("Output", s.add("Dense", s.add("relu", x), features=Formula("features")))
    return s.block(name)


def _encoder(hidden: int, latents: int) -> Block:
    s = sketch()
    x = s.add("relu", s.add("Dense", s.add("Input", shape=(784,)), features=hidden))
    s.add("Output", s.add("Dense", x, features=latents, name="mean"))
    s.add("Output", s.add("Dense", x, features=latents, name="log_variance"))
    return s.block("Encoder", "Gives the mean and the logarithm of the variance.")
