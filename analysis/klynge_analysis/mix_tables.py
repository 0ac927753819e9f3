"""The result of `klynge mix` in words: terminal, Markdown, JSON; the figure is mix_figure.py."""
import json
import textwrap

WIDTH = 132
SHOWN = ("pareto", "dominated", "dropped")


def as_json(result):
    return json.dumps(result)


def shown(result):
    """The baseline, then the Pareto set, the surest first; with a letter for each of the set."""
    rows = result["points"]
    pareto = sorted((r for r in rows if r["state"] == "pareto" and r is not rows[0]), key=lambda r: -r["pareto_share"])
    return [("", rows[0])] + list(zip(letters(len(pareto)), pareto))


def letters(n):
    """A to Z, then AA, AB, ..."""
    return [("" if k < 26 else chr(64 + k // 26)) + chr(65 + k % 26) for k in range(n)]


def mix_of(row):
    """gatherings 42, courses 11: shares in per cent, the largest first."""
    parts = sorted(row["shares"].items(), key=lambda item: -item[1])
    return ", ".join(f"{name.replace('_', ' ')} {100 * share:.0f}" for name, share in parts)


def number(value, digits):
    return "-" if value != value else f"{value:.{digits}f}"


def level(row, objective):
    each = row["objectives"][objective["name"]]
    return f"{number(each['mean'], objective['digits'])}"


def against(row, objective):
    each, digits = row["against_baseline"][objective["name"]], objective["digits"]
    if row["name"] == "baseline":
        return "-"
    signed = [("+" if value > 0 else "") + number(value, digits) for value in (each["mean"], each["low"], each["high"])]
    return f"{signed[0]} ({signed[1]} to {signed[2]})"


def better(row, result):
    """The objectives in which a point is better than the baseline, and in which worse, by intervals that leave out 0."""
    found = {"better": [], "worse": []}
    for objective in result["objectives"]:
        each, sign = row["against_baseline"][objective["name"]], objective["sign"]
        if each["low"] * sign > 0 and each["high"] * sign > 0:
            found["better"].append(objective["name"])
        elif each["low"] * sign < 0 and each["high"] * sign < 0:
            found["worse"].append(objective["name"])
    return found


def state(row):
    if row["state"] == "pareto":
        return f"in the set, {row['pareto_share']:.0%} of resamples"
    if row["state"] == "dropped":
        return f"beaten by {row['beaten_by']} in all four, after {row['replicates']} replicates"
    return f"not in the set ({row['pareto_share']:.0%} of resamples)"


def headline(result):
    rows = result["points"]
    count = {name: sum(r["state"] == name for r in rows) for name in SHOWN}
    runs = ", ".join(f"{points} mixes at {n} replicates" for n, points in result["rounds"])
    yield (f"{len(rows)} mixes of {result['budget'] / 1e6:.3g} MNOK a year in {result['config']}"
           + (f" ({result['scenario']})" if result["scenario"] else "") + f": {count['pareto']} in the Pareto set, "
                                                                          f"{count['dominated']} not in it "
           f"by their means, {count['dropped']} dropped as clearly dominated. {runs}.")
    best = [row["name"] for _, row in shown(result)[1:] if len(better(row, result)["better"]) == len(result["objectives"])]
    yield ("Better than the baseline in all four by 95 % intervals: " + ", ".join(best) + "." if best else
           "None is better than the baseline in all four by 95 % intervals.")
    yield from limits(result)


def some(names):
    return ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")


def limits(result):
    """What money cannot buy."""
    staff, rows = result["staff_hours"], result["points"]
    over = [row["name"] for row in rows if row["planned_hours"] > staff]
    yield (f"Management has {staff:.0f} hours a year for facilitation, whatever the budget, since money does not buy staff (ODD "
           f"7.3)"
           + (f": {len(over)} of {len(rows)} mixes plan more than that, {some(over)}." if over else
              "; no mix plans more than that."))
    short = [row["name"] for row in rows if row["measured"]["money"] < 0.9 * row["planned_money"]]
    if short:
        yield (f"In {len(short)} mixes less than 90 % of the planned money is spent "
               f"({some(short)}): "
               "hours that are short, gatherings that do not come in halves, members without the time or the need.")
    above = [row["name"] for row in rows if row["measured"]["money"] > 1.02 * result["budget"]]
    if above:
        yield (f"In {len(above)} mixes more than the budget is spent "
               f"({some(above)}): a plan knows neither who "
               "comes nor what is asked for; the constraint holds for what is planned.")
    unspent = [row["name"] for row in rows if row["name"] != "baseline" and row["planned_money"] < 0.99 * result["budget"]]
    if unspent:
        yield f"Not all of the budget fits into {', '.join(unspent)}: an instrument's intensity ends at 10."


def foot(result):
    first, last = result["window"]
    yield (f"Collaboration, sense of community and utilisation are means over months {first:g} to {last:g}, exits a year in 100 "
           f"members over the "
           "whole run. In brackets 95 % intervals of the paired difference from the baseline (same seeds). In the set: no other "
           "mix is as good in "
           "all four and better in one, by the means; the share of resamples of the replicates says how sure that is. Intervals "
           "are not "
           "corrected for having looked at so many mixes: run a chosen one again with another --seed of `klynge run`. Money is "
           "management's "
           "(hours and bills), a year; members' hours are beside it.")
    yield f"Shares in per cent of the budget, sampled with seed {result['seed']}. {result['version']}."


HEADER = ["", "mix", "planned / spent", "members' h", "in the set"]


def cells(letter, row, result):
    spent = row["measured"]
    sure = f"{row['pareto_share']:.0%}" if row["state"] == "pareto" else state(row).split(",")[0].split(" (")[0]
    money = f"{row['planned_money'] / 1e3:.0f} / {spent['money'] / 1e3:.0f} kNOK"
    return [letter, row["name"], money, f"{spent['member_hours']:.0f}", sure,
            *(f"{level(row, o)}  {against(row, o)}" if row["name"] != "baseline" else level(row, o) for o in result["objectives"])]


def terminal(result):
    out = [*(line for text in headline(result) for line in textwrap.wrap(text, WIDTH)), ""]
    for letter, row in shown(result):
        money = row["measured"]
        out.append(f"{letter or '*':2} {row['name']}: {mix_of(row)}")
        out.append(f"   {state(row)}; planned {row['planned_money'] / 1e3:.0f}, spent {money['money'] / 1e3:.0f} kNOK a year; "
                   f"members "
                   f"{money['member_hours']:.0f} h a year")
        for objective in result["objectives"]:
            name = objective["name"]
            out.append(f"     {name:20} {level(row, objective):>8}   {against(row, objective):32} {objective['unit']}")
        out.append(f"     {row['command']}")
    rest = [row for row in result["points"] if row["state"] != "pareto" and row["name"] != "baseline"]
    if rest:
        out += ["", "the others:"]
        out += [f"   {row['name']:22} {state(row)}" for row in rest]
    return "\n".join([*out, "", *(line for text in foot(result) for line in textwrap.wrap(text, WIDTH))])


def markdown(result):
    out = ["# Mixes of instruments for the same money", "", *(f"- {text}" for text in headline(result)), "", "## The Pareto set", ""]
    header = HEADER + [f"{o['name']} ({o['unit']})" for o in result["objectives"]] + ["shares of the budget, %"]
    out += ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    for letter, row in shown(result):
        out.append("| " + " | ".join([*cells(letter, row, result), mix_of(row)]) + " |")
    out += ["", "## To run them again", "", "```sh", *(row["command"] for _, row in shown(result)), "```", "", "## The others", ""]
    out += ["| mix | what became of it | shares of the budget, % | command |", "| --- | --- | --- | --- |"]
    out += [f"| {row['name']} | {state(row)} | {mix_of(row)} | `{row['command']}` |" for row in result["points"]
            if row["state"] != "pareto" and row["name"] != "baseline"]
    return "\n".join([*out, "", *foot(result)])
