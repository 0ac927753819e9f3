"""The figure of `klynge sensitivity`: a panel for each observable, its strongest parameters with intervals, and whose variance it is."""
import math
import textwrap

import matplotlib.pyplot as plt

from klynge_analysis import page, style

FAINT, PARAMETERS, FIRST = "#d9d9d9", style.BLUE, style.RED
INK, STYLE = style.INK, {**style.STYLE, "font.size": 9, "axes.spines.left": False}
MARKS = {"sobol": (("st", "total order", PARAMETERS, "o"), ("s1", "first order", FIRST, "D")),
         "morris": (("mu_star", "mu*: mean size of the effect", PARAMETERS, "o"), ("sigma", "sigma: how much it varies", FIRST, "D"))}
WIDTH, ROW = 5.6, 0.27


def short(path):
    """Without the section that most share."""
    return path.removeprefix("model.").removeprefix("policies.")


def _marks(axes, found, order):
    """Two marks a row, the second a little lower."""
    for step, (name, label, colour, mark) in enumerate(MARKS[found.kind]):
        y = [row + 0.22 * step for row in range(len(order))]
        low, high = found.intervals[name][:, order]
        axes.hlines(y, low, high, color=colour, linewidth=1.3, alpha=0.8)
        axes.plot(found.indices[name][order], y, mark, color=colour, markersize=4.2, label=label,
                  markerfacecolor=colour if step == 0 else "white")


def _split(axes, found):
    """A bar above the panel: the parameters' part of the variance, the replicates' the rest."""
    share = found.variance["share"][0]
    if not math.isfinite(share):
        return
    bar = axes.inset_axes([0.0, 1.015, 1.0, 0.028])
    bar.barh([0], [1], color=FAINT, height=1)
    bar.barh([0], [share], color=INK, height=1)
    bar.set_xlim(0, 1)
    bar.axis("off")


def _panel(axes, found, top, several):
    order = found.strongest()[:top]
    known = found.varies and any(math.isfinite(found.indices[name][k]) for name, *_ in MARKS[found.kind] for k in order)
    if known:
        _marks(axes, found, order)
        axes.set_yticks([row + 0.11 for row in range(len(order))], [short(found.parameters[k]) for k in order])
    else:
        axes.set_yticks([])
        said = "the parameters' variance\ncannot be told from 0" if found.varies else "the same in every run"
        axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center",
                  color="#777777")
    axes.set_ylim(max(len(order), 1) - 0.4, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color="#999999", linewidth=0.8)
    axes.xaxis.grid(True, color="#eeeeee", linewidth=0.8)
    axes.set_axisbelow(True)
    if found.kind == "sobol":
        axes.set_xlim(min(0.0, axes.get_xlim()[0]), max(1.0, axes.get_xlim()[1]))
        axes.set_xlabel("share of the parameters' variance")
    else:
        axes.set_xlabel("effect over the whole range" + ("" if found.unit == "1" else f" ({found.unit})"))
    title = found.long_name[0].upper() + found.long_name[1:] + (f" ({found.scenario})" if several else "")
    share = found.variance["share"][0]
    said = f"\nmean {page.number(found.mean, 3)}" + (
        f"; parameters make {page.percent(share)} of the variance" if math.isfinite(share) else "")
    axes.set_title(textwrap.shorten(title, 64, placeholder=" ..."), loc="left", fontsize=10, weight="bold", pad=27)
    axes.text(0, 1.055, said.strip(), transform=axes.transAxes, fontsize=8.5, va="bottom")
    _split(axes, found)


def draw(all_found, top, words, level):
    several = len({found.scenario for found in all_found}) > 1
    first = all_found[0]
    columns = min(3, len(all_found))
    rows = math.ceil(len(all_found) / columns)
    each = ROW * min(top, len(first.parameters)) + 1.5
    width, height = WIDTH * columns + 0.3, each * rows + 1.0
    blocks = "blocks" if first.kind == "sobol" else "trajectories"
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
        for axes, found in zip(grid.flat, all_found):
            _panel(axes, found, top, several)
        for axes in list(grid.flat)[len(all_found):]:
            axes.axis("off")
        figure.subplots_adjust(left=2.35 / width, right=1 - 0.25 / width, top=1 - 1.45 / height, bottom=0.55 / height,
                               wspace=2.5 / (WIDTH - 2.5), hspace=1.45 / (each - 1.45))
        figure.text(0.15 / width, 1 - 0.12 / height, "Which parameters decide", fontsize=14, weight="bold", va="top")
        marks = "; ".join(f"{'filled' if k == 0 else 'open'}: {label}" for k, (_, label, *_) in enumerate(MARKS[first.kind]))
        figure.text(0.15 / width, 1 - 0.42 / height,
                    page.paragraph(f"{marks}. {first.blocks} {blocks} over {len(first.parameters)} parameters, {first.replicates} "
                                   f"replicates; {words}. Lines: {100 * level:g} % bootstrap intervals. Dark of each bar: the "
                                   "parameters' part of the variance, light: the replicates'."), fontsize=9, va="top")
    return figure


def save(all_found, top, words, level, path):
    style.save(draw(all_found, top, words, level), path, "out", 120)
