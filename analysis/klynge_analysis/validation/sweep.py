"""One pattern with some settings changed in all of its scenarios, to find out why it holds or does not:

    PATH=build:$PATH PYTHONPATH=analysis /usr/bin/python3 -m klynge_analysis.validation.sweep P44 model.projects.withhold=1

prints the statistic and its conditions as they are, and with each PATH=VALUE in turn (joined by commas: at once). 30 replicates.
"""
import sys
import tempfile

from . import registry, verdict
from .experiments import Experiments
from .validate import measured

REPLICATES = 30


def main(id, *changes):
    chosen = registry.chosen([id])
    for change in ("", *changes):
        with tempfile.TemporaryDirectory(prefix="klynge-sweep.") as folder:
            experiments = Experiments(folder, REPLICATES, overrides=[each for each in change.split(",") if each])
            found = verdict.judge(chosen, measured(chosen, experiments.prepare(registry.needs_of(chosen))))[0]
        print(f"{id}  {change or 'as it is'}: {found.status}")
        if not found.outcome:
            print(f"    {found.why[0]}")
            continue
        print(f"    {text(found.outcome.estimate)}, right sign in {found.share:.0%}")
        for each in found.outcome.conditions:
            print(f"    {each.what}: {text(each.estimate)}")


def text(estimate):
    return f"{estimate.value:.3g} ({estimate.low:.3g} to {estimate.high:.3g})"


if __name__ == "__main__":
    main(*sys.argv[1:])
