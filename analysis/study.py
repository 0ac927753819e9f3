# %% [markdown]
# # ACT doubles in three years: what would have kept its community, for the same money?
#
# A study from the file to a conclusion, cell by cell. Editors that know `# %%` (Spyder, VS Code, Jupyter with jupytext) run it as a
# notebook; it is a plain program too:
#
#     build/klynge run configs/act-60mnok.cfg -o out/act-60mnok.h5
#     /usr/bin/python3 analysis/study.py out/act-60mnok.h5 out/study
#
# Change QUESTION, BASELINE and NAMES for a study of your own.

# %% What is asked, of which file
import pathlib
import sys

import klynge_analysis as ka

FILE, FOLDER = sys.argv[1:3] if len(sys.argv) == 3 else ("out/act-60mnok.h5", "out/study")
BASELINE = "act"
NAMES = ["sense_of_community", "overview", "collaboration", "realised", "exits"]
LEVEL = 0.95

try:
    study = ka.open(FILE)
except ka.Failure as failure:
    sys.exit(f"study: {failure}")
folder = pathlib.Path(FOLDER)
folder.mkdir(parents=True, exist_ok=True)


def keep(figure, name):
    """As SVG for a paper and PNG for a slide."""
    for ending in ("svg", "png"):
        ka.save(figure(), folder / f"{name}.{ending}")


# %% What there is: scenarios with their questions, runs, and how many of these failed
print(study.question.to_series().to_string(), "\n")
print("failed runs:", int((study.status != 0).sum()), "of", study.status.size, "\n")

# %% Before any comparison: how does the baseline itself develop, and how different are its runs?
ends = ka.bands(study.sense_of_community.sel(scenario=BASELINE)).isel(time=[0, -1], point=0)
print(ends.round(3).to_pandas(), "\n")
keep(lambda: ka.figures.development(study, [BASELINE]), "development")

# %% What do the scenarios change? Pair by pair, p adjusted for all of these comparisons together
table = ka.paired_differences(study, BASELINE, NAMES)
columns = ["scenario", "observable", "difference", "low_difference", "high_difference", "effect_size", "p_adjusted", "verdict"]
print(table[columns].to_string(index=False, float_format="{:.3g}".format), "\n")
keep(lambda: ka.figures.differences(study, BASELINE, NAMES), "differences")

# %% When does it begin? The difference of each pair over time
gain = ka.differences(study[[NAMES[0]]], BASELINE)[NAMES[0]].isel(point=0)
for scenario in gain.scenario.values:
    band = ka.bands(gain.sel(scenario=scenario), LEVEL)
    apart = (band.sel(band="low") > 0) | (band.sel(band="high") < 0)
    print(f"{scenario}: {LEVEL:.0%} of pairs on one side of 0 in {int(apart.sum())} of {apart.size} ticks")
print()

# %% For whom? Founders and those who came later; who understands and anchors
keep(lambda: ka.figures.cohorts(study, "overview", BASELINE), "cohorts")
keep(lambda: ka.figures.quadrants(study, BASELINE), "quadrants")
shares = ka.quadrants(study).isel(time=-1, point=0).mean("replicate")
print(shares.round(3).to_pandas(), "\n")

# %% Who is tied to whom? Only a file that keeps firms and ties can say it
try:
    graph = ka.network(study, BASELINE)
    print(f"{BASELINE}: {graph.number_of_nodes()} firms, {graph.number_of_edges()} directed ties")
    keep(lambda: ka.figures.network(study, BASELINE), "network")
except ka.Failure as failure:
    print("no network:", failure)

# %% What can be said, by rule: what differs, in order of the difference
differs = table[(table.observable == NAMES[0]) & (table.verdict == "differs")].sort_values("difference", ascending=False)
print()
for row in differs.itertuples():
    print(f"{row.scenario}: {row.difference:+.3f} ({row.low_difference:+.3f} to {row.high_difference:+.3f}) of {row.baseline:.3f}, over "
          f"{row.n} pairs")

# %% [markdown]
# Intervals hold the luck of a cluster, not the doubt about parameters: run again with what you doubt changed (`--set`), and see
# whether the order above stays.
