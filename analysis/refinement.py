"""Does halving the tick move anything? refinement.py COARSE FINE [--all]

Two result files of the same seeds, the second with a shorter tick. For each main observable: the mean over the run of both (states at
the ends of the coarser ticks, rates over them), and the paired difference with its 90 % interval, in standard deviations between the
coarser file's replicates. It should lie within 0.1 of these. --all: every observable that is given each tick.
"""
import argparse

import numpy as np
from scipy import stats

from klynge_analysis.reading import Result

MAIN = ("members", "collaboration", "sense_of_community", "understanding", "anchoring", "trust", "overview", "utilisation")
BOUND = 0.1
LEVEL = 0.90


def over_the_run(result, name, n_times):
    """(replicate) mean over `n_times` equal spans: a state at the end of each, a rate over all of it."""
    x = result.values(name)
    x = x.reshape(len(x), n_times, -1)
    is_rate = "mean" in str(result.data[name].attrs.get("cell_methods", ""))
    if not is_rate:
        x = x[:, :, -1:]
    return np.nanmean(x, axis=(1, 2))


def compare(coarse, fine, name):
    """Means of both, SD, difference and half width of its interval in SDs, correlation over replicates."""
    n_times = len(coarse.times(name))
    with np.errstate(invalid="ignore"):
        a, b = over_the_run(coarse, name, n_times), over_the_run(fine, name, n_times)
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    sd = a.std(ddof=1) if len(a) > 2 else 0.0
    if not sd > 1e-9 * abs(a.mean()):
        return None
    difference = b - a
    half = stats.t.ppf(0.5 + LEVEL / 2, len(a) - 1) * difference.std(ddof=1) / np.sqrt(len(a))
    return a.mean(), b.mean(), sd, difference.mean() / sd, half / sd, np.corrcoef(a, b)[0, 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("coarse")
    parser.add_argument("fine")
    parser.add_argument("--all", action="store_true", help="every observable that is given each tick")
    options = parser.parse_args()
    coarse, fine = Result(options.coarse), Result(options.fine)
    whole = ("scenario", "point", "replicate", "time")
    names = [n for n in coarse.data if coarse.data[n].dims == whole] if options.all else MAIN
    print("| observable | coarser | finer | SD of replicates | difference / SD | 90 % interval | correlation | within 0.1 |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    outside = 0
    for name in names:
        row = compare(coarse, fine, name)
        if row is None:
            continue
        low, high = row[3] - row[4], row[3] + row[4]
        inside = low >= -BOUND and high <= BOUND
        outside += not inside
        print(f"| {name} | {row[0]:.4g} | {row[1]:.4g} | {row[2]:.3g} | {row[3]:.3f} | {low:.3f} to {high:.3f} | {row[5]:.2f} "
              f"| {'yes' if inside else 'NO'} |")
    print(f"\n{outside} outside, over {len(coarse.done)} replicates of {coarse.scenario}.")


if __name__ == "__main__":
    main()
