"""A result file as ensembles: one number for each scenario, point and replicate, read at a moment or over a span of time.

Knows the HDF5 file only. Everything that a user's file can be wrong in ends as a Failure with a sentence and the exit code that
`klynge summary` gives for the same file.
"""
import os
import stat
import warnings
from collections import namedtuple
from functools import cached_property

import h5py
import numpy as np

from klynge_analysis.commandline import IO, USAGE, Failure, nearest
from klynge_analysis.page import date

RUN_DONE = 0
SCHEMA = 1
SAME_TIME = 1e-6  # years
SIGNATURE = b"\x89HDF\r\n\x1a\n"

# What is read off a cluster by default: the aggregates of the charter's question, not all that a file holds, since every
# comparison made takes power from all others.
MAIN = ("members", "collaboration", "sense_of_community", "understanding", "anchoring", "trust", "overview", "strong_ties",
        "projects_started", "utilisation", "realised", "exits")

# A setting that differs between points: (scenario, point) numbers, its unit, and where it is a choice what the numbers stand for.
Swept = namedtuple("Swept", "values unit labels")


def text_of(value):
    """A text of a file: an attribute, or an item of a dataset."""
    return value.decode() if isinstance(value, bytes) else str(value)


def numbers_of(item):
    """Values of a param_ dataset as numbers, and the texts they stand for where it is a choice: its places in the design's list."""
    values = item[()]
    if values.dtype.kind != "O":
        return values.astype(float), ()
    labels = tuple(text_of(item.attrs["design_values"]).split("\n") if "design_values" in item.attrs else sorted(set(map(text_of, values.flat))))
    codes = {label: k for k, label in enumerate(labels)}
    return np.vectorize(lambda value: codes.get(text_of(value), np.nan), otypes=[float])(values), labels


def swept_name(path):
    """The dataset that holds the values of a parameter."""
    return "param_" + path.replace(".", "_")


# name -> (parts that are summed, long name): what no single dataset holds.
SUMS = {"projects": (("projects_started", "projects_outside"), "projects started, in the cluster and outside")}


class Moment:
    """When observables are read. Without anything: states at the end of the file, rates over the last `recent` years before it.
    `at` a year: states then, rates over the 12 months before. `window`: the mean over all ticks that end in (from, to].
    """

    def __init__(self, at=None, window=None, recent=2.0):
        self.at, self.window, self.recent = at, window, recent

    def span(self, times, is_rate):
        """First and last index into ascending `times` (n), or None when there is nothing to read."""
        last = self._last(times)
        if last < 0:
            return None
        if self.window:
            first = self._after(times, self.window[0])
        elif is_rate:
            first = self._after(times, times[last] - (1.0 if self.at is not None else self.recent))
        else:
            first = last
        return (first, last) if first <= last else None

    def _last(self, times):
        until = self.window[1] if self.window else self.at if self.at is not None else times[-1]
        return self._after(times, until) - 1

    @staticmethod
    def _after(times, time):
        return int(np.searchsorted(times, time + SAME_TIME, side="right"))

    def in_words(self, end):
        """`end`: the last time of the file."""
        if self.window:
            return f"means over {date(self.window[0])} to {date(self.window[1])}"
        if self.at is not None:
            return f"states at {date(self.at)}, rates over the 12 months before it"
        return f"states at the end ({date(end)}), rates over the last {round(12 * self.recent)} months"


class Ensemble:
    """The runs of one file. Read with h5py, dataset by dataset: xarray looks at all of them first, which takes seconds."""

    def __init__(self, path):
        self.path = path
        _check_file(path)
        self.file = _open(path)
        self.scenarios = [name.decode() for name in self._load("scenario")]
        self.done = self._load("status") == RUN_DONE  # (scenario, point, replicate)
        if self.done.ndim != 3 or self.done.shape[0] != len(self.scenarios):
            raise Failure(IO, f"{path}: status is not by scenario, point and replicate")
        self.n_points = self.done.shape[1]
        self.time = self._load("time")  # (time) decimal years, at the end of each tick
        if not len(self.time):
            raise Failure(USAGE, f"{path}: no tick was run")
        self.tick = float(self.time[1] - self.time[0]) if len(self.time) > 1 else 1 / 12

    def _load(self, name, part=()):
        try:
            return self.file[name][part]
        except KeyError:
            raise Failure(IO, f"{self.path}: {name} is missing") from None
        except (OSError, ValueError, RuntimeError) as e:
            raise Failure(IO, f"{self.path}: cannot read {name}: {first_line(e)}") from None

    def table(self, group, names, rows=()):
        """{name: (row)} of a table such as panel, all its rows or a slice of them, or None where the file has none."""
        if group not in self.file:
            return None
        found = {name: self._load(f"{group}/{name}", rows) for name in names}
        if len({values.shape for values in found.values()}) > 1:
            raise Failure(IO, f"{self.path}: the columns of {group} differ in length")
        return found

    # ---- what there is ------------------------------------------------------------------------------------------------

    def index(self, scenario, option):
        if scenario not in self.scenarios:
            raise Failure(USAGE, f"--{option}: {self.path} has no scenario {scenario}{nearest(scenario, self.scenarios)}")
        return self.scenarios.index(scenario)

    def question(self, scenario):
        if "question" not in self.file:
            return ""
        found = self._load("question")
        if found.shape != (len(self.scenarios),):
            raise Failure(IO, f"{self.path}: question is not by scenario")
        return found[self.scenarios.index(scenario)].decode()

    @cached_property
    def names(self):
        """All whole observables, as `klynge summary` lists them."""
        return [name for name, item in self.file.items() if isinstance(item, h5py.Dataset) and len(item.shape) == 4
                and item.shape[:3] == self.done.shape and item.shape[3] and "cell_methods" in item.attrs]

    def has(self, name):
        return all(part in self.names for part in self.parts(name))

    def check_observable(self, name):
        if not self.has(name):
            raise Failure(USAGE, f"--observables: {self.path} has no {name}{nearest(name, [*self.names, *SUMS])}")

    def parts(self, name):
        return SUMS[name][0] if name in SUMS else (name,)

    def unit(self, name):
        return self._said(name, "units", "1")

    def long_name(self, name):
        return SUMS[name][1] if name in SUMS else self._said(name, "long_name", name.replace("_", " "))

    def is_rate(self, name):
        return self._said(name, "cell_methods", "") != "time: point"

    def _said(self, name, attribute, otherwise):
        found = self.file[self.parts(name)[0]].attrs.get(attribute, otherwise)
        return found.decode() if isinstance(found, bytes) else str(found)

    # ---- reading ------------------------------------------------------------------------------------------------------

    def read(self, name, moment):
        """(scenario, point, replicate), NaN where a run failed or has no value; and the times of the first and last tick read, or
        None where there is nothing to read."""
        total, span = 0.0, None
        for part in self.parts(name):
            times = self._times(part)
            found = moment.span(times, self.is_rate(name))
            if found is None:
                return np.full(self.done.shape, np.nan), None
            total = total + _mean(self._load(part, np.s_[..., found[0]:found[1] + 1]))
            span = float(times[found[0]]), float(times[found[1]])
        return np.where(self.done, total, np.nan), span

    def history(self, name):
        """(scenario, point, replicate, time), NaN where a run failed or has no value, and the times in decimal years."""
        values = sum(self._load(part) for part in self.parts(name))
        return np.where(self.done[..., None], values, np.nan), self._times(self.parts(name)[0])

    def grouped(self, name, grouping):
        """Names of the levels of a grouping, and a function of scenario and point that reads an observable by it (replicate, level,
        time); None where the file has no such dataset."""
        path = f"{name}_by_{grouping}"
        if path not in self.file or grouping not in self.file:
            return None
        return [label.decode() for label in self._load(grouping)], lambda s, p: self._load(path, np.s_[s, p])

    @cached_property
    def swept(self):
        """path -> Swept of the settings that differ between design points; {} where there is one point."""
        found = {}
        for name, item in self.file.items():
            if name.startswith("param_") and isinstance(item, h5py.Dataset) and item.shape == self.done.shape[:2]:
                values, labels = numbers_of(item)
                if (values != values[:, :1]).any():
                    found[text_of(item.attrs.get("parameter", name.removeprefix("param_")))] = Swept(
                        values, text_of(item.attrs.get("units", "1")), tuple(label.strip('"') for label in labels))
        return found

    def choose(self, names, wanted=MAIN):
        """Observables asked for, `all` of them, or those of `wanted` that the file has."""
        if names == ["all"]:
            return self.names
        if names:
            for name in names:
                self.check_observable(name)
            return list(dict.fromkeys(names))
        found = [name for name in wanted if self.has(name)]
        if not found:
            raise Failure(USAGE, f"{self.path} has none of {', '.join(wanted)}; name some with --observables")
        return found

    def _times(self, name):
        """Those of time, or of time_network for measures which are not taken each tick."""
        try:
            axis = self.file[name].dims[3][0]
        except (RuntimeError, KeyError, IndexError) as e:
            raise Failure(IO, f"{self.path}: cannot tell the times of {name}: {first_line(e)}") from None
        times = self._load(axis.name or "time")
        if times.shape != self.file[name].shape[3:]:
            raise Failure(IO, f"{self.path}: {name} has {self.file[name].shape[3]} times, and its axis {times.size}")
        return times

    def cost(self, until):
        """name -> (scenario, point, replicate): what all instruments took a year, from the start of the run to the time `until`;
        management_hours and member_hours in h/year, money in NOK/year. Empty where the file has no costs."""
        found = {}
        n = max(1, int(np.searchsorted(self.time, until + SAME_TIME, side="right")))
        for name in ("management_hours", "member_hours", "money"):
            if f"cost/{name}" in self.file:
                # One scenario at a time: all instruments and ticks of a large file do not fit into little memory.
                rows = [np.nansum(self._load(f"cost/{name}", np.s_[s, ..., :n]), axis=(-2, -1)) for s in range(len(self.scenarios))]
                found[name] = np.where(self.done, np.array(rows) / (n * self.tick), np.nan)
        return found


def _mean(values):
    """Over the last axis, of what is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all missing: NaN
        return np.nanmean(values, axis=-1)


def _open(path):
    try:
        file = h5py.File(path, "r")
        found = file.attrs.get("klynge_schema")
    except OSError as e:
        raise Failure(IO, f"{path}: cannot read the file: {first_line(e)}") from None
    if found is None:
        raise Failure(USAGE, f"{path}: an HDF5 file that klynge did not write")
    if np.ravel(found)[0] != SCHEMA:
        raise Failure(USAGE, f"{path}: found file schema {np.ravel(found)[0]}, expected {SCHEMA}")
    return file


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _check_file(path):
    """As sim/io/result.c: what cannot be a result is a usage error, what cannot be read one of input."""
    try:
        about = os.stat(path)
    except OSError as e:
        raise Failure(USAGE if isinstance(e, (FileNotFoundError, NotADirectoryError)) else IO,
                      f"{path}: cannot find the file: {e.strerror}") from None
    if not stat.S_ISREG(about.st_mode):
        raise Failure(USAGE, f"{path}: found something that is no regular file, expected a result of klynge")
    try:
        with open(path, "rb") as file:
            found = file.read(len(SIGNATURE))
    except OSError as e:
        raise Failure(IO, f"{path}: cannot open the file: {e.strerror}") from None
    if not found:
        raise Failure(USAGE, f"{path}: the file is empty, expected a result of klynge")
    if found != SIGNATURE:
        raise Failure(USAGE, f"{path}: not an HDF5 file, expected a result of klynge; `klynge run` makes one from a config")
