"""A comparison as text in 100 columns, as Markdown, and as JSON (design.md, section 8)."""
import json
import math

import numpy as np

from klynge_analysis import page
from klynge_analysis.compare import ALONE, DIFFERS, IDENTICAL, NOISE, UNKNOWN, WEAK

NAME, UNIT, VALUE, NARROW = 26, 8, 9, 9
COSTS = (("management_hours", "management hours", "h/year"), ("member_hours", "members' hours", "h/year"),
         ("money", "cost", "NOK/year"))


# ---- JSON --------------------------------------------------------------------------------------------------------------


def _real(x):
    return float(x) if math.isfinite(x) else None


def _cost(costs):
    found = {}
    for name, _, _ in COSTS:
        if name in costs:
            found[name] = _real(costs[name].mean)
            found[name + "_difference"] = _real(costs[name].difference)
    return found


def _entry(row, costs, level):
    d = row.found
    entry = {"name": row.name, "scenario": row.scenario, "point": row.point, "time": row.span[1] if row.span else None,
             "mean": _real(d.mean), "low": _real(d.low), "high": _real(d.high), "n": d.n}
    for key in ("difference", "low_difference", "high_difference", "effect_size", "p_adjusted"):
        entry[key] = _real(getattr(d, key))
    entry["n_needed"] = int(d.n_needed) if math.isfinite(d.n_needed) else None
    entry["cost"] = _cost(costs)
    entry["baseline_mean"] = _real(d.baseline)
    for key in ("low_bootstrap", "high_bootstrap", "effect_size_paired", "p", "variance_ratio"):
        entry[key] = _real(getattr(d, key))
    entry["verdict"] = d.verdict(level)
    if row.span and row.span[0] < row.span[1]:
        entry["time_first"] = row.span[0]
    return entry


def json_line(c, more=None):
    entries = [_entry(row, c.cost_of((row.scenario, row.point)), c.level) for row in c.rows]
    answer = {"observables": entries, "baseline": c.baseline, "level": c.level, "comparisons": c.family,
              "variance_ratio": {name: _real(ratio) for name, (_, ratio, _) in variance_ratios(c).items()}}
    return json.dumps({**answer, **(more or {})}, allow_nan=False)


# ---- what the numbers say ----------------------------------------------------------------------------------------------


def title(c, case):
    several = len({row.point for row in c.rows}) > 1
    return f"{case[0]}{f', point {case[1]}' if several else ''} against {c.baseline}"


def in_words(c, case):
    """One sentence or more on a scenario."""
    by = {}
    for row in c.of(case):
        by.setdefault(row.found.verdict(c.level), []).append(row.name)
    said = []
    if len(by.get(IDENTICAL, [])) == len(c.of(case)):
        return f"Every replicate of {case[0]} is that of {c.baseline}: nothing differs."
    if DIFFERS in by:
        said.append("Differs in " + ", ".join(by[DIFFERS]) + ".")
    else:
        said.append("No difference was found.")
    if ALONE in by:
        said.append("Would differ if it were the only comparison, but with so many it may be chance: " + ", ".join(by[ALONE]) + ".")
    if NOISE in by:
        said.append("Within noise: " + ", ".join(by[NOISE]) + "; their intervals say how large a difference may still be.")
    if IDENTICAL in by:
        said.append("The same in every replicate: " + ", ".join(by[IDENTICAL]) + ".")
    if UNKNOWN in by:
        said.append("No value to compare: " + ", ".join(by[UNKNOWN]) + ".")
    return " ".join(said)


def variance_ratios(c):
    """observable -> smallest, median and largest ratio of unpaired to paired variance over scenarios, NaN where none has one."""
    found = {}
    for name in dict.fromkeys(row.name for row in c.rows):
        ratios = [row.found.variance_ratio for row in c.rows if row.name == name and math.isfinite(row.found.variance_ratio)]
        found[name] = (min(ratios), float(np.median(ratios)), max(ratios)) if ratios else (math.nan,) * 3
    return found


def pairing_in_words(c):
    weak = [name for name, (_, ratio, _) in variance_ratios(c).items() if ratio < WEAK]
    if not weak:
        return ""
    return (f"Pairing hardly pays (ratio below {WEAK:g}) for {', '.join(weak)}: there, the same seeds do not make two scenarios alike, "
            "and intervals are nearly as wide as those of independent runs would be.")


def notes(c, moment, precision):
    percent = f"{100 * c.level:g} %"
    wanted = f"{precision.text} of the baseline's mean" if precision and precision.share else (
        f"{precision.text} in the observable's unit" if precision else "half of the difference seen")
    yield (f"Read: {moment}. Differences are scenario - {c.baseline}, pair by pair over replicates of the same seed; low and high: "
           f"{percent} interval by Student's t, BCa: the same by bootstrap. effect: the difference in standard deviations between "
           "replicates of the baseline, so how large it is beside the luck of one cluster; d_z: in those between the differences of "
           "pairs, which says how surely it is seen and grows with better pairing.")
    family = f"p: of a paired t test, adjusted by Holm over the {page.count(c.family)} comparisons made here (every scenario x observable)"
    yield (f"{family}; `{DIFFERS}`: below {1 - c.level:.3g}. Intervals are of each comparison by itself. needed: replicates for a "
           f"half-width of {wanted}. ratio: unpaired to paired variance of the difference. Costs: a year, from the start of the run to "
           f"{page.date(c.until)}.")
    if c.looks > 1:
        yield (f"The number of replicates was chosen by looking at the data up to {c.looks} times: intervals are wider "
               f"({100 * (1 - (1 - c.level) / c.looks):.4g} % each) and p larger, so that together they keep the level.")


# ---- text --------------------------------------------------------------------------------------------------------------


def _cells(values, width=VALUE):
    return "".join(text.rjust(width) if len(text) < width else " " + text for text in values)


def _differences(d):
    return [page.number(x) for x in (d.baseline, d.mean)] + [
        page.number(x, 3) for x in (d.difference, d.low_difference, d.high_difference, d.low_bootstrap, d.high_bootstrap)]


def _table_differences(rows, costs):
    yield "".ljust(NAME + UNIT) + _cells(["mean of", "mean of", "", "t", "", "BCa"])
    yield "".ljust(NAME) + "unit".ljust(UNIT) + _cells(["baseline", "scenario", "differ.", "low", "high", "low", "high"])
    for row in rows:
        yield row.name.ljust(NAME) + row.unit.ljust(UNIT) + _cells(_differences(row.found))
    for name, label, unit in COSTS:
        if name in costs:
            yield label.ljust(NAME - 1) + " " + unit.ljust(UNIT) + _cells(_differences(costs[name])[:5])


def _evidence(d, level):
    return [page.number(d.effect_size, 3), page.number(d.effect_size_paired, 3), page.probability(d.p_adjusted), page.count(d.n),
            page.count(d.n_needed), page.number(d.variance_ratio, 3)], d.verdict(level)


def _table_evidence(rows, level):
    yield "".ljust(NAME) + _cells(["effect", "d_z", "p", "pairs", "needed", "ratio"], NARROW)
    for row in rows:
        cells, verdict = _evidence(row.found, level)
        yield row.name.ljust(NAME) + _cells(cells, NARROW) + "  " + verdict


def _text_case(c, case, question):
    rows, costs = c.of(case), c.cost_of(case)
    yield title(c, case)
    if question:
        yield page.paragraph(question)
    yield ""
    yield from _table_differences(rows, costs)
    yield ""
    yield from _table_evidence(rows, c.level)
    yield ""
    yield page.paragraph(in_words(c, case))
    yield ""


def _text_ratios(c):
    yield "unpaired / paired variance    least   median     most  below 2"
    for name, ratios in variance_ratios(c).items():
        weak = sum(row.found.variance_ratio < WEAK for row in c.rows if row.name == name)
        yield name.ljust(NAME) + _cells([*(page.number(x, 3) for x in ratios), page.count(weak)])
    if pairing_in_words(c):
        yield page.paragraph(pairing_in_words(c))


def text(c, ensemble, moment, precision):
    lines = []
    for case in c.cases():
        lines += _text_case(c, case, ensemble.question(case[0]))
    lines += [*_text_ratios(c), ""]
    lines += [page.paragraph(note) for note in notes(c, moment, precision)]
    return "\n".join(lines)


# ---- Markdown ----------------------------------------------------------------------------------------------------------

_HEAD = ("observable", "unit", "baseline", "scenario", "difference", "t interval", "BCa interval", "effect", "p", "needed", "ratio", "")


def _line(cells):
    return "| " + " | ".join(cells) + " |"


def _markdown_row(row, level):
    d = row.found
    evidence, verdict = _evidence(d, level)
    values = _differences(d)
    return _line([row.name, row.unit, *values[:3], f"{values[3]} to {values[4]}", f"{values[5]} to {values[6]}", evidence[0], evidence[2],
                  evidence[4], evidence[5], verdict])


def _markdown_costs(costs):
    for name, label, unit in COSTS:
        if name in costs:
            values = _differences(costs[name])
            yield _line([label, unit, *values[:3], f"{values[3]} to {values[4]}", *[""] * 6])


def markdown(c, ensemble, moment, precision):
    lines = []
    for case in c.cases():
        lines += [f"**{title(c, case)}.** {ensemble.question(case[0])}".rstrip(), "", _line(_HEAD), _line(["---"] * len(_HEAD))]
        lines += [_markdown_row(row, c.level) for row in c.of(case)]
        lines += [*_markdown_costs(c.cost_of(case)), "", in_words(c, case), ""]
    said = [*notes(c, moment, precision), pairing_in_words(c)]
    return "\n".join(lines + [s + "\n" for s in said if s]).rstrip()


# ---- additionality -----------------------------------------------------------------------------------------------------


_BRIEF = {DIFFERS: "", NOISE: "noise", ALONE: "noise", IDENTICAL: "same", UNKNOWN: "no value"}


def _share(d):
    """The additional part of what there is with the cluster; NaN where nothing is added."""
    return d.difference / d.mean if d.difference >= 0 and d.mean > 0 else math.nan


def additionality(c, ensemble, moment):
    """Outcome with the cluster, without, what the cluster adds, and what part of the gross outcome that is."""
    lines = []
    for case in c.cases():
        lines += [f"{case[0]}: what a cluster adds to {c.baseline}", ""]
        lines.append("".ljust(NAME) + "unit".ljust(UNIT) + _cells(["with", "without", "added", "low", "high", "% added"]))
        for row in c.of(case):
            d = row.found
            values = [page.number(x, 3) for x in (d.mean, d.baseline, d.difference, d.low_difference, d.high_difference)]
            lines.append((row.name.ljust(NAME) + row.unit.ljust(UNIT) + _cells([*values, page.count(100 * _share(d))]) + "  "
                          + _BRIEF[d.verdict(c.level)]).rstrip())
        lines += ["", page.paragraph(_gross(c, case)), ""]
    lines.append(page.paragraph(
        f"Read: {moment}. Gross activity is not additionality: what stands under `without` would have come about anyway. Additional is only "
        f"what is more with the cluster, pair by pair over replicates of the same seed, with its {100 * c.level:g} % interval by Student's "
        f"t. `noise`: not told from 0 when p is adjusted by Holm over {page.count(c.family)} comparisons; `same`: in every replicate. What "
        f"`without` means stands with {c.baseline} in its config."))
    return "\n".join(lines)


def _gross(c, case):
    """What stands out, in words."""
    found = {row.name: row.found for row in c.of(case)}
    said = []
    if "projects" in found and found["projects"].mean:
        d = found["projects"]
        said.append(f"{page.number(d.mean, 3)} projects begin a year, and without a cluster {page.number(d.baseline, 2)}.")
    if "strong_ties_supplier" in found:
        said.append(_suppliers(found["strong_ties_supplier"], c.level))
    return " ".join(said)


def _suppliers(d, level):
    verdict = d.verdict(level)
    if verdict == UNKNOWN:
        return ""
    if verdict == IDENTICAL:
        return "Strong ties to suppliers are the same in every replicate: supplier business is kept, and no part of it is the cluster's."
    if verdict in (NOISE, ALONE):
        return "Strong ties to suppliers differ by no more than noise: supplier business is kept, and no part of it is surely the cluster's."
    more = "more" if d.difference > 0 else "fewer"
    return (f"Strong ties to suppliers are {page.number(abs(d.difference), 2)} a firm {more} with the cluster ({page.number(d.baseline, 3)} "
            "without): look at who joins and leaves before this counts as made by it.")

