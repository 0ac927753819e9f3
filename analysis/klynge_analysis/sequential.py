"""Replicates until an interval is narrow enough, and still keeps its level.

Looking at the data to decide when to stop makes an ordinary interval too optimistic: one stops where the spread happens to look
small. Here the looks are fixed before the first run - at `first`, 2 `first`, 4 `first`, ... up to `most` replicates - and each is given
an equal part of the error that is allowed: with K looks every interval is one of level 1 - alpha / K. Whatever makes one stop, the
interval then misses with probability alpha at most (Bonferroni over looks, as in alpha spending with equal parts), provided that each
would do so at its own fixed n. With six looks that costs 1.8 times the replicates of an interval that nobody looked at. A rule of Chow
and Robbins' kind, with no correction and 20 replicates at least, is cheaper and keeps its level in the limit of narrow intervals only:
over widths from 0.08 to 0.7 SDs it covers, at worst, 94 % of normal and 90 % of exponential differences instead of 95 %; this one
99 % and 96 % (tests/compare.py looks at both).
"""
import os

import numpy as np

from klynge_analysis.commandline import IO, RUN, USAGE, Failure, Leave
from klynge_analysis.compare import half_width
from klynge_analysis.ensemble import Ensemble
from klynge_analysis.program import watch_program

FIRST = 20
MOST = 640


def looks(first=FIRST, most=MOST):
    """Numbers of replicates at which to look: doubling, the last one `most`."""
    found = [min(first, most)]
    while found[-1] < most:
        found.append(min(2 * found[-1], most))
    return found


def level_of_one(level, n_looks):
    """The level of the interval at one look, so that all together keep `level`."""
    return 1 - (1 - level) / n_looks


def is_narrow(difference, baseline, precision, level, n_looks):
    """Is the interval of the mean of pairs' differences (..., n) at most +- the precision wanted? `baseline` (..., n) is what a share is
    of."""
    wanted = precision.of(baseline.mean(axis=-1))
    return half_width(difference.std(ddof=1, axis=-1), difference.shape[-1], level_of_one(level, n_looks)) <= wanted


def _all_narrow(ensemble, baseline, against, name, moment, precision, level, n_looks):
    values, _ = ensemble.read(name, moment)
    base = ensemble.index(baseline, "baseline")
    for s in against:
        for a, b in zip(values[base], values[ensemble.index(s, "against")]):  # points
            known = np.isfinite(a) & np.isfinite(b)
            if known.sum() < 2 or not is_narrow((b - a)[known], a[known], precision, level, n_looks):
                return False
    return True


def _run(config, out, n, extra, force):
    code = watch_program(["run", config, "-o", out, "--replicates", str(n), *extra, *(["--force"] if force else [])])
    if code == RUN:
        raise Failure(RUN, f"{out}: some runs failed, so that no more were made; `klynge compare {out}` compares those that did not")
    if code < 0:
        raise Failure(IO, f"klynge run was ended by signal {-code}")
    if code:
        raise Leave(code)  # it has said why


def run_until(config, out, narrow, schedule, extra, force, tell):
    """Run the config with schedule[0], schedule[1], ... replicates until `narrow(ensemble)` or the schedule ends. Seeds do not depend on
    the number of replicates, so that the first ones stay what they were. `out` always holds the last stage that is complete.
    Returns the ensemble, how often was looked, and whether it is narrow."""
    if os.path.exists(out) and not force:
        raise Failure(USAGE, f"{out} exists; --force replaces it")
    for k, n in enumerate(schedule):
        _run(config, out, n, extra, force or k > 0)
        ensemble = Ensemble(out)
        good = narrow(ensemble)
        tell(n, good)
        if good:
            break
    return ensemble, k + 1, good


def until_halfwidth(config, out, baseline, against, name, moment, precision, level, schedule, extra, force, tell):
    """As above; narrow: every scenario's difference in `name`. `against`: names, or None for all but the baseline."""

    def narrow(ensemble):
        ensemble.index(baseline, "baseline")
        ensemble.check_observable(name)
        others = against or [s for s in ensemble.scenarios if s != baseline]
        return _all_narrow(ensemble, baseline, others, name, moment, precision, level, len(schedule))

    return run_until(config, out, narrow, schedule, extra, force, tell)
