"""Reading a Klynge result file: its observables, and its resolved config.

Knows the HDF5 file only. Observables have the dimensions (scenario, point, replicate, time) or, for network measures,
(..., time_network); times are decimal years at the end of a tick.
"""
import re

import numpy as np
import xarray

RUN_DONE = 0
MONTH = 1 / 12


class Result:
    """One scenario and design point of a file; replicates that failed are left out."""

    def __init__(self, path, scenario=None, point=0):
        self.path = path
        self.data = xarray.open_dataset(path, engine="h5netcdf")
        names = [str(s) for s in self.data["scenario"].values]
        self.scenario = names[0] if scenario is None else scenario
        if self.scenario not in names:
            raise SystemExit(f"{path}: scenario {self.scenario!r} is not there; there are: {', '.join(names)}")
        self.at = {"scenario": names.index(self.scenario), "point": point}
        self.done = np.flatnonzero(self.data["status"].isel(self.at).values == RUN_DONE)
        if not len(self.done):
            raise SystemExit(f"{path}: no replicate of scenario {self.scenario!r} was done")
        times = self.data["time"].values
        self.tick = float(times[1] - times[0]) if len(times) > 1 else MONTH
        self.start = float(times[0]) - self.tick

    def __contains__(self, name):
        return name in self.data

    def times(self, name):
        return self.data[self.data[name].dims[-1]].values

    def values(self, name):
        """(replicate, time) of the replicates that were done; (replicate, level, time) of a dataset by groups."""
        return self.data[name].isel(self.at).values[self.done]

    def labels(self, grouping):
        """Names of the levels of a grouping, such as arena."""
        return [str(label) for label in self.data[grouping].values]

    def unit(self, name):
        return str(self.data[name].attrs.get("units", "1"))

    def month(self, name, month):
        """(replicate) at the end of the tick nearest to so many months after the start."""
        nearest = np.argmin(np.abs(self.times(name) - (self.start + month * MONTH)))
        return self.values(name)[..., nearest]

    def window(self, name, first, last):
        """The values of the ticks that end after month `first` and not after month `last`."""
        times = self.times(name) - self.start
        inside = (times > first * MONTH + 1e-6) & (times <= last * MONTH + 1e-6)
        return self.values(name)[..., inside]

    def count(self, name, first, last):
        """(replicate) how many in a window: a rate a year is summed over time, a count over ticks."""
        total = np.nansum(self.window(name, first, last), axis=-1)
        return total * self.tick if self.unit(name).endswith("/year") else total

    def yearly(self, name, first, last):
        """(replicate) a rate a year over a window, from a rate or from a count in each tick."""
        return self.count(name, first, last) / ((last - first) * MONTH)


# ---- the text of a resolved config (libconfig): groups { }, lists ( ) and [ ], `name = value;` or `name: value;` ------

_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|[{}()\[\]=:;,]|[^\s{}()\[\]=:;,#"]+')


def parse_config(text):
    """The settings of a resolved config as nested dicts and lists; numbers, dates and texts stay text."""
    tokens = [t for t in _TOKEN.findall(text) if not t.startswith("#")]
    return _settings(tokens, 0)[0]


def _settings(tokens, k):
    found = {}
    while k < len(tokens) and tokens[k] != "}":
        if tokens[k] in ";,":
            k += 1
        else:
            found[tokens[k]], k = _value(tokens, k + 2)
    return found, k + 1


def _value(tokens, k):
    if tokens[k] == "{":
        return _settings(tokens, k + 1)
    if tokens[k] not in "([":
        return tokens[k].strip('"'), k + 1
    items, k = [], k + 1
    while tokens[k] not in ")]":
        if tokens[k] == ",":
            k += 1
        else:
            item, k = _value(tokens, k)
            items.append(item)
    return items, k + 1


def setting(config, scenario, path):
    """A setting by its path: as the scenario changes it, else as it is for all; None when it is not there."""
    for group in [s for s in config.get("scenarios", []) if s.get("name") == scenario] + [config]:
        for name in path.split("."):
            group = group.get(name) if isinstance(group, dict) else None
        if group is not None:
            return group
    return None


def years(text):
    """2020-03 or 2020.25 as decimal years."""
    month = re.fullmatch(r"(\d{4})-(\d{2})", text)
    return int(month[1]) + (int(month[2]) - 1) / 12 if month else float(text)


# ---- statistics --------------------------------------------------------------------------------------------------------


def mean_with_interval(values):
    """Mean of replicates and its 95 % interval (normal; hundreds of replicates)."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = values.mean()
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return mean, mean - half, mean + half


def ratio_of_means(top, bottom):
    """Ratio of two means over the same replicates, with its 95 % interval (jackknife)."""
    top, bottom = np.asarray(top, dtype=float), np.asarray(bottom, dtype=float)
    n, whole = len(top), top.mean() / bottom.mean()
    if n < 2:
        return whole, np.nan, np.nan
    without = (top.sum() - top) / (bottom.sum() - bottom)
    half = 1.96 * np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))
    return whole, whole - half, whole + half
