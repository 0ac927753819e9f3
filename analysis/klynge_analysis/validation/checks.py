"""Consistency checks of evidence.md section 9, as rows beside the patterns: the lines of klynge_analysis.consistency."""
import math
import re

import numpy as np

from .. import consistency
from ..reading import MONTH, Result, mean_with_interval
from .experiments import Run
from .verdict import CANNOT_TELL, FAIL, PASS, CannotTell

FAMILY = "consistency"
NEEDS = [(FAMILY, "act"), (FAMILY, "no-facilitation"), (FAMILY, "first-day")]


class Light(Result):
    """A Result read without xarray, which takes seconds to open a file of one scenario: only what the lines ask for."""

    def __init__(self, path):
        self.run = Run(path)
        self.done, self.tick, self.start = np.flatnonzero(self.run.done), self.run.tick, self.run.start
        if not len(self.done):
            raise CannotTell(f"no replicate of {path.name} was done")

    def __contains__(self, name):
        return name in self.run

    def _series(self, name):
        if name not in self.run:
            raise KeyError(name)  # as xarray does, and as the lines expect
        return self.run.series(name)

    def times(self, name):
        return self.start + self._series(name).months * MONTH

    def values(self, name):
        return self._series(name).array[self.done]

    def unit(self, name):
        return self._series(name).unit

    def labels(self, grouping):
        return self.run.labels(grouping)


def rows(experiments):
    """One dict a check that has an aim, with the keys of a pattern's row; a check passes when its whole interval is inside."""
    try:
        act, alone, first_day = (Light(experiments.run(*need)) for need in NEEDS)
    except CannotTell as why:
        return [{"id": "K01", "kind": FAMILY, "claim": "consistency checks", "verdict": CANNOT_TELL, "pass": None,
                 "why": [str(why)]}]
    lines = [*consistency.lines(act), *consistency.lines_first_day(first_day), *consistency.lines_without(act, alone)]
    return [_row(f"K{k:02d}", line) for k, line in enumerate((each for each in lines if each.low is not None), 1)]


def _row(id, line):
    mark = re.search(r"\(([CPM])\)", line.role)
    row = {"id": id, "kind": "consistency", "built": mark[1] if mark else None, "claim": line.what.strip(),
           "statistic": f"{line.what.strip()}, {line.unit}", "expected": consistency.aim(line.low, line.high), "why": []}
    try:
        found = line.compute()
    except KeyError as missing:
        return row | {"verdict": CANNOT_TELL, "pass": None, "why": [f"{missing.args[0]} is not in the file"]}
    mean, low, high = found if isinstance(found, tuple) else mean_with_interval(found)
    if not math.isfinite(mean):
        return row | {"verdict": CANNOT_TELL, "pass": None, "why": ["no replicate holds a number"]}
    passes = consistency.verdict(line, (mean, low, high)) == "yes"
    share = None if isinstance(found, tuple) else float(np.mean((found >= line.low) & (found <= line.high)))
    return row | {"observed": float(mean), "low": float(low), "high": float(high), "share_right_sign": None,
                  "share_inside": share, "pass": passes, "verdict": PASS if passes else FAIL,
                  "why": [] if passes else ["interval not inside the aim"],
                  "note": "" if passes else consistency.WHY.get(line.what, "")}
