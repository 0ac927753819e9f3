"""make bench: figures of speed, as medians with their spread; ratios come from interleaved runs.

    /usr/bin/python3 bench/run.py BUILD [--json FILE] [--figures DIR] [--only kernel|runs] [--large]

BUILD holds klynge and bench/tie_rows, compute, limits, yardstick_gsl. Nothing here fails on a slow machine: it prints and
records.
The figures of the tie kernel (models/ties/ODD.md) stand beside a yardstick, plain C and GSL, and the machine's own limits.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from statistics import median

PAIRS = 9
# Firms, numbering, ticks, pairs: what the kernel is compared at, so that the yardstick's part takes two minutes.
SIZES = [(1000, "random", 100, 9), (100000, "random", 10, 5), (1000000, "random", 5, 5), (1000000, "clustered", 5, 5)]
LARGE = (10000000, "clustered", 3, 3)
TIES = 20
RARE = 0.004  # of the kernel's rate: one tie of a thousand collaborates in a tick
# What a tie and tick moves to and from memory in a world that no cache holds: partner and w are read in lines of 64 bytes
# (160 of 260 bytes of a row of 20 ties: 3.5 lines), w is written back (2.25 lines).
BYTES_A_TIE = (3.5 + 2.25) * 64 / TIES


def run(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def klynge(build, out, *options, config="configs/act.cfg"):
    """One run of a config, the ACT preset if none is named; its JSON, and the seconds of the whole process from outside."""
    command = [os.path.join(build, "klynge"), "run", config, "-o", out, "--force", "--quiet", "--json", *options]
    before = os.times()
    answer = json.loads(run(command))
    after = os.times()
    answer["process_cpu"] = after.children_user + after.children_system - before.children_user - before.children_system
    answer["process_wall"] = after.elapsed - before.elapsed
    return answer


def spread(values):
    return {"min": min(values), "median": median(values), "max": max(values), "n": len(values)}


def cost_of_a_run(build, out):
    """CPU milliseconds of one ACT run on one thread, with and without start-up and the file."""
    answers = [klynge(build, out, "--threads", "1", "--replicates", "200") for _ in range(PAIRS)]
    return {
        "act_run_cpu_ms": spread([1e3 * a["cpu_seconds"] / a["runs"] for a in answers]),
        "act_run_process_cpu_ms": spread([1e3 * a["process_cpu"] / a["runs"] for a in answers]),
    }


def all_policies(build, out):
    """Wall seconds of every scenario of configs/policies.cfg, 200 replicates each, by two threads, with the durable file."""
    answer = klynge(build, out, "--threads", "2", "--replicates", "200", config="configs/policies.cfg")
    return {"policies_wall_s": spread([answer["process_wall"]]), "policies_runs": spread([answer["runs"]])}


def two_threads(build, out):
    """How much faster two threads are than one on 400 replicates: the runs, and the whole process with its durable file."""
    runs, process = [], []
    for _ in range(PAIRS):
        one, two = (klynge(build, out, "--threads", str(t), "--replicates", "400") for t in (1, 2))
        runs.append(one["wall_seconds"] / two["wall_seconds"])
        process.append(one["process_wall"] / two["process_wall"])
    low, middle, high = (float(x) for x in run([os.path.join(build, "bench", "compute")]).split())
    return {
        "two_threads_runs": spread(runs),
        "two_threads_process": spread(process),
        "two_threads_pure_compute": {"min": low, "median": middle, "max": high, "n": PAIRS},
    }


def ties(build, firms, numbering, ticks, *options):
    command = [os.path.join(build, "klynge"), "bench", "ties", "--firms", firms, "--numbering", numbering, "--ticks", ticks]
    return json.loads(run([str(word) for word in command + list(options)] + ["--json"]))


def yardstick(build, firms, numbering, ticks, seed):
    command = [os.path.join(build, "bench", "yardstick_gsl"), firms, TIES, ticks, numbering, 0.2, seed]
    return json.loads(run([str(word) for word in command]))


def against_yardstick(build, sizes):
    """Ties a CPU second of the kernel on one thread and of the yardstick, and their ratio, by interleaved pairs."""
    figures = {}
    for firms, numbering, ticks, pairs in sizes:
        both = []
        for seed in range(1, pairs + 1):
            own = ties(build, firms, numbering, ticks, "--threads", 1, "--seed", seed)
            both.append((own["ties_per_cpu_second"], yardstick(build, firms, numbering, ticks, seed)["ties_per_cpu_second"]))
        name = f"{firms}_{numbering}"
        figures[f"kernel_{name}"] = spread([own for own, _ in both])
        figures[f"yardstick_{name}"] = spread([other for _, other in both])
        figures[f"ratio_{name}"] = spread([own / other for own, other in both])
    return figures


def rare_events(build):
    """Effective ties a CPU second where one tie of a thousand collaborates in a tick."""
    return {f"rare_{firms}_{numbering}": spread([ties(build, firms, numbering, ticks, "--threads", 1, "--rate", RARE)[
        "ties_per_cpu_second"] for _ in range(5)]) for firms, numbering, ticks in
        [(1000, "random", 100), (1000000, "random", 5), (1000000, "clustered", 5)]}


def kernel_threads(build):
    """How many times the wall speed of one thread two threads have, by interleaved pairs."""
    figures = {}
    for firms, ticks in [(1000, 1000), (10000, 100), (20000, 100), (100000, 20), (1000000, 5)]:
        pairs = [[ties(build, firms, "random", ticks, "--threads", t)["ties_per_wall_second"] for t in (1, 2)]
                 for _ in range(5)]
        figures[f"two_threads_kernel_{firms}"] = spread([two / one for one, two in pairs])
    return figures


def limits(build):
    """What the machine can do at best, one thread: bytes, draws and reads at random places a second."""
    answers = [json.loads(run([os.path.join(build, "bench", "limits")])) for _ in range(3)]
    return {f"limit_{name}": spread([a[name] for a in answers]) for name in answers[0]}


def kernel(build, large):
    figures = limits(build)
    figures.update(against_yardstick(build, SIZES))
    figures.update(rare_events(build))
    figures.update(kernel_threads(build))
    one, many = figures["kernel_1000_random"]["median"], figures["kernel_1000000_clustered"]["median"]
    figures["cost_of_size_clustered"] = spread([one / many])
    if large:
        figures.update(against_yardstick(build, [LARGE]))
    return figures


def draw_figures(figures, folder):
    """Speed by size beside the yardstick and the machine's limits; two threads by size."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    os.makedirs(folder, exist_ok=True)
    middle = {name: value["median"] for name, value in figures.items() if isinstance(value, dict)}
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), constrained_layout=True)
    for what, label, colour in [("kernel", "Klynge, one thread", "#1b6ca8"), ("yardstick", "C + GSL", "#b5541c")]:
        for numbering, style in [("random", "o-"), ("clustered", "s--")]:
            points = sorted((int(name.split("_")[1]), name) for name in middle
                            if name.startswith(what + "_") and name.endswith(numbering))
            if not points:
                continue
            x = [size for size, _ in points]
            y = [middle[name] for _, name in points]
            error = [[v - figures[n]["min"] for (_, n), v in zip(points, y)],
                     [figures[n]["max"] - v for (_, n), v in zip(points, y)]]
            left.errorbar(x, y, yerr=error, fmt=style, color=colour, capsize=3, label=f"{label}, {numbering}",
                          mfc="white" if numbering == "clustered" else colour)
    for value, label in [(2 * middle["limit_draws_filled"], "draws of 16 bits"),
                         (middle["limit_update_bytes"] / BYTES_A_TIE, "memory, world in no cache")]:
        left.axhline(value, color="0.4", lw=1, ls=":")
        left.annotate(label, (1.0, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8, color="0.3")
    left.set(xscale="log", yscale="log", xlabel="firms", ylabel="ties a CPU second", title="The tie kernel and its limits")
    left.legend(fontsize=8)
    points = sorted((int(name.rsplit("_", 1)[1]), name) for name in middle if name.startswith("two_threads_kernel_"))
    right.errorbar([x for x, _ in points], [middle[n] for _, n in points], fmt="o-", color="#1b6ca8", capsize=3,
                   yerr=[[middle[n] - figures[n]["min"] for _, n in points], [figures[n]["max"] - middle[n] for _, n in points]])
    right.axhline(1, color="0.4", lw=1, ls=":")
    right.set(xscale="log", ylim=(0, 2.2), xlabel="firms", ylabel="wall speed, two threads over one",
              title="Two threads (one is used below 20,000 firms)")
    figure.savefig(os.path.join(folder, "bench.png"), dpi=130)


def host():
    version = run(["git", "describe", "--always", "--dirty"]).strip() if os.path.isdir(".git") else "unknown"
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {"commit": version, "cpu": names[0] if names else platform.machine(), "cores": os.cpu_count()}


def runs(build):
    """Of the cluster model."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "act.h5")
        figures.update(cost_of_a_run(build, out))
        figures.update(two_threads(build, out))
        figures.update(all_policies(build, out))
    return figures


def table(figures):
    for name, value in figures.items():
        if isinstance(value, dict):
            form = "{:.3g}" if value["median"] >= 1000 else "{:.3f}"
            low, middle, high = (form.format(value[k]) for k in ("min", "median", "max"))
            print(f"{name:32s} {middle:>9s}   ({low} to {high}, n = {value['n']})")
        else:
            print(f"{name:32s} {value}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--json", help="also write the figures there")
    parser.add_argument("--figures", metavar="DIR", help="also draw DIR/bench.png")
    parser.add_argument("--only", choices=["kernel", "runs"], help="the tie kernel, or the cluster model's runs")
    parser.add_argument("--large", action="store_true", help="also the kernel at 10,000,000 firms: 4 GB and some minutes more")
    given = parser.parse_args()
    figures = host()
    if given.only != "runs":
        figures.update(kernel(given.build, given.large))
    if given.only != "kernel":
        print(run([os.path.join(given.build, "bench", "tie_rows")]))
        figures.update(runs(given.build))
    table(figures)
    if given.figures and given.only != "runs":
        draw_figures(figures, given.figures)
    if given.json:
        with open(given.json, "w") as file:
            json.dump(figures, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
