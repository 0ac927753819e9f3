"""Consistency checks of the ACT preset: analysis/consistency.py FILE [--without FILE] [--first-day FILE] [--markdown]

Each line is an aim that the evidence sets before any experiment, the mean over replicates with its 95 % interval, the central
95 % of the replicates themselves, and whether the interval of the mean is inside. States are read at month 40 (N(38) and the end
apart), rates over months 38 to 62. --without names a run of the same seeds with no facilitation at all, --first-day one in which
gatherings last one day.

A line is a target of `make calibrate`, or a check that was never tuned on, with the pattern of evidence.md section 4 that it
restates: section 10 forbids to tune a parameter on a pattern that must emerge (M). Checks are the number of strong ties and its
part beside suppliers' (P40), members known and dyads unknown (P20), what is left without facilitation (P32). Targets restate no M
pattern: new strong ties are a flow, and P30 and P32 compare it between formats, not with this band; exits and project starts are
levels, and P24 and P15 contrasts; attendance is a row of section 8.
"""
import argparse
import math
from collections import namedtuple

import numpy as np

from .reading import Result, mean_with_interval, ratio_of_means

STATE = 40
WINDOW = (38, 62)
INF = math.inf

TARGET = "target"  # how the role of a target begins; it may restate a pattern that is coded (C) or partly so (P)
Line = namedtuple("Line", "what unit low high role compute")


def check(pattern):
    """Restates a pattern that must emerge: never a target."""
    return f"check: {pattern} (M)"


def ratio(top, bottom):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


# Why a line of the preset lies outside; printed under the table when it does.
WHY = {
    "strong ties (T > 0.6) of a firm":
        "Nearly all are supplier ties, up to 10 for each core firm (12 % of members); hours of one's own keep few others at "
        "T > 0.6, and hours are not loosened. The line restates P40 (M), so nothing was tuned to it: a finding.",
}


def lines(r):
    """Every Line of a run; low None: reported only, no aim."""
    def state(name, month=STATE):
        return r.month(name, month)

    def strong_beside_suppliers(month=STATE):
        return state("strong_ties", month) - state("strong_ties_supplier", month)

    yield Line("members at month 38", "members", 80, 86, TARGET, lambda: state("members", 38))
    yield Line("gross entrants in 38 months", "members", 50, 68, TARGET, lambda: r.count("entries", 0, 38))
    yield Line("members after 100 months", "members", 85, 110, TARGET, lambda: state("members", 100))
    yield Line("share of firms with A < 0.5", "share", 0.40, 0.60, "target: P05 (C)", lambda: state("unanchored"))
    yield Line("phi of U and A, split at 0.5", "1", 0.4, 0.8, "target: P04 (P)", lambda: state("phi"))
    yield Line("strong ties (T > 0.6) of a firm", "ties", 4, 12, check("P40"), lambda: state("strong_ties"))
    yield Line("  of them supplier ties", "ties", None, None, "", lambda: state("strong_ties_supplier"))
    yield Line("  of them ties of funded projects", "ties", None, None, "", lambda: state("strong_ties_project"))
    yield Line("  of them made on own effort", "ties", None, None, "", lambda: state("strong_ties_own"))
    yield Line("  strong ties, month 100 over month 12", "ratio", None, None, "",
               lambda: ratio(state("strong_ties", 100), state("strong_ties", 12)))
    yield Line("strong ties beside suppliers'", "ties", 0.3, 2, check("P40"), strong_beside_suppliers)
    yield Line("new strong ties beside suppliers'", "1/firm-year", 0.3, 1.5, TARGET,
               lambda: np.nanmean(r.window("new_strong_ties", *WINDOW), axis=1))
    yield Line("members known to a firm (c >= 0.5)", "members", 15, 33, check("P20"), lambda: state("known"))
    yield Line("dyads in which neither knows the other", "share", 0.60, INF, check("P20"), lambda: state("unknown_dyads"))
    yield Line("project starts", "1/year", 5, 15, TARGET, lambda: r.yearly("projects_started", *WINDOW))
    yield Line("  of them opened by management", "1/year", None, None, "", lambda: r.yearly("projects_opened", *WINDOW))
    yield Line("  of them L1 and L2", "share", 0.60, INF, TARGET,
               lambda: ratio(r.count("projects_started_by_level", *WINDOW)[:, :2].sum(axis=1),
                             r.count("projects_started", *WINDOW)))
    yield Line("hours used by a member, mean", "h/year", 70, 105, TARGET,
               lambda: np.nanmean(r.window("hours_used", *WINDOW), axis=1))
    yield Line("  median over mean", "ratio", 0.4, 0.6, TARGET,
               lambda: ratio(np.nanmean(r.window("hours_used_median", *WINDOW), axis=1),
                             np.nanmean(r.window("hours_used", *WINDOW), axis=1)))
    yield Line("exits", "1/year", 3, 8, TARGET, lambda: r.yearly("exits", *WINDOW))
    yield Line("attendance at a gathering", "share", 0.2, 0.4, TARGET, lambda: attendance(r))


def attendance(r):
    """Mean over the gatherings of a run; months without one hold no number."""
    return np.nanmean(r.values("attendance"), axis=1)


def lines_without(r, without):
    """What is left at the end without facilitation, over what is there with it."""
    def beside(result):
        return result.month("strong_ties", 100) - result.month("strong_ties_supplier", 100)

    yield Line("no facilitation: supplier ties kept", "ratio", 0.9, INF, check("P32"),
               lambda: ratio_of_means(without.month("strong_ties_supplier", 100), r.month("strong_ties_supplier", 100)))
    yield Line("no facilitation: other strong ties kept", "ratio", -INF, 0.5, check("P32"),
               lambda: ratio_of_means(beside(without), beside(r)))


def lines_first_day(r):
    """The first-day figures of evidence.md section 2 that are observable: people met by 1.5 for distinct firms (1.5 to 4, 2.2)."""
    def talks():
        gathering = r.labels("arena").index("gathering")
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nanmean(r.values("collaboration_by_arena")[:, gathering] * r.tick / r.values("attendance"), axis=1)

    yield Line("firms talked to (>= 5 min) on a first day", "firms", 1.0, 2.67, TARGET, talks)


def number(x):
    return "-" if not math.isfinite(x) else f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def aim(low, high):
    if low is None:
        return "reported"
    if high == INF:
        return f">= {number(low)}"
    return f"< {number(high)}" if low == -INF else f"{number(low)} to {number(high)}"


def row(line):
    """The cells of a line; compute gives the values by replicate, or a mean with its interval."""
    try:
        found = line.compute()
    except KeyError as missing:
        return [line.what, line.unit, aim(line.low, line.high), line.role, f"{missing.args[0]} is not in the file"] + [""] * 3
    spread = ""
    if not isinstance(found, tuple):
        spread = "{} to {}".format(*map(number, np.nanpercentile(found, [2.5, 97.5])))
        found = mean_with_interval(found)
    mean, low, high = found
    inside = "" if line.low is None else "-" if not math.isfinite(mean) else verdict(line, found)
    return [line.what, line.unit, aim(line.low, line.high), line.role, number(mean), "{} to {}".format(number(low), number(high)),
            spread, inside]


def verdict(line, found):
    """Inside when the whole interval of the mean is."""
    return "yes" if line.low <= found[1] and found[2] <= line.high else "mean only" if line.low <= found[0] <= line.high else "NO"


def print_table(rows, header):
    """A Markdown table with columns that line up on a terminal too."""
    rows = [[cell.replace("  ", "- ", 1) if cell.startswith("  ") else cell for cell in cells] for cells in rows]
    widths = [max(len(cells[k]) for cells in rows + [header]) for k in range(len(header))]
    for cells in [header, ["-" * w for w in widths]] + rows:
        print("| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--without", metavar="FILE", help="the same seeds with no facilitation")
    parser.add_argument("--first-day", metavar="FILE", help="the same seeds with gatherings of one day")
    parser.add_argument("--scenario")
    options = parser.parse_args()
    result = Result(options.file, options.scenario)
    table = list(lines(result))
    if options.first_day:
        table += lines_first_day(Result(options.first_day, options.scenario))
    if options.without:
        table += lines_without(result, Result(options.without, options.scenario))
    rows = [row(line) for line in table]
    header = ["check", "unit", "aim", "role", "mean", "95 % of the mean", "95 % of replicates", "inside"]
    print_table(rows, header)
    judged = [r for r in rows if r[-1]]
    for r in judged:
        if r[-1] != "yes":
            print(f"\n{r[0]}: {WHY.get(r[0], 'outside, and not explained.')}")
    print(f"\n{sum(r[-1] == 'yes' for r in judged)} of {len(judged)} inside, over {len(result.done)} replicates of "
          f"{result.scenario}; states at month {STATE}, rates over months {WINDOW[0]} to {WINDOW[1]}.")

