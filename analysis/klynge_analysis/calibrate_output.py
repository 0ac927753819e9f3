"""What `klynge calibrate` prints and writes: a table, JSON, the posterior as an HDF5 file."""
import json
import math
import os

import numpy as np
import xarray
from scipy import stats

from klynge_analysis import page
from klynge_analysis.commandline import IO, Failure

INTERVAL = (0.05, 0.95)


def quantiles(values, weights, wanted):
    """Weighted, of (n)."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return values[order][np.searchsorted(total, np.asarray(wanted) * total[-1]).clip(0, len(values) - 1)]


def parameters(result):
    """For each axis: mean and interval of the posterior in 0..1, and the part of the prior's spread that is gone."""
    posterior = result.posterior
    for k, axis in enumerate(result.program.axes):
        u = posterior.u[:, k]
        mean = posterior.weights @ u
        sd = math.sqrt(posterior.weights @ (u - mean) ** 2)
        yield axis, mean, quantiles(u, posterior.weights, INTERVAL), 1 - sd * math.sqrt(12)


def predictions(result):
    """For each target: 90 % intervals of single runs before and after, and the share of runs within the tolerance before and after."""
    for k, target in enumerate(result.program.targets):
        found = []
        for y in (result.populations[0].y, result.predictive["y"]):
            runs = y[..., k][np.isfinite(y[..., k])]
            found.append((np.quantile(runs, INTERVAL) if len(runs) else np.full(2, np.nan),
                          np.mean(np.abs(runs - target.value) <= target.tolerance) if len(runs) else math.nan))
        yield target, found


def at_number(axis, u):
    value = axis.values(np.array([min(max(u, 0.0), 1 - 1e-12)]))[0]
    return value.strip('"') if isinstance(value, str) else float(value)


def at(axis, u):
    value = at_number(axis, u)
    return value if isinstance(value, str) else page.number(value, 3)


def when(target):
    if target.start == target.end:
        return page.date(target.end)
    return f"{page.date(target.start)} to {page.date(target.end)}"


def verdict(result):
    posterior = result.posterior
    if posterior.epsilon == 1:
        return f"All {len(posterior.u)} particles are within the tolerances of all targets in a run or more"
    near = "any distance" if math.isinf(posterior.epsilon) else f"{page.number(posterior.epsilon, 3)} tolerances"
    return (f"The targets were not reached: particles are within {near}. Targets that contradict each other or the ranges, tolerances "
            "that are too narrow, or too few particles do that; --batches allows more")


def text(result):
    rows = [["", "prior", "posterior mean", "90 %", "spread gone"]]
    for axis, mean, (low, high), gone in parameters(result):
        rows.append([axis.path, f"{at(axis, 0)} to {at(axis, 1)}", at(axis, mean), f"{at(axis, low)} to {at(axis, high)}",
                     page.percent(max(gone, 0.0))])
    lines = ["parameters", *page.columns(rows), "", "targets"]
    rows = [["", "", "aim", "prior, 90 % of runs", "inside", "posterior", "inside"]]
    for target, ((before, inside_before), (after, inside)) in predictions(result):
        rows.append([target.observable, when(target), f"{page.number(target.value, 3)} +- {page.number(target.tolerance, 2)}",
                     f"{page.number(before[0], 3)} to {page.number(before[1], 3)}", page.percent(inside_before),
                     f"{page.number(after[0], 3)} to {page.number(after[1], 3)}", page.percent(inside)])
    steps = ", ".join(page.number(p.epsilon, 3) for p in result.populations[1:])
    lines += [*page.columns(rows), "", page.paragraph(
        f"{verdict(result)}. Effective number: {page.number(result.posterior.size(), 3)}. {len(result.populations) - 1} populations, within "
        f"{steps or 'no'} tolerances. Runs of the posterior are new ones, at {len(result.predictive['u'])} draws of it. Inside: share of "
        "single runs within the tolerance of that target.")]
    return "\n".join(lines)


def _plain(x):
    return float(x) if np.isfinite(x) else None


def json_line(result, path):
    posterior = result.posterior
    return json.dumps({
        "output": path, "reached": posterior.epsilon == 1, "epsilon": _plain(posterior.epsilon), "particles": len(posterior.u),
        "effective": _plain(posterior.size()), "populations": len(result.populations) - 1,
        "parameters": [{"parameter": axis.path, "prior_low": axis.choices[0] if axis.choices else axis.low,
                        "prior_high": axis.choices[-1] if axis.choices else axis.high, "mean": at_number(axis, mean),
                        "low": at_number(axis, low), "high": at_number(axis, high), "spread_gone": _plain(gone)}
                       for axis, mean, (low, high), gone in parameters(result)],
        "targets": [{"observable": t.observable, "from": t.start, "to": t.end, "value": t.value, "tolerance": t.tolerance,
                     "prior_low": _plain(before[0]), "prior_high": _plain(before[1]), "prior_inside": _plain(inside_before),
                     "low": _plain(after[0]), "high": _plain(after[1]), "inside": _plain(inside)}
                    for t, ((before, inside_before), (after, inside)) in predictions(result)]}, allow_nan=False)


# ---- the posterior as a file -------------------------------------------------------------------------------------------------


def dataset(result):
    program, posterior, prior = result.program, result.posterior, result.populations[0]
    data = xarray.Dataset(attrs={
        "title": f"posterior of {program.config} by approximate Bayesian computation", "seed": result.settings.seed,
        "quantile": result.settings.quantile, "reached": int(posterior.epsilon == 1), "config_resolved": program.resolved})
    data["parameter"] = [axis.path for axis in program.axes]
    data["target"] = [f"{t.observable} {when(t)}" for t in program.targets]
    data["target_value"] = "target", [t.value for t in program.targets]
    data["target_tolerance"] = "target", [t.tolerance for t in program.targets]
    data["place"] = ("particle", "parameter"), posterior.u, {"long_name": "place of a particle in the range of the parameter, 0 to 1"}
    data["weight"] = "particle", posterior.weights, {"long_name": "weight of a particle; they sum to 1"}
    data["outcome"] = ("particle", "replicate", "target"), posterior.y
    for k, axis in enumerate(program.axes):
        data[axis.name] = "particle", axis.values(posterior.u[:, k]), {"parameter": axis.path}
    data["prior_place"] = ("prior_particle", "parameter"), prior.u
    data["prior_outcome"] = ("prior_particle", "replicate", "target"), prior.y
    data["epsilon"] = "population", [p.epsilon for p in result.populations], {"long_name": "tolerances that distances are within"}
    data["accepted"] = "population", [p.accepted for p in result.populations], {"long_name": "share of proposals accepted"}
    data["predictive_place"] = ("draw", "parameter"), result.predictive["u"]
    data["predictive_outcome"] = ("draw", "replicate", "target"), result.predictive["y"]
    for name, before in result.prior_end.items():
        data[f"prior_{name}"] = ("prior_particle", "replicate"), before
        data[f"predictive_{name}"] = ("draw", "replicate"), result.predictive[name]
    return data


def save(result, path):
    temporary = f"{path}.{os.getpid()}"
    try:
        dataset(result).to_netcdf(temporary, engine="h5netcdf")
        os.replace(temporary, path)
    except OSError as e:
        raise Failure(IO, f"{path}: cannot write it: {e.strerror}") from None
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


# ---- simulation-based calibration ------------------------------------------------------------------------------------------------


def rank_test(ranks, draws):
    """p of uniform ranks, (k): the chi-square test over bins of equal width, ten or as many as hold five trials each."""
    bins = max(2, min(10, len(ranks) // 5))
    edges = np.linspace(0, draws + 1, bins + 1)
    counts = [np.histogram(r, edges - 0.5)[0] for r in (np.arange(draws + 1), *ranks.T)]  # the first: each rank once
    return np.array([stats.chisquare(found, counts[0] / (draws + 1) * len(ranks)).pvalue for found in counts[1:]])


def ranks_text(ranks, trials, draws, axes):
    rows = [["", "mean rank", "p of uniform"]]
    p = rank_test(ranks, draws)
    for k, axis in enumerate(axes):
        rows.append([axis.path, f"{ranks[:, k].mean() / draws:.3f}", page.probability(p[k])])
    note = (f"Ranks of {len(ranks)} synthetic truths among {draws} draws of their posterior, over {draws}; {trials - len(ranks)} of {trials} "
            "were not reached and are left out. Right where ranks are uniform: a mean of 0.5, p above 0.05 divided by the number of "
            "parameters.")
    return "\n".join(["simulation-based calibration", *page.columns(rows), "", page.paragraph(note)])


def ranks_json(ranks, trials, draws, axes):
    p = rank_test(ranks, draws)
    return json.dumps({"trials": trials, "reached": len(ranks), "draws": draws, "parameters": [
        {"parameter": axis.path, "mean_rank": float(ranks[:, k].mean() / draws), "p": float(p[k]),
         "ranks": [int(r) for r in ranks[:, k]]} for k, axis in enumerate(axes)]})


