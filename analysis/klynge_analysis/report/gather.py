"""What a report shows of a file, as plain lists: medians and bands over time, comparison, quadrants, contact, provenance.

A case is a scenario at a design point. Numbers are rounded to four figures, which is more than a page can show; NaN becomes None.
"""
import json
import warnings

import numpy as np
from scipy import stats

from klynge_analysis.central_band import band, over_a_year
from klynge_analysis.commandline import IO, USAGE, Failure
from klynge_analysis.compare import compare
from klynge_analysis.decompose import mean_with_interval
from klynge_analysis.ensemble import MAIN, Ensemble, Moment
from klynge_analysis.spans import config_of, provenance_text, spans

SERIES = ("members", "collaboration", "sense_of_community", "overview", "utilisation", "exits")
MOST_CASES = 60
MOST_POINTS = 3000  # scenarios and points that the panel of a sweep draws; of more, evenly chosen ones
LEVEL = 0.95


def plain(values):
    """An array as nested lists of numbers of four figures, None where there is none."""
    array = np.asarray(values, dtype=float)
    if array.ndim > 1:
        return [plain(row) for row in array]
    return [float(f"{x:.4g}") if np.isfinite(x) else None for x in array]


def in_words(swept, s, p, number="{:.4g}".format):
    """The value of a setting at a scenario and point."""
    value = swept.values[s, p]
    return swept.labels[int(value)] if swept.labels and np.isfinite(value) else number(value)


class Cases:
    """The scenarios and points of a file that a report shows: all points, or one where these are too many or one is asked for."""

    def __init__(self, ensemble, scenarios=None, point=None):
        self.ensemble = ensemble
        chosen = [ensemble.index(name, "scenarios") for name in scenarios] if scenarios else range(len(ensemble.scenarios))
        self.scenarios = list(dict.fromkeys(chosen))
        if len(self.scenarios) > MOST_CASES:
            raise Failure(USAGE, f"{ensemble.path}: holds {len(self.scenarios)} scenarios, and a page can show {MOST_CASES}; choose some "
                          "with --scenarios A,B")
        self.points = self._points(point)
        self.at = [(s, p) for s in self.scenarios for p in self.points]
        self.done = [int(ensemble.done[case].sum()) for case in self.at]
        if not any(self.done):
            raise Failure(USAGE, f"{ensemble.path}: no replicate was done in what is to be shown")

    def _points(self, point):
        n = self.ensemble.n_points
        if point is not None and point >= n:
            raise Failure(USAGE, f"--point: found {point}, and {self.ensemble.path} has points 0 to {n - 1}")
        if point is None and n * len(self.scenarios) <= MOST_CASES:
            return range(n)
        return [point or 0]

    def name(self, k):
        s, p = self.at[k]
        return self.ensemble.scenarios[s] + (f", {self.settings(s, p)}" if self.ensemble.n_points > 1 else "")

    def settings(self, s, p):
        """What a point is: its settings where they are few, else its number."""
        swept = self.ensemble.swept
        if not 1 <= len(swept) <= 2:
            return f"point {p}"
        return ", ".join(f"{path.rpartition('.')[2]} {in_words(each, s, p)}" for path, each in swept.items())

    def names(self):
        return [self.name(k) for k in range(len(self.at))]


def choose_baseline(ensemble, wanted, cases):
    """Index of the case that others are set against: as asked for, else `baseline`, else the first that was run."""
    shown = [s for (s, _), done in zip(cases.at, cases.done) if done]
    if wanted is not None:
        s = ensemble.index(wanted, "baseline")
        if s not in shown:
            raise Failure(USAGE, f"--baseline: {wanted} is not among the scenarios shown, or none of its replicates was done")
    else:
        names = [ensemble.scenarios[s] for s in shown]
        s = shown[names.index("baseline")] if "baseline" in names else shown[0]
    return next(k for k, (other, _) in enumerate(cases.at) if other == s and cases.done[k])


# ---- over time -----------------------------------------------------------------------------------------------------------


def series(ensemble, cases):
    """name -> unit, whether it is a rate (then: means over 12 months), times and a band for each case."""
    found = {}
    for name in SERIES:
        if not ensemble.has(name):
            continue
        values, times = ensemble.history(name)
        ticks = max(1, round(1 / (times[1] - times[0]))) if len(times) > 1 else 1
        rate = ensemble.is_rate(name) and 1 < ticks <= len(times)
        if rate:
            values = over_a_year(values, ticks)
        bands = [plain(band(values[s, p][ensemble.done[s, p]])) for s, p in cases.at]
        found[name] = {"unit": ensemble.unit(name), "rate": rate, "time": plain_times(times), "bands": bands}
    if not found:
        raise Failure(USAGE, f"{ensemble.path}: holds none of what a report shows: {', '.join(SERIES)}")
    return found


def plain_times(times):
    return [round(float(t), 4) for t in times]


# ---- comparison ----------------------------------------------------------------------------------------------------------


def comparison(ensemble, cases, base):
    """Every main observable of every other scenario against the baseline's, as `klynge compare` has it; `alone`: not compared."""
    base_name = ensemble.scenarios[cases.at[base][0]]
    others, alone = [], []
    for name in dict.fromkeys(ensemble.scenarios[s] for s, _ in cases.at):
        if name == base_name:
            continue
        s, b = ensemble.scenarios.index(name), cases.at[base][0]
        pairs = (ensemble.done[s] & ensemble.done[b])[list(cases.points)].sum(axis=-1)
        (others if (pairs >= 2).all() else alone).append(name)
    if not others:
        return {"rows": [], "alone": alone}
    moment = Moment()
    names = [name for name in MAIN if ensemble.has(name)]
    c = compare(ensemble, base_name, others, names, moment, LEVEL, resamples=0, points=cases.points)
    index = {case: k for k, case in enumerate(cases.at)}
    at = {(ensemble.scenarios[s], p): k for (s, p), k in index.items()}
    return {"baseline": base, "several": len(cases.points) > 1, "until": round(c.until, 4), "family": c.family, "recent": round(12 * moment.recent), "alone": alone,
            "names": names, "units": {n: ensemble.unit(n) for n in names}, "rates": {n: ensemble.is_rate(n) for n in names},
            "rows": [_row(r, at[r.scenario, r.point]) for r in c.rows],
            "costs": {at[x.scenario, x.point]: _cost(x.found) for x in c.costs if x.found}}


def _row(row, case):
    d = row.found
    values = plain([d.baseline, d.mean, d.difference, d.low_difference, d.high_difference])
    return {"name": row.name, "case": case, "n": d.n, "verdict": d.verdict(LEVEL), "p": plain([d.p_adjusted])[0],
            **dict(zip(("base", "mean", "difference", "low", "high"), values))}


def _cost(found):
    return {name: plain([d.baseline, d.mean, d.difference, d.low_difference, d.high_difference]) for name, d in found.items()}


# ---- a sweep -------------------------------------------------------------------------------------------------------------


def sweep(ensemble, cases):
    """What the settings that differ between points do: for every scenario shown and point the settings and the mean of each main
    observable with its t interval; and, over points of a scenario, rank correlations. None where there is one point."""
    if not ensemble.swept:
        return None
    names = [name for name in MAIN if ensemble.has(name)]
    at = [(s, p) for s in cases.scenarios for p in range(ensemble.n_points) if ensemble.done[s, p].any()]
    drawn = at if len(at) <= MOST_POINTS else [at[k] for k in np.linspace(0, len(at) - 1, MOST_POINTS).astype(int)]
    rows = tuple(np.array(drawn).T)
    means = {name: mean_with_interval(np.moveaxis(ensemble.read(name, Moment())[0], -1, 0), LEVEL) for name in names}
    return {"scenarios": [ensemble.scenarios[s] for s in cases.scenarios], "of": [cases.scenarios.index(s) for s, _ in drawn],
            "n": len(at), "names": names, "rates": {n: ensemble.is_rate(n) for n in names},
            "settings": {path: {"unit": each.unit, "labels": each.labels, "values": plain(each.values[rows])}
                         for path, each in ensemble.swept.items()},
            "means": {name: [plain(part[rows]) for part in found] for name, found in means.items()},
            "ranks": _ranks(ensemble, cases, {name: found[0] for name, found in means.items()})}


def _ranks(ensemble, cases, means):
    """{setting: [[rank correlation of each observable] of each scenario shown]}, None where either does not vary. Of a choice with two
    values, the second over the first; more of them have no order."""
    found = {}
    for path, each in ensemble.swept.items():
        if len(each.labels) > 2:
            continue
        name = f"{path}, {' → '.join(each.labels)}" if each.labels else path
        found[name] = [[_rank(each.values[s], means[observable][s]) for observable in means] for s in cases.scenarios]
    return found


def _rank(x, y):
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 3 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return None
    return plain([stats.spearmanr(x[known], y[known])[0]])[0]


# ---- understanding x anchoring, and contact --------------------------------------------------------------------------------


def quadrants(ensemble, cases):
    """For each case: median understanding and anchoring (time), and the share of members in each quadrant, bands (4, 3, time)."""
    grouped = ensemble.grouped("members", "quadrant")
    if grouped is None or not (ensemble.has("understanding") and ensemble.has("anchoring")):
        return None
    labels, read = grouped
    understanding, times = ensemble.history("understanding")
    anchoring, _ = ensemble.history("anchoring")
    found = []
    for s, p in cases.at:
        done = ensemble.done[s, p]
        counts = read(s, p)[done]  # (replicate, quadrant, time)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = counts / counts.sum(axis=1, keepdims=True)
        found.append({"u": plain(band(understanding[s, p][done])), "a": plain(band(anchoring[s, p][done])),
                      "shares": [plain(band(shares[:, q])) for q in range(len(labels))]})
    return {"labels": labels, "time": plain_times(times), "cases": found}


def contact(ensemble, cases):
    """Joint events per firm and year by arena and by way, and first contacts that meet a need by route: means over 12 months."""
    arenas, routes = ensemble.grouped("collaboration", "arena"), ensemble.grouped("need_contacts", "route")
    if arenas is None or not ensemble.has("mediated"):
        return None
    ticks = max(1, round(1 / ensemble.tick))
    if ticks > len(ensemble.time):
        return None
    mediated, _ = ensemble.history("mediated")
    found = []
    for s, p in cases.at:
        done = ensemble.done[s, p]
        events = over_a_year(arenas[1](s, p)[done], ticks)  # (replicate, arena, time)
        through = over_a_year(mediated[s, p][done], ticks)
        case = {"arenas": [plain(_median(events[:, a])) for a in range(len(arenas[0]))], **_ways(events, through, arenas[0])}
        if routes is not None:
            needs = over_a_year(routes[1](s, p)[done], ticks)
            case["needs"] = [plain(_mean(needs[:, r])) for r in range(len(routes[0]))]
        found.append(case)
    return {"arenas": arenas[0], "routes": routes[0] if routes else [], "time": plain_times(ensemble.time), "cases": found}


def _ways(events, through, arenas):
    """Bands of joint events that are direct, through management, on the forum: what is neither of the last two is direct."""
    forum = events[:, arenas.index("forum")] if "forum" in arenas else np.zeros_like(through)
    direct = events.sum(axis=1) - through - forum
    return {"ways": [plain(band(x)) for x in (direct, through, forum)]}


def _median(values):
    return band(values)[1]


def _mean(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=0) if len(values) else np.full(values.shape[1], np.nan)


# ---- provenance ------------------------------------------------------------------------------------------------------------


def provenance(ensemble):
    """What made the file: command, program, config, seed."""
    try:
        said = json.loads(provenance_text(ensemble, "json") or "{}")
    except ValueError:
        raise Failure(IO, f"{ensemble.path}: cannot understand provenance/json") from None
    parameters = said.get("parameters", {})
    return {"command": [str(word) for word in parameters.get("command", [])],
            "seed": parameters.get("run", {}).get("run.seed", ""),
            "config": provenance_text(ensemble, "config_given"), "digest": _attribute(ensemble, "digest"),
            **{key: provenance_text(ensemble, key) for key in ("version", "git_commit", "git_dirty", "config_hash", "started",
                                                               "compiler", "seed_scheme")}}


def _attribute(ensemble, name):
    value = ensemble.file.attrs.get(name, "")
    return value.decode() if isinstance(value, bytes) else str(value)


# ---- all of it --------------------------------------------------------------------------------------------------------------


class Gathered:
    """All that a page shows but for the network."""

    def __init__(self, path, scenarios=None, baseline=None, point=None):
        self.ensemble = ensemble = Ensemble(path)
        self.cases = cases = Cases(ensemble, scenarios, point)
        self.base = choose_baseline(ensemble, baseline, cases)
        config = config_of(ensemble)
        self.start, self.end = float(ensemble.time[0] - ensemble.tick), float(ensemble.time[-1])
        self.questions = [ensemble.question(ensemble.scenarios[s]) for s, _ in cases.at]
        self.series = series(ensemble, cases)
        self.spans = [spans(config, ensemble.scenarios[s], ensemble) for s, _ in cases.at]
        self.comparison = comparison(ensemble, cases, self.base)
        self.sweep = sweep(ensemble, cases)
        self.quadrants = quadrants(ensemble, cases)
        self.contact = contact(ensemble, cases)
        self.costs = self._costs()
        self.provenance = provenance(ensemble)

    def _costs(self):
        """For each case what its instruments take a year, mean of replicates: {management_hours, member_hours, money}."""
        yearly = self.ensemble.cost(self.end)
        return [{name: plain([_mean(values[case][:, None])[0]])[0] for name, values in yearly.items()} for case in self.cases.at]
