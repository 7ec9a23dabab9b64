"""What is saved and how it changes. Standard library, numpy, msgpack and msgspec only: no jax, no Qt."""
