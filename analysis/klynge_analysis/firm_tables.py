"""Firms and ties one by one, from the groups /panel, /ties and /roster of a result file (an Ensemble)."""
import h5py
import numpy as np
import pandas as pd

from klynge_analysis.commandline import IO, USAGE, Failure

IDENTITY = ("scenario_index", "point_index", "replicate_index", "snapshot_time", "cluster", "uid")
KEYS = ["scenario", "point", "replicate", "time", "cluster", "uid"]
ALONG = ("to", "trust", "awareness", "kind", "age")  # of a tie, in every file that has any
HOW_FIRMS = "--set output.panel_runs=1"
HOW_TIES = "--set output.tie_runs=1"


def _columns(ensemble, group, how):
    if group not in ensemble.file:
        raise Failure(USAGE, f"{ensemble.path}: it holds no /{group}; run it again with {how}")
    return [name for name, item in ensemble.file[group].items() if isinstance(item, h5py.Dataset)]


def _said(dataset):
    found = dataset.attrs.get("long_name", "")
    return found.decode() if isinstance(found, bytes) else str(found)


def _labels(dataset):
    """Names of the values 0, 1, ... of a column whose description lists them ("place: mo, mosjoen, ..."), or None."""
    head, _, listed = _said(dataset).partition(": ")
    return listed.split(", ") if listed and np.issubdtype(dataset.dtype, np.integer) and ", " not in head else None


def _named(values, labels):
    return np.array(labels, dtype=object)[values] if len(values) == 0 or values.max() < len(labels) else values


def names(ensemble):
    """{(scenario's index, uid): name of a firm of the roster}; empty where the file has no names."""
    if "roster" not in ensemble.file:
        return {}
    found = ensemble.table("roster", ("scenario_index", "uid", "firm_name"))
    return {(int(s), int(u)): n.decode() for s, u, n in zip(found["scenario_index"], found["uid"], found["firm_name"])}


def label_firms(ensemble, scenario, uid, pseudonyms=False):
    """[name] of firms by scenario's index and uid: the roster's, F001 for its first row with `pseudonyms`, else `firm UID`."""
    known = names(ensemble)
    if pseudonyms:
        known = {(s, u): f"F{u + 1:03d}" for s, u in known}
    return [known.get((s, u), f"firm {u}") for s, u in zip(np.asarray(scenario).tolist(), np.asarray(uid).tolist())]


def _identity(ensemble, group, pseudonyms):
    found = ensemble.table(group, IDENTITY)
    index = found["scenario_index"]
    if len(index) and not 0 <= index.min() <= index.max() < len(ensemble.scenarios):
        raise Failure(IO, f"{ensemble.path}: /{group} is of scenarios that the file has not")
    return pd.DataFrame({"scenario": np.array(ensemble.scenarios, dtype=object)[index], "point": found["point_index"],
                         "replicate": found["replicate_index"], "time": found["snapshot_time"], "cluster": found["cluster"],
                         "uid": found["uid"], "firm": label_firms(ensemble, index, found["uid"], pseudonyms)})


def members(ensemble, pseudonyms=False):
    """A row for each firm, snapshot and run that /panel keeps: KEYS, firm, and its columns, choices by their names."""
    listed = _columns(ensemble, "panel", HOW_FIRMS)
    frame = _identity(ensemble, "panel", pseudonyms)
    wanted = [name for name in listed if name not in (*IDENTITY, "row")]
    values = ensemble.table("panel", wanted)
    for name in wanted:
        labels = _labels(ensemble.file["panel"][name])
        frame[name.removeprefix("firm_")] = _named(values[name], labels) if labels else values[name]
    return frame


def ties(ensemble, pseudonyms=False):
    """A row for each directed tie, snapshot and run that /ties keeps: KEYS, firm, to_uid, to_firm, and the tie's values."""
    listed = _columns(ensemble, "ties", HOW_TIES)
    ends = _identity(ensemble, "ties", pseudonyms)
    n = ensemble.table("ties", ("n_ties",))["n_ties"]
    along = ensemble.table("ties", dict.fromkeys([*ALONG, *(name for name in listed if name not in (*IDENTITY, "row", "tie", "n_ties"))]))
    if n.sum() != len(along["to"]):
        raise Failure(IO, f"{ensemble.path}: /ties holds {len(along['to'])} ties, and its rows count {n.sum()}")
    frame = ends.loc[ends.index.repeat(n)].reset_index(drop=True)
    index = frame["scenario"].map({name: k for k, name in enumerate(ensemble.scenarios)})
    frame["to_uid"] = along.pop("to")
    frame["to_firm"] = label_firms(ensemble, index, frame["to_uid"], pseudonyms)
    return frame.assign(**along)


def one_run(ensemble, scenario, point=0, replicate=0, pseudonyms=False):
    """(members, ties) of one run, members None where /panel has none of it; Failure where no ties of it are kept."""
    def of_case(frame):
        return frame[(frame.scenario == scenario) & (frame.point == point)]
    found = of_case(ties(ensemble, pseudonyms))
    along = found[found.replicate == replicate]
    if not len(along):
        kept = ", ".join(map(str, sorted(set(found.replicate)))) or "none"
        raise Failure(USAGE, f"--replicate: found {replicate}, and {ensemble.path} keeps ties of {kept} in {scenario}")
    firms = of_case(members(ensemble, pseudonyms)) if "panel" in ensemble.file else along[:0]
    firms = firms[firms.replicate == replicate]
    return (firms if len(firms) else None), along


def meanings(ensemble, group):
    """{column: (unit, what it is)} of a group's columns, under the names that `members` and `ties` give."""
    found = {}
    for name in ensemble.file[group]:
        item = ensemble.file[group][name]
        unit = item.attrs.get("units", "")
        unit = unit.decode() if isinstance(unit, bytes) else str(unit)
        found[{"to": "to_uid"}.get(name, name.removeprefix("firm_"))] = (unit, _said(item))
    return found
