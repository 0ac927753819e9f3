"""make bench: figures of speed, as medians with their spread; ratios come from interleaved runs.

    /usr/bin/python3 bench/run.py BUILD [--json FILE]

BUILD holds klynge and bench/tie_rows, bench/compute. Nothing here fails on a slow machine: it prints and records.
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


def host():
    version = run(["git", "describe", "--always", "--dirty"]).strip() if os.path.isdir(".git") else "unknown"
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {"commit": version, "cpu": names[0] if names else platform.machine(), "cores": os.cpu_count()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--json", help="also write the figures there")
    given = parser.parse_args()
    print(run([os.path.join(given.build, "bench", "tie_rows")]))
    figures = host()
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "act.h5")
        figures.update(cost_of_a_run(given.build, out))
        figures.update(two_threads(given.build, out))
        figures.update(all_policies(given.build, out))
    for name, value in figures.items():
        if isinstance(value, dict):
            print(f"{name:28s} {value['median']:8.3f}   ({value['min']:.3f} to {value['max']:.3f}, n = {value['n']})")
        else:
            print(f"{name:28s} {value}")
    if given.json:
        with open(given.json, "w") as file:
            json.dump(figures, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
