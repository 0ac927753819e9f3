"""make bench: figures of speed, as medians with their spread; ratios come from interleaved runs.

    /usr/bin/python3 bench/run.py BUILD [--json FILE] [--figures DIR] [--only kernel|runs|output] [--large]

BUILD holds klynge and bench/tie_rows, compute, limits, output, yardstick_gsl. Nothing here fails on a slow machine: it prints and
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
YARDSTICK_BYTES_A_TIE = 4 + 8 + 8  # partner and w read, w written
RARE_BYTES_A_TIE = 2 * (8 + 3 * 4) / TIES  # the columns of a firm, read and written: strength, u, a, root


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


def output(build, folder, config, *options):
    command = [os.path.join(build, "bench", "output"), "run", config, "-o", os.path.join(folder, "output.h5"), *options]
    return json.loads(run(command))


def cost_of_output(build, folder):
    """The result file's share of the CPU time of runs and file, without and with compression, beside that of writing as many bytes plainly;
    and how fast ties are written, over the rate of a plain program that writes as many bytes into the same folder."""
    act = ["--replicates", "200"]
    plain = [output(build, folder, "configs/act.cfg", *act) for _ in range(5)]
    packed = [output(build, folder, "configs/act.cfg", *act, "--set", "output.compression=4") for _ in range(3)]
    ties = [output(build, folder, "configs/act.cfg", *act, "--set", "output.tie_runs=200", "--set", "output.snapshot_every=0.25")
            for _ in range(5)]
    return {
        "output_share": spread([a["share"] for a in plain]),
        "output_share_of_plain_writing": spread([a["plain_cpu_s"] / (a["runs_cpu_s"] + a["plain_cpu_s"]) for a in plain]),
        "output_share_compressed": spread([a["share"] for a in packed]),
        "output_bytes_compressed_over_plain": spread([a["bytes"] / plain[0]["bytes"] for a in packed]),
        "ties_bytes_per_second": spread([a["bytes_per_second"] for a in ties]),
        "ties_rate_over_plain_synced": spread([a["bytes_per_second_synced"] / a["plain_bytes_per_second_synced"] for a in ties]),
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
    """Speed by size beside the yardstick; the roofline; two threads by size."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    os.makedirs(folder, exist_ok=True)
    figure, axes = plt.subplots(1, 3, figsize=(16, 4.6), constrained_layout=True)
    draw_sizes(figures, axes[0])
    draw_roofline(figures, axes[1])
    draw_threads(figures, axes[2])
    figure.savefig(os.path.join(folder, "bench.png"), dpi=120)


def plot(axis, points, figures, **how):
    """Medians of [(x, name)], with the spread."""
    middle = [figures[name]["median"] for _, name in points]
    error = [[v - figures[n]["min"] for (_, n), v in zip(points, middle)], [figures[n]["max"] - v for (_, n), v in zip(points, middle)]]
    axis.errorbar([x for x, _ in points], middle, yerr=error, capsize=3, **how)


def sizes_of(figures, prefix, numbering=""):
    names = (name for name in figures if name.startswith(prefix) and name.endswith(numbering))
    return sorted((int(name[len(prefix):].split("_")[0]), name) for name in names)


OWN, OTHER = "#1b6ca8", "#b5541c"


def draw_sizes(figures, axis):
    for prefix, label, colour in [("kernel_", "Klynge", OWN), ("yardstick_", "C + GSL", OTHER)]:
        for numbering, style in [("random", "o-"), ("clustered", "s--")]:
            points = sizes_of(figures, prefix, numbering)
            if points:
                plot(axis, points, figures, fmt=style, color=colour, label=f"{label}, {numbering}",
                     mfc="white" if numbering == "clustered" else colour)
    axis.set(xscale="log", yscale="log", xlabel="firms", ylabel="ties a CPU second", title="The tie kernel, one thread")
    low, high = axis.get_ylim()
    axis.set_ylim(low / 2.5, high * 1.2)  # room for the legend
    axis.legend(fontsize=8, loc="lower left", ncols=2)


def draw_roofline(figures, axis):
    """Ties a second over ties a byte of memory: what bandwidth and draws allow, and where the kernel and the yardstick stand."""
    draws, bandwidth = 2 * figures["limit_draws_filled"]["median"], figures["limit_update_bytes"]["median"]
    left, right = 0.03, 3.0
    ridge = draws / bandwidth
    axis.plot([left, min(ridge, right)], [left * bandwidth, min(ridge, right) * bandwidth], color="0.3", lw=1.2)
    axis.plot([min(ridge, right), right], [draws, draws], color="0.3", lw=1.2)
    axis.annotate("draws of 16 bits (Philox)", (right, draws), ha="right", va="bottom", fontsize=8, xytext=(0, 3), textcoords="offset points")
    axis.annotate(f"memory, {bandwidth / 1e9:.0f} GB/s", (2 * left, 2 * left * bandwidth), va="center", fontsize=8, xytext=(8, 0),
                  textcoords="offset points")
    shown = [("kernel_1000000_clustered", BYTES_A_TIE, "s", OWN, "Klynge, clustered"), ("kernel_1000000_random", BYTES_A_TIE, "o", OWN, "Klynge, random"),
             ("yardstick_1000000_clustered", YARDSTICK_BYTES_A_TIE, "s", OTHER, "C + GSL, clustered"),
             ("yardstick_1000000_random", YARDSTICK_BYTES_A_TIE, "o", OTHER, "C + GSL, random"),
             ("rare_1000000_random", RARE_BYTES_A_TIE, "^", OWN, "Klynge, rare events")]
    for name, size, marker, colour, label in shown:
        if name in figures:
            plot(axis, [(1 / size, name)], figures, fmt=marker, color=colour, label=label, mfc="white" if marker == "s" else colour)
    axis.axhline(figures["kernel_1000_random"]["median"], color=OWN, lw=1, ls=":", label="Klynge, 1,000 firms (in cache)")
    axis.set(xscale="log", yscale="log", xlabel="ties a byte moved to or from memory", ylabel="ties a CPU second",
             title="Roofline, 1,000,000 firms")
    low, high = axis.get_ylim()
    axis.set(xlim=(left, right), ylim=(low / 1.3, high * 1.5))
    axis.legend(fontsize=8, loc="lower right")


def draw_threads(figures, axis):
    plot(axis, sizes_of(figures, "two_threads_kernel_"), figures, fmt="o-", color=OWN)
    axis.axhline(1, color="0.4", lw=1, ls=":")
    axis.set(xscale="log", ylim=(0, max(2.2, axis.get_ylim()[1])), xlabel="firms", ylabel="wall speed, two threads over one",
             title="Two threads (one is used below 20,000 firms)")


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
        figures.update(cost_of_output(build, folder))
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
    parser.add_argument("--only", choices=["kernel", "runs", "output"], help="the tie kernel, the cluster model's runs, or their file alone")
    parser.add_argument("--large", action="store_true", help="also the kernel at 10,000,000 firms: 4 GB and some minutes more")
    given = parser.parse_args()
    figures = host()
    if given.only in (None, "kernel"):
        figures.update(kernel(given.build, given.large))
    if given.only == "output":
        with tempfile.TemporaryDirectory() as folder:
            figures.update(cost_of_output(given.build, folder))
    if given.only in (None, "runs"):
        print(run([os.path.join(given.build, "bench", "tie_rows")]))
        figures.update(runs(given.build))
    table(figures)
    if given.figures and given.only in (None, "kernel"):
        draw_figures(figures, given.figures)
    if given.json:
        with open(given.json, "w") as file:
            json.dump(figures, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
