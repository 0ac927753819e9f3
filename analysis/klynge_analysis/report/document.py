"""The HTML of a report: texts and tables stand in it as they are, for viewers without scripts and for readers by ear; charts are
drawn from the data at its end by the scripts beside this file. One file, with nothing to fetch: its policy forbids that.
"""
import html
import json
import pathlib
import shlex

import numpy as np

from klynge_analysis.compare import DIFFERS, IDENTICAL
from klynge_analysis.report import findings, gather

HERE = pathlib.Path(__file__).parent
SCRIPTS = ("draw.js", "charts.js", "playback.js")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
COSTS = ("money", "management_hours", "member_hours")
AGAIN = "--set output.panel_runs=1 --set output.tie_runs=1 --set output.snapshot_every=0.0833"


def page(gathered, network, say, name, out, validated=None):
    """The whole file. `network`: what network.py found, with the index of its `case`, or a string that says why there is none.
    `validated`: what validated.py read, or None."""
    g, playing = gathered, isinstance(network, dict)
    parts = [_head(g, say), _question(g, say), _short(g, say), _sweep(g, say), _time(g, say), _compare(g, say), _quadrants(g, say, playing),
             _contact(g, say), _network(g, network, say), _validated(validated, say), _limits(g, say, playing)]
    without = {"network"} if network == "unwanted" else set()
    without |= set() if validated else {"validated"}
    without |= set() if g.sweep else {"sweep"}
    top = _HEADER.format(**_top(g, say, [part for part in PARTS if part not in without]))
    body = top + '<main id="main">' + "\n".join(parts[1:]) + "</main>" + _foot(g, say, name, out)
    return parts[0] + body + _scripts(g, network if playing else None, say) + "</body></html>\n"


def e(text):
    return html.escape(str(text))


def section(name, say, inner):
    return f'<section id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{e(say("h_" + name))}</h2>\n{inner}</section>\n'


def paragraph(text, kind=""):
    return f'<p{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{text}</p>\n'


# ---- head --------------------------------------------------------------------------------------------------------------------

_HEADER = """<body>
<a class="skip" href="#main">{skip}</a>
<header><p class="kicker">Klynge · {kicker}</p><h1>{title}</h1><p class="lead">{lead}</p>
<noscript><p class="notice">{no_script}</p></noscript>
<nav aria-label="{contents}"><ul>{links}</ul></nav></header>
"""
LISTED = 6  # scenarios up to which all are listed at once
PARTS = ("question", "short", "sweep", "time", "compare", "quadrants", "contact", "network", "validated", "limits", "provenance")


def _title(g, say):
    n = len(g.cases.at)
    if g.sweep:
        return say("title_sweep", n=g.ensemble.n_points, k=len(g.sweep["settings"]))
    return say("title_many", n=n, name=g.cases.name(g.base)) if n > 1 else g.questions[g.base] or say("title")


def _head(g, say):
    return (f'<!DOCTYPE html>\n<html lang="{say.language}"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
            f"<title>{e(say('title'))}: {e(_title(g, say))}</title>\n"
            f"<style>{(HERE / 'page.css').read_text(encoding='utf-8')}</style></head>\n")


def _top(g, say, shown):
    n, done = len(g.cases.at), [d for d in g.cases.done if d]
    runs = f"{min(done)}" if min(done) == max(done) else f"{min(done)}–{max(done)}"
    kind = "lead_sweep" if g.sweep else "lead" if n == 1 else "lead_many"
    lead = say(kind, n=len(g.cases.scenarios) if g.sweep else n, replicates=runs, points=g.ensemble.n_points, start=say.turn(g.start),
               end=say.month(g.end))
    links = "".join(f'<li><a href="#{part}">{e(say("h_" + part))}</a></li>' for part in shown)
    return {"skip": e(say("skip")), "kicker": e(say("title")), "title": e(_title(g, say)), "lead": e(lead), "links": links,
            "no_script": e(say("no_script")), "contents": e(say("contents"))}


# ---- question ----------------------------------------------------------------------------------------------------------------


def _question(g, say):
    head = [say("scenario"), say("asks"), say("runs"), say("cost_year")]
    rows = []
    for k, name in enumerate(g.cases.names()):
        money = g.costs[k].get("money")
        cost = say.number(None if money is None else money / 1e6)
        failed = int(np.prod(g.ensemble.done[g.cases.at[k]].shape)) - g.cases.done[k]
        runs = str(g.cases.done[k]) + (f" ({say('failed_runs', n=failed)})" if failed else "")
        tag = f'<span class="tag">{e(say("reference"))}</span>' if k == g.base and len(g.cases.at) > 1 else ""
        rows.append(f'<tr><th scope="row">{e(name)}{tag}</th><td>{e(g.questions[k] or say("no_question"))}</td>'
                    f'<td class="number" data-label="{e(head[2])}">{e(runs)}</td>'
                    f'<td class="number" data-label="{e(head[3])}">{e(cost)}</td></tr>')
    table = _table(_heads(head, 2), rows, "stack")
    table += paragraph(e(say("cost_note")), "note")
    if len(rows) <= LISTED:
        return section("question", say, table)
    asked = paragraph(f"<b>{e(g.cases.name(g.base))}</b> ({e(say('reference'))}): {e(g.questions[g.base] or say('no_question'))}")
    return section("question", say, asked + _folded(say("all_scenarios", n=len(rows)), table))


def _folded(summary, inner):
    """Shut on a screen, open on paper."""
    return f'<details class="printed"><summary>{e(summary)}</summary>{inner}</details>'


def _table(heads, rows, kind=""):
    return (f'<div class="scroll"><table class="{kind}"><thead><tr>{heads}</tr></thead>'
            f'<tbody>{"".join(rows)}</tbody></table></div>\n')


def _heads(titles, numbers_from):
    return "".join(f'<th scope="col"{" class=number" * (k >= numbers_from)}>{e(title)}</th>' for k,
                   title in enumerate(titles))


# ---- in short ------------------------------------------------------------------------------------------------------------------


def _short(g, say):
    name = g.cases.name(g.base)
    inner = f"<h3>{e(say('short_of', name=name))}</h3>" + _points(findings.developments(g, say))
    compared = findings.contrasts(g, say)
    if compared:
        inner += f"<h3>{e(say('short_compared', name=_reference(g, say)))}</h3>" + _points(compared)
    return section("short", say, inner + paragraph(say("short_note"), "note"))


def _points(sentences):
    return '<ul class="points">' + "".join(f"<li>{s}</li>" for s in sentences) + "</ul>\n"


# ---- a sweep -------------------------------------------------------------------------------------------------------------------


def _sweep(g, say):
    """A chart of any setting and observable, and rank correlations of the baseline's scenario as a table."""
    if not g.sweep:
        return ""
    scenario = g.ensemble.scenarios[g.cases.at[g.base][0]]
    several = " " + say("sweep_others") if len(g.sweep["settings"]) > 1 else ""
    inner = paragraph(e(say("sweep_how") + several), "how")
    if len(g.cases.points) < g.ensemble.n_points:
        s, p = g.cases.at[g.base]
        listed = ", ".join(f"{path} = {gather.in_words(each, s, p, say.number)}" for path, each in g.ensemble.swept.items())
        inner += paragraph(e(say("sweep_one", point=p, n=g.ensemble.n_points - 1, settings=listed)), "notice")
    if g.sweep["n"] > len(g.sweep["of"]):
        inner += paragraph(e(say("sweep_some", shown=len(g.sweep["of"]), n=g.sweep["n"])), "note")
    inner += '<div class="controls" id="sweep-controls"></div><div id="sweep-chart"></div>'
    at = g.sweep["scenarios"].index(scenario)
    rows = [f'<tr><th scope="row">{e(name)}</th>' + "".join(_rank_cell(say, x) for x in ranks[at]) + "</tr>"
            for name, ranks in g.sweep["ranks"].items()]
    if not rows:
        return section("sweep", say, inner)
    ranks = say("sweep_ranks", name=scenario)
    table = _wide(ranks, _heads([say("setting"), *(say(name) for name in g.sweep["names"])], 1), rows)
    return section("sweep", say, inner + f"<h3>{e(ranks)}</h3>" + table
                   + paragraph(e(say("sweep_ranks_how")), "note"))


def _rank_cell(say, x):
    kind = "noise" if x is None or abs(x) < 0.5 else "more" if x > 0 else "less"
    return f'<td class="number {kind}">{e(say.signed(x))}</td>'


# ---- over time -----------------------------------------------------------------------------------------------------------------


def _time(g, say):
    inner = paragraph(e(say("time_how")), "how") + ('<div id="time-picker"></div><div class="legend" id="time-legend"></div>'
                                                    '<div class="charts" id="time-charts"></div>')
    tables = "".join(_yearly(g, say, k) for k in range(len(g.cases.at)) if g.cases.done[k])
    inner += f"<details><summary>{e(say('as_table'))}</summary>{paragraph(e(say('table_note')), 'note')}{tables}</details>"
    return section("time", say, inner)


def _yearly(g, say, k):
    """A table of a scenario: a row for each year's end, a column for each series."""
    times = next(iter(g.series.values()))["time"]
    years = [i for i, t in enumerate(times) if abs(t - round(t)) < 1e-3] or [len(times) - 1]
    heads = "".join(f'<th scope="col" class="number">{e(say(name))}<br>{e(say(name + "_unit"))}</th>' for name in g.series)
    rows = []
    for i in years:
        cells = "".join(f'<td class="number">{_banded(say, [part[i] for part in s["bands"][k]])}</td>' for s in g.series.values())
        rows.append(f'<tr><th scope="row">{e(say.month(times[i]))}</th>{cells}</tr>')
    return f"<h3>{e(g.cases.name(k))}</h3>" + _table(f'<th scope="col">{e(say("month"))}</th>{heads}', rows)


def _banded(say, values):
    low, middle, high = values
    return e(say.number(middle)) + (f" ({e(say.number(low))} {e(say('to'))} {e(say.number(high))})" if low is not None else "")


# ---- comparison ----------------------------------------------------------------------------------------------------------------


def _compare(g, say):
    c, name = g.comparison, _reference(g, say)
    if not c["rows"]:
        text = say("no_compare_few", names=", ".join(c["alone"])) if c["alone"] else say("no_compare_points" if g.sweep else "no_compare_one")
        return section("compare", say, paragraph(e(text)))
    how = say("compare_how", name=name, end=say.month(c["until"]), recent=c["recent"], family=c["family"])
    inner = paragraph(e(how), "how") + '<div class="controls" id="compare-controls"></div><div id="forest"></div>'
    if c["alone"]:
        inner += paragraph(e(say("no_compare_few", names=", ".join(c["alone"]))), "note")
    note = say("glance_note", name=name, until=say.month(c["until"]))
    return section("compare", say, inner + f"<h3>{e(say('at_a_glance'))}</h3>" + _glance(g, say) + paragraph(e(note), "note"))


def _reference(g, say):
    """What others are set against: at several points the baseline's scenario at the same one."""
    if len(g.cases.points) == 1:
        return g.cases.name(g.base)
    return say("same_point", name=g.ensemble.scenarios[g.cases.at[g.base][0]])


def _glance(g, say):
    c = g.comparison
    cases = list(dict.fromkeys(row["case"] for row in c["rows"]))
    by = {(row["case"], row["name"]): row for row in c["rows"]}
    costs = [cost for cost in COSTS if any(cost in found for found in c["costs"].values())]
    heads = "".join(f'<th scope="col" class="number">{e(say(name))}<br><span class="tag">{e(say(name + "_unit"))}</span></th>'
                    for name in [*c["names"], *costs])
    rows = []
    for case in cases:
        cells = "".join(_cell(say, by[case, name]) for name in c["names"])
        cells += "".join(_cost_cell(say, cost, c["costs"].get(case, {}).get(cost)) for cost in costs)
        rows.append(f'<tr><th scope="row">{e(g.cases.name(case))}</th>{cells}</tr>')
    return _wide(say("at_a_glance"), f'<th scope="col">{e(say("scenario"))}</th>{heads}', rows)


def _wide(label, heads, rows):
    """A table wider than the text, which the keyboard can scroll."""
    return (f'<div class="scroll wide" tabindex="0" role="region" aria-label="{e(label)}"><table class="glance"><thead><tr>{heads}</tr>'
            f'</thead><tbody>{"".join(rows)}</tbody></table></div>\n')


def _cell(say, row):
    if row["verdict"] == IDENTICAL:
        return f'<td class="number same" title="{e(say("same"))}">=</td>'
    if row["difference"] is None:
        return '<td class="number noise">–</td>'
    kind = ("more" if row["difference"] > 0 else "less") if row["verdict"] == DIFFERS else "noise"
    mark = {"more": "▲", "less": "▼", "noise": "○"}[kind]
    interval = f"{say.number(row['low'])} {say('to')} {say.number(row['high'])}; {say(kind)}"
    return f'<td class="number {kind}" title="{e(interval)}">{e(say.signed(row["difference"]))} {mark}</td>'


def _cost_cell(say, name, found):
    if not found or found[2] is None:
        return '<td class="number">–</td>'
    return f'<td class="number">{e(say.signed(found[2] / 1e6 if name == "money" else found[2]))}</td>'


# ---- the rest ------------------------------------------------------------------------------------------------------------------


def _quadrants(g, say, playing):
    if g.quadrants is None:
        return section("quadrants", say, paragraph(e(say("no_quadrants"))))
    inner = paragraph(e(say("quadrants_how")) + (" " + e(say("one_run_points")) if playing else ""), "how")
    return section("quadrants", say, inner + '<div class="controls" id="quadrants-controls"></div><div id="quadrant-map"></div>')


def _contact(g, say):
    if g.contact is None:
        return section("contact", say, paragraph(e(say("no_contact"))))
    return section("contact", say, paragraph(e(say("contact_how")), "how") + '<div class="controls" id="contact-controls"></div>'
                   '<div class="legend" id="contact-legend"></div><div class="charts" id="contact-charts"></div>')


def run_again(g, panels):
    """The command that makes the file again, with firms and ties kept when `panels`: a sweep keeps none, so of the point shown."""
    command = list(g.provenance["command"]) or ["klynge", "run", "CONFIG", "-o", "OUT.h5"]
    command[0] = pathlib.PurePath(command[0]).name
    if merged(g) and panels:
        at = g.cases.at[g.base]
        point = [f"--set {path}={gather.in_words(each, *at, repr)}" for path, each in g.ensemble.swept.items()]
        return " ".join(["klynge run CONFIG -o OUT.h5", *point, AGAIN])
    if not panels:
        return ("klynge sweep CONFIG -o DIR\n" if merged(g) else "") + shlex.join(command)
    return f"{shlex.join(word for word in command if word not in ('--force', '-f'))} --force {AGAIN}"


def merged(g):
    return list(g.provenance["command"])[1:2] == ["merge"]


def _network(g, network, say):
    if network == "missing":
        said = f'{paragraph(e(say("no_network_sweep" if merged(g) else "no_network")))}<pre>{e(run_again(g, True))}</pre>'
        return section("network", say, f'<div class="notice">{said}</div>')
    if network == "elsewhere":
        return section("network", say, paragraph(e(say("no_network_case", name=g.cases.name(g.base))), "notice"))
    if not isinstance(network, dict):
        return ""
    inner = paragraph(e(say("network_how", name=g.cases.name(network["case"]))), "how")
    times = network["time"]
    every = (times[-1] - times[0]) / max(1, len(times) - 1) * 12
    if every > 1.5:
        inner += paragraph(e(say("few_snapshots", n=len(times), every=say.number(round(every, 1), 2))), "note")
    return section("network", say, inner + '<div id="playback"></div>')


def _validated(validated, say):
    if not validated:
        return ""
    rows, sums = [], []
    for built in "MPC":
        of = [p for p in validated["patterns"] if p["built"] == built]
        passed = sum(p["verdict"] == "pass" for p in of)
        sums += [e(say("validated_sum", kind=say(f"built_{built}").capitalize(), passed=passed, n=len(of)))] if of else []
        rows += [f'<tr><th scope="row">{e(p["id"])}</th><td>{e(p["claim"])}</td><td>{e(say("built_" + built))}</td>'
                 f'<td>{e(say("verdict_" + p["verdict"]))}</td></tr>' for p in of]
    table = _table(_heads(["", say("claim"), say("built"), say("comes_out")], 9), rows)
    how = paragraph(e(say("validated_how", replicates=validated["replicates"])), "how")
    return section("validated", say, how + _points(sums) + _folded(say("all_claims", n=len(rows)), table))


def _limits(g, say, playing):
    applies = {"always"}
    if any(s["closure"] for s in g.spans):
        applies.add("closure")
    if playing:
        applies.add("network")
    if min(d for d in g.cases.done if d) < 30:
        applies.add("few")
    return section("limits", say, _points(say.limits(applies)))


def _foot(g, say, name, out):
    p = g.provenance
    if not p["command"]:
        inner = paragraph(e(say("no_provenance")))
    else:
        commit = ""
        if p["git_commit"] and p["git_commit"] != "unknown":
            commit = say("commit_dirty" if p["git_dirty"] == "1" else "commit", commit=p["git_commit"][:12])
        inner = paragraph(e(say("made_by", file=name, version=p["version"], started=p["started"].replace("T", " ").rstrip("Z"),
                                commit=commit)))
        inner += paragraph(e(say("again") + " " + say("again_note")))
        inner += f"<pre>{e(run_again(g, False))}\n{e(out)}</pre>"
        facts = [f"{say(key)} {p[k]}" for key, k in (("fact_seed", "seed"), ("fact_config", "config_hash"),
                                                     ("fact_digest", "digest")) if p[k]]
        inner += paragraph(e(" · ".join(facts)), "note")
        inner += f"<details><summary>{e(say('config_given'))}</summary><pre>{e(p['config'])}</pre></details>"
    return f'<footer>{section("provenance", say, inner)}</footer>'


# ---- data and scripts ----------------------------------------------------------------------------------------------------------

NOT_IN_SCRIPTS = ("skip", "contents", "lead", "lead_many", "no_script", "goes", "goes_all", "stays", "stays_all", "most", "least",
                  "neither", "short_note", "time_how",
                  "compare_how", "glance_note", "contact_how", "quadrants_how", "network_how", "no_network")


def _data(g, network, say):
    chosen = list(range(len(g.cases.at))) if len(g.cases.at) <= 3 else [g.base]  # lines of the charts at first
    chosen = [k for k in chosen if g.cases.done[k]]
    words = {key: text for key, text in say.all().items() if key not in NOT_IN_SCRIPTS and not key.startswith("h_")}
    return {"lang": say.language, "words": words, "cases": g.cases.names(), "questions": g.questions, "base": g.base,
            "chosen": chosen, "sweep": g.sweep,
            "start": g.start, "end": g.end, "series": g.series, "spans": g.spans, "comparison": g.comparison,
            "quadrants": g.quadrants,
            "contact": g.contact, "network": network}


def _scripts(g, network, say):
    data = json.dumps(_data(g, network, say), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for mark, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        data = data.replace(mark, code)
    code = "\n".join((HERE / name).read_text(encoding="utf-8").replace('"use strict";\n', "", int(k > 0)) for k,
                     name in enumerate(SCRIPTS))
    return f'<script type="application/json" id="data">{data}</script>\n<script>{code}</script>\n'
