"""Every block of analysis/R.md, run by R on a file, and what ncdf4 and hdf5r read there against h5py: r_page.py BUILD

Needs R with ncdf4 and hdf5r (`make test-insight` installs them). The last line is "N passed, N failed".
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from tally import check, end

ROOT = pathlib.Path(__file__).resolve().parent.parent
KLYNGE = str(pathlib.Path(sys.argv[1]).resolve() / "klynge")
CONFIG = """
base = "%s/configs/act.cfg";
run = { end = "2019-09"; };
scenarios = ( { name = "baseline"; }, { name = "forum"; policies = { forum = { on = true; }; }; } );
"""
# What the blocks have read, as raw numbers for Python.
DUMP = """
for (name in c("time", "trust", "band")) writeBin(as.vector(as.double(get(name))), paste0(name, ".bin"))
writeBin(as.vector(as.double(firms$understanding)), "firms.bin")
policies <- nc_open("out/act.h5")
writeBin(paired(policies, "trust", "forum", "baseline", 2019), "paired.bin")
writeLines(scenarios, "scenarios.txt")
"""
DUMP_HDF5R = """
writeBin(as.vector(trust5), "trust5.bin")
writeBin(as.double(ties$trust), "ties.bin")
"""


def read(name):
    return np.fromfile(f"{name}.bin")


def compare_with_h5py():
    with h5py.File("out/act.h5") as file:
        trust = file["trust"][:]
        times = file["time"][:]
        check("time and scenarios", (read("time") == times).all() and pathlib.Path("scenarios.txt").read_text().split() == ["baseline", "forum"])
        check("ncdf4 reads trust to the bit", (read("trust") == trust[0, 0].ravel()).all())
        check("hdf5r reads the same", (read("trust5") == trust[0, 0].ravel()).all())
        expected = np.quantile(trust[0, 0], [0.025, 0.5, 0.975], axis=0).T
        check("the band is numpy's", np.allclose(read("band"), expected.ravel(), rtol=1e-12))
        k = np.argmin(np.abs(times - 2019))
        check("paired differences are", (read("paired") == trust[1, 0, :, k] - trust[0, 0, :, k]).all())
        check("firms and ties too", (read("firms") == file["panel/understanding"][:]).all() and (read("ties") == file["ties/trust"][:]).all())


def main():
    os.mkdir("out")
    pathlib.Path("t.cfg").write_text(CONFIG % ROOT)
    subprocess.run([KLYNGE, "run", "t.cfg", "-o", "out/act.h5", "-q", "--replicates", "6", "--set", "output.panel_runs=1", "--set",
                    "output.tie_runs=1"], check=True)
    blocks = re.findall(r"^```r\n(.*?)^```$", (ROOT / "analysis" / "R.md").read_text(encoding="utf-8"), re.S | re.M)
    pathlib.Path("page.R").write_text("\n".join([*blocks[:-1], DUMP, blocks[-1], DUMP_HDF5R]), encoding="utf-8")
    found = subprocess.run(["Rscript", "--vanilla", "page.R"], capture_output=True, text=True)
    check(f"the {len(blocks)} blocks of R.md run", len(blocks) > 5 and found.returncode == 0, found.stderr[-600:])
    if found.returncode == 0:
        check("a figure is drawn", pathlib.Path("trust.pdf").read_bytes()[:4] == b"%PDF")
        compare_with_h5py()
    return end()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="klynge-r.") as work:
        os.chdir(work)
        status = main()
        os.chdir("/")
    sys.exit(status)
