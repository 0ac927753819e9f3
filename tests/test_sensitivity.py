"""`klynge sensitivity` on functions whose indices are known: test_sensitivity.py BUILD. Last line "N passed, N failed".

Points come from the program's own designs, over the tie model with no more than a tick; outcomes are written into its result file, so
that layout, file and estimators are all in the way.

  Ishigami   sin(x1) + 7 sin(x2)^2 + 0.1 x3^4 sin(x1) on (-pi, pi): Ishigami and Homma 1990; indices from its variances, as in
             Saltelli et al. 2008, Global Sensitivity Analysis, section 4
  g          product of (|4 x - 2| + a) / (1 + a): Sobol 1993; variances 1 / (3 (1 + a)^2), products of (1 + those) less 1
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "analysis"))
sys.dont_write_bytecode = True
from klynge_analysis import sensitivity  # noqa: E402
from klynge_analysis.ensemble import Ensemble, Moment  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

RATES = ["model.rate", "model.base", "model.gain", "model.keep", "model.follow"]
CONFIG = """run = {{ model = "ties"; replicates = {replicates}; end = "2017-10"; }};
world = {{ firms = 2; ties = 1; }};
design = {{ kind = "{kind}"; n = {n}; levels = {levels}; axes = ({axes}); }};
"""
# ---- functions -----------------------------------------------------------------------------------------------------------------


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def ishigami_indices(a=7.0, b=0.1):
    first = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    second = a**2 / 8
    both = b**2 * np.pi**8 * 8 / 225
    total = first + second + both
    return np.array([first, second, 0]) / total, np.array([first + both, second, both]) / total, total


A = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def g(u):
    return np.prod((np.abs(4 * u - 2) + A) / (1 + A), axis=-1)


def g_indices():
    v = 1 / (3 * (1 + A) ** 2)
    total = np.prod(1 + v) - 1
    return v / total, v * np.prod(1 + v) / (1 + v) / total, total


# ---- files ---------------------------------------------------------------------------------------------------------------------


def swept(folder, kind, n, k, replicates=1, levels=4, sets=()):
    """A result of the program over k rates, and its parameters (point, k), each in 0..1."""
    config, path = folder / "a.cfg", folder / "a.h5"
    config.write_text(CONFIG.format(kind=kind, n=n, levels=levels, replicates=replicates, axes=", ".join(f'"{r}"' for r in RATES[:k])))
    subprocess.run([BUILD / "klynge", "run", config, "-o", path, "--force", "--quiet", *(w for s in sets for w in ("--set", s))],
                   check=True)
    with h5py.File(path, "r") as file:
        return path, np.stack([file["param_" + r.replace(".", "_")][0] for r in RATES[:k]], axis=-1)


def outcome(path, y, scenarios=1):
    """Write `made` (scenario, point, replicate, time) into the file: y (point, replicate) at the last tick, 0 before."""
    with h5py.File(path, "r+") as file:
        times = len(file["time"])
        values = np.zeros((scenarios, *y.shape, times))
        values[..., -1] = y
        if "made" in file:
            del file["made"]
        file["made"] = values
        file["made"].attrs.update({"cell_methods": "time: point", "units": "1", "long_name": "made"})
        file["made"].dims[3].attach_scale(file["time"])


def analysed(path, **more):
    ensemble = Ensemble(str(path))
    found = sensitivity.analyse(ensemble, sensitivity.Design(ensemble), "made", Moment(), **more)
    ensemble.file.close()
    return found[0]


def near(found, expected, tolerance):
    return bool(np.all(np.abs(np.asarray(found) - expected) < tolerance))


# ---- Sobol ----------------------------------------------------------------------------------------------------------------------


def test_known_functions(folder):
    for name, f, k, (s1, st, total) in (("Ishigami", ishigami, 3, ishigami_indices()), ("g", g, 5, g_indices())):
        path, u = swept(folder, "sobol", 2048, k)
        outcome(path, f(u)[:, None])
        found = analysed(path, resamples=500)
        # Scrambled Sobol points: the error at n = 2048 is below 0.02 for both (plain Monte Carlo: 0.05).
        check(f"{name}: first order", near(found.indices["s1"], s1, 0.02), f"{found.indices['s1']} for {s1}")
        check(f"{name}: total order", near(found.indices["st"], st, 0.02), f"{found.indices['st']} for {st}")
        check(f"{name}: variance", near(found.variance["parameter"][0] / total, 1, 0.02))
        for index, expected in (("s1", s1), ("st", st)):
            low, high = found.intervals[index]
            check(f"{name}: intervals of {index} hold what they are of", bool(np.all((low <= expected + 1e-3) & (expected - 1e-3 <= high))),
                  f"{low} {high} for {expected}")
        check(f"{name}: the strongest first", found.strongest()[0] == int(np.argmax(st)))


def test_replicates(folder):
    """Luck shared by all points and luck of a run's own leave the indices of the parameters where they are."""
    replicates = 8
    path, u = swept(folder, "sobol", 1024, 3, replicates)
    s1, st, total = ishigami_indices()
    rng = np.random.default_rng(5)
    y = ishigami(u)[:, None] + 3 * rng.standard_normal(replicates) + 2 * rng.standard_normal((len(u), replicates))
    outcome(path, y)
    found = analysed(path, resamples=500)
    check("with luck: first order", near(found.indices["s1"], s1, 0.06), f"{found.indices['s1']} for {s1}")
    check("with luck: total order", near(found.indices["st"], st, 0.06), f"{found.indices['st']} for {st}")
    check("with luck: the parameters' variance", near(found.variance["parameter"][0] / total, 1, 0.06))
    shared = np.var(y.mean(axis=0), ddof=1)  # of these eight seeds
    check("with luck: the replicates' variance", near(found.variance["replicate"][0] / (shared + 4), 1, 0.05),
          f"{found.variance['replicate']} for {shared + 4}")
    once = sensitivity.sobol(y.reshape(1024, 5, -1)[..., :1], resamples=100)[1]
    check("one replicate takes luck for an effect", bool(np.all(once["st"] > found.indices["st"] + 0.1)))
    outcome(path, 2 * rng.standard_normal((len(u), replicates)))
    nothing = analysed(path, resamples=500)
    check("luck alone has no index", bool(np.isnan(nothing.indices["st"]).all()), nothing.indices["st"])


def test_coverage():
    """Of 90 % intervals over independent samples about 90 % hold the index; plain random points, as the bootstrap assumes."""
    s1, st, _ = ishigami_indices()
    rng, held = np.random.default_rng(11), []
    for _ in range(120):
        a, b = rng.random((2, 256, 1, 3))
        c = np.repeat(a, 3, axis=1)
        c[:, np.arange(3), np.arange(3)] = b[:, 0]
        y = ishigami(np.concatenate([a, c, b], axis=1))[..., None]
        _, _, intervals = sensitivity.sobol(y, 0.9, 300)
        held.append([(low <= x) & (x <= high) for (low, high), x in ((intervals["s1"], s1), (intervals["st"], st))])
    share = np.mean(held, axis=0)
    check("intervals hold what they should nine times in ten", bool(np.all((share > 0.8) & (share < 0.98))), share)


def test_openturns():
    try:
        import openturns as ot
    except ImportError:
        print("  skip  against openturns: python3-openturns is not installed (267 MB)")
        return
    n, k = 4096, 3
    a, b = np.hsplit(stats.qmc.Sobol(2 * k, seed=3).random(n), 2)
    c = [np.where(np.arange(k) == axis, b, a) for axis in range(k)]
    y = np.array([ishigami(x) for x in (a, b, *c)])
    points = ot.Sample(np.concatenate([a, b, *c]))
    theirs = [method(points, ot.Sample(y.reshape(-1, 1)), n)
              for method in (ot.SaltelliSensitivityAlgorithm, ot.JansenSensitivityAlgorithm)]
    blocks = np.stack([y[0], *y[2:], y[1]], axis=1)[..., None]
    ours = sensitivity.sobol(blocks, resamples=100)[1]
    # Total order: the same estimator but for the variance under it, which openturns takes of A, ours of A and B. First order: another one.
    scale = blocks[:, 0].var() / blocks[:, [0, -1]].var()
    check("first order as openturns' Saltelli", near(ours["s1"], np.array(theirs[0].getFirstOrderIndices()) * scale, 0.01),
          f"{ours['s1']} {theirs[0].getFirstOrderIndices()}")
    check("total order as openturns' Jansen", near(ours["st"], np.array(theirs[1].getTotalOrderIndices()) * scale, 1e-6),
          f"{ours['st']} {theirs[1].getTotalOrderIndices()}")


# ---- Morris ---------------------------------------------------------------------------------------------------------------------


def test_morris(folder):
    path, u = swept(folder, "morris", 40, 5, levels=8)
    slopes = np.array([4.0, -2.0, 1.0, 0.0, 0.5])
    outcome(path, (u @ slopes)[:, None])
    found = analysed(path, resamples=200)
    check("a linear function: mu* is its slopes", near(found.indices["mu_star"], np.abs(slopes), 1e-9), found.indices["mu_star"])
    check("a linear function: mu has the sign", near(found.indices["mu"], slopes, 1e-9))
    check("a linear function: no sigma", near(found.indices["sigma"], 0, 1e-6), found.indices["sigma"])
    outcome(path, (3 * u[:, 0] * u[:, 1])[:, None])
    found = analysed(path, resamples=200)
    # The effect of x0 is 3 x1, with x1 uniform on the levels 0, 1/7, ..., 1: mean 1.5, sd 3 x 0.327.
    check("a product: mu*", near(found.indices["mu_star"][:2], 1.5, 0.45), found.indices["mu_star"])
    check("a product: sigma", near(found.indices["sigma"][:2], 3 * np.std(np.arange(8) / 7), 0.3), found.indices["sigma"])
    check("a product: nothing else", near(found.indices["mu_star"][2:], 0, 1e-12))


def test_morris_replicates(folder):
    path, u = swept(folder, "morris", 60, 3, 10)
    rng = np.random.default_rng(2)
    y = (u @ [2.0, 1.0, 0.0])[:, None] + rng.standard_normal(10) + 0.3 * rng.standard_normal((len(u), 10))
    outcome(path, y)
    found = analysed(path, resamples=200)
    # An effect's luck has sd 0.3 sqrt(2) / (2 / 3) = 0.64, over ten replicates 0.2: most of sigma, were it not taken out.
    check("with luck: mu*", near(found.indices["mu_star"][:2], [2, 1], 0.1), found.indices["mu_star"])
    check("with luck: sigma is without it", near(found.indices["sigma"], 0, 0.1), found.indices["sigma"])


def test_held_axis(folder):
    for kind, n in (("morris", 10), ("sobol", 64)):
        path, u = swept(folder, kind, n, 3, sets=["model.base=0.5"])
        outcome(path, (u @ [2.0, 1.0, 0.5])[:, None])
        found = analysed(path, resamples=100)
        index = found.indices["mu_star" if kind == "morris" else "st"]
        check(f"{kind}: an axis that --set holds has no effect", index[1] == 0 and index[0] > 10 * index[1], index)


# ---- the verb -------------------------------------------------------------------------------------------------------------------


def klynge(*arguments):
    return in_process.call(verb, *arguments)


def test_verb(folder):
    path, u = swept(folder, "sobol", 128, 3, 2)
    rng = np.random.default_rng(1)
    outcome(path, ishigami(u)[:, None] + rng.standard_normal((len(u), 2)))
    code, out, _ = klynge(path, "--observables", "made", "--json")
    rows = json.loads(out)
    keys = {"observable", "scenario", "parameter", "s1", "s1_low", "s1_high", "st", "st_low", "st_high", "parameter_variance",
            "replicate_variance"}
    check("JSON: a list, a row for each parameter", code == 0 and len(rows) == 3 and all(set(row) == keys for row in rows), rows)
    check("JSON: the strongest first", [row["st"] for row in rows] == sorted((row["st"] for row in rows), reverse=True))
    code, out, _ = klynge(path, "--observables", "made", "--top", "2", "-o", folder / "a.png")
    check("text", code == 0 and "and 1 more" in out and "first order" in out and "replicates" in out, out)
    check("a figure", (folder / "a.png").stat().st_size > 10000)
    mean = json.loads(klynge(path, "--observables", "made", "--json", "--mean")[1])
    with h5py.File(path) as file:
        times = len(file["time"])
    check("means over the run", near(mean[0]["parameter_variance"] * times**2 / rows[0]["parameter_variance"], 1, 1e-9))
    check("markdown", klynge(path, "--observables", "made", "--markdown")[1].startswith("**made: mean"))
    with h5py.File(path, "r+") as file:
        file["status"][0, 7, 1] = 1
    code, out, _ = klynge(path, "--observables", "made")
    check("a failed run takes its block out", code == 0 and "127 blocks" in out and "1 blocks with runs" in out, out)


def test_mistakes(folder):
    path, u = swept(folder, "sobol", 4, 2)
    outcome(path, u[:, :1])

    def says(sentence, *arguments, code=2):
        found, out, err = klynge(*arguments)
        check(f"refuses: {sentence}", found == code and sentence in err and not out and err.count("\n") == 1, f"{found} {err}{out}")

    says("no FILE is given", "--json")
    says("did you mean made?", path, "--observables", "maed")
    says("one of them at a time", path, "--time", "2020", "--mean")
    says("one format", path, "--json", "--markdown")
    says("cannot find the file", folder / "none.h5")
    says("expected a whole number from 1", path, "--top", "0")
    with h5py.File(path, "r+") as file:
        file["status"][...] = 1
    says("0 of 4 blocks", path, "--observables", "made")
    with h5py.File(path, "r+") as file:
        file["param_model_rate"][0, 1] = 0.123
    says("not in the order of a sobol design", path)
    with h5py.File(path, "r+") as file:
        file.attrs["design_kind"] = "latin_hypercube"
    says("found a design of kind latin_hypercube", path)
    with h5py.File(path, "r+") as file:
        del file.attrs["design_kind"]
    says("found no design", path)


verb = in_process.load("sensitivity")
work = pathlib.Path(tempfile.mkdtemp(prefix="klynge-sensitivity."))
try:
    for test in (test_known_functions, test_replicates, test_morris, test_morris_replicates, test_held_axis, test_verb, test_mistakes):
        test(work)
    test_coverage()
    test_openturns()
finally:
    shutil.rmtree(work)
sys.exit(end())
