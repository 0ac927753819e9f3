"""The verb `compare`: numbers against scipy by hand, false alarms, coverage, errors.  compare.py PATH/TO/klynge

Expected numbers come from scipy called here another way, from arithmetic, or from how the data were made. Statistical bands are so wide
that a right program fails one in a million times (ONE_IN); seeds are fixed. The last line is "N passed, N failed".
"""
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from scipy import stats

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "analysis"))

from klynge_analysis import compare, compare_output, sequential  # noqa: E402
from klynge_analysis.ensemble import MAIN, Ensemble, Moment  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

KLYNGE = os.path.abspath(sys.argv[1])
ONE_IN = 1e-6
ALPHA = 0.05
# ---- running -------------------------------------------------------------------------------------------------------------


def call(*arguments):
    return in_process.call(VERB, *arguments)


def klynge(*arguments, **more):
    return subprocess.run([KLYNGE, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)


def make(path, config, *options):
    found = klynge("run", config, "-o", path, "-q", "--force", *options)
    if found.returncode:
        sys.exit(f"cannot make {path}: {found.stderr}")


TINY = """
base = "%s/configs/act-open.cfg";
run = { end = "2019-09"; };
scenarios = (
  { name = "base"; question = "What is there?"; },
  { name = "twin"; },
  { name = "forum"; question = "And with a forum?"; policies = { forum = { on = true; }; }; },
  { name = "no-cluster-at-all"; policies = { gatherings = { on = false; }; }; }
);
"""


# ---- numbers -------------------------------------------------------------------------------------------------------------


def close(a, b, tolerance=1e-9):
    return abs(a - b) <= tolerance * max(1, abs(b))


def statistics_by_hand():
    rng = np.random.default_rng(1)
    luck = rng.normal(size=12)
    a, b = 5 + luck + 0.3 * rng.normal(size=12), 5.4 + luck + 0.3 * rng.normal(size=12)
    d = compare.compare_pairs(a, b, 0.9, precision=0.05)
    t = stats.ttest_rel(b, a)
    low, high = t.confidence_interval(0.9)
    check("difference and t interval are scipy's ttest_rel", close(d.difference, b.mean() - a.mean()) and close(d.low_difference, low)
          and close(d.high_difference, high) and close(d.p, t.pvalue), d)
    whole = stats.ttest_1samp(b, 0).confidence_interval(0.9)
    check("the scenario's mean has its own t interval", close(d.mean, b.mean()) and close(d.low, whole.low) and close(d.high, whole.high))
    boot = stats.bootstrap((b - a,), np.mean, confidence_level=0.9, n_resamples=9999, method="BCa",
                           random_state=np.random.default_rng(5)).confidence_interval
    check("the bootstrap interval is BCa's, up to resampling", abs(d.low_bootstrap - boot.low) < 0.02 and
          abs(d.high_bootstrap - boot.high) < 0.02, (d, boot))
    check("effect sizes: in SDs of the baseline, and d_z", close(d.effect_size, d.difference / np.std(a, ddof=1)) and
          close(d.effect_size_paired, t.statistic / 12**0.5))
    check("variance ratio: unpaired over paired", close(d.variance_ratio, (a.var(ddof=1) + b.var(ddof=1)) / (b - a).var(ddof=1)))
    sd = (b - a).std(ddof=1)
    need = [n for n in range(2, 2000) if stats.t.ppf(0.95, n - 1) * sd / n**0.5 <= 0.05][0]
    check("needed: the fewest replicates with that half-width, by trying them all", d.n_needed == need, (d.n_needed, need))
    free = compare.compare_pairs(a, b, 0.9)
    half = abs(free.difference) / 2
    need = [n for n in range(2, 2000) if stats.t.ppf(0.95, n - 1) * sd / n**0.5 <= half][0]
    check("without a precision: half of the difference", free.n_needed == need, (free.n_needed, need))


def missing_and_constant():
    nan = np.nan
    d = compare.compare_pairs(np.array([1.0, nan, 2, 4]), np.array([2.0, 5, nan, 6]))
    check("pairs need both values", d.n == 2 and d.difference == 1.5, d)
    d = compare.compare_pairs(np.array([1.0, nan]), np.array([nan, 2.0]))
    check("no pair: nothing is known", d.n == 0 and d.verdict(0.95) == compare.UNKNOWN and np.isnan(d.difference), d)
    x = np.array([0.1, 0.7, 0.3])
    d = compare.compare_pairs(x, x.copy())
    check("the same values: difference 0, p 1, identical", d.difference == d.low_difference == d.high_difference == d.effect_size == 0
          and d.p == 1 and d.verdict(0.95) == compare.IDENTICAL, d)
    d = compare.compare_pairs(x, x + 0.2)
    check("the same shift in every pair: rounding is no spread", close(d.low_difference, 0.2) and d.p == 0 and d.n_needed == 2
          and np.isnan(d.effect_size_paired), d)


def weak_pairing():
    rng = np.random.default_rng(3)
    luck, row = rng.normal(size=200), compare.Row
    c = compare.Comparison("f", "a", 0.95)
    for name, b in (("paired", luck + 0.1 * rng.normal(size=200)), ("alone", rng.normal(size=200))):
        c.rows.append(row(name, "1", "b", 0, None, False, compare.compare_pairs(luck, b, resamples=0)))
    check("where pairing hardly pays is pointed out, and nowhere else", "below 2) for alone:" in compare_output.pairing_in_words(c),
          compare_output.pairing_in_words(c))


def holm_by_hand():
    p = [0.01, 0.04, 0.03, 0.005, np.nan]
    rows = [compare.Difference(n=3, p=x, p_adjusted=x) for x in p]
    n = compare.adjust(rows)
    # Sorted .005 .01 .03 .04 times 4 3 2 1, each at least what came before: .02 .03 .06 .06
    wanted = [0.03, 0.06, 0.06, 0.02]
    check("Holm's adjustment, by hand", n == 4 and all(close(r.p_adjusted, w) for r, w in zip(rows, wanted)) and
          np.isnan(rows[4].p_adjusted), [r.p_adjusted for r in rows])
    rows = [compare.Difference(n=3, p=x, p_adjusted=x) for x in (0.01, 0.2)]
    compare.adjust(rows, looks=3)
    check("looks multiply p before Holm", close(rows[0].p_adjusted, 0.06) and close(rows[1].p_adjusted, 0.6))


def moments():
    monthly, yearly = 2018 + np.arange(1, 61) / 12, np.arange(2019.0, 2024)
    check("by default a state is read at the end, a rate over 24 months",
          Moment().span(monthly, False) == (59, 59) and Moment().span(monthly, True) == (36, 59))
    check("at a time: the last tick until then, rates over 12 months",
          Moment(at=2020.5).span(monthly, False) == (29, 29) and Moment(at=2020.5).span(monthly, True) == (18, 29))
    check("a window holds the ticks that end in it", Moment(window=(2019.0, 2020.0)).span(monthly, False) == (12, 23))
    check("nothing to read is said so", Moment(window=(2020.1, 2020.9)).span(yearly, False) is None and
          Moment(at=2018.0).span(monthly, True) is None)


# ---- a file --------------------------------------------------------------------------------------------------------------


def file_by_hand(path):
    code, out, err = call(path, "-b", "base", "--json")
    check("compare --json is one line", code == 0 and out.count("\n") == 1 and not err, err)
    found = json.loads(out, parse_constant=lambda c: sys.exit("not JSON: " + c))
    keys = "name scenario point time mean low high n difference low_difference high_difference effect_size p_adjusted n_needed cost".split()
    check("its entries have the keys of the contract, in order, first", all(list(o)[:15] == keys for o in found["observables"]))
    check("each main observable of each scenario stands there once", len(found["observables"]) == 3 * len(MAIN) == found["comparisons"] and
          len({(o["name"], o["scenario"]) for o in found["observables"]}) == 3 * len(MAIN))
    with h5py.File(path, "r") as file:
        wrong = [o for o in found["observables"] if not entry_is_right(file, o)]
    check("means, differences and intervals are what h5py and scipy say", not wrong, wrong[:2])
    with h5py.File(path, "r") as file:
        money = file["cost/money"][()].sum(axis=(3, 4))[:, 0] / 2  # 24 months
        forum = [o for o in found["observables"] if o["scenario"] == "forum"][0]["cost"]
        check("costs a year, and their difference", close(forum["money"], money[2].mean()) and
              close(forum["money_difference"], (money[2] - money[0]).mean()), forum)


def entry_is_right(file, o):
    data = file[o["name"]]
    times = file["time" if data.shape[3] == file["time"].shape[0] else "time_network"][()]
    rate = data.attrs["cell_methods"] in (b"time: mean", "time: mean")
    x = data[:, 0, :, -24:].mean(axis=-1) if rate else data[:, 0, :, -1]
    s = [n.decode() for n in file["scenario"][()]].index(o["scenario"])
    d = x[s] - x[0]
    good = o["n"] == len(d) and close(o["time"], times[-1]) and close(o["mean"], x[s].mean()) and close(o["difference"], d.mean())
    if not d.std() > 1e-12:
        return good and o["low_difference"] == o["difference"]
    low, high = stats.ttest_rel(x[s], x[0]).confidence_interval(0.95)
    return good and close(o["low_difference"], low) and close(o["high_difference"], high)


def twins(path):
    code, out, _ = call(path, "-b", "base", "-a", "twin", "--json", "--observables", "all")
    rows = json.loads(out)["observables"]
    known = [o for o in rows if o["n"] > 1]
    check("a scenario under another name: every difference is exactly 0", code == 0 and len(known) > 50 and
          all(o["difference"] == o["low_difference"] == o["high_difference"] == o["low_bootstrap"] == 0 for o in known))
    check("and no alarm", all(o["p_adjusted"] == 1 and o["verdict"] == "identical" for o in known))
    check("it is said in words", "nothing differs" in call(path, "-b", "base", "-a", "twin")[1])


def prints(path):
    for more in ([], ["--window", "2018-01:2019-01"], ["--time", "2019"], ["--additionality"]):
        code, out, err = call(path, "-b", "base", "-a", "forum", *more)
        check(f"text in 100 columns {' '.join(more)}", code == 0 and not err and max(map(len, out.splitlines())) <= 100
              and not any(line.endswith(" ") for line in out.splitlines()), (err, [x for x in out.splitlines() if len(x) > 100]))
    code, out, _ = call(path, "-b", "base", "-a", "forum", "--markdown")
    table = [line for line in out.splitlines() if line.startswith("|")]
    check("Markdown: rows of equally many cells", code == 0 and len(table) > 14 and len({line.count("|") for line in table}) == 1)
    code, out, _ = call(path, "-b", "base", "-a", "forum")
    check("what is within noise is said in words", "Within noise: " in out)
    code, out, _ = call(path, "-b", "base", "--additionality")
    check("additionality: gross activity is not, and a scenario without a cluster has none", "not additionality" in " ".join(out.split()) and
          "% added" in out and "no-cluster-at-all:" not in out, out)
    code, _, err = call(path, "-b", "base", "--figure", "f.png", "--observables", "trust,exits")
    with open("f.png", "rb") as file:
        check("--figure draws a PNG and leaves nothing else", code == 0 and file.read(4) == b"\x89PNG" and
              [f for f in os.listdir(".") if f.startswith("f.png")] == ["f.png"], err)
    code, _, err = call(path, "-b", "base", "--figure", "f.png", "--observables", "trust,exits")
    check("a figure that exists is refused", code == 2 and "f.png exists; --force replaces it" in err, err)
    code, _, err = call(path, "-b", "base", "--figure", "f.png", "--observables", "trust,exits", "--force")
    check("and replaced with --force", code == 0, err)
    code, out, _ = call("--help")
    check("--help teaches in 100 columns", code == 0 and "examples:" in out and "exit codes:" in out and
          max(map(len, out.splitlines())) <= 100)


# ---- errors --------------------------------------------------------------------------------------------------------------


def refuses(sentence, code, words, *arguments):
    found, out, err = call(*arguments)
    check(sentence, found == code and words in err and not out and err.count("\n") == 1 and "Traceback" not in err, (found, err))


def errors(path, single):
    refuses("no file, exit 2", 2, "no FILE is given", "-b", "base")
    refuses("no baseline, exit 2", 2, "add --baseline NAME", path)
    refuses("unknown baseline: the nearest is suggested, exit 2", 2, "did you mean base?", path, "-b", "bsae")
    refuses("unknown scenario: those there are, exit 2", 2, "there are: base, twin", path, "-b", "base", "-a", "xylophone")
    refuses("the baseline against itself, exit 2", 2, "that is the baseline", path, "-b", "base", "-a", "base")
    refuses("unknown observable: the nearest, exit 2", 2, "did you mean trust?", path, "-b", "base", "--observables", "tust")
    refuses("one replicate only, exit 2", 2, "1 replicate of", single, "-b", "base")
    refuses("a file that is not there, exit 2", 2, "cannot find", "nowhere.h5", "-b", "base")
    refuses("a folder, exit 2", 2, "no regular file", ".", "-b", "base")
    for name, text in (("empty.h5", b""), ("text.h5", b"trust;overview\n")):
        with open(name, "wb") as file:
            file.write(text)
    refuses("an empty file, exit 2", 2, "is empty", "empty.h5", "-b", "base")
    refuses("another program's file, exit 2", 2, "not an HDF5 file", "text.h5", "-b", "base")
    with h5py.File("other.h5", "w") as file:
        file["trust"] = [1.0]
    refuses("another program's HDF5 file, exit 2", 2, "klynge did not write", "other.h5", "-b", "base")
    with h5py.File(path, "r") as old, h5py.File("part.h5", "w") as file:
        for name in ("scenario", "status", "time"):
            old.copy(name, file, expand_refs=False)
        file.attrs["klynge_schema"] = 1
    refuses("none of the observables, exit 2", 2, "has none of", "part.h5", "-b", "base")
    with open(path, "rb") as old, open("cut.h5", "wb") as file:
        file.write(old.read(os.path.getsize(path) // 2))
    refuses("a file that is cut short, exit 4", 4, "cut.h5", "cut.h5", "-b", "base")
    damaged(path)
    for option, value in (("--level", "2"), ("--time", "soon"), ("--window", "2019:2018"), ("--precision", "-1"), ("--observables", ",")):
        refuses(f"{option} {value}, exit 2", 2, "expected", path, "-b", "base", f"{option}={value}")
    refuses("an unknown option: the nearest, exit 2", 2, "did you mean --baseline?", path, "--basline", "base")
    refuses("a time before the run, exit 2", 2, "nothing to read then", path, "-b", "base", "--time", "1990")
    refuses("options of --until-halfwidth alone, exit 2", 2, "goes with --until-halfwidth", path, "-b", "base", "--seed", "3")
    refuses("--until-halfwidth without a place for runs, exit 2", 2, "add -o OUT.h5", "tiny.cfg", "-b", "base", "--until-halfwidth", "5%")
    refuses("an existing output, exit 2", 2, "--force replaces it", "tiny.cfg", "-b", "base", "--until-halfwidth", "5%", "-o", path)
    refuses("a figure of unknown kind, exit 2", 2, "--figure", path, "-b", "base", "--figure", "f.xyz", "--observables", "trust")
    refuses("a figure where nothing can be written, exit 4", 4, "--figure", path, "-b", "base", "--figure", "no/f.png", "--observables",
            "trust")
    found = klynge("compare", path, "-b", "base", "--observables", "trust")
    check("`klynge compare` finds it beside the program", found.returncode == 0 and "overview" not in found.stdout, found.stderr)
    with open("/dev/full", "w") as full:
        found = subprocess.run([KLYNGE, "compare", path, "-b", "base"], stdout=full, stderr=subprocess.PIPE, text=True)
    check("a full standard output, exit 4", found.returncode == 4 and found.stderr.startswith("klynge compare: cannot write"), found.stderr)


def damaged(path):
    """One byte of an observable turned round: fletcher32 tells."""
    shutil.copy(path, "bent.h5")
    with h5py.File("bent.h5", "r") as file:
        place = file["trust"].id.get_chunk_info(0).byte_offset
    with open("bent.h5", "r+b") as file:
        file.seek(place + 100)
        byte = file.read(1)
        file.seek(place + 100)
        file.write(bytes([byte[0] ^ 255]))
    refuses("a damaged observable, exit 4", 4, "cannot read trust", "bent.h5", "-b", "base")


# ---- false alarms --------------------------------------------------------------------------------------------------------


def band(n, rate):
    """How many of n a rate gives, but for one in a million."""
    return stats.binom.ppf([ONE_IN / 2, 1 - ONE_IN / 2], n, rate)


def false_alarms(config):
    """Scenarios alike in law with independent seeds: 400 runs of one config are dealt anew for each comparison, a baseline and three
    scenarios of 25 replicates each, on real observables."""
    make("law.h5", config, "--replicates", "400", "--set", "run.end=2019-09")
    ensemble = Ensemble("law.h5")
    values = {name: ensemble.read(name, Moment())[0][0, 0] for name in MAIN}
    values = {name: x for name, x in values.items() if np.isfinite(x).all() and x.std() > 1e-9}
    rng, many, n = np.random.default_rng(7), 400, 25
    gc.freeze()  # statsmodels collects garbage at every adjustment
    alone, family = dict.fromkeys(values, 0), 0
    for _ in range(many):
        dealt = rng.permutation(400)[:4 * n].reshape(4, n)
        rows = [(name, compare.compare_pairs(x[dealt[0]], x[dealt[k]], resamples=0)) for name, x in values.items() for k in (1, 2, 3)]
        for name, d in rows[::3]:  # one scenario each: those of one baseline hang together
            alone[name] += d.p < ALPHA
        compare.adjust([d for _, d in rows])
        family += any(d.verdict(0.95) == compare.DIFFERS for _, d in rows)
    low, high = band(many, ALPHA)
    check(f"false alarms of one comparison: 5 % ({many} each, {low:.0f} to {high:.0f} are due)", len(values) >= 10 and
          all(low <= n <= high for n in alone.values()), alone)
    check(f"false alarms of a family of {len(values) * 3}, by Holm: at most 5 %", family <= high, family)
    print(f"        p < 0.05: {100 * np.mean(list(alone.values())) / many:.1f} % of comparisons alone ("
          f"{100 * min(alone.values()) / many:.1f} to {100 * max(alone.values()) / many:.1f} by observable), {100 * family / many:.1f} % of "
          "families")


# ---- replicates until an interval is narrow --------------------------------------------------------------------------------


def coverage(draws, truth, wanted, schedule, n_looks):
    """How many of `draws` (case, n) have the truth in the interval at which the rule stops, and the mean number of replicates."""
    precision = compare.Precision(str(wanted))
    going = np.full(len(draws), True)
    hits = taken = 0
    for n in schedule:
        x = draws[:, :n]
        stops = going & (sequential.is_narrow(x, x, precision, 0.95, n_looks) | (n == schedule[-1]))
        half = compare.half_width(x.std(ddof=1, axis=1), n, sequential.level_of_one(0.95, n_looks))
        hits += (stops & (np.abs(x.mean(axis=1) - truth) <= half)).sum()
        taken += n * stops.sum()
        going &= ~stops
    return hits, taken / len(draws)


def sequential_rule():
    check("looks double and end at the most", sequential.looks(20, 640) == [20, 40, 80, 160, 320, 640] and
          sequential.looks(20, 100) == [20, 40, 80, 100] and sequential.looks(20, 5) == [5])
    rng, many, schedule = np.random.default_rng(11), 2000, sequential.looks()
    low, _ = band(many, 0.95)
    widths = np.geomspace(0.08, 0.7, 12)
    for name, draws in (("normal", rng.normal(size=(many, 640))), ("exponential", rng.exponential(size=(many, 640)) - 1)):
        found = [coverage(draws, 0.0, h, schedule, len(schedule)) for h in widths]
        worst = min(hits for hits, _ in found)
        check(f"the interval at which it stops keeps its 95 %, whatever width is wanted: {name}", worst >= low, worst)
        without = min(coverage(draws, 0.0, h, schedule, 1)[0] for h in widths)
        print(f"        {name}: covers {100 * worst / many:.1f} % at worst, {found[0][1]:.0f} to {found[-1][1]:.0f} replicates; without the "
              f"correction {100 * without / many:.1f} %")
    check("a rule without the correction does not, so that this test can tell", without < low, without)


def until_halfwidth():
    code, out, err = call("tiny.cfg", "-b", "base", "-a", "forum", "--until-halfwidth", "10%", "--observable", "strong_ties", "-o", "until.h5",
                          "--max-replicates", "160", "--seed", "5", "-q", "--json")
    found = json.loads(out)
    said = found["until_halfwidth"]
    check("--until-halfwidth runs until it is narrow", code == 0 and said["reached"] and said["looks_planned"] == 4 and
          said["replicates"] in (20, 40, 80, 160), (code, err, said))
    row = next(o for o in found["observables"] if o["name"] == "strong_ties" and o["scenario"] == "forum")
    half = (row["high_difference"] - row["low_difference"]) / 2
    check("its interval is as narrow as was wanted", half <= 0.1 * row["baseline_mean"] and row["n"] == said["replicates"], row)
    make("plain.h5", "tiny.cfg", "--replicates", "6", "--seed", "5")
    with h5py.File("until.h5", "r") as new, h5py.File("plain.h5", "r") as old:
        check("the first replicates are those of any other run of that seed", (new["digest"][:, :, :6] == old["digest"][()]).all())
    code, out, err = call("tiny.cfg", "-b", "base", "-a", "forum", "--until-halfwidth", "0.001%", "--observable", "strong_ties", "-o", "few.h5",
                          "--max-replicates", "20", "-q", "--json")
    check("when it is not reached that is said", code == 0 and not json.loads(out)["until_halfwidth"]["reached"] and "--max-replicates" in err,
          err)
    code, out, err = call("nowhere.cfg", "-b", "base", "--until-halfwidth", "5%", "-o", "none.h5", "-q")
    check("a config that is not there: `klynge run` says so and its code stays, exit 2", code == 2 and not out, err)
    refuses("an unknown baseline of a config, exit 2", 2, "did you mean base?", "tiny.cfg", "-b", "bse", "--until-halfwidth", "50%", "-o",
            "none.h5", "-q")


def main():
    with open("tiny.cfg", "w", encoding="utf-8") as file:
        file.write(TINY % ROOT)
    make("tiny.h5", "tiny.cfg", "--replicates", "6")
    make("one.h5", "tiny.cfg", "--replicates", "1")
    statistics_by_hand()
    missing_and_constant()
    holm_by_hand()
    weak_pairing()
    moments()
    file_by_hand("tiny.h5")
    twins("tiny.h5")
    prints("tiny.h5")
    errors("tiny.h5", "one.h5")
    false_alarms(os.path.join(ROOT, "configs", "act-open.cfg"))
    sequential_rule()
    until_halfwidth()
    return end()


if __name__ == "__main__":
    VERB = in_process.load("compare")
    sys.argv[0] = os.path.join(os.path.dirname(KLYNGE), "klynge-compare")  # where it looks for the program
    with tempfile.TemporaryDirectory(prefix="klynge-compare.") as work:
        os.chdir(work)
        status = main()
        os.chdir("/")
    sys.exit(status)
