"""The picture of `make demo`: demo.py IN.h5 OUT.png

Members, collaboration, sense of community, overview and trust over time: median and 95 % band over replicates, with the
closure and the programme's phases shaded. What happens at a rate (cell_methods "time: mean") is drawn as the mean of the last
12 months, since single months jump with each gathering; a thin line shows them.
"""
import argparse
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from klynge_analysis.reading import Result

# Okabe and Ito's colours, which colour-blind readers can tell apart.
PANELS = [
    ("members", "#0072B2"),
    ("collaboration", "#D55E00"),
    ("sense_of_community", "#009E73"),
    ("overview", "#CC79A7"),
    ("trust", "#56B4E9"),
]
PHASES = [("Arena", "world.programme.arena", "#f4f1ea"), ("Arena Pro", "world.programme.arena_pro", "#e6ecf2")]
CLOSURE = "#8c8c8c"
INK = "#333333"

plt.rcParams.update({
    "font.size": 11, "axes.titlesize": 12.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#888888", "axes.labelcolor": INK,
    "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.titlepad": 10, "font.family": "DejaVu Sans",
})


def label(result, name):
    """What the axis shows, and its unit; a pure number with a valid range says so."""
    unit = result.unit(name)
    high = result.data[name].attrs.get("valid_range", (0, float("inf")))[1]
    return f"{result.long_name(name)} ({unit if unit != '1' else f'0 to {high:g}' if high < float('inf') else 'number'})"


def title(name):
    return name.replace("_", " ").capitalize()


def is_rate(result, name):
    return result.data[name].attrs.get("cell_methods", "") == "time: mean"


def trailing_mean(values, n):
    """Mean of each n values in a row along time."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return (sums[:, n:] - sums[:, :-n]) / n


def shade(axes, result, first, last):
    for phase, path, colour in PHASES:
        for start, end in result.spans(path):
            start, end = max(start, first), min(end, last)
            if end > start:
                axes.axvspan(start, end, color=colour, lw=0, zorder=0)
                axes.text((start + end) / 2, 0.985, phase, transform=axes.get_xaxis_transform(), ha="center", va="top",
                      fontsize=9, color="#777777", zorder=4)
    for start, end in result.spans("world.closure"):
        axes.axvspan(start, end, facecolor="none", edgecolor=CLOSURE, hatch="////", lw=0, alpha=0.45, zorder=1)


def draw(axes, result, name, colour):
    if name not in result:
        axes.text(0.5, 0.5, f"{name} is not in this file", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    times, values = result.times(name), result.values(name)
    year = round(1 / result.tick)
    shade(axes, result, result.start, times[-1])
    if is_rate(result, name) and len(times) > year:
        axes.plot(times, np.nanmedian(values, axis=0), color=colour, lw=0.8, alpha=0.6, zorder=3)
        times, values = times[year - 1:], trailing_mean(values, year)
    low, middle, high = np.nanpercentile(values, [2.5, 50, 97.5], axis=0)
    axes.fill_between(times, low, high, color=colour, alpha=0.28, lw=0, zorder=2)
    axes.plot(times, middle, color=colour, lw=2.2, zorder=3)
    axes.set_title(title(name), pad=36)
    caption = textwrap.fill(str(result.data[name].attrs.get("comment", "")), 66, max_lines=2)
    axes.annotate(caption, (0, 1), xytext=(0, 32), xycoords="axes fraction", textcoords="offset points", va="top", fontsize=9,
                  color="#777777", linespacing=1.3)
    axes.set_ylabel(label(result, name))
    axes.set_xlabel("year")
    axes.set_xlim(result.start, times[-1])
    axes.set_ylim(0, axes.get_ylim()[1] * 1.06)
    axes.yaxis.grid(True, color="#d8d8d8", lw=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))


def key(axes, result):
    axes.set_axis_off()
    entries = [
        Line2D([], [], color=INK, lw=2.2, label="median of replicates"),
        Patch(facecolor=INK, alpha=0.28, lw=0, label="central 95 % of replicates"),
        Line2D([], [], color=INK, lw=0.8, alpha=0.6, label="of a rate: median of single months;\nits thick line and band: mean of 12 months"),
    ]
    if result.spans("world.closure"):
        entries.append(Patch(facecolor="none", edgecolor=CLOSURE, hatch="////", lw=0, label="no physical meetings"))
    entries += [Patch(facecolor=colour, edgecolor="#cccccc", lw=0.6, label=f"programme level {phase}")
                for phase, path, colour in PHASES if result.spans(path)]
    axes.legend(handles=entries, loc="upper left", frameon=False, fontsize=11, handlelength=2.2, labelspacing=0.9,
                bbox_to_anchor=(0.0, 1.0))
    about = [f"scenario: {result.scenario}", f"replicates: {len(result.done)}"]
    commit = result.provenance.get("git_commit", "")
    if commit and commit != "unknown":
        about.append(f"commit: {commit[:12]}{' with changes' if result.provenance.get('git_dirty') == '1' else ''}")
    axes.text(0.03, 0.12, "\n".join(about), transform=axes.transAxes, va="bottom", fontsize=10, color="#666666",
              linespacing=1.6)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("picture")
    parser.add_argument("--scenario")
    options = parser.parse_args()
    result = Result(options.file, options.scenario)
    figure, grid = plt.subplots(2, 3, figsize=(16, 10), dpi=100)
    for axes, (name, colour) in zip(grid.flat, PANELS):
        draw(axes, result, name, colour)
    key(grid.flat[-1], result)
    figure.subplots_adjust(left=0.06, right=0.98, top=0.91, bottom=0.07, wspace=0.24, hspace=0.42)
    figure.savefig(options.picture)


if __name__ == "__main__":
    main()
