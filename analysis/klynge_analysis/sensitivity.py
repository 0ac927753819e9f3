"""Which parameters decide an outcome: Morris's elementary effects and Sobol's indices of a swept file, with intervals.

A run's outcome is Y = f(x, w): x the parameters of its point, w the luck of its replicate, whose seed is the same at every point.
Its variance has two parts, V = Var_x(E_w[Y]) + E_x[Var_w(Y)]: of the parameters and of the replicates. The indices are of the first:

    first order  S1 = Var(E[g | x_i]) / Var(g)              what fixing x_i would take away, alone      g(x) = E_w[Y]
    total order  ST = 1 - Var(E[g | all x but x_i]) / Var(g)   with all interactions that x_i takes part in

Products are taken between different replicates only, so that luck, which would count as variance of g and as effect of x, has
expectation 0 in them; with one replicate there is no such product and luck counts. Estimators over the n blocks A, A with x_i from B
(C_i), B: S1 from the mean of B (C_i - A), Saltelli et al. 2010, ST from that of (A - C_i)^2 / 2, Jansen 1999. Morris: the elementary
effect is the difference over one step of an axis, over the step in units of its range; mu* the mean of its size, sigma its standard
deviation over trajectories, without what replicates add to it. Intervals: bootstrap in which whole blocks or trajectories are drawn.
Arrays: points (scenario, point, replicate); blocks (n, k + 2, replicate).
"""
import warnings
from dataclasses import dataclass, field

import numpy as np

from klynge_analysis.commandline import USAGE, Failure
from klynge_analysis.ensemble import numbers_of, swept_name, text_of

LEVEL, RESAMPLES, SEED = 0.95, 2000, 2017
KINDS = {"sobol": 2, "morris": 1}  # points of a block beyond its axes


@dataclass
class Sensitivity:
    """Of an observable in a scenario. Arrays (parameter); intervals (2, parameter)."""

    observable: str
    unit: str
    long_name: str
    scenario: str
    kind: str
    parameters: list
    blocks: int  # that are complete
    missing: int
    replicates: int
    mean: float
    variance: dict  # name -> (value, low, high): parameter, replicate, and share, of parameters in both
    indices: dict = field(default_factory=dict)  # name -> (parameter)
    intervals: dict = field(default_factory=dict)  # name -> (2, parameter)

    @property
    def varies(self):
        return self.variance["parameter"][0] != 0 or self.variance["replicate"][0] > 0

    def strongest(self):
        """Indices of parameters, the strongest first."""
        by = self.indices["st" if self.kind == "sobol" else "mu_star"]
        return np.argsort(-np.where(np.isfinite(by), by, -np.inf), kind="stable")


# ---- the design of a file ------------------------------------------------------------------------------------------------


class Design:
    """What was swept: kind, paths, and places (scenario, point, parameter) in 0..1 of the range."""

    def __init__(self, ensemble):
        self.path, attributes = ensemble.path, ensemble.file.attrs
        self.kind = text_of(attributes.get("design_kind", "none"))
        if self.kind not in KINDS:
            found = "no design" if self.kind == "none" else f"a design of kind {self.kind}"
            raise Failure(USAGE, f"{self.path}: found {found}, expected one of {', '.join(KINDS)}")
        self.parameters = text_of(attributes["design_axes"]).split("\n")
        self.levels = int(attributes["design_levels"])
        names = [swept_name(path) for path in self.parameters]
        for name in names:
            if name not in ensemble.file:
                raise Failure(USAGE, f"{self.path}: {name} is missing")
        self.places = np.stack([_places(ensemble.file[name]) for name in names], axis=-1)
        k = len(self.parameters)
        self.size = k + KINDS[self.kind]
        self.n = self.places.shape[1] // self.size
        if self.n * self.size != self.places.shape[1] or self.n < 2:
            raise Failure(USAGE, f"{self.path}: found {self.places.shape[1]} points, expected two blocks or more of {self.size}")
        self.blocks = self.places.reshape(len(self.places), self.n, self.size, k)
        self._check()

    def _check(self):
        """Are the points in the order that the kind says?"""
        b, k = self.blocks, len(self.parameters)
        if self.kind == "sobol":
            expected = np.repeat(b[:, :, :1], k, axis=2)
            axis = np.arange(k)
            expected[:, :, axis, axis] = b[:, :, -1]
            good = np.array_equal(b[:, :, 1:-1], expected)
        else:
            moved = np.diff(b, axis=2) != 0
            held = (np.ptp(b, axis=(1, 2)) == 0)[:, None]  # by --set
            good = (moved.sum(axis=3) <= 1).all() and (moved.sum(axis=2) == ~held).all()
        if not good:
            raise Failure(USAGE, f"{self.path}: the points are not in the order of a {self.kind} design")


def _places(dataset):
    """(scenario, point) in 0..1 of what the axis ranges over."""
    numbers, labels = numbers_of(dataset)
    if labels:
        low, high = 0.0, len(labels) - 1.0
    else:
        low, high = dataset.attrs.get("design_range", (np.nanmin(numbers), np.nanmax(numbers)))
    return (numbers - low) / (high - low if high > low else 1.0)


# ---- products between replicates -------------------------------------------------------------------------------------------


def cross(a, b):
    """Mean of a_r b_s over pairs of different replicates r, s, the last axis; a b where there is one."""
    n = a.shape[-1]
    if n == 1:
        return (a * b)[..., 0]
    return (a.sum(axis=-1) * b.sum(axis=-1) - (a * b).sum(axis=-1)) / (n * (n - 1))


def _weights(n, resamples):
    """(1 + resamples, n): how often each block is drawn, over n; the first row is the sample itself."""
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=resamples) / n
    return np.vstack([np.full(n, 1 / n), drawn])


def _averages(weights, values):
    """(resample, ...) of (n, ...)."""
    return (weights @ values.reshape(len(values), -1)).reshape(len(weights), *values.shape[1:])


def _interval(resampled, level):
    """(2, ...) of percentiles over the first axis."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all missing: NaN
        return np.nanquantile(resampled, [0.5 - level / 2, 0.5 + level / 2], axis=0)


# ---- variance --------------------------------------------------------------------------------------------------------------


def _parts(y, weights):
    """(resample) of the parameters' and the replicates' variance, the mean, and means of replicates (resample, replicate); y is
    (n, points, replicate), every point counting alike."""
    n, points, replicates = y.shape
    means = weights @ y.mean(axis=1)
    between = weights @ cross(y, y).mean(axis=1) - cross(means, means)
    within = weights @ y.var(axis=2, ddof=1).mean(axis=1) if replicates > 1 else np.full(len(weights), np.nan)
    return between * n * points / (n * points - 1), within, means


def _variance(between, within, level):
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.maximum(between, 0) / (np.maximum(between, 0) + within)
    return {name: (float(v[0]), *map(float, _interval(v[1:], level)))
            for name, v in (("parameter", between), ("replicate", within), ("share", share))}


def _known(index, between, level):
    """NaN where the parameters' variance cannot be told from 0: a share of nothing."""
    return index if _interval(between[1:], level)[0] > 0 else np.full_like(index, np.nan)


# ---- the two methods -------------------------------------------------------------------------------------------------------


def sobol(y, level=LEVEL, resamples=RESAMPLES):
    """Of (n, k + 2, replicate): variance, indices, intervals."""
    w, y = _weights(len(y), resamples), y - y.mean()
    a, c, b = y[:, :1], y[:, 1:-1], y[:, -1:]
    between, within, means = _parts(y[:, [0, -1]], w)
    change = c - a
    moved = _averages(w, change)
    first = w @ cross(np.broadcast_to(b, c.shape), change) - cross(np.broadcast_to(means[:, None], moved.shape), moved)
    total = w @ cross(change, change) / 2
    indices, intervals = {}, {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, part in (("s1", first), ("st", total)):
            index = _known(part / between[:, None], between, level)
            indices[name], intervals[name] = index[0], _interval(index[1:], level)
    return _variance(between, within, level), indices, intervals


def morris(y, steps, level=LEVEL, resamples=RESAMPLES):
    """Of (n, k + 1, replicate) and steps (n, k, k), from a point to the next: variance, indices, intervals."""
    w, y = _weights(len(y), resamples), y - y.mean()
    between, within, _ = _parts(y, w)
    order = np.abs(steps).argmax(axis=2)  # (n, k): the axis that each step moves
    held = np.flatnonzero((steps == 0).all(axis=(0, 1)))
    order[(steps == 0).all(axis=2)] = np.tile(held, len(y))
    length = np.take_along_axis(steps, order[..., None], axis=2)
    by_step = np.diff(y, axis=1) / np.where(length == 0, np.inf, length)
    effects = np.take_along_axis(by_step, order.argsort(axis=1)[..., None], axis=1)  # (n, parameter, replicate)
    mean = effects.mean(axis=2)
    mu, mu_star = w @ mean, w @ np.abs(mean)
    signed = _averages(w, effects)
    spread = (w @ cross(effects, effects) - cross(signed, signed)) * len(y) / (len(y) - 1)
    indices = {"mu": mu, "mu_star": mu_star, "sigma": np.sqrt(np.maximum(spread, 0))}
    return (_variance(between, within, level), {name: v[0] for name, v in indices.items()},
            {name: _interval(v[1:], level) for name, v in indices.items()})


def _lengths(design, s, good):
    """Steps in units of the range. A whole number or a choice has moved by its share of it; the step drawn was p / (2 (p - 1))."""
    drawn = design.levels / (2 * (design.levels - 1))
    return drawn * np.sign(np.diff(design.blocks[s][good], axis=1))


def analyse(ensemble, design, name, moment, level=LEVEL, resamples=RESAMPLES):
    """A Sensitivity for each scenario."""
    values, _ = ensemble.read(name, moment)
    found = []
    for s, scenario in enumerate(ensemble.scenarios):
        y = values[s].reshape(design.n, design.size, -1)
        good = np.isfinite(y).all(axis=(1, 2))
        if good.sum() < 2:
            raise Failure(USAGE, f"{ensemble.path}: {name}: {good.sum()} of {design.n} blocks of scenario {scenario} have all their "
                                 "runs, and an index takes 2 or more: finish the sweep")
        y = y[good]
        part = sobol(y, level, resamples) if design.kind == "sobol" else morris(y, _lengths(design, s, good), level, resamples)
        found.append(Sensitivity(name, ensemble.unit(name), ensemble.long_name(name), scenario, design.kind, design.parameters,
                                 int(good.sum()), int((~good).sum()), y.shape[2], float(y.mean()), *part))
    return found
