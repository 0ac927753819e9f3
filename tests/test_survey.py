"""`klynge survey` on populations whose answer is known: test_survey.py BUILD. Last line "N passed, N failed"."""
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERB = pathlib.Path(sys.argv[1]).resolve() / "klynge"
sys.path.insert(0, str(ROOT / "analysis"))
sys.dont_write_bytecode = True
from klynge_analysis import survey  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

TIME = 2021.25


MODULE = in_process.load("survey")


def klynge(*arguments):
    return in_process.call(MODULE, *arguments)


def said(*arguments):
    found = klynge(*arguments, "--json")
    check("it ends with 0", found.code == 0, found.err)
    return json.loads(found.out)


def firms(n, **given):
    """One run's members: {field: (n)}; all alike but for what is given."""
    columns = {"cluster": 0, "entered": 2018.25, "known_to_staff": 0.5, "joint_events_total": 30.0, "understanding": 0.7,
               "anchoring": 0.7, "utilisation": 0.3, "reported": 0.3} | given
    return {"uid": np.arange(n)} | {name: np.broadcast_to(np.asarray(values), (n,)) for name, values in columns.items()}


def write(path, runs, times=(TIME,), scenarios=("act",), failed_runs=(), leave=()):
    """A result file with a panel of the same runs at all times and in all scenarios."""
    rows = [firms_ | {"scenario_index": np.full(len(firms_["uid"]), s), "point_index": np.zeros(len(firms_["uid"]), dtype=int),
                      "replicate_index": np.full(len(firms_["uid"]), k), "snapshot_time": np.full(len(firms_["uid"]), time)}
            for s in range(len(scenarios)) for time in times for k, firms_ in enumerate(runs)]
    with h5py.File(path, "w") as file:
        file.attrs["klynge_schema"] = 1
        file["scenario"] = [name.encode() for name in scenarios]
        file["time"] = 2017 + 8 / 12 + np.arange(1, 61) / 12
        status = np.zeros((len(scenarios), 1, len(runs)), dtype=np.int8)
        status[..., list(failed_runs)] = 2
        file["status"] = status
        for name in rows[0]:
            if name not in leave:
                file[f"panel/{name}"] = np.concatenate([row[name] for row in rows])
    return path


def by_hand():
    def order(u, a, reported):
        return bool(survey.in_order(survey.cell_means(*(np.array([x]) for x in (u, a, reported))))[0])
    check("HH > mixed > LL", order([0.9, 0.9, 0.1, 0.1], [0.9, 0.1, 0.9, 0.1], [0.8, 0.4, 0.6, 0.1]))
    check("mixed above HH is another order", not order([0.9, 0.9, 0.1], [0.9, 0.1, 0.1], [0.5, 0.6, 0.1]))
    check("mixed equal to LL is no order", not order([0.9, 0.9, 0.1], [0.9, 0.1, 0.1], [0.5, 0, 0]))
    check("equal is no order", not order([0.9, 0.1], [0.9, 0.1], [0, 0]))
    check("an empty mixed cell is passed over", order([0.9, 0.1], [0.9, 0.1], [0.5, 0.4]))
    check("and HH must lead then too", not order([0.9, 0.1], [0.9, 0.1], [0.4, 0.5]))
    check("one cell alone shows no order", not order([0.9, 0.8], [0.9, 0.8], [0.4, 0.5]))
    rng = np.random.default_rng(2)
    u, a = rng.random((2, 1, 15))
    check("phi is Pearson's of the halves", np.isclose(survey.phi(u, a)[0], stats.pearsonr(u[0] >= 0.5, a[0] >= 0.5)[0]))
    check("of one half only there is no phi", np.isnan(survey.phi(u, np.ones((1, 15)))[0]))
    halves = {n: [k for k in range(n + 1) if survey.about_half(k / n)] for n in (15, 40)}
    check("half of 15 is 7 or 8, of 40 it is 18 to 22", halves == {15: [7, 8], 40: [18, 19, 20, 21, 22]}, halves)
    low, high = survey.exact_interval(7, 15)[0], survey.exact_interval(8, 15)[1]
    check("7 or 8 of 15 is 0.21 to 0.79, as the evidence says", (round(low, 2), round(high, 2)) == (0.21, 0.79), (low, high))
    exact = stats.binomtest(3, 20).proportion_ci(method="exact")
    check("the exact interval is scipy's", np.allclose(survey.exact_interval(3, 20), exact))
    check("it ends at 0 and 1", survey.exact_interval(0, 9)[0] == 0 and survey.exact_interval(9, 9)[1] == 1)
    first = survey.first_of(np.tile(np.log([1.0, 3.0]), (20000, 1)), 1, rng)
    check("chances are in proportion to weights", abs(first.mean() - 0.75) < 0.015, first.mean())  # 5 sd of 20000 draws
    check("draws are spread over runs", survey.per_run(7, 3) == [3, 2, 2])


def luck_alone(folder):
    """All known alike, no bias, no error: the number lacking anchoring is hypergeometric, whatever the engagement."""
    one = firms(40, anchoring=np.where(np.arange(40) < 18, 0.3, 0.7), joint_events_total=np.arange(40) ** 2.0)
    found = said(write(folder / "luck.h5", [one] * 4), "--bias", 0, "--error", 0, "--draws", 8000)
    counts, expected = np.array(found["survey"]["lacking"]["counts"]), 8000 * stats.hypergeom(40, 18, 15).pmf(np.arange(16))
    likely = expected >= 5
    counts_, expected_ = (np.append(x[likely], x[~likely].sum()) for x in (counts, expected))
    p = stats.chisquare(counts_, expected_).pvalue
    check("the number lacking anchoring is hypergeometric", p > 1e-4, p)
    check("all of the population lacks as put in", found["population"]["lacking"] == [0.45] * 4)
    half = found["survey"]["frequencies"]["half"]
    check("7 or 8 as often as the distribution says", abs(half["mean"] - expected[7:9].sum() / 8000) < 0.03, half)  # 5 sd
    check("frequencies are means of runs with intervals of runs", half["low"] <= half["mean"] <= half["high"]
          and np.allclose([half["exact_low"], half["exact_high"]], survey.exact_interval(4 * half["mean"], 4)), half)


def always(folder):
    """Fifteen members, all asked: a population that shows Table 1 always shows it, and one in reverse never."""
    high = np.arange(15) >= 7
    for name, reported, share in (("always", np.where(high, 0.8, 0.2), 1), ("never", np.where(high, 0.2, 0.8), 0)):
        path = write(folder / f"{name}.h5", [firms(15, understanding=np.where(high, 0.9, 0.1), anchoring=np.where(high, 0.9, 0.1),
                                                   reported=reported)] * 5)
        found = said(path, "--error", 0, "--approached", 15, "--draws", 20)
        for part, expected in (("order", share), ("association", 1), ("half", 1), ("all", share)):
            got = found["survey"]["frequencies"][part]
            check(f"{name}: {part}", got["mean"] == got["low"] == got["high"] == expected, got)
            check(f"{name}: {part}, of all members", found["population"]["frequencies"][part]["mean"] == expected)
        got = found["survey"]["frequencies"]["all"]
        check("and is as sure as five runs make it", np.allclose([got["exact_low"], got["exact_high"]],
                                                                 stats.binomtest(5 * share, 5).proportion_ci(method="exact")))
        check("who asks all has no bias", all(abs(found["survey"]["biases"][m]["mean"]) < 1e-12 for m in survey.MEANS))


def strong_bias(folder):
    """Half of 60 engaged, and these have more of all: bias moves the means up, from 0 to nearly half of the difference."""
    busy = np.arange(60) >= 30
    one = firms(60, joint_events_total=np.where(busy, 100.0, 0.0), understanding=np.where(busy, 0.8, 0.4),
                anchoring=np.where(busy, 0.7, 0.3), utilisation=np.where(busy, 0.5, 0.1), reported=np.where(busy, 0.4, 0.0))
    path = write(folder / "biased.h5", [one] * 3)
    found = said(path, "--bias", 8, "--error", 0)["survey"]["biases"]
    check("with a strong bias all who answer are engaged", all(np.isclose(found[m]["mean"], 0.2) for m in survey.MEANS), found)
    check("reported is set against utilisation too", np.isclose(found["reported_for_v"]["mean"], 0.1))
    sweep = {(s["error"], s["bias"]): s for s in said(path)["sweep"]}
    means = [sweep[0.1, b]["biases"]["utilisation"]["mean"] for b in (0, 1, 2)]
    check("bias moves the means, and without it they stay", abs(means[0]) < 0.01 < 0.1 < means[1] < means[2], means)
    check("half report nothing", said(path)["population"]["reports_0"] == 0.5)
    check("bias and error are swept", len(sweep) == 9)
    found = said(write(folder / "answer.h5", [firms(18, utilisation=busy[21:39], joint_events_total=busy[21:39])] * 3),
                 "--bias", 8, "--interviews", 9)["survey"]["biases"]["utilisation"]
    check("of those approached the engaged answer", np.isclose(found["mean"], 0.5), found)
    known = one | {"known_to_staff": np.where(np.arange(60) % 2, 1.0, 0.0), "utilisation": np.arange(60) % 2 * 1.0}
    found = said(write(folder / "known.h5", [known] * 3), "--bias", 0)["survey"]["biases"]["utilisation"]
    check("management suggests whom it knows", np.isclose(found["mean"], 0.5), found)


def errors(folder):
    path = write(folder / "error.h5", [firms(30, anchoring=0.4)] * 4)
    found = {e: said(path, "--error", e, "--draws", 4000)["survey"]["lacking"]["mean"] for e in (0, 0.1, 0.2)}
    expected = {0: 1.0, 0.1: stats.norm.cdf(1), 0.2: stats.norm.cdf(0.5)}
    # 60000 readings: 5 sd are 0.01
    check("a reading errs by a normal number", all(abs(found[e] - expected[e]) < 0.01 for e in found), found)
    check("the same seed draws the same", klynge(path, "--seed", 3).out == klynge(path, "--seed", 3).out)
    check("another seed draws others", klynge(path, "--seed", 3).out != klynge(path, "--seed", 4).out)


def files(folder):
    runs = [firms(20, utilisation=v) for v in (0.1, 0.2, 0.9)]
    path = write(folder / "several.h5", runs, times=(2020.25, 2021.5, 2022.25), scenarios=("act", "open"), failed_runs=[2])
    found = said(path, "--scenario", "open", "--figure", folder / "several.png")
    check("the nearest snapshot is taken", found["time"] == 2021.5)
    check("a failed run is left out", found["runs"] == 2 and np.isclose(found["population"]["means"]["utilisation"], 0.15))
    check("there is a picture", (folder / "several.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n")
    for form in ((), ("--markdown",)):
        text = klynge(path, "--scenario", "act", *form).out
        check("the tables say it", "7 or 8 of 15 lack anchoring" in text and max(map(len, text.splitlines()[:-1])) < 131, text)
    alone = subprocess.run([VERB, "survey", path, "--scenario", "act", "--json"], stdin=subprocess.DEVNULL, capture_output=True,
                           text=True)
    check("klynge finds the verb", alone.returncode == 0 and json.loads(alone.stdout)["runs"] == 2, alone.stderr)


def bad_input(folder):
    good, several = folder / "luck.h5", folder / "several.h5"
    (folder / "text.h5").write_text("no HDF5 file")
    (folder / "cut.h5").write_bytes(good.read_bytes()[:3000])
    made = {"bare": write(folder / "bare.h5", [firms(20)] * 2), "short": write(folder / "short.h5", [firms(20)] * 2),
            "unknown": write(folder / "unknown.h5", [firms(20)] * 2, leave=["reported"]),
            "nan": write(folder / "nan.h5", [firms(20, reported=np.nan)] * 2), "one": write(folder / "one.h5", [firms(20)]),
            "clusters": write(folder / "clusters.h5", [firms(20, cluster=np.arange(20) % 2)] * 2),
            "failed": write(folder / "failed.h5", [firms(20)] * 2, failed_runs=[0, 1])}
    with h5py.File(made["bare"], "a") as file:
        del file["panel"]
    with h5py.File(made["short"], "a") as file:
        del file["panel/anchoring"]
        file["panel/anchoring"] = [0.5]
    cases = [((), 2, "no FILE"), ((folder / "none.h5",), 2, "cannot find the file"),
             ((folder / "text.h5",), 2, "not an HDF5 file"),
             ((folder / "cut.h5",), 4, "cannot"), ((folder,), 2, "no regular file"),
             ((made["bare"],), 2, "output.panel_runs=200"),
             ((made["short"],), 4, "differ in length"), ((made["unknown"],), 4, "panel/reported is missing"),
             ((made["nan"],), 2, "reported of some firms is missing"), ((made["one"],), 2, "takes 2 or more"),
             ((made["clusters"],), 2, "found 2 clusters"), ((made["failed"],), 2, "no snapshot"),
             ((several,), 2, "found 2 scenarios"),
             ((several, "--scenario", "opne"), 2, "did you mean open?"),
             ((good, "--time", 2024), 2, "no snapshot of firms within"),
             ((good, "--time", "soon"), 2, "a year"), ((good, "--interviews", 19), 2, "at least --interviews"),
             ((good, "--approached", 41), 2, "the smallest run has 40"), ((good, "--interviews", "1.5"), 2, "a whole number"),
             ((good, "--draws", 3), 2, "there are 4 runs"), ((good, "--draws", 0), 2, "a whole number"),
             ((good, "--bias", "nan"), 2, "a number"), ((good, "--error", -1), 2, "a number"),
             ((good, "--seed", -1), 2, "a whole"),
             ((good, "--json", "--markdown"), 2, "one format"), ((good, "--biass", 1), 2, "--bias?"),
             ((good, "--figure", folder / "x.xyz"), 2, "xyz"), ((good, "--figure", folder / "no" / "x.png"), 4, "cannot write"),
             (("--help",), 0, "")]
    for arguments, code, text in cases:
        found = klynge(*arguments)
        right = found.code == code and text in found.err and len(found.err.strip().splitlines()) == (1 if code else 0)
        check(f"{' '.join(str(a).rpartition('/')[2] for a in arguments) or 'nothing'}: exit {code}", right,
              (found.code, found.err))
        if code:
            check("and nothing on stdout", found.out == "")


with tempfile.TemporaryDirectory(prefix="klynge-test.") as name:
    by_hand()
    for group in (luck_alone, always, strong_bias, errors, files, bad_input):
        group(pathlib.Path(name))
sys.exit(end())
