"""What `klynge phase` prints: text, Markdown, JSON."""
import json
import math
from dataclasses import dataclass

import numpy as np

from klynge_analysis import page

RATE = "members a month"
SHORT = {"realised": "realised/potential, all", "sense_of_community": "community, all",
         "realised_founders": "realised/potential, founders", "sense_of_community_founders": "community, founders"}


@dataclass
class Result:
    """What was found in a file; `breaks`: {(measure, kind): BreakEven}."""

    path: str
    grid: object
    at: float
    measures: list
    breaks: dict
    margin: float
    base: int                       # place of the staff s0 in grid.staff
    level: float

    @property
    def pairs(self):
        return max(each.pairs for each in self.measures)

    @property
    def reference(self):
        return f"{self.grid.staff[self.base]:g} FTE"


def value(measure, x):
    return page.number(measure.scale * x, 3 if measure.scale == 1 else 2)


def change(x):
    return f"{round(100 * x) + 0:+d} %"


def growth(x, largest):
    """A break-even growth, as text."""
    if math.isinf(x):
        return f"> {largest:g}" if x > 0 else "< 0"
    return page.number(x, 2 if x >= 0.01 else 1)


def heading(result, measure):
    unit = f" [{measure.unit}]" if measure.unit else ""
    fewer = f"; {measure.pairs} replicates" if measure.pairs < result.pairs else ""
    return f"{measure.title}{unit}, {measure.when}{fewer}"


def _cells(result, measure):
    """Rows of a measure, the fastest growth first: growth, and each cell with its change from no growth."""
    grid = result.grid
    yield [RATE, *(f"{s:g} FTE" for s in grid.staff)]
    for g in range(len(grid.growth))[::-1]:
        yield [f"{grid.growth[g]:g}", *(value(measure, x) + (f" ({change(c)})" if g else "")
                                        for x, c in zip(measure.mean[0][g], measure.change()[g]))]


def _break_evens(result, measure):
    grid, largest = result.grid, result.grid.growth[-1]
    percent = f"{100 * result.level:g} %"
    yield ["staff", f"{100 * result.margin:g} % is lost", percent, f"down to {result.reference}", percent, ""]
    for s, staff in enumerate(grid.staff):
        row, said = [f"{staff:g} FTE"], []
        for kind in ("tolerated", "offset"):
            found = result.breaks[measure.name, kind]
            if kind == "offset" and s == result.base:
                row += [page.NOT_KNOWN, ""]
                continue
            middle, low, high = (growth(x, largest) for x in found.growth[:, s])
            row += [middle, f"{low} to {high}" if low != high else low]
            beyond = ((found.above[s], f"> {largest:g}"), (found.below[s], "< 0"))
            said += [f"{100 * share:.0f} % {what}" for share, what in beyond if 0 < share < 1]
        yield [*row, ", ".join(said)]


def _summary(result):
    """Break-even of each measure in one row."""
    yield [f"break-even, {RATE}", f"{100 * result.margin:g} % is lost at", "more for each FTE",
           f"made up for by each FTE above {result.grid.staff[result.base]:g}"]
    for each in (each for each in result.measures if each.falls):
        tolerated, offset = (result.breaks[each.name, kind] for kind in ("tolerated", "offset"))
        ends = [growth(x, result.grid.growth[-1]) for x in (tolerated.growth[0].min(), tolerated.growth[0].max())]
        yield [SHORT[each.name], " to ".join(dict.fromkeys(ends)), _with_interval(tolerated),
               _with_interval(offset)]


def _tables(result):
    """(heading, [table]) of the answer, then of each measure."""
    yield "", [list(_summary(result))]
    for measure in result.measures:
        tables = [list(_cells(result, measure))]
        yield heading(result, measure), tables + [list(_break_evens(result, measure))] if measure.falls else tables


def per_staff(result, measure):
    """The one number: growth that an FTE makes up for."""
    found = result.breaks[measure.name, "offset"]
    what = f"Each FTE above {result.grid.staff[result.base]:g} makes up for"
    if math.isnan(found.per_staff[0]):
        return "More staff does not raise it everywhere, so that there is no growth that an FTE makes up for."
    if found.bound:
        beyond = [f"{s:g}" for s, high in zip(result.grid.staff, found.growth[2]) if np.isposinf(high)]
        least, low = (page.number(x, 2) for x in found.per_staff[:2])
        return (f"{what} at least {least} {RATE} (lower end {low}): at {', '.join(beyond)} FTE break-even is, or may be, above "
                f"{result.grid.growth[-1]:g}.")
    return f"{what} {_with_interval(found)} {RATE}."


def _with_interval(found):
    """Of a break-even: growth for each FTE."""
    if math.isnan(found.per_staff[0]):
        return page.NOT_KNOWN
    middle, low, high = (page.number(x, 2) if abs(x) >= 0.01 else f"{round(x, 3) + 0.0:.3f}" for x in found.per_staff)
    return f"at least {middle}, lower end {low}" if found.bound else f"{middle} ({low} to {high})"


def notes(result):
    founders = any(each.name == "realised_founders" for each in result.measures)
    percent = 100 * result.level
    return (f"Means over {result.pairs} replicates, paired, in brackets the change from no growth with the same staff; growth "
            f"until {page.date(result.grid.end)}. Break-even, in {RATE}: growth at which {100 * result.margin:g} % is lost of "
            "what the same staff keeps without growth (the lowest and the highest over staff levels), and growth at which all is "
            f"lost that staff above {result.reference} adds. Intervals: {percent:g} % of resamples of replicates. Newcomers "
            "begin with no benefit, so that growth lowers all members' mean even if it harms nobody"
            + ("; founding members are equally old in every cell." if founders else
               "; founding members' own figures need a panel of firms (output.panel_runs)."))


def text(result):
    lines = []
    for head, tables in _tables(result):
        lines += [head] * bool(head)
        for table in tables:
            lines += page.columns(table, indent=2 if head else 0, left=0 if head else 1)
        lines.append("")
    return "\n".join([*lines, page.paragraph(notes(result))])


def markdown(result):
    lines = []
    for head, tables in _tables(result):
        lines += [f"**{head}**", ""] * bool(head)
        for table in tables:
            rows = [table[0], ["---"] * len(table[0]), *table[1:]]
            lines += ["| " + " | ".join(row) + " |" for row in rows] + [""]
    return "\n".join([*lines, notes(result)])


def _plain(values):
    """A number, or an array, as JSON has them: null for what is not known or beyond the grid."""
    if np.ndim(values):
        return [_plain(v) for v in values]
    return float(values) if math.isfinite(values) else None


def _interval(found):
    return dict(zip(("mean", "low", "high"), map(_plain, found)))


def _one(found):
    staff = [{"growth": _plain(g), "low": _plain(low), "high": _plain(high), "above": float(a), "below": float(b),
              "beyond": "above" if np.isposinf(g) else "below" if np.isneginf(g) else None}
             for g, low, high, a, b in zip(*found.growth, found.above, found.below)]
    return {"by_staff": staff, "per_staff": _interval(found.per_staff), "at_least": found.bound}


def json_line(result):
    grid = result.grid
    measures = [{
        "measure": each.name, "title": each.title, "when": each.when, "pairs": each.pairs, **_interval(each.mean),
        "change": _plain(each.change()),
        "break_even": {kind: _one(result.breaks[each.name, kind]) for kind in ("tolerated", "offset")} if each.falls else None,
    } for each in result.measures]
    return json.dumps({"file": result.path, "time": result.at, "growth_ends": grid.end, "replicates": result.pairs,
                       "level": result.level, "margin": result.margin, "reference_staff": float(grid.staff[result.base]),
                       "growth": {"unit": "members/month", "values": _plain(grid.growth)},
                       "staff": {"unit": "FTE", "values": _plain(grid.staff)}, "measures": measures}, allow_nan=False)
