"""The engine: jitted Optax steps on a TrainState, told as a generator of plain events."""
