"""Choosing among noisy points with several objectives: who is clearly dominated, how replicates are allocated, the Pareto set.

Knows nothing of clusters: `values` is (point, replicate, objective), each objective turned so that more is better, NaN where a
replicate failed. Replicate r has the same random numbers at every point, so that points are compared by paired differences.
"""
import dataclasses

import numpy as np
from scipy import stats

LEVEL = 0.05  # of dropping any point wrongly
RESAMPLES = 1000


def doublings(start, most):
    """Numbers of replicates at which points are looked at: start, 2 start, ..., most."""
    found = [start]
    while found[-1] < most:
        found.append(min(2 * found[-1], most))
    return found


def clearly_dominated(values, level):
    """(point) number of the point that is better in every objective, each by a one-sided paired t test at `level`; -1: none is.

    All of the objectives have to be significant, so that no correction for their number is due (intersection-union test)."""
    n, beaten = len(values), np.full(len(values), -1)
    for p in range(n):
        difference = values - values[p]  # (point, replicate, objective)
        kept = np.isfinite(difference).all(axis=2, keepdims=True)
        count = kept.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(kept, difference, 0).sum(axis=1) / count
            error = np.sqrt(np.where(kept, (difference - mean[:, None]) ** 2, 0).sum(axis=1) / (count - 1) / count)
            low = mean - stats.t.ppf(1 - level, np.maximum(count - 1, 1)) * error
        better = (low > 0).all(axis=1) & (count[:, 0] > 1)
        if better.any():
            beaten[p] = int(np.argmax(np.where(better, np.where(np.isfinite(low), low, -np.inf).min(axis=1), -np.inf)))
    return beaten


@dataclasses.dataclass
class Allocation:
    """What was sampled: for each point its values (replicate, objective), and for those dropped by which point, and when."""
    values: list
    beaten_by: np.ndarray  # (point) -1: in to the end
    replicates: np.ndarray  # (point) how many it got
    rounds: list  # (replicates, points that ran)

    @property
    def alive(self):
        return np.flatnonzero(self.beaten_by < 0)


def allocate(sample, n_points, start, most, keep=(), level=LEVEL, say=lambda text: None):
    """Replicates where they decide. Every point gets `start` replicates; a point that another one clearly dominates is dropped; the
    replicates of the rest are doubled, up to `most`.

    sample(points, n) -> (point, n, objective): the first n replicates. keep: points that always run on, to compare with. The level
    is Bonferroni's: `level` over all ordered pairs of points and all rounds but the last, which decides on no replicates, so that
    with probability 1 - level or more no point is dropped that is not dominated.
    """
    steps = doublings(start, most)
    each = level / (n_points * max(1, n_points - 1) * len(steps))
    values, beaten_by = [None] * n_points, np.full(n_points, -1)
    replicates, rounds = np.zeros(n_points, dtype=int), []
    for n in steps:
        running = np.array([p for p in range(n_points) if beaten_by[p] < 0 or p in keep])
        say(f"{len(running)} points, {n} replicates")
        found = sample(running, n)
        rounds.append((n, len(running)))
        for p, those in zip(running, found):
            values[p], replicates[p] = those, n
        rivals = np.flatnonzero(beaten_by[running] < 0)
        dominated = clearly_dominated(found[rivals], each)
        for k in np.flatnonzero(dominated >= 0):
            beaten_by[running[rivals[k]]] = running[rivals[dominated[k]]]
        if (beaten_by < 0).sum() < 2:
            break
    return Allocation(values, beaten_by, replicates, rounds)


def nondominated(means):
    """(point) is there no other point that is as good in every objective and better in one? means (point, objective)."""
    as_good = (means[:, None] >= means[None]).all(axis=2)
    better = (means[:, None] > means[None]).any(axis=2)
    return ~(as_good & better).any(axis=0)


def pareto(values, rng=None):
    """((point) in the Pareto set of the means?, (point) share of resamples of the replicates in which it is). Points have equally
    many replicates; those in which any point failed are left out."""
    whole = values[:, np.isfinite(values).all(axis=(0, 2))]
    rng = rng or np.random.default_rng(1)
    n = whole.shape[1]
    counts = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n  # (resample, replicate)
    means = np.einsum("pro,br->bpo", whole, counts)
    return nondominated(whole.mean(axis=1)), np.mean([nondominated(each) for each in means], axis=0)


def paired(values, baseline):
    """(objective, 3) mean paired difference from the baseline with its 95 % t interval, over replicates that both have."""
    n = min(len(values), len(baseline))
    return interval(values[:n] - baseline[:n])


def interval(values):
    """(objective, 3) mean and 95 % t interval. values (replicate, objective)."""
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 2:
        return np.full((values.shape[1], 3), np.nan)
    mean, half = values.mean(axis=0), stats.t.ppf(0.975, len(values) - 1) * stats.sem(values, axis=0)
    return np.stack([mean, mean - half, mean + half], axis=1)
