"""The figure of a decomposition: a column for each observable; above its level in the scenarios, below what its fall is."""
import math

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from klynge_analysis import page
from klynge_analysis.decompose_output import labels, percent
from klynge_analysis.spans import config_of, spans
from klynge_analysis.style import BLUE, GREEN, INK, PINK, RED, SHADE, STYLE, apart, unit

LINES = {"base": (INK, "-"), "first": (BLUE, (0, (6, 2))), "second": (RED, (0, (2, 1.5))), "both": (PINK, (0, (6, 1.5, 1.5, 1.5)))}
PARTS = {"fall": LINES["both"], "first": LINES["first"], "second": LINES["second"], "interaction": (GREEN, (0, (1, 1)))}


def _bands(axes, times, found, styles):
    for role, (colour, dashes) in styles.items():
        mean, low, high = found[role]
        known = np.isfinite(mean)
        axes.fill_between(times[known], low[known], high[known], color=colour, alpha=0.25, linewidth=0, zorder=2)
        axes.plot(times[known], mean[known], color=colour, linestyle=dashes, linewidth=1.8, zorder=3)


def _label_ends(axes, times, found, styles, names):
    """Names at the right end of the lines, instead of a legend."""
    low, high = axes.get_ylim()
    ends = [mean[np.isfinite(mean)][-1] if np.isfinite(mean).any() else low for mean, _, _ in (found[role] for role in styles)]
    for y, end, (role, (colour, _)) in zip(apart(ends, 0.062 * (high - low)), ends, styles.items()):
        axes.annotate(names[role], (times[-1], end), xytext=(times[-1] + 0.025 * (times[-1] - times[0]), y), color=colour,
                      va="center", fontsize=9, annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 0})


def _dress(axes, each, closed, first):
    for start, end in closed:
        axes.axvspan(start, end, color=SHADE, linewidth=0, zorder=0)
        axes.text((start + end) / 2, 1.0, "no physical meetings", transform=axes.get_xaxis_transform(), ha="center", va="bottom",
                  fontsize=8.5, color="#777777")
    axes.axvline(each.time, color=INK, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1)
    axes.set_xlim(first, each.times[-1])
    axes.yaxis.grid(True, color="#eeeeee", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True, nbins=9))
    axes.set_xlabel("year")


def _said(each, causes):
    """What the parts are at that time, in lines."""
    said = labels(causes)
    lines = [f"{page.date(each.time)}: fall {page.number(each.parts['fall'][0], 2)}"]
    for part in ("first", "second", "interaction"):
        share, low, high = each.shares[part]
        size = page.number(each.parts[part][0], 2)
        if math.isfinite(share):
            size = f"{percent(share)} ({percent(low).rstrip(' %')} to {percent(high)})"
        lines.append(f"{said[part]}: {size}")
    return "\n".join(lines)


def _column(above, below, each, square, causes, closed):
    first = square.ensemble.time[0] - square.ensemble.tick
    said = unit(each.unit)
    _bands(above, each.times, each.levels_over_time, LINES)
    above.set_ylim(0 if above.get_ylim()[0] > 0 else None, None)
    above.set_ylabel(f"{each.long_name} ({said})")
    above.set_title(each.long_name[0].upper() + each.long_name[1:], loc="left", fontsize=12, weight="bold", pad=18)
    _bands(below, each.times, each.parts_over_time, PARTS)
    below.axhline(0, color=INK, linewidth=0.9, zorder=1)
    below.set_ylabel(f"fall below ‘{square.names['base']}’ ({said})")
    for axes, found, styles, names in ((above, each.levels_over_time, LINES, square.names),
                                       (below, each.parts_over_time, PARTS, labels(causes))):
        _dress(axes, each, closed, first)
        _label_ends(axes, each.times, found, styles, names)
    low, high = below.get_ylim()
    below.set_ylim(low, high + 0.36 * (high - low))
    below.text(0.022, 0.975, _said(each, causes), transform=below.transAxes, va="top", fontsize=8.8, linespacing=1.45, zorder=5,
               bbox={"facecolor": "white", "edgecolor": "#cccccc", "linewidth": 0.6, "boxstyle": "round,pad=0.45"})


def draw(found, square, causes, level):
    n = len(found)
    width, height = 6.4 * n + 0.6, 8.0
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(2, n, figsize=(width, height), squeeze=False)
        config, ensemble = config_of(square.ensemble), square.ensemble
        closed = sorted({tuple(span) for name in square.names.values() for span in spans(config, name, ensemble)["closure"]})
        for above, below, each in zip(*grid, found):
            _column(above, below, each, square, causes, closed)
        figure.subplots_adjust(left=0.75 / width, right=1 - 1.45 / width, top=1 - 1.25 / height, bottom=0.55 / height,
                               wspace=2.3 / (6.4 - 2.0), hspace=0.3)
        figure.text(0.12 / width, 1 - 0.12 / height, f"{causes[0][0].upper()}{causes[0][1:]} and {causes[1]}: what each does "
                                                     "alone, and what they do together", fontsize=14, weight="bold", va="top")
        figure.text(0.12 / width, 1 - 0.42 / height, f"Means of {found[0].pairs} paired replicates, bands: {100 * level:g} % "
                                                     "intervals of the mean. Interaction: what neither explains alone. Dashed "
                                                     f"line: {page.date(found[0].time)}.", fontsize=9.5,
                    va="top")
    return figure

