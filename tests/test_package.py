"""klynge_analysis as a library: its numbers against h5py, figures in each format, the study, `klynge draw`: test_package.py BUILD

The last line is "N passed, N failed".
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import h5py
import igraph
import networkx as nx
import numpy as np
import xarray

os.environ["MPLBACKEND"] = "Agg"
ROOT = pathlib.Path(__file__).resolve().parent.parent
KLYNGE = str(pathlib.Path(sys.argv[1]).resolve() / "klynge")
sys.path.insert(0, str(ROOT / "analysis"))
sys.dont_write_bytecode = True
import klynge_analysis as ka  # noqa: E402
from tally import check, end  # noqa: E402

CONFIG = """
base = "%s/configs/act.cfg";
run = { end = "2019-12"; };
scenarios = ( { name = "act"; }, { name = "forum"; policies = { forum = { on = true; }; }; } );
"""


def klynge(*arguments):
    return subprocess.run([KLYNGE, *map(str, arguments)], capture_output=True, text=True)


def refused(sentence, act, said):
    try:
        act()
        check(f"refused: {sentence}", False)
    except ka.Failure as e:
        check(f"refused: {sentence}", e.code == 2 and said in str(e), e)


# ---- numbers ---------------------------------------------------------------------------------------------------------------------


def check_numbers(ds, file):
    trust, talks = file["trust"][:], file["collaboration"][:]
    check("everything is labelled", list(ds.scenario.values) == ["act", "forum"] and ds.trust.dims == ("scenario", "point", "replicate", "time")
          and ds.trust.attrs["units"] == "1" and list(ds.quadrant.values)[0] == "low U, low A")
    band = ka.bands(ds.trust)
    check("a band is the central 95 % of replicates", np.allclose(band.sel(band=["low", "median", "high"]).values,
                                                                  np.quantile(trust, [0.025, 0.5, 0.975], axis=2)))
    check("with its labels and unit", band.dims[0] == "band" and list(band.scenario.values) == ["act", "forum"] and band.attrs["units"] == "1")
    check("another level", np.allclose(ka.bands(ds.trust, 0.5).sel(band="high").values, np.quantile(trust, 0.75, axis=2)))
    year = ka.over_a_year(ds.collaboration).values
    check("a rate is the mean of 12 months", np.isnan(year[..., :11]).all() and np.allclose(year[..., 20], talks[..., 9:21].mean(axis=-1)))
    check("a state stays", ka.over_a_year(ds.trust).identical(ds.trust))
    gain = ka.differences(ds, "act")
    check("differences are pair by pair", list(gain.scenario.values) == ["forum"] and np.array_equal(gain.trust.values[0], trust[1] - trust[0]))
    table = ka.paired_differences(ds, "act", ["trust"]).iloc[0]
    pairs = trust[1, 0, :, -1] - trust[0, 0, :, -1]
    check("the table has the mean of pairs", np.isclose(table.difference, pairs.mean()) and table.n == len(pairs) and table.unit == "1")
    at = ka.paired_differences(ds, "act", ["trust"], at=2019.0).iloc[0]
    k = np.argmin(np.abs(file["time"][:] - 2019.0))
    check("at a time too", np.isclose(at.difference, (trust[1, 0, :, k] - trust[0, 0, :, k]).mean()), at.difference)
    counts = file["members_by_quadrant"][:]
    check("quadrants are shares", np.allclose(ka.quadrants(ds).transpose("scenario", "point", "replicate", "quadrant", "time").values,
                                              counts / counts.sum(axis=3, keepdims=True)))
    check("cohorts are the file's", np.array_equal(ka.cohorts(ds, "overview").values, file["overview_by_tenure_cohort"][:], equal_nan=True))
    check("marks are the config's", ka.marks(ds)["phases"][0][0] == "arena" and ka.marks(ds)["closure"] == [])


def check_firms(ds, file):
    firms, ties = ka.firms(ds), ka.ties(ds)
    check("a row for each firm and tie", len(firms) == len(file["panel/uid"]) and len(ties) == file["ties/n_ties"][:].sum())
    check("with its values", (firms.understanding.values == file["panel/understanding"][:]).all() and (ties.trust.values == file["ties/trust"][:]).all())
    graph = ka.network(ds, "forum", time=2018.0)
    one = ties[(ties.scenario == "forum") & (ties.replicate == 0)]
    when = one.time.unique()[np.argmin(np.abs(one.time.unique() - 2018.0))]
    check("a network is one snapshot's ties", graph.number_of_edges() == (one.time == when).sum() and graph.graph["time"] == when)


# ---- GEXF, by what the schema of GEXF 1.2 (dynamic attributes) says and by two readers -------------------------------------------------


def check_gexf():
    found = klynge("export", "kept.h5", "-o", "ex", "--format", "gexf,graphml")
    check("export writes graphs", found.returncode == 0, found.stderr)
    root = ET.parse("ex/network.gexf").getroot()
    space = re.match(r"\{(.*)\}gexf$", root.tag)
    check("gexf has its version and namespace", space and "gexf" in space[1] and root.get("version", "").startswith("1.2"), root.attrib)
    name = {"g": space[1]}
    graph = root.find("g:graph", name)
    check("a dynamic, directed graph with decimal times", graph.get("mode") == "dynamic" and graph.get("defaultedgetype") == "directed"
          and graph.get("timeformat") in ("double", "long"), graph.attrib)
    declared = {kind: {a.get("id"): a.get("type") for each in graph.findall("g:attributes", name) if each.get("class") == kind
                       for a in each.findall("g:attribute", name)} for kind in ("node", "edge")}
    nodes, edges = graph.findall("g:nodes/g:node", name), graph.findall("g:edges/g:edge", name)
    ids = [n.get("id") for n in nodes]
    check("nodes have ids, once", len(ids) == len(set(ids)) > 30)
    check("edges join nodes", edges and all(e.get("source") in ids and e.get("target") in ids for e in edges))
    check("edges have ids, once", len({e.get("id") for e in edges}) == len(edges))
    used = {(kind, v.get("for")) for kind, items in (("node", nodes), ("edge", edges)) for i in items for v in i.findall(".//g:attvalue", name)}
    check("values are of declared attributes", used and all(key in declared[kind] for kind, key in used), used)
    types = {t for kind in declared.values() for t in kind.values()}
    check("types are those of GEXF", types <= {"integer", "long", "double", "float", "boolean", "string", "anyURI", "liststring"}, types)
    spans = [(float(s.get("start")), float(s.get("end"))) for i in nodes + edges for s in i.findall(".//g:spell", name)]
    check("spells begin before they end", spans and all(a < b for a, b in spans))
    moving, still = nx.read_gexf("ex/network.gexf"), igraph.Graph.Read_GraphML("ex/network.graphml")
    check("networkx and igraph open them", moving.number_of_nodes() == len(nodes) and still.vcount() > 30)


# ---- figures and the verb ------------------------------------------------------------------------------------------------------------

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def check_figures(ds):
    made = {"development": lambda: ka.figures.development(ds, ["act", "forum"], ["trust", "collaboration"]), "network": lambda: ka.figures.network(ds),
            "differences": lambda: ka.figures.differences(ds, "act", ["trust"]), "cohorts": lambda: ka.figures.cohorts(ds),
            "quadrants": lambda: ka.figures.quadrants(ds, "forum")}
    for name, make in made.items():
        figure = make()
        axes = [a for a in figure.axes if a.get_visible() and a.axison and len(a.get_xticks())]
        check(f"{name}: axes say what they show", all(a.get_xlabel() for a in axes), [a.get_xlabel() for a in axes])
        check(f"{name}: a caption says what is seen", any(len(t.get_text()) > 60 for t in figure.texts))
        ka.save(figure, f"{name}.svg")
    for ending, head in HEADS.items():
        ka.save(made["development"](), f"one.{ending}")
        first = pathlib.Path(f"one.{ending}").read_bytes()
        ka.save(made["development"](), f"one.{ending}")
        check(f"{ending}: what the ending says, the same bytes again", first[:4] == head[:4] and first == pathlib.Path(f"one.{ending}").read_bytes())


def check_verb():
    for kind, ending in (("development", "pdf"), ("cohorts", "svg")):
        found = klynge("draw", "kept.h5", "-o", f"drawn.{ending}", "-k", kind)
        check(f"klynge draw of {kind}", found.returncode == 0 and pathlib.Path(f"drawn.{ending}").read_bytes()[:4] == HEADS[ending][:4], found.stderr)
    for said, code, arguments in (("ends in .png, .svg or .pdf", 2, ("-o", "x.gif")), ("exists; --force", 2, ("-o", "drawn.pdf")),
                                  ("one of development", 2, ("-o", "x.png", "-k", "developement")), ("goes with --kind", 2, ("-o", "x.png", "--time", "2018")),
                                  ("did you mean forum?", 2, ("-o", "x.png", "--scenarios", "form")), ("add -o", 2, ()),
                                  ("did you mean trust?", 2, ("-o", "x.png", "--observables", "trus")), ("cannot write", 4, ("-o", "no/x.png"))):
        found = klynge("draw", "kept.h5", *arguments)
        check(f"klynge draw {' '.join(arguments)}: exit {code}", found.returncode == code and said in found.stderr and found.stderr.count("\n") == 1,
              (found.returncode, found.stderr))
    check("what is refused leaves nothing", not list(pathlib.Path(".").glob("x.*")))


def check_study():
    found = subprocess.run(["/usr/bin/python3", str(ROOT / "analysis" / "study.py"), "kept.h5", "study"], capture_output=True, text=True)
    made = sorted(p.name for p in pathlib.Path("study").glob("*"))
    check("the study runs as a program", found.returncode == 0 and "forum" in found.stdout and len(made) == 10, (found.stderr[-400:], made))
    found = subprocess.run(["/usr/bin/python3", str(ROOT / "analysis" / "study.py"), "t.cfg", "study"], capture_output=True, text=True)
    check("and says what is no result", found.returncode == 1 and "not an HDF5 file" in found.stderr and "Traceback" not in found.stderr, found.stderr)


def main():
    pathlib.Path("t.cfg").write_text(CONFIG % ROOT)
    found = klynge("run", "t.cfg", "-o", "kept.h5", "-q", "--replicates", 5, "--set", "output.panel_runs=1", "--set", "output.tie_runs=1",
                   "--set", "output.snapshot_every=0.5")
    check("a run to read", found.returncode == 0, found.stderr)
    ds = ka.open("kept.h5")
    with h5py.File("kept.h5") as file:
        check_numbers(ds, file)
        check_firms(ds, file)
    refused("an unknown scenario", lambda: ka.differences(ds, "at"), "did you mean act?")
    refused("an unknown observable", lambda: ka.paired_differences(ds, "act", ["trus"]), "did you mean trust?")
    refused("groups that are not there", lambda: ka.cohorts(ds, "overview", "size"), "has no overview_by_size")
    refused("a Dataset of no file", lambda: ka.firms(xarray.Dataset()),
            "does not come from a file")
    check_gexf()
    check_figures(ds)
    check_verb()
    check_study()
    return end()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="klynge-package.") as work:
        os.chdir(work)
        status = main()
        os.chdir("/")
    sys.exit(status)
