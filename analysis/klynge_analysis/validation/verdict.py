"""Statistics of patterns and the rules by which one passes.

A pattern passes when all of these hold, and fails when one of them does not:
- sign: the effect has the sign of the claim in at least 90 % of the paired replicates;
- size: the point estimate is inside the bounds that the evidence sets;
- the sign is significant at a family-wise 5 % after Holm over all patterns tested (paired t);
- every further condition that the evidence states holds.
A claim of no effect passes only if the whole 95 % interval is inside the margin: a wide interval shows nothing.
What cannot be measured is neither: it says why.
"""
import dataclasses
import math
import typing
import warnings

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

SHARE = 0.90  # of paired replicates that must have the right sign
FAMILY_WISE = 0.05
RESAMPLES = 999
PASS, FAIL, CANNOT_TELL = "pass", "fail", "cannot tell"


class CannotTell(Exception):
    """A test that cannot be done, with the reason."""


class Estimate(typing.NamedTuple):
    """A statistic with its 95 % interval over replicates."""
    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Condition:
    """Something else that the evidence states of a pattern: a number, its bounds, and whether it holds."""
    what: str
    estimate: Estimate
    bounds: tuple  # (low, high), None where open
    met: typing.Optional[bool]  # None: holds no number


@dataclasses.dataclass
class Outcome:
    """What a pattern's function found. `effects` (replicate): positive where the sign is the claim's; None for a mere level."""
    estimate: Estimate
    bounds: tuple = (None, None)  # of the statistic; None where open
    effects: typing.Optional[np.ndarray] = None
    conditions: list = dataclasses.field(default_factory=list)
    null: bool = False  # a claim of no effect: `bounds` are the margin
    test: str = "t"  # or "sign": which test of the sign
    note: str = ""


@dataclasses.dataclass
class Verdict:
    """A pattern's outcome, judged. `why`: what did not hold, or why it cannot be told."""
    pattern: object
    outcome: typing.Optional[Outcome]
    status: str
    share: float = math.nan  # of replicates with the right sign
    p_adjusted: float = math.nan
    why: list = dataclasses.field(default_factory=list)


# ---- estimates ----------------------------------------------------------------------------------------------------------

NOTHING = Estimate(math.nan, math.nan, math.nan)  # fewer than two replicates hold a number


def finite(*arrays):
    """The rows (replicates) in which every array holds a number."""
    arrays = [np.asarray(a, dtype=float) for a in arrays]
    keep = np.all([np.isfinite(a) for a in arrays], axis=0)
    return [a[keep] for a in arrays]


def mean_of(values):
    """Mean over replicates with its t interval. values (replicate)."""
    values, = finite(values)
    if len(values) < 2:
        return NOTHING
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return Estimate(values.mean(), values.mean() - half, values.mean() + half)


def bootstrap(statistic, *arrays):
    """statistic(*arrays) -> number, with its percentile interval; replicates (first axis) are drawn together."""
    n = len(arrays[0])
    if n < 2:
        return NOTHING
    arrays = [np.asarray(a) for a in arrays]

    def drawn(rows):
        return statistic(*(a[rows] for a in arrays))
    result = stats.bootstrap((np.arange(n),), drawn, vectorized=False, n_resamples=RESAMPLES, method="percentile",
                             random_state=np.random.default_rng(1))
    return Estimate(float(drawn(np.arange(n))), *map(float, result.confidence_interval))


def median_of(values):
    """Median over replicates with its bootstrap interval: for correlations taken within each run. values (replicate)."""
    return bootstrap(np.median, *finite(values))


def ratio_of(top, bottom):
    """Ratio of the means over the same replicates, with its bootstrap interval. Both (replicate)."""
    return bootstrap(lambda t, b: t.mean() / b.mean(), *finite(top, bottom))


def share_of(met):
    """Share of replicates with its Wilson interval. met (replicate) of booleans."""
    met = np.asarray(met, dtype=bool)
    interval = stats.binomtest(int(met.sum()), len(met)).proportion_ci(method="wilson")
    return Estimate(met.mean(), interval.low, interval.high)


# ---- outcomes -----------------------------------------------------------------------------------------------------------

def inside(value, bounds):
    low, high = bounds
    return bool(math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high))


def condition(what, found, low=None, high=None, whole=False):
    """A condition on a number, an Estimate or (replicate) values: its point estimate in bounds, or with `whole` its interval."""
    if isinstance(found, Estimate):
        estimate = found
    else:
        estimate = mean_of(found) if np.ndim(found) else Estimate(float(found), math.nan, math.nan)
    tested = estimate[1:] if whole else estimate[:1]
    met = all(inside(value, (low, high)) for value in tested) if math.isfinite(estimate.value) else None
    return Condition(what, estimate, (low, high), met)


def effect(effects, low=None, high=None, estimate=None, **more):
    """Outcome of a contrast: effects (replicate), positive in the claim's direction; `estimate` where it is not their mean."""
    return Outcome(estimate or mean_of(effects), (low, high), np.asarray(effects, dtype=float), **more)


def level(found, low=None, high=None, **more):
    """Outcome of a level without a sign: only its size is judged. found: (replicate) or an Estimate."""
    return Outcome(found if isinstance(found, Estimate) else mean_of(found), (low, high), None, **more)


def no_effect(found, margin, **more):
    """Outcome of a claim of no effect: the whole interval must be within +- margin."""
    return Outcome(found if isinstance(found, Estimate) else mean_of(found), (-margin, margin), None, null=True, **more)


# ---- the rules ----------------------------------------------------------------------------------------------------------

def right_sign(effects):
    effects = np.asarray(effects, dtype=float)
    effects = effects[np.isfinite(effects)]
    return float(np.mean(effects > 0)) if len(effects) else math.nan


def sign_p(outcome):
    """p of the hypothesis that the effect has no sign or the wrong one: paired t, or sign test; one number of each pattern."""
    effects, = finite(outcome.effects)
    if len(effects) < 2:
        return 1.0
    if outcome.test == "sign" or np.ptp(effects) == 0:
        nonzero = effects[effects != 0]
        return stats.binomtest(int((nonzero > 0).sum()), len(nonzero)).pvalue if len(nonzero) else 1.0
    return float(stats.ttest_1samp(effects, 0).pvalue)


def holm(outcomes):
    """{id: Outcome} -> {id: p adjusted by Holm} over all patterns whose sign is tested."""
    tested = {id: sign_p(o) for id, o in outcomes.items() if o.effects is not None}
    if not tested:
        return {}
    return dict(zip(tested, multipletests(list(tested.values()), FAMILY_WISE, method="holm")[1]))


def _faults(outcome, share, p):
    """What of the rule does not hold, in words."""
    if outcome.effects is not None:
        if not share >= SHARE:
            yield f"right sign in {share:.0%} of replicates"
        if not (p < FAMILY_WISE and np.nanmean(outcome.effects) > 0):
            yield f"sign not significant (p {p:.2g})"
    values = outcome.estimate[1:] if outcome.null else outcome.estimate[:1]
    if not all(inside(value, outcome.bounds) for value in values):
        yield "interval leaves the margin" if outcome.null else "size"
    for each in outcome.conditions:
        if each.met is False:
            yield each.what


def measure(pattern, runs):
    """(Outcome or None, reason): a test that cannot be done says why; a mistake in a pattern is such a reason too."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):  # what is not a number is caught below
            warnings.simplefilter("ignore", RuntimeWarning)
            outcome = pattern.measure(runs)
        if not math.isfinite(outcome.estimate.value):
            return None, "the statistic holds no number"
        return outcome, ""
    except CannotTell as why:
        return None, str(why)
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError, np.linalg.LinAlgError) as error:
        at = error.__traceback__
        while at.tb_next and "patterns" in at.tb_next.tb_frame.f_code.co_filename:
            at = at.tb_next
        return None, f"error in {pattern.family}.py, line {at.tb_lineno}: {type(error).__name__}: {error}"


def judge(patterns, measured):
    """Verdicts of patterns, in order. measured: {id: (Outcome or None, reason)}."""
    adjusted = holm({id: outcome for id, (outcome, _) in measured.items() if outcome})
    return [_verdict(each, *measured[each.id], adjusted.get(each.id, math.nan)) for each in patterns]


def _verdict(pattern, outcome, reason, p):
    if outcome is None:
        return Verdict(pattern, None, CANNOT_TELL, why=[reason])
    share = right_sign(outcome.effects) if outcome.effects is not None else math.nan
    why = list(_faults(outcome, share, p))
    untold = [f"{each.what}: holds no number" for each in outcome.conditions if each.met is None]
    return Verdict(pattern, outcome, FAIL if why else CANNOT_TELL if untold else PASS, share, p, why + untold)
