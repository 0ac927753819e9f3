"""Forest plot of a comparison: one panel for each observable, one row for each scenario, and what each scenario costs."""
import math

import matplotlib.pyplot as plt

from klynge_analysis import page
from klynge_analysis.compare import DIFFERS
from klynge_analysis.style import BLUE, GREEN, GREY, INK, RED, STYLE, unit

MORE, LESS, NOISE, COST = BLUE, RED, GREY, GREEN
ACROSS = 7   # panels in a row, at most


def _mark(row, level):
    """Colour, shape and filling of a difference."""
    if row.found.verdict(level) != DIFFERS:
        return NOISE, "o", "white"
    return (MORE, "^", MORE) if row.found.difference > 0 else (LESS, "v", LESS)


def _interval(axes, y, d, colour, shape, fill):
    if not math.isfinite(d.difference):
        axes.text(0.5, y, "no value", transform=axes.get_yaxis_transform(), ha="center", va="center", color=NOISE, fontsize=7)
        return
    if math.isfinite(d.low_difference):
        axes.plot([d.low_difference, d.high_difference], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=2)
    axes.plot(d.difference, y, shape, color=colour, markerfacecolor=fill, markersize=5.5, markeredgewidth=1.2, zorder=3)


def _dress(axes, cases, labels, first):
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    axes.set_ylim(len(cases) - 0.4, -0.6)
    axes.set_yticks(range(len(cases)), labels if first else [""] * len(cases), fontsize=8.5)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7.5, color="#bbbbbb")
    axes.locator_params(axis="x", nbins=4)
    for k in range(0, len(cases), 2):
        axes.axhspan(k - 0.5, k + 0.5, color="#f3f3f3", zorder=0, linewidth=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#bbbbbb")


def _panel(axes, c, name, cases):
    rows = {(r.scenario, r.point): r for r in c.rows if r.name == name}
    for y, case in enumerate(cases):
        _interval(axes, y, rows[case].found, *_mark(rows[case], c.level))
    some = next(iter(rows.values()))
    said = unit(some.unit, "")
    means = [r.found.baseline for r in rows.values() if math.isfinite(r.found.baseline)]
    axes.set_title(name.replace("_", " "), fontsize=9.5, color=INK, pad=5)
    base = f"{c.baseline}: {page.number(means[0], 3)}" if means else ""
    axes.set_xlabel("difference" + (f" [{said}]" if said else "") + f"\n{base}", fontsize=8, color=INK)


def _cost_panel(axes, c, cases):
    """Differences in cost in million NOK a year; what the scenario costs in all is printed beside."""
    base = math.nan
    for y, case in enumerate(cases):
        money = c.cost_of(case).get("money")
        if not money:
            continue
        base = money.baseline
        axes.barh(y, money.difference / 1e6, height=0.55, color=COST, zorder=2)
        axes.text(1.02, y, f"{money.mean / 1e6:.2f}", transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=INK)
    axes.set_title("cost", fontsize=9.5, color=INK, pad=5)
    axes.set_xlabel(f"difference [MNOK per year]\n{c.baseline}: {base / 1e6:.2f}; right: in all", fontsize=8, color=INK)


def _key(figure, c, pairs):
    """What the marks mean, above all panels; `pairs` as text."""
    def handle(colour, shape, fill):
        return plt.Line2D([], [], color=colour, marker=shape, markerfacecolor=fill, markersize=6, linewidth=1.6)

    alpha = f"{1 - c.level:.3g}"
    handles = [handle(MORE, "^", MORE), handle(LESS, "v", LESS), handle(NOISE, "o", "white")]
    figure.legend(handles, [f"more (p < {alpha})", f"less (p < {alpha})", f"within noise (p ≥ {alpha})"], loc="upper right", ncol=3, frameon=False,
                  fontsize=9, bbox_to_anchor=(0.99, 1 - 0.06 / figure.get_figheight()))
    figure.text(0.01, 1 - 0.12 / figure.get_figheight(), f"Differences from ‘{c.baseline}’", fontsize=13, va="top", weight="bold", color=INK)
    figure.text(0.01, 1 - 0.38 / figure.get_figheight(), f"Paired over {pairs} replicates, {100 * c.level:g} % intervals by Student's t; p "
                f"adjusted by Holm over {c.family} comparisons. "
                "Without a unit: shares and counts.", fontsize=9, va="top", color=INK)


def _pairs(c):
    n = [row.found.n for row in c.rows]
    return f"{min(n)}" if min(n) == max(n) else f"{min(n)} to {max(n)}"


def _labels(c, cases):
    several = len({point for _, point in cases}) > 1
    return [f"{scenario}, point {point}" if several else scenario for scenario, point in cases]


def draw(c):
    """The figure of a comparison."""
    with plt.rc_context(STYLE):
        return _draw(c)


def _draw(c):
    cases = c.cases()
    names = list(dict.fromkeys(row.name for row in c.rows))
    has_cost = any("money" in cost.found for cost in c.costs)
    n = len(names) + has_cost
    across = min(ACROSS, n) if n <= ACROSS else math.ceil(n / math.ceil(n / ACROSS))
    down = math.ceil(n / across)
    labels = _labels(c, cases)
    left = 0.35 + 0.072 * max(len(label) for label in labels)
    width, height = left + 1.95 * across + 0.45, 0.75 + down * (0.235 * len(cases) + 1.15)
    width = max(width, 8.5)
    figure, grid = plt.subplots(down, across, figsize=(width, height), squeeze=False)
    for k, axes in enumerate(grid.flat):
        if k >= n:
            axes.set_visible(False)
            continue
        _dress(axes, cases, labels, k % across == 0)
        if k < len(names):
            _panel(axes, c, names[k], cases)
        else:
            _cost_panel(axes, c, cases)
    bottom_inches, gap = 0.65, 1.05
    inner = (height - 0.95 - bottom_inches - gap * (down - 1)) / down
    figure.subplots_adjust(left=left / width, right=1 - 0.45 / width, top=1 - 0.95 / height, bottom=bottom_inches / height, wspace=0.16,
                           hspace=gap / inner)
    _key(figure, c, _pairs(c))
    return figure

