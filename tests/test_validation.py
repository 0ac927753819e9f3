"""The rules of the verdicts, and the quick table against its record: test_validation.py BUILD. Last line "N passed, N failed".

Expected numbers are synthetic: normal effects of 30 replicates whose mean and spread are chosen.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import types

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "analysis"))
from klynge_analysis import compare  # noqa: E402
from klynge_analysis.validation import ablate, experiments, measures_community, measures_meeting, record  # noqa: E402
from klynge_analysis.validation import observables, registry, robust, verdict  # noqa: E402
from klynge_analysis.validation.ablate import moved  # noqa: E402
from tally import check, end  # noqa: E402

rng = np.random.default_rng(7)


def normal(mean, sd=1.0, n=30):
    """n numbers with exactly this mean and standard deviation."""
    x = rng.standard_normal(n)
    return mean + sd * (x - x.mean()) / x.std(ddof=1)


def judged(**outcomes):
    """{id: Verdict} of patterns whose functions return these, or raise them."""
    def measure(outcome):
        def function(runs):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        return function
    patterns = [types.SimpleNamespace(id=id, family="test", measure=measure(o)) for id, o in outcomes.items()]
    return {v.pattern.id: v for v in verdict.judge(patterns, {p.id: verdict.measure(p, None) for p in patterns})}


def one(outcome):
    return judged(X=outcome)["X"]


def rules():
    strong = normal(3.0)
    check("a strong effect of the right size passes", one(verdict.effect(strong, 2.0, 4.0)).status == "pass")
    check("an effect below its bound fails", one(verdict.effect(strong, 3.5)).why == ["size"])
    check("an effect of the wrong sign fails", one(verdict.effect(-strong)).status == "fail")
    zero = one(verdict.effect(normal(0.0)))
    check("a zero effect fails by sign and by significance", len(zero.why) == 2, zero.why)
    mixed = one(verdict.effect(normal(1.0)))  # normal: 84 % above 0
    check("a significant effect with the right sign in too few replicates fails",
          mixed.status == "fail" and mixed.p_adjusted < 0.05 and len(mixed.why) == 1, mixed.why)
    check("the share of right signs is counted", verdict.right_sign([1, 2, -1, np.nan]) == 2 / 3)
    check("a condition that does not hold fails the pattern",
          one(verdict.effect(strong, conditions=[verdict.condition("more", strong, low=5)])).why == ["more"])
    check("a condition on the whole interval needs all of it",
          verdict.condition("x", normal(1.0), low=0.9).met and not verdict.condition("x", normal(1.0), low=0.9, whole=True).met)
    check("a level has no sign and passes by its size", one(verdict.level(normal(0.5, 0.1), 0.4, 0.6)).status == "pass")
    check("the same effect in all replicates passes", one(verdict.effect(np.full(30, 0.2), 0.1)).status == "pass")


def nulls():
    check("a narrow null passes", one(verdict.no_effect(normal(0.0, 0.1), 0.2)).status == "pass")
    check("a wide null does not pass, though its estimate is 0", one(verdict.no_effect(normal(0.0, 2.0), 0.2)).status == "fail")
    check("a narrow effect outside the margin is no null", one(verdict.no_effect(normal(0.5, 0.1), 0.2)).status == "fail")


def untold():
    cannot = one(verdict.CannotTell("no such setting"))
    check("what cannot be measured says why", cannot.status == "cannot tell" and cannot.why == ["no such setting"])
    check("a mistake in a pattern shows", one(KeyError("x")).why[0].startswith("error in"))
    check("NaN everywhere is no verdict", one(verdict.level(verdict.Estimate(np.nan, 0, 0))).status == "cannot tell")
    apart = verdict.ratio_of(np.array([1.0, np.nan]), np.array([np.nan, 1.0]))
    check("pairs without a common replicate hold no number", np.isnan(apart.value))
    hole = [verdict.condition("hole", apart, low=1)]
    check("a condition that holds no number is neither met nor not",
          one(verdict.effect(normal(3.0), conditions=hole)).status == "cannot tell"
          and one(verdict.effect(normal(-3.0), conditions=hole)).status == "fail")


def holm():
    """p of 0.01, 0.02 and 0.04 become 0.03, 0.04 and 0.04 (Holm 1979)."""
    from scipy import stats
    effects = {id: normal(stats.t.isf(p / 2, 29) / np.sqrt(30)) for id, p in (("A", 0.01), ("B", 0.02), ("C", 0.04))}
    found = verdict.holm({id: verdict.effect(e) for id, e in effects.items()} | {"L": verdict.level(normal(0.5))})
    check("Holm counts the patterns with a sign, and no level", sorted(found) == ["A", "B", "C"], found)
    check("Holm gives 0.03, 0.04, 0.04", np.allclose([found[k] for k in "ABC"], [0.03, 0.04, 0.04]), found)
    many = {f"N{k}": verdict.effect(normal(0.4)) for k in range(49)}
    alone, among = one(verdict.effect(normal(0.42))), judged(X=verdict.effect(normal(0.42)), **many)["X"]
    check("what is significant alone need not be among fifty", alone.p_adjusted < 0.05 < among.p_adjusted)


def false_alarms():
    """Families of ten patterns without any effect, 30 replicates: normal, and as skewed as waiting times. How many hold one that is
    significant, and does one pass? The band is so wide that a right program fails one in a million times."""
    from scipy import stats
    families = 50
    high = stats.binom.ppf(1 - 1e-6, families, verdict.FAMILY_WISE)
    for name, draw in (("normal", lambda: rng.normal(size=(10, 30))), ("skewed", lambda: 1 - rng.exponential(size=(10, 30)))):
        found = [judged(**{f"P{k}": verdict.effect(effects) for k, effects in enumerate(draw())}) for _ in range(families)]
        significant = sum(any(v.p_adjusted < verdict.FAMILY_WISE for v in each.values()) for each in found)
        check(f"none of {10 * families} patterns without effect passes, {name}",
              all(v.status == "fail" for each in found for v in each.values()))
        print(f"        {name}: {significant} of {families} families without effect hold a significant one")
        if name == "normal":
            check("of families without effect at most 5 % hold a significant one, by Holm", significant <= high, significant)


def statistics():
    x, y = rng.normal(3, 0.1, 50), rng.normal(2, 0.1, 50)
    ratio = verdict.ratio_of(x, y)
    check("a ratio of means holds its truth", ratio.low < 1.5 < ratio.high and ratio.high - ratio.low < 0.1, ratio)
    check("bootstrap intervals are the same every time", ratio == verdict.ratio_of(x, y))
    check("a share has Wilson's interval", np.allclose(verdict.share_of([True] * 9 + [False]), (0.9, 0.5958, 0.9821), atol=1e-3))
    check("intervals that overlap do not move", moved({"low": 0, "high": 1}, {"low": 2, "high": 3})
          and not moved({"low": 0, "high": 1}, {"low": 0.9, "high": 3}) and not moved({"low": 0, "high": 1}, {"verdict": "cannot tell"}))


def declarations():
    patterns = registry.chosen()
    check("every pattern names scenarios that exist", all(
        name in experiments.split_config(experiments.config_path(family))[1] for family, name in registry.needs_of(patterns)))
    check("every scenario of configs/validation asks a question", all(
        "question" in text for path in experiments.CONFIGS.glob("*.cfg") for text in experiments.split_config(path)[1].values()))
    head, groups = experiments.split_config(experiments.config_path("growth"))
    check("a config is split by its scenarios", {"growth", "no-growth"} <= set(groups) and "scenarios" not in head)
    check("settings become nested groups", experiments.as_config({"a.b.c": 1.5, "a.b.d": True}) == "a = { b = { c = 1.5; d = true; }; };")


def joint_axes():
    """Ranges of ODD.md: shares of hours below 1 together, gates ascending, all where their ranges allow."""
    ranges = [*zip(robust.SHARES, (0.1, 0.05), (0.8, 0.6)), *zip(robust.GATES, (0.0, 0.2, 0.4, 0.55), (0.3, 0.4, 0.6, 0.75))]
    axes = [(*each, False) for each in ranges]
    drawn = np.array([list(point.values()) for point in robust.points(500, axes)])
    low, high = np.array([each[1:] for each in ranges]).T
    check("points stay in the ranges of their axes", np.all((drawn >= low) & (drawn <= high)))
    check("shares of hours leave some for projects at every point", np.all(drawn[:, :2].sum(axis=1) < 1))
    check("gates ascend at every point", np.all(np.diff(drawn[:, 2:]) >= 0))
    # below the line x + y = 1 the area with x < 0.4 is 0.3 * 0.55, that beyond it 0.4 * (0.55 + 0.15) / 2
    share = np.mean(drawn[:, 0] < 0.4)
    check("shares are uniform over what is allowed", abs(share - 0.165 / (0.165 + 0.14)) < 0.01, share)


def ablations():
    row = {"id": "P01", "claim": "a < b", "verdict": "pass", "observed": 1.0, "low": 0.9, "high": 1.1, "kind": "E"}
    changes = {"model.processes.calls": list(ablate.compare([row], [row | {"verdict": "fail", "low": 0.1, "high": 0.3,
                                                                           "ablated": "model.processes.calls"}]))}
    text = ablate.page([row], [], changes, {"title": "T", "replicates": 5, "version": "v"})
    check("the page of an ablation shows what turns, with its claim escaped", ">fail</td>" in text and "a &lt; b" in text)


def observables_moved():
    """With no firm of bad experience wariness is of no effect, whatever the seed; the potential is a measure and gone without its
    process. A shift of 2 with a standard deviation of 1 is 2, and one of a million nothing in such units."""
    before = {"model.processes.forum": True, "policies.forum.on": False, "model.mechanisms.demand": True}
    check("a policy's process is left out with the policy on", observables.arms("model.processes.forum", before) ==
          ({"policies.forum.on": True, "model.processes.forum": True}, {"policies.forum.on": True, "model.processes.forum": False}))
    check("another switch is turned over alone", observables.arms("policies.forum.on", before)[1] == {"policies.forum.on": True})
    luck = np.array([-1.0, 0, 1])
    near, far = (observables.effect(compare.compare_pairs(luck, luck + np.array([1, 1, 1.3]) * by, resamples=0)) for by in (2, 1e6))
    check("an effect is in standard deviations between replicates", np.isclose(near[0], 2.2) and near[1] < near[0] < near[2], near)
    check("of what hardly varies it is not", far == (0, 0, 0), far)
    with tempfile.TemporaryDirectory() as folder:
        preset = pathlib.Path(folder) / "preset.cfg"
        preset.write_text(f'base = "{ROOT}/configs/act.cfg"; run = {{ end = "2019-09"; }}; model = {{ firms = {{ prior_bad = 0.0; }}; }};')
        ran = subprocess.run([BUILD / "klynge", "ablate", "--observables", "--only-mechanisms", "wariness,potential", "--replicates", "3",
                              "--preset", preset, "--json", "-q"], cwd=folder, capture_output=True, text=True)
        check("ablate --observables runs", ran.returncode == 0, ran.stderr)
        potential, wariness = json.loads(ran.stdout)["switches"]
        check("what cannot be measured any more is named", {"potential", "realised"} <= set(potential["gone"]), potential)
        check("a switch of no effect moves nothing", wariness["moved"] == 0 and wariness["identical"] >= wariness["observables"] - 1,
              wariness)  # lock-in has a value in few of so short runs
    for wrong in (["--observables", "--only", "P20"], ["--preset", "x.cfg"], ["--observables", "--preset", "x.cfg"]):
        ran = subprocess.run([BUILD / "klynge", "ablate", *wrong], capture_output=True, text=True)
        check(f"ablate {' '.join(wrong)} is refused", ran.returncode == 2 and ran.stderr.count("\n") == 1, ran.stderr)


def slopes_on_distance():
    """Cells of places: 1 is Mo and Mosjoen, 6 and 42 Mo and southern Norway, 0 Mo alone."""
    risk, risen = np.zeros((2, 3, measures_meeting.CELLS))
    risk[0, [0, 6, 42]], risen[0, [0, 6, 42]] = (100, 50, 50), (50, 5, 15)  # 1 in 2, and 1 in 5
    risk[1, 1], risen[1, 1] = 3, 1
    found = measures_meeting.slope_by_run(risk, risen)
    logit = np.log(0.2 / 0.8) / measures_meeting.LOG_KM[6]  # odds of 1 at a distance of 0, where log(1 + km) is 0
    check("a slope on distance is that of the log odds", np.isclose(found[0], logit), found)
    check("pairs at one distance, and no pairs, have none", np.isnan(found[1:]).all(), found)
    try:
        measures_meeting.slope(risk[1:], risen[1:])
        check("nor have all runs together, which is said", False)
    except verdict.CannotTell as why:
        check("nor have all runs together, which is said", "different distances" in str(why), why)


def two_level_designs():
    """y = 2a + b + ab over all four corners: squares of contrasts 4, 1 and 1 (squares of the coefficients)."""
    levels = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)])
    y = (2 * levels[:, 0] + levels[:, 1] + levels.prod(axis=1))[:, None]
    found = {chosen: value[0] for chosen, value in measures_community.contrasts(levels, y).items()}
    check("contrasts of a two-level design are its coefficients", found == {(0,): 2.0, (1,): 1.0, (1, 0): 1.0}, found)
    check("a total index counts the interactions of a factor", measures_community.total_share(found, (1,)) == 2 / 6)


def capital_regained():
    """Four replicates, months 36 to 60: half of the step from 48 to 54, never, nothing lost, and back at a snapshot."""
    import pandas
    capital = pandas.DataFrame([[0.2, 0.1, 0.3, 0.3], [0.2, 0.1, 0.1, 0.1], [0.2, 0.2, 0.1, 0.1], [0.2, 0.1, 0.2, 0.3]],
                               columns=[36.0, 48.0, 54.0, 60.0])
    found = measures_community.time_to_regain(capital, 36.0, 48.0)
    check("the time to regain lies on the line between snapshots", np.allclose(found, [3, 12, 0, 6]), found)
    firms = pandas.DataFrame([(0, m, u, 0.5) for m, u in ((36.0, 1), (48.0, 1), (36.0, 2), (48.0, 3))],
                             columns=["replicate", "month", "uid", "goals"])
    ties = pandas.DataFrame([(0, m, u, t, 1.0, 0) for m, u, t in ((36.0, 1, 0.5), (48.0, 1, 0.25), (36.0, 2, 0.9), (48.0, 3, 0.9))],
                            columns=["replicate", "month", "uid", "trust", "awareness", "kind"])
    stayers = measures_community.capital_of_stayers(ties, firms, 36.0, 48.0)
    check("the capital of firms that stay is theirs alone: a fifth of the trust in one partner",
          np.allclose(stayers.to_numpy(), [[0.1, 0.05]]), stayers)


def records():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "verdicts.json"
        rows = [{"id": "P20", "verdict": "pass", "observed": 0.34567}, {"id": "P22", "verdict": "fail"}]
        check("nothing recorded is not a difference", record.differences("quick", rows, True, path) is None)
        record.save("quick", 30, rows, True, path)
        check("numbers are recorded with three figures", record.read(path)["quick"]["verdicts"]["P20"]["observed"] == 0.346)
        check("the same verdicts do not differ", record.differences("quick", rows, True, path) == [])
        check("a part of them is compared alone", record.differences("quick", rows[:1], False, path) == [])
        check("one that is gone differs", len(record.differences("quick", rows[:1], True, path)) == 1)
        check("modes are recorded apart", record.differences("full", rows, True, path) is None)


def validate(*arguments):
    return subprocess.run([BUILD / "klynge", "validate", "--quick", "--quiet", *arguments], cwd=ROOT, capture_output=True, text=True)


def against_the_record():
    """The quick form as it is, then with a record that was altered: exit codes 0 and 5."""
    with tempfile.TemporaryDirectory() as cache:
        ran = validate("--cache", cache, "-o", f"{cache}/table.json", "-o", f"{cache}/table.html", "-o", f"{cache}/table.md")
        check("the quick form holds its record", ran.returncode == 0, f"exit code {ran.returncode}\n{ran.stderr}")
        if ran.returncode not in (0, 5):
            return
        found = json.loads(pathlib.Path(f"{cache}/table.json").read_text())
        check("no pattern has a mistake in its function", not [r for r in found["patterns"] if any("error in" in w for w in r["why"])])
        for key in ("id", "kind", "built", "claim", "statistic", "expected", "observed", "low", "high", "share_right_sign", "pass"):
            check(f"every pattern has {key}", all(key in row for row in found["patterns"]))
        page = pathlib.Path(f"{cache}/table.html").read_text()
        check("the page is one file", "http" not in page and "<script" not in page and "</html>" in page)
        altered(cache)
        check("an existing file is refused", validate("-o", f"{cache}/table.md").returncode == 2)
        check("a pattern that is not there is refused", validate("--only", "P99").returncode == 2)


def altered(cache):
    """A record that says something else of one pattern."""
    other = pathlib.Path(cache) / "verdicts.json"
    other.write_text(json.dumps({"quick": {"replicates": 30, "verdicts": {"P20": {"verdict": "never"}}}}), encoding="utf-8")
    only = ("--only", "P20", "--cache", cache, "--verdicts", other)
    check("exit code 5 when a verdict is not the recorded one", validate(*only).returncode == 5)
    check("exit code 0 when it is recorded anew", validate(*only, "--record").returncode == 0 == validate(*only).returncode)


for group in (rules, nulls, untold, holm, false_alarms, statistics, declarations, joint_axes, observables_moved, slopes_on_distance,
              two_level_designs, ablations, capital_regained, records, against_the_record):
    group()
sys.exit(end())
