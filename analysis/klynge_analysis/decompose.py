"""What two causes do to an observable, and what they do together: the 2 x 2 of `klynge decompose`.

Four scenarios of one file: neither cause (base), the first alone, the second alone, both. With the values y of a replicate,
which has the same seed in all four,

    fall         = y(base) - y(both)              positive where the observable is lower with both
    first        = y(base) - y(first alone)
    second       = y(base) - y(second alone)
    interaction  = fall - first - second          what neither explains alone; below 0: the two overlap
    Shapley      = first + interaction / 2, second + interaction / 2

so that the three parts add up to the fall, and the two Shapley values do too: the mean of what a cause adds when it comes before
the other and after it. Shares are ratios of means over replicates. Intervals are over paired replicates: Student's t for parts, a
bootstrap (BCa) in which replicates are drawn whole for shares. Arrays of replicates are (n), over time (n, time).
"""
import math
import warnings
from dataclasses import dataclass

import numpy as np
from scipy import stats

from klynge_analysis.central_band import over_a_year
from klynge_analysis.commandline import USAGE, Failure
from klynge_analysis.compare import LEVEL
from klynge_analysis.ensemble import Moment

RESAMPLES, BOOTSTRAP_SEED = 9999, 2017
PARTS = ("first", "second", "interaction")
SHARES = ("shapley_first", "shapley_second")


def parts(base, first, second, both):
    """{name: array} of the fall and what it consists of, of arrays of one shape."""
    found = {"fall": base - both, "first": base - first, "second": base - second}
    found["interaction"] = found["fall"] - found["first"] - found["second"]
    for name in ("first", "second"):
        found[f"shapley_{name}"] = found[name] + found["interaction"] / 2
    return found


def mean_with_interval(values, level=LEVEL):
    """(mean, low, high), each (...), of (n, ...) by Student's t; NaN replicates are left out, NaN for fewer than two."""
    n = np.isfinite(values).sum(axis=0)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        mean, sd = np.nanmean(values, axis=0), np.nanstd(values, axis=0, ddof=1)
        half = np.where(n > 1, stats.t.ppf(0.5 + level / 2, np.maximum(n - 1, 1)) * sd / np.sqrt(n), np.nan)
    return mean, mean - half, mean + half


def share_of_fall(part, fall, level=LEVEL):
    """(share, low, high) of mean part over mean fall; NaN where the interval of the fall holds 0: a share of nothing."""
    mean, low, high = mean_with_interval(fall, level)
    if not (low > 0 or high < 0):
        return math.nan, math.nan, math.nan
    share = part.mean() / mean
    if np.ptp(part * fall.mean() - fall * part.mean()) <= 1e-12 * np.abs(part * fall.mean()).max():  # the same in every replicate
        return share, share, share

    def ratio(p, f, axis):
        return p.mean(axis=axis) / f.mean(axis=axis)
    found = stats.bootstrap((part, fall), ratio, paired=True, vectorized=True, batch=1000,
                            n_resamples=RESAMPLES, confidence_level=level, method="BCa",
                            random_state=np.random.default_rng(BOOTSTRAP_SEED))
    return share, found.confidence_interval.low, found.confidence_interval.high


@dataclass
class Decomposition:
    """Of one observable. `levels`, `parts`, `shares`: name -> (mean, low, high) at `time`; over time of arrays."""

    name: str
    unit: str
    long_name: str
    pairs: int
    time: float
    levels: dict  # by role: base, first, second, both
    parts: dict
    shares: dict  # of parts and Shapley values in the fall
    times: np.ndarray  # (time)
    levels_over_time: dict
    parts_over_time: dict


class Square:
    """The four scenarios in a file, by role, and the pairs of replicates in which all four were done."""

    def __init__(self, ensemble, names):
        self.ensemble, self.names = ensemble, names
        for a, role in enumerate(names):
            same = [other for other in list(names)[:a] if names[other] == names[role]]
            if same:
                raise Failure(USAGE, f"--{role} and --{same[0]}: both are {names[role]}, and four scenarios are needed")
        self.rows = [ensemble.index(name, role) for role, name in names.items()]
        if ensemble.n_points > 1:
            raise Failure(USAGE, f"{ensemble.path}: found {ensemble.n_points} design points, expected one")
        self.replicates = np.flatnonzero(ensemble.done[self.rows, 0].all(axis=0))
        if len(self.replicates) < 2:
            raise Failure(USAGE, f"{ensemble.path}: replicates that were done in all four scenarios: {len(self.replicates)}, and "
                                 "an interval takes 2 or more")

    def over_time(self, name):
        """(role, n, time) of an observable and its times; of a rate the mean of the last 12 months."""
        values, times = self.ensemble.history(name)
        values = values[self.rows, 0][:, self.replicates]
        if not self.ensemble.is_rate(name):
            return values, times
        ticks = min(len(times), max(1, round(1 / self.ensemble.tick)))
        return over_a_year(values, ticks)[..., ticks - 1:], times[ticks - 1:]


def decompose(square, name, at, level=LEVEL):
    """The Decomposition of an observable at a time in years."""
    ensemble = square.ensemble
    values, span = ensemble.read(name, Moment(at))
    values = values[square.rows, 0][:, square.replicates]
    if span is None or at > ensemble.time[-1] + ensemble.tick or not np.isfinite(values).all(axis=0).sum() >= 2:
        raise Failure(USAGE, f"{ensemble.path}: {name} has no value in two replicates at {at:.2f}; the file goes from "
                             f"{ensemble.time[0] - ensemble.tick:.2f} to {ensemble.time[-1]:.2f}")
    values = values[:, np.isfinite(values).all(axis=0)]
    found = parts(*values)
    history, times = square.over_time(name)
    return Decomposition(
        name, ensemble.unit(name), ensemble.long_name(name), values.shape[1], span[1],
        {role: mean_with_interval(values[k], level) for k, role in enumerate(square.names)},
        {part: mean_with_interval(v, level) for part, v in found.items()},
        {part: share_of_fall(found[part], found["fall"], level) for part in (*PARTS, *SHARES)},
        times, {role: mean_with_interval(history[k], level) for k, role in enumerate(square.names)},
        {part: mean_with_interval(v, level) for part, v in parts(*history).items()})
