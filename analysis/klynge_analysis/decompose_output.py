"""What `klynge decompose` prints: text, Markdown, JSON."""
import json
import math

import numpy as np

from klynge_analysis import page
from klynge_analysis.decompose import PARTS, SHARES

SEQUENCE = ("fall", *PARTS, *SHARES)


def labels(causes):
    """{part: what it is called}."""
    first, second = causes
    return {"fall": "fall with both", "first": f"{first} alone", "second": f"{second} alone", "interaction": "interaction",
            "shapley_first": f"{first}, Shapley", "shapley_second": f"{second}, Shapley"}


def percent(x):
    return page.NOT_KNOWN if math.isnan(x) else f"{100 * x:.{0 if abs(x) >= 0.0995 else 1}f} %"


def rows(found, causes):
    """Name, mean, interval, share, its interval of each part, as text."""
    said = labels(causes)
    for part in SEQUENCE:
        mean, low, high = (page.number(x, 3) for x in found.parts[part])
        share = found.shares.get(part)
        yield [said[part], mean, f"{low} to {high}", percent(share[0]) if share else "",
               f"{percent(share[1])} to {percent(share[2])}" if share and not math.isnan(share[0]) else ""]


HEAD = ["", "of base less both", "95 %", "share of the fall", "95 %"]


def heading(found, names):
    levels = ", ".join(f"{names[role]} {page.number(found.levels[role][0], 3)}" for role in names)
    unit = "" if found.unit == "1" else f" [{found.unit}]"
    return f"{found.name}{unit}, {page.date(found.time)}: {levels}"


def notes(found, causes, level):
    said = (f"Means over {found[0].pairs} paired replicates, {100 * level:g} % intervals by Student's t, of shares by bootstrap "
            "(BCa). Interaction: what neither explains alone. Shapley: what a cause adds, mean of coming before and after the "
            "other: alone and half of the interaction. ")
    if any(math.isnan(each.shares["first"][0]) for each in found):
        said += "Where the interval of the fall holds 0 there is nothing to share."
    return said.rstrip()


def head(level):
    return [h if h != "95 %" else f"{100 * level:g} %" for h in HEAD]


def text(found, names, causes, level):
    lines = []
    for each in found:
        lines += [heading(each, names), *page.columns([head(level), *rows(each, causes)]), ""]
    return "\n".join([*lines, page.paragraph(notes(found, causes, level))])


def markdown(found, names, causes, level):
    lines = []
    for each in found:
        lines += [f"**{heading(each, names)}**", ""]
        table = [head(level), ["---"] * len(HEAD), *rows(each, causes)]
        lines += ["| " + " | ".join(row) + " |" for row in table] + [""]
    return "\n".join([*lines, notes(found, causes, level)])


def _plain(values):
    """A number, or an array, as JSON has them: null for what is not known."""
    if np.ndim(values):
        return [_plain(v) for v in values]
    return float(values) if math.isfinite(values) else None


def _interval(found):
    return dict(zip(("mean", "low", "high"), map(_plain, found)))


def json_line(found, names, causes, level, path):
    observables = [{
        "observable": each.name, "unit": each.unit, "time": each.time, "pairs": each.pairs,
        "levels": {role: _interval(v) for role, v in each.levels.items()},
        "parts": {part: _interval(v) for part, v in each.parts.items()},
        "shares": {part: _interval(v) for part, v in each.shares.items()},
        "over_time": {"time": _plain(each.times), **{part: _interval(v) for part, v in each.parts_over_time.items()}},
    } for each in found]
    return json.dumps({"file": path, "scenarios": names, "causes": list(causes), "level": level, "observables": observables},
                      allow_nan=False)
