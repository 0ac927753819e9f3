"""Figures of a result: how a cluster develops, what scenarios change, quadrants, groups of members, the network.

Each takes the Dataset of klynge_analysis.open and returns a matplotlib Figure with units on its axes and a caption that says what is
seen; klynge_analysis.save writes it. Raises Failure where the file does not hold what is to be drawn.
"""
import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from klynge_analysis import dataset, forest, graphs, page
from klynge_analysis.commandline import USAGE, Failure
from klynge_analysis.report import layout
from klynge_analysis.style import COLOURS, DASHES, INK, MARKERS, QUIET, STYLE, apart, unit

DEVELOPMENT = ("members", "collaboration", "sense_of_community", "overview", "trust", "utilisation")
PHASES = {"arena": ("Arena", "#f4f1ea"), "arena_pro": ("Arena Pro", "#e6ecf2"), "gce": ("GCE", "#efe9f2")}
CLOSURE = "#8c8c8c"
ACROSS, PANEL, TALL = 3, 5.2, 3.9   # panels in a row, and their size in inches
MOST = 4                            # scenarios in one figure: more cannot be told apart
KNOWN = 0.2                         # ties of less trust are not drawn: they are most of all
NEW = 1.0                           # years in which a firm is a newcomer
ROW = 190                           # letters of a caption's line


# ---- what they share ---------------------------------------------------------------------------------------------------------


def _word(name):
    return name.replace("_", " ").capitalize()


def _axis(array):
    """long name (unit): what stands on an axis."""
    high = np.ravel(array.attrs.get("valid_range", (0, math.inf)))[-1]
    said = unit(str(array.attrs.get("units", "1")), f"0 to {high:g}" if math.isfinite(high) else "number")
    return f"{array.attrs.get('long_name', array.name)} ({said})"


def _sheet(n, columns=ACROSS, tall=TALL, gap=1.0):
    """A figure of n panels with room for a title above and a caption below: figure, axes (n)."""
    columns = min(columns, n)
    rows = math.ceil(n / columns)
    width, height = PANEL * columns, tall * rows + 1.6
    figure, grid = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
    for axes in grid.flat[n:]:
        axes.set_visible(False)
    figure.subplots_adjust(left=0.72 / width, right=1 - 0.25 / width, top=1 - 1.05 / height, bottom=1.1 / height,
                           wspace=gap / (PANEL - gap), hspace=1.0 / (tall - 1.0))
    return figure, list(grid.flat[:n])


def _say(figure, title, caption, handles=()):
    """Title and key above, caption below: the same places in all figures."""
    width, height = figure.get_size_inches()
    figure.text(0.12 / width, 1 - 0.1 / height, title, fontsize=14, weight="bold", va="top")
    said = "\n".join(textwrap.wrap(caption, max(60, int(ROW * width / (ACROSS * PANEL)))))
    figure.text(0.12 / width, 0.12 / height, said, fontsize=9.5, color=QUIET, va="bottom", linespacing=1.4)
    if handles:
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.06 / width, 1 - 0.36 / height), ncol=len(handles),
                      frameon=False, fontsize=9.5, handlelength=2.6, columnspacing=1.5)


def _shade(axes, marks, first, last):
    for level, start, end in marks["phases"]:
        name, colour = PHASES[level]
        axes.axvspan(start, end, color=colour, lw=0, zorder=0)
        axes.text((start + end) / 2, 1.0, name, transform=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize=8.5, color=QUIET)
    for start, end in marks["closure"]:
        axes.axvspan(start, end, facecolor="none", edgecolor=CLOSURE, hatch="////", lw=0, alpha=0.45, zorder=1)
    axes.set_xlim(first, last)


def _over_time(axes, array, look):
    """A line and a band; its last median, where a label may stand."""
    found = dataset.bands(array)
    low, middle, high = (found.sel(band=b).values for b in dataset.BANDS)
    times = found[found.dims[-1]].values
    axes.fill_between(times, low, high, color=COLOURS[look], alpha=0.2, lw=0, zorder=2)
    axes.plot(times, middle, color=COLOURS[look], linestyle=DASHES[look], lw=2.1, zorder=3)
    known = middle[np.isfinite(middle)]
    return known[-1] if len(known) else np.nan


def _finish(axes, label):
    axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
    axes.set_ylabel(label)
    axes.set_xlabel("year")
    axes.yaxis.grid(True, color="#e4e4e4", lw=0.7)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))


def _line(look, name):
    return Line2D([], [], color=COLOURS[look], linestyle=DASHES[look], lw=2.1, label=name)


def _seen(ds, marks, rates, what="runs"):
    """How to read lines over time."""
    n = ds.sizes["replicate"]
    said = f"Line: median of {n} {what}; band: the central 95 % of them."
    said += " What happens at a rate is the mean of the 12 months before." if rates else ""
    said += " Hatched: no physical meetings." if marks["closure"] else ""
    return said


def _span(ds):
    times = ds["time"].values
    tick = times[1] - times[0] if len(times) > 1 else 1 / 12
    return times[0] - tick, times[-1]


def _scenarios(ds, wanted):
    """The names of those to be drawn, the first without; at most four."""
    found = [dataset.check_scenario(ds, name) for name in wanted] if wanted else [dataset.first_scenario(ds)]
    if len(found) > MOST:
        raise Failure(USAGE, f"found {len(found)} scenarios, and a figure can show {MOST}")
    return found


def _one(ds, scenario):
    """A Dataset of one scenario's first point."""
    return ds.sel(scenario=scenario).isel(point=0)


# ---- the figures ---------------------------------------------------------------------------------------------------------------


def development(ds, scenarios=None, names=None):
    """Observables over time (the six that a manager asks for without `names`), of one to four scenarios: median and central 95 %."""
    scenarios = _scenarios(ds, scenarios)
    names = dataset.check_names(ds, names) if names else [name for name in DEVELOPMENT if name in ds]
    if not names:
        raise Failure(USAGE, f"the file holds none of {', '.join(DEVELOPMENT)}")
    marks = dataset.marks(ds, scenarios[0])
    with plt.rc_context(STYLE):
        figure, panels = _sheet(len(names))
        for axes, name in zip(panels, names):
            _shade(axes, marks, *_span(ds))
            for look, scenario in enumerate(scenarios):
                _over_time(axes, _one(ds, scenario)[name], look)
            axes.set_title(_word(name), pad=18)
            _finish(axes, "\n".join(textwrap.wrap(_axis(ds[name]), 42)))
        rates = any(dataset.is_rate(ds[name]) for name in names)
        keys = [_line(k, s) for k, s in enumerate(scenarios)] if len(scenarios) > 1 else []
        title = "How the cluster develops" + ("" if keys else f": ‘{scenarios[0]}’")
        _say(figure, title, _seen(ds, marks, rates) + (f" Levels of the programme and closure as in ‘{scenarios[0]}’." if keys else ""),
             keys)
    return figure


def differences(ds, baseline, names=None, at=None, window=None):
    """Forest plot of paired differences from a baseline with 95 % intervals, a panel for each observable, and costs; arguments as
    klynge_analysis.paired_differences."""
    return forest.draw(dataset.compared(ds, baseline, names, at, window))


def quadrants(ds, scenario=None):
    """Shares of members in the four quadrants over time, and at the start and end of the run."""
    scenario = _scenarios(ds, [scenario] if scenario else None)[0]
    shares, marks = _one(dataset.quadrants(ds).to_dataset(), scenario)["quadrants"], dataset.marks(ds, scenario)
    labels = [str(q) for q in shares["quadrant"].values]
    with plt.rc_context(STYLE):
        figure, (left, *maps) = _sheet(3, gap=1.6)
        _shade(left, marks, *_span(ds))
        ends = [_over_time(left, shares.isel(quadrant=k), k) for k in range(len(labels))]
        for k, y in enumerate(apart(ends, 0.055)):
            left.annotate(labels[k], (_span(ds)[1], y), xytext=(5, 0), textcoords="offset points", color=COLOURS[k], fontsize=9, va="center",
                          annotation_clip=False)
        left.set_title("Share of members in each quadrant", pad=18)
        _finish(left, "share of members (0 to 1)")
        middle = dataset.bands(shares)
        for axes, when in zip(maps, (0, -1)):
            _map(axes, middle.isel(time=when), labels)
        _say(figure, f"Understanding and anchoring: ‘{scenario}’",
             _seen(ds, marks, False) + " Squares: median share at the start and at the end, the darker the more; U understanding, A "
             "anchoring, high from 0.5.")
    return figure


def _map(axes, shares, labels):
    """Four fields: understanding to the right, anchoring upwards; (band, quadrant) of shares."""
    for k, label in enumerate(labels):
        right, up = "high U" in label, "high A" in label
        low, share, high = (float(shares.isel(quadrant=k).sel(band=b)) for b in dataset.BANDS)
        axes.add_patch(plt.Rectangle((right / 2, up / 2), 0.5, 0.5, facecolor=COLOURS[0], alpha=0.06 + 0.7 * share, lw=0))
        axes.text(right / 2 + 0.25, up / 2 + 0.27, f"{100 * share:.0f} %", ha="center", fontsize=15, weight="bold")
        axes.text(right / 2 + 0.25, up / 2 + 0.18, f"{100 * low:.0f} to {100 * high:.0f} %", ha="center", fontsize=9)
    axes.axhline(0.5, color="white", lw=2)
    axes.axvline(0.5, color="white", lw=2)
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], xlabel="understanding (0 to 1)", ylabel="anchoring (0 to 1)",
             aspect="equal")
    axes.set_title(page.date(float(shares["time"])), pad=18)


def cohorts(ds, name="overview", scenario=None, by="tenure_cohort"):
    """An observable over time by groups of members (tenure_cohort, size_class, sector, quadrant), median and central 95 %."""
    scenario = _scenarios(ds, [scenario] if scenario else None)[0]
    array, marks = _one(dataset.cohorts(ds, name, by).to_dataset(), scenario), dataset.marks(ds, scenario)
    array = array[f"{name}_by_{by}"]
    labels = [str(label) for label in array[by].values]
    with plt.rc_context(STYLE):
        figure, panels = _sheet(len(labels), columns=min(4, len(labels)), tall=3.4)
        top = 0.0
        for k, (axes, label) in enumerate(zip(panels, labels)):
            _shade(axes, marks, *_span(ds))
            _over_time(axes, array.isel({by: k}), k)
            axes.set_title(label, pad=18)
            _finish(axes, "\n".join(textwrap.wrap(_axis(ds[name] if name in ds else array), 38)))
            top = max(top, axes.get_ylim()[1])
        for axes in panels:
            axes.set_ylim(0, top)
        _say(figure, f"{_word(name)} by {by.replace('_', ' ')}: ‘{scenario}’", _seen(ds, marks, dataset.is_rate(array))
             + " No line: no member of that group then in any run.")
    return figure


def network(ds, scenario=None, replicate=0, times=None, pseudonyms=False):
    """One run's firms and ties at up to three snapshots (`times`, years; the first, the middle and the last without)."""
    scenario = _scenarios(ds, [scenario] if scenario else None)[0]
    firms, ties = dataset.one_run(ds, scenario, replicate, pseudonyms)
    if times is None:
        kept = np.unique(ties.time)
        times = [kept[0], kept[len(kept) // 2], kept[-1]] if len(kept) > 2 else kept
    shots = [graphs.snapshot(firms, ties, graphs.nearest_time(ties, time)) for time in times][:ACROSS]
    names = sorted({node for graph in shots for node in graph})
    sectors = {node: str(values.get("sector", "firm")) for graph in shots for node, values in graph.nodes(data=True)}
    places = dict(zip(names, layout.by_ties(len(names), _pairs(shots, names))))
    kinds = sorted(set(sectors.values()))
    with plt.rc_context(STYLE):
        figure, panels = _sheet(len(shots), tall=5.0)
        for axes, graph in zip(panels, shots):
            _snapshot(axes, graph, places, {k: n for n, k in enumerate(kinds)}, sectors)
        keys = [Line2D([], [], linestyle="none", marker=MARKERS[k % 7], color=COLOURS[k % 7], label=kind) for k, kind in enumerate(kinds)]
        keys.append(Line2D([], [], linestyle="none", marker="o", markerfacecolor="white", markeredgecolor=INK, label="newcomer"))
        _say(figure, f"The network of one run: ‘{scenario}’, replicate {replicate}",
             f"A mark is a firm, the larger the more employees (root of their number); open: joined in the 12 months before. Lines: trust of "
             f"{KNOWN:g} or more, mean of both directions, the darker the stronger. Firms keep their places. One possible history, not the "
             "likely one.", keys)
    return figure


def _pairs(shots, names):
    """Trust of all snapshots as layout.py takes it: arrays a, b (indices), trust."""
    at = {name: k for k, name in enumerate(names)}
    rows = [(at[a], at[b], values["trust"]) for graph in shots for a, b, values in graph.edges(data=True)]
    a, b, trust = (np.array(column) for column in zip(*rows)) if rows else (np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    return {"a": a, "b": b, "trust": trust}


def _snapshot(axes, graph, places, kinds, sectors):
    time = graph.graph["time"]
    drawn = 0
    for a, b in {tuple(sorted(edge)) for edge in graph.edges}:
        trust = sum(graph.edges[edge]["trust"] for edge in ((a, b), (b, a)) if edge in graph.edges) / 2
        if trust >= KNOWN:
            drawn += 1
            axes.plot(*zip(places[a], places[b]), color=INK, alpha=min(1.0, 0.12 + 0.75 * trust), lw=0.5 + 1.6 * trust, zorder=1)
    for node, values in graph.nodes(data=True):
        k = kinds[sectors[node]] % 7
        new = not values.get("founder") and 0 <= time - values.get("entered", -math.inf) < NEW
        axes.plot(*places[node], MARKERS[k], color=COLOURS[k], markerfacecolor="white" if new else COLOURS[k], markeredgewidth=1.1,
                  markersize=3 + 0.75 * math.sqrt(min(values.get("employees", 20), 400)), alpha=0.9, zorder=2)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xticks=[], yticks=[], aspect="equal")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(f"{page.date(time)}: {graph.number_of_nodes()} firms, {drawn} ties", pad=10)
