"""Flax Studio: build, train and export neural networks on JAX and Flax, in a window or headless."""
