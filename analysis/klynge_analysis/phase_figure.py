"""The figure of a phase diagram: a heat map of each measure, growth upwards and staff to the right, with break-even lines."""
import textwrap

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.lines import Line2D

from klynge_analysis import page
from klynge_analysis.phase_output import RATE, change, per_staff, value
from klynge_analysis.style import RED, STYLE

# Cividis reads the same with and without red-green vision, and in grey; lines differ in dashes too.
COLOURS = {"exits": "cividis_r", "staff_used": "Greys"}
LINES = {"tolerated": ("#000000", "-", "o", 0.2), "offset": (RED, (0, (3, 1.5)), "D", 0.35)}
HALO = [patheffects.withStroke(linewidth=3.6, foreground="white")]
SHOWN = (("realised", "sense_of_community", "exits"), ("realised_founders", "sense_of_community_founders", "staff_used"))
WIDTH, HEIGHT, TOP, BOTTOM = 5.3, 4.75, 1.2, 0.85  # of a panel, and above and below all of them, inches


def _limits(result, measure):
    """The same colours for all members and for founders."""
    pair = [each.mean[0] for each in result.measures if each.name.startswith(measure.name.replace("_founders", ""))]
    low, high = min(each.min() for each in pair), max(each.max() for each in pair)
    if measure.name == "staff_used":
        return 0, 1.6  # so that dark text can be read on it
    return low, high if high > low else low + 1


def _cells(axes, result, measure):
    low, high = _limits(result, measure)
    colours = matplotlib.colormaps[COLOURS.get(measure.name, "cividis")]
    axes.imshow(measure.mean[0], origin="lower", aspect="auto", cmap=colours, vmin=low, vmax=high)
    for (g, s), x in np.ndenumerate(measure.mean[0]):
        red, green, blue, _ = colours((x - low) / (high - low))
        ink = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.45 else "white"
        said = {"ha": "left", "va": "center", "color": ink, "zorder": 6,
                "path_effects": [patheffects.withStroke(linewidth=2.2, foreground=(red, green, blue))]}
        axes.text(s - 0.43, g + (0.14 if g else 0), value(measure, x), fontsize=10.5, **said)
        if g:
            axes.text(s - 0.43, g - 0.2, change(measure.change()[g, s]), fontsize=8.3, **said)


def _line(axes, result, found, kind):
    """Break-even over staff with its interval; what is beyond the grid is an arrow at its edge."""
    grid, (colour, dashes, marker, aside) = result.grid, LINES[kind]
    places = np.arange(len(grid.growth))
    inside = np.isfinite(found.growth[0])
    if kind == "offset":
        inside = inside & (grid.staff > grid.staff[result.base])
    low, middle, high = (np.interp(np.clip(found.growth[k], 0, grid.growth[-1]), grid.growth, places) for k in (1, 0, 2))
    at = np.arange(len(grid.staff)) + aside
    axes.plot(at[inside], middle[inside], color=colour, linestyle=dashes, linewidth=1.8, path_effects=HALO, zorder=4)
    axes.errorbar(at[inside], middle[inside], yerr=[(middle - low)[inside], (high - middle)[inside]], color=colour, fmt=marker,
                  markersize=5, capsize=3, elinewidth=1.3, markeredgecolor="white", markeredgewidth=0.7, zorder=5)
    beyond = np.isposinf(found.growth[0])
    axes.plot(at[beyond], np.full(beyond.sum(), places[-1] + 0.38), color=colour, marker="^", linestyle="none", markersize=7,
              markeredgecolor="white", markeredgewidth=0.7, zorder=5)


def _panel(axes, result, measure):
    _cells(axes, result, measure)
    if measure.falls:
        for kind in LINES:
            _line(axes, result, result.breaks[measure.name, kind], kind)
    grid = result.grid
    axes.set_xticks(range(len(grid.staff)), [f"{s:g}" for s in grid.staff])
    axes.set_yticks(range(len(grid.growth)), [f"{g:g}" for g in grid.growth])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel("staff (FTE)")
    axes.set_ylabel(f"net growth ({RATE})")
    unit = f", {measure.unit}" if measure.unit else ", 0 to 1"
    axes.set_title(f"{measure.title}", loc="left", fontsize=11.5, weight="bold", pad=20)
    axes.text(0, 1.015, f"{measure.when}{unit}", transform=axes.transAxes, fontsize=9, va="bottom")
    if measure.falls:
        said = "\n".join(textwrap.wrap(per_staff(result, measure), 80))
        axes.text(0, -0.15, said, transform=axes.transAxes, fontsize=8.6, va="top")


def _legend(figure, result, width, height):
    said = {"tolerated": f"growth takes {100 * result.margin:g} % of what the same staff keeps without growth",
            "offset": f"growth takes all that staff above {result.reference} adds"}
    lines = [Line2D([], [], color=colour, linestyle=dashes, marker=marker, linewidth=1.8, label=f"break-even: {said[kind]}")
             for kind, (colour, dashes, marker, _) in LINES.items()]
    figure.legend(handles=lines, loc="upper left", bbox_to_anchor=(0.1 / width, 1 - 0.62 / height), ncol=2, frameon=False,
                  fontsize=9.5)


def draw(result):
    by_name = {each.name: each for each in result.measures}
    rows = [row for row in ([by_name[name] for name in names if name in by_name] for names in SHOWN) if row]
    columns = max(map(len, rows))
    width, height = WIDTH * columns + 0.3, HEIGHT * len(rows) + TOP
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(len(rows), columns, figsize=(width, height), squeeze=False)
        for places, row in zip(grid, rows):
            for k, axes in enumerate(places):
                if k < len(row):
                    _panel(axes, result, row[k])
                else:
                    axes.set_visible(False)
        figure.subplots_adjust(left=0.65 / width, right=1 - 0.15 / width, top=1 - (TOP + 0.4) / height, bottom=BOTTOM / height,
                               wspace=0.75 / (WIDTH - 0.75), hspace=1.55 / (HEIGHT - 1.45))
        figure.text(0.12 / width, 1 - 0.12 / height, "How fast may a cluster grow, given its staff?", fontsize=14, weight="bold",
                    va="top")
        figure.text(0.12 / width, 1 - 0.42 / height, f"Means of {result.pairs} paired replicates; growth until "
                    f"{page.date(result.grid.end)}. Small: change from no growth with the same staff. Yellow is better. Bars: "
                    f"{100 * result.level:g} % intervals. Rows and columns are what was run, not to scale.", fontsize=9.5,
                    va="top")
        _legend(figure, result, width, height)
    return figure

