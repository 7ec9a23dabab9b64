"""Judging a trained model: metrics of a split, predictions for new data."""
