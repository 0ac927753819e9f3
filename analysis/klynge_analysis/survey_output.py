"""What `klynge survey` prints: text, Markdown, JSON."""
import dataclasses
import json
from collections import namedtuple

import numpy as np

from klynge_analysis import page
from klynge_analysis.survey import MEANS, PARTS, frequency

# path, time [year], runs, draws, seed; the Survey asked for, all that were swept, and what all members show: {name: (runs)}.
Result = namedtuple("Result", "path time runs draws seed main swept population")

QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)
SAID = {"order": "reported V: HH > mixed > LL", "association": "phi of U and A is 0.4 or more",
        "half": "7 or 8 of 15 lack anchoring",
        "all": "all three", "order_true": "V itself: HH > mixed > LL", "cells": "no cell of the three is empty",
        "understanding": "understanding (as read)", "anchoring": "anchoring (as read)", "utilisation": "utilisation",
        "reported": "reported utilisation", "reported_for_v": "reported, against utilisation of all"}


def percent(x):
    return f"{100 * x:.1f} %" if 0 < x < 0.0995 or 0.9905 < x < 0.9995 else f"{100 * x:.0f} %"


def span(low, high):
    return f"{percent(low)} to {percent(high)}"


def population_frequencies(result):
    return {part: frequency(result.population[part]) for part in (*PARTS, "order_true")}


def shown(result):
    """How often the sample and all members show each part."""
    everyone, rows = population_frequencies(result), []
    for part in (*PARTS, "cells", "order_true"):
        f, g = result.main.frequencies.get(part), everyone.get(part)
        rows.append([SAID[part], *([percent(f.mean), span(f.low, f.high),
                                                                  span(f.exact_low, f.exact_high)] if f else [""] * 3),
                     *([percent(g.mean), span(g.exact_low, g.exact_high)] if g else [""] * 2)])
    return [["shown by", "surveys", "95 %, bootstrap", "exact", "all members", "exact"], *rows]


def lacking(result):
    """Quantiles of the share lacking anchoring, in surveys and in populations."""
    rows = [[name, f"{values.mean():.3f}", *(f"{q:.3f}" for q in np.quantile(values, QUANTILES))]
            for name, values in (("surveys", result.main.lacking / result.main.design.interviews),
                                 ("all members", result.population["share"]))]
    return [["share lacking anchoring", "mean", *(f"{100 * q:g} %" for q in QUANTILES)], *rows]


def biases(result):
    rows = []
    for name in (*MEANS, "reported_for_v"):
        all_ = result.population["utilisation" if name == "reported_for_v" else name].mean()
        mean, low, high = result.main.biases[name]
        rows.append([SAID[name], f"{all_ + mean:.3f}", f"{all_:.3f}", f"{mean:+.4f}", f"{low:+.4f} to {high:+.4f}"])
    return [["mean", "sample", "all members", "bias", "95 %"], *rows]


def sweep(result):
    rows = [[f"{s.design.error:g}", f"{s.design.bias:g}", *(percent(s.frequencies[part].mean) for part in PARTS),
             span(s.frequencies["all"].low, s.frequencies["all"].high), f"{s.lacking.mean() / s.design.interviews:.3f}",
             *(f"{s.biases[name][0]:+.3f}" for name in MEANS)] for s in result.swept]
    return [["error", "bias", "order", "phi", "half", "all", "95 %, bootstrap", "lacking", "U", "A", "V", "reported"], *rows]


def heading(result):
    d = result.main.design
    return (f"Surveys at {page.date(result.time)}: {d.interviews} of {d.approached} firms approached; bias {d.bias:g}, error "
            f"{d.error:g}; {result.draws} draws over {result.runs} runs, seed {result.seed}.")


def notes(result):
    return ("HH, mixed, LL: high in both, in one, in neither of understanding and anchoring, split at 0.5. Intervals are of the "
            "mean over runs; the bootstrap draws runs whole, the exact one (Clopper and Pearson) counts each run as one trial. "
            "All members: without error, by what all report. 7 or 8 of 15: a share of 0.433 to 0.567. Of all "
            f"members {percent(result.population['silent'].mean())} report a utilisation of 0. Bias: mean of "
            "the sample less that of all members, 95 % by Student's t over runs. In the sweep, of U, A, V and "
            "reported V.")


def _tables(result):
    return [shown(result), lacking(result), biases(result), sweep(result)]


def text(result):
    lines = [page.paragraph(heading(result)), ""]
    for table in _tables(result):
        lines += [*page.columns(table, indent=0), ""]
    return "\n".join([*lines, page.paragraph(notes(result))])


def markdown(result):
    lines = [heading(result), ""]
    for head, *rows in _tables(result):
        lines += ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)] + [""]
    return "\n".join([*lines, notes(result)])


def _plain(survey):
    """A Survey as JSON has it."""
    n = survey.design.interviews
    return {**dataclasses.asdict(survey.design),
            "frequencies": {part: dataclasses.asdict(f) for part, f in survey.frequencies.items()},
            "lacking": {"mean": float(survey.lacking.mean() / n),
                        "counts": np.bincount(survey.lacking, minlength=n + 1).tolist()},
            "biases": {name: dict(zip(("mean", "low", "high"), found)) for name, found in survey.biases.items()}}


def json_line(result):
    everyone = {"frequencies": {part: dataclasses.asdict(f) for part, f in population_frequencies(result).items()},
                "lacking": result.population["share"].tolist(),
                "reports_0": float(result.population["silent"].mean()),
                "means": {name: float(result.population[name].mean()) for name in MEANS}}
    return json.dumps({"file": result.path, "time": result.time, "runs": result.runs, "draws": result.draws, "seed": result.seed,
                       "survey": _plain(result.main), "sweep": [_plain(s) for s in result.swept], "population": everyone},
                      allow_nan=False)
