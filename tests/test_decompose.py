"""`klynge decompose` on a 2 x 2 whose effects are known exactly: test_decompose.py BUILD. Last line "N passed, N failed".

Values are made: luck of the replicate (the same in all four scenarios) minus what the causes do, so that the expected numbers
are what was put in.
"""
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
from klynge_analysis.decompose import mean_with_interval, parts, share_of_fall  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

NAMES = ["growth-closure", "no-growth-open", "growth-open", "no-growth-closure"]  # in another order than the roles
FIRST, SECOND, TOGETHER = 0.2, 0.1, -0.04  # what growth and closure take alone, and what less or more together
N, START, TICK = 12, 2017 + 8 / 12, 1 / 12


def write(path, observables, failed_run=None):
    """A result file of 60 ticks: overview and the like, each (scenario, point, replicate, time)."""
    with h5py.File(path, "w") as file:
        file.attrs["klynge_schema"] = 1
        file["scenario"] = [name.encode() for name in NAMES]
        file["time"] = START + TICK * np.arange(1, 61)
        file["time"].make_scale("time")
        status = np.zeros((len(NAMES), 1, N), dtype=np.int8)
        if failed_run:
            status[failed_run[0], 0, failed_run[1]] = 2
        file["status"] = status
        for name, (values, cells, unit) in observables.items():
            file[name] = values
            file[name].attrs.update({"cell_methods": cells, "units": unit, "long_name": name})
            file[name].dims[3].attach_scale(file["time"])


def made(scale=1.0, noise=0.0):
    """(scenario, 1, N, 60): what the causes do grows with the tick's number, by `scale` in all at the 60th."""
    rng = np.random.default_rng(3)
    luck = 0.7 + 0.1 * rng.standard_normal((N, 1))
    take = {"no-growth-open": 0, "growth-open": FIRST, "no-growth-closure": SECOND, "growth-closure": FIRST + SECOND + TOGETHER}
    over_time = scale * np.arange(1, 61) / 60
    own = noise * rng.standard_normal((len(NAMES), N, 60))
    return np.array([[luck - take[name] * over_time + own[k]] for k, name in enumerate(NAMES)])


def klynge(*arguments):
    return in_process.call(MODULE, *arguments)


MODULE = in_process.load("decompose")


def near(a, b):
    return abs(a - b) < 1e-9


def known_effects(folder):
    path = folder / "known.h5"
    write(path, {"overview": (made(), "time: point", "1"), "sense_of_community": (made(0.5), "time: point", "1"),
                 "collaboration": (made(), "time: mean", "1/year")})
    found = klynge(path, "--json", "--time", START + 5, "--observables", "overview,sense_of_community,collaboration", "-o",
                   folder / "known.png")
    check("it reads the file and ends with 0", found.code == 0, found.err)
    overview, community, rate = json.loads(found.out)["observables"]
    expected = {"fall": 0.26, "first": FIRST, "second": SECOND, "interaction": TOGETHER, "shapley_first": 0.18,
                "shapley_second": 0.08}
    for part, size in expected.items():
        mean, low, high = (overview["parts"][part][key] for key in ("mean", "low", "high"))
        check(f"{part} is what was put in, and certain, since luck cancels in pairs",
              near(mean, size) and near(low, size) and near(high, size), mean)
        check(f"{part} of another scale", near(community["parts"][part]["mean"], size / 2), community["parts"][part])
        check(f"{part} of a rate is the mean of the last 12 months",
              near(rate["parts"][part]["mean"], size * np.arange(49, 61).mean() / 60))
    shares = {part: overview["shares"][part]["mean"] for part in expected if part != "fall"}
    check("shares are parts over the fall", all(near(share, expected[part] / 0.26) for part, share in shares.items()), shares)
    check("Shapley shares add up to 1", near(shares["shapley_first"] + shares["shapley_second"], 1))
    half = overview["over_time"]["first"]["mean"][29]
    check("over time: half of the effect after half of the time",
          near(half, FIRST / 2) and len(overview["over_time"]["time"]) == 60, half)
    alone = subprocess.run([VERB, "decompose", path, "--json", "--time", str(START + 5)], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True)
    check("klynge finds the verb", alone.returncode == 0 and json.loads(alone.stdout)["observables"][0] == overview, alone.stderr)
    check("there is a picture", (folder / "known.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n")
    for form in ((), ("--markdown",)):
        text = klynge(path, *form).out
        check("the tables say the Shapley shares", "69 %" in text and "31 %" in text, text)


def uncertain_effects(folder):
    path = folder / "noisy.h5"
    values = made(noise=0.05)
    write(path, {"overview": (values, "time: point", "1")}, failed_run=(2, 5))
    entry = json.loads(klynge(path, "--json", "--time", START + 5, "--observables", "overview").out)["observables"][0]
    check("a replicate that failed in one scenario is left out of all", entry["pairs"] == N - 1)
    y = {name: np.delete(values[k, 0, :, -1], 5) for k, name in enumerate(NAMES)}
    test = stats.ttest_1samp(y["no-growth-open"] - y["growth-open"], 0).confidence_interval(0.95)
    first = entry["parts"]["first"]
    check("intervals are Student's over pairs", near(first["low"], test.low) and near(first["high"], test.high), first)
    share = entry["shares"]["first"]
    check("a share has an interval around it", share["low"] < share["mean"] < share["high"], share)


def by_hand():
    found = parts(*(np.full(3, x) for x in (1.0, 0.7, 0.9, 0.5)))
    check("parts add up to the fall", np.allclose(found["first"] + found["second"] + found["interaction"], found["fall"]))
    check("Shapley values add up to the fall", np.allclose(found["shapley_first"] + found["shapley_second"], found["fall"]))
    nothing = np.array([-0.1, 0.1, 0.05, -0.05])
    check("of no fall there is no share", np.isnan(share_of_fall(nothing, nothing)).all())
    check("one known replicate has no interval", np.isnan(mean_with_interval(np.array([1.0, np.nan]))[1]))
    rng = np.random.default_rng(5)
    intervals = (share_of_fall(0.5 + 0.3 * z[0], 1 + 0.3 * z[1])[1:] for z in rng.standard_normal((200, 2, 40)))
    covered = [low <= 0.5 <= high for low, high in intervals]
    # of 200 intervals at 95 % fewer than 178 would cover once in several thousand tries
    check("intervals of a share cover it", sum(covered) >= 178, sum(covered))


def bad_input(folder):
    good = folder / "known.h5"
    (folder / "text.h5").write_text("no HDF5 file")
    with h5py.File(folder / "other.h5", "w") as file:
        file["x"] = [1.0]
    (folder / "cut.h5").write_bytes(good.read_bytes()[:3000])
    cases = [((), 2, "no FILE"), ((folder / "none.h5",), 2, "cannot find the file"),
             ((folder / "text.h5",), 2, "not an HDF5 file"),
             ((folder / "other.h5",), 2, "klynge did not write"), ((folder / "cut.h5",), 4, "cannot"),
             ((folder,), 2, "no regular file"),
             ((good, "--both", "growth"), 2, "has no scenario growth"),
             ((good, "--first", "no-growth-open"), 2, "both are no-growth-open"),
             ((good, "--observables", "overvew"), 2, "did you mean overview?"),
             ((good, "--time", "2050"), 2, "the file goes from"),
             ((good, "--time", "2010"), 2, "has no value"), ((good, "--time", "soon"), 2, "a year"),
             ((good, "--level", "2"), 2, "a level"),
             ((good, "--causes", "one"), 2, "two names"), ((good, "--json", "--markdown"), 2, "one format"),
             ((good, "--oout", "x"), 2, "--out?"),
             ((good, "-o", folder / "x.xyz"), 2, "xyz"), ((good, "-o", folder / "no" / "x.png"), 4, "cannot write"),
             (("--help",), 0, "")]
    for arguments, code, said in cases:
        found = klynge(*arguments)
        lines = found.err.strip().splitlines()
        right = found.code == code and said in found.err and len(lines) == (1 if code else 0)
        check(f"{' '.join(str(a).rpartition('/')[2] for a in arguments) or 'nothing'}: exit {code}", right,
              (found.code, found.err))
        if code:
            check("and nothing on stdout", found.out == "")


with tempfile.TemporaryDirectory(prefix="klynge-test.") as name:
    by_hand()
    known_effects(pathlib.Path(name))
    uncertain_effects(pathlib.Path(name))
    bad_input(pathlib.Path(name))
sys.exit(end())
