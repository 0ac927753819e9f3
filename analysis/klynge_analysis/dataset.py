"""A result file as a labelled xarray Dataset, and what is asked of it most.

Dimensions: scenario (names), point (of a design; one unless a file is a sweep), replicate, time (decimal years, at the end of each
tick). Replicate r has the same seed in every scenario, so that `trust - trust.sel(scenario="baseline")` is a paired difference. What
failed is NaN. Functions take the Dataset of `open_result`, or a part of it; firms, ties and networks are read from its file.
"""
import numpy as np
import pandas as pd
import xarray

from klynge_analysis import central_band as of_numbers
from klynge_analysis import firm_tables as by_firm
from klynge_analysis import graphs
from klynge_analysis import spans
from klynge_analysis.commandline import IO, USAGE, Failure, nearest
from klynge_analysis.compare import LEVEL, compare
from klynge_analysis.ensemble import MAIN, Ensemble, Moment, first_line

BANDS = ["low", "median", "high"]


def open_result(path):
    """The Dataset of a result file; values are read when they are used.

    Observables have the dimensions (scenario, point, replicate, time), those by groups (scenario, point, replicate, GROUPING, time);
    each has `units` and `long_name`. Beside them: status, seed, digest, question, and param_NAME (scenario, point) of a sweep.

    Raises Failure (code 2: not a result of klynge, or of another schema; 4: cannot be read).
    """
    with Ensemble(str(path)).file:  # all that can be wrong in a file, in its words
        pass
    try:
        return xarray.open_dataset(str(path), engine="h5netcdf")
    except (OSError, KeyError, ValueError, RuntimeError, AttributeError) as e:
        raise Failure(IO, f"{path}: cannot be read as a labelled data set: {first_line(e)}") from None


def _file(ds):
    """The Ensemble of a Dataset's file."""
    path = ds.encoding.get("source")
    if not path:
        raise Failure(USAGE, "this Dataset does not come from a file: open it with klynge_analysis.open")
    return Ensemble(path)


def check_names(ds, names):
    """The names, when all are observables of the Dataset; else a Failure with the nearest there is."""
    there = observables(ds)
    for name in names:
        if name not in there:
            raise Failure(USAGE, f"no observable is called {name}{nearest(name, there)}")
    return list(names)


def check_scenario(ds, name):
    there = [str(s) for s in np.atleast_1d(ds["scenario"].values)]
    if name not in there:
        raise Failure(USAGE, f"no scenario is called {name}{nearest(name, there)}")
    return name


def first_scenario(ds):
    return str(np.atleast_1d(ds["scenario"].values)[0])


def observables(ds):
    """[name] of whole observables: those with the dimensions (scenario, point, replicate, time) or (..., time_network)."""
    return [str(name) for name, v in ds.data_vars.items() if "cell_methods" in v.attrs and v.ndim == 4]


# ---- over time -------------------------------------------------------------------------------------------------------------


def is_rate(array):
    """Whether it is something that happens in a tick, and no state at its end."""
    return array.attrs.get("cell_methods", "time: point") != "time: point"


def over_a_year(array):
    """The mean of the 12 months before each tick (..., time), NaN until there are so many; a state or a yearly series stays."""
    times = array["time"].values if "time" in array.dims else []
    ticks = round(1 / (times[1] - times[0])) if len(times) > 1 else 1
    if not is_rate(array) or not 1 < ticks <= len(times):
        return array
    array = array.transpose(..., "time")
    return array.copy(data=of_numbers.over_a_year(array.values, ticks))


def bands(array, level=of_numbers.CENTRAL):
    """Median and central `level` of the replicates (band, ...): band is low, median, high; in the array's own unit. Rates as
    `over_a_year`."""
    array = over_a_year(array)
    rest = array.transpose("replicate", ...)
    found = of_numbers.band(rest.values, level)
    return xarray.DataArray(found, dims=("band", *rest.dims[1:]), name=array.name, attrs=array.attrs,
                            coords={"band": BANDS, **{k: c for k, c in rest.coords.items() if "replicate" not in c.dims}})


# ---- scenarios -------------------------------------------------------------------------------------------------------------


def differences(ds, baseline):
    """Every observable minus the baseline's, pair by pair (scenario, point, replicate, time), the baseline left out. Attributes stay."""
    base = check_scenario(ds, baseline)
    with xarray.set_options(keep_attrs=True):
        found = ds[observables(ds)]
        return found.drop_sel(scenario=base) - found.sel(scenario=base, drop=True)


def paired_differences(ds, baseline, names=None, at=None, window=None, level=LEVEL):
    """The table of `klynge compare`: a row for each scenario, point and observable, with `mean`, `difference` and its interval by
    Student's t and by bootstrap, `effect_size`, `p`, `p_adjusted` (Holm, all rows one family), `verdict`, and the `unit` of the row.

    names: observables, the main ones without. at: a year: states then, rates over the 12 months before. window: (from, to): means.
    Neither: states at the end, rates over the last 24 months. Raises Failure when a scenario or observable is not there, or fewer
    than two pairs of replicates were done.
    """
    comparison = compared(ds, baseline, names, at, window, level)
    rows = [{"scenario": r.scenario, "point": r.point, "observable": r.name, "unit": r.unit, **vars(r.found),
             "verdict": r.found.verdict(level)} for r in comparison.rows]
    return pd.DataFrame(rows)


def compared(ds, baseline, names=None, at=None, window=None, level=LEVEL):
    """The same as a Comparison (compare.py), which figures.differences draws."""
    check_scenario(ds, baseline)
    names = check_names(ds, names) if names is not None else [name for name in MAIN if name in ds]
    others = [str(s) for s in ds["scenario"].values if s != baseline]
    if not others:
        raise Failure(USAGE, f"there is one scenario, {baseline}, and nothing to compare it with")
    return compare(_file(ds), baseline, others, names, Moment(at, window), level)


# ---- groups of members -------------------------------------------------------------------------------------------------------


def quadrants(ds):
    """Share of members in each quadrant of understanding x anchoring, split at 0.5 (scenario, point, replicate, quadrant, time), 1."""
    counts = cohorts(ds, "members", "quadrant")
    total = counts.sum("quadrant")
    shares = counts / total.where(total > 0)
    return shares.assign_attrs(units="1", long_name="share of members", cell_methods="time: point").rename("quadrants")


def cohorts(ds, name, by="tenure_cohort"):
    """An observable by groups of members (scenario, point, replicate, GROUP, time); `by`: tenure_cohort, size_class, sector, quadrant."""
    found = f"{name}_by_{by}"
    if found not in ds:
        there = [v for v in ds.data_vars if "_by_" in str(v)]
        raise Failure(USAGE, f"the file has no {found}{nearest(found, there)}")
    return ds[found]


# ---- firms and ties ------------------------------------------------------------------------------------------------------------


def firms(ds, pseudonyms=False):
    """A row for each firm, snapshot and run that the file keeps (run with output.panel_runs): scenario, point, replicate, time,
    cluster, uid, firm, and its columns. `pseudonyms`: F001 for names of a roster. Failure where none are kept."""
    return by_firm.members(_file(ds), pseudonyms)


def ties(ds, pseudonyms=False):
    """A row for each directed tie, snapshot and run that the file keeps (run with output.tie_runs): as firms, to_uid, to_firm, trust,
    awareness (both 0 to 1), kind, age [year]. Failure where none are kept."""
    return by_firm.ties(_file(ds), pseudonyms)


def network(ds, scenario=None, replicate=0, time=None, pseudonyms=False):
    """networkx.DiGraph of one run's ties at the snapshot nearest to `time` [year], or the last: nodes firms, edges trust. `scenario`:
    the first without. Failure where the file keeps no ties of it."""
    members, along = one_run(ds, scenario, replicate, pseudonyms)
    return graphs.snapshot(members, along, graphs.nearest_time(along, time))


def one_run(ds, scenario=None, replicate=0, pseudonyms=False):
    """(firms or None, ties) of one run, as `firms` and `ties`; `scenario`: the first without. Failure where no ties of it are kept."""
    scenario = check_scenario(ds, scenario or first_scenario(ds))
    return by_firm.one_run(_file(ds), scenario, int(np.atleast_1d(ds["point"].values)[0]), replicate, pseudonyms)


def marks(ds, scenario=None):
    """What the config marks in time: {"phases": [[level, start, end]], "closure": [[start, end]]}, decimal years."""
    ensemble = _file(ds)
    return spans.spans(spans.config_of(ensemble), scenario or first_scenario(ds), ensemble)
