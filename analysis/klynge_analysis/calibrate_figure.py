"""The figure of `klynge calibrate`: from prior to posterior, a panel for each parameter; and what runs do before and after, for each
target."""
import math

import matplotlib.pyplot as plt
import numpy as np

from klynge_analysis import page, style
from klynge_analysis.calibrate_output import INTERVAL, at, parameters, predictions, when
from klynge_analysis.sensitivity_figure import FAINT, INK, PARAMETERS, STYLE, short

COLUMNS, WIDTH, HEIGHT, BINS = 4, 3.1, 2.35, 20


def _parameter(axes, result, k, found):
    axis, mean, (low, high), gone = found
    edges = np.linspace(0, 1, (len(axis.choices) if axis.choices else BINS) + 1)
    axes.fill_between([0, 1], [1, 1], color=FAINT, linewidth=0, zorder=1)
    axes.hist(result.posterior.u[:, k], edges, weights=result.posterior.weights, density=True, color=PARAMETERS, alpha=0.75, zorder=2)
    axes.axvline(mean, color=INK, linewidth=1.2, zorder=3)
    axes.hlines(0, low, high, color=INK, linewidth=4, zorder=4, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], [at(axis, u) for u in (0, 0.5, 1)])
    for label, side in zip(axes.get_xticklabels(), ("left", "center", "right")):
        label.set_horizontalalignment(side)
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.set_yticks([])
    axes.set_title(short(axis.path), loc="left", fontsize=9, weight="bold")
    axes.text(0.98, 0.97, f"{at(axis, mean)}\nspread gone: {page.percent(max(gone, 0))}", transform=axes.transAxes, ha="right", va="top", fontsize=8)


def _target(axes, result, k, found):
    target, ((_, before), (after, inside)) = found
    y = [runs[..., k][np.isfinite(runs[..., k])] for runs in (result.populations[0].y, result.predictive["y"])]
    reach = np.concatenate([np.quantile(v, [0.02, 0.98]) for v in y if len(v)] + [[target.value - 1.5 * target.tolerance,
                                                                                  target.value + 1.5 * target.tolerance]])
    edges = np.linspace(reach.min(), reach.max(), 30) if np.ptp(reach) else 10
    axes.axvspan(target.value - target.tolerance, target.value + target.tolerance, color="#f6e7b0", linewidth=0, zorder=0)
    axes.hist(y[0], edges, density=True, color="#999999", histtype="step", linewidth=1.3, zorder=2)
    axes.hist(y[1], edges, density=True, color=PARAMETERS, alpha=0.75, zorder=1)
    axes.hlines(0, *after, color=INK, linewidth=4, zorder=4, clip_on=False)
    axes.set_ylim(0, 1.3 * axes.get_ylim()[1])
    axes.set_yticks([])
    axes.set_title(target.observable, loc="left", fontsize=9, weight="bold")
    axes.set_xlabel(when(target), fontsize=8)
    axes.text(0.98, 0.97, f"inside: {page.percent(before)}\nthen {page.percent(inside)}", transform=axes.transAxes, ha="right", va="top", fontsize=8)


def draw(result):
    found, aims = list(parameters(result)), list(predictions(result))
    order = np.argsort([-each[3] for each in found], kind="stable")[:4 * COLUMNS]  # those that the targets say most of
    rows = math.ceil(len(order) / COLUMNS), math.ceil(len(aims) / COLUMNS)
    width, height = WIDTH * COLUMNS, HEIGHT * sum(rows) + 1.25
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(sum(rows), COLUMNS, figsize=(width, height), squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for axes, k in zip(grid[:rows[0]].flat, order):
            axes.axis("on")
            _parameter(axes, result, k, found[k])
        for k, axes in zip(range(len(aims)), grid[rows[0]:].flat):
            axes.axis("on")
            _target(axes, result, k, aims[k])
        figure.subplots_adjust(left=0.3 / width, right=1 - 0.2 / width, top=1 - 1.2 / height, bottom=0.5 / height, hspace=0.62, wspace=0.14)
        reached = "reached" if result.posterior.epsilon == 1 else "not reached"
        figure.text(0.3 / width, 1 - 0.12 / height, f"From prior to posterior: targets {reached}", fontsize=14, weight="bold", va="top")
        said = (f"Above: grey the prior, blue the posterior, {len(result.posterior.u)} particles; line: its mean, bar: "
                f"{100 * (INTERVAL[1] - INTERVAL[0]):.0f} %. Below: outcomes of single runs, grey before, blue after, at new seeds; yellow: "
                "the target within its tolerance.")
        figure.text(0.3 / width, 1 - 0.42 / height, page.paragraph(said), fontsize=9, va="top")
    return figure


def save(result, path):
    style.save(draw(result), path, "out", 110)
