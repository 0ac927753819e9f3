#!/usr/bin/env bash
# The same bits, whatever the number of threads, the company and the processor: tests/identity.sh PATH/TO/klynge.
# Compared are the digest that `run --json` prints and every dataset and attribute of the file but /provenance.
# The last line is "N passed, N failed".
set -uo pipefail
. "$(dirname "$(readlink -f "$0")")/tally.sh"
klynge=$(readlink -f "$1")
cd "$(dirname "$0")/.."
here=$PWD
: "${CC:=cc}" "${PYTHON:=/usr/bin/python3}"
work=$(mktemp -d "${TMPDIR:-/tmp}/klynge-identity.XXXXXX")
trap 'rm -rf "$work"' EXIT
without_fma=glibc.cpu.hwcaps=-FMA,-AVX2,-AVX2_Usable,-FMA_Usable

# run NAME CONFIG OPTIONS...: writes NAME.h5, and NAME.digest from --json.
run() {
    local name=$1 config=$2
    shift 2
    "$klynge" run "$config" -o "$work/$name.h5" --json --quiet "$@" >"$work/$name.json" 2>"$work/$name.err" || {
        echo "        run $config $* ended with exit code $?"
        sed 's/^/        /' "$work/$name.err"
        return 1
    }
    "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["digest"])' <"$work/$name.json" >"$work/$name.digest"
}

same_file() { "$PYTHON" "$here/tests/same_bits.py" "$work/$1.h5" "$work/$2.h5" "${@:3}"; }
same_digest() { [ -s "$work/$1.digest" ] && cmp -s "$work/$1.digest" "$work/$2.digest"; }

# alike NAME CONFIG OPTIONS... "SENTENCE": that run is the first one's equal in file and digest.
alike() {
    local sentence=${*: -1}
    run "${@:1:$#-1}" && same_file one "$1" && same_digest one "$1"
    verdict $? "$sentence"
}

act=configs/act.cfg
small=(--replicates 6 --set output.panel_runs=2 --set output.tie_runs=1)
run one $act "${small[@]}" --threads 1
verdict $? 'the run that all others are compared with'

# The comparison itself must be able to fail.
run other $act "${small[@]}" --threads 1 --seed 99 && ! same_file one other >/dev/null && ! same_digest one other
verdict $? 'another seed gives another file and another digest'

for threads in 2 3 4 7; do
    alike "threads$threads" $act "${small[@]}" --threads "$threads" "threads 1 and $threads give the same file"
done
alike again $act "${small[@]}" --threads 1 'the same run again gives the same file'

# One world so large that its threads share its clusters (ENSEMBLE_LARGE_FIRMS).
many=(--replicates 1 --set world.clusters=420 --set run.end=2018-09 --set output.panel_runs=1 --set output.tie_runs=1)
run world1 $act "${many[@]}" --threads 1 && run world3 $act "${many[@]}" --threads 3 &&
    same_file world1 world3 && same_digest world1 world3
verdict $? 'one world of 420 clusters: threads 1 and 3 give the same file'

# Other scenarios beside, before and after.
cat >"$work/beside.cfg" <<END
base = "$here/configs/act.cfg";
scenarios = (
  { name = "calls"; question = "Another scenario before"; policies: { outreach: { per_member = 2.0; }; }; },
  { name = "act"; question = "The one to compare"; },
  { name = "quiet"; question = "Another after"; policies: { gatherings: { on = false; }; }; }
);
END
run beside "$work/beside.cfg" "${small[@]}" --threads 2 && same_file one beside --scenario act
verdict $? 'a scenario gives the same numbers with others beside it'

# A replicate again, alone, by the seed that the file holds.
for r in 1 5; do
    seed=$("$PYTHON" -c 'import h5py, sys; print(int(h5py.File(sys.argv[1], "r")["seed"][int(sys.argv[2])]))' "$work/one.h5" $r)
    run "alone$r" $act --replicates 1 --seed "$seed" --threads 1 && same_file one "alone$r" --replicate $r
    verdict $? "replicate $r run alone by its seed $seed gives the same numbers"
done

# The resolved config that a file holds, after the CSV that filled a path is gone.
printf 'time,members\n2017-09,40\n2019-05-20,61.7\n2026-01,105\n' >"$work/m.csv"
printf 'base = "%s";\nworld = { members_file = "m.csv"; };\n' "$here/$act" >"$work/file.cfg"
run csv "$work/file.cfg" --replicates 2 && run points $act --replicates 2 && ! same_digest csv points && rm "$work/m.csv" &&
    "$PYTHON" -c 'import h5py, sys; print(h5py.File(sys.argv[1], "r")["provenance/config_resolved"][()].decode())' \
        "$work/csv.h5" >"$work/resolved.cfg" &&
    run resolved "$work/resolved.cfg" && same_file csv resolved && same_digest csv resolved
verdict $? 'the resolved config of a run gives the same file without the CSV of its members'

# A processor without FMA. Plain libm must be seen to differ there, or the test shows nothing.
cat >"$work/libm.c" <<'END'
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    uint64_t digest = 0;
    for (int i = 1; i <= 1000000; i++) {
        double y[3] = {exp(i * 1e-5), log(i * 1e-3), pow(i * 1e-3, 0.7)};
        for (int k = 0; k < 3; k++) {
            uint64_t bits;
            memcpy(&bits, &y[k], sizeof bits);
            digest = (digest ^ bits) * UINT64_C(1099511628211);
        }
    }
    printf("%016llx\n", (unsigned long long)digest);
}
END
if $CC -O1 -fno-builtin "$work/libm.c" -o "$work/libm" -lm 2>"$work/libm.err" &&
    [ "$("$work/libm")" != "$(GLIBC_TUNABLES=$without_fma "$work/libm")" ]; then
    GLIBC_TUNABLES=$without_fma run nofma $act "${small[@]}" --threads 2 && same_file one nofma && same_digest one nofma
    verdict $? 'without FMA, where plain libm gives other bits, the file is the same'
else
    echo 'skipped: plain libm gives the same bits without FMA on this machine, so that the comparison would show nothing'
fi

end
