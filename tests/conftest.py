"""Keeps the tests away from the accelerators and settings of the machine they run on."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
