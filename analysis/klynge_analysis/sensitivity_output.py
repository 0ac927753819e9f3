"""What `klynge sensitivity` prints: text, Markdown, JSON."""
import json
import math

import numpy as np

from klynge_analysis import page

COLUMNS = {"sobol": (("st", "total order"), ("s1", "first order")), "morris": (("mu_star", "mu*"), ("sigma", "sigma"), ("mu", "mu"))}
METHOD = {
    "sobol": "First order: the share of the parameters' variance that a parameter makes alone. Total order: with all interactions that "
             "it takes part in; these sum to more than 1 where there are some. Both are of the mean over replicates: luck is left out "
             "of them. Where the parameters' variance cannot be told from 0 there is no share of it.",
    "morris": "mu*: mean size of the effect of a step, in the observable's unit, over the step as a share of the range. sigma: its "
              "standard deviation over trajectories, interactions and bends. mu: its mean, with sign. Luck makes mu* larger, the more so "
              "the fewer replicates there are.",
}


def interval(found, name, k, figures=2):
    value, (low, high) = found.indices[name][k], found.intervals[name][:, k]
    return [page.number(value, figures), f"{page.number(low, figures)} to {page.number(high, figures)}"]


def has_indices(found):
    return found.varies and bool(np.isfinite(list(found.indices.values())).any())


def split(found):
    """In words, whose variance it is."""
    if not found.varies:
        return "the same in every run"
    share, low, high = found.variance["share"]
    if not math.isfinite(share):
        return f"variance {page.number(found.variance['parameter'][0], 3)}, replicates' part not known from one"
    return f"variance: parameters {page.percent(share)} ({page.percent(low).rstrip(' %')} to {page.percent(high)}), replicates {page.percent(1 - share)}"


def heading(found, several):
    unit = "" if found.unit == "1" else f" [{found.unit}]"
    return f"{found.observable}{unit}{f', {found.scenario}' if several else ''}: mean {page.number(found.mean, 3)}; {split(found)}"


def table(found, top, level):
    head = [""]
    for _, title in COLUMNS[found.kind]:
        head += [title, f"{100 * level:g} %"]
    rows = [head]
    for k in found.strongest()[:top]:
        rows.append([found.parameters[k]])
        for name, _ in COLUMNS[found.kind]:
            rows[-1] += interval(found, name, k)
    return rows


def notes(all_found, words, level):
    first = all_found[0]
    blocks = "blocks" if first.kind == "sobol" else "trajectories"
    said = f"{first.blocks} {blocks} over {len(first.parameters)} parameters, {first.replicates} replicates; {words}. "
    if first.missing:
        said += f"{first.missing} {blocks} with runs that are missing are left out. "
    return said + METHOD[first.kind] + f" Intervals, {100 * level:g} %: bootstrap over whole {blocks}."


def text(all_found, top, words, level):
    several = len({found.scenario for found in all_found}) > 1
    lines = []
    for found in all_found:
        lines.append(heading(found, several))
        rows = table(found, top, level) if has_indices(found) else []
        lines += page.columns(rows)
        left = len(found.parameters) - top
        lines += [f"  and {left} more"] if left > 0 and rows else []
        lines.append("")
    return "\n".join([*lines, page.paragraph(notes(all_found, words, level))])


def markdown(all_found, top, words, level):
    several = len({found.scenario for found in all_found}) > 1
    lines = []
    for found in all_found:
        lines += [f"**{heading(found, several)}**", ""]
        if has_indices(found):
            head, *rows = table(found, top, level)
            lines += ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)] + [""]
    return "\n".join([*lines, notes(all_found, words, level)])


def _plain(x):
    return float(x) if math.isfinite(x) else None


def json_line(all_found):
    """A list, one entry for each observable, scenario and parameter, the strongest first; null where an index does not hold."""
    rows = []
    for found in all_found:
        for k in found.strongest():
            row = {"observable": found.observable, "scenario": found.scenario, "parameter": found.parameters[k]}
            for name in found.indices:
                row[name] = _plain(found.indices[name][k])
                row[f"{name}_low"], row[f"{name}_high"] = map(_plain, found.intervals[name][:, k])
            for name in ("parameter", "replicate"):
                row[f"{name}_variance"] = _plain(found.variance[name][0])
            rows.append(row)
    return json.dumps(rows, allow_nan=False)
