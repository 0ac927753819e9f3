"""Ties of one run as networkx graphs: one snapshot, or all of them as a dynamic graph. Nodes are firms, edges directed ties."""
import networkx as nx
import numpy as np
import pandas as pd

from klynge_analysis.page import date

NODE = ("cluster", "uid", "sector", "place", "size_class", "founder", "employees", "entered", "understanding", "anchoring",
        "belonging", "utilisation", "trust", "known")
FIXED = ("cluster", "uid", "sector", "place", "size_class", "founder", "employees", "entered")
EDGE = ("trust", "awareness", "kind", "age")


def nearest_time(ties, time):
    """The snapshot of a run's ties that is nearest to `time` [year], or the last one."""
    times = np.unique(ties.time)
    return times[-1] if time is None else times[np.argmin(np.abs(times - time))]


def _plain(value):
    """Python's own number or text; None where it is missing."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value


def node_id(cluster, uid):
    """A firm's node, the same in all snapshots."""
    return f"{cluster}-{uid}"


def snapshot(firms, ties, time):
    """The directed graph of one run's ties at a snapshot. `firms`: that run's members, or None where they are not kept."""
    graph = nx.DiGraph(time=float(time))
    for row in _at(firms, ties, time).to_dict("records"):
        graph.add_node(node_id(row["cluster"], row["uid"]), label=row["firm"],
                       **{name: _plain(row[name]) for name in NODE if name in row and _plain(row[name]) is not None})
    for row in ties[ties.time == time].to_dict("records"):
        graph.add_edge(node_id(row["cluster"], row["uid"]), node_id(row["cluster"], row["to_uid"]), weight=_plain(row["trust"]),
                       **{name: _plain(row[name]) for name in EDGE})
    return graph


def _at(firms, ties, time):
    """Rows of the members at a snapshot; without their own table, of all who stand at an end of a tie."""
    if firms is not None:
        return firms[firms.time == time]
    now = ties[ties.time == time]
    partners = now[["cluster", "to_uid", "to_firm"]].set_axis(["cluster", "uid", "firm"], axis=1)
    return pd.concat([now[["cluster", "uid", "firm"]], partners]).drop_duplicates()


def dynamic(firms, ties):
    """All snapshots of one run as a graph in networkx's form for dynamic GEXF: what a snapshot shows holds until the next one."""
    times = np.unique(ties.time)
    ends = np.append(times[1:], times[-1] + (times[-1] - times[-2] if len(times) > 1 else 1.0))
    graph = nx.DiGraph(mode="static")  # networkx's writer calls it dynamic, and states the form of times, at the first of them
    for time, end in zip(times, ends):
        span = (float(time), float(end))
        now = snapshot(firms, ties, time)
        for node, values in now.nodes(data=True):
            graph.add_node(node)
            _extend(graph.nodes[node], values, span, (*FIXED, "label"))
        for a, b, values in now.edges(data=True):
            graph.add_edge(a, b)
            _extend(graph.edges[a, b], values, span, ())
            graph.edges[a, b]["weight"] = values["weight"]  # the last: GEXF's own weight is one number
    return graph


def _extend(kept, values, span, fixed):
    """Add what holds in a span: numbers as (value, start, end), what is fixed as it is, and when it exists at all."""
    spells = kept.setdefault("spells", [])
    if spells and spells[-1][1] == span[0]:
        spells[-1] = (spells[-1][0], span[1])
    else:
        spells.append(span)
    for name, value in values.items():
        if name in fixed:
            kept[name] = value
        elif name != "weight":
            kept.setdefault(name, []).append((value, *span))


def title(scenario, replicate, time=None):
    """A line for a file's description."""
    return f"ties, scenario {scenario}, replicate {replicate}" + ("" if time is None else f", {date(time)}")
