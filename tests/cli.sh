#!/usr/bin/env bash
# The command line as a user meets it: tests/cli.sh PATH/TO/klynge [CONFIG]. Exit codes, help, JSON, progress, signals.
# The last line is "N passed, N failed".
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
klynge=$(readlink -f "$1")
config=$(readlink -f "${2:-$(dirname "$0")/../configs/act.cfg}")
: "${PYTHON:=/usr/bin/python3}"
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/in" && cd "$work/in" || exit 1
out=$work/stdout err=$work/stderr
export TERM=xterm

details() { printed; }
silent() { [ ! -s "$out" ] || { echo '        stdout is not empty'; return 1; }; }
mute() { silent && { [ ! -s "$err" ] || { echo '        stderr is not empty'; return 1; }; }; }
narrow() { ! grep -nE '^.{101,}' "$out"; }
nothing_written() { [ -z "$(ls -A .)" ] || { echo "        left behind: $(ls -A .)"; return 1; }; }
one_line() { [ "$(wc -l <"$out")" = 1 ]; }
json() { # json EXPRESSION: stdout is one line of JSON, and the expression over it (x) holds
    one_line && "$PYTHON" -m json.tool <"$out" >/dev/null && "$PYTHON" -c "
import json, sys
x = json.load(open(sys.argv[1]), parse_constant=lambda c: sys.exit('not JSON: ' + c))
sys.exit(0 if ($1) else 'does not hold: ' + sys.argv[2])" "$out" "$1"
}

# ---- help ------------------------------------------------------------------------------------------------------------
k 0 --help && prints 'usage: klynge VERB' && prints '  run ' && prints '  check ' && prints '  params ' &&
    prints '  summary ' && prints 'examples:' && narrow && [ ! -s "$err" ]
verdict $? '--help teaches the verbs on stdout'
k 2 && silent && says 'usage: klynge VERB'
verdict $? 'no verb: help on stderr, exit 2'
for verb in run check params summary bench sweep status merge; do
    k 0 $verb --help && prints "usage: klynge $verb" && prints 'options:' && prints 'examples:' &&
        prints 'exit codes:' && prints '--json' && narrow && [ ! -s "$err" ] && cp "$out" "$work/help" &&
        k 0 help $verb && cmp "$out" "$work/help" && k 0 $verb -h && cmp "$out" "$work/help"
    verdict $? "$verb --help tells usage, options, examples and exit codes; \`help $verb\` is the same"
done
k 0 --version && prints 'klynge ' && prints 'commit ' && prints 'compiler ' && prints 'libraries ' &&
    k 0 run --version && prints 'commit '
verdict $? '--version tells version, commit, compiler and libraries'

# ---- usage errors ----------------------------------------------------------------------------------------------------
k 2 sumary f.h5 && silent && says 'did you mean summary?'
verdict $? 'an unknown verb: the nearest is suggested, exit 2'
k 2 xylophone && silent && says 'unknown verb xylophone'
verdict $? 'an unknown verb with none near, exit 2'
k 2 --quiet run "$config" && says 'the verb comes first'
verdict $? 'an option before the verb, exit 2'
k 2 run "$config" -o a.h5 --treads 2 && silent && says 'did you mean --threads?' && nothing_written
verdict $? 'an unknown option: the nearest is suggested, exit 2'
k 2 params --threads 2 && says 'is not an option of `params`'
verdict $? "another verb's option, exit 2"
k 2 run "$config" && silent && says 'add -o FILE' && nothing_written && k 2 run -o a.h5 && says 'no CONFIG is given'
verdict $? 'run without output or config tells what to add, exit 2'
for threads in 0 1025 -1 2.5 x ''; do
    k 2 run "$config" -o a.h5 --threads "$threads" && says 'from 1 to 1024' && nothing_written
    verdict $? "--threads '$threads' is refused, exit 2"
done
k 2 run "$config" -o a.h5 --replicates 0 && says '--replicates' && nothing_written && k 2 check "$config" --seed -5 &&
    says '--seed'
verdict $? '--replicates 0 and --seed -5 are refused, exit 2'
k 2 run "$config" -o a.h5 --set nothing.like.this=1 && says '--set' && says 'nothing.like.this' && nothing_written
verdict $? 'an unknown --set path, exit 2'
k 2 check "$work/missing.cfg" && silent && says missing.cfg
verdict $? 'a config that is missing, exit 2'
k 2 summary "$config" && silent && says "$(basename "$config")" && k 2 summary missing.h5 && says missing.h5
verdict $? 'summary of what is no result file, exit 2'

# ---- params ----------------------------------------------------------------------------------------------------------
k 0 params && prints run.replicates && prints Observables && prints 'Random streams' && narrow && [ ! -s "$err" ]
verdict $? 'params lists everything in 100 columns'
k 0 params run.seed && prints run.seed && ! grep -q run.replicates "$out"
verdict $? 'params NAME: a path'
k 0 params run && prints run.seed && prints run.replicates && ! grep -q '^output' "$out"
verdict $? 'params NAME: the beginning of paths'
k 0 params eplicate && prints run.replicates && ! grep -q '^run.seed' "$out"
verdict $? 'params NAME: a part of a path'
k 2 params run.seeed && silent && says 'did you mean run.seed?' && k 2 params zzzzqqqq && silent && says zzzzqqqq
verdict $? 'params NAME: unknown names are refused, exit 2'
k 0 params --json &&
    json 'all(set(p) == set("name type unit default min max symbol grade source doc".split()) for p in x) and len(x) > 10'
verdict $? 'params --json has its keys'
k 0 params run.replicates --json && json 'len(x) == 1 and x[0]["name"] == "run.replicates" and x[0]["min"] == 1' &&
    k 0 params run.model --json && json 'x[0]["min"] is None and x[0]["max"] is None'
verdict $? 'params --json NAME; a range without end is null'
k 0 params --markdown && cp "$out" "$work/reference.md" && k 0 params --markdown && cmp "$out" "$work/reference.md" &&
    prints '| `run.replicates` |'
verdict $? 'params --markdown is the same each time'
awk -F'[^\\\\][|]' '/^\|/ { if (!n) n = NF; if (NF != n) { print FNR ": " $0; bad = 1 } next } { n = 0 } END { exit bad }' \
    "$work/reference.md"
verdict $? 'params --markdown: the rows of a table have equally many cells'
k 0 params --config && cp "$out" "$work/template.cfg" && k 0 check "$work/template.cfg" --replicates 1
verdict $? 'params --config is a config that check accepts'
k 2 params --json --markdown && silent && k 2 params --model nosuchmodel && says nosuchmodel
verdict $? 'params: one format at a time, models by their name, exit 2'
nothing_written
verdict $? 'params writes no file'

# ---- bench -----------------------------------------------------------------------------------------------------------
k 0 bench ties --ticks 10 && prints 'ties a CPU second' && prints 'mean w' && prints 'collaborations' && narrow &&
    [ ! -s "$err" ] && nothing_written
verdict $? 'bench prints its figures and writes nothing'
bench_keys='list(x) == "firms ties ticks threads numbering rate ties_per_cpu_second ties_per_wall_second mean_u mean_a mean_w collaborations".split()'
k 0 bench ties --firms 2000 --ties 10 --ticks 5 --numbering clustered --rate 0.1 --seed 3 --threads 2 --json && json "$bench_keys and
    [x[k] for k in ('firms', 'ties', 'ticks', 'numbering', 'rate', 'threads')] == [2000, 10, 5, 'clustered', 0.1, 1] and
    x['ties_per_cpu_second'] > 0 and 0 < x['mean_w'] < 1 and 0 < x['collaborations'] < 2000 * 10 * 5"
verdict $? 'bench --json has its keys; a small world is run by one thread'
k 0 bench ties --firms 200000 --ticks 10 --json && json 'abs(x["mean_w"] - 0.4345) < 0.0005 and
    abs(x["collaborations"] / 200000 / 20 / 10 - 0.0521) < 0.0002'
verdict $? "the kernel's check values: mean w 0.4345, 0.0521 collaborations a tie and tick"
outcome() { k 0 bench ties "$@" --json && sed 's/"threads.*\("mean_u.*\)/\1/' "$out"; }
[ "$(outcome --firms 30000 --ticks 5 --threads 1)" = "$(outcome --firms 30000 --ticks 5 --threads 3)" ] &&
    [ "$(outcome --seed 1)" != "$(outcome --seed 2)" ] && outcome --firms 30000 --ticks 5 --threads 3 | grep -q mean_w
verdict $? 'bench: the same outcome for any number of threads, another for another seed'
k 2 bench && silent && says 'no MODEL is given' && k 2 bench tis && says 'did you mean ties?' && k 2 bench cluster && says 'has no bench'
verdict $? 'bench without a model, with an unknown one, with one that has no bench: exit 2'
for wrong in '--firms 1' '--firms x' '--ties 0' '--ties 1000' '--ticks 0' '--rate 1.5' '--rate nan' '--numbering clusterd' \
    '--threads 0' '--seed -1' '--replicates 2'; do
    k 2 bench ties $wrong && silent && nothing_written && says "$(sed 's/^--\([a-z]*\).*/\1/' <<<"$wrong")"
    verdict $? "bench ties $wrong is refused, exit 2"
done

# ---- check -----------------------------------------------------------------------------------------------------------
k 0 check "$config" --replicates 3 && prints 'scenarios' && prints 'x 3 replicates' && prints 'core-seconds' &&
    narrow && nothing_written
verdict $? 'check prints the plan and writes nothing'
check_keys='list(x) == "scenarios points runs ticks bytes_output bytes_memory bytes_per_firm bytes_per_tie core_seconds budgets".split()'
k 0 check "$config" --replicates 3 --json &&
    json "$check_keys and x['runs'] == 3 * x['scenarios'] * x['points'] and x['core_seconds'] > 0 and
        all(list(b) == 'scenario instrument management_hours member_hours money share'.split() for b in x['budgets'])"
verdict $? 'check --json has its keys'
large="world.clusters=1000 --set world.roster= --set world.members=((2017-09,50)) --set run.end=2018-09"
k 0 check "$config" --json --threads 1 --set $large && json 'x["bytes_memory"] < 1.7 * 50000 * (x["bytes_per_firm"] + 32 * x["bytes_per_tie"])'
verdict $? 'the memory that check says holds a large world once, though it times a run of it'
k 0 check "$config" --replicates 1 --json && json 'x["bytes_checkpoint"] > 1e4' && k 0 check "$config" --replicates 1 &&
    prints '--checkpoint-every' && k 0 check "$config" --replicates 2 && ! grep -q checkpoint "$out"
verdict $? 'check says what a checkpoint takes, where runs can have one'
k 0 check "$config" --json --set world.programme.staff_arena=20 && json "$check_keys" && says 'wages leave too little' &&
    k 0 check "$config" --quiet --set world.programme.staff_arena=20 && mute
verdict $? 'check remarks on stderr on staff whose wages leave nothing for bills'
k 0 check "$config" --quiet && mute
verdict $? 'check --quiet of a good config says nothing'
k 0 run "$config" --dry-run --replicates 3 && prints 'x 3 replicates' && k 0 run "$config" -n -o a.h5 --json &&
    json "$check_keys" && nothing_written
verdict $? 'run --dry-run prints the plan and writes nothing'

# ---- run -------------------------------------------------------------------------------------------------------------
k 0 run "$config" --replicates 3 -o a.h5 && silent && says 'a.h5: ' && [ -s a.h5 ]
verdict $? 'run prints nothing on stdout'
k 0 run "$config" --replicates 3 -o b.h5 --quiet && mute
verdict $? 'run --quiet says nothing at all'
k 0 run --quiet --json -ob.h5 --force --set run.seed=5 "$config" --replicates=3 --threads 2 && [ ! -s "$err" ] &&
    json 'list(x) == "output runs done failed wall_seconds cpu_seconds digest".split() and x["output"] == "b.h5" and
x["runs"] == x["done"] and x["failed"] == 0 and len(x["digest"]) == 32' && cp "$out" "$work/b.json"
verdict $? 'run --json has its keys; options in any order'
k 0 run "$config" --seed 5 --replicates 3 --json -q -o c.h5 && "$PYTHON" -c '
import json, sys
a, b = (json.load(open(p))["digest"] for p in sys.argv[1:])
sys.exit(a != b)' "$out" "$work/b.json"
verdict $? '--seed 5 and --set run.seed=5 are the same run'
before=$(cksum <a.h5)
k 2 run "$config" --replicates 3 -o a.h5 && says a.h5 && says --force && [ "$before" = "$(cksum <a.h5)" ]
verdict $? 'an existing file is refused and left as it is, exit 2'
k 0 run "$config" --replicates 3 --seed 9 -o a.h5 --force && [ "$before" != "$(cksum <a.h5)" ]
verdict $? '--force replaces it'
k 2 run "$config" --replicates 1 -o "$work/nowhere/a.h5" && says nowhere
verdict $? 'a folder that does not exist, exit 2'
k 0 run "$config" --replicates 3 -o d.h5 --threads 1 && grep -qE '^3/3 runs|^[0-9]+/[0-9]+ runs, .* took ' "$err" &&
    ! grep -q $'[\r\033]' "$err"
verdict $? 'progress: plain lines where stderr is no terminal'
if script -qec true /dev/null >"$out" 2>"$err" </dev/null; then
    script -qec "$klynge run $config --replicates 20 -o e.h5" /dev/null >"$out" 2>"$err" </dev/null &&
        grep -qE $'\r\\[[=> ]+\\] 0/' "$out" && grep -q 'ETA' "$out" && grep -q $'\r\033\\[K' "$out" && grep -q 'e.h5: ' "$out"
    verdict $? 'progress: a bar on a terminal, cleared at the end'
    script -qec "$klynge run $config --replicates 3 -o f.h5 --quiet" /dev/null >"$out" 2>"$err" </dev/null && mute
    verdict $? '--quiet says nothing on a terminal either'
else
    echo "skipped: progress on a terminal ($(tail -n 1 "$err"))"
fi

# ---- summary ---------------------------------------------------------------------------------------------------------
k 0 summary a.h5 && prints 'last 12 months' && prints 'members' && narrow && [ ! -s "$err" ]
verdict $? 'summary prints tables in 100 columns'
k 0 summary a.h5 --json && json 'list(x) == ["observables"] and len(x["observables"]) > 20 and
all(list(o) == "name scenario point time mean low high n".split() for o in x["observables"]) and
len({(o["name"], o["scenario"], o["point"], o["time"]) for o in x["observables"]}) == len(x["observables"]) and
all(o["low"] <= o["mean"] <= o["high"] for o in x["observables"] if o["low"] is not None)'
verdict $? 'summary --json has its keys, and each entry once'
"$PYTHON" - a.h5 "$out" <<'END' 2>"$err"
import json, sys
import h5py, numpy as np
from scipy import stats
file = h5py.File(sys.argv[1], "r")
times = {"time": file["time"][()]}
for o in json.load(open(sys.argv[2]))["observables"]:
    name, year = o["name"].removesuffix("_last_year"), o["name"].endswith("_last_year")
    data = file[name]
    time = file["time_network" if data.shape[3] != len(times["time"]) else "time"][()]
    names = [s.decode() for s in file["scenario"][()]]
    k = int(np.argmin(abs(time - o["time"])))
    assert abs(time[k] - o["time"]) < 1e-9, o
    x = data[names.index(o["scenario"]), o["point"]]
    first = int(np.searchsorted(time, time[k] - 1 + 1e-6, side="right")) if year else k
    part = x[:, first:k + 1]
    x = np.array([np.nanmean(row) if not np.isnan(row).all() else np.nan for row in part])
    x = x[~np.isnan(x)]
    assert o["n"] == len(x), (o, x)
    if len(x):
        assert abs(o["mean"] - x.mean()) <= 1e-9 * max(1, abs(x.mean())), (o, x)
    if len(x) > 1:
        half = stats.t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / len(x) ** 0.5
        assert abs(o["high"] - o["mean"] - half) <= 1e-7 * max(1, abs(half)), (o, half)
    else:
        assert o["low"] is None and o["high"] is None, o
END
verdict $? 'summary --json is what h5py, numpy and scipy say'
k 0 run "$config" --replicates 1 -o one.h5 -q && k 0 summary one.h5 --json &&
    json 'all(o["low"] is None and o["high"] is None and o["n"] <= 1 for o in x["observables"])' && k 0 summary one.h5
verdict $? 'summary of one replicate has no intervals'
head -c 5000 a.h5 >cut.h5
k 4 summary cut.h5 && silent && says cut.h5
verdict $? 'summary of a file that is cut short, exit 4'

# ---- output that cannot be written -----------------------------------------------------------------------------------
full() { "$klynge" "$@" >/dev/full; }
ends 4 full params --json && says 'cannot write' && ends 4 full --help && ends 4 full summary a.h5 &&
    ends 4 full check "$config" && ends 4 full run "$config" --replicates 2 --json -o g.h5 -q && [ -s g.h5 ]
verdict $? 'a full standard output, exit 4'
closed() { "$klynge" "$@" >&-; }
ends 4 closed params && says 'cannot write' &&
    ends 4 closed run "$config" --replicates 2 --json -o h.h5 -q && k 0 summary h.h5 &&
    ends 0 closed run "$config" --replicates 2 -o h.h5 -q --force && k 0 summary h.h5
verdict $? 'a closed standard output, exit 4, and the result file is whole'
voiceless() { "$klynge" "$@" 2>&-; }
ends 0 voiceless run "$config" --replicates 2 -o h.h5 --force && k 0 summary h.h5
verdict $? 'a closed standard error: messages do not end up in the result file'
gone() { { sleep 0.3; "$klynge" "$@"; echo $? >"$work/code"; } | true; }
gone params --markdown 2>"$err"; [ "$(cat "$work/code")" = 4 ] && says 'cannot write'
verdict $? 'a reader that has gone (| head), exit 4'
if [ "$(id -u)" != 0 ]; then
    mkdir closed && chmod 555 closed
    k 4 run "$config" --replicates 1 -o closed/a.h5 && says closed/a.h5
    verdict $? 'a folder that cannot be written to, exit 4'
    chmod 755 closed
fi
limited() { (ulimit -f 8; "$klynge" "$@"); }
ends 4 limited params --markdown && says 'cannot write'
verdict $? 'a standard output that may grow no further, exit 4'
mkdir small && ends 4 limited run "$config" --replicates 40 -o small/a.h5 -q && says small/a.h5 && [ -z "$(ls -A small)" ]
verdict $? 'a result file that does not fit, exit 4, and nothing is left'
rm -rf ./*

# ---- runs that fail --------------------------------------------------------------------------------------------------
little_memory() { (ulimit -v 1500000; exec "$klynge" "$@"); }
ends 3 little_memory run "$config" --replicates 2 --threads 1 --set world.clusters=300000 -o failed.h5 --json &&
    says 'of 2 runs failed' && says memory && json 'x["failed"] == 2 and x["done"] == 0' && [ -s failed.h5 ] &&
    k 0 summary failed.h5 --json && json 'all(o["n"] == 0 and o["mean"] is None for o in x["observables"])'
verdict $? 'runs without memory fail; the file is published, exit 3'
rm -rf ./*

# ---- signals ---------------------------------------------------------------------------------------------------------
many=(run "$config" --replicates 200000 --set run.end=2040-01 -o long.h5 -q)
for signal in INT TERM USR1; do
    ends 130 timeout --preserve-status -s $signal 1 "$klynge" "${many[@]}" && silent && says interrupted && nothing_written
    verdict $? "SIG$signal: exit 130 and nothing is left"
done
"$klynge" "${many[@]}" >"$out" 2>"$err" &
pid=$!
sleep 1
for _ in 1 2 3 4 5; do kill -INT $pid 2>/dev/null; done
wait $pid
[ $? = 130 ] && says interrupted && nothing_written
verdict $? 'more than one SIGINT: the same'
ends 130 timeout --preserve-status -s INT 1 "$klynge" check "$config" --set world.clusters=2000 --set run.end=2060-01 &&
    says interrupted
verdict $? 'check can be interrupted while it measures, exit 130'

# ---- verbs beside ----------------------------------------------------------------------------------------------------
mkdir bin && cp "$klynge" bin/klynge
cat >bin/klynge-hello <<END
#!$PYTHON
"""says hello to whoever is named

More about it."""
import sys
print("hello", *sys.argv[1:])
sys.exit(5)
END
chmod +x bin/klynge-hello
ends 5 bin/klynge hello --there you && [ "$(cat "$out")" = 'hello --there you' ]
verdict $? 'klynge-VERB beside the program is found, with its arguments and exit code'
ends 0 bin/klynge --help && prints '  hello     says hello to whoever is named'
verdict $? '--help lists it with the first line of its docstring'
ends 2 bin/klynge helo && says 'did you mean hello?' && ends 2 bin/klynge ../bin/klynge
verdict $? 'it is suggested too; a path is no verb'

end
