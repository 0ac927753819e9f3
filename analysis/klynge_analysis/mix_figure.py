"""The figure of `klynge mix`: the trade-off between objectives with intervals, and what the Pareto set is made of."""
import matplotlib
import matplotlib.pyplot as plt
from matplotlib.patches import Patch

from .mix_tables import shown
from .style import BLUE, INK, RED, STYLE, save

OTHERS, SET = "#b9b9b9", BLUE
# By what an instrument is for: meeting (blue), teaching (green), relations (orange to red), projects (purple), support (grey).
COLOURS = {"gatherings": "#08519c", "groups": "#3182bd", "forum": "#9ecae1", "courses": "#238b45", "onboarding": "#a1d99b",
           "outreach": "#fdd0a2", "brokering": "#fd8d3c", "inclusion": "#d94801", "small_projects": "#6a51a3", "votes": "#bcbddc",
           "spanners": "#969696"}
MOST = 24  # rows: more cannot be read


def figure(result, path):
    rows = shown(result)
    rows = rows[:MOST + 1]
    with plt.rc_context(STYLE):
        height = 4.6 + 0.27 * len(rows) + 1.8
        fig = plt.figure(figsize=(13, height), dpi=130)
        # In inches, so that a long set makes the figure longer and nothing smaller.
        top = fig.add_gridspec(1, 2, left=0.07, right=0.975, top=1 - 0.75 / height, bottom=1 - 4.3 / height, wspace=0.2)
        low = fig.add_gridspec(1, 5, left=0.13, right=0.975, top=1 - 5.25 / height, bottom=1.25 / height, wspace=0.12,
                               width_ratios=[3.2, 1, 1, 1, 1])
        fig.text(0.02, 1 - 0.3 / height, title(result), fontsize=13.5, fontweight="bold")
        named = {o["name"]: o for o in result["objectives"]}
        scatter(fig.add_subplot(top[0]), result, rows, named["collaboration"], named["sense of community"])
        scatter(fig.add_subplot(top[1]), result, rows, named["exits"], named["utilisation"])
        bars(fig.add_subplot(low[0]), rows)
        for k, objective in enumerate(result["objectives"], 1):
            forest(fig.add_subplot(low[k]), rows, objective)
        legend(fig, rows, 0.3 / height)
        fig.text(0.5, 0.12 / height, "Bars: 95 % intervals over replicates. Differences from the baseline are paired: blue "
                                     "better, orange worse, grey "
                 "neither by the interval. Grey points: mixes that are not in the set.", fontsize=8.5,
                 color="#666666", ha="center")
    save(fig, path, "figure")


def title(result):
    first, last = result["window"]
    return (f"Mixes of instruments for {result['budget'] / 1e6:.3g} MNOK a year: {len(result['points'])} mixes, the Pareto set "
            f"(blue) and what it "
            f"is made of; months {first:g} to {last:g}")


def scatter(axes, result, rows, x, y):
    """Every mix by two objectives; those of the set with 95 % intervals and letters."""
    inside = {row["name"] for _, row in rows}

    def at(row, objective):
        return row["objectives"][objective["name"]]
    others = [r for r in result["points"] if r["name"] not in inside]
    axes.scatter([at(r, x)["mean"] for r in others], [at(r, y)["mean"] for r in others], s=16, color=OTHERS, zorder=2, lw=0)
    for letter, row in rows:
        a, b, base = at(row, x), at(row, y), row["name"] == "baseline"
        colour = INK if base else SET
        axes.errorbar(a["mean"], b["mean"], xerr=[[a["mean"] - a["low"]], [a["high"] - a["mean"]]],
                      yerr=[[b["mean"] - b["low"]], [b["high"] - b["mean"]]], color=colour, alpha=0.55, lw=0.9, zorder=3)
        axes.scatter(a["mean"], b["mean"], marker="D" if base else "o", s=42 if base else 24, color=colour, zorder=4, lw=0)
        axes.annotate("baseline" if base else letter, (a["mean"], b["mean"]), xytext=(5, 4), textcoords="offset points",
                      fontsize=9 if base else 8, fontweight="bold" if base else "normal", color=colour, zorder=5)
    if x["sign"] < 0:
        axes.invert_xaxis()
    axes.set_xlabel(axis_text(x))
    axes.set_ylabel(axis_text(y))
    axes.set_title(f"{y['name'].capitalize()} and {x['name']} (better: up, right)", pad=8)
    axes.grid(color="#eeeeee", lw=0.8)
    axes.set_axisbelow(True)


def axis_text(objective):
    turned = ", axis turned" if objective["sign"] < 0 else ""
    return f"{objective['name']} ({objective['unit']}{turned})"


def bars(axes, rows):
    """Shares of the budget, a mix a row."""
    for k, (_, row) in enumerate(rows):
        left = 0.0
        for name in COLOURS:
            share = row["shares"].get(name, 0.0)
            if share:
                axes.barh(k, 100 * share, left=left, color=COLOURS[name], height=0.74, edgecolor="white", lw=0.6)
                left += 100 * share
    axes.set_yticks(range(len(rows)), [f"{letter}   {row['name']}" if letter else "baseline" for letter, row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of the budget, %")
    axes.set_title("What the mixes are made of", pad=8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def forest(axes, rows, objective):
    """Paired difference from the baseline with its 95 % interval; blue where the interval is on the good side of 0, red on the
    bad."""
    sign = objective["sign"]
    axes.axvline(0, color=INK, lw=0.8)
    for k, (letter, row) in enumerate(rows):
        each = row["against_baseline"][objective["name"]]
        if not letter:
            continue
        good, bad = min(each["low"] * sign, each["high"] * sign) > 0, max(each["low"] * sign, each["high"] * sign) < 0
        colour = SET if good else RED if bad else "#888888"
        axes.plot([each["low"], each["high"]], [k, k], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot(each["mean"], k, "o", color=colour, ms=4)
    if sign < 0:
        axes.invert_xaxis()
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(2))
    axes.xaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.margins(x=0.12)
    axes.set_title(objective["name"], fontsize=9.5, pad=8)
    axes.set_xlabel("against baseline" + (" (turned)" if sign < 0 else ""), fontsize=8.5)
    axes.tick_params(axis="x", labelsize=8.5)


def legend(fig, rows, bottom):
    used = [name for name in COLOURS if any(row["shares"].get(name) for _, row in rows)]
    patches = [Patch(color=COLOURS[name], label=name.replace("_", " ")) for name in used]
    fig.legend(handles=patches, loc="lower center", ncol=len(used), frameon=False, fontsize=9,
               bbox_to_anchor=(0.5, bottom), handlelength=1.1, columnspacing=1.3)
