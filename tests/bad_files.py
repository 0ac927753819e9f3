"""Files that are no whole result, given to every verb that reads one and to klynge_analysis.open: bad_files.py BUILD

Each must end in one sentence that names the file and says what was found, with exit code 2 (it is not what it should be) or 4 (it
cannot be read), never in a traceback, and write nothing. The last line is "N passed, N failed".
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

import h5py
import numpy as np
import xarray

os.environ["MPLBACKEND"] = "Agg"
ROOT = pathlib.Path(__file__).resolve().parent.parent
KLYNGE = str(pathlib.Path(sys.argv[1]).resolve() / "klynge")
sys.path.insert(0, str(ROOT / "analysis"))
sys.dont_write_bytecode = True
import klynge_analysis  # noqa: E402
import in_process  # noqa: E402
from tally import check, end  # noqa: E402

# A call of each verb on a file X; `summary` is written in C and runs as a program.
CALLS = {
    "compare": ("X", "-b", "base"), "decompose": ("X", "--base", "base", "--first", "open", "--second", "forum", "--both", "both"),
    "phase": ("X",), "survey": ("X", "--scenario", "base"), "report": ("X", "-o", "new.html"), "export": ("X", "-o", "new"),
    "draw": ("X", "-o", "new.svg"),
}
KINDS = {"draw quadrants": ("draw", "X", "-o", "new.svg", "-k", "quadrants"), "draw cohorts": ("draw", "X", "-o", "new.svg", "-k", "cohorts"),
         "draw network": ("draw", "X", "-o", "new.svg", "-k", "network"), "export gexf": ("export", "X", "-o", "new", "--format", "gexf")}
CONFIG = """
base = "%s/configs/act.cfg";
run = { start = "2019-09"; end = "2021-05"; };
scenarios = (
  { name = "base"; question = "What is there?"; }, { name = "open"; world = { closure = (); }; },
  { name = "forum"; policies = { forum = { on = true; }; }; },
  { name = "both"; world = { closure = (); }; policies = { forum = { on = true; }; }; }
);
"""


VERBS = {verb: in_process.load(verb) for verb in CALLS}


def call(verb, *arguments):
    """(exit code, what is said on stderr) of a verb in this process; a traceback is told as one."""
    try:
        code, _, err = in_process.call(VERBS[verb], *arguments)
        return code, err
    except Exception:  # noqa: BLE001 - that is what is looked for
        return "traceback", traceback.format_exc()[-500:]


def sentence(what, path, code, err, expected, said=""):
    """One line that names the file, and the exit code."""
    check(what, code in expected and err.count("\n") == 1 and path in err and said in err, (code, err))


# ---- files that cannot be a result ----------------------------------------------------------------------------------------------


def other_program(path):
    with h5py.File(path, "w") as file:
        file["temperature"] = np.arange(10.0)


def netcdf(path):
    xarray.Dataset({"trust": (("scenario", "time"), np.zeros((2, 3)))}, {"time": [1.0, 2.0, 3.0]}).to_netcdf(path, engine="h5netcdf")


def changed(change):
    def make(path):
        shutil.copy("whole.h5", path)
        with h5py.File(path, "r+") as file:
            change(file)

    return make


def cut(share):
    def make(path):
        whole = pathlib.Path("whole.h5").read_bytes()
        pathlib.Path(path).write_bytes(whole[:int(len(whole) * share)])

    return make


def schema(value):
    return changed(lambda file: file.attrs.__setitem__("klynge_schema", value))


FILES = {  # name -> how it is made, exit codes, what must be said
    "no file": (lambda path: None, (2,), "cannot find"),
    "a folder": (os.mkdir, (2,), ""),
    "a text": (lambda path: pathlib.Path(path).write_text("members,trust\n1,2\n"), (2,), "HDF5"),
    "an empty file": (lambda path: pathlib.Path(path).touch(), (2,), "empty"),
    "a signature and nothing": (lambda path: pathlib.Path(path).write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500)), (4,), ""),
    "a file from another program": (other_program, (2,), "klynge did not write"),
    "netCDF from another program": (netcdf, (2,), "klynge did not write"),
    "an older schema": (schema(0), (2,), "schema 0, expected 1"),
    "a newer schema": (schema(2), (2,), "schema 2, expected 1"),
    "a truncated file, half": (cut(0.5), (4,), ""),
    "a truncated file, nearly whole": (cut(0.999), (4,), ""),
}


def refused_files():
    for name, (make, codes, said) in FILES.items():
        path = f"{name.replace(' ', '-').replace(',', '')}.h5"
        make(path)
        before = sorted(os.listdir("."))
        for verb, arguments in CALLS.items():
            sentence(f"{verb}: {name}", path, *call(verb, *(path if word == "X" else word for word in arguments)), codes, said)
        found = subprocess.run([KLYNGE, "summary", path], capture_output=True, text=True)
        sentence(f"summary: {name}", path, found.returncode, found.stderr, codes)
        try:
            klynge_analysis.open(path)
            check(f"klynge_analysis.open: {name}", False, "opened")
        except klynge_analysis.Failure as e:
            check(f"klynge_analysis.open: {name}", e.code in codes and path in str(e) and said in str(e), e)
        check(f"{name}: nothing is written", sorted(os.listdir(".")) == before)
    schema("one")("text.h5")
    for verb, arguments in CALLS.items():
        sentence(f"{verb}: a schema in words", "text.h5", *call(verb, *("text.h5" if w == "X" else w for w in arguments)), (2,), "schema")


def without_panels():
    for verb, arguments, said in (("survey", CALLS["survey"], "output.panel_runs"), ("export", KINDS["export gexf"][1:], "output.tie_runs"),
                                  ("draw", KINDS["draw network"][1:], "output.tie_runs"),
                                  ("report", (*CALLS["report"], "--network", "base"), "output.panel_runs=1")):
        sentence(f"{verb}: a run without panels", "bare.h5", *call(verb, *("bare.h5" if w == "X" else w for w in arguments)), (2,), said)
    found = klynge_analysis.open("bare.h5")
    for function in (klynge_analysis.firms, klynge_analysis.ties, klynge_analysis.network):
        try:
            function(found)
            check(f"{function.__name__} of a run without panels", False)
        except klynge_analysis.Failure as e:
            check(f"{function.__name__} of a run without panels", e.code == 2 and "run it again with" in str(e), e)
    code, err = call("report", "bare.h5", "-o", "bare.html", "-q")
    check("report: a run without panels has a page that says it", code == 0 and "no firms and ties" in pathlib.Path("bare.html").read_text())


# ---- a result with a part missing -----------------------------------------------------------------------------------------------

PARTS = ("scenario", "status", "time", "trust", "question", "members_by_quadrant", "quadrant", "cost/money", "panel/uid", "panel/belonging",
         "ties/trust", "ties/n_ties", "projects/team", "provenance", "provenance/json")
CUT = ("scenario", "status", "time", "trust", "panel/uid", "ties/n_ties")
SOME = {"compare": ("compare", "X", "-b", "base", "--observables", "trust"), "report": ("report", "X", "-o", "new.html"),
        "export": ("export", "X", "-o", "new"), "draw cohorts": KINDS["draw cohorts"], "draw network": KINDS["draw network"]}


def harmless(what, path):
    """A verb may do without, or say what is missing; it must not break down."""
    for name, (verb, *arguments) in SOME.items():
        code, err = call(verb, *(path if word == "X" else word for word in arguments))
        check(f"{name}: {what}", code == 0 or (code in (2, 4) and err.count("\n") == 1), (code, err))
        for left in ("new.html", "new.svg"):
            pathlib.Path(left).unlink(missing_ok=True)
        shutil.rmtree("new", ignore_errors=True)


def parts_missing():
    for part in PARTS:
        changed(lambda file: file.__delitem__(part))("part.h5")
        harmless(f"without {part}", "part.h5")
    for part in CUT:
        def shorten(file):
            values = file[part][()]
            del file[part]
            file[part] = values[:1]

        changed(shorten)("part.h5")
        harmless(f"with {part} cut short and without its attributes", "part.h5")


def main():
    pathlib.Path("test.cfg").write_text(CONFIG % ROOT)
    for path, more in (("whole.h5", ("output.panel_runs=2", "output.tie_runs=2", "output.snapshot_every=0.5")), ("bare.h5", ())):
        subprocess.run([KLYNGE, "run", "test.cfg", "-o", path, "-q", "--replicates", "2", *(w for m in more for w in ("--set", m))], check=True)
    refused_files()
    without_panels()
    parts_missing()
    return end()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="klynge-bad-files.") as work:
        os.chdir(work)
        status = main()
        os.chdir("/")
    sys.exit(status)
