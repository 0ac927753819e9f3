"""Mixes of instruments under a budget: points of the simplex of shares, and the settings that make them.

Shares are policies.<instrument>.share with policies.budget.scale_to_budget (ODD 8.0): each instrument gets its share of the
money, at the intensity that this pays for. An intensity above 10 is refused by the program, so that a point whose instrument
cannot hold its share plans to spend less than the budget, as much as fits.
"""
import dataclasses
import json
import pathlib
import re
import tempfile

import numpy as np
from scipy import stats

from .program import Refused, run_program
from .validation.experiments import as_config, split_config

INSTRUMENTS = ["gatherings", "courses", "forum", "outreach", "brokering", "onboarding", "votes", "small_projects", "inclusion",
               "groups", "spanners"]
MOST_INTENSE = 10.0  # of a scaled intensity, ODD 8.0
ALPHA = 0.5  # of the Dirichlet distribution: below 1, so that most points are made of a few instruments
LEAST = 0.02  # a smaller share is none: it pays for next to nothing and makes a mix hard to read


@dataclasses.dataclass(frozen=True)
class Point:
    """A mix: shares of the budget by instrument (they sum to 1), and the money that they plan to spend; no shares: CONFIG as it
    is."""
    name: str
    shares: dict
    money: float


def simplex(n, dimensions, seed):
    """(n, dimensions) points of the simplex: a scrambled Sobol sequence through the quantiles of gamma(ALPHA), divided by their
    sum, which is Dirichlet(ALPHA, ..., ALPHA) with little discrepancy; shares below LEAST are dropped."""
    sobol = stats.qmc.Sobol(dimensions, scramble=True, seed=seed)
    uniform = sobol.random_base2(int(np.ceil(np.log2(max(2, n)))))[:n]
    weights = stats.gamma.ppf(np.clip(uniform, 1e-9, 1 - 1e-9), ALPHA)
    shares = weights / weights.sum(axis=1, keepdims=True)
    shares = np.where(shares < LEAST, 0, shares)
    return shares / shares.sum(axis=1, keepdims=True)


def affordable(shares, budget, unit_costs):
    """(shares, money): what the instruments can hold of the budget at an intensity of 10, and their shares of that. Costs by
    instrument a year at intensity 1, NOK."""
    most = {name: MOST_INTENSE * unit_costs[name] * (1 - 1e-6) for name in shares}
    spent = {name: min(share * budget, most[name]) for name, share in shares.items() if share > 0}
    money = sum(spent.values())
    return {name: round(each / money, 6) for name, each in spent.items()}, round(money, 2)


def points(instruments, n, budget, unit_costs, planned, seed):
    """The points, `n` in all: CONFIG as it is, its mix at the budget, each instrument alone, and the rest sampled."""
    def point(name, shares):
        return Point(name, *affordable(shares, budget, unit_costs))
    total = sum(planned.values())
    found = [Point("baseline", {}, total)]
    mine = {name: planned[name] for name in instruments if planned.get(name)}
    if mine:
        same = abs(total - budget) < 0.005 * budget and len(mine) == len(planned)
        found += [] if same else [point("baseline-scaled", {name: each / sum(mine.values()) for name, each in mine.items()})]
    if len(instruments) > 1:
        found += [point(f"all-{name}", {name: 1.0}) for name in instruments]
        more = simplex(max(0, n - len(found)), len(instruments), seed) if n > len(found) else []
        found += [point(f"mix-{k:02d}", dict(zip(instruments, shares))) for k, shares in enumerate(more, 1)]
    else:
        found += [point(f"all-{instruments[0]}", {instruments[0]: 1.0})]
    return found


def settings(point, mine):
    """{path: value} that make the point, no more than differ from CONFIG, whose mix is made of the instruments `mine`. Empty for
    CONFIG as it is."""
    if not point.shares:
        return {}
    found = {"policies.budget.money": point.money, "policies.budget.scale_to_budget": True}
    for name, share in point.shares.items():
        found |= {} if name in mine else {f"policies.{name}.on": True}
        found[f"policies.{name}.share"] = share
    for name in mine:
        if name not in point.shares:
            found |= {f"policies.{name}.on": False, f"policies.{name}.share": 0.0}
    return found


def command(config, point, mine, replicates):
    """The command line that runs the point again."""
    sets = [f"--set {path}={str(value).lower()}" for path, value in settings(point, mine).items()]
    return " ".join(["klynge run", str(config), "-o", file_name(point.name), f"--replicates {replicates}", *sets])


def file_name(name):
    return f"{name}.h5"


# ---- configs ------------------------------------------------------------------------------------------------------------------

class Base:
    """The config that mixes are made of: the first scenario of a file, or a named one."""

    def __init__(self, path, scenario=None):
        self.path = pathlib.Path(path).resolve()
        _, groups = split_config(self.path)
        if scenario is not None and scenario not in groups:
            raise ValueError(f"{path}: scenario {scenario} is not there; there are {', '.join(groups) or 'none'}")
        self.scenario = scenario or next(iter(groups), None)
        self.own = groups.get(self.scenario, "{ }").strip()[1:-1]

    def text(self, named):
        """A config of scenarios {name: settings}, each on top of the chosen scenario's own settings."""
        # What the chosen scenario sets stands above the base's, and a mix's settings above both.
        own = _without(self.own, ("name", "question"))
        scenarios = ",\n".join(f'  {{ name = "{name}"; question = ""; {as_config(values)} }}' for name, values in named.items())
        return f'base = "{self.path}";\n{own}\nscenarios = (\n{scenarios}\n);\n'


def _without(text, names):
    for name in names:
        text = re.sub(rf'(?m)(^|[\s;{{]){name}\s*[:=]\s*("(?:[^"\\]|\\.)*"\s*)+;?', r"\1", text, count=1)
    return text


def planned(base, named):
    """{scenario: {instrument: (NOK a year, management hours a year)}} as `klynge check` plans them."""
    with tempfile.TemporaryDirectory(prefix="klynge-mix.") as folder:
        config = pathlib.Path(folder) / "mix.cfg"
        config.write_text(base.text(named), encoding="utf-8")
        out = pathlib.Path(folder) / "none.h5"
        process = run_program(["run", config, "-o", out, "--dry-run", "--json", "--quiet", "--replicates", 1])
    if process.returncode:
        raise Refused(process)
    found = {name: {} for name in named}
    for row in json.loads(process.stdout.strip().splitlines()[-1])["budgets"]:
        found[row["scenario"]][row["instrument"]] = row["money"], row["management_hours"]
    return found
