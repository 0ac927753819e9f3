"""Measures of the patterns of growth: cohorts, standardisation for tenure, themes that pairs of members share."""
import functools

import numpy as np

from .verdict import Estimate, bootstrap, finite, ratio_of

FOUNDERS = "founders"
YEAR = 12  # months


def fall(before, after):
    """Relative fall of the mean over replicates, with its interval: 1 - after / before."""
    ratio = ratio_of(after, before)
    return Estimate(1 - ratio.value, 1 - ratio.high, 1 - ratio.low)


def rise(before, after):
    """Relative rise of the mean over replicates, with its interval: after / before - 1."""
    return Estimate(*(end - 1 for end in ratio_of(after, before)))


def elasticity(small, large, n_small, n_large):
    """Slope of the log mean on the log of the number of members, between two sizes."""
    return bootstrap(lambda a, b: np.log(b.mean() / a.mean()) / np.log(n_large / n_small), *finite(small, large))


def log_slope(values, sizes):
    """OLS slope of the log mean on log N over several sizes. values: (replicate) of each size."""
    return bootstrap(lambda *arrays: np.polyfit(np.log(sizes), np.log([a.mean() for a in arrays]), 1)[0], *finite(*values))


# ---- standardised for tenure ----------------------------------------------------------------------------------------------

TENURES = [3, 6, 9, 12, 18, 24, 30, 36]  # months, upper ends of strata: narrow, for V begins at 0 and takes two years to build
V, POTENTIAL, N = range(3)


def by_tenure(panel, month, months_of, n):
    """(n replicates, stratum, 3) sums of V and of Vpot and number of firms at a month, by time since entry."""
    firms = panel[panel.month == month]
    stratum = np.searchsorted(TENURES, month - months_of(firms.entered) - 1e-3)
    sums = np.zeros((n, len(TENURES) + 1, 3))
    for k, values in enumerate((firms.utilisation, firms.potential, np.ones(len(firms)))):
        np.add.at(sums, (firms.replicate.to_numpy(), stratum, k), np.asarray(values))
    return sums


def standardised_means(paths, weights):
    """(path, 2) or (path, replicate, 2) mean V and mean Vpot of each path, had all of them the tenure of `weights` (direct
    standardisation). paths: arrays (..., stratum, 3). A stratum that is empty on one path is left out on all.
    """
    shared = weights * np.all([path[..., N] > 0 for path in paths], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.where(shared[..., None] > 0, path / path[..., N:], 0) * shared[..., None] for path in paths]
        return np.array([mean[..., :N].sum(axis=-2) / shared.sum(axis=-1)[..., None] for mean in means])


def standardised(paths, weights):
    """V / Vpot of each path, as standardised_means has them: (path) or (path, replicate)."""
    means = standardised_means(paths, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return means[..., V] / means[..., POTENTIAL]


def tenure_of(paths):
    """(stratum) firms in all paths and replicates."""
    return sum(path[..., N].sum(axis=0) for path in paths)


def over_runs(statistic, *groups, of=standardised):
    """statistic(V/Vpot of the paths of each group) with its bootstrap interval, firms of all replicates pooled by stratum.

    groups: lists of paths, each standardised to its own pooled tenure. of: standardised, or standardised_means for (path, 2).
    """
    weights = [tenure_of(paths) for paths in groups]
    cuts = np.cumsum([len(paths) for paths in groups])[:-1]

    def pooled(*paths):
        split = np.split(np.arange(len(paths)), cuts)
        return statistic(*(of([paths[k].sum(axis=0) for k in own], w) for own, w in zip(split, weights)))
    return bootstrap(pooled, *(path for paths in groups for path in paths))


# ---- themes ---------------------------------------------------------------------------------------------------------------

DOMAINS, SECTORS, DRAWS = 10, 7, 4000
REACH = np.exp(-1 / 1.5)  # chance of each further step from the sector's home


def knowledge(sector, rng):
    """(draw, domain) levels of firms of a sector, drawn by the rule of ODD.md 5.4."""
    rows = np.arange(DRAWS)
    levels = np.zeros((DRAWS, DOMAINS))
    held = np.zeros((DRAWS, DOMAINS), dtype=bool)
    three = rng.random(DRAWS) < 0.5
    for k in range(4):
        step = np.minimum(rng.geometric(1 - REACH, DRAWS) - 1, 5) * rng.choice([-1, 1], DRAWS)
        domain = ((10 * sector + 5) // SECTORS + step) % DOMAINS
        while (taken := held[rows, domain]).any():
            domain = np.where(taken, (domain + 1) % DOMAINS, domain)
        held[rows, domain] = True
        levels[rows, domain] = np.where(three & (k == 3), 0.0, rng.uniform(0.4, 1.0, DRAWS))
    return levels


@functools.lru_cache(maxsize=1)
def themes_of_sectors():
    """(sector, sector) expected domains that two firms have in common, and expected cognitive distance 1 - x.x of their
    profiles."""
    rng = np.random.default_rng(1)
    levels = [knowledge(sector, rng) for sector in range(SECTORS)]
    profiles = np.array([(own / np.linalg.norm(own, axis=1, keepdims=True)).mean(axis=0) for own in levels])
    held = np.array([(own > 0).mean(axis=0) for own in levels])
    return held @ held.T, 1 - profiles @ profiles.T


def themes_of_pairs(panel, month):
    """((replicate) domains in common, (replicate) distance) of the mean pair of members, expected of their sectors.

    What a firm knows is not in the result file; given the two firms' sectors it is drawn independently (places matter to
    specialties, not to domains), so that the mean over pairs is that of the table of sectors, but for the chance of single firms.
    """
    firms = panel[panel.month == month]
    counts = firms.groupby(["replicate", "sector"]).size().unstack(fill_value=0).reindex(columns=range(SECTORS), fill_value=0)
    n = counts.to_numpy().astype(float)
    pairs = n[:, :, None] * n[:, None, :] - n[:, :, None] * np.eye(SECTORS)  # ordered, without oneself
    return [(pairs * table).sum(axis=(1, 2)) / pairs.sum(axis=(1, 2)) for table in themes_of_sectors()]
