"""The network of one replicate for playback, from /panel, /ties and /projects: firms by snapshot, ties by level of trust.

A tie of two firms has the mean trust of both directions, a missing one counting as 0. Trust is kept in tenths: the page draws no
finer, and a tie then takes a number only when its tenth changes.
"""
import numpy as np

from klynge_analysis.commandline import IO, USAGE, Failure
from klynge_analysis.report import layout

KNOWN_FROM = 0.2   # ties of less trust are not drawn: they are most of all ties, and would hide the others
MOST_FIRMS = 600   # that a page can draw 30 times a second
TENTHS = 10
SUPPLIER, PROJECT = 1, 4  # bits of a tie's kind
FIRM = ("firm_sector", "place", "firm_size_class", "founder", "employees", "entered")
STATES = ("understanding", "anchoring", "belonging", "utilisation")
COUNTS = ("known", "strong_supplier", "strong_project", "strong_own")
SHOWN = ("outcome", "origin", "project_level", "start", "end", "team", "n")
WHERE = ("scenario_index", "point_index", "replicate_index", "cluster")


def network(ensemble, case):
    """The first replicate of (scenario, point) that has firms and ties, or None where the file has none."""
    where = {group: ensemble.table(group, WHERE) for group in ("panel", "ties")}
    if None in where.values():
        return None
    replicates = np.intersect1d(*(_replicates(table, case) for table in where.values()))
    if not len(replicates):
        return None
    r = int(replicates[0])
    panel = _rows(ensemble, "panel", where["panel"], case, r, ("snapshot_time", "uid", *FIRM, *STATES, *COUNTS))
    times, uids = np.unique(panel["snapshot_time"]), np.unique(panel["uid"])
    if len(uids) > MOST_FIRMS:
        raise Failure(USAGE, f"{ensemble.path}: the network of a run has {len(uids)} firms, and a page can play {MOST_FIRMS}; "
                      "--no-network leaves it out")
    edges = _edges(ensemble, where["ties"], case, r, times, uids)
    firms = _firms(panel, times, uids)
    return {"replicate": r, "time": [round(float(t), 4) for t in times], "firms": firms, "ties": _changes(edges, len(times)),
            "places": layout.positions(len(uids), edges, [firm["sector"] for firm in firms]),
            "projects": _projects(ensemble, case, r, uids),
            "events": {"sector": _meanings(ensemble, "firm_sector"), "place": _meanings(ensemble, "place")}}


def _replicates(table, case):
    return np.unique(table["replicate_index"][(table["scenario_index"] == case[0]) & (table["point_index"] == case[1])])


def _mask(where, case, replicate):
    """Rows of a run's first cluster."""
    return ((where["scenario_index"] == case[0]) & (where["point_index"] == case[1]) & (where["replicate_index"] == replicate)
            & (where["cluster"] == 0))


def _rows(ensemble, group, where, case, replicate, names):
    """Columns of a run. Only the stretch of the table in which it lies is read: a file may keep hundreds of runs."""
    at = np.flatnonzero(_mask(where, case, replicate))
    stretch = slice(int(at[0]), int(at[-1]) + 1)
    return {name: values[at - at[0]] for name, values in ensemble.table(group, names, stretch).items()}


def _meanings(ensemble, column):
    """What the numbers of a column stand for: its flag_meanings, else the words after the colon of its long name."""
    attributes = ensemble.file[f"panel/{column}"].attrs
    if "flag_meanings" in attributes:
        return _text(attributes["flag_meanings"]).split()
    return [word.strip() for word in _text(attributes.get("long_name", "")).partition(":")[2].split(",") if word.strip()]


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


# ---- firms -----------------------------------------------------------------------------------------------------------------


def _firms(panel, times, uids):
    """A firm each: what it is, the snapshots in which it is there, and its states in them, in hundredths."""
    order = np.lexsort((panel["snapshot_time"], panel["uid"]))
    parts = np.split(order, np.flatnonzero(np.diff(panel["uid"][order])) + 1)
    return [_firm(panel, rows, times) for rows in parts]


def _firm(panel, rows, times):
    first = rows[0]
    seen = np.searchsorted(times, panel["snapshot_time"][rows])
    firm = {"uid": int(panel["uid"][first]), "sector": int(panel["firm_sector"][first]), "place": int(panel["place"][first]),
            "size": int(panel["firm_size_class"][first]), "founder": int(panel["founder"][first]),
            "employees": round(float(panel["employees"][first])), "entered": round(float(panel["entered"][first]), 4),
            "seen": [int(seen[0]), int(seen[-1])]}
    for name in STATES:
        firm[name] = _spread(np.rint(100 * panel[name][rows]), seen)
    firm["known"] = _spread(panel["known"][rows], seen)
    firm["strong"] = _spread(sum(panel[name][rows].astype(int) for name in COUNTS[1:]), seen)
    return firm


def _spread(values, seen):
    """Values of the snapshots from the first to the last in which a firm is there, None in gaps."""
    found = [None] * int(seen[-1] - seen[0] + 1)
    for at, value in zip(seen - seen[0], values):
        found[at] = int(value) if np.isfinite(value) else None
    return found


# ---- ties --------------------------------------------------------------------------------------------------------------------


def _edges(ensemble, where, case, replicate, times, uids):
    """Arrays with a row for each pair and snapshot: a < b (indices of firms), t (index of the snapshot), trust, kind."""
    lengths = ensemble.table("ties", ("n_ties",))["n_ties"].astype(np.int64)
    ends = np.cumsum(lengths)
    if len(ends) and (lengths.min() < 0 or ends[-1] != ensemble.file["ties/to"].shape[0]):
        raise Failure(IO, f"{ensemble.path}: n_ties of /ties does not add up to its ties")
    rows = np.flatnonzero(_mask(where, case, replicate))
    first, last = int(ends[rows[0]] - lengths[rows[0]]), int(ends[rows[-1]])
    along = ensemble.table("ties", ("to", "trust", "kind"), slice(first, last))
    at = np.concatenate([np.arange(ends[k] - lengths[k], ends[k]) for k in rows]) - first
    owners = _rows(ensemble, "ties", where, case, replicate, ("snapshot_time", "uid"))
    t, at_all = _index(times, owners["snapshot_time"])
    if not at_all.all():
        raise Failure(IO, f"{ensemble.path}: /ties has snapshots that /panel has not")
    here, known = _index(uids, np.repeat(owners["uid"], lengths[rows]))
    there, known_too = _index(uids, along["to"][at])
    keep = known & known_too & (here != there)
    return _both_ways(here[keep], there[keep], np.repeat(t, lengths[rows])[keep], along["trust"][at][keep], along["kind"][at][keep])


def _index(uids, wanted):
    """Where each of `wanted` is in a sorted array, and whether it is there."""
    at = np.minimum(np.searchsorted(uids, wanted), len(uids) - 1)
    return at, uids[at] == wanted


def _both_ways(here, there, t, trust, kind):
    a, b = np.minimum(here, there), np.maximum(here, there)
    n = int(b.max()) + 1 if len(b) else 1
    keys, group = np.unique((a.astype(np.int64) * n + b) * (int(t.max()) + 1 if len(t) else 1) + t, return_inverse=True)
    first = np.zeros(len(keys), int)
    first[group] = np.arange(len(group))
    mean = np.bincount(group, trust, len(keys)) / 2
    kinds = np.zeros(len(keys), int)
    np.bitwise_or.at(kinds, group, kind.astype(int))
    return {"a": a[first], "b": b[first], "t": t[first], "trust": mean, "kind": kinds}


def _changes(edges, n_times):
    """[a, b, kind, t, tenth, t, tenth, ...] for each pair that is ever drawn, a tenth holding until the next; 0: not drawn."""
    tenth = np.where(edges["trust"] >= KNOWN_FROM, np.minimum(TENTHS - 1, (edges["trust"] * TENTHS).astype(int)), 0)
    order = np.lexsort((edges["t"], edges["b"], edges["a"]))
    a, b, t, tenth, kind = edges["a"][order], edges["b"][order], edges["t"][order], tenth[order], edges["kind"][order]
    cuts = np.flatnonzero((np.diff(a) != 0) | (np.diff(b) != 0)) + 1 if len(a) else []
    found = []
    for rows in np.split(np.arange(len(a)), cuts):
        if not len(rows) or not tenth[rows].any():
            continue
        steps = _steps(t[rows], tenth[rows], n_times)
        found.append([int(a[rows[0]]), int(b[rows[0]]), int(np.bitwise_or.reduce(kind[rows])) & (SUPPLIER | PROJECT), *steps])
    return found


def _steps(t, tenth, n_times):
    """Changes of a tie; it ends where a snapshot passes without it."""
    level = np.zeros(n_times + 1, int)
    level[t] = tenth
    at = np.flatnonzero(np.diff(np.concatenate([[0], level[:n_times]])))
    return [int(x) for pair in zip(at, level[at]) for x in pair]


# ---- projects ----------------------------------------------------------------------------------------------------------------


def _projects(ensemble, case, replicate, uids):
    """[start, end, level, origin, outcome, [firms]] of each project, in the words of the file; [] where it has none."""
    table = ensemble.table("projects", (*WHERE, *SHOWN[:5]))
    if table is None:
        return []
    team = ensemble.table("projects", ("team",))["team"]
    words = {name: _text(ensemble.file[f"projects/{name}"].attrs.get("flag_meanings", "")).split()
             for name in ("origin", "outcome")}
    found = []
    for k in np.flatnonzero(_mask(table, case, replicate)):
        there, known = _index(uids, team[k][team[k] >= 0])
        said = [words[name][int(table[name][k])] if int(table[name][k]) < len(words[name]) else ""
                for name in ("origin", "outcome")]
        found.append([round(float(table["start"][k]), 3), round(float(table["end"][k]), 3), int(table["project_level"][k]), *said,
                      [int(i) for i in there[known]]])
    return found
