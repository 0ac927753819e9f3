"""A result file in forms that other programs open: tidy CSV for spreadsheets, R and pandas; GraphML (one snapshot) and dynamic GEXF
(all snapshots of a run) for Gephi, igraph and networkx.
"""
import contextlib
import os
import pathlib
import tempfile
from dataclasses import dataclass

import networkx as nx
import pandas as pd

from klynge_analysis import firm_tables, graphs
from klynge_analysis.commandline import IO, USAGE, Failure, nearest
from klynge_analysis.ensemble import MAIN

FORMATS = ("csv", "graphml", "gexf")
FILES = {"csv": ("observables.csv", "firms.csv", "ties.csv", "columns.csv"), "graphml": ("network.graphml",), "gexf": ("network.gexf",)}


@dataclass
class Choice:
    """What is exported. `observables`: names, or None for the main ones; `time` [year]: of a snapshot, or None for the last."""

    formats: tuple
    observables: tuple = None
    scenario: str = None
    replicate: int = 0
    time: float = None
    pseudonyms: bool = False


# ---- files -----------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def whole(path):
    """A file to write text into, which appears under its name whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", newline="") as file:
                yield file
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            pathlib.Path(name).unlink(missing_ok=True)
            raise
    except OSError as e:
        raise Failure(IO, f"{path}: cannot be written: {e.strerror}") from None


# ---- CSV -------------------------------------------------------------------------------------------------------------------


def chosen(ensemble, choice):
    """Names of observables: those asked for, or the main ones that the file has."""
    if choice.observables is None:
        return [name for name in MAIN if ensemble.has(name)]
    if choice.observables == ("all",):
        return list(ensemble.names)
    for name in choice.observables:
        ensemble.check_observable(name)
    return list(choice.observables)


def _keep(frame, ensemble, choice):
    """Without a column of design points where there is one alone, and the scenario asked for."""
    frame = frame if choice.scenario is None else frame[frame.scenario == choice.scenario]
    return frame if ensemble.n_points > 1 else frame.drop(columns="point")


def observables(ensemble, name):
    """A row for each scenario, point, replicate and time of one observable: scenario, point, replicate, time, observable, value."""
    values, times = ensemble.history(name)
    n_scenarios, n_points, n_replicates, n_times = values.shape
    index = pd.MultiIndex.from_product([ensemble.scenarios, range(n_points), range(n_replicates), times],
                                       names=["scenario", "point", "replicate", "time"])
    return pd.DataFrame({"value": values.ravel()}, index=index).reset_index().assign(observable=name)[
        ["scenario", "point", "replicate", "time", "observable", "value"]]


def write_csv(ensemble, choice, folder):
    """observables.csv, and firms.csv and ties.csv where the file keeps them; columns.csv says what stands in them."""
    names, said, written = chosen(ensemble, choice), [], []
    with whole(folder / "observables.csv") as file:
        for k, name in enumerate(names):
            _keep(observables(ensemble, name), ensemble, choice).to_csv(file, index=False, header=k == 0)
            said.append(("observables.csv", name, ensemble.unit(name), ensemble.long_name(name)))
    written.append("observables.csv")
    for group, read in (("panel", firm_tables.members), ("ties", firm_tables.ties)):
        if group not in ensemble.file:
            continue
        name = {"panel": "firms.csv", "ties": "ties.csv"}[group]
        frame, meant = _keep(read(ensemble, choice.pseudonyms), ensemble, choice), firm_tables.meanings(ensemble, group)
        with whole(folder / name) as file:
            frame.to_csv(file, index=False)
        said += [(name, column, *meant.get(column, ("", ""))) for column in frame.columns]
        written.append(name)
    with whole(folder / "columns.csv") as file:
        pd.DataFrame(said, columns=["file", "column", "unit", "meaning"]).to_csv(file, index=False)
    return [*written, "columns.csv"]


# ---- graphs ----------------------------------------------------------------------------------------------------------------


def one_run(ensemble, choice):
    """(members or None, ties) of the run chosen."""
    return firm_tables.one_run(ensemble, choice.scenario or ensemble.scenarios[0], 0, choice.replicate, choice.pseudonyms)


def write_graphml(ensemble, choice, folder):
    members, ties = one_run(ensemble, choice)
    time = graphs.nearest_time(ties, choice.time)
    graph = graphs.snapshot(members, ties, time)
    graph.graph["description"] = graphs.title(choice.scenario or ensemble.scenarios[0], choice.replicate, time)
    with whole(folder / "network.graphml") as file:
        file.write("\n".join(nx.generate_graphml(graph)) + "\n")
    return ["network.graphml"]


def write_gexf(ensemble, choice, folder):
    with whole(folder / "network.gexf") as file:
        file.write("\n".join(nx.generate_gexf(graphs.dynamic(*one_run(ensemble, choice)), version="1.2draft")) + "\n")
    return ["network.gexf"]


# ---- all of it ---------------------------------------------------------------------------------------------------------------


def formats_of(ensemble, asked):
    """The formats asked for, or all that the file has something for."""
    if asked is None:
        return FORMATS if "ties" in ensemble.file else ("csv",)
    found = tuple(part.strip() for part in asked.split(","))
    for name in found:
        if name not in FORMATS:
            raise Failure(USAGE, f"--format: found {name or 'nothing'}, expected csv, graphml or gexf, with commas between"
                                 + nearest(name, FORMATS))
    return found


def check_folder(folder, formats, force):
    """Refuse what would be replaced; make the folder."""
    if folder.exists() and not folder.is_dir():
        raise Failure(USAGE, f"{folder}: found a file, expected a folder or nothing")
    there = [name for each in formats for name in FILES[each] if os.path.lexists(folder / name)]
    if there and not force:
        raise Failure(USAGE, f"{folder / there[0]}: the file exists already; --force replaces it")
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise Failure(USAGE, f"{folder}: the folder {folder.parent} is not there") from None
    except OSError as e:
        raise Failure(IO, f"{folder}: cannot be made: {e.strerror}") from None


def export(ensemble, choice, folder, force=False):
    """Write the files of `choice` into a folder; their names. What is asked wrongly is refused before anything is written."""
    if choice.scenario is not None:
        ensemble.index(choice.scenario, "scenario")
    chosen(ensemble, choice)
    if set(choice.formats) & {"graphml", "gexf"}:
        one_run(ensemble, choice)
    check_folder(folder, choice.formats, force)
    write = {"csv": write_csv, "graphml": write_graphml, "gexf": write_gexf}
    return [name for each in choice.formats for name in write[each](ensemble, choice, folder)]
