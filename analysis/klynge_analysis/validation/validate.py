"""`klynge validate`: runs what the patterns ask for, judges them, prints the table, compares it with the record."""
import pathlib
import sys

from . import checks, command, record, registry, robust, tables, verdict
from .experiments import Experiments, Runs

EXAMPLES = """examples:
  klynge validate --quick                    every pattern and check, 30 replicates, against the recorded verdicts
  klynge validate -o table.html              200 replicates, as a page
  klynge validate --only P20,P22             two patterns
  klynge validate --only P16 --set model.firms.applicants=2
                                             the same with fewer applicants
  klynge validate --robust --points 200      in how much of the parameters' ranges each sign holds
  klynge validate --quick --record           what is found now is what the next run is compared with

exit codes: 0 done, 2 usage or configuration error, 4 input or output error, 5 a verdict differs from the recorded one
"""


def arguments_of(arguments):
    parser = command.parser("validate", "Tests the patterns of the field study, and the consistency checks, against the model.",
                            EXAMPLES)
    parser.add_argument("--record", action="store_true", help="record the verdicts instead of comparing them")
    parser.add_argument("--verdicts", type=pathlib.Path, default=record.RECORD, metavar="FILE",
                        help="the record (configs/validation/verdicts.json)")
    parser.add_argument("--robust", action="store_true", help="also: the share of a Latin hypercube in which the sign holds")
    parser.add_argument("--points", type=command.positive, default=200, metavar="N", help="points of the hypercube (200)")
    parser.add_argument("--robust-replicates", type=command.positive, default=5, metavar="N", help="replicates at each point (5)")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="settings",
                        help="with another value of a parameter, in every scenario; repeatable: what does a verdict hang on?")
    options = parser.parse_args(arguments)
    options.mode = "quick" if options.quick else "full"
    usual = command.QUICK if options.quick else command.FULL
    options.replicates = options.replicates or usual
    if options.replicates != usual or options.settings:
        options.mode = None  # no record stands for it
    if options.record and not options.mode:
        raise command.Usage("--record: found --replicates or --set, expected the usual number of --quick or of the full form")
    command.check_outputs(options)
    return options


def main(arguments=None):
    return command.guarded("validate", run, arguments)


def measured(patterns, experiments):
    """{id: (Outcome or None, reason)}; result files are closed when all are measured."""
    runs = Runs(experiments)
    try:
        return {each.id: verdict.measure(each, runs) for each in patterns}
    finally:
        runs.close()


def run(arguments):
    options = arguments_of(arguments)
    only = command.names(options.only)
    patterns = registry.chosen(only)
    say = command.progress(options)
    needs = registry.needs_of(patterns) + ([] if only else checks.NEEDS)
    experiments = Experiments(options.cache, options.replicates, options.threads, overrides=options.settings, say=say)
    experiments.prepare(needs)
    say("measuring")
    verdicts = verdict.judge(patterns, measured(patterns, experiments))
    rows = [tables.pattern_row(v) for v in verdicts]
    checked = [] if only else checks.rows(experiments)
    if options.robust:
        robust.add_to(rows, patterns, options, say)
    about = {"title": "Klynge: patterns of the field study", "replicates": options.replicates, "scenarios": len(needs),
             "tested": sum(r["p_adjusted"] is not None for r in rows), "version": command.version()}
    say("")
    for path in options.out:
        command.write(path, tables.FORMS[path[path.rindex("."):]](rows, checked, about))
    print(tables.as_json(rows, checked, about) if options.json else tables.terminal(rows, checked, about))
    return against_record(options, [*rows, *checked], whole=not only)


def against_record(options, rows, whole):
    """Records the verdicts, or compares them: the exit code."""
    if options.record:
        record.save(options.mode, options.replicates, rows, whole, options.verdicts)
        return command.OK
    found = record.differences(options.mode, rows, whole, options.verdicts)
    if found is None:
        what = options.mode or ", ".join([f"{options.replicates} replicates", *options.settings])
        print(f"no verdicts are recorded for {what}", file=sys.stderr)
        return command.OK
    for text in found:
        print(f"differs from the record: {text}", file=sys.stderr)
    return command.DIFFERS if found else command.OK
