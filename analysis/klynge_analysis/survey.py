"""An interview survey of the cluster, as the field study made it: what `klynge survey` draws and counts.

The study asked one manager in each of 15 firms of the 18 that it approached, as management suggested them, and set them into the
four quadrants of its Table 1 [evidence.md, caution 2]. Of a run's N members, with management's knowledge K of each in (0, 1],
and engagement z, the logarithm of one and its joint events a year since entry, standardised within the run,

    approached   one after another, without replacement, with chances proportional to K exp(bias z)
    answers      of these, in the same way, with chances proportional to exp(bias z): the more engaged, the more likely
    reading      U + error normal, A + error normal, by two independent draws; not cut to [0, 1]
    quadrant     by whether the readings of U and of A reach 0.5

and what is reported is the field `reported` (ODD 7.19), which has noise and bias of its own. With bias 0 knowledge alone decides
who is approached, and nothing who answers. The published result has three parts:

    order        mean reported utilisation HH > mixed (HL and LH together) > LL, over the cells that hold a firm, of two or more
    association  phi of the two readings, split at 0.5, is 0.4 or more; not shown where all firms are alike in one of them
    half         7 or 8 of 15 respondents lack anchoring; of another number a share that rounds to these, 0.433 to 0.567

Draws of one run are not independent. The unit of uncertainty is therefore the run: a frequency is the mean over runs of the part
of a run's draws, with an interval of a bootstrap that draws runs whole, and with the exact one of as many independent surveys as
there are runs (Clopper and Pearson), which is wider, and holds at 0 and at 1 too. All cases of a call share random numbers.
"""
from dataclasses import dataclass

import numpy as np
import pandas
from scipy import stats

from klynge_analysis.commandline import USAGE, Failure, nearest
from klynge_analysis.compare import LEVEL
from klynge_analysis.decompose import mean_with_interval
from klynge_analysis.page import date

SPLIT, STRONG = 0.5, 0.4         # of U and A [P03]; phi [P04]
NEAR = 0.25                      # years that a snapshot may be away from the time asked for
LEAST_KNOWN = 1e-6               # K of a firm that management does not know at all: it comes after all others
RESAMPLES, BOOTSTRAP_SEED = 9999, 2017
PARTS = ("order", "association", "half", "all")
CELLS = ("HH", "mixed", "LL")
MEANS = ("understanding", "anchoring", "utilisation", "reported")
FIELDS = ("uid", "cluster", "entered", "known_to_staff", "joint_events_total", *MEANS)
HOW = "`klynge run configs/act.cfg --set output.panel_runs=200 --set output.snapshot_every=3.58 -o out/survey.h5`"


# ---- the population ------------------------------------------------------------------------------------------------------


def read_members(ensemble, scenario, at):
    """(frame, time): members of all runs in the snapshot nearest to `at` [year], one row a firm: `replicate` and FIELDS."""
    path, row = ensemble.path, _scenario(ensemble, scenario)
    columns = ensemble.table("panel", ("scenario_index", "replicate_index", "snapshot_time", *FIELDS))
    if columns is None:
        raise Failure(USAGE, f"{path}: has no panel of firms; {HOW} makes a file with one")
    panel = pandas.DataFrame(columns).rename(columns={"replicate_index": "replicate"})
    panel = panel[(panel.scenario_index == row) & ensemble.done[row, 0][panel.replicate.clip(0, ensemble.done.shape[2] - 1)]]
    times = np.unique(panel.snapshot_time)
    time = times[np.argmin(np.abs(times - at))] if len(times) else np.inf
    if not abs(time - at) <= NEAR:
        raise Failure(USAGE, f"{path}: has no snapshot of firms within {NEAR:g} years of {date(at)}"
                             + (f", the nearest is at {date(time)}" if len(times) else "") + f"; {HOW} makes a file with one")
    return _checked(panel[panel.snapshot_time == time], path), float(time)


def _scenario(ensemble, name):
    if ensemble.n_points > 1:
        raise Failure(USAGE, f"{ensemble.path}: found {ensemble.n_points} design points, expected one")
    if name is None and len(ensemble.scenarios) > 1:
        raise Failure(USAGE, f"{ensemble.path}: found {len(ensemble.scenarios)} scenarios; say which by --scenario"
                             + nearest("", ensemble.scenarios))
    return 0 if name is None else ensemble.index(name, "scenario")


def _checked(members, path):
    if members.cluster.nunique() > 1:
        raise Failure(USAGE, f"{path}: found {members.cluster.nunique()} clusters in a run, expected one")
    if members.replicate.nunique() < 2:
        raise Failure(USAGE, f"{path}: runs with a panel: {members.replicate.nunique()}, and an interval takes 2 or more")
    for name in ("known_to_staff", "joint_events_total", *MEANS):
        if not np.isfinite(members[name]).all():
            raise Failure(USAGE, f"{path}: {name} of some firms is missing in that snapshot")
    return members


def engagement(members, time):
    """Of one run's members at `time` [year]: log(1 + joint events a year since entry), standardised; 0 where all are alike."""
    years = np.maximum(time - members.entered.to_numpy(), 1 / 12)
    found = np.log1p(members.joint_events_total.to_numpy() / years)
    return stats.zscore(found) if np.ptp(found) > 1e-12 else np.zeros(len(found))


# ---- a survey ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Design:
    """How a survey is made: firms that answer, firms approached; bias by engagement [1/sd]; sd of a reading's error."""

    interviews: int = 15
    approached: int = 18
    bias: float = 1.0
    error: float = 0.1


def first_of(log_weights, n, rng):
    """(draws, n) places of `log_weights` (draws, N), drawn one after another without replacement in proportion to the weights:
    adding a Gumbel number to each logarithm and taking the largest is the same."""
    keys = log_weights + rng.gumbel(size=log_weights.shape)
    return np.argsort(-keys, axis=1)[:, :n]


def respondents(members, z, design, draws, rng):
    """(draws, interviews) places of those who answer among a run's members."""
    known = np.log(np.maximum(members.known_to_staff.to_numpy(), LEAST_KNOWN))
    asked = first_of(np.tile(known + design.bias * z, (draws, 1)), design.approached, rng)
    answers = first_of(design.bias * z[asked], design.interviews, rng)
    return np.take_along_axis(asked, answers, axis=1)


def cell_means(u, a, reported):
    """{cell: mean reported utilisation (draws), NaN where empty} of readings u, a and reports (draws, firms)."""
    high = (u >= SPLIT).astype(int) + (a >= SPLIT)
    found = {}
    for cell, many in zip(CELLS, (2, 1, 0)):
        inside = high == many
        with np.errstate(invalid="ignore"):
            found[cell] = np.where(inside, reported, 0).sum(axis=1) / np.where(inside.any(axis=1), inside.sum(axis=1), np.nan)
    return found


def in_order(means):
    """(draws) whether HH > mixed > LL over the cells that are not empty, two or more."""
    hh, mixed, ll = (means[cell] for cell in CELLS)
    empty = [np.isnan(mean) for mean in (hh, mixed, ll)]
    right = ((hh > mixed) | empty[0] | empty[1]) & ((mixed > ll) | empty[1] | empty[2]) & ((hh > ll) | empty[0] | empty[2])
    return right & (sum(e.astype(int) for e in empty) <= 1)


def phi(u, a):
    """(draws) phi of two readings (draws, firms) split at 0.5: Pearson's correlation of the halves; NaN with one half only."""
    u, a = ((x >= SPLIT) - np.mean(x >= SPLIT, axis=1, keepdims=True) for x in (u, a))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (u * a).sum(axis=1) / np.sqrt((u ** 2).sum(axis=1) * (a ** 2).sum(axis=1))


def published(u, a, reported, lacking):
    """{part: (draws) whether it is shown}; `lacking` (draws) says whether the number lacking anchoring is as published."""
    found = {"order": in_order(cell_means(u, a, reported)), "association": phi(u, a) >= STRONG - 1e-12, "half": lacking}
    found["all"] = found["order"] & found["association"] & found["half"]
    return found


def about_half(share):
    """Whether a share lacking anchoring rounds to 7 or 8 of 15: 0.433 to 0.567."""
    return (share >= 6.5 / 15) & (share < 8.5 / 15)


def one_run(members, time, design, draws, rng):
    """{name: (draws)} of surveys of one run: PARTS, `lacking` (firms), `cells` (not empty), each of MEANS less all members'."""
    chosen = respondents(members, engagement(members, time), design, draws, rng)
    truth = {name: members[name].to_numpy() for name in MEANS}
    seen = {name: values[chosen] for name, values in truth.items()}
    u, a = (seen[name] + design.error * rng.standard_normal(chosen.shape) for name in ("understanding", "anchoring"))
    lacking = (a < SPLIT).sum(axis=1)
    found = published(u, a, seen["reported"], about_half(lacking / design.interviews))
    found["lacking"] = lacking
    found["cells"] = sum(np.isfinite(mean).astype(int) for mean in cell_means(u, a, seen["reported"]).values())
    seen.update(understanding=u, anchoring=a)
    return found | {f"bias_{name}": seen[name].mean(axis=1) - truth[name].mean() for name in MEANS}


def population(runs):
    """{name: (runs)} of all members: PARTS by what they report, `order_true` by utilisation itself, the share lacking anchoring,
    phi, the share that reports a utilisation of 0, and MEANS."""
    rows = []
    for members in runs:
        u, a, reported, v = (members[name].to_numpy()[None] for name in ("understanding", "anchoring", "reported", "utilisation"))
        share = np.mean(a < SPLIT, axis=1)
        row = published(u, a, reported, about_half(share))
        row |= {"order_true": in_order(cell_means(u, a, v)), "share": share, "phi": phi(u, a),
                "silent": np.mean(reported <= 0, axis=1)}
        rows.append({name: values[0] for name, values in row.items()} | {name: members[name].mean() for name in MEANS})
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def per_run(draws, n):
    """(n) draws of each run: as equal as can be, at least one each."""
    if draws < n:
        raise Failure(USAGE, f"--draws: found {draws}, and there are {n} runs; each is drawn at least once")
    return [draws // n + (k < draws % n) for k in range(n)]


# ---- frequencies ---------------------------------------------------------------------------------------------------------


@dataclass
class Frequency:
    """Mean over runs; interval of a bootstrap over runs; exact interval of as many independent trials as there are runs."""

    mean: float
    low: float
    high: float
    exact_low: float
    exact_high: float


def exact_interval(k, n, level=LEVEL):
    """Clopper and Pearson's (low, high) for k of n; k need not be whole."""
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, k, n - k + 1) if k > 0 else 0.0
    return float(low), float(stats.beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0


def frequency(parts, level=LEVEL):
    """The Frequency of parts (runs) in [0, 1]."""
    parts = np.asarray(parts, dtype=float)
    n, mean = len(parts), float(parts.mean())
    low = high = mean
    if np.ptp(parts) > 0:
        found = stats.bootstrap((parts,), np.mean, n_resamples=RESAMPLES, confidence_level=level, method="percentile", batch=1000,
                                random_state=np.random.default_rng(BOOTSTRAP_SEED)).confidence_interval
        low, high = float(found.low), float(found.high)
    return Frequency(mean, low, high, *exact_interval(parts.sum(), n, level))


@dataclass
class Survey:
    """What surveys of one Design show. `lacking`: (draws) firms that lack anchoring; `biases`: name -> (mean, low, high)."""

    design: Design
    frequencies: dict  # of PARTS, and `cells`: all three hold a firm
    lacking: np.ndarray
    biases: dict  # sample's mean less that of all members; `reported_for_v`: reported less utilisation of all members


def conduct(runs, time, design, draws, seed):
    """The Survey of `draws` draws over runs: a list of frames of members at `time` [year]."""
    few = min(len(members) for members in runs)
    if few < design.approached:
        raise Failure(USAGE, f"--approached: found {design.approached}, and the smallest run has {few} members")
    rows = []
    for k, (members, n) in enumerate(zip(runs, per_run(draws, len(runs)))):
        rows.append(one_run(members, time, design, n, np.random.default_rng([seed, k])))
    by_run = {name: np.array([row[name].mean() for row in rows]) for name in rows[0]}
    lift = np.array([members.reported.mean() - members.utilisation.mean() for members in runs])
    by_run["bias_reported_for_v"] = by_run["bias_reported"] + lift
    frequencies = {part: frequency(by_run[part]) for part in PARTS}
    frequencies["cells"] = frequency([np.mean(row["cells"] == len(CELLS)) for row in rows])
    biases = {name: tuple(map(float, mean_with_interval(by_run[f"bias_{name}"]))) for name in (*MEANS, "reported_for_v")}
    return Survey(design, frequencies, np.concatenate([row["lacking"] for row in rows]), biases)
