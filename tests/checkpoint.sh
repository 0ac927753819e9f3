#!/usr/bin/env bash
# Checkpoints: tests/checkpoint.sh PATH/TO/klynge [--short|--long]. Whatever ends `run --checkpoint-every`, the same command goes on, with
# any number of threads, and the file is that of a run that nothing disturbed, bit by bit. The long form kills more often.
# The last line is "N passed, N failed".
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
klynge=$(readlink -f "$1")
form=${2:---short}
case $form in --short | --long) ;; *) echo "usage: tests/checkpoint.sh PATH/TO/klynge [--short|--long]" >&2; exit 2 ;; esac
cd "$(dirname "$0")/.."
here=$PWD
: "${PYTHON:=/usr/bin/python3}"
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-checkpoint.XXXXXX")
mounted=
trap '[ -z "$mounted" ] || umount "$mounted"; rm -rf "$work"' EXIT
cd "$work" || exit 1
out=$work/stdout err=$work/stderr
export LC_ALL=C
details() { printed; }
same_file() { "$PYTHON" "$here/tests/same_bits.py" "$@" >"$out" 2>"$err"; }
kept() { find . -maxdepth 2 -name "$1.checkpoint-*.h5" | sort -t- -k3n; } # kept OUT: the newest last
left() { find . -maxdepth 2 -name "$1.checkpoint*" | wc -l; }
newest() { kept "$1" | tail -n 1; }

# Every policy, snapshots of firms and ties, rows of projects; 40 clusters, so that threads have something to share once they do.
policies=$("$klynge" params policies --json | "$PYTHON" -c '
import json, sys
print(" ".join(p["name"].split(".")[1] + " = { on = true; };" for p in json.load(sys.stdin) if p["name"].count(".") == 2 and p["name"].endswith(".on")))')
cat >one.cfg <<END
base = "$here/configs/act.cfg";
run = { end = "2021-09"; replicates = 1; };
world = { clusters = 40; };
policies = { $policies };
output = { panel_runs = 1; tie_runs = 1; snapshot_every = 1.0; };
scenarios = ( { name = "one"; question = "One?"; } );
END
# Two runs of a world so large that its threads share its clusters (ENSEMBLE_LARGE_FIRMS).
cat >two.cfg <<END
base = "one.cfg";
run = { end = "2018-09"; };
world = { clusters = 420; };
scenarios = ( { name = "one"; question = "One?"; }, { name = "two"; question = "Two?"; policies = { outreach = { on = false; }; }; } );
END
every=(--checkpoint-every 0.01)
k 0 run one.cfg -o one.h5 -q --threads 1 && k 0 run two.cfg -o two.h5 -q --threads 2
verdict $? 'the runs that all others are compared with'

# begin OUT CONFIG OPTIONS...: in the background, in $child
begin() { "$klynge" run "$2" -o "$1" "${every[@]}" "${@:3}" >"$out" 2>"$err" </dev/null & child=$!; }
# appears OUT N: within a minute a checkpoint of tick N or later, while the child is at work
appears() {
    local file tick
    for _ in $(seq 6000); do
        file=$(newest "$1") tick=${file%-*}
        [ -z "$file" ] || [ "${tick##*-}" -lt "$2" ] || return 0
        kill -0 "$child" 2>/dev/null || return 1
        sleep 0.01
    done
    return 1
}
# stopped OUT CONFIG TICK OPTIONS...: a run that was killed after it was kept at that tick
stopped() {
    rm -f "$1"*
    begin "$1" "$2" "${@:4}"
    appears "$1" "$3"
    { kill -9 $child; wait $child; } 2>/dev/null
    [ -n "$(newest "$1")" ] && [ ! -e "$1" ]
}
# goes_on OUT WHOLE CONFIG OPTIONS...: to the end, to the same file, and nothing is left
goes_on() { k 0 run "$3" -o "$1" "${every[@]}" "${@:4}" && cp "$err" said && same_file "$1" "$2" && cp said "$err" && [ "$(kept "$1" | wc -l)" = 0 ]; }

goes_on whole.h5 one.h5 one.cfg && says 'is kept as of tick' && [ "$(left whole.h5)" = 0 ]
verdict $? 'an undisturbed run with checkpoints has the file of one without, and leaves none'

# ---- signals -------------------------------------------------------------------------------------------------------------
threads=1
for signal in TERM INT USR1; do
    begin "$signal.h5" one.cfg --threads $threads && appears "$signal.h5" 5 && kill -$signal $child
    wait $child
    [ $? = 75 ] && says 'the same command goes on after tick' && [ ! -e "$signal.h5" ] && [ "$(kept "$signal.h5" | wc -l)" = 2 ] &&
        [ "$(left "$signal.h5")" = 2 ] && threads=$((threads + 1)) && goes_on "$signal.h5" one.h5 one.cfg --threads $threads && says 'goes on after tick'
    verdict $? "SIG$signal: exit 75, two checkpoints; the same command goes on with $threads threads to the same file"
done
begin stop.h5 one.cfg --checkpoint-every 1h
for _ in $(seq 3000); do ! compgen -G 'stop.h5.*.tmp' >/dev/null || break; sleep 0.01; done # it listens
sleep 0.1
kill -TERM $child
wait $child
[ $? = 75 ] && [ "$(kept stop.h5 | wc -l)" -le 1 ] && goes_on stop.h5 one.h5 one.cfg
verdict $? 'a last checkpoint is written when it is asked to stop, whatever time has passed'

# ---- killed --------------------------------------------------------------------------------------------------------------
# At moments spread over the run, one after the other, until it is done.
kills=0 rounds=$([ $form = --long ] && echo 10 || echo 1) good=0
for round in $(seq "$rounds"); do
    rm -f killed.h5*
    for attempt in $(seq 200); do
        begin killed.h5 one.cfg --threads $((attempt % 3 + 1)) -q
        sleep "0.$(printf %03d $(((attempt * 37 + round * 61) % 160 + 40)))"
        { kill -9 $child; wait $child; } 2>/dev/null
        kills=$((kills + 1))
        [ ! -e killed.h5 ] || break
        find . -name 'killed.h5*.tmp' -delete # of processes that are dead; klynge removes those of the last minute later
        [ $attempt -lt 12 ] || { goes_on killed.h5 one.h5 one.cfg -q; break; } # ticks kept at a time are few on a loaded machine
    done
    same_file killed.h5 one.h5 && good=$((good + 1))
done
[ $good = "$rounds" ]
verdict $? "killed $kills times in $rounds runs: the same file"
# Before each kind of call that makes a checkpoint appear, or go.
for call in pwrite64:20 fsync:3 rename:2 renameat2:1 unlink:2; do
    for n in $([ $form = --long ] && seq 1 3 40 || echo "${call#*:}" 9); do
        rm -f call.h5*
        { strace -f -qq -o /dev/null -e trace="${call%:*}" -e inject="${call%:*}:signal=KILL:when=$n" \
            "$klynge" run one.cfg -o call.h5 "${every[@]}" -q --threads 1; } >"$out" 2>"$err" </dev/null
        { [ -e call.h5 ] && same_file call.h5 one.h5; } || goes_on call.h5 one.h5 one.cfg -q
        verdict $? "killed before ${call%:*} $n: the same command goes on to the same file"
    done
done

# ---- damaged -------------------------------------------------------------------------------------------------------------
flip() { "$PYTHON" -c 'import sys
f = open(sys.argv[1], "r+b"); f.seek(-20000, 2); b = f.read(1)[0]; f.seek(-20000, 2); f.write(bytes([b ^ 4]))' "$1"; }
cut_short() { truncate -s -1 "$1"; }
for damage in flip cut_short; do
    stopped d.h5 one.cfg 6 -q && [ "$(kept d.h5 | wc -l)" -ge 2 ] && tick=$(kept d.h5 | tail -n 2 | head -n 1 | cut -d- -f3) && "$damage" "$(newest d.h5)" &&
        goes_on d.h5 one.h5 one.cfg && says 'its bytes are not those that were written' && says "goes on after tick $tick of"
    verdict $? "the newest is damaged ($damage): the one before it is used, and that is said"
done
stopped d.h5 one.cfg 6 -q && for file in $(kept d.h5); do flip "$file"; done && goes_on d.h5 one.h5 one.cfg &&
    says 'no checkpoint of the run is whole: it starts anew'
verdict $? 'both are damaged: it starts anew, and that is said'

# ---- of something else -----------------------------------------------------------------------------------------------------
cp "$here/configs/rosters/act.csv" roster.csv
sed "s|clusters = 40;|clusters = 40; roster = \"roster.csv\";|" one.cfg >roster.cfg
stopped r.h5 roster.cfg 4 -q && before=$(kept r.h5 | xargs sha256sum) &&
    k 2 run roster.cfg -o r.h5 "${every[@]}" --seed 7 && says 'belongs to another run' && says 'seed = 7' &&
    k 2 run roster.cfg -o r.h5 "${every[@]}" --set model.trust.hours=50 && says 'hours = 50' && says 'begun with' &&
    k 2 run one.cfg -o r.h5 "${every[@]}" && sed -i '2s/[0-9][0-9]*/7/' roster.csv && k 2 run roster.cfg -o r.h5 "${every[@]}" &&
    says 'a file that the config names' && [ "$(kept r.h5 | xargs sha256sum)" = "$before" ] && [ ! -e r.h5 ]
verdict $? 'checkpoints of another seed, parameter, config or roster are refused, and stay'
k 2 run "$here/configs/act.cfg" -o act.h5 "${every[@]}" && says '200 runs' && says 'klynge sweep' && [ ! -e act.h5 ] &&
    k 2 run "$here/configs/act.cfg" --dry-run "${every[@]}" && says 'klynge sweep'
verdict $? 'several runs of small worlds are refused, and sweep is named'
for wrong in x 0 5d -1s 1e9h nan; do
    k 2 run one.cfg -o wrong.h5 --checkpoint-every=$wrong && says "found $wrong, expected a time such as 30s" || break
done && [ "$(left wrong.h5)" = 0 ]
verdict $? 'what is no time is refused'

# ---- several runs of large worlds --------------------------------------------------------------------------------------------
begin two2.h5 two.cfg --threads 3
for _ in $(seq 3000); do compgen -G 'two2.h5.checkpoint-1-*' >/dev/null && break; kill -0 $child 2>/dev/null || break; sleep 0.01; done
{ kill -9 $child; wait $child; } 2>/dev/null
[ "$(find . -name 'two2.h5.checkpoint-0-*' | wc -l)" = 1 ] && goes_on two2.h5 two.h5 two.cfg --threads 1 &&
    says 'run 1 of 2 had ended' && says 'run 2 of 2 goes on after tick'
verdict $? 'two runs of a large world: one that had ended is not done again, the other goes on'

# ---- no room -------------------------------------------------------------------------------------------------------------
sed 's/output = .*/output = { panel_runs = 0; };/' one.cfg >bare.cfg
k 0 run bare.cfg -o bare.h5 -q --threads 1
most=$(($(stat -c %s bare.h5) / 1024 + 200)) # KiB: the result fits, a checkpoint does not
(ulimit -f $most && exec "$klynge" run bare.cfg -o limit.h5 "${every[@]}" >"$out" 2>"$err") && says 'no checkpoint at tick' &&
    says 'there is none yet' && grep -qi 'too large' "$err" && same_file limit.h5 bare.h5 && [ "$(left limit.h5)" = 0 ]
verdict $? 'files may not be so large: it is said, and the run goes on to its end'
(ulimit -f $most && exec "$klynge" run bare.cfg -o limit2.h5 "${every[@]}" --set run.end=2026-01 --set world.clusters=200 >"$out" 2>"$err") & child=$!
for _ in $(seq 3000); do ! grep -q 'none yet' "$err" || break; sleep 0.01; done
kill -TERM $child
wait $child
[ $? = 4 ] && says 'no checkpoint could be written' && [ "$(left limit2.h5)" = 0 ]
verdict $? 'asked to stop where none could be written: exit 4'
mkdir disk
if mount -t tmpfs -o size=64m tmpfs disk 2>/dev/null; then
    mounted=$work/disk
    begin disk/o.h5 bare.cfg --threads 1
    appears o.h5 3
    { kill -9 $child; wait $child; } 2>/dev/null
    rm -f disk/*.tmp
    room=$(df --output=avail disk | tail -n 1)
    head -c $(((room - most) * 1024)) /dev/zero >disk/filler
    newest=$(newest o.h5)
    k 0 run bare.cfg -o disk/o.h5 "${every[@]}" && says 'no checkpoint at tick' && says 'stays' && grep -qi 'no space' "$err" &&
        says "$(basename "$newest")" && [ -e disk/o.h5 ] && same_file disk/o.h5 bare.h5 && [ "$(left o.h5)" = 0 ]
    verdict $? 'a disk that gets full: it is said, the older checkpoint stays, the run goes on to its end'
    umount disk && mounted=
else
    echo '  skipped: full disks, as nothing can be mounted here'
fi
end
