"""`klynge ablate`: every mechanism that is on by default is switched off, one at a time, and the patterns are judged again.

A mechanism is a switch model.processes.*, model.mechanisms.* or a policy's `on`. What is off is off in every scenario. A pattern
*changes* when its verdict does, and *moves* when the two 95 % intervals of its statistic do not overlap: with some twenty
replicates a verdict near a bound can turn by chance, so that only what moves, or can no longer be told, counts as resting on it.
What is found with one mechanism off is one small file in the cache, named by all that decides it: the same command continues what
is left. Results of runs are not kept, for they would be some thousand files.
"""
import html
import json
import tempfile

from . import checks, command, observables, registry, tables, verdict
from .experiments import Experiments
from .switches import chosen, short, states
from .validate import measured

REPLICATES, QUICK = 20, 10
EXAMPLES = """examples:
  klynge ablate -o ablation.html                           everything, 20 replicates; begun again, it goes on where it stopped
  klynge ablate --only P20,P22 --only-mechanisms chance,calls
  klynge ablate --observables -o switches.md               what each switch, policies too, moves at all in the preset

exit codes: 0 done, 2 usage or configuration error, 4 input or output error
"""
RESOLVES = ("A statistic is said to move when its two 95 % intervals do not overlap, which {n} replicates show for a shift of "
            "about {sd:.1f} standard deviations between replicates or more; smaller effects are not seen, and of a hundred "
            "statistics that do not change one or fewer moves by chance. A verdict that changes without a move (in brackets) "
            "lies near a bound.")


def main(arguments=None):
    return command.guarded("ablate", run, arguments)


def rows_with(off, patterns, needs, options, with_checks, say):
    """Rows of patterns and checks with one mechanism off (None: as it is), from the cache or found now."""
    overrides = [f"{off}=false"] if off else []
    reference = Experiments(options.cache, options.replicates, overrides=overrides)
    decides = reference.fingerprint(needs, *(p.id for p in patterns), str(with_checks))
    file = reference.folder / "ablate" / f"{short(off) if off else 'as-it-is'}.{options.replicates}.{decides}.json"
    if not file.exists():
        command.write(file, json.dumps(rows_now(off, overrides, patterns, needs, options, with_checks, say)))
    return json.loads(file.read_text(encoding="utf-8"))


def rows_now(off, overrides, patterns, needs, options, with_checks, say):
    with tempfile.TemporaryDirectory(prefix="klynge-ablate.") as folder:
        experiments = Experiments(folder, options.replicates, options.threads, overrides=overrides, say=say).prepare(needs)
        verdicts = verdict.judge(patterns, measured(patterns, experiments))
        found = [tables.pattern_row(v) for v in verdicts] + (checks.rows(experiments) if with_checks else [])
    return [row | {"ablated": off} for row in found] if off else found


def moved(before, after):
    """Do the intervals of the statistic not overlap?"""
    ends = [row.get(end) for row in (before, after) for end in ("low", "high")]
    return None not in ends and (ends[1] < ends[2] or ends[3] < ends[0])


def compare(before, after):
    """[{id, ablated, from, to, before, after, moved}] of the rows that change their verdict or move."""
    by_id = {row["id"]: row for row in before}
    for row in after:
        was = by_id[row["id"]]
        lost = row["verdict"] == verdict.CANNOT_TELL != was["verdict"]
        moves = moved(was, row) or lost
        if moves or row["verdict"] != was["verdict"]:
            yield {"id": row["id"], "ablated": row["ablated"], "from": was["verdict"], "to": row["verdict"],
                   "before": was.get("observed"), "after": row.get("observed"), "moved": moves}


def run(arguments):
    parser = command.parser("ablate", "Tests the patterns again with each mechanism of the model off, one at a time.", EXAMPLES)
    parser.add_argument("--only-mechanisms", metavar="A,B", help="these mechanisms and no others")
    parser.add_argument("--observables", action="store_true", help="no patterns: which observables move, 200 replicates")
    parser.add_argument("--preset", metavar="CONFIG", help="with --observables: switches are turned over in it (configs/act.cfg)")
    options = parser.parse_args(arguments)
    if options.observables:
        return observables.run(options)
    if options.preset:
        raise command.Usage("--preset goes with --observables")
    options.replicates = options.replicates or (QUICK if options.quick else REPLICATES)
    command.check_outputs(options, FORMS)
    only = command.names(options.only)
    on = [path for path, state in states().items() if state]
    patterns, off = registry.chosen(only), chosen(on, command.names(options.only_mechanisms), "a mechanism that is on")
    needs = registry.needs_of(patterns) + ([] if only else checks.NEEDS)
    say = command.progress(options)
    before = rows_with(None, patterns, needs, options, not only, say)
    changes, after = {}, []
    for k, path in enumerate(off, 1):
        rows = rows_with(path, patterns, needs, options, not only, lambda text: say(f"{k} of {len(off)}, {path}: {text}"))
        after += rows
        changes[path] = list(compare(before, rows))
    say("")
    about = {"title": "Klynge: patterns with each mechanism off", "replicates": options.replicates, "version": command.version()}
    for path in options.out:
        command.write(path, FORMS[path[path.rindex("."):]](before, after, changes, about))
    print(as_json(before, after, changes, about) if options.json else terminal(before, after, changes, about))
    return command.OK


# ---- forms ------------------------------------------------------------------------------------------------------------------

def said(change):
    """`P20 pass to FAIL (0.32 to 0.05)`; in brackets what changes its verdict without moving."""
    numbers = f"{tables.number(change['before'])} to {tables.number(change['after'])}"
    verdicts = "" if change["from"] == change["to"] else f" {change['from']} to {change['to']},"
    text = f"{change['id']}{verdicts} {numbers}"
    return text if change["moved"] else f"({text})"


def without_effect(changes):
    return [path for path, found in changes.items() if not any(c["moved"] for c in found)]


def foot(changes, about):
    idle = without_effect(changes)
    yield "Moves no pattern and no check: " + (", ".join(idle) if idle else "none of them") + "."
    yield RESOLVES.format(n=about["replicates"], sd=4 / about["replicates"] ** 0.5)
    yield f"{about['replicates']} replicates of each scenario; {about['version']}."


def terminal(before, after, changes, about):
    lines = [f"{path}: {'; '.join(map(said, found)) or 'nothing'}" for path, found in changes.items()]
    return "\n".join([*lines, "", *foot(changes, about)])


LEGEND = ("A cell is the verdict with the mechanism off where it changes, = where only the statistic moves, in brackets where "
          "the verdict changes and the statistic does not move.")


def matrix(before, changes):
    """Header and rows, mechanism x pattern: the new verdict where it changes, = where only the statistic moves, else empty."""
    ids = [row["id"] for row in before]
    cells = {(path, c["id"]): ("=" if c["from"] == c["to"] else c["to"]) if c["moved"] else f"({c['to']})"
             for path, found in changes.items() for c in found}
    return ["off", *ids], [[path, *(cells.get((path, id), "") for id in ids)] for path in changes]


def markdown(before, after, changes, about):
    header, rows = matrix(before, changes)
    lines = [f"# {about['title']}", "", LEGEND, "", *tables.markdown_table(header, rows), ""]
    lines += [f"- `{path}`: {'; '.join(map(said, found))}" for path, found in changes.items() if found]
    return "\n".join([*lines, "", *(f"{text}\n" for text in foot(changes, about))])


def as_json(before, after, changes, about):
    rows = [*before, *after]
    return json.dumps({"patterns": [r for r in rows if r["kind"] != "consistency"],
                       "consistency": [r for r in rows if r["kind"] == "consistency"],
                       "changes": [c for found in changes.values() for c in found],
                       "without_effect": without_effect(changes), **about})


def page(before, after, changes, about):
    """A table of mechanisms by patterns, what each changes in words below it; a cell tells its numbers when pointed at."""
    header, rows = matrix(before, changes)
    told = {(path, c["id"]): said(c) for path, found in changes.items() for c in found}
    claims = {row["id"]: row["claim"] for row in before}
    lines = [f"<h1>{html.escape(about['title'])}</h1>", f"<p>{html.escape(LEGEND)}</p>"]
    lines.append('<div style="overflow-x: auto"><table><thead><tr>')
    lines += [f'<th scope="col" title="{html.escape(claims.get(h, "mechanism"))}">{html.escape(h)}</th>' for h in header]
    lines.append("</tr></thead><tbody>")
    for path, *cells in rows:
        lines.append(f'<tr><th scope="row">{html.escape(path)}</th>')
        lines += [_html_cell(cell, told.get((path, id), "")) for id, cell in zip(header[1:], cells)]
        lines.append("</tr>")
    lines.append("</tbody></table></div><ul>")
    lines += [f"<li><code>{html.escape(path)}</code>: {html.escape('; '.join(map(said, found)))}</li>"
              for path, found in changes.items() if found]
    lines.append("</ul>")
    lines += [f"<p>{html.escape(text)}</p>" for text in foot(changes, about)]
    return tables.html_page(about["title"], "\n".join(lines))


def _html_cell(cell, words):
    mark = next((m for m in ("pass", "fail", "cannot") if m in cell), "")
    return f'<td class="{mark}" title="{html.escape(words)}">{html.escape(cell)}</td>'


FORMS = {".md": markdown, ".html": page, ".json": lambda *all: as_json(*all) + "\n"}
