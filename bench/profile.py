"""Where a tick's time goes: shares of CPU time by function, by sampling, for a few firms, thousands and a million.

    /usr/bin/python3 bench/profile.py BUILD > bench/profile.txt

Time is sampled by perf's clock of the CPU, which needs no counters and so works in virtual machines; nothing slows the program down. Where
perf is not allowed, valgrind's callgrind counts instructions instead, without the largest worlds. A function holds what was inlined into it.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

LEAST = 1.5  # percent
MOST = 14    # lines a table

# What, the command, and whether it is too large for callgrind.
CASES = [
    ("the cluster model, one ACT cluster (40 to 105 firms), 100 months, 100 runs with their file",
     "run configs/act.cfg --replicates 100 --threads 1", False),
    ("the cluster model, 125 clusters (10,000 firms at the end), 36 months",
     "run configs/act-open.cfg --replicates 1 --threads 1 --set world.clusters=125 --set run.end=2020-09", False),
    ("the cluster model, 18,500 clusters (a million firms at the end), 12 months",
     "run configs/act-open.cfg --replicates 1 --threads 1 --set world.clusters=18500 --set run.end=2018-09", True),
    ("the tie kernel, 1,000 firms; with its start-up, as it is over in the twentieth of a second",
     "bench ties --firms 1000 --ticks 1000 --threads 1", False),
    ("the tie kernel, 10,000 firms", "bench ties --firms 10000 --ticks 400 --threads 1", False),
    ("the tie kernel, 1,000,000 firms, random", "bench ties --firms 1000000 --ticks 40 --threads 1", True),
    ("the tie kernel, 1,000,000 firms, clustered",
     "bench ties --firms 1000000 --ticks 40 --threads 1 --numbering clustered", True),
]


def run(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def can_sample(folder):
    if not shutil.which("perf"):
        return False
    probe = ["perf", "record", "-q", "-e", "cpu-clock", "-o", os.path.join(folder, "probe"), "true"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def sampled(command, folder):
    """[(share in percent, function)] of a command, those of the kernel under one name."""
    data = os.path.join(folder, "data")
    run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "10000", "-o", data, *command])
    report = run(["perf", "report", "-i", data, "--no-children", "-g", "none", "--sort", "dso,sym", "-t", ";"])
    rows = {}
    for line in report.splitlines():
        found = re.match(r"\s*([\d.]+)%\s*;(\S+)\s*;\[(.)\]\s+(\S+)", line)
        if found:
            share, place, ring, name = found.groups()
            name = name.split(".")[0]  # of a clone that the compiler made
            what = "(system)" if ring == "k" else name if place == "klynge" else f"{name} ({place.split('.so')[0]})"
            rows[what] = rows.get(what, 0.0) + float(share)
    return rows


def counted(command, folder):
    """The same of instructions, by callgrind."""
    data = os.path.join(folder, "callgrind")
    run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={data}", *command])
    rows = {}
    for line in run(["callgrind_annotate", "--auto=no", "--threshold=100", data]).splitlines():
        found = re.match(r"\s*[\d,]+ \(\s*([\d.]+)%\)\s+\S+:(\S+)", line)
        if found:
            rows[found.group(2)] = rows.get(found.group(2), 0.0) + float(found.group(1))
    return rows


def table(what, rows, command):
    print(f"\n{what}\n    klynge {command}\n")
    shown = [row for row in sorted(((share, name) for name, share in rows.items()), reverse=True) if row[0] >= LEAST][:MOST]
    for share, name in shown:
        print(f"  {share:5.1f} %  {name}")
    print(f"  {100.0 - sum(share for share, _ in shown):5.1f} %  all others")


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        samples = can_sample(folder)
        version = run(["git", "describe", "--always", "--dirty"]).strip() if os.path.exists(".git") else "unknown"
        with open("/proc/cpuinfo") as lines:
            cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
        print(f"Shares of {'CPU time, sampled' if samples else 'instructions, counted by callgrind'}; commit {version}, {cpu}; made by "
              "bench/profile.py")
        for what, command, large in CASES:
            words = [os.path.join(build, "klynge"), *command.split()]
            if words[1] == "run":
                words += ["-o", os.path.join(folder, "out.h5"), "--force", "--quiet"]
            if samples or not large:
                table(what, (sampled if samples else counted)(words, folder), command)
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
