"""Are two result files the same but for /provenance?  same_bits.py A.h5 B.h5 [--scenario NAME | --replicate R]

--scenario NAME: A's scenario of that name against B's; --replicate R: A's replicate R against B's replicate 0. Both look
at the observables only, along those dimensions. Differences are printed; the exit code is 1 when there are any.
"""
import argparse

import h5py
import numpy as np

IGNORED_ATTRIBUTES = {"DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"}


def contents(path):
    """name -> (dims, value) of every dataset, and of every attribute that is no link between datasets."""
    found = {}

    def visit(name, item):
        if name.split("/")[0] == "provenance":
            return
        for key, value in item.attrs.items():
            if key not in IGNORED_ATTRIBUTES:
                found[f"{name}@{key}"] = ((), np.asarray(value))
        if isinstance(item, h5py.Dataset):
            dims = tuple(dim.keys()[0].split("/")[-1] if dim.keys() else "" for dim in item.dims)
            found[name] = (dims, item[()])

    with h5py.File(path, "r") as file:
        visit("", file)
        file.visititems(visit)
        names = [n.decode() if isinstance(n, bytes) else n for n in np.atleast_1d(file["scenario"][()])]
    return found, names


def same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype == object:
        return all(np.array_equal(x, y) for x, y in zip(a.ravel(), b.ravel()))
    return a.tobytes() == b.tobytes()


def along(found, dimension, index):
    """The root datasets that have a scenario, point and replicate, at one index of one of these dimensions."""
    chosen = {}
    for name, (dims, value) in found.items():
        if "/" in name or "@" in name or not {"scenario", "point", "replicate"} <= set(dims):
            continue
        chosen[name] = (dims, np.take(value, [index], axis=dims.index(dimension)))
    return chosen


parser = argparse.ArgumentParser()
parser.add_argument("a")
parser.add_argument("b")
parser.add_argument("--scenario")
parser.add_argument("--replicate", type=int)
options = parser.parse_args()

(a, names_a), (b, names_b) = contents(options.a), contents(options.b)
if options.scenario:
    a = along(a, "scenario", names_a.index(options.scenario) if options.scenario in names_a else 0)
    b = along(b, "scenario", names_b.index(options.scenario))
elif options.replicate is not None:
    a, b = along(a, "replicate", options.replicate), along(b, "replicate", 0)

if not any(len(value.shape) >= 4 for _, value in a.values() if hasattr(value, "shape")):
    raise SystemExit(f"{options.a} holds no observables to compare")
different = sorted(n for n in a.keys() | b.keys() if n not in a or n not in b or not same(a[n][1], b[n][1]))
for name in different[:20]:
    print(f"        {name} differs" if name in a and name in b else f"        {name} is in one file only")
raise SystemExit(1 if different else 0)
