#!/usr/bin/env bash
# Sweeps: tests/sweep.sh PATH/TO/klynge [--short|--long]. Whatever ends a sweep, the same command continues it, no run that was
# kept is lost, no visible file is damaged, and the results are those of `klynge run`. The long form kills more than 200 times.
# The last line is "N passed, N failed".
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
klynge=$(readlink -f "$1")
form=${2:---short}
case $form in --short | --long) ;; *) echo "usage: tests/sweep.sh PATH/TO/klynge [--short|--long]" >&2; exit 2 ;; esac
cd "$(dirname "$0")/.."
here=$PWD
: "${PYTHON:=/usr/bin/python3}"
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-sweep.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
out=$work/stdout err=$work/stderr
export LC_ALL=C OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
unset SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_COUNT SLURM_PROCID SLURM_STEP_NUM_TASKS

details() { printed; }
json() { # json EXPRESSION over the object x that stdout holds
    "$PYTHON" -c "
import json, sys
x = json.loads(open(sys.argv[1]).read().splitlines()[-1])
sys.exit(0 if ($1) else 'does not hold: ' + sys.argv[2] + ' in ' + str(x))" "$out" "$1"
}
field() { "$PYTHON" -c 'import json, sys; print(json.loads(open(sys.argv[1]).read().splitlines()[-1])[sys.argv[2]])' "$out" "$1"; }
python() { ends 0 "$PYTHON" -c "$@"; }
same_file() { "$PYTHON" "$here/tests/same_bits.py" "$@" >"$out" 2>"$err"; }
appears() { # appears FILE: within a minute
    local n
    for n in $(seq 600); do [ ! -e "$1" ] || return 0; sleep 0.1; done
    return 1
}

config() { # config NAME REPLICATES: 2 scenarios x 6 points
    cat >"$1" <<END
run = { start = "2017-09"; end = "2018-09"; replicates = $2; seed = 5; };
world = { members = (("2017-09", 20), ("2018-09", 30)); };
design = { kind = "grid"; axes = ( { path = "model.trust.hours"; values = (40.0, 50.0, 60.0); },
                                   { path = "policies.gatherings.days"; values = (1, 2); } ); };
scenarios = ( { name = "one"; question = "One?"; },
              { name = "two"; question = "Two?"; policies = { outreach = { on = true; }; }; } );
END
}
config small.cfg 6
config long.cfg 250

# ---- what it makes ------------------------------------------------------------------------------------------------------
k 0 sweep small.cfg -o dry --dry-run && prints '72 = 2 scenarios x 6 points x 6 replicates' && [ ! -e dry ] &&
    k 0 sweep small.cfg --dry-run --json && json 'x["points"] == 6 and x["runs"] == 72 and x["core_seconds"] > 0' && [ ! -e dry ]
verdict $? '--dry-run prints points, runs, bytes, core-seconds and writes nothing'
k 0 run small.cfg -o run.h5 --json -q && wanted=$(field digest) && k 0 sweep small.cfg -o one --threads 1 --json &&
    json 'list(x) == "output runs done failed wall_seconds cpu_seconds digest".split() and x["runs"] == x["done"] == 72' &&
    [ "$(field digest)" = "$wanted" ]
verdict $? 'a sweep has the digest of `run`; --json has its keys'
k 0 sweep small.cfg -o one --json -q && json "x['done'] == 72 and x['digest'] == '$wanted'" && [ ! -s "$err" ]
verdict $? 'the same command again does nothing'
k 0 merge one -o merged.h5 --csv merged.csv --json && json "x['digest'] == '$wanted' and list(x) ==
    'output runs done failed wall_seconds cpu_seconds digest'.split()" && same_file merged.h5 run.h5
verdict $? 'merge gives the file of `run`, bit by bit'
k 0 summary merged.h5 && python '
import csv, h5py
file = h5py.File("merged.h5", "r")
rows = list(csv.DictReader(open("merged.csv")))
assert len(rows) == 72 and file["param_model_trust_hours"].shape == (2, 6)
names = [n.decode() for n in file["scenario"][()]]
for row in rows:
    at = names.index(row["scenario"]), int(row["point"]), int(row["replicate"])
    assert float(row["trust"]) == file["trust"][at][-1] and float(row["members"]) == file["members"][at][-1]
    assert float(row["model.trust.hours"]) == file["param_model_trust_hours"][at[:2]]
    assert int(row["seed"]) == file["seed"][at[2]]' && k 2 merge one -o merged.h5 && says --force
verdict $? 'its end values as CSV are those of the file; an existing file is refused'
k 0 merge one -o index.h5 --virtual --json && says 'is an index' && json "x['digest'] == '$wanted'" && same_file index.h5 run.h5 && python '
import h5py
file = h5py.File("index.h5", "r")
assert file["trust"].is_virtual and file["cost/money"].is_virtual'
verdict $? 'merge --virtual reads as the same, and holds an index only'
for threads in 2 3; do
    k 0 sweep small.cfg -o "threads$threads" --threads $threads --json -q && [ "$(field digest)" = "$wanted" ]
    verdict $? "the same digest with $threads threads"
done
k 0 status one --json && json 'list(x) == "runs done failed complete rate eta_seconds".split() and x["complete"] is True and x["rate"] is None' &&
    k 0 status one && prints '72 of 72 done'
verdict $? 'status has its keys'

# ---- parts ---------------------------------------------------------------------------------------------------------------
k 0 sweep small.cfg -o parts --part 2/3 -q --json && json 'x["done"] == 24 and x["digest"] is None' && k 0 status parts &&
    prints '24 of 72' && k 0 merge parts -o part.h5 -q && python '
import h5py, numpy as np
part, whole = h5py.File("part.h5", "r"), h5py.File("run.h5", "r")
status = part["status"][()]
assert (status == 0).sum() == 24 and (status == 2).sum() == 48
assert np.array_equal(part["trust"][()][status == 0], whole["trust"][()][status == 0])
assert np.isnan(part["trust"][()][status == 2]).all()'
verdict $? 'a part alone; merging an incomplete sweep says which runs are not there'
SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=7 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3 k 0 sweep small.cfg -o parts -q &&
    k 0 status parts && prints '48 of 72' && SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=3 k 0 sweep small.cfg -o parts -q --json &&
    [ "$(field digest)" = "$wanted" ]
verdict $? 'tasks of an array, and processes of a step, take their parts of one folder'

# ---- wrong folders, wrong options ------------------------------------------------------------------------------------------
k 2 sweep small.cfg -o one --replicates 7 && says 'belongs to another sweep' && says 'replicates = 7' && says 'replicates = 6' &&
    k 2 sweep small.cfg -o one --set model.trust.hours=50 && says 'belongs to another sweep'
verdict $? 'a folder of another config is refused, and what differs is said'
mkdir other && touch other/thesis.tex && k 2 sweep small.cfg -o other && says thesis.tex && [ "$(ls other)" = thesis.tex ] &&
    k 2 sweep small.cfg -o run.h5 && k 2 sweep small.cfg -o nowhere/deep && k 2 status other && says sweep.h5 &&
    k 2 merge other -o x.h5 && k 2 status nowhere && k 2 sweep small.cfg && says '-o DIR' && k 2 merge one && says '-o FILE' && [ ! -e x.h5 ]
verdict $? 'folders of other things are refused and left as they are'
for wrong in '--on-failure never' '--publish-every x' '--publish-every 0' '--part 3/3' '--part 1' '--only x' '--only 72' '--slurm cluster' \
    '--tasks 0' '--set output.panel_runs=1'; do
    k 2 sweep small.cfg -o one $wrong && says "$(sed 's/^--set //; s/ .*//; s/=.*//' <<<"$wrong")"
    verdict $? "sweep $wrong is refused, exit 2"
done
k 0 sweep small.cfg -o one --slurm array --tasks 9 && prints '--array=0-8' && prints '--requeue' && prints '--signal=B:USR1@' &&
    prints '--open-mode=append' && bash -n "$out" && ! grep -q -- '--tasks' "$out" && k 0 sweep small.cfg -o one --slurm=mpi &&
    prints mpirun && bash -n "$out"
verdict $? '--slurm prints a batch script'

# ---- damage --------------------------------------------------------------------------------------------------------------
flip() { # flip FILE AT: one bit, at that share of the file
    "$PYTHON" -c 'import os, sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(os.path.getsize(sys.argv[1]) * float(sys.argv[2])))
    b = f.read(1)
    f.seek(-1, 1)
    f.write(bytes([b[0] ^ 16]))' "$@"
}
damaged() { # damaged WHAT: the segment is found, set aside, done again
    k 0 status one --json --verify && json 'x["done"] < 72' && k 0 merge one -o left.h5 --force && says 'damaged segments' &&
        k 0 sweep small.cfg -o one --json && says 'set aside' && json "x['digest'] == '$wanted'" &&
        k 0 status one --verify --json && json 'x["complete"]' && compgen -G 'one/*.damaged' >/dev/null
    verdict $? "a segment that was $1 is found, set aside and done again"
    rm -f one/*.damaged
}
for at in 0.01 0.5 0.9; do
    flip one/segment-*.h5 $at
    damaged "flipped at $at"
done
truncate -s -1000 one/segment-*.h5
damaged cut
truncate -s 0 one/segment-*.h5
damaged emptied
"$PYTHON" -c 'data = open("one/sweep.h5", "rb").read()
at = data.index(b"model.trust.hours")
open("one/sweep.h5", "wb").write(data[:at] + b"M" + data[at + 1:])'
k 4 status one && says sweep.h5 && k 4 sweep small.cfg -o one && says sweep.h5 && rm one/sweep.h5 &&
    k 0 sweep small.cfg -o one --json && json "x['digest'] == '$wanted'"
verdict $? 'a damaged sweep.h5 is said so; without it the same command writes it again'

# What dead processes left goes, what is a user's stays.
left="one/segment.h5.$(hostname).$(sh -c 'echo $$').0123456789abcdef.tmp"
for name in "$left" one/working-elsewhere-1.json one/notes.tmp one/working-notes.txt; do echo >"$name" && touch -d '2 hours ago' "$name"; done
k 0 sweep small.cfg -o one -q && [ ! -e "$left" ] && [ ! -e one/working-elsewhere-1.json ] && [ -e one/notes.tmp ] && [ -e one/working-notes.txt ]
verdict $? 'old temporary files of sweeps are removed, other files are not'
rm -f one/notes.tmp one/working-notes.txt
k 0 sweep small.cfg -o 'a b' --slur array --tas 3 && prints '#SBATCH --output="a b.slurm-%A_%a.log"' && ! grep -q -- "--slur\|--tas" <(tail -n +9 "$out")
verdict $? 'a batch script holds neither --slurm nor --tasks, however short they were written'

# ---- runs that fail ---------------------------------------------------------------------------------------------------------
cat >bad.cfg <<'END'
run = { end = "2018-09"; replicates = 3; };
policies = { forum = { on = true; start = "2018-01"; }; };
design = { kind = "list"; axes = ( "policies.forum.end" );
           points = ( ("2018-05"), ("2017-10"), ("2018-07") ); };
END
k 3 sweep bad.cfg -o bad --threads 1 --json && says 'runs failed' && json 'x["failed"] == 1 and x["done"] >= 1 and x["digest"] is None' &&
    k 3 sweep bad.cfg -o bad && says '--on-failure skip' && k 0 status bad && prints 'policies.forum.end' && prints '--only 3' && prints 'point 1'
verdict $? 'a failed run stops the sweep, and status tells why and how to do it again'
again=$(sed -n 's/^ *again: //p' "$out" | head -n 1)
k 3 sweep bad.cfg -o bad --on-failure skip --json && json 'x["failed"] == 3 and x["done"] == 6' &&
    k 3 sweep bad.cfg -o bad --on-failure retry -q && ends 3 sh -c "$again -q" && k 0 merge bad -o bad.h5 --json && json 'x["failed"] == 3' && python '
import h5py
status = h5py.File("bad.h5", "r")["status"][()]
assert (status[0] == [[0, 0, 0], [1, 1, 1], [0, 0, 0]]).all(), status'
verdict $? '--on-failure skip and retry go on; the failed ones are marked in the file; one is done again by its command'

sed -i 's/replicates = 3/replicates = 3000/' bad.cfg
stopped_after() { # stopped_after KEY N OPTION...: that sweep of bad.cfg, stopped when more than N runs are so
    "$klynge" sweep bad.cfg -o again --threads 1 --publish-every 0.05 --json "${@:3}" >"$work/answer" 2>"$err" </dev/null &
    local child=$! told n
    for n in $(seq 600); do
        k 0 status again --json >/dev/null && [ "$(field "$1")" -gt "$2" ] && break
        sleep 0.1
    done
    kill -TERM $child
    wait $child
    [ $? = 75 ] && cp "$work/answer" "$out" && told=$(field failed) && [ "$told" -gt 0 ] && k 0 status again --json && [ "$(field failed)" = "$told" ]
}
stopped_after failed 0 --on-failure skip && stopped_after done "$(field done)" --on-failure retry
verdict $? '--on-failure retry that is stopped counts as failed what status counts'

# ---- stopped, killed ----------------------------------------------------------------------------------------------------------
k 0 run long.cfg -o long.h5 --json -q && long=$(field digest)
verdict $? 'what an undisturbed run of the long config gives'
some_time() { sleep "$("$PYTHON" -c 'import random; print(random.uniform(0.05, 0.5))')"; }
done_in() { k 0 status "$1" --json --verify >/dev/null && field done; }
runs=$((2 * 6 * 250))

# unharmed FOLDER BEFORE WHAT: nothing that was there is lost, nothing visible is damaged. Sets `before` to what is there now.
unharmed() {
    local now=0
    if [ ! -e "$1/sweep.h5" ]; then
        [ "$2" = 0 ]
    else
        now=$(done_in "$1") && [ "$now" -ge "$2" ] && k 0 status "$1" --verify && ! grep -q damaged "$out"
    fi
    verdict $? "$3: $2 runs before, $now after, none lost, none damaged"
    before=$now
}
complete() { # complete FOLDER
    k 0 sweep long.cfg -o "$1" -q --json && [ "$(field digest)" = "$long" ] && k 0 merge "$1" -o "$1.h5" -q && same_file "$1.h5" long.h5
    verdict $? "$1: the same command completes it, and the file is that of an undisturbed run"
    rm -rf "$1" "$1.h5"
}

for signal in INT TERM USR1; do
    "$klynge" sweep long.cfg -o stop --threads 1 >"$out" 2>"$err" </dev/null &
    child=$!
    appears stop/sweep.h5 && sleep 0.2
    kill -$signal $child
    wait $child
    [ $? = 75 ] && says 'the same command continues' && [ "$(done_in stop)" -gt 0 ] && [ "$(done_in stop)" -lt $runs ] && ! compgen -G 'stop/*.tmp' >/dev/null
    verdict $? "SIG$signal: exit 75, what was finished is kept"
done
# Three stops leave out what was begun and given up, one run a thread each time.
k 0 status stop && fewest=$(sed -n 's/^of each case *\([0-9]*\) to \([0-9]*\) .*/\1 \2/p' "$out") && [ $((${fewest#* } - ${fewest% *})) -le 4 ]
verdict $? "a sweep that is cut is balanced over points and scenarios: ${fewest/ / to } replicates"
complete stop

kills() { # kills N FOLDER: kill -9 of a sweep by threads, N times
    local child n
    before=0
    for n in $(seq "$1"); do
        "$klynge" sweep long.cfg -o "$2" --threads 2 --publish-every 0.03 -q >"$out" 2>"$err" </dev/null &
        child=$!
        some_time
        kill -9 $child 2>/dev/null
        wait $child 2>/dev/null
        unharmed "$2" "$before" "kill -9 number $n"
        [ "$before" -lt $runs ] || { complete "$2"; before=0; }
    done
    complete "$2"
}
if [ "$form" = --short ]; then kills 3 killed; else kills 80 killed; fi

# Two at once, from the same command.
"$klynge" sweep long.cfg -o both --threads 1 --publish-every 0.1 -q --json >first.json 2>first.err </dev/null &
first=$!
k 0 sweep long.cfg -o both --threads 1 --publish-every 0.1 -q --json && [ "$(field digest)" = "$long" ] && wait $first &&
    cp first.json "$out" && [ "$(field digest)" = "$long" ]
verdict $? 'two at once on one folder: both complete, the same digest'
complete both

k 0 sweep long.cfg -o many --threads 1 --publish-every 0.02 -q && files=$(find many -name 'segment-*.h5' | wc -l) && [ "$files" -le 40 ]
verdict $? "small segments become large ones: $files files after one every 0.02 s"
complete many

# A folder in which files may not grow: an error, and nothing lost.
(ulimit -f 200; exec "$klynge" sweep long.cfg -o full --threads 1 -q) >"$out" 2>"$err" </dev/null
[ $? = 4 ] && says 'full/' && ! compgen -G 'full/*.tmp' >/dev/null
verdict $? 'files that may not grow: exit 4, no half file'
complete full

# ---- ranks ----------------------------------------------------------------------------------------------------------------------
if ! command -v mpirun >/dev/null || ! "$klynge" --version | grep -q 'MPI'; then
    echo 'skipped: ranks (no mpirun, or built without MPI)'
    end
    exit
fi
ranks() { mpirun --oversubscribe --bind-to none -n "$1" "$klynge" sweep "${@:2}"; }
for n in 2 3; do
    for threads in 1 2; do
        ends 0 ranks $n small.cfg -o "ranks$n$threads" --threads $threads --json -q && [ "$(field digest)" = "$wanted" ]
        verdict $? "the same digest with $n ranks of $threads threads"
    done
done
ends 2 ranks 2 small.cfg -o one --replicates 9 -q && says 'belongs to another sweep'
verdict $? 'ranks refuse a wrong folder together'
gone() { # gone PID...: ranks whose mpirun was killed end by themselves
    local pid n
    for pid; do
        for n in $(seq 200); do
            kill -0 "$pid" 2>/dev/null || continue 2
            sleep 0.05
        done
        echo "        process $pid is still there"
        kill -9 "$pid"
        return 1
    done
}
# mpirun (Open MPI 4.1) may wait for ever when a rank is killed while ranks start: once in 133 kills here. It is ended then.
await() { # await PID
    local n
    for n in $(seq 300); do
        [[ $(ps -o stat= -p "$1") =~ ^[^Z] ]] || break
        sleep 0.1
    done
    kill -9 "$1" 2>/dev/null && echo '        mpirun was stuck'
    wait "$1" 2>/dev/null
}
rank_kills() { # rank_kills N FOLDER
    local n whom mpi
    before=0
    for n in $(seq "$1"); do
        mpirun --oversubscribe --bind-to none -n 3 "$klynge" sweep long.cfg -o "$2" --threads 1 --publish-every 0.03 -q >"$out" 2>"$err" </dev/null &
        mpi=$!
        sleep 0.4
        some_time
        mapfile -t whom < <(pgrep -P $mpi)
        case $((n % 4)) in
        0) kill -9 $mpi ;;
        1) [ ${#whom[@]} = 0 ] || kill -9 "${whom[0]}" ;;                    # the coordinator
        2) [ ${#whom[@]} = 0 ] || kill -9 "${whom[$((${#whom[@]} - 1))]}" ;; # another rank
        3) kill -9 $mpi "${whom[@]}" ;;
        esac 2>/dev/null
        await $mpi
        gone "${whom[@]}"
        verdict $? 'all ranks have ended'
        unharmed "$2" "$before" "kill number $n: $(echo mpirun coordinator rank all | cut -d' ' -f$((n % 4 + 1)))"
        [ "$before" -lt $runs ] || { complete "$2"; before=0; }
    done
    complete "$2"
}
if [ "$form" = --short ]; then rank_kills 4 ranked; else rank_kills 140 ranked; fi
mpirun --oversubscribe --bind-to none -n 3 "$klynge" sweep long.cfg -o asked --threads 1 -q >"$out" 2>"$err" </dev/null &
mpi=$!
appears asked/sweep.h5 && sleep 0.3
mapfile -t whom < <(pgrep -P $mpi)
kill -TERM "${whom[1]}"
wait $mpi
[ $? = 75 ] && [ "$(done_in asked)" -gt 0 ]
verdict $? 'SIGTERM to one rank: all stop, exit 75, what was finished is kept'
complete asked

end
