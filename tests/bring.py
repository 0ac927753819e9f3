"""A user's own cluster, from `klynge init` to files that other programs read; man pages, completion, install: bring.py BUILD.
Last line "N passed, N failed".
"""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import h5py
import igraph
import networkx as nx
import numpy as np
import pandas as pd
from tally import check, end

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
KLYNGE = BUILD / "klynge"


def klynge(*arguments, **options):
    return subprocess.run([KLYNGE, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


def done(*arguments):
    found = klynge(*arguments)
    check(f"klynge {' '.join(map(str, arguments))[:60]} ends with 0", found.returncode == 0, found.stderr)
    return found


def refused(sentence, *arguments, code=2):
    found = klynge(*arguments)
    check(f"refused: {sentence}", found.returncode == code and sentence in found.stderr and found.stderr.count("\n") == 1,
          (found.returncode, found.stderr))


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def contains(path, text):
    return text.encode() in pathlib.Path(path).read_bytes()


# ---- init and the lists as spreadsheets write them --------------------------------------------------------------------------


def check_init(work):
    mine = work / "mine"
    done("init", mine)
    check("three files", sorted(p.name for p in mine.iterdir()) == ["cluster.cfg", "firms.csv", "ties.csv"])
    done("check", mine / "cluster.cfg", "--threads", 1)
    refused("already; --force replaces it", "init", mine)
    refused("is not there", "init", work / "none" / "mine")
    refused("found a file, expected a folder", "init", mine / "firms.csv")
    (mine / "ties.csv").write_text("gone")
    done("init", mine, "--force")
    check("--force brings it back", contains(mine / "ties.csv", "cooperation"))
    return mine


def run(config, out, *more):
    return done("run", config, "-o", out, "--replicates", 3, "--threads", 1, "--quiet", "--set", "run.end=2026-01", *more)


def spreadsheet(path, separator, encoding, ending, mark=""):
    """The list as another program would save it: other separators, decimal commas, letters, line ends, empty rows at the end."""
    rows = list(csv.reader(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")))
    if separator == ";":
        rows = [[cell.replace(".", ",") if cell.replace(".", "").isdigit() else cell for cell in row] for row in rows]
    lines = [separator.join(f'"{cell}"' if k % 3 == 0 else cell for k, cell in enumerate(row)) for row in rows]
    lines += [separator * (len(rows[0]) - 1)] * 2
    path.write_bytes((mark + ending.join(lines) + ending).encode(encoding))


def check_spreadsheets(work, mine):
    def digest(out):
        with h5py.File(out) as file:
            return file["digest"][()].ravel().tolist()

    run(mine / "cluster.cfg", work / "plain.h5")
    plain = digest(work / "plain.h5")
    for name, form in {"excel-no": (";", "cp1252", "\r\n"), "utf8-bom": (";", "utf-8", "\r\n", "\ufeff"), "tabs": ("\t", "utf-8", "\n"),
                       "mac": (",", "latin-1", "\r")}.items():
        shutil.copytree(mine, work / name)
        for each in ("firms.csv", "ties.csv"):
            spreadsheet(work / name / each, *form)
        run(work / name / "cluster.cfg", work / f"{name}.h5")
        check(f"the lists as {name} mean the same", digest(work / f"{name}.h5") == plain)
    run(mine / "cluster.cfg", work / "untied.h5", "--set", 'world.ties=""')
    check("listed ties change what happens", digest(work / "untied.h5") != plain)


# ---- names and pseudonyms ----------------------------------------------------------------------------------------------------


def check_names(work, mine):
    listed = [row["name"] for row in rows_of(mine / "firms.csv")]
    with h5py.File(work / "plain.h5") as file:
        found = [name.decode() for name in file["roster/firm_name"][()]]
        check("names of each scenario, in the roster's order", found == listed * len(file["scenario"]))
        check("uids are rows", (file["roster/uid"][:len(listed)] == np.arange(len(listed))).all())
    secret, mapping = work / "secret.h5", work / "who.csv"
    run(mine / "cluster.cfg", secret, "--pseudonyms", "--mapping", mapping)
    check("no name is in the file", not any(contains(secret, name) for name in listed))
    rows = rows_of(mapping)
    check("the mapping says who is who", [(r["pseudonym"], r["name"]) for r in rows] ==
          [(f"F{k + 1:03d}", name) for k, name in enumerate(listed)])
    with h5py.File(secret) as a, h5py.File(work / "plain.h5") as b:
        check("nothing else differs", (a["digest"][()] == b["digest"][()]).all())
    arguments = ("run", mine / "cluster.cfg", "--replicates", 1, "-q", "-o")
    refused("--mapping: found no --pseudonyms", *arguments, work / "x.h5", "--mapping", work / "x.csv")
    refused("exists", *arguments, work / "x.h5", "--pseudonyms", "--mapping", mapping)
    refused("the same file", *arguments, work / "x.h5", "--pseudonyms", "--mapping", work / "x.h5")
    check("what is refused leaves nothing", not list(work.glob("*x.*")), list(work.glob("*x.*")))
    done("run", ROOT / "configs/act.cfg", "-o", work / "bare.h5", "--replicates", 2, "--threads", 1, "-q")
    with h5py.File(work / "bare.h5") as file:
        check("no names where no firm is in the file", "roster" not in file)


# ---- export --------------------------------------------------------------------------------------------------------------------


def read_exactly(path):
    return pd.read_csv(path, float_precision="round_trip")


def check_tables(work, out):
    tidy = read_exactly(out / "observables.csv")
    check("tidy columns", list(tidy.columns) == ["scenario", "replicate", "time", "observable", "value"])
    with h5py.File(work / "plain.h5") as file:
        scenarios, trust, n_ties = [s.decode() for s in file["scenario"][()]], file["trust"][()], int(file["ties/n_ties"][()].sum())
        rows, understanding = len(file["panel/uid"]), file["panel/understanding"][()]
    found = tidy[tidy.observable == "trust"].value.to_numpy().reshape(trust.shape)
    check("every value is the file's, to the bit", (found == trust).all())
    check("scenarios in order", list(dict.fromkeys(tidy.scenario)) == scenarios)
    firms, ties = read_exactly(out / "firms.csv"), read_exactly(out / "ties.csv")
    check("a row for each firm of the panel", len(firms) == rows and (firms.understanding.to_numpy() == understanding).all())
    check("a row for each tie", len(ties) == n_ties)
    check("names, sectors and places in words", {"Fjordstål", "core", "mo"} <= set(firms.iloc[0].astype(str)), firms.iloc[0])
    first = firms[(firms.firm == "Fjordstål") & (firms.time == firms.time.min())].iloc[0]
    check("what the roster says of a firm", first.employees == 310 and first.founder == 1)
    supplier = ties[(ties.firm == "Sjøgata Elektro") & (ties.to_firm == "Fjordstål") & (ties.time == ties.time.min())]
    check("a listed supplier is tied", len(supplier) and (supplier.kind.to_numpy() & 1).all() and (supplier.awareness == 1).all())
    said = pd.read_csv(out / "columns.csv", keep_default_na=False)
    check("each column is said what it is", set(said[said.file == "firms.csv"].column) == set(firms.columns)
          and set(said[said.file == "ties.csv"].column) == set(ties.columns) and set(said.unit) >= {"1", "year", "h"})
    return firms, ties


def run_of(frame):
    return frame[(frame.scenario == "planned") & (frame.replicate == 0)]


def check_graphs(out, firms, ties):
    firms, ties = run_of(firms), run_of(ties)
    last = ties[ties.time == ties.time.max()]
    graph, other = nx.read_graphml(out / "network.graphml"), igraph.Graph.Read_GraphML(str(out / "network.graphml"))
    pairs = {(f"{r.cluster}-{r.uid}", f"{r.cluster}-{r.to_uid}"): r.trust for r in last.itertuples()}
    check("networkx reads the last snapshot's ties", set(graph.edges) == set(pairs)
          and all(abs(graph.edges[e]["trust"] - t) < 1e-6 for e, t in pairs.items()))
    check("and its firms", graph.number_of_nodes() == len(firms[firms.time == firms.time.max()])
          and graph.nodes["0-0"]["label"] == "Fjordstål" and graph.nodes["0-0"]["sector"] == "core")
    check("igraph reads the same", other.is_directed() and other.ecount() == len(pairs) and other.vs[0]["label"] == "Fjordstål"
          and {(other.vs[e.source]["id"], other.vs[e.target]["id"]) for e in other.es} == set(pairs))
    moving = nx.read_gexf(out / "network.gexf")
    times = sorted(set(ties.time))
    check("networkx reads the dynamic graph", moving.graph["mode"] == "dynamic" and set(moving.nodes) ==
          {f"{r.cluster}-{r.uid}" for r in firms.itertuples()})
    wrong = []
    for (uid, to), rows in ties.groupby(["uid", "to_uid"]):
        edge = moving.edges[f"0-{uid}", f"0-{to}"]
        if [s for _, s, _ in edge["trust"]] != list(rows.time) or not np.allclose([v for v, _, _ in edge["trust"]], rows.trust, atol=1e-6):
            wrong.append((uid, to))
        if sum(end - start for start, end in edge["spells"]) - len(rows) * (times[1] - times[0]) > 1e-6:
            wrong.append(("spells", uid, to))
    check("each tie with its trust and time at each snapshot", not wrong, wrong[:3])


def check_export(work, mine):
    out, source = work / "ex", work / "plain.h5"
    done("export", source, "-o", out)
    firms, ties = check_tables(work, out)
    check_graphs(out, firms, ties)
    refused("already; --force replaces it", "export", source, "-o", out, "--format", "csv")
    refused("did you mean graphml?", "export", source, "-o", work / "no", "--format", "graphmll")
    refused("has no trus; did you mean trust?", "export", source, "-o", work / "no", "--observables", "trus")
    refused("did you mean planned?", "export", source, "-o", work / "no", "--scenario", "planed")
    refused("--replicate: found 7", "export", source, "-o", work / "no", "--replicate", 7)
    refused("run it again with --set output.tie_runs=1", "export", work / "bare.h5", "-o", work / "no", "--format", "gexf")
    refused("not an HDF5 file", "export", mine / "firms.csv", "-o", work / "no")
    refused("no folder is given", "export", source)
    check("what is refused leaves nothing", not (work / "no").exists())
    done("export", work / "bare.h5", "-o", work / "bare", "--observables", "trust,members")
    check("csv alone where there is nothing else", sorted(p.name for p in (work / "bare").iterdir()) == ["columns.csv", "observables.csv"])
    done("export", source, "-o", work / "hidden", "--pseudonyms", "--scenario", "welcome", "--time", 2025)
    names = [row["name"] for row in rows_of(mine / "firms.csv")]
    check("--pseudonyms holds in every format", not any(contains(p, n) for p in (work / "hidden").iterdir() for n in names)
          and contains(work / "hidden" / "network.gexf", "F001"))
    check("--scenario and --time hold", set(pd.read_csv(work / "hidden" / "ties.csv").scenario) == {"welcome"}
          and contains(work / "hidden" / "network.graphml", "scenario welcome, replicate 0, 2025-01"))


# ---- man pages, completion, install ----------------------------------------------------------------------------------------------


def quiet(*command):
    found = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    said = (found.stdout if command[0] == "mandoc" else "") + found.stderr
    return found.returncode == 0 and not said.strip(), said


def complete(file, *words):
    """What bash offers for the last word."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _klynge; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    found = subprocess.run(["bash", "-c", script, "-", file, KLYNGE, *words], capture_output=True, text=True)
    check("completion says nothing on stderr", not found.stderr, found.stderr)
    return set(found.stdout.split())


def check_pages(work):
    staged = work / "staged"
    made = subprocess.run(["make", "-s", f"BUILD={BUILD}", f"DESTDIR={staged}", "PREFIX=/usr", "install"], cwd=ROOT,
                          capture_output=True, text=True)
    check("make install works from DESTDIR", made.returncode == 0, made.stderr)
    pages = sorted((staged / "usr/share/man/man1").glob("*.1"))
    verbs = [line.split()[0] for line in klynge("--help").stdout.split("verbs:\n")[1].split("\n\n")[0].splitlines()
             if line.startswith("  ") and line[2] != " "]
    check("a page for each verb", {p.stem for p in pages} == {"klynge"} | {f"klynge-{v}" for v in verbs if v != "help"})
    for page in pages:
        for command in (("mandoc", "-T", "lint", "-W", "warning", page), ("groff", "-man", "-ww", "-Tutf8", "-z", page)):
            good, said = quiet(*command)
            check(f"{page.name} without a warning of {command[0]}", good, said)
    text = subprocess.run(["mandoc", "-T", "utf8", staged / "usr/share/man/man1/klynge-run.1"], capture_output=True, text=True).stdout
    text = " ".join(re.sub(".\b", "", text).split())  # bold is a letter twice
    missing = [word for word in klynge("run", "--help").stdout.split() if word.startswith("--") and word[2:3].isalpha()
               and word.rstrip(",.;") not in text]
    check("the page of run has every option of its help", not missing, missing)
    done_by = subprocess.run([staged / "usr/bin/klynge", "init", work / "installed"], capture_output=True, text=True)
    check("an installed klynge finds its verbs and their files", done_by.returncode == 0, done_by.stderr)
    check_completion(work, staged / "usr/share/bash-completion/completions/klynge")
    subprocess.run(["make", "-s", f"BUILD={BUILD}", f"DESTDIR={staged}", "PREFIX=/usr", "uninstall"], cwd=ROOT, capture_output=True)
    check("make uninstall leaves no file", not [p for p in staged.rglob("*") if not p.is_dir()])


def check_completion(work, file):
    check("verbs", {"run", "export", "init", "help"} <= complete(file, "") and complete(file, "su") == {"summary", "survey"})
    check("options of a verb", complete(file, "run", "x.cfg", "--se") == {"--set", "--seed"})
    check("and of one written in Python", complete(file, "export", "--obs") == {"--observables"})
    check("names of parameters after --set", complete(file, "run", "--set", "model.trust.ho") == {"model.trust.hours="})
    check("names of parameters", "model.trust.hours" in complete(file, "params", "model.trust."))
    (work / "t").mkdir()
    for name in ("a.cfg", "a.h5", "a.txt"):
        (work / "t" / name).touch()
    check("configs for run", complete(file, "run", f"{work}/t/") == {f"{work}/t/a.cfg"})
    check("results for summary", complete(file, "summary", f"{work}/t/") == {f"{work}/t/a.h5"})


def main():
    with tempfile.TemporaryDirectory(prefix="klynge-bring.") as name:
        work = pathlib.Path(name)
        mine = check_init(work)
        check_spreadsheets(work, mine)
        check_names(work, mine)
        check_export(work, mine)
        check_pages(work)
    return end()


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    sys.exit(main())
