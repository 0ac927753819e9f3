"""`klynge phase` on surfaces whose break-even is known exactly: test_phase.py BUILD. Last line "N passed, N failed".

Values are made: luck of the replicate (the same in all cells) and what growth g and staff s do, so that the expected numbers are
what was put in. Realised over potential 0.5 + 0.06 (s - 1) - 0.05 g: an FTE makes up for 1.2 members a month. Sense of community
0.9 - 0.3 max(g / s - 1/2, 0): a sixth of it is lost at g = s, so that each FTE more allows one member a month more.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import types

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERB = pathlib.Path(sys.argv[1]).resolve() / "klynge"
sys.path.insert(0, str(ROOT / "analysis"))
from klynge_analysis import phase  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

GROWTH, STAFF = (0.0, 0.5, 1.0, 2.0, 4.0), (1.0, 2.0, 4.0)
CELLS = [(g, s) for s in STAFF for g in GROWTH]
N, START, TICK, TICKS, END = 8, 2017 + 8 / 12, 1 / 12, 62, 38
LUCK = 0.03 * np.random.default_rng(3).standard_normal(N)


def realised(g, s):
    return 0.5 + 0.06 * (s - 1) - 0.05 * g


def community(g, s):
    return 0.9 - 0.3 * max(g / s - 0.5, 0)


def config(cells, pro, scaled=0):
    """The text that klynge leaves in provenance: common settings, and of each scenario what differs."""
    scenarios = ",".join(f'{{ name = "any{k}"; world = {{ programme = {{ staff_arena = {s:g}; staff_arena_pro = {pro or s:g}; '
                         "}; }; }" for k, (_, s) in enumerate(cells))
    return (f"world = {{ staff_scaled_to = {scaled}; staff_hours = 1700; staff_reporting = 0.5; "
            f"programme = {{ staff_none = 0.5; }}; }}; scenarios = ({scenarios});")


def write(path, cells=tuple(CELLS), panel=True, drop=(), surface=realised, ends=None, behind=0.0, pro=None, scaled=0):
    """A result file of a path of 38 months from 40 members and two years more, shuffled, so that order tells nothing."""
    cells = [cells[k] for k in np.random.default_rng(1).permutation(len(cells))]
    times = START + TICK * np.arange(1, TICKS + 1)
    shape = (len(cells), 1, N, TICKS)

    def over(values):
        return np.broadcast_to(np.array(values)[:, None, None, :], shape)
    months = [np.minimum(np.arange(1, TICKS + 1), (ends or {}).get(g, END)) for g, _ in cells]
    target = over([40 + g * m for (g, _), m in zip(cells, months)])
    flat = {"target": target, "members": target - behind, "exits": 0.05 * target,
            "programme_level": over([np.where(times > 2021 + 1e-6, 2, 1)] * len(cells)),
            "realised": over([[surface(g, s)] * TICKS for g, s in cells]) + LUCK[:, None],
            "sense_of_community": over([[community(g, s)] * TICKS for g, s in cells]),
            "staff_hours_used": over([[425 * s] * TICKS for _, s in cells])}
    with h5py.File(path, "w") as file:
        file.attrs["klynge_schema"] = 1
        file["scenario"] = [f"any{k}".encode() for k in range(len(cells))]
        file["time"] = times
        file["time"].make_scale("time")
        file["slow"] = times[18::19]
        file["slow"].make_scale("slow")
        file["status"] = np.zeros(shape[:3], dtype=np.int8)
        if "config" not in drop:
            file["provenance/config_resolved"] = config(cells, pro, scaled)
        for name, values in flat.items():
            if name not in drop:
                slow = name == "realised"
                file[name] = values[..., 18::19] if slow else values
                rate = name in ("exits", "staff_hours_used")
                file[name].attrs["cell_methods"] = "time: mean" if rate else "time: point"
                file[name].dims[3].attach_scale(file["slow" if slow else "time"])
        if panel:
            _write_panel(file, cells, times)


def _write_panel(file, cells, times):
    """Two founders whose V over Vpot falls half as much as all members' do, and a newcomer that has nothing."""
    rows = [(k, n, times[END - 1], founder, v * potential, potential, b * founder)
            for k, (g, s) in enumerate(cells) for n in range(N)
            for founder, potential, v, b in ((1, 0.4, realised(g / 2, s), 0.8 - 0.1 * g),
                                             (1, 0.2, realised(g / 2, s), 0.6 - 0.1 * g), (0, 0.9, 0, 0))]
    names = ("scenario_index", "replicate_index", "snapshot_time", "founder", "utilisation", "potential", "belonging")
    for name, column in zip(names, zip(*rows)):
        file[f"panel/{name}"] = np.array(column)


MODULE = in_process.load("phase")


def klynge(*arguments):
    return in_process.call(MODULE, *arguments)


def near(a, b, by=1e-9):
    return np.allclose(a, b, rtol=0, atol=by)


def by_name(found):
    return {each["measure"]: each for each in json.loads(found.out)["measures"]}


def known_surfaces(folder):
    path = folder / "known.h5"
    write(path)
    found = klynge(path, "--json", "--margin", 1 / 6, "-o", folder / "known.png")
    check("it reads the file and ends with 0", found.code == 0, found.err)
    said, measures = json.loads(found.out), by_name(found)
    check("growth is read from what recruitment aims at, in members a month", said["growth"]["values"] == list(GROWTH),
          said["growth"])
    check("staff is read from the config, in FTE", said["staff"]["values"] == list(STAFF), said["staff"])
    check("the end of growth is found", near(said["growth_ends"], START + END * TICK), said["growth_ends"])
    means = [[realised(g, s) + LUCK.mean() for s in STAFF] for g in GROWTH]
    check("each cell has its mean", near(measures["realised"]["mean"], means), measures["realised"]["mean"])
    offset = measures["realised"]["break_even"]["offset"]
    check("staff makes up for 1.2 members a month and FTE, and certainly, since luck cancels in pairs",
          near([offset["per_staff"][key] for key in ("mean", "low", "high")], 1.2, 1e-6), offset["per_staff"])
    check("at each staff too", near([each["growth"] for each in offset["by_staff"]], [0, 1.2, 3.6], 1e-6), offset["by_staff"])
    tolerated = measures["sense_of_community"]["break_even"]["tolerated"]
    check("a sixth of community is lost at one member a month and FTE",
          near([each["growth"] for each in tolerated["by_staff"]], STAFF, 1e-6)
          and near(tolerated["per_staff"]["mean"], 1, 1e-6), tolerated)
    check("more staff adds nothing to community without growth: all is offset at the kink",
          near([each["growth"] for each in measures["sense_of_community"]["break_even"]["offset"]["by_staff"]], 0, 1e-6))
    founders = measures["realised_founders"]
    check("founders' V over their Vpot, newcomers left out", near(founders["mean"], [[realised(g / 2, s) for s in STAFF]
                                                                                    for g in GROWTH]), founders["mean"])
    check("what founders need lies beyond the grid for one staff: the number is a bound",
          founders["break_even"]["offset"]["at_least"] and founders["break_even"]["offset"]["by_staff"][2]["beyond"] == "above"
          and near(founders["break_even"]["offset"]["per_staff"]["mean"], (2.4 * 1 + 4 * 3) / 10, 1e-6), founders["break_even"])
    check("belonging of founders is a mean", near(measures["sense_of_community_founders"]["mean"][0], 0.7))
    check("exits a year and member", near(measures["exits"]["mean"], 0.05), measures["exits"]["mean"])
    check("half of staff's hours are used", near(measures["staff_used"]["mean"], 0.5), measures["staff_used"]["mean"])
    check("there is a picture", (folder / "known.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n")
    alone = subprocess.run([VERB, "phase", path, "--json", "--margin", str(1 / 6)], stdin=subprocess.DEVNULL, capture_output=True,
                           text=True)
    check("klynge finds the verb", alone.returncode == 0 and json.loads(alone.stdout) == said, alone.stderr)
    for form in ((), ("--markdown",)):
        text = klynge(path, *form).out
        check("the tables say the number and the bound", "1.2 (1.2 to 1.2)" in text and "at least 1.4" in text, text)
    two = by_name(klynge(path, "--json", "--reference", 2))["realised"]["break_even"]["offset"]
    check("with another reference less staff is below it without growth", two["by_staff"][0]["beyond"] == "below"
          and near(two["per_staff"]["mean"], 1.2, 1e-6), two)
    with h5py.File(path, "a") as file:
        half = file["panel/replicate_index"][:] < N // 2
        for column in list(file["panel"]):
            values = file[f"panel/{column}"][:][half]
            del file[f"panel/{column}"]
            file[f"panel/{column}"] = values
    found = klynge(path)
    check("a panel of fewer replicates takes none from the rest", "Means over 8 replicates" in found.out
          and "2020-11; 4 replicates" in found.out, found.out)
    write(folder / "no-panel.h5", panel=False)
    found = klynge(folder / "no-panel.h5")
    check("without a panel founders are not told of, and it says why", found.code == 0
          and "output.panel_runs" in found.out and "founding members, 20" not in found.out, found.out)


def by_hand():
    growth = np.array([0.0, 1.0, 2.0])
    cases = (([1.0, 0.5, 0.0], 0.75, 0.5), ([1.0, 0.5, 0.0], 1.0, 0.0), ([1.0, 0.9, 0.8], 0.7, np.inf),
             ([0.5, 0.4, 0.3], 0.6, -np.inf), ([1.0, 0.5, 0.5], 0.5, 1.0), ([1.0, 1.2, 0.2], 0.2, 2.0),
             ([1.0, 0.0, 1.0], 0.0, 1.0))
    for curve, reference, expected in cases:
        found = phase.crossing(growth, np.array([curve]), np.array([reference]))[0]
        check(f"{curve} is down to {reference} at {expected}", found == expected or abs(found - expected) < 1e-9, found)
    staff = np.array([1.0, 2.0, 4.0])
    check("a line through the reference", near(phase.per_staff("offset", 0.7 * (staff - 1), staff, 0, 9.0), 0.7))
    check("a line with its own height", near(phase.per_staff("tolerated", 3 + 0.7 * staff, staff, 0, 9.0), 0.7))


def covered():
    """Of intervals of the one number, with noise of its own in each cell, how many hold it."""
    kept, phase.RESAMPLES, phase.STEPS = (phase.RESAMPLES, phase.STEPS), 399, 30
    rng, tries = np.random.default_rng(7), 150
    mean = np.array([[realised(g, s) for s in STAFF] for g in GROWTH])
    grid = types.SimpleNamespace(growth=np.array(GROWTH), staff=np.array(STAFF))
    hits = 0
    for _ in range(tries):
        values = mean[..., None] + 0.03 * rng.standard_normal((*mean.shape, 30))
        found = phase.break_even(grid, types.SimpleNamespace(values=values), "offset")
        hits += found.per_staff[1] <= 1.2 <= found.per_staff[2]
    phase.RESAMPLES, phase.STEPS = kept
    # of 150 intervals at 95 % fewer than 131 would cover once in several thousand tries; quantiles of 30 are a little narrow
    check("intervals of the one number cover it", hits >= 131, hits)


def bad_input(folder):
    good = folder / "known.h5"
    (folder / "text.h5").write_text("no HDF5 file")
    made = {"one-staff": ({"cells": [(g, 2.0) for g in GROWTH]}, "one staff only, 2 FTE"),
            "no-growth": ({"cells": [(0.0, s) for s in STAFF]}, "no scenario grows"),
            "one-rate": ({"cells": [(1.0, s) for s in STAFF]}, "one growth rate only, 1 members a month"),
            "no-still": ({"cells": [c for c in CELLS if c[0]]}, "no scenario without growth"),
            "hole": ({"cells": CELLS[:-1]}, "0 scenarios grow by 4 members a month with 4 FTE"),
            "twice": ({"cells": [*CELLS, CELLS[0]]}, "2 scenarios grow by 0"),
            "behind": ({"behind": 5.0}, "its growth is not what"),
            "no-config": ({"drop": ("config",)}, "no config"), "no-target": ({"drop": ("target",)}, "has no target"),
            "no-realised": ({"drop": ("realised",)}, "has no realised"),
            "scaled": ({"scaled": 40}, "grows with its members"),
            "ends": ({"ends": {4.0: 30}}, "ends at different times")}
    for name, (how, said) in made.items():
        write(folder / f"{name}.h5", panel=False, **how)
        found = klynge(folder / f"{name}.h5")
        check(f"{name}: exit 2", found.code == 2 and said in found.err and len(found.err.splitlines()) == 1,
              (found.code, found.err))
    write(folder / "pro.h5", panel=False, pro=3.0, ends={g: 50 for g in GROWTH})
    (folder / "there.png").touch()
    cases = [((), 2, "no FILE"), ((folder / "none.h5",), 2, "cannot find the file"),
             ((good, "-o", folder / "there.png"), 2, "there.png exists; --force replaces it"),
             ((folder / "text.h5",), 2, "not an HDF5 file"), ((folder,), 2, "no regular file"),
             ((folder / "pro.h5",), 2, "changes while it grows"),
             ((good, "--time", "2020"), 2, "the last before at 2019-04"), ((good, "--time", "soon"), 2, "a year"),
             ((good, "--reference", "3"), 2, "expected a staff that is not the largest: 1, 2"),
             ((good, "--reference", "4"), 2, "not the largest"), ((good, "--margin", "0"), 2, "a share"),
             ((good, "--margin", "ten"), 2, "a share"), ((good, "--level", "2"), 2, "a level"),
             ((good, "--json", "--markdown"), 2, "one format"), ((good, "--oout", "x"), 2, "--out?"),
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
    covered()
    known_surfaces(pathlib.Path(name))
    bad_input(pathlib.Path(name))
sys.exit(end())
