"""The layer editor: scene, items and gestures."""
