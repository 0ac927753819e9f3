"""A calibration of the program: its prior is the config's design, its targets are the config's, its simulations are runs.

Everything that takes long is kept in a folder as it is done, batch by batch, so that the same command goes on where it was stopped:
`state.json` says what the calibration is, `*.npz` hold parameters and outcomes of a batch. A batch is drawn from seeds and from the
batches before it alone, so that it is the same whenever it is drawn.
"""
import csv
import hashlib
import io
import json
import math
import os
import pathlib
import tempfile
from dataclasses import dataclass

import numpy as np

from klynge_analysis import abc_smc
from klynge_analysis.commandline import INTERRUPTED, IO, RUN, USAGE, Failure, Leave
from klynge_analysis.ensemble import MAIN, Ensemble, Moment, swept_name, text_of
from klynge_analysis.program import watch_program
from klynge_analysis.reading import parse_config
from klynge_analysis.spans import provenance_text

GROUPS, GROUP = 20, 4  # groups of a batch, each with seeds of its own: at most so many, of so many particles or more
PRIOR, PREDICTIVE, TRUTH, TRIAL = 1, 2, 3, 4  # what seeds are for; batches of proposals count from 10


@dataclass
class Axis:
    """One that is calibrated, from what a result file says of it."""

    path: str
    name: str  # of its dataset
    type: str
    low: float
    high: float
    choices: list

    def values(self, u):
        """Of places u (n) in 0..1, as a design has them: whole numbers and choices by equal shares."""
        if self.choices:
            return [self.choices[k] for k in np.minimum((u * len(self.choices)).astype(int), len(self.choices) - 1)]
        if self.type == "INTEGER":
            n = self.high - self.low + 1
            return list(self.low + np.minimum(np.floor(u * n), n - 1))
        return list(self.low + u * (self.high - self.low))

    def written(self, u):
        """The same as a table of points has it."""
        return [v.strip('"') if isinstance(v, str) else f"{v:.0f}" if self.type == "INTEGER" else repr(float(v)) for v in self.values(u)]


@dataclass
class Target:
    observable: str
    start: float
    end: float
    value: float
    tolerance: float

    def moment(self):
        return Moment(self.end) if self.start == self.end else Moment(window=(self.start, self.end))


class Program:
    """Simulations by `klynge run` of one config."""

    def __init__(self, config, arguments, folder):
        self.config, self.arguments, self.folder = config, list(arguments), pathlib.Path(folder)
        self.runs = 0
        with tempfile.TemporaryDirectory(prefix="klynge-calibrate.") as scratch:
            path = os.path.join(scratch, "probe.h5")
            self._run(path, ["--set", "design.kind=latin_hypercube", "--set", "design.n=1", "--replicates", "1"])
            ensemble = Ensemble(path)
            self.resolved = provenance_text(ensemble, "config_resolved")
            self.axes = _axes(ensemble)
            self.version = text_of(ensemble.file.attrs["source"])
            self.observables = [name for name in MAIN if ensemble.has(name)]
            ensemble.file.close()
        self.targets = _targets(config, self.resolved)
        if len(ensemble.scenarios) != 1:
            raise Failure(USAGE, f"{config}: found {len(ensemble.scenarios)} scenarios, expected one: which is calibrated?")

    def _run(self, path, more):
        code = watch_program(["run", self.config, "-o", path, "--force", "--quiet", *self.arguments, *more])
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code not in (0, RUN):
            raise Leave(code)

    def simulate(self, u, purpose, observables=()):
        """(n, replicate, target) outcomes, and {observable: (n, replicate)} at the end. Points of one file share their seeds, so that
        particles are run in groups: luck must not be the same for all of them."""
        groups = np.array_split(u, min(GROUPS, math.ceil(len(u) / GROUP)))
        found = [self._group(part, program_seed(*purpose, k), observables) for k, part in enumerate(groups)]
        self.runs += sum(y.shape[0] * y.shape[1] for y, _ in found)
        return np.concatenate([y for y, _ in found]), {name: np.concatenate([more[name] for _, more in found]) for name in observables}

    def _group(self, u, seed, observables):
        wanted = dict.fromkeys([t.observable for t in self.targets] + list(observables))
        with tempfile.TemporaryDirectory(prefix="klynge-calibrate.", dir=self.folder) as scratch:
            table, path = os.path.join(scratch, "points.csv"), os.path.join(scratch, "points.h5")
            with open(table, "w", newline="") as file:
                out = csv.writer(file)
                out.writerow(axis.path for axis in self.axes)
                out.writerows(zip(*(axis.written(u[:, k]) for k, axis in enumerate(self.axes))))
            self._run(path, ["--set", "design.kind=csv", "--set", f"design.file={table}", "--seed", str(seed),
                             "--set", f"output.observables={','.join(wanted)}"])
            ensemble = Ensemble(path)
            y = np.stack([ensemble.read(t.observable, t.moment())[0][0] for t in self.targets], axis=-1)
            more = {name: ensemble.read(name, Moment())[0][0] for name in observables}
            ensemble.file.close()
        return y, more


def _axes(ensemble):
    found = []
    for path in text_of(ensemble.file.attrs["design_axes"]).split("\n"):
        name = swept_name(path)
        about = ensemble.file[name].attrs
        low, high = about.get("design_range", (0.0, 0.0))
        choices = text_of(about["design_values"]).split("\n") if "design_values" in about else []
        found.append(Axis(path, name, text_of(about["parameter_type"]), float(low), float(high), choices))
    return found


def _targets(config, resolved):
    found = []
    for each in parse_config(resolved).get("targets", []):
        time = each.get("time")
        found.append(Target(each["observable"], *(float(each.get(key, time)) for key in ("from", "to")),
                            float(each["value"]), float(each["tolerance"])))
    if not found:
        raise Failure(USAGE, f"{config}: found no targets, expected a list targets = ( {{ observable = ...; time = ...; value = ...; "
                             "tolerance = ...; } )")
    return found


def program_seed(*purpose):
    """Below 2^53, as the program takes them."""
    return int(np.random.SeedSequence(purpose).generate_state(1, np.uint64)[0] >> np.uint64(11))


class Kept:
    """Batches in the folder."""

    def __init__(self, folder, about, force):
        self.folder = pathlib.Path(folder)
        state = self.folder / "state.json"
        key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if state.exists() and json.loads(state.read_text()).get("key") != key:
                if not force:
                    raise Failure(USAGE, f"{folder} holds another calibration: another config, option or version made it; name another "
                                         "folder, or begin anew with --force")
                for old in self.folder.glob("*.npz"):
                    old.unlink()
            elif not state.exists() and any(self.folder.iterdir()) and not force:
                raise Failure(USAGE, f"{folder} holds something else; name another folder, or write into it with --force")
            self._publish(state, json.dumps({"key": key, **about}, indent=1).encode())
        except (OSError, ValueError) as e:
            raise Failure(IO, f"{folder}: {e}") from None

    @staticmethod
    def _publish(path, content):
        """Whole or not at all."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)

    def batch(self, name, make):
        """What `make()` gives, {name: array}: made once."""
        path = self.folder / f"{name}.npz"
        try:
            with np.load(path) as found:
                return dict(found)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, EOFError):
            path.unlink()  # cut short by something else than this program
        found = make()
        content = io.BytesIO()
        np.savez(content, **found)
        try:
            self._publish(path, content.getvalue())
        except OSError as e:
            raise Failure(IO, f"{path}: {e.strerror}") from None
        return found


@dataclass
class Result:
    program: Program
    settings: abc_smc.Settings
    populations: list
    predictive: dict  # u, y (n, r, m), and an observable (n, r) each
    prior_end: dict

    @property
    def posterior(self):
        return self.populations[-1]


def _unit_points(n, k, seed):
    """A Latin hypercube."""
    rng = np.random.default_rng([seed, PRIOR])
    return (np.argsort(rng.random((n, k)), axis=0) + rng.random((n, k))) / n


def calibrate(program, kept, settings, tell):
    seed, k = settings.seed, len(program.axes)
    targets = np.array([t.value for t in program.targets])
    tolerances = np.array([t.tolerance for t in program.targets])
    ends = program.observables

    def simulated(u, *purpose, observables=()):
        y, more = program.simulate(u, (seed, *purpose), observables)
        return {"u": u, "y": y, **more}

    prior = kept.batch("prior", lambda: simulated(_unit_points(settings.particles, k, seed), PRIOR, observables=ends))
    tell(None, 0)

    def simulate(u, batch):
        found = kept.batch(f"batch-{batch:04d}", lambda: simulated(u, 10 + batch))
        if not np.array_equal(found["u"], u):
            raise Failure(IO, f"{kept.folder}/batch-{batch:04d}.npz: found other particles than the batches before it lead to")
        return found["y"]

    populations = abc_smc.run(simulate, (prior["u"], prior["y"]), targets, tolerances, settings, tell)
    last = populations[-1]
    chosen = last.u[abc_smc.draw(last, settings.particles, seed)]
    predictive = kept.batch("predictive", lambda: simulated(chosen, PREDICTIVE, observables=ends))
    return Result(program, settings, populations, predictive, {name: prior[name] for name in ends})


def check_ranks(program, kept, settings, trials, draws, tell):
    """(trial, parameter) ranks of `abc_smc.ranks`, over runs."""
    seed, k = settings.seed, len(program.axes)

    def once(name, u, *purpose):
        return kept.batch(name, lambda: {"u": u, "y": program.simulate(u, (seed, TRIAL, *purpose))[0]})

    def prior(trial):
        u = np.random.default_rng([seed, TRIAL, trial]).random((settings.particles, k))
        return u, once(f"trial-{trial:04d}-prior", u, trial, PRIOR)["y"]

    def truth(u, trial):
        return once(f"trial-{trial:04d}-truth", u[None], trial, TRUTH)["y"][0, 0]

    def simulate(u, where):
        return once(f"trial-{where[0]:04d}-{where[1]:04d}", u, where[0], 10 + where[1])["y"]

    tolerances = np.array([t.tolerance for t in program.targets])
    return abc_smc.ranks(simulate, prior, truth, tolerances, settings, trials, draws, tell)
