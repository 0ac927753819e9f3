"""Experiments of configs/validation/: running the scenarios that patterns ask for, once each, and reading what came out.

A scenario is run on its own, from a small config whose base is the family's, into a file of the cache that is named by a hash of
all that decides its numbers: the program, the config with its bases and rosters, the settings, the replicates. So nothing is run
for scenarios that nobody asks for, and nothing is run twice. Replicates have the same seeds in every scenario and config: arrays
of two scenarios pair row by row. Replicates that failed hold NaN.
"""
import concurrent.futures
import functools
import glob
import hashlib
import os
import pathlib
import re

import h5py
import numpy as np
import pandas

from ..program import find_program, run_program
from ..reading import MONTH, RUN_DONE
from .verdict import CannotTell

FRAMES = 3
CONFIGS = pathlib.Path(__file__).resolve().parents[3] / "configs" / "validation"


class RunFailed(CannotTell):
    """A run of the program that did not end well: its exit code and what it said."""

    def __init__(self, what, process):
        self.code = process.returncode
        said = [line for line in process.stderr.strip().splitlines() if line] or [f"exit code {process.returncode}"]
        super().__init__(f"{what} cannot be run: {said[0]}")


# ---- configs ----------------------------------------------------------------------------------------------------------

_PIECE = re.compile(r'//[^\n]*|#[^\n]*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|[{}()\[\]]', re.S)


@functools.lru_cache(maxsize=None)
def split_config(path):
    """A family's config as (text without its scenarios, {name: text of that scenario's group})."""
    text = path.read_text(encoding="utf-8")
    start, depth, groups = None, 0, []
    found = re.search(r"^scenarios\s*[:=]\s*\(", text, re.M)
    if not found:
        return text, {}
    end = len(text)
    for piece in _PIECE.finditer(text, found.end()):
        if piece[0] in "{([":
            start = piece.start() if depth == 0 else start
            depth += 1
        elif piece[0] in "})]":
            depth -= 1
            if depth < 0:  # the list's own parenthesis
                end = piece.end()
                break
            if depth == 0:
                groups.append(text[start:piece.end()])
    names = [re.search(r'\bname\s*[:=]\s*"([^"]*)"', group)[1] for group in groups]
    return text[:found.start()] + text[end:], dict(zip(names, groups))


def config_path(family):
    return CONFIGS / f"{family}.cfg"


def files_behind(path):
    """A config, and every file that it names in quotes, and what those name: bases, rosters, paths of members."""
    found, waiting = {}, [path.resolve()]
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        found[each] = each.read_bytes()
        if each.suffix == ".cfg":
            named = re.findall(r'"([^"\n]+\.(?:cfg|csv))"', found[each].decode())
            waiting += [(each.parent / name).resolve() for name in named if (each.parent / name).is_file()]
    return found


def as_config(settings):
    """{'model.trust.hours': 60.0, ...} as the text of nested groups."""
    tree = {}
    for path, value in settings.items():
        *groups, name = path.split(".")
        at = tree
        for group in groups:
            at = at.setdefault(group, {})
        at[name] = value
    return _group_text(tree)


def _group_text(tree):
    def text(value):
        if isinstance(value, dict):
            return "{ " + _group_text(value) + " }"
        if isinstance(value, bool):
            return str(value).lower()
        return f'"{value}"' if isinstance(value, str) else repr(value)
    return " ".join(f"{name} = {text(value)};" for name, value in tree.items())


class Experiments:
    """Runs scenarios into `folder`. `settings` stand in the config, below what a scenario sets; `overrides` above it (--set)."""

    def __init__(self, folder, replicates, threads=1, settings=None, overrides=(), say=lambda text: None):
        self.folder = pathlib.Path(folder)
        self.replicates = replicates
        self.threads = threads
        self.settings = settings or {}
        self.overrides = tuple(overrides)
        self.say = say
        self.failed = {}  # (family, scenario) -> CannotTell

    def _ingredients(self, family, scenario):
        path = config_path(family)
        if not path.exists():
            raise CannotTell(f"{path} is not there")
        head, scenarios = split_config(path)
        if scenario not in scenarios:
            raise CannotTell(f"scenario {scenario} is not in {path.name}")
        text = f'base = "{path}";\n{as_config(self.settings)}\nscenarios = (\n{scenarios[scenario]}\n);\n'
        return path, head, text

    def file(self, family, scenario):
        """Where its result is or will be; named by what decides the numbers."""
        path, head, text = self._ingredients(family, scenario)
        behind = files_behind(path)
        behind[path.resolve()] = head.encode()  # other scenarios of the family decide nothing
        parts = [_program_hash(), text.replace(str(path.parent), ""), str(self.replicates), *self.overrides]
        parts += [hashlib.sha256(content).hexdigest() for _, content in sorted(behind.items())]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        return self.folder / f"{self._name(family, scenario)}{key}.h5"

    def fingerprint(self, needs, *more):
        """Twelve letters for all that decides what is found in these scenarios: their files, the code that measures, more."""
        names = []
        for need in needs:
            try:
                names.append(self.file(*need).name)
            except CannotTell as why:
                names.append(str(why))
        return hashlib.sha256("\0".join([_code_hash(), *names, *more]).encode()).hexdigest()[:12]

    def _name(self, family, scenario):
        """How the names of its files begin, whatever else decided the numbers."""
        return f"{family}.{scenario}.{self.replicates}."

    def run(self, family, scenario):
        """Its result file, run now if it is not in the cache."""
        out = self.file(family, scenario)
        if out.exists():
            return out
        config = out.with_suffix(".cfg")
        config.write_text(self._ingredients(family, scenario)[2], encoding="utf-8")
        sets = [word for each in self.overrides for word in ("--set", each)]
        process = run_program(["run", config, "-o", out, "--replicates", self.replicates, "--threads", 1, "--quiet", "--force",
                               "--set", "output.compression=1", *sets])
        if process.returncode not in (0, 3):  # 3: some replicates failed; they hold NaN
            raise RunFailed(f"{family}.cfg, {scenario}", process)
        config.unlink()
        for other in self.folder.glob(f"{glob.escape(self._name(family, scenario))}*.h5"):
            if other != out:  # of another program or config: nobody asks for it again
                other.unlink(missing_ok=True)
        return out

    def prepare(self, needs):
        """Runs what is not in the cache yet, `threads` scenarios at once; what cannot be run is kept in `failed`."""
        self.folder.mkdir(parents=True, exist_ok=True)

        def attempt(need):
            try:
                self.run(*need)
            except CannotTell as why:
                self.failed[need] = why
        with concurrent.futures.ThreadPoolExecutor(self.threads) as pool:
            for done, _ in enumerate(pool.map(attempt, needs), 1):
                self.say(f"{done} of {len(needs)} scenarios")
        return self


@functools.lru_cache(maxsize=1)
def _program_hash():
    path = pathlib.Path(find_program())
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


@functools.lru_cache(maxsize=1)
def _code_hash():
    """Of the Python of the analysis, which decides what is made of a result."""
    files = sorted(pathlib.Path(__file__).resolve().parents[1].rglob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def default_threads():
    return int(os.environ.get("OMP_NUM_THREADS", 0)) or len(os.sched_getaffinity(0))


# ---- results ------------------------------------------------------------------------------------------------------------

class Series:
    """An observable of one scenario: `array` (replicate, time), or (replicate, level, time) by a grouping; `months` (time)."""

    def __init__(self, array, months, unit, tick, levels=()):
        self.array, self.months, self.unit, self.tick, self.levels = array, months, unit, tick, list(levels)

    def __array__(self, dtype=None):
        return np.asarray(self.array, dtype)

    def at(self, month):
        """(replicate[, level]) at the end of the tick nearest to so many months after the start."""
        return self.array[..., np.argmin(np.abs(self.months - month))]

    def _inside(self, first, last):
        return self.array[..., (self.months > first + 1e-6) & (self.months <= last + 1e-6)]

    def window(self, first, last):
        """(replicate[, level]) mean over ticks that end after month `first` and not after `last`; NaN where none holds a
        number."""
        inside = self._inside(first, last)
        n = np.isfinite(inside).sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(n > 0, np.nansum(inside, axis=-1) / n, np.nan)

    def count(self, first, last):
        """(replicate[, level]) how many in a window: a rate a year summed over time, a count over ticks."""
        total = np.nansum(self._inside(first, last), axis=-1)
        return total * self.tick if self.unit.endswith("/year") else total

    def level(self, name):
        """Series (replicate, time) of one level of a grouping, by its label."""
        if name not in self.levels:
            raise CannotTell(f"level {name!r} is not there; there are {', '.join(self.levels)}")
        return Series(self.array[:, self.levels.index(name)], self.months, self.unit, self.tick)


class Run:
    """One scenario's result file, read bit by bit as it is asked for."""

    def __init__(self, path):
        self.path = path
        self.file = h5py.File(path, "r")
        self.done = self.file["status"][0, 0] == RUN_DONE  # (replicate)
        time = self.file["time"][()]
        self.tick = float(time[1] - time[0]) if len(time) > 1 else MONTH  # years
        self.start = float(time[0]) - self.tick

    def __contains__(self, name):
        return name in self.file

    def _dataset(self, name):
        if name not in self.file:
            raise CannotTell(f"{name} is not in the result file")
        return self.file[name]

    def months(self, years):
        return np.round((np.asarray(years) - self.start) / MONTH, 6)

    def series(self, name):
        data = self._dataset(name)
        array = np.where(self.done.reshape((-1,) + (1,) * (data.ndim - 3)), data[0, 0], np.nan)
        dims = [str(dim.keys()[0]).rpartition("/")[2] if dim.keys() else "" for dim in data.dims]
        group = name.rpartition("/")[0]
        levels = self.labels(f"{group}/{dims[-2]}") if data.ndim == 5 else ()
        years = self.file[f"{group}/{dims[-1]}"][()]
        return Series(array, self.months(years), _text(data.attrs.get("units", "1")), self.tick, levels)

    def labels(self, grouping):
        """Names of the levels of a grouping, such as tenure_cohort."""
        return [_text(label) for label in self._dataset(grouping)[()]]

    def _table(self, group, rows):
        """{name: values of those rows} of a group; rows is a mask; point and scenario are one, so they are left out."""
        leave = {"row", "point_index", "scenario_index", "cluster"}
        return {key: data[()][rows] for key, data in self.file[group].items() if key not in leave and len(data) == len(rows)}

    def _rows(self, group, replicate):
        if group not in self.file:
            setting = {"panel": ": set output.panel_runs", "ties": ": set output.tie_runs"}.get(group, "")
            raise CannotTell(f"/{group} is not in the result file{setting}")
        index = self.file[group]["replicate_index"][()]
        return np.ones(len(index), dtype=bool) if replicate is None else index == replicate

    def panel(self, replicate=None):
        """Firms by snapshot, all replicates or one: columns replicate, month, uid and the firm's fields."""
        return self._frame(self._table("panel", self._rows("panel", replicate)))

    def ties(self, replicate=None):
        """Directed ties by snapshot: columns replicate, month, uid, to, trust, awareness, age, kind."""
        rows = self._rows("ties", replicate)
        n = self.file["ties/n_ties"][()]
        owner = self._table("ties", rows)
        owner.pop("n_ties", None)
        frame = {key: np.repeat(value, n[rows]) for key, value in owner.items()}
        chosen = np.repeat(rows, n)
        frame.update({key: self.file["ties"][key][()][chosen] for key in ("to", "trust", "awareness", "age", "kind")})
        return self._frame(frame)

    def projects(self, replicate=None):
        """Projects, one a row: replicate and what else /projects holds, as it holds it; the team's uids are team_0 to team_7."""
        table = self._table("projects", self._rows("projects", replicate))
        flat = {key: values for key, values in table.items() if values.ndim == 1}
        for key in [key for key, values in table.items() if values.ndim == 2]:
            flat.update({f"{key}_{k}": column for k, column in enumerate(table[key].T)})
        return self._frame(flat)

    def _frame(self, columns):
        frame = pandas.DataFrame(columns)
        frame = frame.rename(columns={"replicate_index": "replicate", "firm_sector": "sector", "firm_size_class": "size_class"})
        if "snapshot_time" in frame:
            frame.insert(1, "month", self.months(frame.pop("snapshot_time")))
        return frame


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Runs:
    """What a pattern's function is given: results by family (a config of configs/validation/) and scenario."""

    def __init__(self, experiments):
        self.experiments = experiments
        self.opened = {}
        self.frames = {}  # (what, family, scenario, replicate) -> frame, at most FRAMES

    def __call__(self, family, scenario):
        """The Run, opened once; CannotTell when it could not be run."""
        key = family, scenario
        if key in self.experiments.failed:
            raise self.experiments.failed[key]
        if key not in self.opened:
            self.opened[key] = Run(self.experiments.run(family, scenario))
        return self.opened[key]

    def values(self, family, scenario, name):
        """Series (replicate, time) of an observable; `overview_by_tenure_cohort` and the like are (replicate, level, time)."""
        return self(family, scenario).series(name)

    def _frame(self, what, family, scenario, replicate):
        """A table of a result; the last few read are kept, since patterns of a family ask for the same one after another."""
        key = what, family, scenario, replicate
        if key not in self.frames:
            while len(self.frames) >= FRAMES:
                self.frames.pop(next(iter(self.frames)))
            self.frames[key] = getattr(self(family, scenario), what)(replicate)
        return self.frames[key].copy(deep=False)  # a column that a pattern adds is not seen by the next

    def panel(self, family, scenario, replicate=None):
        return self._frame("panel", family, scenario, replicate)

    def ties(self, family, scenario, replicate=None):
        return self._frame("ties", family, scenario, replicate)

    def projects(self, family, scenario, replicate=None):
        return self._frame("projects", family, scenario, replicate)

    def close(self):
        for run in self.opened.values():
            run.file.close()
        self.opened, self.frames = {}, {}
