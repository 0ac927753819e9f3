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
        spread = "" if say.number(low[-1]) != say.number(high[-1]) else "_all"
        found.append(say(("goes" if moves else "stays") + spread, what=say(name), verb=say("rises" if last > first else "falls"),
                         first=say.number(first),
                         when=say.month(s["time"][k]), last=say.number(last), end=say.month(s["time"][-1]),
                         low=say.number(low[-1]),
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
    if not rows:
        return say("neither", what=say(name))
    best, worst = (f(rows, key=lambda row: row["difference"]) for f in (max, min))
    said = [say("most", what=say(name), **_numbers(g, say, best)) if best["difference"] > 0 else say("most_none", what=say(name))]
    if worst["difference"] < 0:
        said.append(say("least", **_numbers(g, say, worst)))
    return " ".join(said)


def _numbers(g, say, row):
    return {"name": f"<i>{html.escape(g.cases.name(row['case']))}</i>", "difference": say.signed(row["difference"]),
            "low": say.signed(row["low"]), "high": say.signed(row["high"]), "cost": _cost(g, say, row["case"]),
            "members": _members(g, say, row["case"])}


def _members(g, say, case):
    """Said where a scenario has another size: shares and means of a small cluster are not those of a large one."""
    row = next((r for r in g.comparison["rows"] if r["name"] == "members" and r["case"] == case), None)
    if not row or row["verdict"] != DIFFERS or abs(row["difference"]) < 1:
        return ""
    return say("fewer_members" if row["difference"] < 0 else "more_members", x=say.number(round(abs(row["difference"]))))


def _cost(g, say, case):
    money = g.comparison["costs"].get(case, {}).get("money")
    if not money or money[2] is None:
        return "–"
    if abs(money[2]) < 5000:
        return say("cost_same")
    return say("cost_more" if money[2] > 0 else "cost_less", x=say.number(abs(money[2]) / 1e6, 2))
