"""Measures of the family `meeting`: distance between firms' places, trust between pairs of firms and what becomes of it.

A *pair* is two members, whichever way round; its trust is the mean of both directions, 0 where there is no tie, as in /projects.
A *trust tie* is a pair with T >= TRUST_TIE, the level at which the evidence (P27) takes a relation to be there. Pairs of customer
and supplier are left out of all that is said of trust ties: trade keeps them at 0.7 whatever members do, and the nearest firms
are given such ties at the start (ODD 5.5, 7.13), so that they would show distance where it was put in.
"""
import functools

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import PerfectSeparationError

from .verdict import CannotTell

# Towns that the places stand for, degrees north and east, in the order of the table in ODD.md, section 2 (fields.def: place).
PLACES = ("mo", "mosjoen", "salten", "helgeland", "trondelag", "troms", "south")
TOWNS = np.array([(66.313, 14.142), (65.836, 13.191), (66.95, 14.15), (66.022, 12.632), (63.31, 9.85), (69.232, 17.981),
                  (59.91, 10.75)])
EARTH = 6371.0  # km, ODD.md, section 2
CENTRE = [PLACES.index(name) for name in ("mo", "mosjoen", "helgeland")]  # Helgeland, the centre of gravity: thesis 2.2, R8
NEAR, FAR = 30.0, 300.0  # km, P26

KNOWN = 0.5
LAPSE = 0.1      # below it a tie lapses: evidence, section 8
TRUST_TIE = 0.4  # P27
ANY_TRUST = 0.01  # a smaller dose leaves no tie: ODD 7.13
SUPPLIER = 1     # bit of a tie's kind
CELLS = len(PLACES) ** 2


def haversine(towns):
    """(n, n) km between (n, 2) degrees north and east."""
    north, east = np.radians(towns).T
    half = np.sin((north[:, None] - north) / 2) ** 2
    half += np.cos(north[:, None]) * np.cos(north) * np.sin((east[:, None] - east) / 2) ** 2
    return 2 * EARTH * np.arcsin(np.sqrt(half))


KM = haversine(TOWNS)  # (place, place)
LOG_KM = np.log1p(KM).ravel()  # (cell), a cell is place * 7 + place


class Ties:
    """Ties of all replicates of a run by snapshot, as arrays over directed ties; of firms, where they are.

    Snapshots are numbered from 0. A firm's number is dense over (replicate, uid), so that keys of pairs fit into 64 bits.
    """

    def __init__(self, run):
        panel, ties = run.file["panel"], run.file["ties"]
        replicate, time = ties["replicate_index"][()], ties["snapshot_time"][()]
        self.times = np.unique(time)
        self.years = np.diff(self.times).mean()
        self.n_replicates, self.n_snapshots = len(run.done), len(self.times)
        self.done = run.done
        firm = replicate.astype(np.int64) << 32 | ties["uid"][()]
        firms, number = np.unique(firm, return_inverse=True)
        n = ties["n_ties"][()]
        self.snapshot = np.repeat(np.searchsorted(self.times, time), n)  # int64, as keys need
        self.a = np.repeat(number, n)
        self.b = np.searchsorted(firms, np.repeat(replicate.astype(np.int64) << 32, n) | ties["to"][()])
        self.trust, self.awareness = ties["trust"][()], ties["awareness"][()]
        self.supplier = (ties["kind"][()] & SUPPLIER) > 0
        self.replicate_of = (firms >> 32).astype(np.int32)  # (firm)
        self.n_firms = len(firms)
        self.present = np.zeros((self.n_snapshots, self.n_firms), dtype=bool)
        self.present[np.searchsorted(self.times, time), number] = True
        self.place = np.zeros(self.n_firms, dtype=np.int8)  # (firm)
        at = np.searchsorted(firms, panel["replicate_index"][()].astype(np.int64) << 32 | panel["uid"][()])
        self.place[at] = panel["place"][()]

    def stays(self, snapshot, *firms):
        """Are all of these firms members in that snapshot and in the next?"""
        later = np.minimum(snapshot + 1, self.n_snapshots - 1)
        both = snapshot + 1 < self.n_snapshots
        for each in firms:
            both = both & self.present[snapshot, each] & self.present[later, each]
        return both

    def per_run(self, firms, of=None):
        """(replicate) number of these rows by the replicate of their firm, NaN where it failed."""
        counts = np.bincount(self.replicate_of[firms], weights=of, minlength=self.n_replicates).astype(float)
        return np.where(self.done, counts, np.nan)


@functools.lru_cache(maxsize=4)
def ties_of(run):
    return Ties(run)


# ---- acquaintance --------------------------------------------------------------------------------------------------------------


def new_acquaintances(run):
    """(replicate) members that a member comes to know in a year, among those who were there a year before."""
    t = ties_of(run)
    known = t.awareness >= KNOWN
    key = t.a * t.n_firms + t.b
    later = known & (t.snapshot > 0) & t.stays(np.maximum(t.snapshot - 1, 0), t.a, t.b)
    before = (t.snapshot * np.int64(t.n_firms) ** 2 + key)[known]
    new = later.copy()
    new[later] = ~np.isin((t.snapshot - 1)[later] * np.int64(t.n_firms) ** 2 + key[later], before)
    firms = np.nonzero(t.present[:-1] & t.present[1:])[1]
    return t.per_run(t.a[new]) / t.per_run(firms) / t.years


def relational_capital(run):
    """((firm) relational capital at the last snapshot, (firm) replicate): the mean of a member's five most trusted that it knows
    and does not trade with, missing ones as 0 (ODD 7.21)."""
    t = ties_of(run)
    last = t.snapshot == t.n_snapshots - 1
    counts = last & (t.awareness >= KNOWN) & ~t.supplier & (t.trust >= LAPSE)
    a, trust = t.a[counts], t.trust[counts].astype(float)
    order = np.lexsort((-trust, a))
    a, trust = a[order], trust[order]
    first = np.searchsorted(a, a)  # where the row of the same firm begins
    best = np.arange(len(a)) - first < 5
    capital = np.bincount(a[best], weights=trust[best], minlength=t.n_firms) / 5
    there = t.present[-1]
    return capital[there], t.replicate_of[there]


def by_centre(run, values_of):
    """((replicate) mean over firms of Helgeland, (replicate) over the others) at the last snapshot. values_of(ties) is (firm)."""
    t = ties_of(run)
    values, there = values_of(t), t.present[-1]
    central = np.isin(t.place, CENTRE)
    means = []
    for which in (central, ~central):
        firms = np.flatnonzero(there & which)
        means.append(t.per_run(firms, values[firms]) / t.per_run(firms))
    return means


def known_members(t):
    """(firm) members that a firm knows, at the last snapshot."""
    return np.bincount(t.a[(t.snapshot == t.n_snapshots - 1) & (t.awareness >= KNOWN)], minlength=t.n_firms).astype(float)


def trust_ties(t):
    """(firm) trust ties of a firm, at the last snapshot."""
    p = pairs(t)
    rows = (p.snapshot == t.n_snapshots - 1) & (p.trust >= TRUST_TIE) & ~p.supplier
    return np.bincount(np.concatenate([p.low[rows], p.high[rows]]), minlength=t.n_firms).astype(float)


# ---- pairs and their trust -----------------------------------------------------------------------------------------------------


class Pairs:
    """Pairs of members with a tie either way, by snapshot; `key` is ascending."""

    def __init__(self, t):
        n = np.int64(t.n_firms)
        key, row = np.unique(t.snapshot * n * n + np.minimum(t.a, t.b) * n + np.maximum(t.a, t.b), return_inverse=True)
        self.key, self.step = key, n * n  # a year later the key is `step` more
        self.snapshot, self.low, self.high = (key // (n * n)).astype(int), key // n % n, key % n
        self.trust = np.bincount(row, weights=t.trust) / 2
        self.supplier = np.bincount(row, weights=t.supplier) > 0

    def other(self, years):
        """(pair) its row so many snapshots later, -1 where it has no tie then."""
        wanted = self.key + years * self.step
        row = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        return np.where(self.key[row] == wanted, row, -1)


@functools.lru_cache(maxsize=4)
def pairs(t):
    return Pairs(t)


def _everybody(t):
    """(replicate, cell) pairs of members that were there in a snapshot and in the next, over all snapshots but the last."""
    total = np.zeros((t.n_replicates, len(PLACES), len(PLACES)))
    for s in range(t.n_snapshots - 1):
        stay = np.flatnonzero(t.present[s] & t.present[s + 1])
        n = np.bincount(t.replicate_of[stay] * len(PLACES) + t.place[stay], minlength=t.n_replicates * len(PLACES))
        n = n.reshape(t.n_replicates, -1).astype(float)
        product = n[:, :, None] * n[:, None, :]
        product[:, np.arange(len(PLACES)), np.arange(len(PLACES))] = n * (n - 1) / 2
        total += np.triu(product)
    return total.reshape(t.n_replicates, CELLS)


@functools.lru_cache(maxsize=4)
def transitions(run, band_edges=(LAPSE, TRUST_TIE), level=TRUST_TIE):
    """(at risk, risen), both (replicate, band, cell): pairs by the band of their trust in a snapshot, and how many of them are
    trust ties in the next, a year later. Suppliers left out; both firms members at both times; failed replicates hold 0."""
    t = ties_of(run)
    p = pairs(t)
    a, b = t.place[p.low], t.place[p.high]
    cell = np.minimum(a, b) * len(PLACES) + np.maximum(a, b)
    place = t.replicate_of[p.low] * CELLS + cell
    n_bands, size = len(band_edges) + 1, t.n_replicates * CELLS
    band = np.digitize(p.trust, band_edges)
    stays = t.stays(p.snapshot, p.low, p.high)
    after = p.other(1)
    later = np.where(after >= 0, p.trust[after], 0.0)
    risk, risen = np.zeros((n_bands, size)), np.zeros((n_bands, size))
    for k in range(n_bands):
        rows = stays & ~p.supplier & (band == k)
        risk[k] = np.bincount(place[rows], minlength=size)
        risen[k] = np.bincount(place[rows & (later >= level)], minlength=size)
    trade = np.bincount(place[stays & p.supplier], minlength=size)
    risk[0] = _everybody(t).ravel() - trade - risk[1:].sum(axis=0)  # those without any tie are in no row
    was_there = (p.snapshot > 0) & t.stays(np.maximum(p.snapshot - 1, 0), p.low, p.high)
    fresh = was_there & (p.other(-1) < 0) & ~p.supplier & (p.trust >= level)
    risen[0] += np.bincount(place[fresh], minlength=size)
    shape = n_bands, t.n_replicates, CELLS
    return risk.reshape(shape).transpose(1, 0, 2), risen.reshape(shape).transpose(1, 0, 2)


def new_trust_ties(run):
    """(replicate) pairs that were no trust tie in a snapshot and are one in the next, a year; NaN where it failed."""
    _, risen = transitions(run)
    t = ties_of(run)
    total = risen[:, :-1].sum(axis=(1, 2)) / ((t.n_snapshots - 1) * t.years)
    return np.where(t.done, total, np.nan)


# ---- distance ------------------------------------------------------------------------------------------------------------------


def _logit(risk, risen, groups=None):
    """Fit of risen/risk on log(1 + km); both (row, cell). `groups` (row): errors are clustered by them."""
    rows = risk > 0
    distance = np.broadcast_to(LOG_KM, risk.shape)[rows]
    if len(np.unique(distance)) < 2:
        raise CannotTell("the logit on distance has no solution: no two pairs at risk are at different distances")
    x = sm.add_constant(distance)
    model = sm.GLM(np.column_stack([risen[rows], (risk - risen)[rows]]), x, family=sm.families.Binomial())
    errors = {}
    if groups is not None:
        errors = {"cov_type": "cluster", "cov_kwds": {"groups": np.broadcast_to(groups[:, None], risk.shape)[rows]}}
    try:
        return model.fit(**errors)
    except PerfectSeparationError:
        raise CannotTell("the logit on distance has no solution: pairs that rise and pairs that do not lie apart") from None


def slope_by_run(risk, risen):
    """(replicate) coefficient of log(1 + km) in each run alone; both (replicate, cell). NaN where it has none."""
    found = np.full(len(risk), np.nan)
    for r, (n, k) in enumerate(zip(risk, risen)):
        if 0 < k.sum() < n.sum():
            try:
                found[r] = _logit(n[None], k[None]).params[1]
            except CannotTell:
                continue
    return found


def slope(risk, risen):
    """(coefficient of log(1 + km) over all runs, low, high), errors clustered by run; both (replicate, cell)."""
    fit = _logit(risk, risen, np.arange(len(risk)))
    return fit.params[1], *fit.conf_int()[1]


def rate_near_far(risk, risen):
    """((replicate, 2) risen, (replicate, 2) at risk), of pairs within NEAR and beyond FAR; both (replicate, cell)."""
    which = np.column_stack([KM.ravel() <= NEAR, KM.ravel() > FAR])
    return risen @ which, risk @ which
