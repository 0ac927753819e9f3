"""`klynge calibrate`: the sampler where the posterior is known, its ranks, and the verb with the program: test_calibrate.py BUILD.
Last line "N passed, N failed".
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import xarray
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "analysis"))
sys.dont_write_bytecode = True
from klynge_analysis import abc_smc, calibrate_output  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

# ---- the sampler ------------------------------------------------------------------------------------------------------------------


def noisy(sd, replicates, seed):
    """Outcomes: parameters plus a normal error, new in each batch."""
    def simulate(u, batch):
        rng = np.random.default_rng([seed, *np.ravel(batch)])
        return u[:, None] + sd * rng.standard_normal((len(u), replicates, u.shape[1]))

    return simulate


def prior_of(simulate, n, k, seed=0):
    u = np.random.default_rng([99, seed]).random((n, k))
    return u, simulate(u, 10**6 + seed)


def known_posterior(value, tolerance, sd):
    """Mean and sd of u on a grid: the chance that u + error is within the tolerance, over a uniform prior on 0..1."""
    u = np.linspace(0, 1, 20001)
    density = stats.norm.cdf((value + tolerance - u) / sd) - stats.norm.cdf((value - tolerance - u) / sd)
    mean = np.average(u, weights=density)
    return mean, np.sqrt(np.average((u - mean) ** 2, weights=density))


def test_known_posterior():
    # 0.05 lies at the edge of the prior, where proposals leave the cube.
    targets, tolerances, sd = np.array([0.05, 0.6]), np.array([0.03, 0.02]), 0.05
    for replicates in (1, 4):
        means, sds = [], []
        for seed in range(12):
            simulate = noisy(sd, replicates, seed)
            settings = abc_smc.Settings(particles=400, seed=seed, most_batches=200)
            last = abc_smc.run(simulate, prior_of(simulate, 400, 2, seed), targets, tolerances, settings)[-1]
            mean = last.weights @ last.u
            means.append(mean)
            sds.append(np.sqrt(last.weights @ (last.u - mean) ** 2))
        check(f"{replicates} replicates: all near", last.epsilon == 1)
        check(f"{replicates} replicates: weights sum to 1", abs(last.weights.sum() - 1) < 1e-12)
        for k in range(2):
            mean, spread = known_posterior(targets[k], tolerances[k], sd)
            # A mean over 12 x some 150 effective particles: its error is spread / 42; five of them.
            check(f"{replicates} replicates: mean of {k}", abs(np.mean(means, axis=0)[k] - mean) < 5 * spread / 42,
                  f"{np.mean(means, axis=0)[k]} for {mean}, sd {spread}")
            check(f"{replicates} replicates: sd of {k}", abs(np.mean(sds, axis=0)[k] / spread - 1) < 0.1, f"{np.mean(sds, axis=0)[k]} for {spread}")


def test_ranks():
    """Ranks of truths are uniform; with errors a fifth as large as the truth's, as if the sampler were too sure, they are not."""
    n, draws = 150, 19
    tolerances = np.array([0.05, 0.05])
    settings = abc_smc.Settings(particles=100, seed=4, most_batches=200)
    for name, sd, good in (("right", 0.05, True), ("too sure", 0.01, False)):
        simulate, truth = noisy(sd, 1, 7), noisy(0.05, 1, 8)
        ranks = abc_smc.ranks(simulate, lambda t: prior_of(simulate, 100, 2, t), lambda u, t: truth(u[None], (t, 1))[0, 0], tolerances,
                              settings, n, draws)
        p = calibrate_output.rank_test(ranks, draws)
        check(f"ranks: {name}: truths are reached", len(ranks) > (0.97 if good else 0.8) * n, len(ranks))
        check(f"ranks: {name}", (p > 1e-3).all() if good else (p < 1e-6).all(), p)


def test_limits():
    simulate = noisy(0.01, 1, 1)
    settings = abc_smc.Settings(particles=50, most_batches=5)
    last = abc_smc.run(simulate, prior_of(simulate, 50, 2), np.array([0.5, 7.0]), np.array([0.1, 0.1]), settings)[-1]
    check("a target that cannot be reached is not", last.epsilon > 1)
    nothing = abc_smc.run(lambda u, b: np.full((len(u), 1, 2), np.nan), (np.full((50, 2), 0.5), np.full((50, 1, 2), np.nan)),
                          np.array([0.5, 0.5]), np.array([0.1, 0.1]), settings)
    check("runs that all fail lead nowhere", len(nothing) == 1)
    half = noisy(0.01, 2, 1)

    def failing(u, batch):
        y = half(u, batch)
        y[::2, 0] = np.nan
        return y

    last = abc_smc.run(failing, prior_of(failing, 50, 2), np.array([0.5, 0.5]), np.array([0.1, 0.1]), abc_smc.Settings(particles=50))[-1]
    check("runs that fail are far, the others count", last.epsilon == 1 and np.isfinite(last.weights).all())


# ---- the verb ---------------------------------------------------------------------------------------------------------------------

CONFIG = """run = { model = "ties"; replicates = 2; end = "2018-09"; };
world = { firms = 400; ties = 3; };
design = { kind = "latin_hypercube"; n = 7; axes = ("model.rate", "model.follow",
  { path = "world.numbering"; values = ("random", "clustered"); }, { path = "world.cluster"; low = 8; high = 10; }); };
targets = ( { observable = "NAME"; time = "2018-09"; value = VALUE; tolerance = TOLERANCE; } );
"""


def test_rank_test():
    each_twice = np.tile(np.arange(20), 2)[:, None]
    check("ranks that are each there twice are uniform in bins that do not divide them", calibrate_output.rank_test(each_twice, 19)[0] > 0.99)


def klynge(*arguments):
    return in_process.call(verb, *arguments)


def middle(folder):
    """An observable of the tie model whose value at the end depends on the rate, and its value at a rate of 0.3."""
    path = folder / "one.h5"
    subprocess.run([BUILD / "klynge", "run", folder / "plain.cfg", "-o", path, "--quiet", "--set", "model.rate=0.3", "--set",
                    "run.replicates=20"], check=True)
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        names = [name for name in data.data_vars if data[name].ndim == 4]
        name = "mean_w" if "mean_w" in names else names[0]
        values = data[name].values[0, 0, :, -1]
    return name, float(values.mean()), float(max(values.std(), 1e-6))


def test_program(folder):
    (folder / "plain.cfg").write_text(CONFIG.split("design")[0])
    name, value, sd = middle(folder)
    config = folder / "a.cfg"
    config.write_text(CONFIG.replace("NAME", name).replace("VALUE", repr(value)).replace("TOLERANCE", repr(3 * sd)))
    arguments = (config, "-o", folder / "out", "--particles", "30", "--json")
    code, out, err = klynge(*arguments)
    found = json.loads(out)
    check("reaches a target of the model", code == 0 and found["reached"] and found["epsilon"] == 1, err)
    rate = found["parameters"][0]
    check("the parameter that decides is found", rate["parameter"] == "model.rate" and rate["spread_gone"] > 0.15, rate)
    check("a choice and a whole number are of their kind", isinstance(found["parameters"][2]["mean"], str)
          and found["parameters"][3]["mean"] in range(8, 11), found["parameters"])
    check("more runs are inside than of the prior", found["targets"][0]["inside"] > found["targets"][0]["prior_inside"], found["targets"])
    with xarray.open_dataset(folder / "out" / "posterior.h5", engine="h5netcdf") as data:
        check("the posterior's file: weights", abs(float(data["weight"].sum()) - 1) < 1e-9)
        inside = np.abs(data["outcome"].values[..., 0] - value) <= 3 * sd
        check("the posterior's file: every particle is within the tolerance in a run", bool(inside.any(axis=1).all()))
        check("the posterior's file: parameters", set(data["param_world_numbering"].values) <= {'"random"', '"clustered"'})
    check("a figure", (folder / "out" / "posterior.png").stat().st_size > 10000)

    batches = sorted((folder / "out").glob("batch-*.npz"))
    times = {b: b.stat().st_mtime_ns for b in batches}
    batches[-1].unlink()  # as if it had been stopped before that batch
    (folder / "out" / "predictive.npz").write_bytes(b"cut")
    again = klynge(*arguments)
    check("goes on to the same result", again[0] == 0 and json.loads(again[1]) == found, again[2])
    check("what was done is not done again", all(b.stat().st_mtime_ns == times[b] for b in batches[:-1]))
    code, _, err = klynge(*arguments, "--seed", "5")
    check("another calibration does not go on in its folder", code == 2 and "holds another calibration" in err, err)
    code, out, _ = klynge(*arguments[:-1], "--seed", "5", "--force", "--quiet")
    check("--force begins anew; text", code == 0 and "spread gone" in out and name in out, out)
    check("ranks", "simulation-based calibration" in klynge(config, "-o", folder / "ranks", "--ranks", "12", "--particles", "20",
                                                            "--replicates", "1", "-q")[1])

    def says(sentence, *arguments, code=2):
        got, out, err = klynge(*arguments)
        check(f"refuses: {sentence}", got == code and sentence in err and not out, f"{got} {err}{out}")

    says("no DESIGN.cfg is given", "-o", folder / "x")
    says("no folder is given", config)
    says("expected a whole number from 10", config, "-o", folder / "x", "--particles", "3")
    says("found no targets", folder / "nothing.cfg", "-o", folder / "x") if (folder / "nothing.cfg").write_text(
        CONFIG.split("targets")[0]) else None
    (folder / "full").mkdir()
    (folder / "full" / "mine.txt").write_text("mine")
    says("holds something else", config, "-o", folder / "full")
    check("nothing is left beside", not (folder / "x").exists())


verb = in_process.load("calibrate")
sys.argv[0] = str(BUILD / "klynge-calibrate")
work = pathlib.Path(tempfile.mkdtemp(prefix="klynge-calibrate."))
try:
    for test in (test_known_posterior, test_ranks, test_rank_test, test_limits):
        test()
    test_program(work)
finally:
    shutil.rmtree(work)
sys.exit(end())
