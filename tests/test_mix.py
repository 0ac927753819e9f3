"""The best mix under a budget: test_mix.py BUILD. Last line "N passed, N failed".

The selection is tested on a function whose Pareto set is known: points (x, 1 - x) on a line are the set, those moved off it are
not. Noise is common to all points and their own, as replicates of the program have it.
"""
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "analysis"))
from klynge_analysis import mix_design as design  # noqa: E402
from klynge_analysis import mix_selection as selection  # noqa: E402
from klynge_analysis import mix_tables as tables  # noqa: E402
from tally import check, end  # noqa: E402

FRONT = np.array([[x, 1 - x] for x in (0, 0.25, 0.5, 0.75, 1)])  # the Pareto set
NEAR, FAR = FRONT[1:4] - 0.02, FRONT[1:4] - 0.4  # hard and easy to tell from it
MEANS = np.concatenate([FRONT, NEAR, FAR])


def sampler(means, seed, own=0.1, common=1.0):
    """sample(points, n): normal noise; replicate r of a point is the same however many are asked for."""
    rng = np.random.default_rng(seed)
    shared, each = rng.standard_normal((200, 2)), rng.standard_normal((len(means), 200, 2))

    def sample(chosen, n):
        return means[chosen, None] + common * shared[None, :n] + own * each[chosen, :n]
    return sample


def pareto_sets():
    check("points on the line are the set", list(selection.nondominated(MEANS)) == [True] * 5 + [False] * 6)
    check("a single point is its own set", list(selection.nondominated(np.array([[1.0, 2.0]]))) == [True])
    check("equal points are both in it", list(selection.nondominated(np.array([[1.0, 2.0], [1.0, 2.0]]))) == [True, True])
    check("as good in one and better in another is enough",
          list(selection.nondominated(np.array([[1.0, 2.0], [1.0, 3.0]]))) == [False, True])


def allocations():
    """Twenty runs of the whole selection on the known function."""
    found = [selection.allocate(sampler(MEANS, seed), len(MEANS), 20, 200) for seed in range(20)]
    check("no point of the set is dropped", all((f.beaten_by[:5] < 0).all() for f in found))
    check("points far from it are dropped at once",
          all((f.replicates[8:] == 20).all() and (f.beaten_by[8:] >= 0).all() for f in found))
    check("points of the set get all replicates", all((f.replicates[:5] == 200).all() for f in found))
    late = np.mean([f.replicates[5:8].mean() for f in found])
    check("points near it get more replicates than those far off", late > 60, f"{late:.0f}")
    check("a dropped point is beaten by a better one",
          all((MEANS[f.beaten_by[p]] > MEANS[p]).all() for f in found for p in range(8, 11)))
    right = [list(f.alive[selection.pareto(np.stack([f.values[p] for p in f.alive]))[0]]) == [0, 1, 2, 3, 4] for f in found]
    check("the set found is the set", np.mean(right) >= 0.9, f"in {np.mean(right):.0%} of runs")
    surely = selection.pareto(sampler(MEANS, 3)(np.arange(len(MEANS)), 200))[1]
    check("the resamples are sure of the set and of what is far from it",
          surely[:5].min() > 0.95 and surely[8:].max() == 0, str(surely))
    kept = selection.allocate(sampler(MEANS, 1), len(MEANS), 20, 200, keep=(10,))
    check("what is kept runs to the end though it is beaten", kept.replicates[10] == 200 and kept.beaten_by[10] >= 0)


def errors():
    """Points that are all alike: the level is that of dropping any of twelve, over all rounds."""
    alike = np.zeros((12, 2))
    wrong = np.mean([(selection.allocate(sampler(alike, seed), 12, 20, 80).beaten_by >= 0).any() for seed in range(200)])
    check("points that are alike are not dropped but by chance", wrong <= 0.05, f"{wrong:.1%}")
    check("the level is spent over rounds", selection.doublings(20, 200) == [20, 40, 80, 160, 200])
    check("one round where nothing is to be added", selection.doublings(20, 20) == [20])
    one = np.zeros((3, 50, 2))
    one[1, :, 0] += 1  # better in one objective, alike in the other
    check("better in one of two is not clearly better", (selection.clearly_dominated(one, 0.01) < 0).all())


def failures():
    """A replicate that failed holds NaN, and is left out of every comparison with it."""
    values = sampler(MEANS, 5, own=0.02)(np.arange(len(MEANS)), 40)
    values[2, :5] = np.nan
    check("failed replicates leave the set as it is", list(selection.pareto(values)[0][:5]) == [True] * 5)
    check("and what is far from it clearly dominated", (selection.clearly_dominated(values, 0.001)[8:] >= 0).all())
    check("and intervals finite", np.isfinite(selection.paired(values[2], values[0])).all())
    gone = values.copy()
    gone[9] = np.nan
    check("a point without any is dominated by none", selection.clearly_dominated(gone, 0.001)[9] < 0)


def intervals():
    x = np.array([[1.0], [2.0], [3.0]])
    mean, low, high = selection.interval(x)[0]  # t quantile of 2 degrees, 4.303, over sqrt 3
    check("the interval is Student's", abs(mean - 2) < 1e-12 and abs(high - mean - 2.4841) < 1e-3, str((mean, low, high)))
    check("paired differences leave out what is common", np.allclose(selection.paired(x + 5, x)[0], [5, 5, 5]))


def simplex():
    shares = design.simplex(256, 4, 1)
    check("shares are none below 0 and sum to 1", (shares >= 0).all() and np.allclose(shares.sum(axis=1), 1))
    check("no share is too small to pay for anything", shares[shares > 0].min() >= design.LEAST)
    check("all instruments get their turn", np.abs(shares.mean(axis=0) - 0.25).max() < 0.02, str(shares.mean(axis=0)))
    # Dirichlet(a, ..., a): variance (1/d)(1 - 1/d) / (d a + 1) = 0.1875 / 3
    check("they are spread as Dirichlet(1/2) is", abs(shares.var(axis=0).mean() - 0.0625) < 0.01, str(shares.var(axis=0)))
    check("the same seed gives the same", np.array_equal(shares, design.simplex(256, 4, 1)))
    check("another one does not", not np.array_equal(shares, design.simplex(256, 4, 2)))


def budgets():
    costs = {"gatherings": 800.0, "outreach": 50.0}
    shares, money = design.affordable({"gatherings": 0.5, "outreach": 0.5}, 2000.0, costs)
    check("what an instrument cannot hold is not spent",
          abs(money - 1500) < 0.1 and abs(shares["outreach"] - 1 / 3) < 1e-4, str(shares))
    found = design.points(["gatherings", "outreach"], 12, 1600.0, costs, {"gatherings": 800.0}, 1)
    check("the baseline, its mix at the budget and the corners are there",
          [p.name for p in found[:4]] == ["baseline", "baseline-scaled", "all-gatherings", "all-outreach"] and len(found) == 12)
    check("no point plans to spend more than the budget", all(p.money <= 1600.01 for p in found))
    same = design.points(["gatherings"], 3, 800.0, costs, {"gatherings": 800.0}, 1)
    check("a baseline that costs the budget is not there twice", [p.name for p in same] == ["baseline", "all-gatherings"])
    text = design.command("a.cfg", found[3], {"gatherings": 1}, 40)
    check("the command turns off what the mix does without",
          "--set policies.gatherings.on=false" in text and "--replicates 40" in text, text)


def mix(*arguments):
    return subprocess.run([BUILD / "klynge", "mix", *map(str, arguments), "--quiet"], cwd=ROOT, capture_output=True, text=True)


def runs():
    """The whole verb, small, and one of its commands as a user would run it."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        config = folder / "short.cfg"
        config.write_text(f'base = "{ROOT}/configs/act-open.cfg"; run = {{ end = "2019-01"; }};')
        small = (config, "--points", 6, "--replicates", 3, "--max-replicates", 6, "--instruments", "gatherings,groups,votes")
        ran = mix(*small, "-o", folder / "out")
        check("it runs", ran.returncode == 0, ran.stderr)
        if ran.returncode:
            return
        found = json.loads((folder / "out" / "mix.json").read_text())
        names = [row["name"] for row in found["points"]]
        check("all its points are there", names[0] == "baseline" and "all-votes" in names and len(names) == 6, str(names))
        check("no mix plans to cost more than the budget",
              all(row["planned_money"] <= found["budget"] * 1.0001 for row in found["points"]))
        check("shares sum to 1", all(abs(sum(row["shares"].values()) - 1) < 1e-4 for row in found["points"]))
        check("what is measured stands beside what is planned", all(row["measured"]["money"] > 0 for row in found["points"]))
        check("the Pareto set is not empty", any(row["state"] == "pareto" for row in found["points"]))
        check("figure, table and results are written",
              all((folder / "out" / f"mix.{form}").stat().st_size > 1000 for form in ("png", "md", "h5")))
        check("the table says what each form says", "Pareto set" in ran.stdout and "klynge run" in tables.markdown(found))
        again(found["points"][names.index("all-votes")], folder)
        check("what exists is refused", mix(*small, "-o", folder / "out").returncode == 2)
        bad_input(config, folder)


def again(row, folder):
    """The command line of a point gives its numbers again, to the bit as far as the table goes."""
    words = shlex.split(row["command"])
    ran = subprocess.run([BUILD / "klynge", *words[1:], "--quiet", "--force"], cwd=folder, capture_output=True, text=True)
    check("the command of a point runs", ran.returncode == 0, ran.stderr)
    with h5py.File(folder / "all-votes.h5", "r") as file:
        utilisation = file["utilisation"][0, 0][:, -16:].mean()  # the run is shorter than the window of 24 months
    check("and gives the point again", abs(utilisation - row["objectives"]["utilisation"]["mean"]) < 1e-12,
          f"{utilisation} {row['objectives']['utilisation']['mean']}")


def bad_input(config, folder):
    for sentence, code, *arguments in (
            ("a config that is not there", 4, folder / "none.cfg"),
            ("an instrument that is not there", 2, config, "--instruments", "gatherings,magic"),
            ("a budget below 0", 2, config, "--budget", -5),
            ("too few points", 2, config, "--points", 3),
            ("fewer replicates at most than at least", 2, config, "--max-replicates", 5),
            ("a window that ends before it begins", 2, config, "--window", "60,36"),
            ("a window outside the run", 2, config, "--window", "60,90", "--replicates", 2, "--points", 12),
            ("a scenario that is not there", 2, ROOT / "configs/policies.cfg", "--scenario", "none"),
            ("a folder that cannot be made", 4, config, "--points", 12, "--replicates", 2, "--max-replicates", 2,
             "-o", "/proc/none/out")):
        ran = mix(*arguments)
        one = len(ran.stderr.strip().splitlines()) == 1 and ran.stderr.startswith("klynge mix: ")
        check(f"{sentence}: one sentence, exit code {code}", ran.returncode == code and one, f"{ran.returncode} {ran.stderr}")


for group in (pareto_sets, allocations, errors, failures, intervals, simplex, budgets, runs):
    group()
sys.exit(end())
