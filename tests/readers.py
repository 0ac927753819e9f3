"""Does a result file open with no help in xarray (both engines), h5py and ncdump?  readers.py FILE.h5

Every dtype is asserted, as are units, coordinates, fill values, names of scenarios and seeds. /panel, /projects and /ties are
looked at where the file has them. The last line is "N passed, N failed".
"""
import ctypes
import json
import subprocess
import sys

import h5py
import numpy as np
import xarray as xr
from tally import check, end

ENGINES = ("h5netcdf", "netcdf4")
IDENTITY = {"scenario_index": "int32", "point_index": "int32", "replicate_index": "int32", "snapshot_time": "float64",
            "cluster": "int32", "uid": "uint32"}
RUN = ("scenario", "point", "replicate")


def check_all(sentence, wrong):
    """One test; `wrong` lists what breaks it."""
    wrong = list(wrong)
    check(sentence, not wrong, f": {wrong[:5]}")


def attempt(sentence, function, *arguments):
    """What a failed check leads to must not hide the others."""
    try:
        function(*arguments)
    except Exception as e:
        check(sentence, False, f": {type(e).__name__}: {e}")


def is_text(array):
    return array.dtype == object and all(isinstance(x, str) for x in array.ravel())


# ---- xarray ----------------------------------------------------------------------------------------------------------

def observables(ds):
    return {name: v for name, v in ds.data_vars.items() if v.dims[:3] == RUN and name not in ("status", "digest")}


def check_axes(ds, where):
    check(f"{where}: scenario is text", is_text(ds["scenario"].values))
    check(f"{where}: names of scenarios are unique and not empty",
          len(set(ds["scenario"].values)) == ds.sizes["scenario"] and all(ds["scenario"].values))
    check(f"{where}: point and replicate are int32", ds["point"].dtype == ds["replicate"].dtype == np.int32)
    check(f"{where}: point and replicate count from 0", (ds["point"].values == np.arange(ds.sizes["point"])).all()
          and (ds["replicate"].values == np.arange(ds.sizes["replicate"])).all())
    for name in {"time", "time_network"} & set(ds.dims):
        time = ds[name]
        check(f"{where}: {name} is float64 in years, rising, not decoded", time.dtype == np.float64
              and time.attrs.get("units") == "year" and (np.diff(time.values) > 0).all() and 1900 < time.values[0] < 2300)
        check(f"{where}: {name} has a long_name", time.attrs.get("long_name"))
    check(f"{where}: time has axis T", ds["time"].attrs.get("axis") == "T")
    check_all(f"{where}: every dimension has coordinates", (d for d in ds.dims if d not in ds.coords))
    others = [d for d in ds.dims if d not in RUN and not d.startswith("time")]
    check_all(f"{where}: labels of groupings are text", (d for d in others if not is_text(ds[d].values)))
    check(f"{where}: replicate is unlimited", "replicate" in ds.encoding["unlimited_dims"])


def check_observables(ds, where):
    found = observables(ds)
    check(f"{where}: there are observables", found)
    check_all(f"{where}: observables are float64", (n for n, v in found.items() if v.dtype != np.float64))
    check_all(f"{where}: observables end in time", (n for n, v in found.items() if not v.dims[-1].startswith("time")))
    check_all(f"{where}: observables by a grouping name it",
              (n for n, v in found.items() if len(v.dims) == 5 and v.dims[3] not in n and where.count("cost") == 0))
    check_all(f"{where}: observables have at most one grouping", (n for n, v in found.items() if not 4 <= v.ndim <= 5))
    for key in ("units", "long_name", "cell_methods"):
        check_all(f"{where}: observables have {key}", (n for n, v in found.items() if not v.attrs.get(key)))
    check_all(f"{where}: cell_methods speak of time",
              (n for n, v in found.items() if not v.attrs["cell_methods"].startswith("time: ")))
    check_all(f"{where}: no unit is taken for a span or a date",
              (n for n, v in found.items() if v.attrs["units"] in ("hours", "days") or " since " in v.attrs["units"]))
    check_all(f"{where}: fill values are NaN", (n for n, v in found.items() if not np.isnan(v.encoding["_FillValue"])))
    check_all(f"{where}: values are in their valid range", (n for n, v in found.items() if not in_range(v)))


def in_range(v):
    low, high = v.attrs.get("valid_range", (v.attrs.get("valid_min", -np.inf), v.attrs.get("valid_max", np.inf)))
    x = v.values[~np.isnan(v.values)]
    return ((x >= low) & (x <= high)).all()


def check_root(ds, where):
    check_axes(ds, where)
    check_observables(ds, where)
    check(f"{where}: status is int8 with flags", ds["status"].dtype == np.int8 and ds["status"].dims == RUN
          and ds["status"].attrs["flag_meanings"] == "done failed not_run"
          and ds["status"].attrs["flag_values"].dtype == np.int8)
    seeds = ds["seed"]
    check(f"{where}: seeds are int64, below 2^53, all different", seeds.dtype == np.int64 and seeds.dims == ("replicate",)
          and (seeds.values >= 0).all() and (seeds.values < 2**53).all() and len(set(seeds.values)) == seeds.size)
    check(f"{where}: digests are 32 hex digits where a run is done", ds["digest"].dims == RUN and is_text(ds["digest"].values)
          and all(len(d) == (32 if s == 0 else 0) and not d.strip("0123456789abcdef")
                  for d, s in zip(ds["digest"].values.ravel(), ds["status"].values.ravel())))
    check(f"{where}: questions are text", ds["question"].dims == ("scenario",) and is_text(ds["question"].values))
    known = set(observables(ds)) | {"status", "seed", "digest", "question"}
    check_all(f"{where}: nothing else but swept parameters",
              (n for n in ds.data_vars if n not in known and not n.startswith("param_")))
    check_all(f"{where}: swept parameters are float64 by scenario and point",
              (n for n, v in ds.data_vars.items() if n.startswith("param_")
               and (v.dims != ("scenario", "point") or v.dtype != np.float64)))
    members = ds[list(observables(ds))[0]].values[ds["status"].values == 0]
    check(f"{where}: the first observable has no gap in runs that are done", not np.isnan(members).any())
    attrs = ds.attrs
    check(f"{where}: attributes of the file", attrs["Conventions"] == "CF-1.8" and attrs["klynge_schema"] == 1
          and attrs["source"].startswith("klynge ") and attrs["title"] and attrs["history"] and len(attrs["digest"]) == 32)


def check_rows(ds, where):
    check_all(f"{where}: what identifies a row has its dtype", (n for n, t in IDENTITY.items() if ds[n].dtype != t))
    keys = [ds[n].values for n in reversed(IDENTITY)]
    check(f"{where}: rows are ordered", (np.lexsort(keys) == np.arange(ds.sizes["row"])).all())
    check(f"{where}: a row stands once", len(set(zip(*keys))) == ds.sizes["row"])
    meanings = ds["scenario_index"].attrs["flag_meanings"].split()
    check(f"{where}: scenarios are named", set(np.unique(ds["scenario_index"])) <= set(range(len(meanings))))


def check_panel(ds, where):
    check_rows(ds, where)
    fields = {n: v for n, v in ds.data_vars.items() if n not in IDENTITY}
    check(f"{where}: there are fields", fields)
    check_all(f"{where}: fields are float64, float32 or int32",
              (n for n, v in fields.items() if v.dtype not in (np.float64, np.float32, np.int32)))
    check_all(f"{where}: fields have units and long_name",
              (n for n, v in fields.items() if not v.attrs.get("units") or not v.attrs.get("long_name")))
    check_all(f"{where}: what identifies a row is a coordinate", (n for n in IDENTITY if n not in ds.coords))


def check_projects(ds, where):
    runs = ("scenario_index", "point_index", "replicate_index", "cluster")
    expected = {**dict.fromkeys(runs, "int32"), **dict.fromkeys(("start", "end", "trust", "match"), "float64"), "team": "int32",
                **dict.fromkeys(("project_level", "origin", "n", "ended", "outcome"), "int8")}
    check(f"{where}: columns", set(ds.variables) == set(expected))
    check_all(f"{where}: dtypes", (n for n, t in expected.items() if ds[n].dtype != t))
    check_all(f"{where}: what identifies a run is a coordinate", (n for n in runs if n not in ds.coords))
    keys = [ds[n].values for n in ("cluster", "start", "replicate_index", "point_index", "scenario_index")]
    check(f"{where}: rows are ordered by run, start and cluster", (np.lexsort(keys) == np.arange(ds.sizes["project"])).all())
    check_all(f"{where}: columns have a long_name", (n for n, v in ds.data_vars.items() if not v.attrs.get("long_name")))
    for name, flags in (("origin", "idea opened small_project trial vote outside"), ("ended", "no yes"),
                        ("outcome", "running failed succeeded breached succeeded_breached")):
        attrs, values = ds[name].attrs, np.arange(len(flags.split()))
        check(f"{where}: {name} has flags of its own type", attrs["flag_meanings"] == flags and attrs["flag_values"].dtype
              == np.int8 and (attrs["flag_values"] == values).all() and np.isin(ds[name].values, values).all())
    team, n = ds["team"].values, ds["n"].values
    check(f"{where}: a team has n firms, then -1", team.shape[1] == 8
          and ((team >= 0) == (np.arange(8) < n[:, None])).all() and (team.min() >= -1))
    check(f"{where}: a firm sits in a team once", all(len(set(t[:k])) == k for t, k in zip(team, n)))
    check(f"{where}: years are years", (ds["end"] > ds["start"]).all() and ds["start"].attrs["units"] == "year")
    check_all(f"{where}: values are in their valid range", (v for v in ("project_level", "n", "trust", "match")
                                                           if not in_range(ds[v])))
    check(f"{where}: ended is told by the outcome", ((ds["ended"] == 1) == (ds["outcome"] != 0)).all())


def check_against_projects(path):
    """What the root counts, and what firms remember, are rows of /projects."""
    root, panel, projects = (xr.open_dataset(path, group=g, engine="h5netcdf").load() for g in (None, "panel", "projects"))
    dt = 1 / round(1 / float(np.diff(root["time"].values[:2])[0]))
    inside = projects["origin"].values != 5
    run = [projects[n].values for n in ("scenario_index", "point_index", "replicate_index")]
    wrong = []
    for s, p, r in sorted(set(zip(*(panel[n].values for n in ("scenario_index", "point_index", "replicate_index"))))):
        mine = inside & (run[0] == s) & (run[1] == p) & (run[2] == r)
        for level in range(4):
            counted = root["projects_started_by_level"][s, p, r, level].values.sum() * dt
            if abs((projects["project_level"].values[mine] == level + 1).sum() - counted) > 1e-6:
                wrong.append((s, p, r, level + 1))
        succeeded = np.isin(projects["outcome"].values[mine], (2, 4)).sum()
        if abs(succeeded - root["projects_succeeded"][s, p, r].values.sum() * dt) > 1e-6:
            wrong.append((s, p, r, "succeeded"))
    check_all("/projects: as many rows as the root counts started, by level, and succeeded", wrong)
    starts = {}
    for k in np.flatnonzero(inside):
        for uid in projects["team"].values[k, :projects["n"].values[k]]:
            starts.setdefault((*(x[k] for x in run), projects["cluster"].values[k], uid), projects["start"].values[k])
    wrong = []
    for row in zip(*(panel[n].values for n in ("scenario_index", "point_index", "replicate_index", "cluster", "uid",
                                               "first_project", "snapshot_time"))):
        first = starts.get(row[:5], np.nan)
        if not (row[5] == first or np.isnan(row[5]) and not first < row[6]):
            wrong.append(row)
    check_all("/panel: first_project is the earliest start in /projects, NaN before", wrong)


def check_ties(ds, where):
    check_rows(ds, where)
    expected = {"n_ties": "int32", "to": "uint32", "kind": "int8", "age": "float32"}
    check_all(f"{where}: dtypes", (n for n, t in expected.items() if ds[n].dtype != t))
    values = [n for n, v in ds.data_vars.items() if v.dims == ("tie",) and n not in expected]
    check(f"{where}: values of ties are float32", values and all(ds[n].dtype == np.float32 for n in values))
    check(f"{where}: n_ties points at tie and adds up to it", ds["n_ties"].attrs["sample_dimension"] == "tie"
          and ds["n_ties"].values.sum() == ds.sizes["tie"])
    firm = np.repeat(np.arange(ds.sizes["row"]), ds["n_ties"].values)
    check(f"{where}: partners rise within a firm", (np.diff(ds["to"].values.astype("i8"))[np.diff(firm) == 0] > 0).all())
    check(f"{where}: no firm is its own partner", (ds["uid"].values[firm] != ds["to"].values).all())


def check_provenance(ds, where):
    record = json.loads(str(ds["json"].values))
    check(f"{where}: JSON of software, parameters, environment", {"software", "parameters", "environment"} <= set(record))
    check(f"{where}: configs are kept", all(str(ds[n].values).strip() for n in ("config_given", "config_resolved")))
    names = ("git_commit", "git_dirty", "compiler", "compiler_flags", "threads", "ranks", "seed_scheme", "config_hash",
             "library_hdf5", "library_gsl", "wall_seconds", "cpu_seconds", "started")
    check_all(f"{where}: attributes", (n for n in names if ds.attrs.get(n) is None or ds.attrs[n] == ""))
    check(f"{where}: one rank, some threads", ds.attrs["ranks"] == 1 and ds.attrs["threads"] >= 1)


CHECKS = {None: check_root, "cost": lambda ds, where: (check_axes(ds, where), check_observables(ds, where)),
          "panel": check_panel, "projects": check_projects, "ties": check_ties, "provenance": check_provenance}


def same(a, b):
    return set(a.variables) == set(b.variables) and all(
        a[n].dims == b[n].dims and a[n].dtype.kind == b[n].dtype.kind
        and (a[n].values.tobytes() == b[n].values.tobytes() if a[n].dtype != object else (a[n].values == b[n].values).all())
        for n in a.variables)


def check_xarray(path, groups):
    for group in groups:
        attempt(f"/{group or ''} is opened by both engines", check_group, path, group)
    with xr.open_dataset(path, engine="h5netcdf") as root, xr.open_dataset(path, engine="h5netcdf", group="cost") as cost:
        check_all("/cost has the coordinates of the root",
                  (n for n in (*RUN, "time") if not np.array_equal(root[n].values, cost[n].values)))


def check_group(path, group):
    where, opened = f"/{group or ''}", []
    for engine in ENGINES:
        with xr.open_dataset(path, engine=engine, group=group) as ds:
            opened.append(ds.load())
            attempt(f"{engine} {where} is looked at", CHECKS[group], ds, f"{engine} {where}")
    check(f"{where}: both engines read the same", same(*opened))


# ---- h5py ------------------------------------------------------------------------------------------------------------

def check_h5py(path):
    datasets, times = {}, []
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: datasets.update({name: item}) if isinstance(item, h5py.Dataset) else None)
        file.visit(lambda name: times.append(name) if h5py.h5g.get_objinfo(file[name].id).mtime else None)
        axes = {name for name, d in datasets.items() if h5py.h5ds.is_scale(d.id)}
        data = {name: d for name, d in datasets.items() if name not in axes and d.shape}
        runs = {name: d for name, d in data.items() if d.ndim >= 4}
        check_all("h5py: no object carries a time", times)
        check_all("h5py: text is UTF-8 of variable length", (n for n, d in datasets.items() if d.dtype.kind in "SUO" and (
            h5py.check_string_dtype(d.dtype) is None or h5py.check_string_dtype(d.dtype).length is not None
            or h5py.check_string_dtype(d.dtype).encoding != "utf-8")))
        check_all("h5py: no enums, no compounds", (n for n, d in datasets.items() if d.dtype.names or h5py.check_enum_dtype(d.dtype)))
        check_all("h5py: each axis has one scale", (n for n, d in data.items() if any(len(dim) != 1 for dim in d.dims)))
        check_all("h5py: axes stand in the dataset's own group", (
            n for n, d in data.items() if any(dim[0].name.rpartition("/")[0] != d.name.rpartition("/")[0] for dim in d.dims)))
        check_all("h5py: chunks of observables hold up to 64 replicates whole", (
            n for n, d in runs.items() if d.chunks[:3] != (1, 1, min(d.shape[2], 64)) or d.chunks[3:] != d.shape[3:]))
        check_all("h5py: observables have checksums", (n for n, d in runs.items() if not d.fletcher32))
        check_all("h5py: replicate can grow", (n for n, d in runs.items() if d.maxshape[2] is not None))
        check_all("h5py: fill values are NaN", (n for n, d in runs.items() if not np.isnan(d.fillvalue)))
        check_digests(datasets)


class Hash(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def xxh3_128(data):
    function = ctypes.CDLL("libxxhash.so.0").XXH3_128bits
    function.argtypes, function.restype = [ctypes.c_char_p, ctypes.c_size_t], Hash
    result = function(data, len(data))
    return f"{result.high:016x}{result.low:016x}"


def check_digests(datasets):
    """Computed again from what h5py reads."""
    runs = [values for _, values in sorted((d.name, d[()].astype("<f8")) for d in datasets.values() if d.ndim >= 4)]
    stored, status = datasets["digest"].asstr()[()], datasets["status"][()]
    done = [index for index in np.ndindex(stored.shape) if status[index] == 0]
    check_all("digests are those of the runs' arrays in order of their paths",
              (i for i in done if xxh3_128(b"".join(values[i].tobytes() for values in runs)) != stored[i]))
    total = xxh3_128("".join(d + "\n" for d in stored.ravel()).encode())
    check("the file's digest is that of its runs'", total == datasets["digest"].file.attrs["digest"].decode())


# ---- ncdump ----------------------------------------------------------------------------------------------------------

def check_ncdump(path):
    head = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True)
    check("ncdump -h reads the file", head.returncode == 0, head.stderr)
    check("ncdump: scenario is text on its own dimension", "string scenario(scenario) ;" in head.stdout)
    check("ncdump: replicate is unlimited", "replicate = UNLIMITED" in head.stdout)
    check("ncdump: no dimension without a name", "phony_dim" not in head.stdout)
    if "group: projects" in head.stdout:
        check("ncdump: a project's team has seats", "int team(project, seat) ;" in head.stdout)
        rows = subprocess.run(["ncdump", "-v", "/projects/team,/projects/outcome", path], capture_output=True, text=True)
        check("ncdump reads projects", rows.returncode == 0 and " team =" in rows.stdout, rows.stderr)
    whole = subprocess.run(["ncdump", "-v", "scenario,time,seed,status,digest,question", path], capture_output=True, text=True)
    check("ncdump reads the values", whole.returncode == 0 and "data:" in whole.stdout, whole.stderr)


path = sys.argv[1]
with h5py.File(path, "r") as f:
    groups = [None] + [g for g in CHECKS if g and g in f]
check("the file has /cost and /provenance", {"cost", "provenance"} <= set(groups))
attempt("xarray reads the file", check_xarray, path, groups)
check("the file has /projects where it has /panel", ("panel" in groups) == ("projects" in groups))
if "projects" in groups:
    attempt("/projects is what the root counts", check_against_projects, path)
attempt("h5py reads the file", check_h5py, path)
attempt("ncdump reads the file", check_ncdump, path)
sys.exit(end())
