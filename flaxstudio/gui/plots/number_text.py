"""Numbers as plots and tiles write them."""

import math


def power_text(value: float) -> str:
    """Return a number of a logarithmic axis: 1,000 and 0.01 in full, 1e-07 in short."""
    return f"{value:,.6g}" if 1e-4 <= value < 1e7 else f"{value:.1g}"


def value_text(value: float) -> str:
    """Return a loss or metric with four significant digits."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    if value and not 1e-4 <= size < 1e6:
        return f"{value:.3e}"
    return f"{value:#,.4g}".rstrip(".") if size < 1e4 else f"{value:,.0f}"


def share_text(value: float) -> str:
    """Return a share as a percentage of one decimal: 97.8 %."""
    return f"{100 * value:.1f} %"
