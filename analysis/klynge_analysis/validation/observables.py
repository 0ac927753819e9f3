"""`klynge ablate --observables`: what moves at all when a switch is turned over, whether a pattern speaks of it or not.

Every switch of a process, a mechanism and a policy is turned over in one preset, alone, on common random numbers, and all whole
observables of the file and the costs are compared as `klynge compare` does: means over the run, pair by pair. What a policy that is
off by default does, its switch says; its process is left out with the policy on. One family of tests over all switches and
observables, adjusted by Holm, so that the chance of any false alarm in the whole table is 5 %.
"""
import json
import pathlib
import tempfile

import numpy as np

from .. import compare
from ..ensemble import MAIN, Ensemble, Moment
from ..program import Refused, run_program
from . import command, tables
from .switches import chosen, short, states
from .experiments import CONFIGS, as_config

REPLICATES, QUICK = 200, 30
PRESET = CONFIGS.parent / "act.cfg"
LARGEST = 4  # main observables, and others, that the table names
STEADY = 30  # a shift of so many SDs between replicates is of an observable that luck hardly moves: its SD is no measure of size
BEFORE, AFTER = "as-it-is", "turned"
# What a switch needs to be of any effect, where its defaults are neutral: the pause of recruitment of policies.cfg.
NEEDS = {"policies.recruitment.on": {"policies.recruitment.pace": 0.0, "policies.recruitment.start": 2020.8333333333333,
                                     "policies.recruitment.lasts": 2.0}}


def arms(path, on):
    """Settings of both arms: as it is, and with the switch turned over. `on`: {path: is it on by default?}."""
    policy = f"policies.{short(path)}.on"
    settings = {**NEEDS.get(path, {}), **({policy: True} if path != policy and policy in on else {})}
    return {**settings, path: on[path]}, {**settings, path: not on[path]}


def config(preset, path, on):
    scenarios = [f'{{ name = "{name}"; {as_config(settings)} }}' for name, settings in zip((BEFORE, AFTER), arms(path, on))]
    return f'base = "{pathlib.Path(preset).resolve()}";\nscenarios = (\n' + ",\n".join(scenarios) + "\n);\n"


def differences(path, on, options):
    """{observable: Difference of the arms}, mean over the run; costs a year beside them."""
    with tempfile.TemporaryDirectory(prefix="klynge-observables.") as folder:
        file, out = pathlib.Path(folder) / "switch.cfg", pathlib.Path(folder) / "switch.h5"
        file.write_text(config(options.preset, path, on), encoding="utf-8")
        process = run_program(["run", file, "-o", out, "--replicates", options.replicates, "--threads", options.threads, "--quiet",
                               "--set", "output.compression=0"])
        if process.returncode not in (0, 3):
            raise Refused(process)
        ensemble = Ensemble(out)
        whole_run = Moment(window=(ensemble.time[0] - ensemble.tick, ensemble.time[-1]))
        found = ensemble.cost(ensemble.time[-1]) | {name: ensemble.read(name, whole_run)[0] for name in ensemble.names}
        found.pop("management_hours")  # these are staff_hours_used
        ensemble.file.close()
    return {name: compare.compare_pairs(values[0, 0], values[1, 0], resamples=0) for name, values in found.items()
            if np.isfinite(values[0, 0]).any()}


def rows_of(found, on):
    """One row a switch: what moves, the largest first, main observables and others, in SDs between replicates as it is; what is gone,
    since it cannot be measured any more, moves too."""
    compare.adjust([d for differences in found.values() for d in differences.values()])
    for path, differences in found.items():
        moved = [entry(name, d) for name, d in differences.items() if d.verdict(compare.LEVEL) == compare.DIFFERS]
        moved.sort(key=lambda found: -abs(found["sd"]))
        gone = [name for name, d in differences.items() if d.n == 0]
        yield {"switch": path, "turned": "off" if on[path] else "on", "observables": len(differences),
               "identical": sum(d.identical for d in differences.values()), "moved": len(moved) + len(gone), "gone": gone,
               "main": [e for e in moved if e["name"] in MAIN], "others": [e for e in moved if e["name"] not in MAIN]}


def effect(d):
    """(difference, low, high) in SDs between replicates as it is; zeros where luck hardly moves the observable."""
    scale = d.effect_size / d.difference if d.difference and abs(d.effect_size) < STEADY else 0.0
    return d.difference * scale, d.low_difference * scale, d.high_difference * scale


def entry(name, d):
    value, low, high = effect(d)
    return {"name": name, "sd": value, "low": low, "high": high, "difference": d.difference, "from": d.baseline, "p_adjusted": d.p_adjusted}


def run(options):
    options.replicates = options.replicates or (QUICK if options.quick else REPLICATES)
    options.preset = options.preset or PRESET
    if not pathlib.Path(options.preset).is_file():
        raise command.Usage(f"{options.preset}: no such config")
    command.check_outputs(options, FORMS)
    if options.only:
        raise command.Usage("--only names patterns, and --observables asks for none")
    on, say, found = states(), command.progress(options), {}
    paths = chosen(on, command.names(options.only_mechanisms), "a switch")
    for k, path in enumerate(paths, 1):
        say(f"{k} of {len(paths)}, {path}")
        found[path] = differences(path, on, options)
    say("")
    about = {"title": "Klynge: observables with each switch turned over", "preset": pathlib.Path(options.preset).name,
             "replicates": options.replicates, "version": command.version(),
             "comparisons": sum(d.n > 1 for each in found.values() for d in each.values())}
    rows = list(rows_of(found, on))
    for path in options.out:
        command.write(path, FORMS[path[path.rindex("."):]](rows, about))
    print(as_json(rows, about) if options.json else markdown(rows, about), end="\n" if options.json else "")
    return command.OK


# ---- forms ------------------------------------------------------------------------------------------------------------------

def said(entry):
    """`trust -0.50 (-0.55 to -0.45)`; of a steady observable `members by -8`, in its own unit."""
    if entry["sd"] == 0:
        return f"{entry['name']} by {tables.number(entry['difference'])}"
    return f"{entry['name']} {entry['sd']:.2f} ({entry['low']:.2f} to {entry['high']:.2f})"


def foot(about):
    yield (f"{about['replicates']} paired replicates of {about['preset']} each; the mean over the run, turned over less as it is, in "
           f"standard deviations between replicates as it is, with its 95 % interval (\"by\": in the observable's unit, where that is more "
           f"than {STEADY} of them); p adjusted by Holm over all {about['comparisons']} comparisons, at 5 %. {about['version']}.")


def largest(entries):
    more = len(entries) - LARGEST
    return "; ".join([*map(said, entries[:LARGEST]), *([f"{more} more"] if more > 0 else [])])


def markdown(rows, about):
    cells = ([f"`{r['switch']}` {r['turned']}", f"{r['moved']} of {r['observables']}", largest(r["main"]) or "none",
              "; ".join(filter(None, [largest(r["others"]), f"gone: {', '.join(r['gone'])}" if r["gone"] else ""])) or "none"]
             for r in rows)
    idle = [r["switch"] for r in rows if not r["moved"]]
    lines = [f"# {about['title']}", "",
             *tables.markdown_table(["turned", "moves", "largest of the main observables", "largest of the others"], cells), "",
             f"Moves nothing: {', '.join(idle) or 'none of them'}.", "", *foot(about)]
    return "\n".join(lines) + "\n"


def as_json(rows, about):
    return json.dumps({"switches": rows, **about}, allow_nan=False)


FORMS = {".md": markdown, ".json": lambda *all: as_json(*all) + "\n"}
