"""How fast may a cluster grow, given its staff? The phase diagram growth x staff of `klynge phase`.

A file holds one scenario for each pair of a growth rate g [members/month] and a staff s [FTE]. Both are read from the file: staff
from the config in its provenance, at the programme levels that the cluster goes through, and growth from the members that
recruitment aims at (`target`), which are what there is at the end of growth, or the file is refused. A measure y has a mean
y(g, s) over replicates, at the end of growth; along g it is interpolated by a monotone cubic (PCHIP), so that no turn is made up
between the growth rates that were run. Two break-even growth rates, each the smallest g at which

    tolerated(s)   y(g, s) <= (1 - margin) y(0, s)     growth has taken `margin` of what the same staff keeps without growth
    offset(s)      y(g, s) <= y(0, s0)                 growth has taken all that staff above s0 adds: break-even proper

Per member of staff these are one number each:

    tolerated      the slope of the least squares line through tolerated(s)                  [members/month/FTE]
    offset         the slope k of the least squares line offset(s) = k (s - s0), s > s0      [members/month/FTE]

A break-even whose interval goes beyond the largest growth is held there: k is then at least what is said, and the slope of
tolerated(s) is not given. Replicates of one number have the same seed in all cells, and intervals are quantiles of resamples in
which replicates are drawn whole, for all cells at once. The margin is that of P21 (>= 5 % relative).

A newcomer begins with no realised benefit, so that growth lowers the mean over members even if it harms nobody. Founding members
are of the same age in every cell; their own figures, from the panel of firms, are free of that.
"""
from dataclasses import dataclass, field

import numpy as np
import pandas
from scipy.interpolate import PchipInterpolator

from klynge_analysis.commandline import USAGE, Failure
from klynge_analysis.compare import LEVEL
from klynge_analysis.decompose import mean_with_interval
from klynge_analysis.ensemble import SAME_TIME, Moment
from klynge_analysis.page import date, number
from klynge_analysis.reading import parse_config, setting

MARGIN = 0.05                       # P21: untapped potential, >= 5 % relative
RESAMPLES, BOOTSTRAP_SEED = 1999, 2017
STEPS = 100                         # between two growth rates, of the interpolation
AFTER = 2.0                         # years after the end of growth in which exits are counted [P24: 24 months]
MONTHS = 12
LEVELS = ("none", "arena", "arena_pro", "gce")
KINDS = ("tolerated", "offset")
HOW = "`klynge run configs/growth-by-staff.cfg -o out/growth-by-staff.h5` makes one"


# ---- the grid ------------------------------------------------------------------------------------------------------------


@dataclass
class Grid:
    """The scenarios of a file: growth (G) [members/month] and staff (S) [FTE], ascending, and the row of each cell (G, S)."""

    ensemble: object
    growth: np.ndarray
    staff: np.ndarray
    rows: np.ndarray
    end: float                      # of growth, decimal years
    replicates: np.ndarray          # done in all cells
    hours: float                    # that one FTE has for facilitation [h/year]

    def cells(self, values):
        """(G, S, n) of (scenario, point, replicate)."""
        return values[self.rows, 0][:, :, self.replicates]


def read_grid(ensemble):
    path = ensemble.path
    if ensemble.n_points > 1:
        raise Failure(USAGE, f"{path}: found {ensemble.n_points} design points, expected one")
    replicates = np.flatnonzero(ensemble.done[:, 0].all(axis=0))
    if len(replicates) < 2:
        raise Failure(USAGE, f"{path}: replicates that were done in all scenarios: {len(replicates)}, and an interval takes 2 or "
                             "more")
    config = _config(ensemble)
    growth, end = _growth(ensemble, replicates)
    staff = _staff(ensemble, config, end)
    rates, levels = np.unique(growth), np.unique(staff)
    _check_levels(path, rates, levels)
    rows = [[_cell(ensemble, growth, staff, g, s) for s in levels] for g in rates]
    hours = float(setting(config, "", "world.staff_hours") or 0) * (1 - float(setting(config, "", "world.staff_reporting") or 0))
    return Grid(ensemble, rates, levels, np.array(rows), end, replicates, hours)


def _check_levels(path, rates, levels):
    for found, what, unit in ((rates, "growth rate", "members a month"), (levels, "staff", "FTE")):
        if len(found) < 2:
            raise Failure(USAGE, f"{path}: one {what} only, {found[0]:g} {unit}, and a phase diagram takes 2 or more; {HOW}")
    if rates[0] != 0:
        raise Failure(USAGE, f"{path}: no scenario without growth; growth rates are {', '.join(f'{g:g}' for g in rates)} "
                             "members a month")


def _cell(ensemble, growth, staff, g, s):
    found = np.flatnonzero((growth == g) & (staff == s))
    if len(found) != 1:
        raise Failure(USAGE, f"{ensemble.path}: no grid: {len(found)} scenarios grow by {g:g} members a month with {s:g} FTE, "
                             f"expected one; {HOW}")
    return found[0]


def _config(ensemble):
    name = "provenance/config_resolved"
    if name not in ensemble.file:
        raise Failure(USAGE, f"{ensemble.path}: has no config in its provenance, which says the staff")
    text = ensemble.file[name][()]
    return parse_config(text.decode() if isinstance(text, bytes) else str(text))


def _growth(ensemble, replicates):
    """(scenario) net growth aimed at [members/month], to 0.01, and its end [decimal years]; what is not reached is refused."""
    for name in ("target", "members", "programme_level"):
        if not ensemble.has(name):
            raise Failure(USAGE, f"{ensemble.path}: has no {name}; {HOW}")
    target, times = ensemble.history("target")
    target = target[:, 0][:, replicates].mean(axis=1)
    changes = np.abs(np.diff(target, axis=1)) > 1e-9
    if not changes.any():
        raise Failure(USAGE, f"{ensemble.path}: no scenario grows; {HOW}")
    ends = {row: int(np.flatnonzero(change)[-1]) + 1 for row, change in enumerate(changes) if change.any()}
    if len(set(ends.values())) > 1:
        raise Failure(USAGE, f"{ensemble.path}: growth ends at different times, from {date(times[min(ends.values())])} to "
                             f"{date(times[max(ends.values())])}, so that its rates cannot be compared")
    last = max(ends.values())
    members = ensemble.history("members")[0][:, 0][:, replicates, last].mean(axis=1)
    for row, name in enumerate(ensemble.scenarios):
        if abs(members[row] - target[row, last]) > max(1.0, 0.02 * target[row, last]):
            raise Failure(USAGE, f"{ensemble.path}: {name} has {number(members[row], 3)} members in {date(times[last])} where "
                                 f"{number(target[row, last], 3)} are aimed at: its growth is not what it says")
    return np.round((target[:, last] - target[:, 0]) / ((times[last] - times[0]) * MONTHS), 2) + 0.0, float(times[last])


def _staff(ensemble, config, end):
    """(scenario) staff [FTE], to 0.01, at the programme levels until `end`; one that changes is refused."""
    levels, times = ensemble.history("programme_level")
    before = levels[:, 0][..., times <= end + SAME_TIME]
    found = []
    for row, name in enumerate(ensemble.scenarios):
        if float(setting(config, name, "world.staff_scaled_to") or 0) != 0:
            raise Failure(USAGE, f"{ensemble.path}: the staff of {name} grows with its members (world.staff_scaled_to)")
        passed = [LEVELS[int(level)] for level in np.unique(before[row][np.isfinite(before[row])])]
        values = {setting(config, name, f"world.programme.staff_{level}") for level in passed}
        if None in values or not values:
            raise Failure(USAGE, f"{ensemble.path}: the config in its provenance does not say the staff of {name}")
        if len({float(v) for v in values}) > 1:
            raise Failure(USAGE, f"{ensemble.path}: the staff of {name} changes while it grows, from "
                                 f"{' to '.join(sorted(values, key=float))} FTE")
        found.append(round(float(values.pop()), 2))
    return np.array(found)


# ---- what is measured ----------------------------------------------------------------------------------------------------


@dataclass
class Measure:
    """Of each cell: values (G, S, n), their mean with interval (3, G, S). People are shown values times `scale`, in `unit`."""

    name: str
    title: str
    when: str
    values: np.ndarray
    scale: float = 1.0
    unit: str = ""
    falls: bool = False             # growth lowers it, and a break-even is asked for
    mean: np.ndarray = field(default=None)

    @property
    def pairs(self):
        return self.values.shape[-1]

    def change(self):
        """(G, S) of what is there without growth and with the same staff."""
        return self.mean[0] / self.mean[0][:1] - 1


def measures(grid, at, level=LEVEL):
    """What is told of a grid at a time [decimal years]; founders' figures only where the file has a panel of firms."""
    when = date(at)
    found = [Measure("realised", "Realised over potential benefit, all members", when, _state(grid, "realised", at), falls=True),
             Measure("sense_of_community", "Sense of community, all members", when, _state(grid, "sense_of_community", at),
                     falls=True),
             _exits(grid, at), *_founders(grid, at), *_busy(grid, at)]
    for each in found:
        known = np.isfinite(each.values).all(axis=(0, 1))
        if known.sum() < 2:
            raise Failure(USAGE, f"{grid.ensemble.path}: replicates in which {each.name} is known in all: {known.sum()}, "
                                 "and an interval takes 2 or more")
        each.values = each.values[..., known]
        each.mean = np.array(mean_with_interval(np.moveaxis(each.values, -1, 0), level))
    return found


def _state(grid, name, at):
    ensemble = grid.ensemble
    if not ensemble.has(name):
        raise Failure(USAGE, f"{ensemble.path}: has no {name}; {HOW}")
    values, span = ensemble.read(name, Moment(at))
    if span is None or abs(span[1] - at) > ensemble.tick / 2 or not np.isfinite(values).any():
        near = f", the last before at {date(span[1])}" if span else ""
        raise Failure(USAGE, f"{ensemble.path}: {name} has no value at {date(at)}{near}; run.network_every says how often "
                             "there is one")
    return grid.cells(values)


def _exits(grid, at):
    """Exits a year and member in the two years from `at`, or, where less than one of these is in the file, in those before."""
    ensemble = grid.ensemble
    span = (at, min(at + AFTER, ensemble.time[-1]))
    if span[1] - span[0] < 1 - SAME_TIME:
        span = (max(at - AFTER, ensemble.time[0] - ensemble.tick), at)
    exits, members = (grid.cells(ensemble.read(name, Moment(window=span))[0]) for name in ("exits", "members"))
    return Measure("exits", "Exits", f"{date(span[0])} to {date(span[1])}", exits / members, 100, "% of members a year")


def _founders(grid, at):
    """Sum of V over sum of Vpot, and mean belonging, of founding members that are still there."""
    ensemble = grid.ensemble
    columns = ensemble.table("panel", ("scenario_index", "replicate_index", "snapshot_time", "founder", "utilisation",
                                       "potential", "belonging"))
    if columns is None:
        return []
    panel = pandas.DataFrame(columns)
    panel = panel[(panel.founder == 1) & ((panel.snapshot_time - at).abs() < ensemble.tick / 2)]
    sums = panel.groupby(["scenario_index", "replicate_index"])[["utilisation", "potential", "belonging"]].agg(["sum", "mean"])
    found = np.full((2, *ensemble.done.shape), np.nan)
    if len(sums):
        place = tuple(np.array(sums.index.tolist()).T)
        found[0][place[0], 0, place[1]] = sums["utilisation", "sum"] / sums["potential", "sum"]
        found[1][place[0], 0, place[1]] = sums["belonging", "mean"]
    values = [grid.cells(each) for each in found]
    if not np.isfinite(values).all(axis=(0, 1, 2)).sum() >= 2:
        return []
    return [Measure("realised_founders", "Realised over potential benefit, founding members", date(at), values[0], falls=True),
            Measure("sense_of_community_founders", "Sense of community, founding members", date(at), values[1], falls=True)]


def _busy(grid, at):
    """Share of staff's hours for facilitation that were used from the start to `at`."""
    ensemble = grid.ensemble
    if not grid.hours or not ensemble.has("staff_hours_used"):
        return []
    span = (ensemble.time[0] - ensemble.tick, at)
    used = grid.cells(ensemble.read("staff_hours_used", Moment(window=span))[0]) / (grid.hours * grid.staff[None, :, None])
    return [Measure("staff_used", "Staff's hours for facilitation that are used", f"{date(span[0])} to {date(at)}", used, 100,
                    "%")]


# ---- break-even ----------------------------------------------------------------------------------------------------------


@dataclass
class BreakEven:
    """Of a measure: growth (S) [members/month] with low and high, inf: beyond the largest growth, -inf: below without growth;
    shares of resamples beyond either edge (S); per FTE (estimate, low, high), NaN where it is not given; `bound`: it is at least
    that."""

    measure: Measure
    kind: str
    growth: np.ndarray              # (3, S)
    above: np.ndarray
    below: np.ndarray
    per_staff: tuple
    bound: bool


def crossing(growth, curves, reference):
    """(...) smallest growth at which `curves` (..., G), interpolated monotonely, are down to `reference` (...); inf where they
    never are, -inf where they are below it without growth."""
    curves, reference = np.asarray(curves), np.asarray(reference)[..., None]
    gap = curves - reference
    gap[np.abs(gap) < 1e-12] = 0
    first = np.argmax(gap <= 0, axis=-1)  # monotone between its ends: the crossing is in the interval before
    before = np.maximum(first - 1, 0)
    shape = PchipInterpolator(growth, curves, axis=-1).c
    cubic = np.take_along_axis(shape, before[None, None], axis=1)[:, 0][..., None]
    steps = np.diff(growth)[before][..., None] * np.linspace(0, 1, STEPS + 1)
    gap_there = ((cubic[0] * steps + cubic[1]) * steps + cubic[2]) * steps + cubic[3] - reference
    gap_there[np.abs(gap_there) < 1e-12] = 0
    last = np.maximum(np.argmax(gap_there <= 0, axis=-1), 1)
    high, low = (np.take_along_axis(gap_there, k[..., None], -1)[..., 0] for k in (last - 1, last))
    with np.errstate(invalid="ignore", divide="ignore"):
        part = last - 1 + np.where(high > low, np.clip(high / (high - low), 0, 1), 0)
    found = growth[before] + part * np.diff(growth)[before] / STEPS
    found = np.where(first == 0, np.where(gap[..., 0] < 0, -np.inf, growth[0]), found)
    return np.where((gap > 0).all(axis=-1), np.inf, found)


def references(means, kind, margin, base):
    """(..., S) of means (..., G, S): what break-even is measured by; `base`: place of the staff s0."""
    if kind == "tolerated":
        return (1 - margin) * means[..., 0, :]
    return np.broadcast_to(means[..., :1, base], means[..., 0, :].shape)


def per_staff(kind, found, staff, base, largest):
    """(...) members a month and FTE, of break-even growth (..., S)."""
    held = np.clip(found, 0, largest)
    if kind == "tolerated":
        away = staff - staff.mean()
        return held @ away / (away @ away)
    more = np.where(staff > staff[base], staff - staff[base], 0)
    return held @ more / (more @ more)


def break_even(grid, measure, kind, margin=MARGIN, base=0, level=LEVEL):
    """The BreakEven of a measure; `base`: place of s0 in grid.staff, below the last."""
    values = measure.values
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    weights = rng.multinomial(values.shape[-1], np.full(values.shape[-1], 1 / values.shape[-1]), RESAMPLES) / values.shape[-1]
    means = np.concatenate([values.mean(axis=-1)[None], np.moveaxis(values @ weights.T, -1, 0)])  # (1 + resamples, G, S)
    found = crossing(grid.growth, np.moveaxis(means, 1, -1), references(means, kind, margin, base))
    slopes = per_staff(kind, found, grid.staff, base, grid.growth[-1])
    tails = [0.5 - level / 2, 0.5 + level / 2]
    low, high = np.quantile(found[1:], tails, axis=0, method="inverted_cdf")
    bound = kind == "offset" and bool(np.isposinf(high).any())
    told = np.isfinite([found[0], low, high]).all() if kind == "tolerated" else not np.isneginf(found[0, base + 1:]).any()
    slope = (slopes[0], *np.quantile(slopes[1:], tails)) if told else (np.nan,) * 3
    return BreakEven(measure, kind, np.array([found[0], low, high]), np.isposinf(found[1:]).mean(axis=0),
                     np.isneginf(found[1:]).mean(axis=0), slope, bound)
