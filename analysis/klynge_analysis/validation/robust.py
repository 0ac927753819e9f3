"""In how much of the parameters' ranges does a sign hold? A Latin hypercube over every graded scalar of model.*.

Values stand in the config below what a scenario sets itself, so that a pattern's own contrast is never overwritten. Axes that a
check of the model ties together are drawn jointly: shares of hours uniformly where they leave hours for projects, gates of
projects in ascending order. A point that breaks a check all the same (exit code 2: with what a scenario sets) is skipped and
counted. Each point is one small file in the cache: the same command continues what is left.
"""
import json
import math
import tempfile

import numpy as np
from scipy.stats import qmc

from ..program import run_program
from .command import write
from .experiments import Experiments, Runs, RunFailed
from .registry import needs_of
from .verdict import measure

GRADES = {"A", "M", "V/A", "A/V", "M/V", "V/M", "D/A"}  # V and D stand as they are
LEFT_OUT = ("model.processes.", "model.mechanisms.", "model.intervention.")
SHARES = ("model.hours.events_share", "model.hours.calls_share")  # together below 1: the rest is for projects
GATES = tuple(f"model.projects.gate_{level}" for level in (1, 2, 3, 4))  # each at least as high as the one before


def space():
    """[(path, min, max, integer)] of the parameters that are swept."""
    listed = json.loads(run_program(["params", "--json"]).stdout)
    return [(p["name"], p["min"], p["max"], p["type"] == "INTEGER") for p in listed
            if p["type"] in ("REAL", "INTEGER") and p["grade"] in GRADES and p["name"].startswith("model.")
            and not p["name"].startswith(LEFT_OUT) and p["min"] is not None and p["max"] is not None and p["min"] < p["max"]]


def points(n, axes):
    """n dicts of settings, the same for the same n and axes."""
    drawn = qmc.LatinHypercube(len(axes), seed=2021).random(n)
    return [jointly({path: int(round(low + u * (high - low))) if integer else float(low + u * (high - low))
                     for u, (path, low, high, integer) in zip(row, axes)}, axes) for row in drawn]


def jointly(settings, axes):
    """The point with the axes that belong together moved to where the model allows them; all stay in their ranges."""
    settings = dict(settings)
    gates = [path for path in GATES if path in settings]
    settings.update(zip(gates, sorted(settings[path] for path in gates)))
    ranges = {path: (low, high) for path, low, high, _ in axes}
    if all(path in settings for path in SHARES):
        at = [(settings[path] - ranges[path][0]) / (ranges[path][1] - ranges[path][0]) for path in SHARES]
        settings.update(zip(SHARES, shares(*at, *(ranges[path] for path in SHARES))))
    return settings


def shares(u, v, first, second):
    """Two shares, uniform over that part of first x second (low, high) where they sum to less than 1; u, v in [0, 1)."""
    x = np.linspace(*first, 2001)
    room = np.clip(np.minimum(second[1], 1 - x) - second[0], 0, None)  # what x leaves the other
    below = np.concatenate([[0], np.cumsum(room[1:] + room[:-1])])
    x = float(np.interp(u * below[-1], below, x))
    return x, float(second[0] + v * (min(second[1], 1 - x) - second[0]))


def evaluate(settings, patterns, options):
    """{id: does the sign hold?} at a point; None where a check of the model breaks."""
    with tempfile.TemporaryDirectory(prefix="klynge-robust.") as folder:
        experiments = Experiments(folder, options.robust_replicates, options.threads, settings=settings)
        needs = needs_of(patterns)
        experiments.prepare(needs[:1])  # a broken check shows at once
        if any(isinstance(why, RunFailed) and why.code == 2 for why in experiments.failed.values()):
            return None
        runs = Runs(experiments.prepare(needs))
        outcomes = {each.id: measure(each, runs)[0] for each in patterns}
        runs.close()
    return {id: sign(outcome) for id, outcome in outcomes.items()}


def sign(outcome):
    """Does the mean effect have the claim's sign? None where that cannot be told, or the claim has none."""
    if outcome is None or outcome.effects is None:
        return None
    mean = np.nanmean(outcome.effects)
    return bool(mean > 0) if math.isfinite(mean) else None


def add_to(rows, patterns, options, say):
    """Adds `robust` to each row: {share, points, skipped}: the share of points in which the sign holds."""
    axes = space()
    reference = Experiments(options.cache, options.robust_replicates)
    decides = reference.fingerprint(needs_of(patterns), repr(points(options.points, axes)), *(p.id for p in patterns))
    folder = reference.folder / f"robust-{options.points}-{decides}"
    found = []
    for k, settings in enumerate(points(options.points, axes)):
        say(f"robust: point {k + 1} of {options.points}")
        file = folder / f"point-{k:04d}.json"
        if not file.exists():
            write(file, json.dumps(evaluate(settings, patterns, options)))
        found.append(json.loads(file.read_text()))
    skipped = sum(each is None for each in found)
    for row in rows:
        signs = [each[row["id"]] for each in found if each is not None and each[row["id"]] is not None]
        row["robust"] = {"share": float(np.mean(signs)) if signs else None, "points": len(signs), "skipped": skipped,
                         "axes": len(axes)}
