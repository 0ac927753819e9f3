"""Calibration of the default preset: calibrate.py KLYNGE CONFIG OUT_PREFIX [--points N] [--threads N]

Finds values for the parameters of FREE, inside the ranges that `klynge params` gives, that bring the targets of consistency.py
into their bands and move as little as possible from where the evidence put them. Writes OUT_PREFIX.md, the account that is also
printed, and OUT_PREFIX.csv, every run. The same command gives the same numbers; it begins at FREE, not at the defaults in force.

  score    sum over targets of z^2; z is how far the mean lies outside the band, over the band's half width. The band is drawn in by
           a twentieth of that, and by the 95 % half interval of a mean over 200 replicates
  loss     WEIGHT x score + TOUCH for each parameter moved + PULL x the sum of how far, over its range (what need not move stays), five
           times as much where section 8 gives the value
           + CENTRE x the sum of squared distances from the middles of bands, over half widths (no solution on an edge)
  search   a Latin hypercube over the ranges; from the start and from its point of least loss, steps of one parameter at a time
           (hours also from one account to the other), halved when none helps; values rounded to two digits; each change undone that does not lower the loss
  seeds    those of the config, the same at every point
  B*, V*   model.exit.belonging and model.exit.utilisation are not free: the point's own means of months 38 to 62, set and measured
           again until they agree to 0.005

Checks of consistency.py, which restate a pattern that must emerge (M), enter neither score nor loss; this command does not compute them.
"""
import argparse
import csv
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np
from scipy.stats import qmc, spearmanr

from klynge_analysis import consistency
from klynge_analysis.reading import RUN_DONE, Result, mean_with_interval

# Parameter: (value where the evidence or the first draft put it, narrower range or None, why it is free).
FREE = {
    "model.hours.events_share": (0.4, None, "how hours are shared out between arenas: no figure found"),
    "model.hours.calls_share": (0.25, None, "the same"),
    "model.contact.call_rate": (6, None, "how soon hours for calls are used: no figure found"),
    "model.participation.base": (0.25, None, "attendance: no figure for ACT"),
    "model.participation.understanding": (0.6, None, "attendance"),
    "model.belonging.participation": (0.6, None, "attendance and ideas: no figure found"),
    "model.trust.hours": (45, None, "section 10: decides over ties made on own effort"),
    "model.trust.waning": (0.24, None, "section 10: decides over ties made on own effort"),
    "model.firms.supplier_ties": (10, None, "section 10: decides over project starts"),
    "model.firms.anchoring_base": (0.05, None, "share with A < 0.5"),
    "model.anchoring.success": (0.05, None, "share with A < 0.5 as projects succeed"),
    "model.projects.start_base": (0.001, (0.00064, 0.00196), "project starts; x0.5 to x2 of the three rates of section 8"),
    "model.projects.match_typical": (0.3, None, "project starts: no figure found"),
    "model.projects.lock_in": (0.5, None, "projects lost to the outside: no figure found"),
    "model.exit.base": (0.055, None, "exits"),
}
REFERENCES = {"model.exit.belonging": "sense_of_community", "model.exit.utilisation": "utilisation"}
HELD = """Held: `model.hours.mean` and `model.hours.contact_share` (section 9: do not loosen the hours); everything graded V or D, with
the first-day figures of section 2; `model.projects.start_slope` (the three rates of section 8); `model.utilisation.*` (they set the
scale of V, which no target reads); `model.firms.known_*` and `model.awareness.*` (only checks that restate P20 read them)."""
WEIGHT = 10
PULL = 0.02
TOUCH = 0.003
CENTRE = 0.005
MARGIN = 0.05
FINAL = 200  # replicates of a mean that counts
AGREE = 0.005


def feasible(values):
    """Something must be left for projects."""
    return values["model.hours.events_share"] + values["model.hours.calls_share"] <= 0.9


class Bare(Result):
    """A result read without xarray: only what the lines of consistency.py ask for."""

    def __init__(self, path):
        with h5py.File(path, "r") as file:
            self.data = {name: item[()] for name, item in file.items()
                         if isinstance(item, h5py.Dataset) and item.ndim in (1, 4, 5) and item.dtype.kind in "fiu"}
            self.units = {name: file[name].attrs.get("units", b"1") for name in self.data}
            status = file["status"][()].reshape(-1)
        self.done = np.flatnonzero(status == RUN_DONE)
        times = self.data["time"]
        self.tick = float(times[1] - times[0])
        self.start = float(times[0]) - self.tick

    def times(self, name):
        length = self.data[name].shape[-1]
        return self.data["time"] if length == len(self.data["time"]) else self.data["time_network"]

    def values(self, name):
        return self.data[name][0, 0][self.done]

    def unit(self, name):
        unit = self.units[name]
        return unit.decode() if isinstance(unit, bytes) else str(unit)


class Scale:
    """A parameter's range as 0..1, by the logarithm where it spans a factor of four."""

    def __init__(self, path, spec):
        self.start, narrower, self.why = FREE[path]
        self.path, self.whole = path, spec["type"] == "INTEGER"
        self.low, self.high = narrower or (spec["min"], spec["max"])
        self.grade, self.now = spec["grade"], spec["default"]
        if set(self.grade.split("/")) <= {"V", "D", "-"}:
            raise SystemExit(f"{path} is graded {self.grade}: not to be tuned")
        if not spec["min"] <= self.low <= self.start <= self.high <= spec["max"]:
            raise SystemExit(f"{path}: {self.start} or its range is not inside {spec['min']} to {spec['max']}")
        self.pull = PULL * (5 if spec["source"].startswith("ev8") else 1)
        self.log = self.low > 0 and self.high / self.low >= 4

    def value(self, u):
        u = min(1.0, max(0.0, u))
        x = self.low * (self.high / self.low) ** u if self.log else self.low + u * (self.high - self.low)
        return round(x) if self.whole else x

    def place(self, x):
        return math.log(x / self.low) / math.log(self.high / self.low) if self.log else (x - self.low) / (self.high - self.low)

    def rounded(self, x):
        return round(x) if self.whole else min(self.high, max(self.low, float(f"{x:.2g}")))


class Point:
    """Values of the free parameters, the references they were run with, and what came out."""

    def __init__(self, values, references, result, scales):
        self.values, self.references = values, references
        if result is None:
            self.score = self.loss = math.inf
            return
        self.means, self.z, self.measured, astray = {}, {}, {}, 0.0
        for line in consistency.lines(result):
            if line.role.startswith(consistency.TARGET):
                self.means[line.what.strip()], self.z[line.what.strip()], middle = outside(line)
                astray += middle * middle
        for path, name in REFERENCES.items():
            self.measured[path] = float(np.nanmean(result.window(name, *consistency.WINDOW)))
        self.score = sum(z * z for z in self.z.values())
        moved = [s.pull * abs(s.place(values[p]) - s.place(s.start)) for p, s in scales.items() if values[p] != s.start]
        self.loss = WEIGHT * self.score + sum(moved) + TOUCH * len(moved) + CENTRE * astray

    def settled(self):
        return all(abs(self.measured[p] - self.references[p]) <= AGREE for p in REFERENCES)


def outside(line):
    """Mean of a line, how far it lies outside its band, and from the middle of a band with two ends, over the half width."""
    found = line.compute()
    mean, low, _ = mean_with_interval(found)
    if not math.isfinite(mean):
        return mean, 1.0, 1.0
    top = line.high if math.isfinite(line.high) else 1.0  # such lines are shares
    half = 0.5 * (top - line.low)
    interval = (mean - low) * math.sqrt(np.isfinite(found).sum() / FINAL)
    pad = MARGIN * half + (interval if math.isfinite(interval) else 0.0)
    above = mean - (line.high - pad) if math.isfinite(line.high) else -math.inf
    middle = (mean - 0.5 * (line.low + line.high)) / half if math.isfinite(line.high) else 0.0
    return mean, max(0.0, line.low + pad - mean, above) / half, middle


class Search:
    def __init__(self, options):
        self.options, self.runs, self.replicates, self.log = options, 0, 0, []
        self.began, self.said = time.monotonic(), 0.0
        listed = json.loads(subprocess.run([options.klynge, "params", "--json"], check=True, capture_output=True).stdout)
        specs = {spec["name"]: spec for spec in (listed["parameters"] if isinstance(listed, dict) else listed)}
        missing = [p for p in [*FREE, *REFERENCES] if p not in specs]
        if missing:
            raise SystemExit(f"klynge does not know {', '.join(missing)}")
        self.scales = {path: Scale(path, specs[path]) for path in FREE}
        self.references_now = {path: specs[path]["default"] for path in REFERENCES}
        self.folder = tempfile.TemporaryDirectory(prefix="klynge-calibrate.")

    def say(self, text, at_once=True):
        if at_once or time.monotonic() - self.said > 5:
            self.said = time.monotonic()
            print(f"calibrate: {self.said - self.began:4.0f} s, {self.runs} runs: {text}", file=sys.stderr, flush=True)

    def once(self, values, references, replicates, stage):
        path = os.path.join(self.folder.name, "run.h5")
        sets = [f"--set={p}={x:.6g}" for p, x in {**values, **references}.items()]
        command = [self.options.klynge, "run", self.options.config, "-o", path, "-f", "-q", "-t", str(self.options.threads),
                   "--replicates", str(replicates), *sets]
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode:
            self.say(f"a point failed: {ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else ran.returncode}")
        self.runs, self.replicates = self.runs + 1, self.replicates + replicates
        point = Point(values, references, None if ran.returncode else Bare(path), self.scales)
        self.log.append((stage, replicates, point))
        return point

    def settle(self, values, references, replicates, stage):
        """Run with B* and V* that are the point's own means."""
        references = {p: round(x, 2) for p, x in references.items()}
        for _ in range(8):
            point = self.once(values, references, replicates, stage)
            if not math.isfinite(point.loss) or point.settled():
                break
            references = {p: round(x, 2) for p, x in point.measured.items()}
        return point

    def hypercube(self, references):
        """Points over the whole of the ranges, the same each time."""
        units = qmc.LatinHypercube(d=len(FREE), seed=2017).random(self.options.points)
        found, skipped = [], 0
        for row in units:
            values = {p: s.value(u) for (p, s), u in zip(self.scales.items(), row)}
            if not feasible(values):
                skipped += 1
                continue
            rough = self.once(values, references, 4, "references")
            if math.isfinite(rough.loss):
                found.append(self.once(values, rough.measured, 16, "hypercube"))
            self.say(f"Latin hypercube, {len(found)} points", at_once=False)
        return [p for p in found if math.isfinite(p.loss)], skipped

    def descend(self, point, name):
        """Steps of one parameter at a time, or back to where it started; one at its start that no step helps is left there."""
        best = self.once(point.values, point.measured, 32, name)
        step, idle = 0.16, set()
        while step > 0.015:
            before = best.loss
            best = self.exchange(best, step, name)
            for path in [p for p in self.scales if p not in idle]:
                scale, score, lowest = self.scales[path], best.score, math.inf
                for target in self.moves(scale, best.values[path], step):
                    tried = self.attempt(best, {path: target}, name)
                    lowest = min(lowest, tried.score)
                    if tried.loss < best.loss - 1e-5:
                        best = tried
                        break
                if best.values[path] == scale.start and WEIGHT * (lowest - score) > -0.5 * scale.pull * step:
                    idle.add(path)
            if best.loss > 0.8 * before:
                step /= 2
        self.say(f"{name}: loss {best.loss:.4f}, score {best.score:.4f}; moved: "
                 + ", ".join(f"{p}={x:.3g}" for p, x in best.values.items() if x != self.scales[p].start))
        return best

    def attempt(self, best, change, name):
        """The best point with a change, run with its B* and V*."""
        values = {**best.values, **change}
        self.say(f"{name}: loss {best.loss:.4f}", at_once=False)
        return self.once(values, best.measured, 32, name) if feasible(values) else Point(values, {}, None, self.scales)

    def exchange(self, best, step, name):
        """Hours from one account to the other, which no step of one parameter does."""
        one, other = "model.hours.events_share", "model.hours.calls_share"
        for d in (0.5 * step, -0.5 * step):
            change = {p: best.values[p] + s * d for p, s in ((one, -1), (other, 1))}
            if all(self.scales[p].low <= x <= self.scales[p].high for p, x in change.items()):
                tried = self.attempt(best, change, name)
                best = tried if tried.loss < best.loss - 1e-5 else best
        return best

    @staticmethod
    def moves(scale, x, step):
        at, home = scale.place(x), scale.place(scale.start)
        places = [home] if abs(at - home) > 1e-9 else []
        places += [u for u in (at + step, at - step) if -1e-9 <= u <= 1 + 1e-9]
        targets = [scale.start if u == home else scale.value(u) for u in places]
        return [t for t in dict.fromkeys(targets) if t != x]

    def simplify(self, point):
        """Two digits, and no change that does not lower the loss; both over the full number of replicates."""
        values = {p: self.scales[p].start if x == self.scales[p].start else self.scales[p].rounded(x)
                  for p, x in point.values.items()}
        best = self.settle(values, point.measured, FINAL, "final")
        changed = [p for p, s in self.scales.items() if values[p] != s.start]
        changed.sort(key=lambda p: abs(self.scales[p].place(values[p]) - self.scales[p].place(self.scales[p].start)))
        for path in changed:
            tried = self.settle({**best.values, path: self.scales[path].start}, best.references, FINAL, "final")
            if tried.loss <= best.loss:
                best = tried
                self.say(f"{path} stays where it was")
        return best


def rank_table(points, scales):
    """For each target that the hypercube moved, the parameters that moved it most."""
    places = {p: [s.place(x.values[p]) for x in points] for p, s in scales.items()}
    for what in points[0].means:
        out = np.array([x.means[what] for x in points])
        use = np.isfinite(out)
        if np.ptp(out[use]) < 1e-9:
            yield what, "none: the target path decides", np.nan
            continue
        rho = {p: spearmanr(np.array(u)[use], out[use])[0] for p, u in places.items()}
        strongest = sorted(rho, key=lambda p: -abs(rho[p]))[:3]
        yield what, ", ".join(f"{p.removeprefix('model.')} {rho[p]:+.2f}" for p in strongest), \
            float(np.mean([x.z[what] == 0 for x in points]))


def report(search, start, best, points, skipped):
    """The account, as lines of Markdown."""
    scales, options = search.scales, search.options
    version = subprocess.run([options.klynge, "--version"], capture_output=True, text=True).stdout.splitlines()
    number = consistency.number
    said = dict(line.split(maxsplit=1) for line in version if " " in line)
    yield f"Klynge {said.get('klynge')}, commit {said.get('commit')}; {options.config}, {FINAL} replicates before and after."
    yield ""
    yield "| parameter | before | found | in force | range | grade | why free |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for path, s in sorted(scales.items(), key=lambda item: item[1].start == best.values[item[0]]):
        found = best.values[path]
        yield (f"| {path} | {s.start:g} | {'unchanged' if found == s.start else f'**{found:g}**'} | {s.now:g} | "
               f"{s.low:g} to {s.high:g} | {s.grade} | {s.why} |")
    for path, name in REFERENCES.items():
        yield (f"| {path} | {start.references[path]:g} | **{best.references[path]:g}** | {search.references_now[path]:g} | "
               f"not free | A | measured {best.measured[path]:.4f} with the value found |")
    yield ""
    yield "| target | before | z | after | z | hypercube: most by (rank correlation) | points inside |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    moved = {what: (by, share) for what, by, share in rank_table(points, scales)} if len(points) > 9 else {}
    for what in best.means:
        by, share = moved.get(what, ("", math.nan))
        yield (f"| {what} | {number(start.means[what])} | {start.z[what]:.3f} | {number(best.means[what])} | {best.z[what]:.3f} | "
               f"{by} | {'' if math.isnan(share) else f'{share:.0%}'} |")
    yield f"| score, loss | {start.score:.4f}, {start.loss:.4f} | | {best.score:.4f}, {best.loss:.4f} | | | |"
    yield ""
    inside = sum(p.score == 0 for p in points)
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield (f"Of {len(points)} points of the hypercube ({skipped} more left nothing for projects) {inside} "
           f"{'has' if inside == 1 else 'have'} all targets inside.")
    yield (f"Cost: {search.runs} runs, {search.replicates} replicates, {use.ru_utime + use.ru_stime:.0f} core-seconds, "
           f"{time.monotonic() - search.began:.0f} s with {options.threads} threads.")
    yield ""
    yield HELD


def write_log(search, path):
    targets = [line for line in next(p.means for _, _, p in search.log if math.isfinite(p.loss))]
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["stage", "replicates", "score", "loss", *FREE, *REFERENCES, *targets])
        for stage, replicates, p in search.log:
            means = [f"{p.means[t]:.6g}" for t in targets] if math.isfinite(p.loss) else [""] * len(targets)
            out.writerow([stage, replicates, f"{p.score:.6g}", f"{p.loss:.6g}", *(f"{p.values[k]:.6g}" for k in FREE),
                          *(f"{p.references[k]:.6g}" for k in REFERENCES), *means])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("klynge")
    parser.add_argument("config")
    parser.add_argument("out", metavar="OUT_PREFIX")
    parser.add_argument("--points", type=int, default=160, help="points of the Latin hypercube")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    np.seterr(invalid="ignore")
    search = Search(options)
    values = {p: s.start for p, s in search.scales.items()}
    start = search.settle(values, {p: 0.25 for p in REFERENCES}, FINAL, "before")
    if not math.isfinite(start.loss):
        raise SystemExit("calibrate: the point to start from does not run")
    search.say(f"before: score {start.score:.4f}")
    points, skipped = search.hypercube(start.references)
    ends = [search.descend(start, "from the start")]
    for point in sorted(points, key=lambda p: p.loss)[:1]:
        ends.append(search.descend(point, "from the hypercube's best"))
    best = min((search.simplify(end) for end in ends), key=lambda p: p.loss)
    text = "\n".join(report(search, start, best, points, skipped))
    print(text)
    with open(options.out + ".md", "w") as file:
        file.write(text + "\n")
    write_log(search, options.out + ".csv")


if __name__ == "__main__":
    main()
