"""What patterns of projects measure in common: within-run statistics, pairs of firms and teams, without loops over firms."""
import itertools

import numpy as np
import pandas
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant

from .experiments import MONTH

SUPPLIER, COMPETITOR = 1, 2  # marks in a tie's kind
OUTSIDE = 5  # origin of a project outside the cluster
SEATS = [f"team_{k}" for k in range(8)]
FIRMS = "projects-firms"  # config with firms, ties and projects one by one
LAST = 60  # month in which what came of it is read


def within_runs(frame, statistic, n=None):
    """(replicate) statistic(rows of the replicate), NaN where it has no rows. n: replicates, of which some may have no row."""
    found = {replicate: statistic(rows) for replicate, rows in frame.groupby("replicate")}
    index = range(n) if n is not None else sorted(found)
    return np.array([found.get(replicate, np.nan) for replicate in index], dtype=float)


def spearman(x, y):
    """Spearman's rho, NaN where one of them does not vary."""
    return stats.spearmanr(x, y).statistic if np.ptp(x) > 0 and np.ptp(y) > 0 else np.nan


def partial_spearman(x, y, given):
    """Spearman's rho of x and y given a third: Pearson's of what is left of their ranks."""
    x, y, given = (stats.rankdata(a) for a in (x, y, given))
    if min(np.ptp(x), np.ptp(y)) == 0:
        return np.nan
    rest = [a - np.polyval(np.polyfit(given, a, 1), given) for a in (x, y)]
    return np.corrcoef(*rest)[0, 1]


def standard(values):
    """In SD from the mean."""
    return (values - np.mean(values)) / np.std(values)


def slopes(y, *columns):
    """OLS coefficients of y on columns, the constant left out."""
    return OLS(np.asarray(y, float), add_constant(np.column_stack(columns).astype(float), has_constant="add")).fit().params[1:]


# ---- pairs ----------------------------------------------------------------------------------------------------------------

PAIR = ["replicate", "a", "b"]


def with_pair(frame, one, other):
    """The frame with columns a < b: the uids of an unordered pair."""
    return frame.assign(a=np.minimum(frame[one], frame[other]), b=np.maximum(frame[one], frame[other]))


def supplier_pairs(ties):
    """Each pair of customer and supplier that any snapshot shows, once: columns replicate, a, b."""
    marked = ties[(ties.kind & SUPPLIER) > 0]
    return with_pair(marked, "uid", "to")[PAIR].drop_duplicates()


def pair_trust(ties):
    """Mean trust of both directions (a missing one is 0) for each pair with a tie: columns replicate, month, a, b, trust."""
    pairs = with_pair(ties, "uid", "to")
    return (pairs.groupby(["replicate", "month", "a", "b"], sort=False).trust.sum() / 2).reset_index()


def seats(projects):
    """A firm in a team a row: the project's columns, its row number as `row`, and uid."""
    frame = projects.assign(row=np.arange(len(projects)))
    keep = [c for c in frame.columns if c not in SEATS]
    long = frame.melt(id_vars=keep, value_vars=SEATS, value_name="uid")
    return long[long.uid >= 0]


def with_supplier_pair(projects, suppliers):
    """(project) has the team a customer and its supplier?, (project) and besides them a firm that trades with none of the
    team?"""
    n, key = len(projects), set(map(tuple, suppliers.to_numpy()))
    trades = np.zeros((n, len(SEATS)), dtype=bool)
    team, replicate = projects[SEATS].to_numpy(), projects.replicate.to_numpy()
    known = pandas.MultiIndex.from_tuples(sorted(key), names=PAIR)
    for one, other in itertools.combinations(range(len(SEATS)), 2):
        there = (team[:, one] >= 0) & (team[:, other] >= 0)
        low, high = np.minimum(team[:, one], team[:, other]), np.maximum(team[:, one], team[:, other])
        pair = there & pandas.MultiIndex.from_arrays([replicate, low, high]).isin(known)
        trades[:, one] |= pair
        trades[:, other] |= pair
    return trades.any(axis=1), trades.any(axis=1) & ((team >= 0) & ~trades).any(axis=1)


# ---- firms and projects ------------------------------------------------------------------------------------------------

def snapshot(frame, month):
    """The rows of the snapshot nearest to a month."""
    months = frame.month.unique()
    return frame[frame.month == months[np.argmin(np.abs(months - month))]]


def in_cluster(runs, scenario):
    """Projects in the cluster, with the months of their start and planned end."""
    run = runs(FIRMS, scenario)
    projects = runs.projects(FIRMS, scenario)
    projects = projects[projects.origin != OUTSIDE]
    return projects.assign(begun=run.months(projects.start.to_numpy()), over=run.months(projects.end.to_numpy()))


# ---- time -----------------------------------------------------------------------------------------------------------------

def years(array, months, n, rate=True):
    """(replicate, n) by year of the cluster: the sum of a rate a year over its months, or without `rate` the plain sum."""
    rows = [array[:, (months > 12 * k + 1e-6) & (months <= 12 * (k + 1) + 1e-6)] for k in range(n)]
    return np.stack([np.nansum(each, axis=1) * (MONTH if rate else 1) for each in rows], axis=1)


def months_behind(first, second, most=24, smooth=12):
    """By how many months `second` follows `first` (both (time), monthly): the lag of the highest correlation of the two without
    their linear trends, as running means of a year, which takes the season out. At the edge of the search (+-`most`) there is no
    lag to be found: the correlation rises on beyond it."""
    kernel = np.ones(smooth) / smooth
    x, y = (np.convolve(a, kernel, mode="valid") for a in (first, second))
    lags = np.arange(-most, most + 1)
    steps = np.arange(len(x))
    x, y = (a - np.polyval(np.polyfit(steps, a, 1), steps) for a in (x, y))
    found = [np.corrcoef(x[max(0, -k):len(x) - max(0, k)], y[max(0, k):len(y) + min(0, k)])[0, 1] for k in lags]
    return float(lags[np.argmax(found)])
