"""Bands over replicates, and means of twelve months for what happens at a rate, since single months jump with each gathering."""
import warnings

import numpy as np

CENTRAL = 0.95


def band(values, level=CENTRAL):
    """(3, ...): lower end, median and upper end of the central `level` of values (replicate, ...); NaN where nothing is known."""
    if not len(values):
        return np.full((3, *values.shape[1:]), np.nan)
    per_cent = (50 - 50 * level, 50, 50 + 50 * level)
    if np.isfinite(values).all():
        return np.percentile(values, per_cent, axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a time at which nothing is known
        return np.nanpercentile(values, per_cent, axis=0)


def over_a_year(values, ticks):
    """Mean of the last `ticks` values along the last axis; NaN until there are so many, or where one is missing."""
    sums = np.cumsum(np.concatenate([np.zeros_like(values[..., :1]), values], axis=-1), axis=-1)
    means = (sums[..., ticks:] - sums[..., :-ticks]) / ticks
    return np.concatenate([np.full_like(values[..., :ticks - 1], np.nan), means], axis=-1)
