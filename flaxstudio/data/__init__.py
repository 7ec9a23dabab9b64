"""Datasets: sources, columns, transforms fitted on the training split, splits and batches."""
