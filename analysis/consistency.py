"""Consistency checks of the ACT preset: consistency.py FILE [--without FILE] [--markdown]

Each line is an aim that the evidence sets before any experiment, the mean over replicates with its 95 % interval, the central
95 % of the replicates themselves, and whether the mean is inside. States are read at month 40 (N(38) and the end apart),
rates over months 38 to 62. --without names a run of the same seeds with no facilitation at all.
"""
import argparse
import math

import numpy as np

from reading import Result, mean_with_interval, ratio_of_means

STATE = 40
WINDOW = (38, 62)
INF = math.inf


def ratio(top, bottom):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


# Why a line of the preset lies outside; printed under the table when it does.
WHY = {
    "strong ties (T > 0.6) of a firm":
        "Supplier ties, up to 10 for each of the core firms (12 % of members), are most of them; hours of one's own keep few "
        "others at T > 0.6. With model.firms.supplier_ties=16, the top of its range, the mean lies inside: see configs/README.md.",
    "hours used by a member, mean":
        "Most of months 38 to 48 lies in the closure, when hours set aside for gatherings cannot be used: see configs/README.md "
        "for the same line of configs/act-open.cfg.",
}


def lines(r):
    """(what, unit, low, high, values by replicate); low None: reported only, no aim."""
    def state(name, month=STATE):
        return r.month(name, month)

    def strong_beside_suppliers(month=STATE):
        return state("strong_ties", month) - state("strong_ties_supplier", month)

    yield "members at month 38", "members", 80, 86, lambda: state("members", 38)
    yield "gross entrants in 38 months", "members", 50, 68, lambda: r.count("entries", 0, 38)
    yield "members after 100 months", "members", 85, 110, lambda: state("members", 100)
    yield "share of firms with A < 0.5", "share", 0.40, 0.60, lambda: state("unanchored")
    yield "phi of U and A, split at 0.5", "1", 0.4, 0.8, lambda: state("phi")
    yield "strong ties (T > 0.6) of a firm", "ties", 4, 12, lambda: state("strong_ties")
    yield "  of them supplier ties", "ties", None, None, lambda: state("strong_ties_supplier")
    yield "  of them ties of funded projects", "ties", None, None, lambda: state("strong_ties_project")
    yield "  of them made on own effort", "ties", None, None, lambda: state("strong_ties_own")
    yield "  strong ties, month 100 over month 12", "ratio", None, None, \
        lambda: ratio(state("strong_ties", 100), state("strong_ties", 12))
    yield "strong ties beside suppliers'", "ties", 0.3, 2, strong_beside_suppliers
    yield "new strong ties beside suppliers'", "1/firm-year", 0.3, 1.5, \
        lambda: np.nanmean(r.window("new_strong_ties", *WINDOW), axis=1)
    yield "members known to a firm (c >= 0.5)", "members", 15, 33, lambda: state("known")
    yield "dyads in which neither knows the other", "share", 0.60, INF, lambda: state("unknown_dyads")
    yield "project starts", "1/year", 5, 15, lambda: r.yearly("projects_started", *WINDOW)
    yield "  of them L1 and L2", "share", 0.60, INF, \
        lambda: ratio(r.count("projects_started_by_level", *WINDOW)[:, :2].sum(axis=1), r.count("projects_started", *WINDOW))
    yield "hours used by a member, mean", "h/year", 70, 105, lambda: np.nanmean(r.window("hours_used", *WINDOW), axis=1)
    yield "  median over mean", "ratio", 0.4, 0.6, \
        lambda: ratio(np.nanmean(r.window("hours_used_median", *WINDOW), axis=1),
                      np.nanmean(r.window("hours_used", *WINDOW), axis=1))
    yield "exits", "1/year", 3, 8, lambda: r.yearly("exits", *WINDOW)
    if "attendance" in r:
        yield "attendance at a gathering", "share", 0.2, 0.4, lambda: attendance(r)


def attendance(r):
    """Mean over the gatherings of a run; months without one hold no number."""
    return np.nanmean(r.values("attendance"), axis=1)


def lines_without(r, without):
    """What is left at the end without facilitation, over what is there with it."""
    def beside(result):
        return result.month("strong_ties", 100) - result.month("strong_ties_supplier", 100)

    yield "no facilitation: supplier ties kept", "ratio", 0.9, INF, \
        lambda: ratio_of_means(without.month("strong_ties_supplier", 100), r.month("strong_ties_supplier", 100))
    yield "no facilitation: other strong ties kept", "ratio", -INF, 0.5, \
        lambda: ratio_of_means(beside(without), beside(r))


def number(x):
    return "-" if not math.isfinite(x) else f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def aim(low, high):
    if low is None:
        return "reported"
    if high == INF:
        return f">= {number(low)}"
    return f"< {number(high)}" if low == -INF else f"{number(low)} to {number(high)}"


def row(what, unit, low, high, compute):
    """The cells of a line; compute gives the values by replicate, or a mean with its interval."""
    try:
        found = compute()
    except KeyError as missing:
        return [what, unit, aim(low, high), f"{missing.args[0]} is not in the file", "", "", ""]
    spread = ""
    if not isinstance(found, tuple):
        spread = "{} to {}".format(*map(number, np.nanpercentile(found, [2.5, 97.5])))
        found = mean_with_interval(found)
    mean = found[0]
    inside = "" if low is None else "-" if not math.isfinite(mean) else "yes" if low <= mean <= high else "NO"
    return [what, unit, aim(low, high), number(mean), "{} to {}".format(*map(number, found[1:])), spread, inside]


def print_table(rows, header, markdown):
    if markdown:
        for cells in [header, ["---"] * len(header)] + rows:
            print("| " + " | ".join(c.strip() for c in cells) + " |")
        return
    widths = [max(len(r[k]) for r in rows + [header]) for k in range(len(header))]
    for cells in [header, ["-" * w for w in widths]] + rows:
        print("  ".join(c.ljust(w) for c, w in zip(cells, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--without", metavar="FILE", help="the same seeds with no facilitation")
    parser.add_argument("--scenario")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    result = Result(options.file, options.scenario)
    table = list(lines(result))
    if options.without:
        table += lines_without(result, Result(options.without, options.scenario))
    rows = [row(*line) for line in table]
    header = ["check", "unit", "aim", "mean", "95 % of the mean", "95 % of replicates", "inside"]
    print_table(rows, header, options.markdown)
    judged = [r for r in rows if r[-1]]
    for r in judged:
        if r[-1] == "NO":
            print(f"\n{r[0]}: {WHY.get(r[0], 'outside, and not explained.')}")
    print(f"\n{sum(r[-1] == 'yes' for r in judged)} of {len(judged)} inside, over {len(result.done)} replicates of "
          f"{result.scenario}; states at month {STATE}, rates over months {WINDOW[0]} to {WINDOW[1]}.")


if __name__ == "__main__":
    main()
