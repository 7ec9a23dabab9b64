"""Live curves."""
