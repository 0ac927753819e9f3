"""Sentences of a report, made from its numbers by rule; names of scenarios are escaped, the rest is the page's own text."""
import html

from klynge_analysis.compare import DIFFERS

MOVES = 0.03  # a change below this share of the larger value is none to speak of
TOLD = ("sense_of_community", "collaboration", "overview", "utilisation", "exits")


def _first(values):
    """Index of the first value there is, or None."""
    return next((k for k, v in enumerate(values) if v is not None), None)


def developments(g, say):
    """How each series of the baseline goes from its first to its last value."""
    found = []
    for name, s in g.series.items():
        low, middle, high = s["bands"][g.base]
        k = _first(middle)
        if k is None or middle[-1] is None:
            continue
        first, last = middle[k], middle[-1]
        moves = abs(last - first) > MOVES * max(abs(first), abs(last))
        found.append(say("goes" if moves else "stays", what=say(name), verb=say("rises" if last > first else "falls"), first=say.number(first),
                         when=say.month(s["time"][k]), last=say.number(last), end=say.month(s["time"][-1]), low=say.number(low[-1]),
                         high=say.number(high[-1])))
    return found


def contrasts(g, say):
    """For each of some observables: who gains most and who loses most, of what differs from the baseline."""
    c, found = g.comparison, []
    for name in TOLD:
        rows = [row for row in c["rows"] if row["name"] == name and row["difference"] is not None]
        if rows:
            found.append(_contrast(g, say, name, [row for row in rows if row["verdict"] == DIFFERS]))
    return found


def _contrast(g, say, name, rows):
    best, worst = (f(rows, key=lambda row: row["difference"]) if rows else None for f in (max, min))
    if not rows:
        return say("neither", what=say(name))
    if best["difference"] <= 0:
        return say("least_only", what=say(name), **_numbers(g, say, worst))
    text = say("most", what=say(name), cost=_cost(g, say, best["case"]), **_numbers(g, say, best))
    return text + (say("least", **_numbers(g, say, worst)) if worst["difference"] < 0 else "")


def _numbers(g, say, row):
    return {"name": f"<i>{html.escape(g.cases.name(row['case']))}</i>", "difference": say.signed(row["difference"]), "low": say.signed(row["low"]),
            "high": say.signed(row["high"])}


def _cost(g, say, case):
    money = g.comparison["costs"].get(case, {}).get("money")
    if not money or money[2] is None:
        return "–"
    if abs(money[2]) < 5000:
        return say("cost_same")
    return say("cost_more" if money[2] > 0 else "cost_less", x=say.number(abs(money[2]) / 1e6, 2))
