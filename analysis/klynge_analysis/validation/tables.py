"""The table of patterns on a terminal, as Markdown, as a self-contained HTML page and as JSON: four forms of the same rows."""
import html
import json
import math
import textwrap

from .registry import KINDS
from .verdict import CANNOT_TELL, FAIL, FAMILY_WISE, PASS, SHARE

SIGNS = {PASS: "+ pass", FAIL: "- FAIL", CANNOT_TELL: "? cannot tell"}  # a sign and a word: colour is never the only mark
MARK_NAMES = {"C": "coded", "P": "partly coded", "M": "must emerge"}
HEADER = ["id", "kind", "built", "claim", "expected", "observed (95 %)", "right sign", "verdict"]


def number(x):
    """Three figures, or - for what is not a number."""
    return "-" if x is None or not math.isfinite(x) else f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def plain(x):
    """A number for JSON: null for what is not one."""
    return None if x is None or not math.isfinite(x) else float(x)


def pattern_row(verdict):
    """A verdict as the object that --json prints: design.md section 8, and what the other forms show beside it."""
    p, o = verdict.pattern, verdict.outcome
    row = {"id": p.id, "kind": p.kind, "built": p.built, "honest": p.honest, "family": p.family, "claim": p.claim,
           "statistic": p.statistic, "expected": p.expected, "observed": None, "low": None, "high": None,
           "share_right_sign": plain(verdict.share), "p_adjusted": plain(verdict.p_adjusted),
           "pass": {PASS: True, FAIL: False}.get(verdict.status), "verdict": verdict.status, "why": verdict.why}
    if o:
        row |= {"observed": plain(o.estimate.value), "low": plain(o.estimate.low), "high": plain(o.estimate.high),
                "bounds": list(o.bounds), "null": o.null, "note": o.note,
                "conditions": [{"what": c.what, "observed": plain(c.estimate.value), "low": plain(c.estimate.low),
                                "high": plain(c.estimate.high), "bounds": list(c.bounds), "met": c.met} for c in o.conditions]}
    return row


def scores(rows, mark):
    """{C, P, M: (passed, failed, cannot tell)} by the mark of that name, built or honest."""
    return {m: tuple(sum(r["verdict"] == s for r in rows if r[mark] == m) for s in (PASS, FAIL, CANNOT_TELL)) for m in "CPM"}


def score_lines(rows):
    """Sentences with the pass rates of C, P and M apart, by the evidence's mark and by the honest one."""
    for mark, title in (("built", "by the mark of the evidence"), ("honest", "by the honest mark of ODD.md")):
        parts = [f"{m} ({MARK_NAMES[m]}) {n[0]} of {sum(n)} pass" + (f", {n[2]} cannot tell" if n[2] else "")
                 for m, n in scores(rows, mark).items() if sum(n)]
        yield f"{title}: " + "; ".join(parts)


def foot(about):
    """How the table is to be read, and what it was made from."""
    yield (f"A pattern passes when its sign is the claim's in at least {SHARE:.0%} of paired replicates, its point estimate is "
           f"in the bounds, the sign is significant at a family-wise {FAMILY_WISE:.0%} (paired t, Holm over the "
           f"{about['tested']} patterns with a sign), and every further condition holds. A claim of no effect passes only if the "
           "whole interval lies in the margin; a level has no sign. A consistency check passes when the whole interval of the "
           "mean is inside.")
    yield "Only M patterns (must emerge) are evidence for the model; C ones (coded) are a check that the code does what it says."
    yield f"{about['replicates']} replicates of each scenario; {about['scenarios']} scenarios; {about['version']}."


def interval(row):
    if row.get("observed") is None:
        return "-"
    return f"{number(row['observed'])} ({number(row['low'])} to {number(row['high'])})"


def _cells(row):
    built = row.get("built") or ""
    honest = row.get("honest", built)
    share = row.get("share_right_sign")
    return [row["id"], row.get("kind", "") if row.get("kind") in KINDS else "", built if honest == built else f"{built}>{honest}",
            row["claim"], row.get("expected", ""), interval(row), "-" if share is None else f"{share:.0%}", SIGNS[row["verdict"]]]


def bounds_text(bounds):
    low, high = bounds
    if low is None or high is None:
        return "no bound" if low is high else f"<= {number(high)}" if low is None else f">= {number(low)}"
    return f"{number(low)} to {number(high)}"


def condition_text(c):
    holds = {True: "holds", False: "DOES NOT HOLD", None: "CANNOT TELL"}[c["met"]]
    return f"{holds}: {c['what']}: {interval(c)}, expected {bounds_text(c['bounds'])}"


def details(row):
    """Sentences under a row: what was measured, conditions with their numbers, what did not hold, the note."""
    if row.get("bounds"):
        yield f"{row['statistic']}; bounds {bounds_text(row['bounds'])}"
    yield from (condition_text(c) for c in row.get("conditions", []))
    if row["why"]:
        yield f"{row['verdict']}: {'; '.join(row['why'])}"
    if row.get("robust") and row["robust"]["share"] is not None:
        r = row["robust"]
        yield (f"sign holds in {r['share']:.0%} of {r['points']} points over the ranges of {r['axes']} parameters "
               f"({r['skipped']} points skipped: they break a check of the model)")
    if row.get("note"):
        yield row["note"]


# ---- terminal -------------------------------------------------------------------------------------------------------------

WIDTHS = [4, 4, 5, 34, 40, 24, 10, 13]


def terminal(rows, checks, about):
    lines = _terminal_table(rows)
    if checks:
        lines += ["", "consistency (evidence, section 9)"] + _terminal_table(checks)
    lines += [""] + list(score_lines(rows)) if rows else []
    if checks:
        lines.append(f"consistency: {sum(r['pass'] is True for r in checks)} of {len(checks)} inside")
    for text in foot(about):
        lines += textwrap.wrap(text, 140)
    return "\n".join(lines)


def _terminal_table(rows):
    lines = ["  ".join(h.ljust(w) for h, w in zip(HEADER, WIDTHS)).rstrip(), "  ".join("-" * w for w in WIDTHS)]
    for row in rows:
        columns = [textwrap.wrap(cell, w) or [""] for cell, w in zip(_cells(row), WIDTHS)]
        for k in range(max(map(len, columns))):
            lines.append("  ".join((c[k] if k < len(c) else "").ljust(w) for c, w in zip(columns, WIDTHS)).rstrip())
        for text in details(row):
            lines += textwrap.wrap(text, 140, initial_indent="      ", subsequent_indent="        ")
    return lines


# ---- Markdown ---------------------------------------------------------------------------------------------------------------

def markdown(rows, checks, about):
    lines = [f"# {about['title']}", ""]
    lines += [f"- {text}" for text in score_lines(rows)] if rows else []
    if checks:
        lines.append(f"- consistency: {sum(r['pass'] is True for r in checks)} of {len(checks)} inside")
    lines += ["", "## Patterns", "", *markdown_table(HEADER, map(_cells, rows))]
    if checks:
        lines += ["", "## Consistency checks", "", *markdown_table(HEADER, map(_cells, checks))]
    lines += ["", "## What was measured", ""]
    for row in [*rows, *checks]:
        said = list(details(row))
        lines += [f"- **{row['id']}** {row['claim']}"] + [f"  - {text}" for text in said] if said else []
    return "\n".join([*lines, "", *foot(about), ""])


def markdown_table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for cells in rows:
        yield "| " + " | ".join(str(c).replace("|", "\\|") for c in cells) + " |"


# ---- HTML -------------------------------------------------------------------------------------------------------------------

STYLE = """body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 78em; padding: 0 1em; color: #1a1a1a;
background: #fff } table { border-collapse: collapse; width: 100%; margin: 1em 0 } th, td { text-align: left; vertical-align: top;
padding: .35em .6em; border-bottom: 1px solid #ccc } th { border-bottom: 2px solid #444 } td.v { white-space: nowrap;
font-weight: 600 } .pass { color: #0b5d2a } .fail { color: #9a1c1c } .cannot { color: #5a4a00 } td ul { margin: .4em 0 0;
padding-left: 1.1em; font-size: .87em }
@media print { body { max-width: none; margin: 0; font-size: 9pt } tr { break-inside: avoid } }"""


def page(rows, checks, about):
    scored = [f"<li>{html.escape(text)}</li>" for text in score_lines(rows)]
    parts = [f"<h1>{html.escape(about['title'])}</h1><ul>", *scored, "</ul>"]
    parts += ["<h2>Patterns</h2>", _html_table(rows)]
    if checks:
        parts += ["<h2>Consistency checks</h2>", _html_table(checks)]
    parts += [f"<p>{html.escape(text)}</p>" for text in foot(about)]
    return html_page(about["title"], "\n".join(parts))


def html_page(title, body):
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n")


def _html_table(rows):
    lines = ["<table><thead><tr>" + "".join(f'<th scope="col">{h}</th>' for h in HEADER) + "</tr></thead><tbody>"]
    for row in rows:
        cells = [html.escape(cell) for cell in _cells(row)]
        said = "".join(f"<li>{html.escape(text)}</li>" for text in details(row))
        cells[3] += f"<ul>{said}</ul>" if said else ""
        mark = row["verdict"].split()[0]
        lines.append("<tr>" + "".join(f"<td>{c}</td>" for c in cells[:-1]) + f'<td class="v {mark}">{cells[-1]}</td></tr>')
    return "\n".join([*lines, "</tbody></table>"])


# ---- all forms ----------------------------------------------------------------------------------------------------------------

def as_json(rows, checks, about):
    counted = {mark: scores(rows, mark) for mark in ("built", "honest")}
    return json.dumps({"patterns": rows, "consistency": checks, "scores": counted, **about})


FORMS = {".md": markdown, ".html": page, ".json": lambda *all: as_json(*all) + "\n"}
