"""Paired comparison of ensembles on common random numbers: replicate r has the same seed in every scenario, so that what is luck
in both cancels in the difference.

Intervals, tests and adjustment are those of scipy and statsmodels. Arrays of replicates are (n), of pairs of replicates too.
"""
import math
from dataclasses import dataclass, field

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from klynge_analysis.commandline import USAGE, Failure

LEVEL = 0.95
RESAMPLES = 9999
BOOTSTRAP_SEED = 2017  # the same file gives the same intervals
ROUNDING = 1e-12       # a spread below this share of the values is rounding and no spread
WEAK = 2.0             # ratio of unpaired to paired variance below which pairing hardly pays
MOST_REPLICATES = 10**9

IDENTICAL, DIFFERS, ALONE, NOISE, UNKNOWN = "identical", "differs", "only unadjusted", "within noise", "no value"


# ---- one comparison ----------------------------------------------------------------------------------------------------


@dataclass
class Difference:
    """One observable of one scenario against the baseline's, over the pairs of replicates that have both; NaN: not known."""

    n: int = 0
    baseline: float = math.nan  # mean of the baseline, unit of the observable
    mean: float = math.nan      # mean of the scenario, with its t interval
    low: float = math.nan
    high: float = math.nan
    difference: float = math.nan  # scenario - baseline, with its t interval and its BCa bootstrap interval
    low_difference: float = math.nan
    high_difference: float = math.nan
    low_bootstrap: float = math.nan
    high_bootstrap: float = math.nan
    effect_size: float = math.nan         # difference in SDs of the baseline's replicates
    effect_size_paired: float = math.nan  # Cohen's d_z: difference in SDs of the pairs' differences
    p: float = math.nan
    p_adjusted: float = math.nan
    n_needed: float = math.nan
    variance_ratio: float = math.nan  # var(a) + var(b) over var(b - a); 1: pairing does nothing; both vary
    identical: bool = False           # in every pair, to the last bit

    def verdict(self, level):
        if self.n < 2:
            return UNKNOWN
        if self.identical:
            return IDENTICAL
        if self.p_adjusted < 1 - level:
            return DIFFERS
        return ALONE if self.p < 1 - level else NOISE


def half_width(spread, n, level):
    """Half of the t interval of a mean of n values with that standard deviation; arrays broadcast."""
    return stats.t.ppf(0.5 + level / 2, np.asarray(n) - 1) * spread / np.sqrt(n)


def replicates_needed(spread, wanted, level):
    """The fewest n whose t interval has a half-width of at most `wanted`, when the spread is the one seen; NaN: none does."""
    if spread == 0:
        return 2
    normal = (stats.norm.ppf(0.5 + level / 2) * spread / wanted) ** 2 if wanted > 0 else math.inf
    if normal > MOST_REPLICATES:
        return math.nan
    n = max(2, math.ceil(normal))
    while half_width(spread, n, level) > wanted:  # Student's t takes a few more than the normal distribution does
        n += 1
    return n


def _sd(x):
    """Standard deviation (n - 1); 0 where it is rounding."""
    sd = x.std(ddof=1)
    return 0.0 if sd <= ROUNDING * np.abs(x).max() else sd


def _bootstrap(difference, level, resamples):
    """Bias-corrected and accelerated interval of the mean of the pairs' differences."""
    found = stats.bootstrap((difference,), np.mean, n_resamples=resamples, confidence_level=level, method="BCa", vectorized=True,
                            batch=1000, random_state=np.random.default_rng(BOOTSTRAP_SEED))
    return found.confidence_interval


def _spread_known(d, difference, level, resamples):
    """What needs a spread of the pairs' differences above 0."""
    test = stats.ttest_1samp(difference, 0.0)
    d.low_difference, d.high_difference = test.confidence_interval(level)
    d.p = float(test.pvalue)
    if resamples:
        d.low_bootstrap, d.high_bootstrap = _bootstrap(difference, level, resamples)


def _spread_zero(d):
    """All pairs differ by the same: by nothing, or certainly."""
    d.low_difference = d.high_difference = d.low_bootstrap = d.high_bootstrap = d.difference
    d.p = 1.0 if d.difference == 0 else 0.0


def compare_pairs(a, b, level=LEVEL, precision=None, resamples=RESAMPLES):
    """Baseline a (n) and scenario b (n), pair by pair; pairs with NaN are left out. `precision`: wanted half-width, in the unit of the
    observable; None: half of the difference. p_adjusted is still p."""
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    d = Difference(n=len(a))
    if not d.n:
        return d
    d.baseline, d.mean = float(a.mean()), float(b.mean())
    d.difference = float((b - a).mean())
    if d.n < 2:
        return d
    d.identical = bool((a == b).all())
    spread_a, spread_b, spread = _sd(a), _sd(b), _sd(b - a)
    half = half_width(spread_b, d.n, level)
    d.low, d.high = d.mean - half, d.mean + half
    if spread:
        _spread_known(d, b - a, level, resamples)
        d.effect_size_paired = d.difference / spread
        if spread_a and spread_b:
            d.variance_ratio = (spread_a**2 + spread_b**2) / spread**2
    else:
        _spread_zero(d)
    if spread_a:
        d.effect_size = d.difference / spread_a
    elif d.identical:
        d.effect_size = 0.0
    wanted = abs(d.difference) / 2 if precision is None else precision
    d.n_needed = replicates_needed(spread, wanted, level)
    d.p_adjusted = d.p
    return d


def adjust(differences, looks=1):
    """Holm over all that have a p value: one family. With `looks` at growing data each p counts so many times."""
    tested = [d for d in differences if math.isfinite(d.p)]
    if tested:
        adjusted = multipletests([min(1.0, looks * d.p) for d in tested], method="holm")[1]
        for d, p in zip(tested, adjusted):
            d.p_adjusted = float(p)
    return len(tested)


# ---- a file ------------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """An observable of a scenario and point."""

    name: str
    unit: str
    scenario: str
    point: int
    span: tuple  # times of the first and last tick read, or None
    is_rate: bool
    found: Difference


@dataclass
class Cost:
    """What a scenario's instruments take a year: management_hours, member_hours [h/year], money [NOK/year]."""

    scenario: str
    point: int
    found: dict  # name -> Difference


@dataclass
class Comparison:
    path: str
    baseline: str
    level: float
    rows: list = field(default_factory=list)
    costs: list = field(default_factory=list)
    until: float = math.nan  # costs are means from the start of the run to this time
    family: int = 0          # comparisons that p is adjusted for
    looks: int = 1           # looks at growing data that the intervals allow for

    def cases(self):
        """(scenario, point) in the order of the file."""
        return list(dict.fromkeys((r.scenario, r.point) for r in self.rows))

    def of(self, case):
        return [r for r in self.rows if (r.scenario, r.point) == case]

    def cost_of(self, case):
        return next((c.found for c in self.costs if (c.scenario, c.point) == case), {})


class Precision:
    """A half-width that is wanted: in the unit of the observable, or as a share of the baseline's mean."""

    def __init__(self, text):
        share = text.endswith("%")
        try:
            self.value = float(text[:-1] if share else text)
        except ValueError:
            self.value = math.nan
        if not 0 < self.value < math.inf:
            raise ValueError("a number above 0, or one with % as a share of the baseline's mean")
        self.value, self.share, self.text = self.value / (100 if share else 1), share, text

    def of(self, baseline):
        return self.value * (abs(baseline) if self.share else 1)


def _check_pairs(ensemble, baseline, against, points):
    for s in against:
        for point in points:
            n = int((ensemble.done[baseline, point] & ensemble.done[s, point]).sum())
            if n < 2:
                at = f", point {point}" if ensemble.n_points > 1 else ""
                raise Failure(USAGE, f"{ensemble.path}: {n} replicate{'s' * (n != 1)} of {ensemble.scenarios[s]}{at} and of "
                              f"{ensemble.scenarios[baseline]} were done, and a difference with an interval takes 2 or more; "
                              "`klynge run` with --replicates 30 makes 30")


def compare(ensemble, baseline, against, names, moment, level=LEVEL, precision=None, looks=1, resamples=RESAMPLES,
            points=None):
    """Every observable of `names` of every scenario of `against` (names) and every point, or those of `points`, against the
    baseline's."""
    points = range(ensemble.n_points) if points is None else points
    base, others = ensemble.index(baseline, "baseline"), [ensemble.index(s, "against") for s in against]
    _check_pairs(ensemble, base, others, points)
    alone = 1 - (1 - level) / looks  # of one interval at one look
    c = Comparison(ensemble.path, baseline, level, looks=looks)
    found = {name: ensemble.read(name, moment) for name in names}
    ends = [span[1] for _, span in found.values() if span]
    if not ends:
        raise Failure(USAGE, f"{ensemble.path}: nothing to read then; it has ticks from {ensemble.time[0] - ensemble.tick:.2f} to "
                      f"{ensemble.time[-1]:.2f}")
    c.until = max(ends)
    costs = ensemble.cost(c.until)
    for s in others:
        for point in points:
            case = ensemble.scenarios[s], point
            for name, (values, span) in found.items():
                a, b = values[base, point], values[s, point]
                wanted = precision.of(np.nanmean(a)) if precision and np.isfinite(a).any() else None
                row = compare_pairs(a, b, alone, wanted, resamples)
                c.rows.append(Row(name, ensemble.unit(name), *case, span, ensemble.is_rate(name), row))
            c.costs.append(Cost(*case, {k: compare_pairs(x[base, point], x[s, point], alone, resamples=0)
                                        for k, x in costs.items()}))
    c.family = adjust([r.found for r in c.rows], looks)
    return c
