"""The frequencies of a spectrum, as a list or at equal distances of their logarithm."""

from __future__ import annotations

from math import isfinite, log10

import numpy as np

from lithiate.errors import InputError

MOST_FREQUENCIES, MOST_PER_DECADE = 10_000, 1000


def logarithmic(first: float, last: float, per_decade: int) -> tuple[float, ...]:
    """Frequencies at equal distances of their logarithm, both ends included [Hz].

    Args:
        first: lower end [Hz].
        last: upper end [Hz].
        per_decade: number per factor of ten.

    Raises:
        InputError: an end is not positive, the ends are the wrong way round, or the number is below one.
    """
    for key, value in (("--from", first), ("--to", last)):
        if not (isfinite(value) and value > 0.0):
            raise InputError(f"{key}: found {value:g} Hz; allowed: a frequency > 0")
    if last < first:
        raise InputError(f"--to: found {last:g} Hz; allowed: not below --from, {first:g} Hz")
    if not 1 <= per_decade <= MOST_PER_DECADE:
        raise InputError(f"--points-per-decade: found {per_decade}; allowed: 1 to {MOST_PER_DECADE}")
    if first == last:
        return (first,)
    count = max(round(log10(last / first) * per_decade) + 1, 2)
    return tuple(float(value) for value in np.geomspace(first, last, count))


def listed(text: str) -> tuple[float, ...]:
    """Frequencies of a list with commas between them [Hz].

    Args:
        text: for example "0.01, 1, 100".

    Raises:
        InputError: an entry is no positive number, or there are too many.
    """
    items = [item.strip() for item in text.split(",")]
    try:
        values = tuple(float(item) for item in items)
    except ValueError:
        values = ()
    if not values or not all(isfinite(value) and value > 0.0 for value in values):
        raise InputError(f'--frequencies: found "{text}"; allowed: frequencies > 0 in Hz, such as 0.01,1,100')
    if len(values) > MOST_FREQUENCIES:
        raise InputError(f"--frequencies: found {len(values)} of them; allowed: {MOST_FREQUENCIES}")
    return values
