"""`klynge mix`: which mix of instruments is best for the same money, when several things are wanted and all of them are noisy.

A sampled simplex of budget shares (mix_design.py), replicates added where they decide and the Pareto set (mix_selection.py), the
table (mix_tables.py) and the figure (mix_figure.py). Common random numbers: replicate r has the same seed in every mix.
"""
import argparse
import pathlib
import tempfile

import h5py
import numpy as np

from . import mix_design as design
from . import mix_selection as selection
from . import mix_tables as tables
from .commandline import FIGURES, Parser
from .program import Refused, run_program
from .reading import MONTH, RUN_DONE, parse_config, setting
from .validation.command import OK, Usage, guarded, names, positive, progress, version, write
from .validation.experiments import default_threads

# What is wanted, the unit in the table, its sign (more is better: 1), and how many decimals.
OBJECTIVES = [("collaboration", "joint events a firm and year", 1, 1), ("sense of community", "0 to 1", 1, 3),
              ("utilisation", "0 to 1", 1, 4), ("exits", "a year in 100 members", -1, 2)]
SIGN = np.array([sign for *_, sign, _ in OBJECTIVES])
RUNS_AT_ONCE = 1600  # of one file: a gigabyte or less
EXAMPLES = """how it works:
  Points are CONFIG as it is (`baseline`), its mix scaled to the budget where that is another one, each instrument
  alone, and mixes sampled from Dirichlet(1/2, ..., 1/2) by a scrambled Sobol sequence; shares below 2 % are dropped.
  The money of a point is planned, as `klynge check` does; an instrument that cannot hold its share (intensity above
  10) leaves some of it unspent. Instruments that are not named are off, but those that cost nothing. Recruitment is
  outside the budget and the same for all.
  Every point gets --replicates. A point that another one beats in all four objectives is dropped (paired t tests,
  Bonferroni over all pairs and rounds); the replicates of the rest are doubled, up to --max-replicates. Of those
  left, the Pareto set of the means is shown, with the share of resamples of the replicates in which each point is in
  it, and paired 95 % intervals against the baseline.
  Collaboration, sense of community and utilisation are means over --window, exits are those of the whole run.

examples:
  klynge mix configs/act-open.cfg
      60 mixes of eleven instruments, for what ACT's is planned to cost
  klynge mix configs/act-open.cfg -o out/mix --budget 3000000
      everything in a folder: table, JSON, figure, results of the set
  klynge mix configs/policies.cfg --scenario unmanaged-expansion --instruments gatherings,small_projects,groups --points 30

exit codes: 0 done, 2 usage or configuration error, 3 some runs failed, 4 input or output error
"""


def arguments_of(arguments):
    parser = Parser(prog="klynge mix", description="Which mix of instruments is best for the same money?", epilog=EXAMPLES,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", metavar="CONFIG", help="the cluster, its growth, and the mix that the others are compared with")
    parser.add_argument("-o", "--out", type=pathlib.Path, metavar="OUT.h5|DIR",
                        help="the results of the Pareto set in a file, or a folder: also mix.md, mix.json, mix.png")
    parser.add_argument("--scenario", metavar="NAME", help="the scenario of CONFIG to begin from (the first)")
    parser.add_argument("--budget", type=float, metavar="NOK", help="what management may spend a year (what CONFIG's mix is "
                                                                    "planned to cost)")
    parser.add_argument("--points", type=positive, default=60, metavar="N", help="mixes, those named above among them (60)")
    parser.add_argument("--replicates", type=positive, default=20, metavar="N", help="replicates that each gets (20)")
    parser.add_argument("--max-replicates", type=positive, default=200, metavar="N", help="replicates that those get which are "
                                                                                          "left (200)")
    parser.add_argument("--instruments", metavar="a,b,c", help=f"instruments that share the budget "
                                                               f"({','.join(design.INSTRUMENTS)})")
    parser.add_argument("--window", metavar="A,B", help="months since the start over which states are averaged (the last 24)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the sampled shares (1)")
    parser.add_argument("-t", "--threads", type=positive, metavar="N", default=default_threads(), help="threads of the runs")
    parser.add_argument("--figure", type=pathlib.Path, metavar="OUT.png", help="the trade-off and the shares of the Pareto set; .png, .svg "
                                                                                  "or .pdf")
    parser.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    parser.add_argument("--json", action="store_true", help="print the result as JSON on one line")
    parser.add_argument("-q", "--quiet", action="store_true", help="print no progress")
    options = parser.parse_args(arguments)
    options.instruments = names(options.instruments) or design.INSTRUMENTS
    _check(options)
    return options


def _check(options):
    if not pathlib.Path(options.config).is_file():
        raise FileNotFoundError(2, "No such file", options.config)
    unknown = [name for name in options.instruments if name not in design.INSTRUMENTS]
    if unknown:
        raise Usage(f"--instruments: found {', '.join(unknown)}, expected some of {', '.join(design.INSTRUMENTS)}")
    if len(set(options.instruments)) < len(options.instruments):
        raise Usage("--instruments: one is named twice")
    if options.budget is not None and not (np.isfinite(options.budget) and options.budget > 0):
        raise Usage(f"--budget: found {options.budget:g}, expected NOK a year above 0")
    if options.replicates < 2:
        raise Usage("--replicates: found 1, expected 2 or more; one replicate has no interval")
    if options.max_replicates < options.replicates:
        raise Usage(f"--max-replicates: found {options.max_replicates}, expected {options.replicates} (--replicates) or more")
    fewest = len(options.instruments) + 1
    if options.points < fewest:
        raise Usage(f"--points: found {options.points}, expected {fewest} or more: the baseline and each instrument alone")
    if options.window is not None:
        options.window = _window(options.window)
    if options.figure is not None and options.figure.suffix.lower() not in FIGURES:
        raise Usage(f"--figure: found {options.figure}, expected a name that ends in {', '.join(FIGURES)}")
    for path in outputs(options).values():
        if path.exists() and not options.force:
            raise Usage(f"{path}: the file exists already; --force replaces it")


def _window(text):
    try:
        first, last = map(float, text.split(","))
    except ValueError:
        raise Usage(f"--window: found {text}, expected two months, such as 36,60") from None
    if not 0 <= first < last:
        raise Usage(f"--window: found {text}, expected a first month of 0 or more and a later last one")
    return first, last


def outputs(options):
    """{what: path} of the files to write."""
    found = {} if options.figure is None else {"figure": options.figure}
    if options.out is not None and options.out.suffix == ".h5":
        found["h5"] = options.out
    elif options.out is not None:
        if options.out.is_file():
            raise Usage(f"{options.out}: found a file, expected OUT.h5 or a folder")
        found |= {"h5": options.out / "mix.h5", "md": options.out / "mix.md", "json": options.out / "mix.json"}
        found.setdefault("figure", options.out / "mix.png")
    return found


# ---- runs ---------------------------------------------------------------------------------------------------------------

class Sampler:
    """Runs points and reads their objectives; what they cost is kept as (replicate) arrays by point."""

    def __init__(self, base, points, mine, options, folder):
        self.base, self.points, self.mine, self.options = base, points, mine, options
        self.folder = pathlib.Path(folder)
        self.costs, self.world, self.failed = {}, {}, 0
        self.window = options.window

    def __call__(self, chosen, n):
        """(point, n, objective), each turned so that more is better."""
        size = max(1, RUNS_AT_ONCE // n)
        parts = [self._batch(chosen[k:k + size], n) for k in range(0, len(chosen), size)]
        return np.concatenate(parts)

    def _batch(self, chosen, n):
        out = self.folder / "batch.h5"
        self.run(chosen, n, out)
        with h5py.File(out, "r") as file:
            objectives, costs = self._read(file)
        out.unlink()
        self.costs |= dict(zip(map(int, chosen), costs))
        return objectives

    def run(self, chosen, n, out):
        config = self.folder / "mix.cfg"
        named = {self.points[p].name: design.settings(self.points[p], self.mine) for p in chosen}
        config.write_text(self.base.text(named), encoding="utf-8")
        process = run_program(["run", config, "-o", out, "--replicates", n, "--threads", self.options.threads, "--quiet",
                               "--force", "--set", "output.compression=1"])
        if process.returncode not in (0, 3):
            raise Refused(process)
        self.failed |= process.returncode == 3

    def _read(self, file):
        """((scenario, replicate, objective), [costs of a scenario])"""
        done = (file["status"][:, 0] == RUN_DONE)[..., None]
        times = file["time"][()]
        tick = float(times[1] - times[0]) if len(times) > 1 else MONTH
        months = np.round((times - times[0] + tick) / MONTH, 6)
        self.window = self.window or (max(0.0, months[-1] - 24), months[-1])
        inside = (months > self.window[0] + 1e-6) & (months <= self.window[1] + 1e-6)
        if not inside.any():
            raise Usage(f"--window: found {self.window[0]:g},{self.window[1]:g}, expected months of the run, 0 to {months[-1]:g}")

        def mean(name):
            return file[name][:, 0][..., inside].mean(axis=-1)
        members = file["members"][:, 0].sum(axis=-1)
        exits = 100 * file["exits"][:, 0].sum(axis=-1) / members
        values = np.stack([mean("collaboration"), mean("sense_of_community"), mean("utilisation"), exits], axis=-1) * SIGN
        self._look_at_world(file)
        return np.where(done, values, np.nan), self._costs(file, len(times) * tick)

    def _look_at_world(self, file):
        if self.world:
            return
        text = file["provenance/config_resolved"][()]
        config = parse_config(text.decode() if isinstance(text, bytes) else str(text))
        paths = [f"world.{name}" for name in ("programme.staff_arena", "programme.staff_arena_pro", "staff_hours",
                                              "staff_reporting", "member_wage")]
        self.world = {path: float(setting(config, self.points[0].name, path) or "nan") for path in paths}

    def _costs(self, file, years):
        """Of each scenario, a year: what management spent on the mix, its hours, members' hours, hours given up."""
        labels = [each.decode() for each in file["cost/instrument"][()]]
        rows = [labels.index(name) for name in {*self.options.instruments, *self.mine}]

        def total(name):
            return file[f"cost/{name}"][:, 0][:, :, rows].sum(axis=(2, 3)).mean(axis=1) / years
        member = total("member_hours")
        money = total("money") - member * self.world["world.member_wage"]
        return [dict(zip(("money", "management_hours", "member_hours", "dropped_hours"), map(float, each)))
                for each in zip(money, total("management_hours"), member, total("dropped_hours"))]


# ---- the command --------------------------------------------------------------------------------------------------------

def main(arguments=None):
    return guarded("mix", run, arguments)


def run(arguments):
    options = arguments_of(arguments)
    say = progress(options)
    base = design.Base(options.config, options.scenario)
    unit, mine = unit_costs(base, options.instruments)
    budget = options.budget or sum(money for money, _ in mine.values())
    if not budget:
        raise Usage(f"{options.config}: its mix is planned to cost nothing; state a --budget")
    unit_money, planned_money = ({name: money for name, (money, _) in each.items()} for each in (unit, mine))
    points = design.points(options.instruments, options.points, budget, unit_money, planned_money, options.seed)
    plans = design.planned(base, {p.name: design.settings(p, mine) for p in points})
    with tempfile.TemporaryDirectory(prefix="klynge-mix.") as folder:
        sampler = Sampler(base, points, mine, options, folder)
        found = selection.allocate(sampler, len(points), options.replicates, options.max_replicates, keep=(0,), say=say)
        result = summary(options, points, mine, plans, budget, found, sampler)
        say("")
        save(options, result, found, sampler)
    print(tables.as_json(result) if options.json else tables.terminal(result))
    return 3 if sampler.failed else OK


def unit_costs(base, instruments):
    """({instrument: (NOK, hours)} a year at intensity 1, the same of CONFIG's own mix)"""
    on = {f"policies.{name}.on": True for name in instruments} | {f"policies.{name}.intensity": 1.0 for name in instruments}
    on |= {f"policies.{name}.share": 0.0 for name in design.INSTRUMENTS}
    on |= {"policies.budget.money": 0.0, "policies.budget.scale_to_budget": False}
    found = design.planned(base, {"baseline": {}, "unit": on})
    unit = {name: found["unit"].get(name, (0, 0)) for name in instruments}
    free = [name for name, (money, _) in unit.items() if money <= 0]
    if free:
        raise Usage(f"{', '.join(free)}: planned to cost nothing, so that no budget buys more or less of it")
    return unit, {name: each for name, each in found["baseline"].items() if each[0] > 0}


def summary(options, points, mine, plans, budget, found, sampler):
    """All that the table, the figure and the JSON say."""
    alive = found.alive
    inside, surely = np.zeros(len(points), bool), np.zeros(len(points))
    inside[alive], surely[alive] = selection.pareto(np.stack([found.values[p] for p in alive]))
    rows = []
    for k, point in enumerate(points):
        n = int(found.replicates[k])
        plan = plans[point.name]
        shares = point.shares or {name: money / max(point.money, 1e-9) for name, (money, _) in plan.items() if money > 0}
        state = "pareto" if inside[k] else "dominated" if found.beaten_by[k] < 0 else "dropped"
        beaten = points[found.beaten_by[k]].name if found.beaten_by[k] >= 0 else None
        objectives = [dict(zip(("mean", "low", "high"), sorted_interval(each, sign)))
                      for each, sign in zip(selection.interval(found.values[k]), SIGN)]
        against = [dict(zip(("mean", "low", "high"), sorted_interval(each, sign)))
                   for each, sign in zip(selection.paired(found.values[k], found.values[0]), SIGN)]
        rows.append({"name": point.name, "state": state, "pareto_share": float(surely[k]), "beaten_by": beaten, "replicates": n,
                     "shares": shares, "planned_money": sum(money for money, _ in plan.values()),
                     "planned_hours": sum(hours for _, hours in plan.values()), "measured": sampler.costs[k],
                     "objectives": {o[0]: v for o, v in zip(OBJECTIVES, objectives)},
                     "against_baseline": {o[0]: v for o, v in zip(OBJECTIVES, against)},
                     "command": design.command(options.config, point, mine, n)})
    return {"config": str(options.config), "scenario": sampler.base.scenario, "budget": budget,
            "instruments": options.instruments,
            "window": list(sampler.window), "rounds": found.rounds, "level": selection.LEVEL, "seed": options.seed,
            "staff_hours": staff_hours(sampler.world),
            "objectives": [dict(zip(("name", "unit", "sign", "digits"), o)) for o in OBJECTIVES],
            "points": rows, "version": version()}


def sorted_interval(estimate, sign):
    """(mean, low, high) in the objective's own direction."""
    mean, low, high = (float(each) * sign for each in estimate)
    return (mean, low, high) if sign > 0 else (mean, high, low)


def staff_hours(world):
    """Hours of management a year for facilitation, by the mean staff of Arena and Arena Pro, as plans do (ODD 8.0)."""
    staff = (world["world.programme.staff_arena"] + world["world.programme.staff_arena_pro"]) / 2
    return staff * world["world.staff_hours"] * (1 - world["world.staff_reporting"])


def save(options, result, found, sampler):
    paths = outputs(options)
    for path in paths.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    if "h5" in paths:  # the baseline and the Pareto set, once more in one file
        chosen = [k for k, row in enumerate(result["points"]) if k == 0 or row["state"] == "pareto"]
        sampler.run(chosen, max(r["replicates"] for r in result["points"]), paths["h5"])
    if "figure" in paths:
        from .mix_figure import figure  # matplotlib is slow to load
        figure(result, paths["figure"])
    for form, text in (("md", tables.markdown), ("json", tables.as_json)):
        if form in paths:
            write(paths[form], text(result) + "\n")
